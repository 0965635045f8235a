"""Reading the rows of a chart of accounts from a CSV file: what each cell says, without knowing the chart of the books."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ledger.chart import errors as chart_errors
from ledger.chart.changes import LONGEST_NAME
from ledger.importing import errors
from ledger.importing.table import Problems, Row, day, line_of_text, read_table
from ledger.models import AccountKind, Business

COLUMNS = (
    *("code", "name", "type", "kind", "heading", "side"),
    *("by_party", "line", "tag", "business", "opened_on", "closed_on"),
)
NEEDED = ("code", "name", "kind")
MOST_ROWS = 2000

_TYPES = {"account": False, "heading": True}
_SIDES = {"debit": True, "credit": False}
_ANSWERS = {"yes": True, "no": False}
_KINDS = {kind.value: kind for kind in AccountKind}
_BUSINESSES = {business.value: business for business in Business}

Value = TypeVar("Value")


@dataclass(frozen=True)
class ChartRow:
    """A row as it was read. An empty cell, and one of a column that the file has not, is none."""

    number: int
    #: The columns that the file has.
    columns: frozenset[str]
    code: str
    name: str
    kind: AccountKind
    is_heading: bool | None
    is_debit: bool | None
    by_party: bool | None
    business: Business | None
    heading: str | None
    line: str | None
    tag: str | None
    opened_on: date | None
    closed_on: date | None


def read_rows(text: str) -> list[ChartRow]:
    """Read every row of a file.

    Raises:
        FileRefused: with what is wrong, row by row. FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown, ChartTooLong
    """
    problems = Problems()
    rows: list[ChartRow] = []
    first_with: dict[str, int] = {}
    for count, row in enumerate(read_table(text, problems, needed=NEEDED, known=COLUMNS).rows):
        if count == MOST_ROWS:
            raise chart_errors.ChartTooLong(MOST_ROWS)
        found = _read(row)
        first = first_with.setdefault(row.cells["code"], row.number)
        if first != row.number:
            problems.add(row.number, "code", chart_errors.CodeTwice(first))
        if found is not None:
            rows.append(found)
    problems.refuse()
    if not rows:
        raise errors.FileEmpty
    return rows


def _read(row: Row) -> ChartRow | None:
    name = row.read("name", lambda cell: line_of_text(cell, LONGEST_NAME))
    kind = row.read("kind", _one_of(_KINDS))
    is_heading, is_debit = row.read("type", _if_any(_one_of(_TYPES))), row.read("side", _if_any(_one_of(_SIDES)))
    by_party, business = (
        row.read("by_party", _if_any(_one_of(_ANSWERS))),
        row.read("business", _if_any(_one_of(_BUSINESSES))),
    )
    opened_on, closed_on = row.read("opened_on", _if_any(day)), row.read("closed_on", _if_any(day))
    if name is None or kind is None:
        return None
    return ChartRow(
        number=row.number,
        columns=frozenset(row.cells),
        code=row.cells["code"],
        name=name,
        kind=kind,
        is_heading=is_heading,
        is_debit=is_debit,
        by_party=by_party,
        business=business,
        heading=row.cells.get("heading") or None,
        line=row.cells.get("line") or None,
        tag=row.cells.get("tag") or None,
        opened_on=opened_on,
        closed_on=closed_on,
    )


def _if_any(work: Callable[[str], Value]) -> Callable[[str], Value | None]:
    return lambda cell: work(cell) if cell else None


def _one_of(choices: Mapping[str, Value]) -> Callable[[str], Value]:
    def read(cell: str) -> Value:
        if cell.casefold() not in choices:
            raise chart_errors.CellUnknown(", ".join(choices))
        return choices[cell.casefold()]

    return read
