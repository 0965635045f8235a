"""What was imported into the books, from which row of which file, and the file that somebody is still looking at.

An import and its rows are only ever added. A file that waits to be confirmed may hold names, so it lies in a table of its own that
is emptied: when it is imported, when it is given up, and after a week.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.identity.models import Person
from evidence.columns import Code, Id, LongText, Moment, Sha256
from ledger.models import Entry


class BookImport(CoopBase):
    """A file that was imported: all of it."""

    __tablename__ = "book_import"

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: SHA-256 of the file.
    sha256: Mapped[Sha256]
    #: How its rows were read: `journal`, `hledger`, `opening`.
    layout: Mapped[Code]
    #: How many entries were posted, and how many of an earlier import were passed over.
    entry_count: Mapped[int]
    known_count: Mapped[int]
    imported_at: Mapped[Moment]
    #: The person who imported it, as a reference without a name; none for a command.
    imported_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class ImportedEntry(CoopBase):
    """From which row of a file an entry came."""

    __tablename__ = "book_import_entry"
    __table_args__ = (Index("ix_book_import_entry_import_id", "import_id", "row"),)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id), primary_key=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey(BookImport.id))
    #: The line of the file on which it begins.
    row: Mapped[int]


class UploadedFile(CoopBase):
    """A file that was looked at and waits to be confirmed by whoever brought it. Erasable."""

    __tablename__ = "book_upload"

    id: Mapped[Id] = mapped_column(primary_key=True)
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    uploaded_at: Mapped[Moment]
    layout: Mapped[Code]
    content: Mapped[LongText]
    #: The table that says which account of the file is which of ours; empty where none was given.
    mapping: Mapped[LongText]
    #: Of opening balances: their day, and the account on the other side.
    opened_on: Mapped[date | None] = mapped_column(default=None)
    against: Mapped[Code | None] = mapped_column(default=None)
