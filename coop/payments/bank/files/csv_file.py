"""Reading a bank's CSV file by the meaning that was chosen for its columns.

Where there is a column of balances, each must follow from the one before, be the latest line first or last: then no row is missing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from coop.formats import AmountMissing
from coop.payments.bank.files import errors
from coop.payments.bank.files.amounts import file_amount
from coop.payments.bank.files.mapping import DAY_FORMATS, LONGEST_HEAD_CELL, MOST_COLUMNS, Columns
from coop.payments.bank.models import FileFormat
from coop.payments.bank.statements import (
    NewLine,
    Reading,
    Statement,
    StatementFile,
    check_day,
    check_size,
    cut,
    rows,
)

#: What the preview shows.
PREVIEW_ROWS = 10


@dataclass(frozen=True)
class CsvRow:
    """A row as it was read."""

    number: int
    line: NewLine
    balance_minor: int | None


def text_of(content: bytes) -> str:
    """Return a file as text: UTF-16 where it says so, else UTF-8, else what Windows wrote in the west."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def head_of(raw: Sequence[Sequence[str]], rows_above: int) -> tuple[str, ...]:
    """Return the names of the columns: the last row above the lines."""
    if not 0 < rows_above <= len(raw):
        return ()
    return tuple(cut(cell)[:LONGEST_HEAD_CELL] for cell in raw[rows_above - 1][:MOST_COLUMNS])


def raw_rows(text: str, delimiter: str, statement: Statement) -> list[list[str]]:
    """Return the rows that are not empty, as far as they can be told apart."""
    return [cells for _, cells in rows(text, delimiter, Reading(statement))]


def read_csv(content: bytes, columns: Columns, statement: Statement) -> StatementFile:
    """Read every row of a file.

    Raises:
        StatementUnreadable: with what is wrong, row by row. ColumnsUnknown, FileEmpty, StatementTooLong
    """
    reading = Reading(statement)
    found = _read(text_of(content), columns, reading)
    if columns.balance is not None and not reading.problems:
        found = _in_order(found, columns, reading)
    lines = reading.finish()
    if not lines:
        raise errors.FileEmpty
    days = [line.booked_on for line in lines]
    balances = [(row.balance_minor, row.line.amount_minor) for row in found if row.balance_minor is not None]
    whole = bool(balances) and len(balances) == len(found)
    return StatementFile(
        FileFormat.CSV,
        statement.currency,
        lines,
        min(days),
        max(days),
        balances[0][0] - balances[0][1] if whole else None,
        balances[-1][0] if whole else None,
    )


def preview(content: bytes, columns: Columns, statement: Statement) -> tuple[list[CsvRow], Reading]:
    """Return the first rows as they would be read, and what is wrong with any."""
    reading = Reading(statement)
    return _read(text_of(content), columns, reading)[:PREVIEW_ROWS], reading


def _read(text: str, columns: Columns, reading: Reading) -> list[CsvRow]:
    """Read the rows; those that moved nothing are passed over, but their balance counts."""
    found: list[CsvRow] = []
    above: list[list[str]] = []
    for number, cells in rows(text, columns.delimiter, reading):
        if len(above) < columns.rows_above:
            above.append(cells)
            continue
        row = _row(number, cells, columns, reading)
        if row is not None and row.line.amount_minor:
            found.append(row)
            reading.add(row.line)
    if not columns.fits(head_of(above, columns.rows_above)):
        raise errors.ColumnsUnknown
    return found


@dataclass(frozen=True)
class _Cells:
    """The cells of a row under the names that were chosen."""

    cells: Sequence[str]
    columns: Columns
    statement: Statement

    def at(self, column: int | None) -> str:
        """Return a cell that every row has."""
        if column is None:
            return ""
        if column >= len(self.cells):
            raise errors.ColumnMissing(len(self.cells))
        return self.cells[column]

    def optional(self, column: int | None) -> str:
        """Return a cell; the last ones of a row may be left out where they are empty."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""

    def day(self) -> date:
        return check_day(day_of(self.at(self.columns.day), self.columns), self.statement)

    def amount_at(self, column: int | None) -> int:
        return check_size(file_amount(self.at(column), self.statement.currency, self.columns.decimal), self.statement)

    def amount(self) -> int:
        columns = self.columns
        if columns.amount is not None:
            return self.amount_at(columns.amount)
        # Banks write money out with a minus or without.
        out, into = (
            abs(self.amount_at(side)) if self.at(side) else None for side in (columns.money_out, columns.money_in)
        )
        if out and into:
            raise errors.BothSides
        if out is None and into is None:
            raise AmountMissing
        return (into or 0) - (out or 0)

    def balance(self) -> int | None:
        return self.amount_at(self.columns.balance) if self.optional(self.columns.balance) else None


def _row(number: int, cells: Sequence[str], columns: Columns, reading: Reading) -> CsvRow | None:
    row, before = _Cells(cells, columns, reading.statement), len(reading.problems)
    amount_column = columns.amount if columns.amount is not None else columns.money_in
    day = reading.read(number, columns.name(columns.day), row.day)
    amount_minor = reading.read(number, columns.name(amount_column), row.amount)
    balance_minor = reading.read(number, columns.name(columns.balance), row.balance)
    if day is None or amount_minor is None or len(reading.problems) > before:
        return None
    text = cut(*(row.optional(column) for column in columns.text))
    reference = cut(row.optional(columns.reference)) or None
    line = NewLine(day, amount_minor, text, reference, bank_id_of(row.optional(columns.bank_id)))
    return CsvRow(number, line, balance_minor)


def day_of(text: str, columns: Columns) -> date:
    """Return the day that a cell names; a time behind it says nothing.

    Raises:
        DayOtherwise
    """
    form = columns.day_format
    if text.isascii() and len(text) <= 40:
        for part in (text, text.partition("T")[0], text.partition(" ")[0]):
            # Without this, 2026111 would be read as the one or the other day.
            if form != "%Y%m%d" or len(part) == 8:
                try:
                    return datetime.strptime(part, form).date()  # noqa: DTZ007 - a day without a time
                except ValueError:
                    continue
    raise errors.DayOtherwise(DAY_FORMATS[form])


def bank_id_of(text: str) -> str | None:
    """Return the digest of the bank's own id of a line."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else None


def _in_order(found: list[CsvRow], columns: Columns, reading: Reading) -> list[CsvRow]:
    """Return the rows in the order in which their balances follow; one that does not follow is a problem."""
    breaks = [_first_break(one) for one in (found, found[::-1])]
    if breaks[0] is None:
        return found
    if breaks[1] is None:
        return found[::-1]
    latest_first = found[0].line.booked_on > found[-1].line.booked_on
    row, expected_minor = breaks[1] if latest_first else breaks[0]
    reason = errors.BalanceBroken(expected_minor, reading.statement.currency)
    reading.problem(row.number, columns.name(columns.balance), reason)
    return found


def _first_break(found: Sequence[CsvRow]) -> tuple[CsvRow, int] | None:
    """Return the first row whose balance is not the one before and its own amount, and what it should be."""
    for before, row in pairwise(found):
        if before.balance_minor is None or row.balance_minor is None:
            continue
        expected_minor = before.balance_minor + row.line.amount_minor
        if row.balance_minor != expected_minor:
            return row, expected_minor
    return None
