"""Closing a year: what goes where, what keeps it from being closed, and what the statements say afterwards."""

from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from evidence.rules import drop_rules
from ledger import checks, errors, posting, sealing, statements
from ledger.chart import BANK, COACHES, COACHING_INCOME, OTHER_INCOME, SURPLUS_AWAITING, SUSPENSE
from ledger.models import Entry, FiscalYear, Posting, YearClosing
from ledger.totals import account_totals, balance_of
from ledger.years import closing, closing_errors, periods
from tests.ledger.conftest import NOW, YEAR, Books

TODAY = date(2027, 5, 20)
NEXT = (date(2027, 4, 1), date(2028, 3, 31))


@pytest.fixture
def year(books: Books) -> FiscalYear:
    """60.00 earned and 25.00 spent; 9.00 earned in the next year."""
    periods.open_fiscal_year(books.session, *NEXT)
    books.post((BANK, 6000), (COACHING_INCOME, -6000), on=date(2026, 8, 3))
    books.post((COACHES, 2500), (BANK, -2500), on=YEAR[1])
    books.post((BANK, 900), (COACHING_INCOME, -900), on=NEXT[0])
    return closing.year_named(books.session, "2027")


def _close(books: Books, year: FiscalYear, today: date = TODAY) -> None:
    closing.close_year(books.session, year_id=year.id, today=today, now=NOW)


def _refused(books: Books, year: FiscalYear, refusal: type[errors.LedgerRefusal], today: date = TODAY) -> str:
    """Try to close the year and return the message; nothing may have changed."""
    before = [books.session.scalar(select(func.count()).select_from(table)) for table in (Entry, Posting, YearClosing)]
    locked = periods.locked_to(books.session)
    with pytest.raises(refusal) as refused:
        _close(books, year, today)
    after = [books.session.scalar(select(func.count()).select_from(table)) for table in (Entry, Posting, YearClosing)]
    assert (before, locked) == (after, periods.locked_to(books.session))
    return str(refused.value)


def test_the_result_goes_to_the_surplus_awaiting_a_decision(books: Books, year: FiscalYear) -> None:
    _close(books, year)
    assert balance_of(books.session, SURPLUS_AWAITING) == -3500
    for total in account_totals(books.session, year.starts_on, year.ends_on):
        assert total.kind.is_permanent or total.balance_minor == 0, total.code
    closed = closing.closing_of(books.session, year.id)
    assert closed is not None
    assert (closed.result_minor, closed.closed_on) == (3500, TODAY)
    entry = books.session.get_one(Entry, closed.entry_id)
    assert (entry.kind, entry.booked_on) == ("closing", year.ends_on)


def test_a_deficit_is_closed_too(books: Books, year: FiscalYear) -> None:
    books.post((COACHES, 5000), (BANK, -5000), on=date(2026, 9, 1))
    _close(books, year)
    assert balance_of(books.session, SURPLUS_AWAITING) == 1500
    assert closing.result_of(books.session, year) == -1500


def test_a_year_in_which_nothing_was_earned_is_closed_without_an_entry(books: Books) -> None:
    periods.open_fiscal_year(books.session, *NEXT)
    year = closing.year_named(books.session, "2027")
    assert closing.close_year(books.session, year_id=year.id, today=TODAY, now=NOW) is None
    assert closing.is_closed(books.session, year.id)
    assert closing.result_of(books.session, year) == 0


def test_income_that_equals_the_costs_moves_nothing_but_is_closed(books: Books, year: FiscalYear) -> None:
    books.post((COACHES, 3500), (BANK, -3500), on=date(2026, 9, 1))
    _close(books, year)
    assert balance_of(books.session, SURPLUS_AWAITING) == 0
    assert {t.balance_minor for t in account_totals(books.session, *YEAR) if not t.kind.is_permanent} == {0}


def test_a_closed_year_is_sealed_and_takes_no_entry(books: Books, year: FiscalYear) -> None:
    _close(books, year)
    assert sealing.unsealed_count(books.session) == 0
    assert periods.locked_to(books.session) == year.ends_on
    with pytest.raises(errors.PeriodLocked, match="locked to 2027-03-31"):
        books.post(on=year.ends_on)
    books.post(on=NEXT[0])


def test_statements_after_the_closing_are_those_before_it(books: Books, year: FiscalYear) -> None:
    sheet, income = statements.balance_sheet(books.session, YEAR[1]), statements.income_statement(books.session, *YEAR)
    half = statements.income_statement(books.session, date(2026, 8, 1), date(2027, 3, 31))
    _close(books, year)
    assert statements.income_statement(books.session, *YEAR) == income
    assert statements.income_statement(books.session, date(2026, 8, 1), date(2027, 3, 31)) == half
    assert (income.result_minor, half.result_minor) == (3500, 3500)
    closed_sheet = statements.balance_sheet(books.session, YEAR[1])
    assert closed_sheet.claims_minor == sheet.claims_minor == closed_sheet.assets.total_minor
    assert (sheet.result_minor, closed_sheet.result_minor, closed_sheet.equity.total_minor) == (3500, 0, 3500)
    later = statements.balance_sheet(books.session, NEXT[0])
    assert (later.result_minor, later.earlier_result_minor) == (900, 0)
    both = statements.income_statement(books.session, YEAR[0], NEXT[1])
    assert both.result_minor == 4400


