"""What papers and the store of files must agree on, as queries that return what is wrong."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import files
from coop.attachments.models import Attachment, AttachmentErasure
from coop.config import configuration
from evidence.findings import Finding
from evidence.messages import Refusal


def findings(session: Session) -> list[Finding]:
    """Compare each paper that was not erased with its hash."""
    erased = select(AttachmentErasure.attachment_id)
    rows = session.execute(
        select(Attachment.id, Attachment.sha256).where(Attachment.id.not_in(erased)).order_by(Attachment.id)
    )
    found = []
    for attachment_id, sha256 in rows:
        try:
            files.check(configuration(current_app), sha256)
        except Refusal as refusal:
            found.append(Finding("attachment-file", f"paper {attachment_id}: {type(refusal).__name__} {sha256}"))
    return found
