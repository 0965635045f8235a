"""A journal as CSV: a row per line of an entry, the rows of one entry with the same number.

The columns of our own full export are among those that are known, so what was exported can be imported. Date, text and reference
belong to the entry: its later rows repeat them or leave them empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from ledger.drafts import Line
from ledger.importing import errors
from ledger.importing.entries import LONGEST_REFERENCE, LONGEST_TEXT, ReadEntry, Source, by_reference, code, party
from ledger.importing.table import Problems, Row, day, line_of_text, read_table, signed

NEEDED = ("entry", "date", "text", "account")
KNOWN = frozenset(
    {
        *NEEDED,
        *("debit", "credit", "amount", "currency", "party", "reference", "cost_centre", "fund", "tax_code"),
        # Of our own export, and of no meaning here.
        *("line", "kind", "account_name", "recorded_at", "reverses"),
    }
)


@dataclass
class _Gathered:
    """The rows of an entry, as they come."""

    row: int
    number: str
    booked_on: date | None = None
    text: str = ""
    reference: str | None = None
    lines: list[Line] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    is_whole: bool = True


def read(text: str, source: Source, problems: Problems) -> Iterator[ReadEntry]:
    """Read the entries of a journal, in the order in which their first rows stand; those with something wrong in a row are left out.

    Raises:
        FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    table = read_table(text, problems, needed=NEEDED, known=KNOWN)
    if not {"amount", "debit", "credit"} & set(table.columns):
        raise errors.ColumnMissing("debit")
    found: dict[str, _Gathered] = {}
    for row in table.rows:
        number = row.read("entry", _number) or _opening(row)
        if number is None:
            continue
        entry = found.setdefault(number, _Gathered(row.number, number))
        wrong = problems.count
        _take_heading(row, entry)
        line = _line(row, source)
        if line is not None:
            entry.lines.append(line)
            entry.rows.append(row.number)
        entry.is_whole = entry.is_whole and problems.count == wrong
    return (
        ReadEntry(
            booked_on=entry.booked_on,
            text=entry.text,
            lines=tuple(entry.lines),
            rows=tuple(entry.rows),
            reference=entry.reference,
            origin=_origin(entry.number),
        )
        for entry in found.values()
        if entry.is_whole and entry.booked_on is not None and entry.rows
    )


def _number(cell: str) -> str:
    return line_of_text(cell, 40)


def _opening(row: Row) -> str | None:
    """Return what stands for the number of opening balances in our own export; any other row needs a number."""
    if row.cells["entry"]:
        return None
    if row.cells.get("kind") == "opening":
        return "opening"
    row.problems.lose(row.number, "entry", errors.CellMissing())
    return None


def _origin(number: str) -> UUID | None:
    return by_reference(number) if len(number) == 36 else None


def _take_heading(row: Row, entry: _Gathered) -> None:
    """Take what a row says about the whole entry; a later row may be silent, and not say otherwise."""
    is_first = entry.row == row.number
    for column, longest in (("text", LONGEST_TEXT), ("reference", LONGEST_REFERENCE)):
        said = row.read(column, partial(line_of_text, longest=longest))
        if is_first:
            setattr(entry, column, said or ("" if column == "text" else None))
            if column == "text" and said == "":
                row.problems.add(row.number, column, errors.CellMissing())
        elif said and said != getattr(entry, column):
            row.problems.add(row.number, column, errors.RowsDisagree())
    if is_first:
        entry.booked_on = row.read("date", day)
    elif row.cells["date"] and row.read("date", day) not in {entry.booked_on, None}:
        row.problems.add(row.number, "date", errors.RowsDisagree())


def _line(row: Row, source: Source) -> Line | None:
    currency = row.cells.get("currency") or source.currency
    if currency != source.currency:
        row.problems.add(row.number, "currency", errors.OtherCurrency(currency[:40], source.currency))
        return None
    account = row.read("account", source.account)
    amount_minor = signed(row, source.currency)
    party_ref = row.read("party", partial(party, source=source))
    tags = [row.read(column, code) for column in ("cost_centre", "fund", "tax_code")]
    return None if account is None or amount_minor is None else Line(account, amount_minor, party_ref, *tags)
