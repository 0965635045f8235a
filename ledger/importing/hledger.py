"""The table that `hledger print -O csv` writes: any journal of hledger, ledger or Beancount gets here through it.

Each row is a posting, and `txnidx` tells the transactions apart. What our own export put into comments (party, reference, what a
line counts for, the id of the entry) is found there again. Postings of nothing, such as assertions, are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from ledger.drafts import Line
from ledger.importing import errors
from ledger.importing.entries import LONGEST_REFERENCE, LONGEST_TEXT, ReadEntry, Source, by_reference, code, party
from ledger.importing.table import Problems, Row, amount, day, line_of_text, read_table

NEEDED = ("txnidx", "date", "description", "account", "amount", "commodity")
KNOWN = frozenset(
    {
        *NEEDED,
        *("date2", "status", "code", "comment", "credit", "debit", "posting-status", "posting-comment"),
    }
)
_TAG = re.compile(r"(?:^|[\s,])(entry|reference|party|cost_centre|fund|tax_code):([^,\n]*)")
#: Signs that people write for a currency. One sign stands for many; the books have one.
_SIGNS = {
    "$": frozenset("AUD BBD BSD BZD CAD FJD HKD JMD NZD SGD TTD USD XCD".split()),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "¥": frozenset({"CNY", "JPY"}),
    "₹": frozenset({"INR"}),
}


@dataclass
class _Gathered:
    """The rows of a transaction, as they come."""

    booked_on: date | None
    text: str
    reference: str | None
    origin: UUID | None
    lines: list[Line] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    is_whole: bool = True


def read(text: str, source: Source, problems: Problems) -> Iterator[ReadEntry]:
    """Read the transactions of a table of hledger; those with something wrong in a row are left out.

    Raises:
        FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    table = read_table(text, problems, needed=NEEDED, known=KNOWN)
    found: dict[str, _Gathered] = {}
    for row in table.rows:
        index = row.cells["txnidx"]
        if not index:
            problems.lose(row.number, "txnidx", errors.CellMissing())
            continue
        wrong = problems.count
        if index not in found:
            found[index] = _heading(row, index)
        entry = found[index]
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
            origin=entry.origin,
        )
        for entry in found.values()
        if entry.is_whole and entry.booked_on is not None and entry.rows
    )


def _heading(row: Row, index: str) -> _Gathered:
    tags = _tags(row.cells.get("comment", ""))
    origin = by_reference(tags["entry"]) if "entry" in tags else None
    # Our own export has the kind of the entry where others have the number of a document.
    reference = tags.get("reference", "" if origin else row.cells.get("code", ""))
    said = row.read("description", partial(line_of_text, longest=LONGEST_TEXT))
    return _Gathered(
        booked_on=row.read("date", day),
        text=said or f"#{index[:20]}",
        reference=row.read("code", lambda _: line_of_text(reference, LONGEST_REFERENCE)) or None,
        origin=origin,
    )


def _line(row: Row, source: Source) -> Line | None:
    commodity = row.cells["commodity"]
    amount_minor = row.read("amount", lambda cell: amount(cell, source.currency))
    if amount_minor == 0:
        return None
    if commodity and commodity != source.currency and source.currency not in _SIGNS.get(commodity, ()):
        row.problems.add(row.number, "commodity", errors.OtherCurrency(commodity[:40], source.currency))
        return None
    tags = _tags(row.cells.get("posting-comment", ""))

    account = row.read("account", source.account)
    party_ref = row.read("posting-comment", lambda _: party(tags.get("party", ""), source))

    def named(name: str) -> str | None:
        return row.read("posting-comment", lambda _: code(tags.get(name, "")))

    counts_for = (named("cost_centre"), named("fund"), named("tax_code"))
    return None if account is None or amount_minor is None else Line(account, amount_minor, party_ref, *counts_for)


def _tags(comment: str) -> dict[str, str]:
    return {name: value.strip() for name, value in _TAG.findall(comment)}
