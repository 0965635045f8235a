"""A file that waits to be imported: kept when it was looked at, posted when it is confirmed or approved, and removed then."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.approvals.kinds import TwoPeople
from coop.books.errors import FileMoved
from coop.books.import_models import UploadedFile
from coop.books.import_operations import (
    FileToImport,
    Imported,
    Preview,
    checked,
    import_file,
    locked_and_checked,
    look,
    post_checked,
)
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from ledger import importing

#: How long a file waits to be confirmed, or approved.
UPLOADS_LAST = timedelta(days=14)


def upload(session: Session, actor: Actor, file: FileToImport) -> UUID:
    """Keep a file that can be imported until it is confirmed, and return its id. Those that waited too long are removed.

    Raises:
        PowerMissing
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    power = actor.need(Power.TREASURER)
    checked(session, file)
    assert actor.person_id is not None
    now = clock.now()
    session.execute(delete(UploadedFile).where(UploadedFile.uploaded_at < now - UPLOADS_LAST))
    row = UploadedFile(
        id=new_id(),
        uploaded_by=actor.person_id,
        uploaded_at=now,
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
    """Return what a file that waits would post.

    Raises:
        NotFound: it does not wait, or somebody else brought it. As for `look`.
    """
    return look(session, actor, _file_of(_waiting(session, actor, upload_id)))


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
    session: Session, actor: Actor, upload_id: UUID, *, entries: int, sha256: str, two: TwoPeople
) -> Imported:
    """Import a file that waits and that two people stand behind, whatever its entries move, in the name of who prepared it.

    Raises:
        PowerMissing, NotFound
        FileMoved: it would post something else than both have seen.
        FileRefused: with what is wrong, row by row. Other refusals of `ledger.importing`.
    """
    power = actor.need(Power.BOARD)
    row = session.get(UploadedFile, upload_id)
    if row is None:
        raise NotFound
    file = _file_of(row)
    read, places = locked_and_checked(session, file)
    if len(places) != entries or file.sha256 != sha256:
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


def _waiting(session: Session, actor: Actor, upload_id: UUID) -> UploadedFile:
    row = session.get(UploadedFile, upload_id)
    if row is None or row.uploaded_by != actor.person_id:
        raise NotFound
    return row


def _file_of(row: UploadedFile) -> FileToImport:
    layout = next(layout for layout in importing.LAYOUTS if layout == row.layout)
    return FileToImport(row.content, layout, row.mapping, row.opened_on, row.against)
