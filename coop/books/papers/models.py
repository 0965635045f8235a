"""Which paper belongs to which entry. A paper may come later, to a locked month too: nothing of the entry changes by it."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from coop.attachments.models import Attachment
from coop.database import CoopBase
from ledger.models import Entry


class EntryAttachment(CoopBase):
    """A paper of an entry."""

    __tablename__ = "entry_attachment"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id), primary_key=True)
    attachment_id: Mapped[UUID] = mapped_column(ForeignKey(Attachment.id), primary_key=True)
