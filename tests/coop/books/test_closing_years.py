"""Closing a fiscal year: what must be settled first, who does it, and what is left afterwards."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyApproved, AlreadyPrepared, SamePerson
from coop.approvals.kinds import TwoPeople
from coop.approvals.models import TwoPersonAct
from coop.audit import AuditEvent
from coop.books import errors, operations
from coop.books.acts import YEAR_CLOSE
from coop.books.operations import NewEntry
from coop.books.years import closing, closing_words
from coop.database import write_with
from coop.payments.bank.lines import enter_line, remove_line
from coop.payments.bank.statements import NewLine
from coop.payments.cards.models import EventKind, GatewayEvent, Outcome
from coop.permissions import Actor, PowerMissing
from evidence.identifiers import new_id
from ledger.chart import BANK, DEFERRED_INCOME, HOSTING, OTHER_INCOME, RECEIVABLE, SURPLUS_AWAITING, SUSPENSE
from ledger.errors import NoSuchPeriod, PeriodLocked
from ledger.models import Entry, FiscalYear, Period
from ledger.posting import Line
from ledger.totals import balance_of
from ledger.years import periods
from ledger.years.closing import closing_of
from ledger.years.closing_errors import (
    EarlierYearOpen,
    NoNextYear,
    SuspenseNotExplained,
    YearAlreadyClosed,
    YearNotOver,
)
from tests import joining
from tests.databases import TestDatabase


class House:
    """A founded co-operative whose first year is over, with a surplus of 70.00 and the next year open."""

    def __init__(self, session: Session, year_opened: bool = True) -> None:
        self.session = session
        joining.found(session)
        self.year: FiscalYear = periods.fiscal_years(session)[0]
        self.founded_at = clock.now()
        self.today = cooperative.today(session)
        self.book(Line(BANK, 10_000), Line(OTHER_INCOME, -10_000))
        self.book(Line(HOSTING, 3_000), Line(BANK, -3_000))
        if year_opened:
            operations.open_year(session, self.actor("treasurer"))

    @property
    def afterwards(self) -> datetime:
        return clock.now() + timedelta(days=(self.year.ends_on - self.today).days + 2)

    def actor(self, name: str) -> Actor:
        return joining.founder(self.session, name)

    def book(self, *lines: Line, on: date | None = None) -> UUID:
        entry = NewEntry(on or self.today, "Something", lines, uuid4())
        return operations.record_entry(self.session, self.actor("treasurer"), entry)

    def prepare(self, by: str = "treasurer") -> UUID:
        arguments = closing.what_is_closed(self.session, self.year.id)
        return approvals.prepare(self.session, self.actor(by), kind=YEAR_CLOSE, arguments=arguments)

    def approve(self, act_id: UUID, by: str = "board") -> Any:
        seen = self.session.get_one(TwoPersonAct, act_id).digest
        return approvals.approve(self.session, self.actor(by), act_id=act_id, seen=seen)

    def open_codes(self) -> list[str]:
        return [item.code for item in closing.open_items(self.session, self.year.id)]

    def is_closed(self) -> bool:
        return closing_of(self.session, self.year.id) is not None

    def locked(self) -> int:
        query = select(func.count()).where(Period.fiscal_year_id == self.year.id, Period.locked_at.is_not(None))
        return self.session.scalar(query) or 0


@pytest.fixture
def house(session: Session) -> Iterator[House]:
    made = House(session)
    with clock.at(made.afterwards):
        yield made


def test_the_treasurer_prepares_and_the_board_closes(house: House) -> None:
    outcome = house.approve(house.prepare())
    assert (outcome.subject, outcome.page.endpoint) == (house.year.id, "books.year_closing")
    row = closing_of(house.session, house.year.id)
    assert row is not None
    entry = house.session.get_one(Entry, row.entry_id)
    assert (row.result_minor, entry.kind, entry.booked_on) == (7000, "closing", house.year.ends_on)
    assert balance_of(house.session, SURPLUS_AWAITING) == -7000
    assert house.locked() == len(periods.periods_of(house.session, house.year.id))
    audited = house.session.scalars(select(AuditEvent).where(AuditEvent.action == "fiscal_year.closed")).one()
    assert (audited.power, audited.facts["result_minor"]) == ("board", 7000)
    with pytest.raises(PeriodLocked):
        house.book(Line(BANK, 1), Line(OTHER_INCOME, -1), on=house.year.ends_on)


def test_the_act_says_what_will_be_booked_and_afterwards_that_it_is_done(house: House) -> None:
    found = closing.prospect(house.session, house.year.id)
    pairs = dict(closing_words.described(house.session, found))
    assert pairs["Result"] == "Surplus NZD\u00a070.00"
    assert pairs["4900 Interest and other income"] == "debit NZD\u00a0100.00"
    assert pairs["6100 Hosting and software"] == "credit NZD\u00a030.00"
    assert pairs["3900 Surplus awaiting a decision"] == "credit NZD\u00a070.00"
    assert "Still open" not in pairs
    house.approve(house.prepare())
    after = dict(closing_words.described(house.session, closing.prospect(house.session, house.year.id)))
    assert after["Result"] == "Surplus NZD\u00a070.00"
    assert "Closed on" in after


def test_closing_twice_is_refused_and_changes_nothing(house: House) -> None:
    house.approve(house.prepare())
    entries = house.session.scalar(select(func.count()).select_from(Entry))
    again = house.prepare()
    with pytest.raises(YearAlreadyClosed), house.session.begin_nested():
        house.approve(again)
    with pytest.raises(YearAlreadyClosed):
        closing.need_ready(house.session, house.year.id)
    assert house.session.scalar(select(func.count()).select_from(Entry)) == entries


def test_it_takes_two_people_with_their_powers(house: House) -> None:
    for name in ("board", "secretary", "auditor", "founder"):
        with pytest.raises(PowerMissing):
            house.prepare(name)
    act_id = house.prepare()
    with pytest.raises(AlreadyPrepared):
        house.prepare()
    for name in ("treasurer", "secretary", "auditor", "founder"):
        with pytest.raises((PowerMissing, SamePerson)):
            house.approve(act_id, name)
    with pytest.raises(PowerMissing):
        closing.close_year(
            house.session,
            house.actor("treasurer"),
            year_id=house.year.id,
            result_minor=7000,
            lines="",
            two=TwoPeople(act_id, house.year.id, house.year.id),
        )
    assert not house.is_closed()
    house.approve(act_id)
    with pytest.raises(AlreadyApproved):
        house.approve(act_id, "board2")


def test_a_closing_of_other_figures_than_were_prepared_is_refused(house: House) -> None:
    act_id = house.prepare()
    house.book(Line(BANK, 250), Line(OTHER_INCOME, -250))
    with pytest.raises(errors.ResultMoved) as refused, house.session.begin_nested():
        house.approve(act_id)
    assert (refused.value.prepared_minor, refused.value.found_minor) == (7000, 7250)
    assert (house.is_closed(), house.locked()) == (False, 0)
    approvals.withdraw(house.session, house.actor("treasurer"), act_id=act_id)
    house.approve(house.prepare())
    assert house.is_closed()


def test_an_open_item_refuses_the_closing_until_it_is_settled(house: House) -> None:
    line_id = enter_line(house.session, house.actor("treasurer"), NewLine(house.today, 777, "What is this"))
    enter_line(house.session, house.actor("treasurer"), NewLine(cooperative.today(house.session), 778, "Next year"))
    assert house.open_codes() == ["bank-lines"]
    act_id = house.prepare()
    with pytest.raises(errors.BankLinesUnmatched) as refused, house.session.begin_nested():
        house.approve(act_id)
    assert refused.value.count == 1
    assert (house.is_closed(), house.locked()) == (False, 0)
    remove_line(house.session, house.actor("treasurer"), line_id=line_id)
    house.approve(act_id)
    assert house.is_closed()


def test_several_open_items_are_refused_with_the_whole_list(house: House) -> None:
    house.book(Line(SUSPENSE, 5), Line(BANK, -5))
    enter_line(house.session, house.actor("treasurer"), NewLine(house.today, 777, "What is this"))
    act_id = house.prepare()
    with pytest.raises(errors.YearNotReady) as refused, house.session.begin_nested():
        house.approve(act_id)
    assert [type(reason) for reason in refused.value.reasons] == [SuspenseNotExplained, errors.BankLinesUnmatched]
    assert (house.is_closed(), house.locked()) == (False, 0)


def test_an_act_that_would_book_into_the_year_has_to_be_settled_first(house: House) -> None:
    act = TwoPersonAct(
        id=uuid4(),
        kind="surplus.post",
        arguments={"plan": str(uuid4()), "fingerprint": "0" * 64, "resolution": str(uuid4())},
        digest="0" * 64,
        prepared_by=house.actor("treasurer").person_id,  # type: ignore[arg-type]
        prepared_at=clock.now(),
    )
    house.session.add(act)
    house.session.flush()
    assert house.open_codes() == ["acts"]
    with pytest.raises(errors.ActsWaiting):
        closing.need_ready(house.session, house.year.id)


def test_a_message_about_a_card_that_nobody_settled_keeps_its_year_open(house: House) -> None:
    for ref, received_at in (("in-the-year", house.founded_at), ("after-it", clock.now())):
        event = GatewayEvent(
            id=new_id(),
            gateway="fake",
            ref=ref,
            kind=EventKind.PAID,
            name="paid",
            outcome=Outcome.MISMATCH,
            received_at=received_at,
        )
        house.session.add(event)
    house.session.flush()
    assert house.open_codes() == ["card-events"]
    with pytest.raises(errors.CardEventsWaiting) as refused:
        closing.need_ready(house.session, house.year.id)
    assert refused.value.count == 1
    assert not house.is_closed()


def test_a_year_that_is_not_over_or_not_the_first_open_one_stays_open(session: Session) -> None:
    house = House(session, year_opened=False)
    assert house.open_codes() == ["year-not-over", "no-next-year"]
    with pytest.raises(errors.YearNotReady) as refused:
        closing.need_ready(session, house.year.id)
    assert [type(reason) for reason in refused.value.reasons] == [YearNotOver, NoNextYear]
    # The powers of founders last eighteen months: of a co-operative founded before October they end before its second year.
    treasurer = house.actor("treasurer")
    operations.open_year(session, treasurer)
    second = periods.fiscal_years(session)[0]
    with clock.at(house.afterwards + timedelta(days=366)):
        operations.open_year(session, treasurer)
        with pytest.raises(EarlierYearOpen):
            closing.need_ready(session, second.id)
        assert closing.year_to_close(session, cooperative.today(session)) == house.year
    with pytest.raises(NoSuchPeriod):
        closing.prospect(session, uuid4())
    assert closing.year_to_close(session, house.today) is None
    assert not house.is_closed()


def test_what_does_not_keep_a_year_open_is_noted(house: House) -> None:
    party = uuid4()
    house.book(Line(RECEIVABLE, 2_000, party), Line(OTHER_INCOME, -2_000))
    house.book(Line(BANK, 900), Line(DEFERRED_INCOME, -900))
    found = closing.prospect(house.session, house.year.id)
    assert (found.may_be_closed, found.receivable_minor, found.deferred_minor) == (True, 2000, 900)
    rows = closing_words.checklist(found)
    assert {row.state for row in rows[:-2]} == {"done"}
    assert [row.state for row in rows[-2:]] == ["note", "note"]
    assert "NZD\u00a09.00 is paid in advance" in rows[-2].text
    assert "NZD\u00a020.00 is still owed" in rows[-1].text


def test_the_last_month_of_a_year_is_locked_by_closing_it_only(house: House) -> None:
    treasurer = house.actor("treasurer")
    months = periods.periods_of(house.session, house.year.id)
    for month in months[:-1]:
        operations.lock_period(house.session, treasurer, ends_on=month.ends_on)
    with pytest.raises(errors.LockedByClosing):
        operations.lock_period(house.session, treasurer, ends_on=house.year.ends_on)
    assert house.locked() == len(months) - 1
    house.approve(house.prepare())
    assert house.locked() == len(months)


def test_two_who_approve_at_once_close_the_year_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[datetime, UUID, UUID, str, list[Actor]]:
        house = House(session)
        with clock.at(house.afterwards):
            act_id = house.prepare()
            approvers = [house.actor(name) for name in ("board", "board2")]
        digest = session.get_one(TwoPersonAct, act_id).digest
        return house.afterwards, house.year.id, act_id, digest, approvers

    now, year_id, act_id, digest, approvers = write_with(database.engine, prepare)

    def approve(session: Session, actor: Actor) -> object:
        with clock.at(now):
            return approvals.approve(session, actor, act_id=act_id, seen=digest)

    works = [lambda session, actor=actor: approve(session, actor) for actor in approvers]
    assert joining.outcomes(joining.at_once(database.engine, *works)) == (1, {AlreadyApproved})

    def closings(session: Session) -> int:
        assert closing_of(session, year_id) is not None
        return session.scalar(select(func.count()).select_from(Entry).where(Entry.kind == "closing")) or 0

    assert write_with(database.engine, closings) == 1
