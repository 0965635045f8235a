"""The papers that rooms keep: what a file is, what it was called, and that it was erased.

That a file was added, and its hash, stay for ever. Its name may tell who somebody is, so it lies in a table that can be emptied; the
bytes lie in the store of files and can be erased too, which a row says that stays.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from evidence.columns import Id, Line, Moment, Sha256


class Attachment(CoopBase):
    """A file that somebody added. The same bytes added twice are two rows and one file."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("size_bytes > 0", name="size"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: SHA-256 of the bytes, under which they are stored.
    sha256: Mapped[Sha256] = mapped_column(index=True)
    #: What the bytes are, found out from themselves.
    media_type: Mapped[Line]
    size_bytes: Mapped[int]
    added_at: Mapped[Moment]
    #: The person who added it, as a reference without a name; none for the program itself.
    added_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class AttachmentName(CoopBase):
    """What the file was called where it came from. Erasable."""

    __tablename__ = "attachment_name"

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey(Attachment.id), primary_key=True)
    name: Mapped[Line]


class AttachmentErasure(CoopBase):
    """That a file is not kept any longer. Its key decides that it is erased once."""

    __tablename__ = "attachment_erasure"

    attachment_id: Mapped[UUID] = mapped_column(ForeignKey(Attachment.id), primary_key=True)
    erased_at: Mapped[Moment]
    erased_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)
