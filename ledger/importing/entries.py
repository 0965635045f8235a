"""What all layouts give: entries with the rows they came from, the parties and accounts of their cells, and their drafts.

An entry is known by its content and by how often the file has the same, so importing a file again, or a longer one that begins
with it, posts nothing twice. An entry of our own export that stands in these very books is known by its id too.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID

from evidence.canonical import digest
from evidence.messages import Refusal
from ledger import errors as ledger_errors
from ledger.drafts import Draft, Line
from ledger.importing import errors
from ledger.importing.table import Problems, line_of_text

Layout = Literal["journal", "hledger", "opening"]

IMPORTED, OPENING = "imported", "opening"
LONGEST_TEXT = 500
#: As long as the one of an entry by hand.
LONGEST_REFERENCE = 60
LONGEST_CODE = 40

#: Finds whom a cell means: a reference, or what else the house knows its people by.
FindParty = Callable[[str], UUID | None]


@dataclass(frozen=True)
class Source:
    """What a file is read against: the currency of the books, the account behind a name, and the party behind a cell."""

    currency: str
    account: Callable[[str], str]
    party: FindParty


@dataclass(frozen=True)
class ReadEntry:
    """An entry of a file, with the row of each of its lines."""

    booked_on: date
    text: str
    lines: tuple[Line, ...]
    rows: tuple[int, ...]
    kind: str = IMPORTED
    reference: str | None = None
    #: Its id where our own export wrote it.
    origin: UUID | None = None


@dataclass(frozen=True)
class ReadFile:
    """Everything that a file holds, as it would be posted."""

    layout: Layout
    entries: tuple[ReadEntry, ...]
    drafts: tuple[Draft, ...] = field(repr=False)


def by_reference(cell: str) -> UUID | None:
    """Return the party that a reference names: the only way in which the ledger itself knows one."""
    try:
        return UUID(cell)
    except ValueError:
        return None


def party(cell: str, source: Source) -> UUID | None:
    """Read the party of a line; none for an empty cell.

    Raises:
        PartyUnknown
    """
    if not cell:
        return None
    found = source.party(cell)
    if found is None:
        raise errors.PartyUnknown
    return found


def code(cell: str) -> str | None:
    """Read the code of what a line counts for; none for an empty cell.

    Raises:
        CellTooLong
    """
    return line_of_text(cell, LONGEST_CODE) or None


def with_drafts(layout: Layout, entries: Iterable[ReadEntry], currency: str) -> ReadFile:
    """Return the entries of a file with a draft of each."""
    kept = tuple(entries)
    seen: Counter[str] = Counter()
    drafts = []
    for entry in kept:
        content = _digest(entry)
        seen[content] += 1
        drafts.append(
            Draft(
                booked_on=entry.booked_on,
                text=entry.text,
                kind=entry.kind,
                currency=currency,
                lines=entry.lines,
                idempotency_key=f"import:{content}:{seen[content]}",
                reference=entry.reference,
            )
        )
    return ReadFile(layout, kept, tuple(drafts))


def place(entry: ReadEntry, reason: Refusal, problems: Problems) -> None:
    """Take down what is refused about an entry, at the row and column that it is about."""
    number: int | None = getattr(reason, "line", None)
    if number is not None:
        problems.add(entry.rows[number - 1], "amount", reason)
        return
    whom: UUID | None = getattr(reason, "party_ref", None)
    column, is_meant = _meant(reason) if whom is None else ("party", lambda line: line.party_ref == whom)
    at = next((row for row, line in zip(entry.rows, entry.lines, strict=True) if is_meant(line)), entry.rows[0])
    problems.add(at, column, reason)


def _meant(reason: Refusal) -> tuple[str, Callable[[Line], bool]]:
    named = getattr(reason, "code", None)
    match reason:
        case ledger_errors.PartyMissing():
            return "party", lambda line: line.account == named and line.party_ref is None
        case ledger_errors.NoSuchCostCentre():
            return "cost_centre", lambda line: line.cost_centre == named
        case ledger_errors.NoSuchFund():
            return "fund", lambda line: line.fund == named
        case ledger_errors.NoSuchTaxCode():
            return "tax_code", lambda line: line.tax == named
        case _ if named is not None:
            return "account", lambda line: line.account == named
    return ("date" if reason.about == "booked_on" else ""), lambda _: True


def _digest(entry: ReadEntry) -> str:
    lines: list[Mapping[str, object]] = [
        {
            "account": line.account,
            "amount_minor": line.amount_minor,
            "party": line.party_ref,
            "tags": [line.cost_centre, line.fund, line.tax],
        }
        for line in entry.lines
    ]
    return digest([entry.booked_on, entry.text, entry.kind, entry.reference, lines])
