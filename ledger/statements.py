"""The statements: trial balance, balance sheet and income statement, as frozen values.

The balance sheet shows the result of the year, and that of earlier years as long as no closing entry has moved it, as lines
of the equity: so it balances on every day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from ledger.chart import books_currency
from ledger.models import AccountKind
from ledger.periods import fiscal_year_of
from ledger.totals import AccountTotal, account_totals


@dataclass(frozen=True)
class StatementLine:
    """An account on a statement. The amount is positive on the account's own side."""

    code: str
    name: str
    amount_minor: int


@dataclass(frozen=True)
class Section:
    """The accounts of one kind, without those at zero, and their sum."""

    kind: AccountKind
    lines: tuple[StatementLine, ...]
    total_minor: int


@dataclass(frozen=True)
class TrialRow:
    """An account's balance, on the side where it stands."""

    code: str
    name: str
    kind: AccountKind
    debit_minor: int
    credit_minor: int


@dataclass(frozen=True)
class TrialBalance:
    """Every account with a balance at the end of a day. Both totals are equal."""

    at: date
    currency: str
    rows: tuple[TrialRow, ...]
    debit_minor: int
    credit_minor: int


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


def trial_balance(session: Session, at: date) -> TrialBalance:
    """Make the trial balance at the end of a day: the sum of all postings up to it, account by account."""
    rows = tuple(
        TrialRow(total.code, total.name, total.kind, max(total.balance_minor, 0), max(-total.balance_minor, 0))
        for total in account_totals(session, None, at)
        if total.balance_minor
    )
    return TrialBalance(
        at=at,
        currency=books_currency(session),
        rows=rows,
        debit_minor=sum(row.debit_minor for row in rows),
        credit_minor=sum(row.credit_minor for row in rows),
    )


def balance_sheet(session: Session, at: date) -> BalanceSheet:
    """Make the balance sheet at the end of a day."""
    totals = account_totals(session, None, at)
    year = fiscal_year_of(session, at)
    all_years = _result(totals)
    earlier = _result(account_totals(session, None, year.starts_on - timedelta(days=1))) if year else 0
    return BalanceSheet(
        at=at,
        currency=books_currency(session),
        assets=_section(AccountKind.ASSET, totals),
        liabilities=_section(AccountKind.LIABILITY, totals),
        equity=_section(AccountKind.EQUITY, totals),
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
        income=_section(AccountKind.INCOME, totals),
        expenses=_section(AccountKind.EXPENSE, totals),
    )


def _section(kind: AccountKind, totals: Iterable[AccountTotal]) -> Section:
    lines = tuple(
        StatementLine(total.code, total.name, total.natural_minor)
        for total in totals
        if total.kind is kind and total.balance_minor
    )
    return Section(kind, lines, sum(line.amount_minor for line in lines))


def _result(totals: Iterable[AccountTotal]) -> int:
    return -sum(total.balance_minor for total in totals if not total.kind.is_permanent)
