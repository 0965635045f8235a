"""Accounts that another room answers for take nothing by hand, so nobody is paid what no member decided."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books import kept, operations
from coop.books.errors import BookedElsewhere, KeptByClaims, KeptElsewhere, KeptForMembers, ReserveKept
from coop.books.operations import NewEntry
from coop.payments.bank.lines import enter_line
from coop.payments.bank.matching import Reason, classify
from coop.payments.bank.statements import NewLine
from coop.payments.payouts.errors import NotOwed
from coop.permissions import Actor
from evidence.messages import Refusal
from ledger.chart import (
    BANK,
    COMMUNITY_FUND,
    EXPENSE_CLAIMS,
    GENERAL_RESERVE,
    HOSTING,
    INDIVISIBLE_RESERVE,
    OTHER_INCOME,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SHARE_CAPITAL,
    SURPLUS_AWAITING,
)
from ledger.models import Entry, FiscalYear
from ledger.posting import Line
from ledger.totals import balance_of
from ledger.years import closing, periods, reopening
from tests import joining, sharing_out
from tests.sharing_out import CLOSED, POSTED, Story

RESERVES = (GENERAL_RESERVE, INDIVISIBLE_RESERVE, COMMUNITY_FUND)


@pytest.fixture
def treasurer(session: Session) -> Actor:
    joining.found(session)
    return joining.founder(session, "treasurer")


@pytest.fixture
def story(session: Session, treasurer: Actor) -> Iterator[Story]:
    """A year that is closed with a surplus of 1,500.00; the clock stands some weeks later."""
    made = sharing_out.live(session)
    with made.at(CLOSED):
        sharing_out.close(session, made)
    with made.at(POSTED):
        yield made


def enter(session: Session, who: Actor, *lines: Line, token: UUID | None = None) -> UUID:
    entry = NewEntry(cooperative.today(session), "By hand", lines, token or uuid4())
    return operations.record_entry(session, who, entry)


def refused(session: Session, refusal: type[Refusal], who: Actor, *lines: Line) -> str:
    before = session.scalar(select(func.count()).select_from(Entry))
    with pytest.raises(refusal) as found:
        enter(session, who, *lines)
    assert session.scalar(select(func.count()).select_from(Entry)) == before
    assert type(found.value) is refusal
    return str(found.value)


def test_the_treasurer_cannot_owe_a_member_a_part_of_the_reserve(
    session: Session, treasurer: Actor, story: Story
) -> None:
    ana = story.party["board"]
    lines = (Line(GENERAL_RESERVE, 5_000), Line(PATRONAGE_PAYABLE, -5_000, ana))
    assert "record what was paid under Payments out" in refused(session, KeptForMembers, treasurer, *lines)
    with pytest.raises(NotOwed):
        sharing_out.pay(session, "board", 5_000)


@pytest.mark.parametrize("code", [PATRONAGE_PAYABLE, RETAINED_PATRONAGE, SURPLUS_AWAITING])
def test_what_the_members_decide_about_takes_no_entry_and_no_line_of_the_bank(
    session: Session, treasurer: Actor, code: str
) -> None:
    # Before any year was closed, too.
    somebody = uuid4()
    for amount_minor in (100, -100):
        refused(session, KeptForMembers, treasurer, Line(BANK, amount_minor), Line(code, -amount_minor, somebody))
        _unbooked(session, treasurer, KeptForMembers, code, amount_minor)
    assert code in kept.accounts_for_entries(session) & kept.accounts_for_bank_lines(session)


def _unbooked(session: Session, who: Actor, refusal: type[Refusal], code: str, amount_minor: int) -> None:
    today = cooperative.today(session)
    line_id = enter_line(session, who, NewLine(today, amount_minor, f"X {uuid4()}"))
    with pytest.raises(refusal):
        classify(session, who, line_id=line_id, reason=Reason(today, code, "Reserve", uuid4()))


def test_a_reserve_takes_its_opening_balance_by_hand_and_gives_nothing(session: Session, treasurer: Actor) -> None:
    for code in RESERVES:
        entry_id = enter(session, treasurer, Line(BANK, 700), Line(code, -700))
        operations.reverse_entry(
            session, treasurer, entry_id=entry_id, booked_on=cooperative.today(session), reason="Wrong sum"
        )
        enter(session, treasurer, Line(BANK, 500), Line(code, -500))
        assert "as credits" in refused(session, ReserveKept, treasurer, Line(BANK, -1), Line(code, 1))
        _unbooked(session, treasurer, ReserveKept, code, -1)
        assert balance_of(session, code) == -500
    assert not kept.accounts_for_entries(session) & set(RESERVES)


def test_after_the_first_closing_a_reserve_takes_nothing_by_hand(session: Session, treasurer: Actor) -> None:
    opening_id = enter(session, treasurer, Line(BANK, 500), Line(GENERAL_RESERVE, -500))
    made = sharing_out.live(session)
    with made.at(CLOSED):
        sharing_out.close(session, made)
        for code in RESERVES:
            for amount_minor in (100, -100):
                refused(session, ReserveKept, treasurer, Line(BANK, amount_minor), Line(code, -amount_minor))
                _unbooked(session, treasurer, ReserveKept, code, amount_minor)
        with pytest.raises(ReserveKept):
            operations.reverse_entry(
                session, treasurer, entry_id=opening_id, booked_on=cooperative.today(session), reason="Give it back"
            )
        assert set(RESERVES) < kept.accounts_for_entries(session) & kept.accounts_for_bank_lines(session)
    assert balance_of(session, GENERAL_RESERVE) == -500


def test_what_the_program_booked_about_the_surplus_is_not_reversed_by_hand(
    session: Session, treasurer: Actor, story: Story
) -> None:
    with story.at(CLOSED):
        plan_id = sharing_out.plan(session, story)
    sharing_out.decide(session, story, plan_id)
    (distributed,) = sharing_out.distribute(session, plan_id)
    sharing_out.pay(session, "board", 18_375)
    paid = session.scalars(select(Entry.id).where(Entry.source_kind == "disbursement")).one()
    closed = session.scalars(select(Entry.id).where(Entry.kind == "closing")).one()
    for entry_id in (distributed, paid, closed):
        with pytest.raises(BookedElsewhere):
            operations.reverse_entry(
                session, treasurer, entry_id=entry_id, booked_on=cooperative.today(session), reason="No"
            )


def test_nobody_owes_somebody_an_expense_without_a_claim(session: Session, treasurer: Actor) -> None:
    somebody = uuid4()
    for amount_minor in (100, -100):
        lines = (Line(HOSTING, amount_minor), Line(EXPENSE_CLAIMS, -amount_minor, somebody))
        assert "follows the expense claims" in refused(session, KeptByClaims, treasurer, *lines)
        _unbooked(session, treasurer, KeptByClaims, EXPENSE_CLAIMS, amount_minor)
    assert EXPENSE_CLAIMS in kept.accounts_for_entries(session) & kept.accounts_for_bank_lines(session)


def test_nothing_goes_from_the_result_into_a_reserve_by_hand(session: Session, treasurer: Actor) -> None:
    refused(session, ReserveKept, treasurer, Line(HOSTING, 700), Line(GENERAL_RESERVE, -700))


def test_shares_are_refused_in_their_own_words(session: Session, treasurer: Actor) -> None:
    words = refused(session, KeptElsewhere, treasurer, Line(BANK, 1), Line(SHARE_CAPITAL, -1, uuid4()))
    assert "follows the share register" in words


def test_a_deficit_is_covered_from_the_reserve_up_to_what_is_missing(session: Session, treasurer: Actor) -> None:
    enter(session, treasurer, Line(BANK, 9_000), Line(GENERAL_RESERVE, -9_000))
    enter(session, treasurer, Line(HOSTING, 1_000), Line(BANK, -1_000))
    _close_year(session, treasurer)
    year: FiscalYear = periods.fiscal_years(session)[0]
    day = year.starts_on
    token = uuid4()

    def cover(amount_minor: int, code: str = GENERAL_RESERVE, token: UUID | None = None) -> UUID:
        lines = [Line(code, amount_minor), Line(SURPLUS_AWAITING, -amount_minor)]
        return operations.record_entry(session, treasurer, NewEntry(day, "Cover", lines, token or uuid4()))

    assert not {GENERAL_RESERVE, SURPLUS_AWAITING} & kept.accounts_for_entries(session)
    assert COMMUNITY_FUND in kept.accounts_for_entries(session)
    for amount_minor, code in ((1_001, GENERAL_RESERVE), (100, COMMUNITY_FUND), (100, OTHER_INCOME), (-100, BANK)):
        with pytest.raises(KeptForMembers):
            cover(amount_minor, code)
    entry_id = cover(400, token=token)
    with pytest.raises(KeptForMembers):
        cover(601)
    cover(600)
    # The form that was sent twice is one entry, also when nothing is missing any more.
    assert cover(400, token=token) == entry_id
    with pytest.raises(KeptForMembers):
        cover(1)
    with pytest.raises(KeptForMembers):
        operations.reverse_entry(session, treasurer, entry_id=entry_id, booked_on=day, reason="No")
    assert (balance_of(session, SURPLUS_AWAITING), balance_of(session, GENERAL_RESERVE)) == (0, -8_000)


def test_what_covered_a_deficit_goes_back_once_it_is_none_any_more(session: Session, treasurer: Actor) -> None:
    enter(session, treasurer, Line(BANK, 9_000), Line(GENERAL_RESERVE, -9_000))
    enter(session, treasurer, Line(HOSTING, 1_000), Line(BANK, -1_000))
    ends_on = _close_year(session, treasurer)
    year = periods.fiscal_years(session)[1]

    def move(amount_minor: int, code: str = GENERAL_RESERVE) -> UUID:
        lines = [Line(code, amount_minor), Line(SURPLUS_AWAITING, -amount_minor)]
        day = ends_on + timedelta(days=1)
        return operations.record_entry(session, treasurer, NewEntry(day, "Cover", lines, uuid4()))

    move(1_000)
    closed = closing.closing_of(session, year.id)
    assert closed is not None
    reopening.reopen_year(
        session,
        year_id=year.id,
        opens_on=ends_on.replace(day=1),
        fingerprint=reopening.closing_fingerprint(session, closed),
        decision_ref=uuid4(),
        decided_on=closed.closed_on,
        today=closed.closed_on,
        now=clock.now(),
    )
    # A surplus of 2.00 in place of a deficit of 10.00.
    lines = [Line(BANK, 1_200), Line(OTHER_INCOME, -1_200)]
    operations.record_entry(session, treasurer, NewEntry(ends_on, "Forgotten", lines, uuid4()))
    closing.close_year(session, year_id=year.id, today=closed.closed_on, now=clock.now())
    assert SURPLUS_AWAITING not in kept.accounts_for_entries(session)
    for amount_minor, code in ((-1_001, GENERAL_RESERVE), (1, GENERAL_RESERVE), (-100, COMMUNITY_FUND), (-100, BANK)):
        with pytest.raises(KeptForMembers):
            move(amount_minor, code)
    move(-1_000)
    assert (balance_of(session, SURPLUS_AWAITING), balance_of(session, GENERAL_RESERVE)) == (-200, -9_000)
    with pytest.raises(KeptForMembers):
        move(-1)


def _close_year(session: Session, treasurer: Actor) -> date:
    year: FiscalYear = periods.fiscal_years(session)[0]
    operations.open_year(session, treasurer)
    story = Story(year.id, year.ends_on, {})
    with story.at(CLOSED):
        sharing_out.close(session, story)
        assert closing.is_closed(session, year.id)
    return year.ends_on
