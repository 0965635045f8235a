"""A CSV file as rows with names and numbers, its cells read one by one, and what is wrong with them collected.

Which columns there are is the business of each layout. Everything is tried before anything is refused, so that a file is mended
once and not a row at a time.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from evidence.currencies import exponent
from evidence.messages import Refusal
from ledger.export.source import one_line
from ledger.importing import errors
from ledger.importing.errors import RowProblem

#: So many problems are told at a time.
MOST_PROBLEMS = 100
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_AMOUNT = re.compile(r"(-?)([0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.([0-9]{0,12}))?", re.ASCII)
#: An apostrophe that keeps a spreadsheet from taking a text for a formula: our own exports write it.
_GUARDED = re.compile(r"'[=+\-@\t\r\n＝＋－＠]")

Value = TypeVar("Value")


class Problems:
    """Collects what is wrong with a file: all are counted, the first are kept."""

    def __init__(self, about: str = "file") -> None:
        self._about = about
        self._count = 0
        self._first: list[RowProblem] = []
        #: Whether rows could not be read at all, so that it is not known what they belong to.
        self.have_lost_rows = False

    @property
    def count(self) -> int:
        """How many there are."""
        return self._count

    def lose(self, row: int, column: str, reason: Refusal) -> None:
        """Take down that a row cannot be read at all."""
        self.have_lost_rows = True
        self.add(row, column, reason)

    def add(self, row: int, column: str, reason: Refusal) -> None:
        """Take a problem down."""
        self._count += 1
        self._first.append(RowProblem(row, column, reason))
        # Layouts look at cells first and at whole entries last, so what comes later may be about an earlier row.
        if len(self._first) >= 2 * MOST_PROBLEMS:
            self._first = self._in_order()

    def refuse(self) -> None:
        """Refuse the file if anything is wrong.

        Raises:
            FileRefused
        """
        if self._count:
            raise errors.FileRefused(self._count, tuple(self._in_order()), self._about)

    def _in_order(self) -> list[RowProblem]:
        return sorted(self._first, key=lambda problem: problem.row)[:MOST_PROBLEMS]


@dataclass(frozen=True)
class Row:
    """A row: the line of the file on which it begins, and its cells by column."""

    number: int
    cells: Mapping[str, str]
    problems: Problems

    def read(self, column: str, work: Callable[[str], Value]) -> Value | None:
        """Read a cell; what is wrong with it is taken down, and nothing is returned."""
        try:
            return work(self.cells.get(column, ""))
        except Refusal as refusal:
            self.problems.add(self.number, column, refusal)
            return None


@dataclass(frozen=True)
class Table:
    """A file whose head was read."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


def decoded(content: bytes) -> str:
    """Return the text of a file.

    Raises:
        NotText
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.NotText from error
    if "\x00" in text:
        raise errors.NotText
    return text


def read_table(text: str, problems: Problems, *, needed: Collection[str] = (), known: Collection[str] = ()) -> Table:
    """Read the head of a file, and its rows as they are asked for. Empty rows are passed over.

    Raises:
        FileEmpty, QuotesBroken, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    numbered = _numbered(text.removeprefix("\ufeff"), problems)
    head = next(numbered, None)
    if head is None:
        problems.refuse()
        raise errors.FileEmpty
    columns = tuple(one_line(cell).casefold() for cell in head[1])
    for column in columns:
        if columns.count(column) > 1:
            raise errors.ColumnTwice(column[:40])
        if known and column not in known:
            raise errors.ColumnUnknown(column[:40])
    for column in needed:
        if column not in columns:
            raise errors.ColumnMissing(column)
    return Table(columns, _rows(numbered, columns, problems))


def day(text: str) -> date:
    """Read a date.

    Raises:
        CellMissing, DayUnreadable
    """
    if not text:
        raise errors.CellMissing
    day_first = _DAY_FIRST.fullmatch(text)
    iso = "{2}-{1:0>2}-{0:0>2}".format(*day_first.groups()) if day_first else text
    try:
        found = date.fromisoformat(iso)
    except ValueError as error:
        raise errors.DayUnreadable from error
    if len(iso) != 10 or not 1900 <= found.year <= 2999:
        raise errors.DayUnreadable
    return found


def amount(text: str, currency: str) -> int:
    """Read an amount, nothing for an empty cell; decimals beyond those of the currency must be zeros.

    Raises:
        NumberUnreadable, NumberTooFine
    """
    if not text:
        return 0
    found = _AMOUNT.fullmatch(text.replace("\u2212", "-"))
    if found is None:
        raise errors.NumberUnreadable
    minus, whole, decimals = found[1], found[2].replace(",", ""), found[3] or ""
    places = exponent(currency)
    if decimals[places:].strip("0"):
        raise errors.NumberTooFine(currency, places)
    amount_minor = int(whole + decimals[:places].ljust(places, "0"))
    return -amount_minor if minus else amount_minor


def line_of_text(text: str, longest: int) -> str:
    """Read a text of one line.

    Raises:
        CellTooLong
    """
    plain = one_line(text[1:] if _GUARDED.match(text) else text)
    if len(plain) > longest:
        raise errors.CellTooLong(longest)
    return plain


def signed(row: Row, currency: str) -> int | None:
    """Read what a row moves, debit positive: from its sides, or from one signed amount."""
    if "amount" in row.cells:
        amount_minor = row.read("amount", lambda cell: amount(cell, currency))
        if amount_minor == 0:
            row.problems.add(row.number, "amount", errors.NoAmount())
        return amount_minor or None
    both = [row.read(side, lambda cell: _side(cell, currency)) for side in ("debit", "credit")]
    debit, credit = both
    if debit is None or credit is None:
        return None
    if debit and credit:
        row.problems.add(row.number, "credit", errors.BothSides())
    elif not (debit or credit):
        row.problems.add(row.number, "debit", errors.NoAmount())
    else:
        return debit - credit
    return None


def _side(text: str, currency: str) -> int:
    amount_minor = amount(text, currency)
    if amount_minor < 0:
        raise errors.SideNegative
    return amount_minor


def _numbered(text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Return rows that are not empty, each with the number of the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            problems.lose(begins, "", errors.QuotesBroken())
            return
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells


def _rows(numbered: Iterator[tuple[int, list[str]]], columns: tuple[str, ...], problems: Problems) -> Iterator[Row]:
    for number, cells in numbered:
        if len(cells) == len(columns):
            yield Row(number, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}, problems)
        else:
            problems.lose(number, "", errors.CellsDiffer(len(cells), len(columns)))
