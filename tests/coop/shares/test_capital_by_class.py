"""Share capital by class: where issues are booked, choosing another account, and what follows the register."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coop import cooperative
from coop.audit import AuditEvent
from coop.books import kept
from coop.books.chart import operations as chart_operations
from coop.books.chart.operations import NewAccount
from coop.books.errors import BookedElsewhere, KeptElsewhere
from coop.books.funds.operations import FundText, NewFund
from coop.books.funds.operations import add as add_fund
from coop.books.operations import NewEntry, record_entry, reverse_entry
from coop.membership import operations as membership
from coop.membership.models import Member, MemberClass, Participant, ParticipantKind
from coop.permissions import NotFound, PowerMissing
from coop.shares import capital, checks, errors
from evidence.messages import Refusal
from ledger import chart
from ledger.chart import BANK, SHARE_CAPITAL, SHARE_CAPITAL_OF_ENTERPRISES, SHARE_CAPITAL_OF_GROUPS
from ledger.chart import changes as chart_changes
from ledger.chart.changes import Particulars
from ledger.chart.errors import LineFixed, PartiesFixed
from ledger.errors import AccountNeeded
from ledger.funds import errors as fund_errors
from ledger.models import AccountKind, Entry
from ledger.posting import Line
from ledger.statements import Change, equity_statement
from ledger.totals import balance_of, party_balance_of
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]
UNITS = Particulars("Units of groups", "30", by_party=True, statement_line=chart.SHARE_CAPITAL_LINE)


@pytest.fixture
def house(session: Session) -> Session:
    """A co-operative with one member who is a person and one that is a group, with one and three shares."""
    joining.found(session)
    who = joining.joined(session)
    joining.enrolled(session, who)
    actor = joining.actor_of(session, who.person_id)
    group_id = membership.create_organisation(session, actor, name="Friends of the stream", kind=ParticipantKind.GROUP)
    joining.enrolled(session, joining.Joined(who.person_id, group_id), shares=3)
    return session


def class_of(session: Session, kind: ParticipantKind) -> UUID:
    return session.scalars(select(MemberClass.id).where(MemberClass.kind == kind)).one()


def choose(
    session: Session, account: str, kind: ParticipantKind = ParticipantKind.GROUP, who: str = "treasurer"
) -> None:
    actor = joining.founder(session, who)
    capital.choose_account(session, actor, class_id=class_of(session, kind), account=account)


def open_units(session: Session, code: str = "3030", particulars: Particulars = UNITS) -> None:
    new = NewAccount(code, AccountKind.EQUITY, cooperative.today(session), particulars)
    chart_operations.open_account(session, joining.founder(session, "treasurer"), new)


def balances(session: Session, *codes: str) -> list[int]:
    return [-balance_of(session, code) for code in codes]


def party(session: Session, kind: ParticipantKind) -> UUID:
    query = select(Participant.party_ref).join(Member, Member.participant_id == Participant.id)
    return session.scalars(query.where(Participant.kind == kind)).one()


def test_each_class_has_an_account_of_its_own_from_the_founding_on(session: Session) -> None:
    joining.found(session)
    assert {row.kind: row.account for row in capital.class_rows(session)} == {
        ParticipantKind.INDIVIDUAL: SHARE_CAPITAL,
        ParticipantKind.GROUP: SHARE_CAPITAL_OF_GROUPS,
        ParticipantKind.ENTERPRISE: SHARE_CAPITAL_OF_ENTERPRISES,
    }
    rows = {one.code: one for one in chart.DEFAULT_CHART}
    for code in (SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS, SHARE_CAPITAL_OF_ENTERPRISES):
        assert (rows[code].heading, rows[code].line, rows[code].by_party) == ("30", "share-capital", True)


def test_shares_are_booked_to_the_account_of_the_class(house: Session) -> None:
    assert balances(house, SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS, SHARE_CAPITAL_OF_ENTERPRISES) == [5_000, 15_000, 0]
    assert party_balance_of(house, SHARE_CAPITAL_OF_GROUPS, party(house, ParticipantKind.GROUP)) == -15_000
    assert checks.findings(house) == []
    shown = {row.kind: (row.members, row.shares, row.amount_minor) for row in capital.class_rows(house)}
    assert shown[ParticipantKind.GROUP] == (1, 3, 15_000)
    assert shown[ParticipantKind.ENTERPRISE] == (0, 0, 0)


@pytest.mark.tampers
def test_the_checks_notice_capital_on_the_account_of_another_class(house: Session) -> None:
    """The sums agree, and the member's own sum does; only the class says that it stands in the wrong place."""
    of_group = class_of(house, ParticipantKind.GROUP)
    house.execute(update(MemberClass).where(MemberClass.id == of_group).values(capital_account=SHARE_CAPITAL))
    assert {finding.check for finding in checks.findings(house)} == {"share-capital"}


