"""Lines of a bank statement as they are read: what bounds them, and how everything wrong with them is gathered, row by row.

Here too is the plainest reader, of what was pasted as text: `date,amount,text`, with or without a header; a date is written
2026-03-31 or 31/03/2026 (day first), money that went out has a minus. All rows are read or none. What was entered before is not
known here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from coop import texts
from coop.formats import parse_amount
from coop.forms import read_day
from coop.payments.bank import errors
from coop.payments.bank.models import FileFormat
from evidence.messages import Refusal
from ledger.posting import LARGEST_AMOUNT_MINOR

COLUMNS = ("date", "amount", "text")
LONGEST_TEXT = 200
MOST_LINES = 2000
#: So many problems are told at a time.
MOST_PROBLEMS = 100
_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Statement:
    """What bounds the lines of a statement: its currency, and the days on which a line can be."""

    currency: str
    first_day: date
    today: date


@dataclass(frozen=True)
class NewLine:
    """A line as it is entered."""

    booked_on: date
    amount_minor: int
    text: str
    #: What payer or bank gave as the reference, where it stands apart.
    reference: str | None = None
    #: Digest of the bank's own id of the line.
    bank_id: str | None = None


@dataclass(frozen=True)
class StatementFile:
    """A statement as a file of the bank has it; balances are none where the file does not give them."""

    file_format: FileFormat
    currency: str
    lines: tuple[NewLine, ...]
    starts_on: date
    #: The day at the end of which the closing balance stands.
    ends_on: date
    opening_minor: int | None = None
    closing_minor: int | None = None
    #: How the file writes the number of its account, where it names it at all.
    numbers: tuple[str, ...] = ()


@dataclass
class Reading:
    """The lines read so far, and what is wrong with the others."""

    statement: Statement
    lines: list[NewLine] = field(default_factory=list)
    problems: list[errors.RowProblem] = field(default_factory=list)

    def read(self, row: int, column: str, work: Callable[[], Value]) -> Value | None:
        """Return what `work` reads, or nothing where it refuses: then that is a problem of the row and column."""
        try:
            return work()
        except Refusal as refusal:
            self.problem(row, column, refusal)
            return None

    def problem(self, row: int, column: str, reason: Refusal) -> None:
        """Keep what is wrong with a row.

        Raises:
            StatementTooLong
        """
        self.problems.append(errors.RowProblem(row, column, reason))
        self._bound()

    def add(self, line: NewLine) -> None:
        """Keep a line.

        Raises:
            StatementTooLong
        """
        self.lines.append(line)
        self._bound()

    def finish(self) -> tuple[NewLine, ...]:
        """Return the lines.

        Raises:
            StatementUnreadable: with what is wrong, row by row.
        """
        if self.problems:
            told = sorted(self.problems, key=lambda problem: problem.row)
            raise errors.StatementUnreadable(len({problem.row for problem in told}), tuple(told[:MOST_PROBLEMS]))
        return tuple(self.lines)

    def _bound(self) -> None:
        # A row may have a problem in each of a few columns, so the bound on problems is a loose one.
        if len(self.lines) > MOST_LINES or len(self.problems) > 4 * MOST_LINES:
            raise errors.StatementTooLong(MOST_LINES)


def check_line(line: NewLine, statement: Statement) -> NewLine:
    """Return a line with its text in normal form.

    Raises:
        LineOfNothing, LineTooLarge, LineInFuture, LineBeforeBooks, TextTooLong
    """
    check_day(line.booked_on, statement)
    check_amount(line.amount_minor, statement)
    return NewLine(line.booked_on, line.amount_minor, _text(line.text))


def read_statement(text: str, statement: Statement) -> list[NewLine]:
    """Read every row of a pasted statement.

    Raises:
        StatementUnreadable: with what is wrong, row by row. StatementEmpty, StatementTooLong
    """
    reading = Reading(statement)
    for number, cells in _pasted_rows(text, reading):
        line = _line(number, cells, reading)
        if line is not None:
            reading.add(line)
    lines = reading.finish()
    if not lines:
        raise errors.StatementEmpty
    return list(lines)


def rows(text: str, delimiter: str, reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Return the rows that are not empty, with the number of the line on which each begins."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            reading.problem(begins, "", errors.QuotesBroken())
            return
        if row is None:
            return
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield begins, cells
        begins = reader.line_num + 1


def check_day(day: date, statement: Statement) -> date:
    """Return a day on which a line can be.

    Raises:
        LineInFuture, LineBeforeBooks
    """
    if day > statement.today:
        raise errors.LineInFuture(statement.today)
    if day < statement.first_day:
        raise errors.LineBeforeBooks(statement.first_day)
    return day


def check_amount(amount_minor: int, statement: Statement) -> int:
    """Return an amount that a line can have.

    Raises:
        LineOfNothing, LineTooLarge
    """
    if amount_minor == 0:
        raise errors.LineOfNothing
    return check_size(amount_minor, statement)


def check_size(amount_minor: int, statement: Statement) -> int:
    """Return an amount or a balance that the books can hold.

    Raises:
        LineTooLarge
    """
    if abs(amount_minor) > LARGEST_AMOUNT_MINOR:
        raise errors.LineTooLarge(LARGEST_AMOUNT_MINOR, statement.currency)
    return amount_minor


def cut(*parts: str) -> str:
    """Join what a bank's file says about a line, each part once, as far as the column holds it."""
    said: list[str] = []
    for part in parts:
        plain = texts.line(part, about="text", longest=len(part) * 4 + 1, least=0)
        if plain and plain not in said:
            said.append(plain)
    return " ".join(said)[:LONGEST_TEXT].rstrip()


def _pasted_rows(text: str, reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """Return the rows without the header, if there is one."""
    for place, (number, cells) in enumerate(rows(text, ",", reading)):
        if place or [cell.casefold() for cell in cells] != list(COLUMNS):
            yield number, cells


def _line(number: int, cells: list[str], reading: Reading) -> NewLine | None:
    if len(cells) != len(COLUMNS):
        reading.problem(number, "", errors.WrongColumnCount(len(cells)))
        return None
    statement = reading.statement
    day = reading.read(number, "date", lambda: check_day(_day(cells[0]), statement))
    amount_minor = reading.read(number, "amount", lambda: _amount(cells[1], statement))
    text = reading.read(number, "text", lambda: _text(cells[2]))
    return None if day is None or amount_minor is None or text is None else NewLine(day, amount_minor, text)


def _day(text: str) -> date:
    day_first = _DAY_FIRST.fullmatch(text)
    iso = "{2}-{1:0>2}-{0:0>2}".format(*day_first.groups()) if day_first else text
    try:
        return read_day(iso)
    except ValueError as error:
        raise errors.DayUnreadable from error


def _amount(text: str, statement: Statement) -> int:
    return check_amount(parse_amount(text, statement.currency, allow_negative=True), statement)


def _text(text: str) -> str:
    return texts.line(text, about="text", longest=LONGEST_TEXT, least=0)
