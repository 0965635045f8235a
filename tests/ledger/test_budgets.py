"""Budgets: amounts by account and month, spread, copied and read from a file, and held against the books."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.columns import table_of
from ledger.budgets import amounts, errors, table
from ledger.budgets.amounts import CopySource
from ledger.budgets.comparison import By, Compared, compare
from ledger.budgets.models import BudgetAmount
from ledger.chart import BANK, COACHING_INCOME, HOSTING, account_by_code
from ledger.importing.errors import ColumnMissing, FileEmpty, FileRefused
from ledger.models import AccountKind, FiscalYear
from ledger.years import periods
from ledger.years.closing import close_year
from tests.ledger.conftest import YEAR, Books


@pytest.fixture
def year(books: Books) -> FiscalYear:
    found = periods.fiscal_year_of(books.session, YEAR[0])
    assert found is not None
    return found


def _months(session: Session, year: FiscalYear) -> list[UUID]:
    return [month.id for month in periods.periods_of(session, year.id)]


def _planned(session: Session, year: FiscalYear, code: str) -> list[int]:
    account_id = account_by_code(session, code).id
    found = amounts.budget_of(session, _months(session, year))
    return [found.get((account_id, month), 0) for month in _months(session, year)]


@pytest.mark.parametrize("total_minor", [120_000, 100_000, 7, -100_001, 0])
def test_a_years_amount_is_spread_without_losing_a_cent(books: Books, year: FiscalYear, total_minor: int) -> None:
    months = periods.periods_of(books.session, year.id)
    parts = [amounts.spread(total_minor, months)[month.id] for month in months]
    assert sum(parts) == total_minor
    assert max(parts) - min(parts) <= 1
    # The first months take what is left over.
    assert [abs(part) for part in parts] == sorted((abs(part) for part in parts), reverse=True)


def test_an_account_is_planned_month_by_month_and_again(books: Books, year: FiscalYear) -> None:
    months = _months(books.session, year)
    amounts.plan_account(books.session, year.id, HOSTING, {months[0]: 500, months[3]: 700})
    assert _planned(books.session, year, HOSTING) == [500, 0, 0, 700, *[0] * 8]
    amounts.plan_account(books.session, year.id, HOSTING, {months[1]: 900, months[2]: 0})
    assert _planned(books.session, year, HOSTING) == [0, 900, *[0] * 10]
    assert len(books.session.scalars(select(BudgetAmount)).all()) == 1


def test_only_what_earns_or_costs_is_planned(books: Books, year: FiscalYear) -> None:
    month = _months(books.session, year)[0]
    for code in (BANK, "0000"):
        with pytest.raises(errors.NotBudgeted):
            amounts.plan_account(books.session, year.id, code, {month: 1})
    with pytest.raises(errors.MonthOutsideYear):
        amounts.plan_account(books.session, year.id, HOSTING, {uuid4(): 1})
    with pytest.raises(errors.BudgetOutOfRange):
        amounts.plan_account(books.session, year.id, HOSTING, {month: 10**15})
    with pytest.raises(errors.NoSuchYear):
        amounts.plan_account(books.session, uuid4(), HOSTING, {})
    assert books.session.scalars(select(BudgetAmount)).all() == []


def test_the_database_itself_refuses_a_budget_of_the_bank(books: Books, year: FiscalYear) -> None:
    bank, month = account_by_code(books.session, BANK), _months(books.session, year)[0]
    row = {"account_id": bank.id, "period_id": month, "amount_minor": 1, "currency": "NZD"}
    with pytest.raises(IntegrityError, match="only income and expense"), books.session.begin_nested():
        books.session.execute(insert(table_of(BudgetAmount)), row)


def test_budget_stands_beside_actuals_for_months_quarters_and_the_year(books: Books, year: FiscalYear) -> None:
    months = _months(books.session, year)
    amounts.plan_account(books.session, year.id, COACHING_INCOME, dict.fromkeys(months, 1000))
    amounts.plan_account(books.session, year.id, HOSTING, {months[1]: 300})
    books.post((BANK, 2500), (COACHING_INCOME, -2500), on=date(2026, 5, 4))
    books.post((BANK, 500), (COACHING_INCOME, -500), on=date(2027, 3, 31))
    books.post((HOSTING, 450), (BANK, -450), on=date(2026, 6, 4))

    def columns(by: By, code: str) -> list[Compared]:
        return list(next(row.columns for row in compare(books.session, year.id, by).rows if row.code == code))

    assert columns(By.MONTH, COACHING_INCOME)[:2] == [Compared(1000, 0), Compared(1000, 2500)]
    assert columns(By.QUARTER, COACHING_INCOME) == [
        Compared(3000, 2500),
        Compared(3000, 0),
        Compared(3000, 0),
        Compared(3000, 500),
    ]
    assert columns(By.YEAR, HOSTING) == [Compared(300, 450)]
    whole = compare(books.session, year.id, By.YEAR)
    assert whole.total(AccountKind.INCOME, 0) == Compared(12_000, 3000)
    assert whole.result(0) == Compared(11_700, 2550)
    hosting = columns(By.YEAR, HOSTING)[0]
    assert (hosting.difference_minor, hosting.percentage) == (150, (450, 300))
    assert Compared(0, 5).percentage is None


def test_a_closed_year_still_shows_what_it_earned_and_its_budget_stays(books: Books, year: FiscalYear) -> None:
    month = _months(books.session, year)[-1]
    amounts.plan_account(books.session, year.id, COACHING_INCOME, {month: 1000})
    books.post((BANK, 900), (COACHING_INCOME, -900), on=date(2027, 3, 31))
    periods.open_fiscal_year(books.session, YEAR[1] + timedelta(days=1), date(2028, 3, 31))
    close_year(books.session, year_id=year.id, today=date(2027, 4, 1), now=books.now)
    income = next(row for row in compare(books.session, year.id, By.YEAR).rows if row.code == COACHING_INCOME)
    assert income.columns == (Compared(1000, 900),)
    with pytest.raises(errors.BudgetYearClosed):
        amounts.plan_account(books.session, year.id, COACHING_INCOME, {month: 1})
    with pytest.raises(errors.BudgetYearClosed):
        amounts.copy_year_before(books.session, year.id, CopySource.ACTUALS)


def test_a_budget_is_copied_from_what_was_planned_or_booked(books: Books, year: FiscalYear) -> None:
    session, months = books.session, _months(books.session, year)
    amounts.plan_account(session, year.id, HOSTING, {months[0]: 100, months[11]: 200})
    books.post((BANK, 900), (COACHING_INCOME, -900), on=date(2026, 6, 4))
    starts_on = YEAR[1] + timedelta(days=1)
    next_id = periods.open_fiscal_year(session, starts_on, date(2028, 3, 31))
    following = session.get_one(FiscalYear, next_id)
    assert amounts.copy_year_before(session, next_id, CopySource.BUDGET) == 1
    assert _planned(session, following, HOSTING) == [100, *[0] * 10, 200]
    assert amounts.copy_year_before(session, next_id, CopySource.ACTUALS) == 1
    assert _planned(session, following, HOSTING) == [0] * 12
    assert _planned(session, following, COACHING_INCOME) == [0, 0, 900, *[0] * 9]
    with pytest.raises(errors.NothingToCopy):
        amounts.copy_year_before(session, year.id, CopySource.BUDGET)


def test_what_is_written_as_a_table_is_read_back(books: Books, year: FiscalYear) -> None:
    months = _months(books.session, year)
    amounts.plan_account(
        books.session, year.id, HOSTING, amounts.spread(100_000, periods.periods_of(books.session, year.id))
    )
    amounts.plan_account(books.session, year.id, COACHING_INCOME, {months[2]: -50})
    before = amounts.budget_of(books.session, months)
    lines = [",".join(table.COLUMNS), *(",".join(row) for row in table.rows(compare(books.session, year.id, By.MONTH)))]
    read = table.read(books.session, year.id, "\n".join(lines))
    assert {key: minor for key, minor in read.items() if minor} == before
    assert amounts.plan_accounts(books.session, year.id, read) == 2
    assert amounts.budget_of(books.session, months) == before


def test_a_file_is_refused_with_every_row_that_is_wrong(books: Books, year: FiscalYear) -> None:
    text = "account,month,budget\n6100,2026-04,10\n1000,2026-04,10\n6100,2029-01,10\n6100,soon,x\n6100,2026-04,11\n"
    with pytest.raises(FileRefused) as refused:
        table.read(books.session, year.id, text)
    assert [(one.row, one.column, type(one.reason).__name__) for one in refused.value.problems] == [
        (3, "account", "NotBudgeted"),
        (4, "month", "MonthOutsideYear"),
        (5, "month", "MonthUnreadable"),
        (5, "budget", "NumberUnreadable"),
        (6, "month", "MonthTwice"),
    ]
    with pytest.raises(ColumnMissing):
        table.read(books.session, year.id, "account,month\n6100,2026-04\n")
    with pytest.raises(FileEmpty):
        table.read(books.session, year.id, "account,month,budget\n")
