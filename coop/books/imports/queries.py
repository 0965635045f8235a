"""What the pages of imports read: earlier imports, and the entries of one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.books.imports.models import BookImport, ImportedEntry
from coop.paging import Part, bounded
from coop.permissions import NotFound
from ledger.models import Entry, EntryText, Posting

PAGE_SIZE = 50
#: So many earlier imports are listed.
MOST_LISTED = 50


@dataclass(frozen=True)
class ImportedRow:
    """An entry with the row of the file that it came from."""

    entry_id: UUID
    row: int
    booked_on: date
    text: str | None
    #: What it debits in all.
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class ImportRow:
    """An import."""

    id: UUID
    layout: str
    sha256: str
    entry_count: int
    known_count: int
    imported_at: datetime
    imported_by: UUID | None


def imports(session: Session) -> list[ImportRow]:
    """Return the latest imports."""
    latest = select(BookImport).order_by(BookImport.imported_at.desc(), BookImport.id.desc()).limit(MOST_LISTED)
    return [_row(found) for found in session.scalars(latest)]


def import_of(session: Session, import_id: UUID) -> ImportRow:
    """Return one import.

    Raises:
        NotFound
    """
    found = session.get(BookImport, import_id)
    if found is None:
        raise NotFound
    return _row(found)


def import_of_entry(session: Session, entry_id: UUID) -> tuple[UUID, int] | None:
    """Return the import that an entry came from, and its row in the file; nothing for other entries."""
    found = session.get(ImportedEntry, entry_id)
    return (found.import_id, found.row) if found is not None else None


def imported_entries(session: Session, import_id: UUID, page: int) -> Part[ImportedRow]:
    """Return a page of the entries of an import, in the order of the file."""
    total = session.scalar(select(func.count()).where(ImportedEntry.import_id == import_id)) or 0
    number, last = bounded(page, total, PAGE_SIZE)
    debits = (
        select(func.sum(Posting.amount_minor))
        .where(Posting.entry_id == Entry.id, Posting.amount_minor > 0)
        .scalar_subquery()
    )
    currency = select(func.min(Posting.currency)).where(Posting.entry_id == Entry.id).scalar_subquery()
    rows = session.execute(
        select(Entry.id, ImportedEntry.row, Entry.booked_on, EntryText.text, debits, currency)
        .join(ImportedEntry, ImportedEntry.entry_id == Entry.id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(ImportedEntry.import_id == import_id)
        .order_by(ImportedEntry.row, Entry.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    found = tuple(ImportedRow(id_, row, day, text, int(minor), code) for id_, row, day, text, minor, code in rows)
    return Part(found, number, last, total)


def _row(found: BookImport) -> ImportRow:
    return ImportRow(
        *(found.id, found.layout, found.sha256, found.entry_count, found.known_count),
        *(found.imported_at, found.imported_by),
    )
