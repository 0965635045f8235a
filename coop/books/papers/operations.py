"""Adding papers to entries, and erasing one that must not be kept.

Evidence is not removed: that a paper was there, its hash, and who erased it and when stay for ever, in sight of board and auditor.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, cooperative
from coop.attachments import operations as attachments
from coop.attachments.models import Attachment, AttachmentErasure
from coop.attachments.uploads import Received
from coop.books.papers.errors import PaperThere
from coop.books.papers.models import EntryAttachment
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from ledger.models import Entry


def add(session: Session, actor: Actor, *, entry_id: UUID, received: Received) -> UUID:
    """Add a paper to an entry, whatever the entry is and whenever it was, and return the paper's id.

    Raises:
        PowerMissing, NotFound
        PaperThere: the entry has the same file already. One that was erased may come again.
    """
    power = actor.need(Power.TREASURER)
    if session.get(Entry, entry_id) is None:
        raise NotFound
    # Of two who add the same file at once, the second one finds the first one's.
    cooperative.current(session, lock=True)
    same = select(EntryAttachment.attachment_id).join(Attachment, Attachment.id == EntryAttachment.attachment_id)
    same = same.where(EntryAttachment.entry_id == entry_id, Attachment.sha256 == received.sha256)
    same = same.where(Attachment.id.not_in(select(AttachmentErasure.attachment_id)))
    if session.scalar(same.limit(1)) is not None:
        raise PaperThere
    attachment_id = attachments.attach(session, actor, received)
    session.add(EntryAttachment(entry_id=entry_id, attachment_id=attachment_id))
    session.flush()
    facts: dict[str, Canonical] = {"attachment": attachment_id, "sha256": received.sha256}
    audit.record(session, actor, "entry_paper.added", subject=entry_id, power=power, facts=facts)
    return attachment_id


def erase(session: Session, actor: Actor, *, entry_id: UUID, attachment_id: UUID) -> None:
    """Erase the file of a paper and its name. Its row, its hash and that it was erased stay.

    Raises:
        PowerMissing
        NotFound: the entry has no such paper, or it was erased before.
    """
    power = actor.need(Power.TREASURER)
    if session.get(EntryAttachment, (entry_id, attachment_id)) is None:
        raise NotFound
    sha256 = attachments.erase(session, actor, attachment_id)
    facts: dict[str, Canonical] = {"attachment": attachment_id, "sha256": sha256}
    audit.record(session, actor, "entry_paper.erased", subject=entry_id, power=power, facts=facts)
