"""Posting a surplus: exactly what was planned, once; everything else is refused and changes nothing."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.messages import Refusal
from evidence.rules import drop_rules
from ledger import checks, posting
from ledger.chart import (
    BANK,
    COMMUNITY_FUND,
    GENERAL_RESERVE,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SURPLUS_AWAITING,
)
from ledger.errors import PeriodLocked, PeriodNotOpened
from ledger.models import Account, Entry, FiscalYear, Posting
from ledger.surplus import errors
from ledger.surplus.models import Distribution, Fallback, SurplusLineParty
from ledger.surplus.plan import Patron, Plan, Rates, lines
from ledger.surplus.posting import distribution_of
from ledger.totals import balance_of, party_balance_of
from ledger.years import periods
from ledger.years.closing import close_year
from tests.databases import TestDatabase
from tests.ledger.conftest import Books, found_books
from tests.ledger.surplus.conftest import ANA, BEN, DECIDED_ON, DECISION, NOW, RATES, TODAY, Year, start


def _refused(year: Year, plan: Plan, refusal: type[Refusal], **other: Any) -> str:
    before = year.rows()
    with pytest.raises(refusal) as refused:
        year.post(plan, **other)
    year.session.expire_all()
    assert year.rows() == before
    return str(refused.value)


def _posted(year: Year) -> Counter[tuple[str, UUID | None]]:
    rows = year.session.execute(
        select(Account.code, Posting.party_ref, Posting.amount_minor)
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Entry.kind == "distribution")
    )
    found: Counter[tuple[str, UUID | None]] = Counter()
    for code, party_ref, amount in rows:
        found[code, party_ref] += amount
    return found


def test_exactly_the_plan_is_posted(closed: Year) -> None:
    plan = closed.plan()
    (entry_id,) = closed.post(plan)
    assert _posted(closed) == {
        (SURPLUS_AWAITING, None): 150_000,
        (GENERAL_RESERVE, None): -90_000,
        (COMMUNITY_FUND, None): -7_500,
        (PATRONAGE_PAYABLE, ANA): -18_375,
        (RETAINED_PATRONAGE, ANA): -18_375,
        (PATRONAGE_PAYABLE, BEN): -7_875,
        (RETAINED_PATRONAGE, BEN): -7_875,
    }
    entry = closed.session.get_one(Entry, entry_id)
    assert (entry.booked_on, entry.source_kind, entry.source_id) == (DECIDED_ON, "distribution", plan.id)
    assert balance_of(closed.session, SURPLUS_AWAITING) == 0
    found = distribution_of(closed.session, closed.year.id)
    assert found is not None
    assert (found.plan_id, found.decision_ref, found.decided_on, found.fingerprint) == (
        plan.id,
        DECISION,
        DECIDED_ON,
        plan.fingerprint,
    )


def test_a_year_without_members_business_is_posted_by_its_fallback(busy: Year) -> None:
    busy.patrons = ()
    busy.close()
    busy.post(busy.plan(fallback=Fallback.FUND))
    assert _posted(busy) == {(SURPLUS_AWAITING, None): 150_000, (COMMUNITY_FUND, None): -150_000}


def test_everything_may_be_paid_or_everything_kept(closed: Year) -> None:
    closed.post(closed.plan(Rates(0, 0, 10_000)))
    assert party_balance_of(closed.session, PATRONAGE_PAYABLE, ANA) == -52_500
    assert party_balance_of(closed.session, RETAINED_PATRONAGE, ANA) == 0


def test_a_long_plan_is_posted_in_several_entries_that_each_balance(
    busy: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [UUID(int=1000 + number) for number in range(20)]
    for member in members:
        busy.sell(member, 1_000)
    busy.patrons = tuple(Patron(member, date(2026, 4, 1)) for member in members)
    busy.close()
    monkeypatch.setattr(posting, "MOST_POSTINGS", 12)
    plan = busy.plan()
    entries = busy.post(plan)
    # Eleven credits an entry: two funds and four members first, then five members each time.
    assert len(entries) == 5
    sizes = [len(busy.session.get_one(Entry, entry_id).postings) for entry_id in entries]
    assert sizes == [11, 11, 11, 11, 3]
    assert balance_of(busy.session, SURPLUS_AWAITING) == 0
    in_order = [p.party_ref for e in entries for p in busy.session.get_one(Entry, e).postings if p.party_ref]
    assert in_order[::2] == [line.party_ref for line in lines(busy.session, plan.id)]


def test_another_fingerprint_is_not_posted(closed: Year) -> None:
    plan, other = closed.plan(), closed.plan()
    assert "Only exactly what was decided" in _refused(
        closed, plan, errors.OtherFingerprint, fingerprint=other.fingerprint
    )


def test_a_surplus_is_distributed_once(closed: Year) -> None:
    plan, other = closed.plan(), closed.plan()
    closed.post(plan)
    assert "already distributed" in _refused(closed, plan, errors.AlreadyDistributed)
    assert "already distributed" in _refused(closed, other, errors.AlreadyDistributed)
    with pytest.raises(errors.AlreadyDistributed):
        closed.plan()


def test_a_decision_before_the_closing_is_refused(closed: Year) -> None:
    plan = closed.plan()
    message = _refused(closed, plan, errors.DecidedBeforeClosing, decided_on=date(2027, 5, 19))
    assert message == "The decision is of 2027-05-19, but the year was closed only on 2027-05-20."
    assert closed.post(plan, decided_on=TODAY)


def test_a_decision_in_a_locked_month_or_outside_the_years_is_refused(closed: Year) -> None:
    plan = closed.plan()
    for _ in range(3):
        waiting = periods.next_to_lock(closed.session)
        assert waiting is not None
        periods.lock_period(closed.session, waiting.ends_on, now=closed.books.now)
    assert "locked to 2027-06-30" in _refused(closed, plan, PeriodLocked)
    assert "No fiscal year is open" in _refused(closed, plan, PeriodNotOpened, decided_on=date(2030, 1, 1))


def test_a_plan_is_stale_once_the_surplus_was_moved(closed: Year) -> None:
    plan = closed.plan()
    closed.books.post((SURPLUS_AWAITING, 100), (BANK, -100), on=date(2027, 6, 1))
    message = _refused(closed, plan, errors.PlanStale)
    assert message.startswith("The plan no longer fits the books: The surplus of the year was 150000, but only 149900")


def test_a_plan_is_stale_once_somebody_is_a_member_or_none(closed: Year) -> None:
    plan = closed.plan()
    only_ana = (Patron(ANA, date(2026, 4, 1)),)
    assert "planned as 100000 and is 70000" in _refused(closed, plan, errors.PlanStale, patrons=only_ana)
    later = (Patron(ANA, date(2026, 8, 4)), Patron(BEN, date(2026, 4, 1)))
    assert "planned as 100000 and is 30000" in _refused(closed, plan, errors.PlanStale, patrons=later)


def test_a_plan_is_stale_once_other_members_did_the_same_business(busy: Year) -> None:
    cara = UUID(int=0xCA)
    busy.sell(cara, 30_000)
    busy.close()
    plan = busy.plan()
    instead_of_ben = (Patron(ANA, date(2026, 4, 1)), Patron(cara, date(2026, 4, 1)))
    assert "lines of 2 members" in _refused(busy, plan, errors.PlanStale, patrons=instead_of_ben)


def _tamper(year: Year, statement: str) -> None:
    """Write past the rules, as somebody could who holds the database itself."""
    drop_rules(year.session.connection())
    year.session.execute(text(statement))
    year.session.expire_all()


@pytest.mark.tampers
def test_two_members_cannot_be_swapped_under_a_fingerprint(closed: Year) -> None:
    plan = closed.plan()
    drop_rules(closed.session.connection())
    salts = {line.line_no: line for line in lines(closed.session, plan.id)}
    closed.session.execute(text("DROP INDEX uq_ledger_surplus_line_party_party_ref"))
    for number, other in ((1, 2), (2, 1)):
        row = closed.session.get_one(SurplusLineParty, (plan.id, number))
        row.party_ref = salts[other].party_ref
    closed.session.flush()
    assert "Line 1 of the plan belongs to somebody else" in _refused(closed, plan, errors.PartyChanged)
    found = [str(finding) for finding in checks.findings(closed.session)]
    assert found == [f"surplus-party: plan {plan.id}, line {n}: not the party that was planned" for n in (1, 2)]


@pytest.mark.tampers
def test_a_changed_plan_is_not_posted(closed: Year) -> None:
    plan = closed.plan()
    _tamper(
        closed,
        "UPDATE ledger_surplus_line SET cash_minor = cash_minor - 1, retained_minor = retained_minor + 1 WHERE line_no = 1",
    )
    assert "no longer give its fingerprint" in _refused(closed, plan, errors.PlanChanged)
    found = {finding.check for finding in checks.findings(closed.session)}
    assert found == {"surplus-sums", "surplus-fingerprint"}


@pytest.mark.tampers
def test_the_check_sees_a_distribution_that_is_not_its_plan(closed: Year) -> None:
    plan = closed.plan()
    closed.post(plan)
    draft = posting.Draft(
        DECIDED_ON,
        "x",
        "distribution",
        "NZD",
        [posting.Line(RETAINED_PATRONAGE, 5, ANA), posting.Line(RETAINED_PATRONAGE, -5, BEN)],
        "wrong",
        source_kind="distribution",
        source_id=plan.id,
    )
    posting.post(closed.session, draft, now=closed.books.now)
    found = [str(finding) for finding in checks.findings(closed.session)]
    assert found == [
        f"surplus-distribution: plan {plan.id}: account {RETAINED_PATRONAGE}, party {ANA} is out by -5",
        f"surplus-distribution: plan {plan.id}: account {RETAINED_PATRONAGE}, party {BEN} is out by 5",
    ]


@pytest.mark.tampers
def test_the_check_sees_entries_of_a_plan_that_nobody_decided(closed: Year) -> None:
    plan = closed.plan()
    closed.post(plan)
    _tamper(closed, "DELETE FROM ledger_surplus_distribution")
    assert {finding.check for finding in checks.findings(closed.session)} == {"surplus-distribution"}


def test_the_database_itself_refuses_lines_that_come_late_and_changes(closed: Year) -> None:
    plan = closed.plan()
    closed.post(plan)
    session = closed.session
    id_ = plan.id.hex if session.get_bind().dialect.name == "sqlite" else str(plan.id)
    tables = ("plan", "line", "line_party", "distribution")
    statements = {
        **{f"DELETE FROM ledger_surplus_{table}": "append-only" for table in tables},
        "UPDATE ledger_surplus_line SET cash_minor = 0": "append-only",
        "UPDATE ledger_year_closing SET result_minor = 0": "append-only",
        f"INSERT INTO ledger_surplus_line VALUES ('{id_}', 99, 'x', 1, 0, 0, 0)": "takes no line",
        "INSERT INTO ledger_surplus_line_party (plan_id, line_no, salt, party_ref, counted_from)"
        f" SELECT plan_id, 99, salt, '{id_}', counted_from FROM ledger_surplus_line_party WHERE line_no = 1": "takes no line",
    }
    for statement, message in statements.items():
        savepoint = session.begin_nested()
        with pytest.raises(DBAPIError, match=message):
            session.execute(text(statement))
        savepoint.rollback()


Write = Callable[[Callable[[Session], Any]], Any]


def _at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    barrier = Barrier(count)

    def run(number: int) -> Any:
        barrier.wait()
        try:
            return work(number)
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def _year_of(session: Session) -> Year:
    year = start(found_books(session))
    year.sell(ANA, 60_000)
    year.sell(BEN, 30_000)
    return year


def test_of_two_who_close_a_year_at_once_one_does(database: TestDatabase) -> None:
    year_id = write_with(database.engine, lambda session: _year_of(session).year.id)

    def close(session: Session) -> UUID | None:
        return close_year(session, year_id=year_id, today=TODAY, now=NOW)

    answers = _at_once(4, lambda _: write_with(database.engine, close))
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    with Session(database.engine) as session:
        assert balance_of(session, SURPLUS_AWAITING) == -90_000
        assert checks.findings(session) == []


def test_of_two_plans_posted_at_once_one_is(database: TestDatabase) -> None:
    def prepare(session: Session) -> list[Plan]:
        year = _year_of(session)
        year.close()
        return [year.plan(), year.plan(Rates(0, 0, 0)), year.plan(RATES)]

    plans = write_with(database.engine, prepare)

    def post(number: int) -> tuple[UUID, ...]:
        plan = plans[number % 3]

        def work(session: Session) -> tuple[UUID, ...]:
            return Year(Books(session), session.get_one(FiscalYear, plan.year_id)).post(plan)

        return write_with(database.engine, work)

    answers = _at_once(6, post)
    assert sum(isinstance(answer, tuple) for answer in answers) == 1
    assert sum(isinstance(answer, errors.AlreadyDistributed) for answer in answers) == 5
    with Session(database.engine) as session:
        assert len(session.scalars(select(Distribution)).all()) == 1
        assert balance_of(session, SURPLUS_AWAITING) == 0
        assert checks.findings(session) == []
