"""Reading a bank statement that was pasted as text: one line a row, `date,amount,text`, with or without a header.

Rows are told apart as in any CSV file. A date is written 2026-03-31 or 31/03/2026 (day first); an amount as a person writes it,
with a minus for money that went out. All rows are read or none: what is wrong is told row by row. What was entered before is
not known here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from coop import texts
from coop.formats import parse_amount
from coop.forms import read_day
from coop.payments.bank import errors
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


def check_line(line: NewLine, statement: Statement) -> NewLine:
    """Return a line with its text in normal form.

    Raises:
        LineOfNothing, LineTooLarge, LineInFuture, LineBeforeBooks, TextTooLong
    """
    _check_day(line.booked_on, statement)
    _check_amount(line.amount_minor, statement)
    return NewLine(line.booked_on, line.amount_minor, _text(line.text))


def read_statement(text: str, statement: Statement) -> list[NewLine]:
    """Read every row of a pasted statement.

    Raises:
        StatementUnreadable: with what is wrong, row by row. StatementEmpty, StatementTooLong
    """
    lines: list[NewLine] = []
    problems: list[errors.RowProblem] = []
    for number, cells in _rows(text, problems):
        if len(lines) + len(problems) > MOST_LINES:
            raise errors.StatementTooLong(MOST_LINES)
        found = _line(number, cells, statement)
        if isinstance(found, NewLine):
            lines.append(found)
        else:
            problems += found
    if problems:
        problems.sort(key=lambda problem: problem.row)
        count = len({problem.row for problem in problems})
        raise errors.StatementUnreadable(count, tuple(problems[:MOST_PROBLEMS]))
    if not lines:
        raise errors.StatementEmpty
    if len(lines) > MOST_LINES:
        raise errors.StatementTooLong(MOST_LINES)
    return lines


def _rows(text: str, problems: list[errors.RowProblem]) -> Iterator[tuple[int, list[str]]]:
    """Return the rows with the number of the line on which each begins; empty rows and the header are passed over."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    begins, is_first = 1, True
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            problems.append(errors.RowProblem(begins, "", errors.QuotesBroken()))
            return
        if row is None:
            return
        cells = [cell.strip() for cell in row]
        if any(cells):
            if not (is_first and [cell.casefold() for cell in cells] == list(COLUMNS)):
                yield begins, cells
            is_first = False
        begins = reader.line_num + 1


def _line(number: int, cells: list[str], statement: Statement) -> NewLine | list[errors.RowProblem]:
    if len(cells) != len(COLUMNS):
        return [errors.RowProblem(number, "", errors.WrongColumnCount(len(cells)))]
    problems: list[errors.RowProblem] = []

    def read(column: str, work: Callable[[], Value]) -> Value | None:
        try:
            return work()
        except Refusal as refusal:
            problems.append(errors.RowProblem(number, column, refusal))
            return None

    day = read("date", lambda: _check_day(_day(cells[0]), statement))
    amount_minor = read("amount", lambda: _amount(cells[1], statement))
    text = read("text", lambda: _text(cells[2]))
    if day is None or amount_minor is None or text is None:
        return problems
    return NewLine(day, amount_minor, text)


def _day(text: str) -> date:
    day_first = _DAY_FIRST.fullmatch(text)
    iso = "{2}-{1:0>2}-{0:0>2}".format(*day_first.groups()) if day_first else text
    try:
        return read_day(iso)
    except ValueError as error:
        raise errors.DayUnreadable from error


def _check_day(day: date, statement: Statement) -> date:
    if day > statement.today:
        raise errors.LineInFuture(statement.today)
    if day < statement.first_day:
        raise errors.LineBeforeBooks(statement.first_day)
    return day


def _amount(text: str, statement: Statement) -> int:
    return _check_amount(parse_amount(text, statement.currency, allow_negative=True), statement)


def _check_amount(amount_minor: int, statement: Statement) -> int:
    if amount_minor == 0:
        raise errors.LineOfNothing
    if abs(amount_minor) > LARGEST_AMOUNT_MINOR:
        raise errors.LineTooLarge(LARGEST_AMOUNT_MINOR, statement.currency)
    return amount_minor


def _text(text: str) -> str:
    return texts.line(text, about="text", longest=LONGEST_TEXT, least=0)
