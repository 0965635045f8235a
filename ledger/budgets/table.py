"""A year's budget as a table, out and in: a row per account and month.

What is written can be read again: account, month (2026-04) and budget count; the name and the actual amount are there for the
eye. A file is taken whole or not at all, and its accounts get exactly the amounts of the file.
"""

import re
from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from evidence.currencies import decimal_text
from ledger.budgets import errors
from ledger.budgets.amounts import budgeted_accounts, year_of
from ledger.budgets.comparison import Comparison
from ledger.chart import books_currency
from ledger.importing.errors import CellMissing, FileEmpty
from ledger.importing.table import Problems, amount, read_table
from ledger.models import Period
from ledger.years.periods import periods_of

COLUMNS = ("account", "name", "month", "budget", "actual")
_NEEDED = ("account", "month", "budget")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})(-[0-9]{2})?", re.ASCII)


def rows(found: Comparison) -> Iterator[tuple[str, ...]]:
    """Write a comparison by month as rows of `COLUMNS`; accounts with nothing planned and nothing booked are left out."""
    for row in found.rows:
        if row.is_empty:
            continue
        for column, one in zip(found.columns, row.columns, strict=True):
            minors = (one.budget_minor, one.actual_minor)
            yield (
                *(row.code, row.name, f"{column.starts_on:%Y-%m}"),
                *(decimal_text(minor, found.currency) for minor in minors),
            )


def read(session: Session, year_id: UUID, text: str) -> dict[tuple[UUID, UUID], int]:
    """Read a file into amounts by account and month.

    Raises:
        NoSuchYear
        FileRefused: with every row that is wrong, at most the first hundred of them.
        FileEmpty, ColumnMissing, ColumnTwice
    """
    months = {f"{month.starts_on:%Y-%m}": month for month in periods_of(session, year_of(session, year_id).id)}
    accounts = {account.code: account.id for account in budgeted_accounts(session) if account.closed_on is None}
    currency, problems = books_currency(session), Problems()
    found: dict[tuple[UUID, UUID], int] = {}
    for row in read_table(text, problems, needed=_NEEDED).rows:
        account_id = row.read("account", lambda code: _account(accounts, code))
        period_id = row.read("month", lambda month: _month(months, month))
        minor = row.read("budget", lambda cell: amount(cell, currency))
        if account_id is None or period_id is None or minor is None:
            continue
        if (account_id, period_id) in found:
            problems.add(row.number, "month", errors.MonthTwice())
        found[account_id, period_id] = minor
    problems.refuse()
    if not found:
        raise FileEmpty
    return found


def _account(accounts: Mapping[str, UUID], code: str) -> UUID:
    if not code:
        raise CellMissing
    if code not in accounts:
        raise errors.NotBudgeted(code[:40])
    return accounts[code]


def _month(months: Mapping[str, Period], text: str) -> UUID:
    match = _MONTH.fullmatch(text)
    if match is None:
        raise errors.MonthUnreadable
    month = months.get(f"{match[1]}-{match[2]}")
    if month is None:
        raise errors.MonthOutsideYear
    return month.id
