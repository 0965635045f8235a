"""Adding a paper, and erasing one that must not be kept. The room that has it checks who may, and writes the audit row.

Both hold the co-op's row, as does the worker that removes the bytes of what was erased: so nobody takes away a file that somebody
else is just adding.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from coop import clock, cooperative, outbox
from coop.attachments.models import Attachment, AttachmentErasure, AttachmentName
from coop.attachments.uploads import Received
from coop.permissions import Actor, NotFound
from evidence.identifiers import new_id

REMOVE_JOB = "remove-file"


def attach(session: Session, actor: Actor, received: Received) -> UUID:
    """Keep a file that was received and return the id of its row. The last thing that an operation does, after all it may refuse.

    The bytes are on the disk before the row is committed, and storing them again does no harm where the work is repeated.
    """
    cooperative.current(session, lock=True)
    received.keep()
    row = Attachment(
        id=new_id(),
        sha256=received.sha256,
        media_type=received.media_type,
        size_bytes=received.size_bytes,
        added_at=clock.now(),
        added_by=actor.person_id,
    )
    session.add(row)
    session.flush()
    session.add(AttachmentName(attachment_id=row.id, name=received.name))
    session.flush()
    return row.id


def erase(session: Session, actor: Actor, attachment_id: UUID) -> str:
    """Let go of a file and its name, and return the file's hash, which stays. Its bytes go too where no other row names them.

    Raises:
        NotFound: there is no such file, or it was erased before.
    """
    cooperative.current(session, lock=True)
    row = session.get(Attachment, attachment_id)
    if row is None or session.get(AttachmentErasure, attachment_id) is not None:
        raise NotFound
    session.add(AttachmentErasure(attachment_id=attachment_id, erased_at=clock.now(), erased_by=actor.person_id))
    session.execute(delete(AttachmentName).where(AttachmentName.attachment_id == attachment_id))
    session.flush()
    # Once this is committed: a row must not lose its file to a transaction that is then rolled back.
    outbox.enqueue(session, kind=REMOVE_JOB, key=f"{REMOVE_JOB}:{attachment_id}", payload={"sha256": row.sha256})
    return row.sha256
