"""Which entries of a file these books have already: by the key of an earlier import, or by their id in our own export.

A key is made of the content, so what it names is the same. An id is only a name: what stands under it is compared, because a file
that was changed since it was exported would else be passed over in silence. Texts are compared by their letters and digits, for
plain-text ledgers take other characters for signs of their own; one that was erased is not compared.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.bulk import known_keys
from ledger.drafts import Line
from ledger.importing import errors
from ledger.importing.entries import ReadEntry, ReadFile
from ledger.importing.table import Problems
from ledger.models import Account, CostCentre, Entry, EntryText, Fund, Posting, TaxCode

_IDS_AT_ONCE = 5_000


@dataclass(frozen=True)
class _Standing:
    """An entry of these books, as far as a file can say something else of it."""

    booked_on: date
    reference: str | None
    text: str | None
    lines: Counter[Line]


def unknown(session: Session, file: ReadFile, problems: Problems) -> list[int]:
    """Return the places of the entries that no earlier import has posted and that are not these books' own.

    An entry with the id of one of theirs and other content is taken down as a problem.
    """
    keys = known_keys(session, [draft.idempotency_key for draft in file.drafts])
    ours = _standing(session, [entry.origin for entry in file.entries if entry.origin is not None])
    places = []
    for at, (entry, draft) in enumerate(zip(file.entries, file.drafts, strict=True)):
        if draft.idempotency_key in keys:
            continue
        found = ours.get(entry.origin) if entry.origin is not None else None
        if found is None:
            places.append(at)
            continue
        for row, column in _differences(entry, found):
            problems.add(row, column, errors.KnownOtherwise())
    return places


def _differences(entry: ReadEntry, found: _Standing) -> Iterator[tuple[int, str]]:
    """Return the row and the column of each thing that a file says otherwise than these books."""
    first = entry.rows[0]
    if entry.booked_on != found.booked_on:
        yield first, "date"
    if found.text is not None and _letters(entry.text) != _letters(found.text):
        yield first, "text"
    if _letters(entry.reference or "") != _letters(found.reference or ""):
        yield first, "reference"
    said = Counter(entry.lines)
    if said != found.lines:
        more = said - found.lines
        yield next((row for row, line in zip(entry.rows, entry.lines, strict=True) if line in more), first), ""


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _standing(session: Session, ids: Sequence[UUID]) -> dict[UUID, _Standing]:
    found: dict[UUID, _Standing] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        found.update(_some(session, ids[start : start + _IDS_AT_ONCE]))
    return found


def _some(session: Session, ids: Sequence[UUID]) -> Iterator[tuple[UUID, _Standing]]:
    lines: dict[UUID, Counter[Line]] = defaultdict(Counter)
    postings = (
        select(
            *(Posting.entry_id, Account.code, Posting.amount_minor, Posting.party_ref),
            *(CostCentre.code, Fund.code, TaxCode.code),
        )
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(CostCentre, CostCentre.id == Posting.cost_centre_id)
        .outerjoin(Fund, Fund.id == Posting.fund_id)
        .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(Posting.entry_id.in_(ids))
    )
    for entry_id, account, amount_minor, party_ref, centre, fund, tax in session.execute(postings):
        lines[entry_id][Line(account, amount_minor, party_ref, centre, fund, tax)] += 1
    entries = (
        select(Entry.id, Entry.booked_on, Entry.reference, EntryText.text)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.id.in_(ids))
    )
    for entry_id, booked_on, reference, text in session.execute(entries):
        yield entry_id, _Standing(booked_on, reference, text, lines[entry_id])
