"""The files in which the books are handed out: read anew for any days, and for a closed year kept once, the same bytes for ever.

The file of a closed year is made at its closing by the worker, or when it is first asked for. It holds references where people are
meant; whose they are is read from today's names and never kept. Each closing has files of its own: those of one that was taken back
stay what they were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, files, outbox
from coop.books.exports.models import KeptExport
from coop.config import configuration
from coop.database import db, one_state, write
from coop.membership.models import Member, Participant
from coop.outbox import Leased
from coop.payments.bills.models import Supplier
from coop.permissions import WORKER, Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.messages import N_, Refusal
from ledger.export import FORMATS, Format, export
from ledger.models import Entry, FiscalYear, Posting
from ledger.years import periods
from ledger.years.closed_years import closed, closing_of, closings_of, is_closed

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
    """A closing with its files by format; a format that nobody has asked for yet is not among them."""

    id: UUID
    starts_on: date
    ends_on: date
    #: Of the closing, and the days on which it was made and taken back.
    number: int
    closed_on: date
    reopened_on: date | None
    files: dict[str, Kept]


@dataclass(eq=False)
class YearMoved(Refusal):
    """The year was reopened, or closed again, while its file was written."""

    message = N_("The year was reopened or closed again while the file was made. Ask for it once more.")


def read_anew(file_format: Format, starts_on: date | None, ends_on: date | None) -> Iterator[bytes]:
    """Return the journal between two days, piece by piece, read from one state of the books. Needs the application's context.

    Raises:
        DatesReversed, NoChart
    """
    with one_state() as session:
        yield from export(session, file_format, starts_on, ends_on)


def exported(actor: Actor, file_format: Format, starts_on: date | None, ends_on: date | None) -> Exported:
    """Return the journal between two days: the stored file where they are those of a closed year. Needs the app's context.

    Raises:
        PowerMissing, DatesReversed, NoChart, YearMoved, FileMissing, FileDamaged
    """
    actor.need(*READERS)
    asked = select(FiscalYear.id).where(FiscalYear.starts_on == starts_on, FiscalYear.ends_on == ends_on, closed())
    year_id = db.session.scalar(asked)
    if year_id is None:
        return Exported(read_anew(file_format, starts_on, ends_on), None)
    found = keep(actor, year_id, file_format)
    return Exported(files.read_pieces(configuration(current_app), found.sha256), found.sha256)


def keep(actor: Actor, year_id: UUID, file_format: Format) -> Kept:
    """Return the stored file of a closed year, and make it first if nobody has yet.

    It is made outside any write, because it may be long; of two who make it at once the first one's stays.

    Raises:
        PowerMissing, NoChart
        YearMoved: the year is not closed, or was reopened meanwhile.
    """
    actor.need(*READERS)
    session = db.session()
    closing = closing_of(session, year_id)
    if closing is None:
        raise YearMoved
    number = closing.number
    found = kept_file(session, year_id, number, file_format)
    if found is not None:
        return found
    year = session.get_one(FiscalYear, year_id)
    stored = files.store_pieces(configuration(current_app), read_anew(file_format, year.starts_on, year.ends_on))
    made = Kept(stored.sha256, stored.size_bytes)
    return write(lambda session: _remember(session, actor, year_id, number, file_format, made))


def keep_soon(session: Session, year_id: UUID) -> None:
    """Let the worker make the files of a year that was just closed."""
    number = len(closings_of(session, year_id))
    key = f"{KEEP_JOB}:{year_id}" if number == 1 else f"{KEEP_JOB}:{year_id}:{number}"
    outbox.enqueue(session, kind=KEEP_JOB, key=key, payload={"year": str(year_id)})


def keep_all(job: Leased) -> None:
    """Make the files of a closed year in every format: what the worker does."""
    keep_every_format(WORKER, UUID(job.payload["year"]))


def keep_every_format(actor: Actor, year_id: UUID) -> None:
    """Make the files of a closed year that nobody has made yet; of an open one there are none.

    Raises:
        PowerMissing, NoChart, YearMoved
    """
    if is_closed(db.session(), year_id):
        for one in FORMATS:
            keep(actor, year_id, one)


def is_kept(session: Session, year_id: UUID, number: int) -> bool:
    """Say whether the files of a closing are there in every format: once it is taken back, none can be made any more."""
    return all(kept_file(session, year_id, number, one) is not None for one in FORMATS)


def closed_years(session: Session) -> list[ClosedYear]:
    """Return every closing, the latest year first and of each the latest closing, with its files."""
    kept: dict[tuple[UUID, int], dict[str, Kept]] = {}
    for row in session.scalars(select(KeptExport)):
        kept.setdefault((row.fiscal_year_id, row.number), {})[row.format] = Kept(row.sha256, row.size_bytes)
    return [
        ClosedYear(
            year.id,
            year.starts_on,
            year.ends_on,
            one.closing.number,
            one.closing.closed_on,
            one.reopening.reopened_on if one.reopening else None,
            kept.get((year.id, one.closing.number), {}),
        )
        for year in periods.fiscal_years(session)
        for one in reversed(closings_of(session, year.id))
    ]


def earlier_file(actor: Actor, year_id: UUID, number: int, file_format: Format) -> Exported:
    """Return the stored file of a closing, be it one that was taken back. Needs the app's context.

    Raises:
        PowerMissing, FileMissing, FileDamaged
        NotFound: none was kept.
    """
    actor.need(*READERS)
    # No closing has a number beyond that of a small integer, and PostgreSQL would not read one.
    found = kept_file(db.session(), year_id, number, file_format) if number < 2**15 else None
    if found is None:
        raise NotFound
    return Exported(files.read_pieces(configuration(current_app), found.sha256), found.sha256)


def party_key(session: Session, starts_on: date | None, ends_on: date | None) -> list[tuple[UUID, str, int | None]]:
    """Return who is meant by each reference in the entries between two days, by today's names."""
    within = select(Posting.party_ref).join(Entry, Entry.id == Posting.entry_id)
    within = within.where(Entry.booked_on.between(starts_on or date.min, ends_on or date.max))
    participants = session.execute(
        select(Participant.party_ref, Participant.name, Member.number)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .where(Participant.party_ref.in_(within))
        .order_by(Participant.name_key, Participant.party_ref)
    )
    suppliers = session.execute(
        select(Supplier.party_ref, Supplier.name)
        .where(Supplier.party_ref.in_(within))
        .order_by(Supplier.name_key, Supplier.party_ref)
    )
    return [
        *((row.party_ref, row.name, row.number) for row in participants),
        *((row.party_ref, row.name, None) for row in suppliers),
    ]


def kept_file(session: Session, year_id: UUID, number: int, file_format: str) -> Kept | None:
    """Return what is kept of a closing in a format."""
    found = session.get(KeptExport, (year_id, file_format, number))
    return Kept(found.sha256, found.size_bytes) if found is not None else None


def _remember(session: Session, actor: Actor, year_id: UUID, number: int, file_format: Format, made: Kept) -> Kept:
    # Whoever reopens the year holds it; if that came first, what was read is not what was closed.
    session.get(FiscalYear, year_id, with_for_update=True)
    closing = closing_of(session, year_id)
    if closing is None or closing.number != number:
        raise YearMoved
    there = kept_file(session, year_id, number, file_format)
    if there is not None:
        return there
    session.add(
        KeptExport(
            fiscal_year_id=year_id,
            format=file_format,
            number=number,
            sha256=made.sha256,
            size_bytes=made.size_bytes,
            kept_at=clock.now(),
        )
    )
    session.flush()
    facts: dict[str, Canonical] = {"format": file_format, "number": number, "sha256": made.sha256}
    audit.record(session, actor, "kept_export.made", subject=year_id, facts=facts)
    return made
