"""What the worker does when a paper was erased: it removes the bytes, unless a row that stands still names them."""

from functools import partial

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from coop import cooperative, files
from coop.attachments.models import Attachment, AttachmentErasure
from coop.config import Config
from coop.database import METADATAS, write
from coop.outbox import Leased
from evidence.columns import table_of


def remove_file(config: Config, job: Leased) -> None:
    """Remove a file that nobody keeps any longer. The same bytes may be the paper of another entry, or a published report."""
    write(partial(_remove, config=config, sha256=job.payload["sha256"]))


def is_kept(session: Session, sha256: str) -> bool:
    """Say whether a row names a file: a paper that was not erased, or any other row with a hash of this value.

    Every table is asked, so that a room which keeps files need not be known here. A hash of something else does no harm.
    """
    erased = select(AttachmentErasure.attachment_id)
    papers = select(literal(1)).where(Attachment.sha256 == sha256, Attachment.id.not_in(erased)).limit(1)
    if session.scalar(papers) is not None:
        return True
    others = (
        table for metadata in METADATAS for table in metadata.tables.values() if table is not table_of(Attachment)
    )
    columns = (column for table in others for column in table.columns if column.name.endswith("sha256"))
    return any(session.scalar(select(literal(1)).where(column == sha256).limit(1)) is not None for column in columns)


def _remove(session: Session, *, config: Config, sha256: str) -> None:
    cooperative.current(session, lock=True)
    if not is_kept(session, sha256):
        files.remove(config, sha256)
