"""What pages read about the papers of entries."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.attachments.models import AttachmentErasure
from coop.attachments.queries import AttachmentRow, attachments
from coop.books.papers.models import EntryAttachment
from coop.permissions import NotFound


def papers_of(session: Session, entry_id: UUID) -> tuple[AttachmentRow, ...]:
    """Return the papers of an entry, the erased ones among them, in the order in which they were added."""
    return attachments(
        session, session.scalars(select(EntryAttachment.attachment_id).where(EntryAttachment.entry_id == entry_id))
    )


def paper_of(session: Session, entry_id: UUID, attachment_id: UUID) -> AttachmentRow:
    """Return a paper of an entry that was not erased.

    Raises:
        NotFound: the entry has no such paper, or it was erased.
    """
    found = next((paper for paper in papers_of(session, entry_id) if paper.id == attachment_id), None)
    if found is None or found.erased_at is not None:
        raise NotFound
    return found


def entries_with_papers(session: Session, entry_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of some entries have a paper."""
    query = select(EntryAttachment.entry_id).where(EntryAttachment.entry_id.in_(list(entry_ids)))
    erased = select(AttachmentErasure.attachment_id)
    return frozenset(session.scalars(query.where(EntryAttachment.attachment_id.not_in(erased))))
