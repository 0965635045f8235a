"""Reopening a closed year: what is taken back, what stays, what is refused, and that nobody gets around it with SQL."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from evidence.rules import drop_rules
from ledger import checks, errors, posting, sealing, statements
from ledger.chart import BANK, COACHES, COACHING_INCOME, SURPLUS_AWAITING
from ledger.export import export
from ledger.models import Entry, FiscalYear, Period, Posting, YearClosing, YearReopening
from ledger.totals import account_totals, balance_of
from ledger.years import closing, closing_errors, periods, reopening
from ledger.years import reopening_errors as refusals
from ledger.years.closed_years import closings_of, first_open, reopening_of
from tests.ledger.conftest import NOW, YEAR, Books, Write, at_once

TODAY = date(2027, 5, 20)
LATER = date(2027, 7, 1)
NEXT = (date(2027, 4, 1), date(2028, 3, 31))
MARCH = date(2027, 3, 1)


def start(books: Books) -> FiscalYear:
    """60.00 earned and 25.00 spent; 9.00 earned in the next year."""
    periods.open_fiscal_year(books.session, *NEXT)
    books.post((BANK, 6000), (COACHING_INCOME, -6000), on=date(2026, 8, 3))
    books.post((COACHES, 2500), (BANK, -2500), on=YEAR[1])
    books.post((BANK, 900), (COACHING_INCOME, -900), on=NEXT[0])
    return closing.year_named(books.session, "2027")


def close(session: Session, year: FiscalYear, today: date = TODAY) -> UUID | None:
    return closing.close_year(session, year_id=year.id, today=today, now=NOW + (today - TODAY) + timedelta(days=400))


def reopen(session: Session, year: FiscalYear, **other: Any) -> UUID | None:
    standing = closing.closing_of(session, year.id)
    asked: dict[str, Any] = {
        "year_id": year.id,
        "opens_on": MARCH,
        "fingerprint": reopening.closing_fingerprint(session, standing) if standing else "",
        "decision_ref": uuid4(),
        "decided_on": LATER,
        "today": LATER,
        "now": NOW + timedelta(days=430),
    }
    return reopening.reopen_year(session, **(asked | other))


@pytest.fixture
def year(books: Books) -> FiscalYear:
    found = start(books)
    close(books.session, found)
    return found


def _refused(books: Books, refusal: type[errors.LedgerRefusal], work: Callable[[], object]) -> str:
    """Do what must be refused and return the message; nothing may have changed."""

    def rows() -> list[int | None]:
        tables = (Entry, Posting, YearClosing, YearReopening)
        counts = [books.session.scalar(select(func.count()).select_from(mapped)) for mapped in tables]
        return [*counts, books.session.scalar(select(func.count()).where(Period.locked_at.is_not(None)))]

    before = rows()
    with pytest.raises(refusal) as refused:
        work()
    assert before == rows()
    return str(refused.value)


def test_the_closing_entry_is_taken_back_and_the_last_months_take_entries_again(books: Books, year: FiscalYear) -> None:
    closed = closing.closing_of(books.session, year.id)
    assert closed is not None
    entry = books.session.get_one(Entry, reopen(books.session, year))
    assert (entry.kind, entry.booked_on, entry.reverses_id) == ("reopening", year.ends_on, closed.entry_id)
    assert balance_of(books.session, SURPLUS_AWAITING) == 0
    assert (closing.is_closed(books.session, year.id), first_open(books.session)) == (False, year)
    standing = reopening_of(books.session, year.id)
    assert standing is not None
    assert (standing.number, standing.opens_on, standing.reopened_on) == (1, MARCH, LATER)
    locked = [month.locked_at is not None for month in periods.periods_of(books.session, year.id)]
    assert locked == [True] * 11 + [False]
    books.post((COACHES, 500), (BANK, -500), on=year.ends_on)
    with pytest.raises(errors.PeriodLocked):
        books.post(on=date(2027, 2, 28))


def test_statements_leave_out_both_the_closing_and_its_taking_back(books: Books, year: FiscalYear) -> None:
    income, cash = (
        statements.income_statement(books.session, *YEAR),
        statements.cash_flow_statement(books.session, *YEAR),
    )
    reopen(books.session, year)
    assert statements.income_statement(books.session, *YEAR) == income
    assert statements.cash_flow_statement(books.session, *YEAR) == cash
    sheet = statements.balance_sheet(books.session, YEAR[1])
    assert (sheet.result_minor, sheet.assets.total_minor) == (3500, sheet.claims_minor)
    equity = statements.equity_statement(books.session, *YEAR)
    assert [row.change.value for row in equity.rows] == ["result"]


def test_a_corrected_year_is_closed_again_with_its_new_result(books: Books, year: FiscalYear) -> None:
    reopen(books.session, year)
    books.post((COACHES, 500), (BANK, -500), on=year.ends_on)
    close(books.session, year, LATER)
    first, second = closings_of(books.session, year.id)
    assert (first.closing.result_minor, second.closing.result_minor) == (3500, 3000)
    assert first.reopening is not None
    assert second.reopening is None
    assert balance_of(books.session, SURPLUS_AWAITING) == -3000
    for total in account_totals(books.session, *YEAR):
        assert total.kind.is_permanent or total.balance_minor == 0, total.code
    assert statements.income_statement(books.session, *YEAR).result_minor == 3000
    assert sealing.unsealed_count(books.session) == 0
    assert periods.locked_to(books.session) == year.ends_on


def test_a_year_is_reopened_again_by_another_decision(books: Books, year: FiscalYear) -> None:
    decision = uuid4()
    reopen(books.session, year, decision_ref=decision)
    close(books.session, year, LATER)
    message = _refused(books, refusals.DecisionUsed, lambda: reopen(books.session, year, decision_ref=decision))
    assert "needs another decision" in message
    reopen(books.session, year)
    close(books.session, year, LATER)
    assert [one.closing.number for one in closings_of(books.session, year.id)] == [1, 2, 3]
    assert balance_of(books.session, SURPLUS_AWAITING) == -3500


def test_a_year_without_a_result_is_reopened_without_an_entry(books: Books) -> None:
    periods.open_fiscal_year(books.session, *NEXT)
    year = closing.year_named(books.session, "2027")
    assert close(books.session, year) is None
    assert reopen(books.session, year, opens_on=YEAR[0]) is None
    books.post(on=YEAR[0])
    assert close(books.session, year, LATER) is not None


def test_months_of_the_next_year_that_are_locked_stay_locked(books: Books, year: FiscalYear) -> None:
    periods.lock_period(books.session, date(2027, 4, 30), now=NOW)
    reopen(books.session, year)
    with pytest.raises(errors.PeriodLocked):
        books.post(on=NEXT[0])
    with pytest.raises(errors.EarlierPeriodOpen):
        periods.lock_period(books.session, date(2027, 5, 31), now=NOW)
    assert checks.findings(books.session) == []
    close(books.session, year, LATER)
    periods.lock_period(books.session, date(2027, 5, 31), now=NOW)


def test_an_open_year_is_not_reopened(books: Books) -> None:
    year = start(books)
    assert "nothing to reopen" in _refused(books, refusals.YearIsOpen, lambda: reopen(books.session, year))
    with pytest.raises(errors.NoSuchPeriod):
        reopening.problems_before_reopening(books.session, uuid4())


def test_a_year_is_reopened_once(books: Books, year: FiscalYear) -> None:
    reopen(books.session, year)
    _refused(books, refusals.YearIsOpen, lambda: reopen(books.session, year))


def test_only_the_last_closed_year_is_reopened_and_the_next_waits_for_it(books: Books, year: FiscalYear) -> None:
    periods.open_fiscal_year(books.session, date(2028, 4, 1), date(2029, 3, 31))
    second = closing.year_named(books.session, "2028")
    close(books.session, second, date(2028, 5, 1))
    message = _refused(books, refusals.LaterYearClosed, lambda: reopen(books.session, year))
    assert "The year to 2028-03-31, which came after, is closed" in message
    reopen(books.session, second, opens_on=date(2028, 3, 1), decided_on=date(2028, 5, 2))
    reopen(books.session, year)
    _refused(books, closing_errors.EarlierYearOpen, lambda: close(books.session, second, date(2028, 6, 1)))
    close(books.session, year, LATER)
    close(books.session, second, date(2028, 6, 1))


def test_the_decision_names_the_closing_that_stands(books: Books, year: FiscalYear) -> None:
    first = closing.closing_of(books.session, year.id)
    assert first is not None
    fingerprint = reopening.closing_fingerprint(books.session, first)
    reopen(books.session, year)
    close(books.session, year, LATER)
    again = closing.closing_of(books.session, year.id)
    assert again is not None
    assert (again.result_minor, reopening.closing_fingerprint(books.session, again) == fingerprint) == (3500, False)
    _refused(books, refusals.OtherClosing, lambda: reopen(books.session, year, fingerprint=fingerprint))


def test_the_day_is_the_first_of_a_month_of_the_year_and_the_decision_comes_after_the_closing(
    books: Books, year: FiscalYear
) -> None:
    for day in (date(2027, 3, 2), NEXT[0], date(2026, 3, 1)):
        _refused(books, refusals.NoMonthOfTheYear, partial(reopen, books.session, year, opens_on=day))
    early = TODAY - timedelta(days=1)
    _refused(books, refusals.DecidedBeforeClosing, lambda: reopen(books.session, year, decided_on=early))


def test_what_was_exported_before_stays_part_of_what_is_exported_after(books: Books, year: FiscalYear) -> None:
    """Nothing of a closed year is edited: every row of its export is there afterwards, in the same words."""
    before = b"".join(export(books.session, "csv", *YEAR)).splitlines()
    reopen(books.session, year)
    books.post((COACHES, 500), (BANK, -500), on=year.ends_on)
    close(books.session, year, LATER)
    assert set(before) < set(b"".join(export(books.session, "csv", *YEAR)).splitlines())


# --- With SQL, past the program.


def _id(session: Session, value: UUID) -> str:
    return value.hex if session.get_bind().dialect.name == "sqlite" else str(value)


def _sql_refused(session: Session, match: str, *statements: str) -> None:
    """Run statements of which the last must be refused, and take all of them back."""
    savepoint = session.begin_nested()
    for statement in statements[:-1]:
        session.execute(text(statement))
    with pytest.raises(DBAPIError, match=match):
        session.execute(text(statements[-1]))
    savepoint.rollback()


def _reopening(
    session: Session, year: FiscalYear, number: int = 1, opens_on: date = MARCH, verb: str = "INSERT"
) -> str:
    return (
        f"{verb} INTO ledger_year_reopening (fiscal_year_id, number, fingerprint, decision_ref, decided_on, opens_on,"
        f" reopened_on, reopened_at) VALUES ('{_id(session, year.id)}', {number}, 'f', '{_id(session, uuid4())}',"
        f" '2027-07-01', '{opens_on}', '2027-07-01', '2027-07-01 00:00:00.000000')"
    )


def _closing(session: Session, year: FiscalYear, number: int, verb: str = "INSERT") -> str:
    return (
        f"{verb} INTO ledger_year_closing (fiscal_year_id, number, result_minor, closed_on, closed_at)"
        f" VALUES ('{_id(session, year.id)}', {number}, 0, '2027-07-01', '2027-07-01 00:00:00.000000')"
    )


UNLOCK = "UPDATE ledger_period SET locked_at = NULL WHERE starts_on = '{}'"


def test_the_database_unlocks_nothing_without_a_reopening_that_stands(books: Books, year: FiscalYear) -> None:
    session, stays = books.session, "a locked period stays locked"
    _sql_refused(session, stays, UNLOCK.format(MARCH))
    reopen(session, year)
    _sql_refused(session, stays, UNLOCK.format("2027-02-01"))
    close(session, year, LATER)
    _sql_refused(session, stays, UNLOCK.format(MARCH))
    periods.lock_period(session, date(2027, 4, 30), now=NOW)
    reopen(session, year)
    _sql_refused(session, stays, UNLOCK.format(NEXT[0]))
    _sql_refused(
        session,
        f"{stays}|the days of a month stay",
        "UPDATE ledger_period SET ends_on = '2027-02-27', locked_at = NULL WHERE ends_on = '2027-02-28'",
    )
    close(session, year, LATER)


def test_the_database_refuses_a_reopening_that_cannot_be(books: Books, year: FiscalYear) -> None:
    session = books.session
    _sql_refused(session, "only a closing is taken back", _reopening(session, year, 2))
    _sql_refused(session, "first day of one of its periods", _reopening(session, year, opens_on=date(2027, 3, 2)))
    _sql_refused(session, "first day of one of its periods", _reopening(session, year, opens_on=NEXT[0]))
    _sql_refused(
        session, "taken back once|has a row with this key", _reopening(session, year), _reopening(session, year)
    )
    second = closing.year_named(session, "2028")
    _sql_refused(session, "only a closing is taken back", _reopening(session, second))
    periods.open_fiscal_year(session, date(2028, 4, 1), date(2029, 3, 31))
    close(session, second, date(2028, 5, 1))
    _sql_refused(session, "only the last closed year", _reopening(session, year))


def test_the_database_refuses_a_closing_that_cannot_be(books: Books, year: FiscalYear) -> None:
    session, once = books.session, "closed once until it is reopened"
    for number in (2, 3):
        _sql_refused(session, once, _closing(session, year, number))
    _sql_refused(session, f"{once}|has a row with this key|taken back", _closing(session, year, 1))
    lock = (
        "UPDATE ledger_period SET locked_at = '2027-07-01 00:00:00.000000' WHERE locked_at IS NULL AND ends_on <= '{}'"
    )
    _sql_refused(session, "not taken back", _reopening(session, year), _closing(session, year, 2))
    second = closing.year_named(session, "2028")
    reopen(session, year)
    _sql_refused(session, "all its periods are locked", _closing(session, year, 2))
    _sql_refused(session, once, lock.format(YEAR[1]), _closing(session, year, 3))
    _sql_refused(session, "years are closed in order", lock.format(NEXT[1]), _closing(session, second, 1))
    close(session, year, LATER)


def test_what_was_closed_and_reopened_is_neither_changed_nor_removed(books: Books, year: FiscalYear) -> None:
    session = books.session
    reopen(session, year)
    for table in ("ledger_year_closing", "ledger_year_reopening"):
        _sql_refused(session, "append-only", f"DELETE FROM {table}")
        _sql_refused(session, "append-only", f"UPDATE {table} SET number = 2")
        if session.get_bind().dialect.name == "postgresql":
            _sql_refused(session, "append-only|cannot truncate", f"TRUNCATE {table} CASCADE")
    if session.get_bind().dialect.name == "sqlite":
        _sql_refused(session, "has a row|taken back once", _reopening(session, year, verb="INSERT OR REPLACE"))
        _sql_refused(session, "has a row|is reopened|all its", _closing(session, year, 1, verb="INSERT OR REPLACE"))
    close(session, year, LATER)


@pytest.mark.tampers
def test_the_checks_see_a_reopening_that_was_not(books: Books, year: FiscalYear) -> None:
    session = books.session
    session.execute(text(_reopening(session, year)))
    place = "ledger-reopening: reopening 1 of the year to 2027-03-31"
    assert [str(one) for one in checks.findings(session)] == [
        f"{place}: it names another closing",
        f"{place}: the closing entry was not taken back on the last day",
    ]
    drop_rules(session.connection())
    session.execute(text("DELETE FROM ledger_year_reopening"))
    session.execute(text(UNLOCK.format("2027-02-01")))
    found = {str(one) for one in checks.findings(session)}
    assert "ledger-calendar: the period to 2027-03-31 is locked but an earlier one is open" in found
    session.execute(text(_closing(session, year, 3)))
    session.flush()
    found = {str(one) for one in checks.findings(session)}
    assert "ledger-closing: the closings of the year to 2027-03-31 do not follow each other" in found


# --- Two at once.


def _closed(write: Write) -> FiscalYear:
    def work(session: Session) -> FiscalYear:
        year = start(Books(session))
        close(session, year)
        return year

    found: FiscalYear = write(work)
    return found


def test_of_two_who_reopen_at_once_one_does(write: Write) -> None:
    year = _closed(write)
    answers = at_once(4, lambda _: write(lambda session: reopen(session, year)))
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert {type(answer) for answer in answers} == {UUID, refusals.YearIsOpen}


def test_a_year_is_reopened_or_the_next_one_closed_never_both(write: Write) -> None:
    year = _closed(write)

    def prepare(session: Session) -> FiscalYear:
        periods.open_fiscal_year(session, date(2028, 4, 1), date(2029, 3, 31))
        return closing.year_named(session, "2028")

    second = write(prepare)
    works = (lambda session: reopen(session, year), lambda session: close(session, second, date(2028, 5, 1)))
    answers = at_once(2, lambda number: write(works[number]))
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert {type(answer) for answer in answers} - {UUID} <= {refusals.LaterYearClosed, closing_errors.EarlierYearOpen}


def test_of_two_who_close_again_at_once_one_does(write: Write) -> None:
    year = _closed(write)
    write(lambda session: reopen(session, year))
    answers = at_once(3, lambda _: write(lambda session: close(session, year, LATER)))
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert {type(answer) for answer in answers} == {UUID, closing_errors.YearAlreadyClosed}


def test_an_entry_meets_a_closing_again_whole_or_not_at_all(write: Write) -> None:
    year = _closed(write)
    write(lambda session: reopen(session, year))

    def work(number: int) -> Any:
        if number == 0:
            return write(lambda session: close(session, year, LATER))
        lines = [posting.Line(COACHES, 100), posting.Line(BANK, -100)]
        draft = posting.Draft(YEAR[1], "Late", "manual", "NZD", lines, f"late-{number}")
        return write(lambda session: posting.post(session, draft, now=NOW))

    answers = at_once(4, work)
    posted = sum(isinstance(answer, UUID) for answer in answers[1:])
    standing = write(lambda session: closing.closing_of(session, year.id))
    assert standing.result_minor == 3500 - 100 * posted
