"""A first guess at what the columns of a bank's CSV file mean, for the treasurer to look at. Nothing is read by it unseen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coop.payments.bank.files.amounts import file_amount
from coop.payments.bank.files.csv_file import day_of, head_of, raw_rows, text_of
from coop.payments.bank.files.errors import AmountElsewhere, DayOtherwise, FileEmpty
from coop.payments.bank.files.mapping import DAY_FORMATS, DELIMITERS, MOST_COLUMNS, MOST_ROWS_ABOVE, Columns
from coop.payments.bank.statements import Statement
from evidence.messages import Refusal

#: Words of the heads that banks write, of several languages and the first match first.
_WORDS = {
    "day": r"^(transaction |booking |posting |processed )?date$|buchung(stag|sdatum)|datum|\bdate\b",
    "amount": r"^amount$|^amount \(?[a-z]{3}\)?$|^betrag|^bedrag|^value$|^amount\b(?!.*(credit|debit))",
    "money_out": r"debit|withdrawal|paid out|money out|^soll",
    "money_in": r"credit|deposit|paid in|money in|^haben",
    "balance": r"balance|saldo",
    "bank_id": r"unique id|transaction id|^fitid$|^id$",
    "reference": r"^reference$|^tp ref$|^their reference$|verwendungszweck|^ref$",
}
_TEXT = re.compile(
    r"detail|particular|^code$|reference|memo|descri|payee|narrative|other party|^tp |^op (name|ref|part|code)|^text|purpose"
    r"|verwendung|empf|auftrag|naam|omschr"
)
_LOOKED_AT = 30


@dataclass(frozen=True)
class Guess:
    """A guess, and the rows that it was made from."""

    columns: Columns
    rows: tuple[tuple[str, ...], ...]

    @property
    def width(self) -> int:
        """Return how many columns the file has."""
        return min(max(map(len, self.rows)), MOST_COLUMNS)


def guess(content: bytes, statement: Statement) -> Guess:
    """Return what the columns of a file are likely to mean.

    Raises:
        FileEmpty
    """
    text = text_of(content)
    delimiter = max(DELIMITERS, key=lambda one: _agreement(text, one, statement))
    return guess_with(content, delimiter, statement)


def guess_with(content: bytes, delimiter: str, statement: Statement) -> Guess:
    """Return what the columns are likely to mean where it is known what stands between them.

    Raises:
        FileEmpty
    """
    found = raw_rows(text_of(content), delimiter, statement)
    if not found:
        raise FileEmpty
    above = _rows_above(found)
    head = head_of(found, above)
    names = [name.casefold() for name in head]
    lines = found[above : above + _LOOKED_AT]
    day, day_format = _day(names, lines)
    chosen = {name: _named(names, _WORDS[name]) for name in _WORDS if name != "day"}
    if chosen["amount"] is not None:
        chosen["money_out"] = chosen["money_in"] = None
    taken = {day, *(column for name, column in chosen.items() if name not in {"reference", "bank_id"})}
    if chosen["amount"] is None and chosen["money_in"] is None:
        chosen["amount"] = next((c for c in range(_width(lines)) if c not in taken and _are_amounts(lines, c)), None)
        taken.add(chosen["amount"])
    text = tuple(c for c, name in enumerate(names) if c not in taken and c != chosen["bank_id"] and _TEXT.search(name))
    if not names:
        text = tuple(c for c in range(_width(lines)) if c not in taken)
    columns = Columns(
        delimiter, above, head, day, day_format, text=text, decimal=_decimal(lines, chosen["amount"]), **chosen
    )
    return Guess(columns, tuple(tuple(row[:MOST_COLUMNS]) for row in found[:_LOOKED_AT]))


def _agreement(text: str, delimiter: str, statement: Statement) -> int:
    widths = [len(cells) for cells in raw_rows(text[:20_000], delimiter, statement)[:_LOOKED_AT]]
    common = max(widths, key=widths.count, default=0)
    return common * widths.count(common) if common > 1 else 0


def _width(rows: Sequence[Sequence[str]]) -> int:
    return min(max(map(len, rows), default=0), MOST_COLUMNS)


def _rows_above(found: Sequence[Sequence[str]]) -> int:
    """Return how many rows come before the first that holds a date in one cell and nothing but digits' work in another."""
    for place, cells in enumerate(found[:MOST_ROWS_ABOVE]):
        if len(cells) > 1 and any(_format_of([cell]) for cell in cells) and any(_is_amount(cell) for cell in cells):
            return place
    return 1


def _day(names: Sequence[str], lines: Sequence[Sequence[str]]) -> tuple[int, str]:
    named = _named(names, _WORDS["day"])
    for column in [*([named] if named is not None else []), *range(_width(lines))]:
        form = _format_of([row[column] for row in lines if column < len(row)])
        if form:
            return column, form
    return named or 0, next(iter(DAY_FORMATS))


def _format_of(cells: Sequence[str]) -> str | None:
    """Return the form that all cells have; of two the one with the day first stands first."""
    return next((form for form in DAY_FORMATS if cells and all(_is_day(cell, form) for cell in cells)), None)


def _is_day(cell: str, form: str) -> bool:
    try:
        found = day_of(cell, Columns(",", 0, (), 0, form))
    except DayOtherwise:
        return False
    return 1990 <= found.year <= 2100


def _is_amount(cell: str) -> bool:
    if _format_of([cell]):
        return False
    for decimal in (".", ","):
        try:
            file_amount(cell, "NZD", decimal)
        except AmountElsewhere:
            return True
        except Refusal:
            continue
        return True
    return False


def _are_amounts(lines: Sequence[Sequence[str]], column: int) -> bool:
    return all(column < len(row) and _is_amount(row[column]) for row in lines)


def _decimal(lines: Sequence[Sequence[str]], amount: int | None) -> str:
    cells = [row[amount] for row in lines if amount is not None and amount < len(row)]
    return "," if any(re.search(r",[0-9]{2}$", cell) for cell in cells) else "."


def _named(names: Sequence[str], words: str) -> int | None:
    """Return the column whose name fits best: each alternative of the words in turn."""
    for alternative in re.split(r"\|(?![^(]*\))", words):
        for column, name in enumerate(names):
            if re.search(alternative, name):
                return column
    return None