@pytest.mark.tampers
@pytest.mark.parametrize("account", ["30", "3100", "9999"])
def test_the_checks_notice_a_class_whose_account_cannot_hold_its_capital(session: Session, account: str) -> None:
    joining.found(session)
    session.execute(
        update(MemberClass).where(MemberClass.kind == ParticipantKind.ENTERPRISE).values(capital_account=account)
    )
    assert [finding.check for finding in checks.findings(session)] == ["share-class"]


def test_another_account_takes_what_is_there_and_the_next_issues(house: Session) -> None:
    open_units(house)
    choose(house, "3030")
    assert balances(house, SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS, "3030") == [5_000, 0, 15_000]
    assert party_balance_of(house, "3030", party(house, ParticipantKind.GROUP)) == -15_000
    moved = house.scalars(select(Entry).where(Entry.kind == "capital-move")).one()
    assert (moved.source_kind, moved.booked_on) == ("member_class", cooperative.today(house))
    assert checks.findings(house) == []
    facts = house.scalars(select(AuditEvent.facts).where(AuditEvent.action == "member_class.account_chosen")).one()
    assert (facts["from"], facts["to"]) == (SHARE_CAPITAL_OF_GROUPS, "3030")
    # And back to one account for all, as a co-op of before has it.
    choose(house, SHARE_CAPITAL)
    assert balances(house, SHARE_CAPITAL, "3030") == [20_000, 0]
    assert checks.findings(house) == []


def test_a_class_without_members_gets_another_account_without_an_entry(house: Session) -> None:
    choose(house, SHARE_CAPITAL, ParticipantKind.ENTERPRISE)
    assert house.scalars(select(Entry.id).where(Entry.kind == "capital-move")).all() == []


def test_a_move_is_no_issue_and_no_redemption(house: Session) -> None:
    open_units(house)
    choose(house, "3030")
    today = cooperative.today(house)
    found = equity_statement(house, today - timedelta(days=1), today)
    codes = [account.code for account in found.accounts]
    rows = {row.change: dict(zip(codes, row.amounts_minor, strict=True)) for row in found.rows}
    assert rows[Change.MOVED][SHARE_CAPITAL_OF_GROUPS] == -15_000
    assert rows[Change.MOVED]["3030"] == 15_000
    assert sum(rows[Change.ISSUED].values()) == 20_000
    assert Change.REDEEMED not in rows
    assert found.closing_minor == 20_000


@pytest.mark.parametrize(
    ("code", "particulars"),
    [
        ("3030", replace(UNITS, by_party=False)),
        ("3030", replace(UNITS, statement_line="reserves")),
        ("30", None),
        (SHARE_CAPITAL_OF_GROUPS, None),
        ("3100", None),
        (BANK, None),
        ("9999", None),
    ],
)
def test_an_account_that_cannot_hold_it_is_refused(house: Session, code: str, particulars: Particulars | None) -> None:
    if particulars is not None:
        open_units(house, code, particulars)
    with pytest.raises(errors.CapitalAccountUnfit):
        choose(house, code)
    assert balances(house, SHARE_CAPITAL_OF_GROUPS) == [15_000]


def test_an_account_with_other_money_on_it_is_refused_even_if_its_sum_is_nothing(house: Session) -> None:
    open_units(house)
    lines = [Line("3030", 700, uuid4()), Line("3030", -700, uuid4())]
    record_entry(
        house, joining.founder(house, "treasurer"), NewEntry(cooperative.today(house), "Units", lines, uuid4())
    )
    with pytest.raises(errors.CapitalAccountUnfit):
        choose(house, "3030")


def test_only_the_treasurer_chooses(house: Session) -> None:
    with pytest.raises(PowerMissing):
        choose(house, SHARE_CAPITAL, who="secretary")
    with pytest.raises(NotFound):
        capital.choose_account(house, joining.founder(house, "treasurer"), class_id=uuid4(), account=SHARE_CAPITAL)


@pytest.mark.parametrize("code", [SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS, SHARE_CAPITAL_OF_ENTERPRISES, "3030"])
def test_no_account_of_a_class_takes_entries_by_hand(house: Session, code: str) -> None:
    open_units(house)
    choose(house, "3030", ParticipantKind.ENTERPRISE)
    choose(house, SHARE_CAPITAL_OF_ENTERPRISES, ParticipantKind.INDIVIDUAL)
    treasurer, today = joining.founder(house, "treasurer"), cooperative.today(house)
    is_free = code == SHARE_CAPITAL
    assert (code not in kept.accounts_for_entries(house)) == is_free
    entry = NewEntry(today, "By hand", [Line(BANK, 100), Line(code, -100, uuid4())], uuid4())
    if is_free:
        record_entry(house, treasurer, entry)
        return
    with pytest.raises(KeptElsewhere):
        record_entry(house, treasurer, entry)
    with pytest.raises(fund_errors.FundAccountUnfit):
        add_fund(house, treasurer, NewFund("river", FundText("River", "Trust", "", ""), code, today))


