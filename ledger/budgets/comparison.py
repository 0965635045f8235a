"""A budget beside the books: what was planned and what came of it, by account, for each month, quarter or the whole year.

Actuals are read from the balance rows of the months, so they cost the same however much was booked. What closed the year is left
out. All amounts are positive on the account's own side.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from ledger.budgets.actuals import actuals
from ledger.budgets.amounts import budget_of, budgeted_accounts, year_of
from ledger.chart import books_currency
from ledger.models import AccountKind, Period
from ledger.years.periods import periods_of

_MONTHS_OF_A_QUARTER = 3


class By(StrEnum):
    """What part of a year stands in one column."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Compared:
    """What was planned and what came of it."""

    budget_minor: int = 0
    actual_minor: int = 0

    @property
    def difference_minor(self) -> int:
        """Return by how much the actual amount is more than the planned one."""
        return self.actual_minor - self.budget_minor

    @property
    def percentage(self) -> tuple[int, int] | None:
        """Return the actual amount and the planned one as part and whole, where something was planned."""
        return (self.actual_minor, self.budget_minor) if self.budget_minor else None

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(self.budget_minor + other.budget_minor, self.actual_minor + other.actual_minor)

    def __sub__(self, other: "Compared") -> "Compared":
        return Compared(self.budget_minor - other.budget_minor, self.actual_minor - other.actual_minor)


@dataclass(frozen=True)
class Column:
    """A month, a quarter or the year: its days, and the months in it."""

    starts_on: date
    ends_on: date
    months: tuple[UUID, ...]


@dataclass(frozen=True)
class AccountRow:
    """An account with one comparison for each column."""

    code: str
    name: str
    kind: AccountKind
    is_closed: bool
    columns: tuple[Compared, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing was planned and nothing came."""
        return all(one == Compared() for one in self.columns)


@dataclass(frozen=True)
class Comparison:
    """A year's budget against its books. Every income and expense account is a row, also where nothing was planned."""

    year_id: UUID
    starts_on: date
    ends_on: date
    currency: str
    by: By
    columns: tuple[Column, ...]
    rows: tuple[AccountRow, ...]

    def total(self, kind: AccountKind, column: int) -> Compared:
        """Return the sum of the accounts of one kind in a column."""
        return sum((row.columns[column] for row in self.rows if row.kind is kind), Compared())

    def result(self, column: int) -> Compared:
        """Return the surplus, or the deficit as a negative amount, that was planned and that came."""
        return self.total(AccountKind.INCOME, column) - self.total(AccountKind.EXPENSE, column)


def compare(session: Session, year_id: UUID, by: By) -> Comparison:
    """Hold the budget of a year against its books.

    Raises:
        NoSuchYear
    """
    year = year_of(session, year_id)
    months = periods_of(session, year.id)
    columns = columns_of(months, by)
    ids = [month.id for month in months]
    planned, actual = budget_of(session, ids), actuals(session, ids)
    rows = tuple(
        AccountRow(
            account.code,
            account.name,
            account.kind,
            account.closed_on is not None,
            tuple(
                Compared(
                    sum(planned.get((account.id, month), 0) for month in column.months),
                    sum(actual.get((account.id, month), 0) for month in column.months),
                )
                for column in columns
            ),
        )
        for account in budgeted_accounts(session)
    )
    return Comparison(year.id, year.starts_on, year.ends_on, books_currency(session), by, columns, rows)


def columns_of(months: Sequence[Period], by: By) -> tuple[Column, ...]:
    """Group the months of a year; a quarter is three of its months, counted from the first."""
    size = {By.MONTH: 1, By.QUARTER: _MONTHS_OF_A_QUARTER, By.YEAR: max(len(months), 1)}[by]
    groups = [months[first : first + size] for first in range(0, len(months), size)]
    return tuple(Column(group[0].starts_on, group[-1].ends_on, tuple(month.id for month in group)) for group in groups)
