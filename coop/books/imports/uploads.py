"""A file that waits to be imported: kept when it was looked at, posted when it is confirmed or approved, and removed then."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.approvals.kinds import TwoPeople
from coop.approvals.queries import waiting_with
from coop.books.errors import FileGone, FileMoved
from coop.books.imports.models import UploadedFile
from coop.books.imports.operations import (
    FileToImport,
    Imported,
    Preview,
    checked,
    import_file,
    locked_and_checked,
    look,
    post_checked,
    sums_of,
)
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from ledger import importing

#: How long a file waits to be confirmed, or approved: it may hold names.
UPLOADS_LAST = timedelta(days=7)
#: The act of two people that imports a file, see `import_acts`.
BOOK_IMPORT = "book.import"


def upload(session: Session, actor: Actor, file: FileToImport) -> UUID:
    """Keep a file that can be imported until it is confirmed, and return its id.

    Raises:
        PowerMissing
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    power = actor.need(Power.TREASURER)
    checked(session, file)
    assert actor.person_id is not None
    row = UploadedFile(
        id=new_id(),
        uploaded_by=actor.person_id,
        uploaded_at=clock.now(),
        layout=file.layout,
        content=file.text,
        mapping=file.mapping,
        opened_on=file.opened_on,
        against=file.against,
    )
    session.add(row)
    session.flush()
    facts = {"sha256": file.sha256, "layout": file.layout}
    audit.record(session, actor, "book_upload.kept", subject=row.id, power=power, facts=facts)
    return row.id


def look_at(session: Session, actor: Actor, upload_id: UUID) -> Preview:
    """Return what a file that waits would post: to who brought it, and to the board while it is to approve the import.

    Raises:
        NotFound: it does not wait, or is none of the actor's business. As for `look`.
    """
    return look(session, actor, file_to_read(session, actor, upload_id))


def file_to_read(session: Session, actor: Actor, upload_id: UUID) -> FileToImport:
    """Return a file that waits, to whom `look_at` shows what it would post.

    Raises:
        NotFound: it does not wait, or is none of the actor's business.
    """
    row = session.get(UploadedFile, upload_id)
    if row is None or (row.uploaded_by != actor.person_id and act_about(session, actor, upload_id) is None):
        raise NotFound
    return _file_of(row)


def act_about(session: Session, actor: Actor, upload_id: UUID) -> UUID | None:
    """Return the act that waits for somebody of the board to approve the import of a file; none for who brought it."""
    row = session.get(UploadedFile, upload_id)
    if row is None or row.uploaded_by == actor.person_id or Power.BOARD not in actor.powers:
        return None
    return waiting_with(session, BOOK_IMPORT, {"upload": upload_id})


def confirm(session: Session, actor: Actor, upload_id: UUID) -> Imported:
    """Import a file that waits, and let go of it.

    Raises:
        NotFound: it does not wait, or somebody else brought it. As for `import_file`.
    """
    row = _waiting(session, actor, upload_id)
    done = import_file(session, actor, _file_of(row))
    session.delete(row)
    session.flush()
    return done


def import_large(
    session: Session,
    actor: Actor,
    upload_id: UUID,
    *,
    entries: int,
    sha256: str,
    sums: Sequence[Sequence[object]],
    two: TwoPeople,
) -> Imported:
    """Import a file that waits and that two people stand behind, whatever its entries move, in the name of who prepared it.

    Raises:
        PowerMissing
        FileGone: it does not wait any longer.
        FileMoved: it would post something else than both have seen.
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    power = actor.need(Power.BOARD)
    row = session.get(UploadedFile, upload_id)
    if row is None:
        raise FileGone
    file = _file_of(row)
    read, places = locked_and_checked(session, file)
    found = sums_of(session, [read.entries[at] for at in places])
    if len(places) != entries or file.sha256 != sha256 or [one.as_argument for one in found] != list(map(list, sums)):
        raise FileMoved
    done = post_checked(session, actor, file, read, places, power=power, recorded_by=two.prepared_by)
    session.delete(row)
    session.flush()
    return done


def give_up(session: Session, actor: Actor, upload_id: UUID) -> None:
    """Remove a file that waits, and post nothing.

    Raises:
        PowerMissing, NotFound
    """
    power = actor.need(Power.TREASURER)
    session.delete(_waiting(session, actor, upload_id))
    session.flush()
    audit.record(session, actor, "book_upload.given_up", subject=upload_id, power=power)


def remove_old(session: Session, actor: Actor) -> None:
    """Remove the files that have waited too long: what the worker does.

    Raises:
        PowerMissing
    """
    actor.need(Power.TREASURER)
    for upload_id in session.scalars(_old(clock.now()).with_for_update()):
        session.execute(delete(UploadedFile).where(UploadedFile.id == upload_id))
        audit.record(session, actor, "book_upload.expired", subject=upload_id)


def has_old(session: Session, now: datetime) -> bool:
    """Say whether a file has waited too long."""
    return session.scalar(_old(now).limit(1)) is not None


def _old(now: datetime) -> Select[UUID]:
    return select(UploadedFile.id).where(UploadedFile.uploaded_at < now - UPLOADS_LAST)


def _waiting(session: Session, actor: Actor, upload_id: UUID) -> UploadedFile:
    row = session.get(UploadedFile, upload_id)
    if row is None or row.uploaded_by != actor.person_id:
        raise NotFound
    return row


def _file_of(row: UploadedFile) -> FileToImport:
    layout = next(layout for layout in importing.LAYOUTS if layout == row.layout)
    return FileToImport(row.content, layout, row.mapping, row.opened_on, row.against)
