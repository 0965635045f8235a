"""Which kind of file a bank has written, told by how it begins."""

from collections.abc import Callable

from coop.payments.bank.files import errors
from coop.payments.bank.files.camt import is_xml, read_camt
from coop.payments.bank.files.ofx import is_ofx, read_ofx
from coop.payments.bank.models import FileFormat
from coop.payments.bank.statements import Statement, StatementFile

#: As many lines as are taken at a time fit, in the wordiest of the formats too. Sent back in a form, it stays below what a request may hold.
LARGEST_FILE = 1_400_000


def kind_of(content: bytes) -> FileFormat:
    """Return the kind of a file: what is neither OFX nor XML is taken for CSV.

    Raises:
        FileEmpty, FileTooLarge
    """
    if not content.strip():
        raise errors.FileEmpty
    if len(content) > LARGEST_FILE:
        raise errors.FileTooLarge(LARGEST_FILE // 1000)
    if is_ofx(content):
        return FileFormat.OFX
    return FileFormat.CAMT if is_xml(content) else FileFormat.CSV


#: The kinds that say themselves what is what.
READERS: dict[FileFormat, Callable[[bytes, Statement], StatementFile]] = {
    FileFormat.OFX: read_ofx,
    FileFormat.CAMT: read_camt,
}
