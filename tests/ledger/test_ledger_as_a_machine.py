"""Random operations on the books, one after the other, with every invariant after each: what a year of mistakes looks like."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.messages import Refusal
from ledger import checks, posting, sealing
from ledger.chart import BANK, COACHING_INCOME, GRANTS_UNSPENT, HOSTING, OTHER_INCOME, SUSPENSE, WAGES
from ledger.models import Entry, Period, Posting
from ledger.statements import balance_sheet, trial_balance
from ledger.totals import account_totals
from ledger.years import closing, periods, reopening
from tests.ledger.conftest import NOW, YEAR, found_books

ACCOUNTS = st.sampled_from([BANK, COACHING_INCOME, GRANTS_UNSPENT, HOSTING, OTHER_INCOME, SUSPENSE, WAGES, "1", "9999"])
AMOUNTS = st.integers(-(10**9), 10**9)
#: From before the first year to after the second.
DAYS = st.integers(-10, 760).map(lambda days: YEAR[0] + timedelta(days=days))


class Ledger(RuleBasedStateMachine):
    """The books, and beside them what every posting should have come to."""

    session: Session

    @initialize()
    def found(self) -> None:
        """Begin with empty books."""
        self.savepoint = self.session.begin_nested()
        found_books(self.session)
        self.expected: dict[str, int] = {}
        self.entries: list[UUID] = []
        self.keys = 0

    def attempt(self, work: Any) -> Any:
        """Do something that may be refused; a refusal changes nothing, which the invariants see."""
        try:
            with self.session.begin_nested():
                return work()
        except Refusal:
            return None

    @rule(lines=st.lists(st.tuples(ACCOUNTS, AMOUNTS), min_size=1, max_size=4), balance=ACCOUNTS, on=DAYS)
    def post(self, lines: list[tuple[str, int]], balance: str, on: date) -> None:
        """Post an entry whose last line makes it balance, on any account and any day."""
        self.keys += 1
        asked = [*lines, (balance, -sum(amount for _, amount in lines))]
        draft = posting.Draft(
            on, "Any", "manual", "NZD", [posting.Line(*line) for line in asked], f"machine-{self.keys}"
        )
        entry_id = self.attempt(lambda: posting.post(self.session, draft, now=NOW))
        if entry_id is not None:
            self.entries.append(entry_id)
            for account, amount in asked:
                self.expected[account] = self.expected.get(account, 0) + amount

    @rule(pick=st.integers(0, 50), on=DAYS)
    def reverse(self, pick: int, on: date) -> None:
        """Reverse one of the entries."""
        if not self.entries:
            return
        entry_id = self.entries[pick % len(self.entries)]
        done = self.attempt(lambda: posting.reverse(self.session, entry_id, booked_on=on, text="Wrong", now=NOW))
        if done is not None:
            for account, amount in self.lines_of(entry_id):
                self.expected[account] = self.expected.get(account, 0) - amount

    @rule(on=DAYS)
    def lock(self, on: date) -> None:
        """Lock the month that a day is in."""
        ends_on = self.session.scalar(select(Period.ends_on).where(Period.starts_on <= on, Period.ends_on >= on))
        if ends_on is not None:
            self.attempt(lambda: periods.lock_period(self.session, ends_on, now=NOW))

    @rule()
    def open_next_year(self) -> None:
        """Open the second year."""
        first, last = YEAR[1] + timedelta(days=1), date(2028, 3, 31)
        self.attempt(lambda: periods.open_fiscal_year(self.session, first, last))

    @rule(which=st.integers(0, 1))
    def close_year(self, which: int) -> None:
        """Close a year, where nothing keeps it open."""
        years = periods.fiscal_years(self.session)
        if which >= len(years):
            return
        today = date(2029, 1, 1)
        entry_id = self.attempt(lambda: closing.close_year(self.session, year_id=years[which].id, today=today, now=NOW))
        if entry_id is not None:
            for account, amount in self.lines_of(entry_id):
                self.expected[account] = self.expected.get(account, 0) + amount

    @rule(which=st.integers(0, 1), month=st.integers(0, 11))
    def reopen_year(self, which: int, month: int) -> None:
        """Reopen a year from one of its months on, where it is the last closed one."""
        years = periods.fiscal_years(self.session)
        standing = closing.closing_of(self.session, years[which].id) if which < len(years) else None
        if standing is None:
            return
        asked: dict[str, Any] = {
            "year_id": years[which].id,
            "opens_on": periods.periods_of(self.session, years[which].id)[month].starts_on,
            "fingerprint": reopening.closing_fingerprint(self.session, standing),
            "decision_ref": uuid4(),
            **dict.fromkeys(("decided_on", "today"), date(2029, 1, 1)),
        }
        entry_id = self.attempt(lambda: reopening.reopen_year(self.session, **asked, now=NOW))
        if entry_id is not None:
            for account, amount in self.lines_of(entry_id):
                self.expected[account] = self.expected.get(account, 0) + amount

    @rule(limit=st.integers(1, 20))
    def seal(self, limit: int) -> None:
        """Seal some entries."""
        sealing.seal(self.session, limit=limit)

    @invariant()
    def books_hold(self) -> None:
        """Every check is silent, every balance is what was posted, and the statements balance."""
        if not hasattr(self, "expected"):
            return
        assert checks.findings(self.session) == []
        standing = {one.code: one.balance_minor for one in account_totals(self.session, None, None)}
        assert {code: amount for code, amount in standing.items() if amount} == {
            code: amount for code, amount in self.expected.items() if amount
        }
        assert self.session.scalar(select(func.coalesce(func.sum(Posting.amount_minor), 0))) == 0
        for at in (YEAR[0] + timedelta(days=100), YEAR[1], date(2028, 3, 31)):
            trial, sheet = trial_balance(self.session, at), balance_sheet(self.session, at)
            assert trial.debit_minor == trial.credit_minor
            assert sheet.assets.total_minor == sheet.claims_minor

    def lines_of(self, entry_id: UUID) -> list[tuple[str, int]]:
        """Return account and amount of each line of an entry."""
        from ledger.journal import posted_entry

        return [(line.code, line.amount_minor) for line in posted_entry(self.session, entry_id).lines]

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "savepoint"):
            self.savepoint.rollback()
            self.session.expire_all()


def test_the_books_hold_whatever_is_done_to_them(session: Session) -> None:
    run_state_machine_as_test(
        type("Machine", (Ledger,), {"session": session}),
        settings=settings(
            max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert session.scalar(select(func.count()).select_from(Entry)) == 0


def test_the_machine_notices_a_wrong_balance(session: Session) -> None:
    """A test that cannot fail is none: with one posting more than it knows of, the machine stops."""
    machine = type("Machine", (Ledger,), {"session": session})()
    machine.found()
    lines = [posting.Line(BANK, 5), posting.Line(OTHER_INCOME, -5)]
    posting.post(session, posting.Draft(YEAR[0], "Unknown", "manual", "NZD", lines, "unknown"), now=NOW)
    with pytest.raises(AssertionError):
        machine.books_hold()
    machine.teardown()