def test_a_year_that_is_not_over_is_not_closed(books: Books, year: FiscalYear) -> None:
    assert "not over yet" in _refused(books, year, closing_errors.YearNotOver, today=year.ends_on)


def test_a_year_is_closed_once(books: Books, year: FiscalYear) -> None:
    _close(books, year)
    assert "already closed" in _refused(books, year, closing_errors.YearAlreadyClosed)


def test_years_are_closed_in_order(books: Books, year: FiscalYear) -> None:
    periods.open_fiscal_year(books.session, date(2028, 4, 1), date(2029, 3, 31))
    second = closing.year_named(books.session, "2028")
    message = _refused(books, second, closing_errors.EarlierYearOpen, today=date(2028, 5, 1))
    assert message == "The year to 2027-03-31 is not closed yet. Years are closed in order."
    _close(books, year)
    _close(books, second, today=date(2028, 5, 1))
    assert balance_of(books.session, SURPLUS_AWAITING) == -4400


def test_a_year_is_not_closed_over_money_in_suspense(books: Books, year: FiscalYear) -> None:
    books.post((SUSPENSE, 700), (BANK, -700), on=date(2026, 12, 1))
    assert "stands in suspense" in _refused(books, year, closing_errors.SuspenseNotExplained)


def test_the_next_year_must_be_open(books: Books) -> None:
    books.post(on=date(2026, 8, 3))
    assert "Open the next one first" in _refused(
        books, closing.year_named(books.session, "2027"), closing_errors.NoNextYear
    )


def test_a_year_whose_last_month_was_locked_by_hand_is_not_closed(books: Books, year: FiscalYear) -> None:
    for period in periods.periods_of(books.session, year.id):
        periods.lock_period(books.session, period.ends_on, now=NOW)
    assert "cannot be booked on its last day" in _refused(books, year, closing_errors.LastMonthLocked)


def test_every_problem_is_listed_before_the_closing(books: Books) -> None:
    books.post((SUSPENSE, 700), (BANK, -700), on=date(2026, 12, 1))
    year = closing.year_named(books.session, "2027")
    problems = closing.problems_before_closing(books.session, year.id, year.ends_on)
    assert [problem.code for problem in problems] == ["year-not-over", "no-next-year", "suspense"]
    assert problems[2].values == {"balance_minor": 700, "currency": "NZD"}
    assert all(problem.blocking for problem in problems)


def test_a_closing_entry_is_not_posted_twice_by_its_key(books: Books, year: FiscalYear) -> None:
    _close(books, year)
    draft = posting.Draft(
        NEXT[0], "x", "manual", "NZD", [posting.Line(BANK, 1), posting.Line(OTHER_INCOME, -1)], f"closing:{year.id}"
    )
    with pytest.raises(errors.KeyUsedDifferently):
        posting.post(books.session, draft, now=NOW)


def test_a_year_is_named_by_the_calendar_year_or_the_day_it_ends(books: Books) -> None:
    first = closing.year_named(books.session, "2027")
    assert closing.year_named(books.session, "2027-03-31") is first
    for name in ("2026", "27", "", "2027-03-30", "all"):
        with pytest.raises(closing_errors.NoSuchYear):
            closing.year_named(books.session, name)
    periods.open_fiscal_year(books.session, date(2027, 4, 1), date(2027, 12, 31))
    with pytest.raises(closing_errors.SeveralSuchYears, match="such as 2027-12-31"):
        closing.year_named(books.session, "2027")
    assert closing.year_named(books.session, "2027-03-31") is first


def test_the_database_itself_refuses_a_closing_while_a_month_is_open(books: Books, year: FiscalYear) -> None:
    closing_row = YearClosing(fiscal_year_id=year.id, number=1, result_minor=0, closed_on=TODAY, closed_at=NOW)
    savepoint = books.session.begin_nested()
    books.session.add(closing_row)
    with pytest.raises(DBAPIError, match="closed when all its periods are locked"):
        books.session.flush()
    savepoint.rollback()


@pytest.mark.tampers
def test_the_checks_see_a_closed_year_that_is_not_at_rest(books: Books, year: FiscalYear) -> None:
    _close(books, year)
    drop_rules(books.session.connection())
    closed = books.session.get_one(YearClosing, (year.id, 1))
    closed.result_minor = 1
    periods.periods_of(books.session, year.id)[-1].locked_at = None
    books.session.flush()
    books.post((BANK, 100), (COACHING_INCOME, -100), on=year.ends_on)
    found = [str(finding) for finding in checks.findings(books.session) if finding.check == "ledger-closing"]
    assert found == [
        "ledger-closing: the year to 2027-03-31 is closed but a month of it is open",
        "ledger-closing: account 4100 is not at zero at the end of 2027-03-31",
        "ledger-closing: the result of the year to 2027-03-31 is not the one it was closed with",
    ]
