"""What the columns of a bank's CSV file mean: chosen once by the treasurer, kept, and used for every later file of that shape.

A column is known by its place, counted from 0. The head of the file is kept with the choice, so that a file of another shape is noticed
instead of misread.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from coop.payments.bank.files.errors import AmountColumnMissing, MappingWrong

#: Code of `datetime.strptime` -> an example.
DAY_FORMATS: Mapping[str, str] = {
    "%d/%m/%Y": "31/03/2026",
    "%m/%d/%Y": "03/31/2026",
    "%Y-%m-%d": "2026-03-31",
    "%Y/%m/%d": "2026/03/31",
    "%Y%m%d": "20260331",
    "%d.%m.%Y": "31.03.2026",
    "%d-%m-%Y": "31-03-2026",
    "%d %b %Y": "31 Mar 2026",
    "%d-%b-%Y": "31-Mar-2026",
    "%d/%m/%y": "31/03/26",
    "%m/%d/%y": "03/31/26",
    "%d.%m.%y": "31.03.26",
    "%d-%b-%y": "31-Mar-26",
}
DECIMALS = (".", ",")
DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 60
#: How many rows may stand above the lines: the bank's address, the head of the columns.
MOST_ROWS_ABOVE = 40
LONGEST_HEAD_CELL = 80


@dataclass(frozen=True)
class Columns:
    """Which column says what, and how."""

    delimiter: str
    #: Rows above the first line, and the last of them: the head of the columns, or nothing where there is none.
    rows_above: int
    head: tuple[str, ...]
    day: int
    day_format: str
    #: In the order in which they are written down.
    text: tuple[int, ...] = ()
    #: With a sign; or else one for money out and one for money in.
    amount: int | None = None
    money_out: int | None = None
    money_in: int | None = None
    reference: int | None = None
    balance: int | None = None
    #: The bank's own id of the line.
    bank_id: int | None = None
    decimal: str = "."

    def to_json(self) -> dict[str, Any]:
        """Return what is kept."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def fits(self, head: tuple[str, ...]) -> bool:
        """Say whether a file has the head for which the columns were chosen."""
        return self.head == head

    def name(self, column: int | None) -> str:
        """Return what the file calls a column, or its number from 1 where it has no name."""
        if column is None:
            return ""
        return (self.head[column] if column < len(self.head) else "") or str(column + 1)


def from_json(kept: Mapping[str, Any]) -> Columns:
    """Return what was kept."""
    lists = {name: tuple(kept[name]) for name in ("head", "text")}
    return Columns(**{**kept, **lists})


def check(columns: Columns) -> Columns:
    """Return what was chosen if it can be.

    Raises:
        MappingWrong, AmountColumnMissing
    """
    known = {
        "delimiter": columns.delimiter in DELIMITERS,
        "rows_above": 0 <= columns.rows_above <= MOST_ROWS_ABOVE,
        "day_format": columns.day_format in DAY_FORMATS,
        "decimal": columns.decimal in DECIMALS,
    }
    for name, is_right in known.items():
        if not is_right:
            raise MappingWrong(name)
    if columns.amount is None and (columns.money_out is None or columns.money_in is None):
        raise AmountColumnMissing
    if columns.amount is not None and (columns.money_out is not None or columns.money_in is not None):
        raise MappingWrong("amount")
    taken: set[int] = set()
    for name, column in _single(columns):
        # The reference and the bank's id may be words of the text as well.
        alone = name not in {"reference", "bank_id"}
        if not 0 <= column < MOST_COLUMNS or (alone and column in taken):
            raise MappingWrong(name)
        taken |= {column} if alone else set()
    if not all(0 <= column < MOST_COLUMNS and column not in taken for column in columns.text):
        raise MappingWrong("text")
    return columns


def _single(columns: Columns) -> Iterator[tuple[str, int]]:
    for name in ("day", "amount", "money_out", "money_in", "balance", "reference", "bank_id"):
        column = getattr(columns, name)
        if column is not None:
            yield name, column