def test_a_move_is_not_reversed_by_hand(house: Session) -> None:
    choose(house, SHARE_CAPITAL)
    moved = house.scalars(select(Entry.id).where(Entry.kind == "capital-move")).one()
    with pytest.raises(BookedElsewhere):
        reverse_entry(
            house, joining.founder(house, "treasurer"), entry_id=moved, booked_on=cooperative.today(house), reason="No"
        )


def test_the_account_of_a_class_stays_open_and_what_it_is(house: Session) -> None:
    open_units(house)
    choose(house, "3030", ParticipantKind.ENTERPRISE)
    treasurer, later = joining.founder(house, "treasurer"), cooperative.today(house) + timedelta(days=1)
    attempts: tuple[tuple[type[Refusal], Callable[[], object]], ...] = (
        (AccountNeeded, lambda: chart_operations.close_account(house, treasurer, code="3030", closed_on=later)),
        (PartiesFixed, lambda: _edit(house, replace(UNITS, by_party=False))),
        (LineFixed, lambda: _edit(house, replace(UNITS, statement_line="reserves"))),
    )
    for refusal, attempt in attempts:
        with pytest.raises(refusal):
            attempt()
    row = "code,name,kind,by_party,closed_on\n3030,Units of groups,equity,{},{}\n"
    for cells in (("no", ""), ("yes", later.isoformat())):
        with pytest.raises(Refusal), house.begin_nested():
            chart_operations.take_chart(house, treasurer, row.format(*cells))
    _edit(house, replace(UNITS, name="Units"))
    choose(house, SHARE_CAPITAL, ParticipantKind.ENTERPRISE)
    chart_operations.close_account(house, treasurer, code="3030", closed_on=later)


def _edit(session: Session, particulars: Particulars) -> None:
    chart_operations.edit_account(session, joining.founder(session, "treasurer"), code="3030", particulars=particulars)


def test_a_co_op_of_before_keeps_everything_on_one_account(session: Session) -> None:
    """As after the migration: every class has 3000."""
    joining.found(session)
    session.execute(update(MemberClass).values(capital_account=SHARE_CAPITAL))
    who = joining.joined(session)
    joining.enrolled(session, who)
    group_id = membership.create_organisation(
        session, joining.actor_of(session, who.person_id), name="Friends", kind=ParticipantKind.GROUP
    )
    joining.enrolled(session, joining.Joined(who.person_id, group_id))
    assert balances(session, SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS) == [10_000, 0]
    assert checks.findings(session) == []
    choose(session, SHARE_CAPITAL_OF_GROUPS)
    assert balances(session, SHARE_CAPITAL, SHARE_CAPITAL_OF_GROUPS) == [5_000, 5_000]
    assert checks.findings(session) == []


def test_many_members_move_in_several_entries(house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capital, "MOST_POSTINGS", 2)
    choose(house, SHARE_CAPITAL)
    choose(house, SHARE_CAPITAL_OF_GROUPS, ParticipantKind.INDIVIDUAL)
    assert len(house.scalars(select(Entry.id).where(Entry.kind == "capital-move")).all()) == 2


def test_the_treasurer_moves_the_capital_of_a_class_on_its_page(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get("/shares/classes")
    for words in ("Practitioners", "Community groups and iwi", "3010 Share capital of groups"):
        assert words in page.text, words
    link = next(href for words, href in page.links.items() if "Community groups" in words)
    form = treasurer.get(link)
    assert "moves to the account that you choose" in form.text
    done = treasurer.submit(link, {"account": SHARE_CAPITAL})
    assert "stands on account 3000" in done.text
    assert treasurer.submit(link, {"account": SHARE_CAPITAL_OF_GROUPS}).status == 200
    assert treasurer.post(link, {"account": "9999"}).status == 422
    assert "Choose another" not in sign_in("auditor").get("/shares/classes").text
    assert sign_in("secretary").get(link).status == 403
    assert treasurer.get(f"/shares/classes/{uuid4()}/account").status == 404
    assert treasurer.post(f"/shares/classes/{uuid4()}/account", {"account": SHARE_CAPITAL}).status == 404


def test_the_engine_knows_what_the_house_needs_only_from_the_house(house: Session) -> None:
    later: date = cooperative.today(house) + timedelta(days=1)
    with pytest.raises(AccountNeeded):
        chart_changes.close_account(house, SHARE_CAPITAL_OF_ENTERPRISES, closed_on=later, needed={"3020"})
    chart_changes.close_account(house, SHARE_CAPITAL_OF_ENTERPRISES, closed_on=later)
