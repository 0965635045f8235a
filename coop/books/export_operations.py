"""The files in which the books are handed out: read anew for any days, and for a closed year kept once, the same bytes for ever.

The file of a closed year is made at its closing by the worker, or when it is first asked for. It holds references where people are
meant; whose they are is read from today's names and never kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, files, outbox
from coop.books.export_models import KeptExport
from coop.books.snapshot import exported as read_anew
from coop.config import configuration
from coop.database import db, write
from coop.membership.models import Member, Participant
from coop.outbox import Leased
from coop.permissions import WORKER, Actor, Power
from ledger.closed_years import is_closed
from ledger.export import FORMATS, Format
from ledger.models import Entry, FiscalYear, Posting, YearClosing

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)
KEEP_JOB = "keep-exports"


@dataclass(frozen=True)
class Kept:
    """The stored file of a closed year."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class Exported:
    """A file as it is handed out, piece by piece; its hash is known where it is kept."""

    pieces: Iterator[bytes]
    sha256: str | None


@dataclass(frozen=True)
class ClosedYear:
    """A closed year with its files by format; a format that nobody has asked for yet is not among them."""

    id: UUID
    starts_on: date
    ends_on: date
    files: dict[str, Kept]


def exported(actor: Actor, file_format: Format, starts_on: date | None, ends_on: date | None) -> Exported:
    """Return the journal between two days: the stored file where they are those of a closed year. Needs the app's context.

    Raises:
        PowerMissing, DatesReversed, NoChart, FileMissing, FileDamaged
    """
    actor.need(*READERS)
    asked = select(FiscalYear.id).join(YearClosing, YearClosing.fiscal_year_id == FiscalYear.id)
    year_id = db.session.scalar(asked.where(FiscalYear.starts_on == starts_on, FiscalYear.ends_on == ends_on))
    if year_id is None:
        return Exported(read_anew(file_format, starts_on, ends_on), None)
    found = keep(actor, year_id, file_format)
    return Exported(files.read_pieces(configuration(current_app), found.sha256), found.sha256)


def keep(actor: Actor, year_id: UUID, file_format: Format) -> Kept:
    """Return the stored file of a closed year, and make it first if nobody has yet.

    It is made outside any write, because it may be long; of two who make it at once the first one's stays.

    Raises:
        PowerMissing, NoChart
    """
    actor.need(*READERS)
    session = db.session()
    found = _standing(session, year_id, file_format)
    if found is not None:
        return found
    year = session.get_one(FiscalYear, year_id)
    stored = files.store_pieces(configuration(current_app), read_anew(file_format, year.starts_on, year.ends_on))
    return write(
        lambda session: _remember(session, actor, year_id, file_format, Kept(stored.sha256, stored.size_bytes))
    )


def keep_soon(session: Session, year_id: UUID) -> None:
    """Let the worker make the files of a year that was just closed."""
    outbox.enqueue(session, kind=KEEP_JOB, key=f"{KEEP_JOB}:{year_id}", payload={"year": str(year_id)})


def keep_all(job: Leased) -> None:
    """Make the files of a closed year in every format: what the worker does."""
    year_id = UUID(job.payload["year"])
    if is_closed(db.session(), year_id):
        for one in FORMATS:
            keep(WORKER, year_id, one)


def closed_years(session: Session) -> list[ClosedYear]:
    """Return the closed years, the latest first, each with the files that stand."""
    rows = session.scalars(select(KeptExport).order_by(KeptExport.number))
    standing: dict[UUID, dict[str, Kept]] = {}
    for row in rows:
        standing.setdefault(row.fiscal_year_id, {})[row.format] = Kept(row.sha256, row.size_bytes)
    years = session.scalars(
        select(FiscalYear)
        .join(YearClosing, YearClosing.fiscal_year_id == FiscalYear.id)
        .order_by(FiscalYear.starts_on.desc())
    )
    return [ClosedYear(year.id, year.starts_on, year.ends_on, standing.get(year.id, {})) for year in years]


def party_key(session: Session, starts_on: date | None, ends_on: date | None) -> list[tuple[UUID, str, int | None]]:
    """Return who is meant by each reference in the entries between two days, by today's names."""
    within = select(Posting.party_ref).join(Entry, Entry.id == Posting.entry_id)
    within = within.where(Entry.booked_on.between(starts_on or date.min, ends_on or date.max))
    rows = session.execute(
        select(Participant.party_ref, Participant.name, Member.number)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .where(Participant.party_ref.in_(within))
        .order_by(Participant.name_key, Participant.party_ref)
    )
    return [(row.party_ref, row.name, row.number) for row in rows]


def _standing(session: Session, year_id: UUID, file_format: str) -> Kept | None:
    latest = select(KeptExport).where(KeptExport.fiscal_year_id == year_id, KeptExport.format == file_format)
    found = session.scalar(latest.order_by(KeptExport.number.desc()).limit(1))
    return Kept(found.sha256, found.size_bytes) if found is not None else None


def _remember(session: Session, actor: Actor, year_id: UUID, file_format: str, made: Kept) -> Kept:
    session.get(FiscalYear, year_id, with_for_update=True)
    standing = _standing(session, year_id, file_format)
    if standing is not None:
        return standing
    last = select(func.max(KeptExport.number)).where(
        KeptExport.fiscal_year_id == year_id, KeptExport.format == file_format
    )
    session.add(
        KeptExport(
            fiscal_year_id=year_id,
            format=file_format,
            number=(session.scalar(last) or 0) + 1,
            sha256=made.sha256,
            size_bytes=made.size_bytes,
            kept_at=clock.now(),
        )
    )
    session.flush()
    audit.record(
        session, actor, "kept_export.made", subject=year_id, facts={"format": file_format, "sha256": made.sha256}
    )
    return made
