"""The trial balance, the balance sheet and the income statement.

The balance sheet shows the result of the year, and that of earlier years as long as no closing entry has moved it, as lines
of the equity: so it balances on every day.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from ledger.chart import books_currency
from ledger.models import AccountKind, Business
from ledger.spans import Span
from ledger.statements.sections import Section, result_of, section
from ledger.totals import AccountBalance, account_balances, account_totals
from ledger.years.periods import fiscal_year_of, months_within

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class TrialBalance:
    """Every account with a balance at the end of a day. Both totals are equal."""

    at: date
    currency: str
    rows: tuple[AccountBalance, ...]
    debit_minor: int
    credit_minor: int

    @property
    def span(self) -> Span:
        """Return the days of the postings behind an account's figure."""
        return Span(None, self.at)


@dataclass(frozen=True)
class BalanceSheet:
    """What the co-operative has and owes at the end of a day, and what is its members' own.

    `year_starts_on` is the first day of the result that `result_minor` shows; `earlier_result_minor` is what earlier years
    left and no closing entry has moved yet.
    """

    at: date
    currency: str
    assets: Section
    liabilities: Section
    equity: Section
    year_starts_on: date | None
    result_minor: int
    earlier_result_minor: int

    @property
    def equity_minor(self) -> int:
        """Return the whole equity: the accounts and the results that are not closed into them."""
        return self.equity.total_minor + self.result_minor + self.earlier_result_minor

    @property
    def claims_minor(self) -> int:
        """Return liabilities and equity together, which equal the assets."""
        return self.liabilities.total_minor + self.equity_minor

    @property
    def span(self) -> Span:
        """Return the days of the postings behind an account's figure."""
        return Span(None, self.at)

    @property
    def result_span(self) -> Span:
        """Return the days of the income statement behind the result of the year."""
        return Span(self.year_starts_on, self.at)

    @property
    def earlier_span(self) -> Span | None:
        """Return the days of the income statement behind what earlier years left."""
        return Span(None, self.year_starts_on - _DAY) if self.year_starts_on is not None else None


@dataclass(frozen=True)
class IncomeStatement:
    """What came in and what it cost between two days, both included."""

    starts_on: date
    ends_on: date
    currency: str
    income: Section
    expenses: Section

    @property
    def result_minor(self) -> int:
        """Return the surplus, or the deficit as a negative amount."""
        return self.income.total_minor - self.expenses.total_minor

    @property
    def extraordinary_minor(self) -> int:
        """Return the part of the result that is not from the ordinary business."""
        return sum(
            sign * part.of(Business.EXTRAORDINARY).total_minor for sign, part in ((1, self.income), (-1, self.expenses))
        )

    @property
    def span(self) -> Span:
        """Return the days of the postings behind an account's figure; what closed a year is none of them."""
        return Span(self.starts_on, self.ends_on, with_closings=False)


def trial_balance(session: Session, at: date) -> TrialBalance:
    """Make the trial balance at the end of a day: the sum of all postings up to it, account by account."""
    rows = account_balances(session, at)
    balances_minor = [row.balance_minor for row in rows]
    return TrialBalance(
        at=at,
        currency=books_currency(session),
        rows=rows,
        debit_minor=sum(balance_minor for balance_minor in balances_minor if balance_minor > 0),
        credit_minor=-sum(balance_minor for balance_minor in balances_minor if balance_minor < 0),
    )


def balance_sheet(session: Session, at: date) -> BalanceSheet:
    """Make the balance sheet at the end of a day."""
    totals = account_totals(session, None, at)
    year = fiscal_year_of(session, at)
    all_years = result_of(totals)
    earlier = result_of(account_totals(session, None, year.starts_on - _DAY)) if year else 0
    return BalanceSheet(
        at=at,
        currency=books_currency(session),
        assets=section(AccountKind.ASSET, totals),
        liabilities=section(AccountKind.LIABILITY, totals),
        equity=section(AccountKind.EQUITY, totals),
        year_starts_on=year.starts_on if year else None,
        result_minor=all_years - earlier,
        earlier_result_minor=earlier,
    )


def income_statement(session: Session, starts_on: date, ends_on: date) -> IncomeStatement:
    """Make the income statement between two days, both included. What closed a year is left out."""
    totals = account_totals(session, starts_on, ends_on, with_closings=False)
    return IncomeStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        currency=books_currency(session),
        income=section(AccountKind.INCOME, totals),
        expenses=section(AccountKind.EXPENSE, totals),
    )


def income_by_month(session: Session, starts_on: date, ends_on: date) -> list[IncomeStatement]:
    """Make the income statement of each month between two days."""
    return [income_statement(session, first, last) for first, last in months_within(starts_on, ends_on)]
