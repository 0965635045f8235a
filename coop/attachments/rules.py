"""What the database itself refuses about papers: changing or removing the row of one that was added, or of one that was erased."""

from coop.attachments.models import Attachment, AttachmentErasure
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = (*append_only(table_of(Attachment)), *append_only(table_of(AttachmentErasure)))
