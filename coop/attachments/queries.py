"""What pages read about papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from coop.attachments.kinds import KINDS
from coop.attachments.models import Attachment, AttachmentErasure, AttachmentName
from coop.identity.models import Person

_ERASER = aliased(Person)


@dataclass(frozen=True)
class AttachmentRow:
    """A paper as a list shows it. An erased one has no name and no file; its hash stays."""

    id: UUID
    sha256: str
    media_type: str
    size_bytes: int
    added_at: datetime
    added_by: UUID | None
    #: The name of who added it, while they are known by one.
    adder: str | None
    name: str | None
    erased_at: datetime | None
    #: The name of who erased it, while they are known by one.
    eraser: str | None

    @property
    def kind(self) -> str:
        """Return what it is, in a word."""
        return KINDS[self.media_type].label


def attachments(session: Session, ids: Iterable[UUID]) -> tuple[AttachmentRow, ...]:
    """Return papers by their ids, in the order in which they were added."""
    query: Select[*tuple[Any, ...]] = (
        select(
            *(Attachment.id, Attachment.sha256, Attachment.media_type, Attachment.size_bytes),
            *(Attachment.added_at, Attachment.added_by, Person.name),
            *(AttachmentName.name, AttachmentErasure.erased_at, _ERASER.name),
        )
        .outerjoin(AttachmentName, AttachmentName.attachment_id == Attachment.id)
        .outerjoin(AttachmentErasure, AttachmentErasure.attachment_id == Attachment.id)
        .outerjoin(Person, Person.id == Attachment.added_by)
        .outerjoin(_ERASER, _ERASER.id == AttachmentErasure.erased_by)
        .where(Attachment.id.in_(list(ids)))
        .order_by(Attachment.added_at, Attachment.id)
    )
    return tuple(AttachmentRow(*row) for row in session.execute(query))


def attachment(session: Session, attachment_id: UUID) -> AttachmentRow | None:
    """Return one paper."""
    return next(iter(attachments(session, [attachment_id])), None)
