"""The chart of accounts as a file: a row per account and heading, written and read with the same columns.

A file that is read adds what the chart has not and changes what it has; what the file leaves out stays, and so does a column that it
leaves out. All rows are taken or none. The same file again changes nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import chart
from ledger.chart import LONGEST_HEADING_CODE
from ledger.chart import errors as chart_errors
from ledger.chart.changes import Particulars, close_account, edit_account, open_account, particulars_of
from ledger.chart.rows import COLUMNS, ChartRow, read_rows
from ledger.errors import LedgerRefusal
from ledger.importing.table import Problems
from ledger.models import Account

#: The columns of the file that are called otherwise here.
_COLUMN_OF = {"statement_line": "line", "statutory_tag": "tag", "is_contra": "side"}


@dataclass(frozen=True)
class Change:
    """What a row of a file did to the chart. The same row may change an account and close it."""

    row: int
    account_id: UUID
    code: str
    name: str
    did: Literal["added", "changed", "closed"]
    #: The columns that differed, where it was changed.
    columns: tuple[str, ...] = ()


def rows_of(session: Session) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each account and heading, a heading before what stands under it."""
    codes = {one.id: one.code for one in chart.accounts(session, with_headings=True)}
    for branch in chart.tree(session):
        one = branch.account
        yield (
            one.code,
            one.name,
            "heading" if one.is_heading else "account",
            one.kind.value,
            codes[one.parent_id] if one.parent_id else "",
            "" if one.is_heading else "debit" if _is_debit(one) else "credit",
            "" if one.is_heading else "yes" if one.by_party else "no",
            one.statement_line or "",
            one.statutory_tag or "",
            one.business.value if one.business else "",
            one.opened_on.isoformat(),
            one.closed_on.isoformat() if one.closed_on else "",
        )


def take_chart(session: Session, text: str, *, opened_on: date, needed: Collection[str] = frozenset()) -> list[Change]:
    """Add and change the accounts that a file names, and return what was done; `opened_on` is for new ones without a day.

    `needed` are more accounts that the program books to, as for `ledger.chart.changes.edit_account`.

    Raises:
        FileRefused: with what is wrong, row by row; the caller takes back what was done until then.
        FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown, ChartTooLong
    """
    ordered = _headings_first(read_rows(text))
    # Two who bring a chart at once wait here for each other, and not crosswise for single accounts.
    session.execute(select(Account.id).order_by(Account.code).with_for_update()).all()
    present = {one.code: one for one in chart.accounts(session, with_headings=True)}
    problems, wrong = Problems(), set()
    changes: list[Change] = []
    # What stands under a heading opens after it and closes before it.
    for row in ordered:
        try:
            changes += _take(session, row, present.get(row.code), opened_on, needed)
        except LedgerRefusal as refusal:
            wrong.add(row.number)
            problems.add(row.number, _column(refusal), refusal)
    for row in (row for row in reversed(ordered) if row.number not in wrong):
        try:
            changes += _close(session, row, needed)
        except LedgerRefusal as refusal:
            problems.add(row.number, _column(refusal), refusal)
    problems.refuse()
    return sorted(changes, key=lambda change: change.row)


def _column(refusal: LedgerRefusal) -> str:
    """Return the column that a refusal is about; none where it is about the row as a whole."""
    about = refusal.about or ""
    column = _COLUMN_OF.get(about, about)
    return column if column in COLUMNS else ""


def _take(
    session: Session, row: ChartRow, account: Account | None, opened_on: date, needed: Collection[str]
) -> list[Change]:
    if account is None:
        return [_add(session, row, opened_on)]
    for column, said, present in (
        ("kind", row.kind.value, account.kind.value),
        ("type", row.is_heading, account.is_heading),
        ("side", row.is_debit, _is_debit(account)),
        ("opened_on", row.opened_on, account.opened_on),
    ):
        if said is not None and said != present and not (column == "side" and account.is_heading):
            raise chart_errors.StaysAsItIs(_written(column, present), column)
    edited = edit_account(session, row.code, _wanted(row, particulars_of(session, account)), needed=needed)
    columns = tuple(_COLUMN_OF.get(name, name) for name in edited.changed)
    return [Change(row.number, edited.id, row.code, row.name, "changed", columns)] if columns else []


def _add(session: Session, row: ChartRow, opened_on: date) -> Change:
    wanted = _wanted(row, Particulars(row.name))
    account_id = open_account(
        session,
        code=row.code,
        kind=row.kind,
        opened_on=row.opened_on or opened_on,
        is_heading=len(row.code) <= LONGEST_HEADING_CODE if row.is_heading is None else row.is_heading,
        is_contra=row.is_debit is not None and row.is_debit is not row.kind.is_debit,
        **asdict(wanted),
    )
    return Change(row.number, account_id, row.code, row.name, "added")


def _close(session: Session, row: ChartRow, needed: Collection[str]) -> list[Change]:
    if "closed_on" not in row.columns:
        return []
    account = chart.account_by_code(session, row.code)
    if row.closed_on == account.closed_on:
        return []
    if account.closed_on is not None:
        raise chart_errors.StaysAsItIs(account.closed_on.isoformat(), "closed_on")
    assert row.closed_on is not None
    account_id = close_account(session, row.code, closed_on=row.closed_on, needed=needed)
    return [Change(row.number, account_id, row.code, row.name, "closed")]


def _wanted(row: ChartRow, present: Particulars) -> Particulars:
    """Return what an account is to be: as it is, but for the columns that the file has."""
    said: dict[str, tuple[str, Any]] = {
        "heading": ("heading", row.heading),
        "by_party": ("by_party", bool(row.by_party)),
        "line": ("statement_line", row.line),
        "tag": ("statutory_tag", row.tag),
        "business": ("business", row.business),
    }
    return replace(present, name=row.name, **dict(said[column] for column in said if column in row.columns))


def _headings_first(rows: list[ChartRow]) -> list[ChartRow]:
    """Return the rows so that each comes after the heading that it names, where that has a row too."""
    ordered: list[ChartRow] = []
    while rows:
        waiting = {row.code for row in rows}
        # Rows that name each other in a circle are refused where they are taken.
        ready = [row for row in rows if row.heading not in waiting] or rows
        ordered += ready
        taken = {row.code for row in ready}
        rows = [row for row in rows if row.code not in taken]
    return ordered


def _is_debit(account: Account) -> bool:
    return account.kind.is_debit is not account.is_contra


def _written(column: str, present: object) -> str:
    words = {"type": ("account", "heading"), "side": ("credit", "debit")}
    return words[column][bool(present)] if column in words else str(present)
