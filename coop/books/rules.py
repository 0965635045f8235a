"""What the database itself refuses around the books: imports, what was handed out and papers of entries are only ever added to."""

from coop.books.exports.models import KeptExport
from coop.books.imports.models import BookImport, ImportedEntry
from coop.books.papers.models import EntryAttachment
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = tuple(
    rule
    for mapped in (BookImport, ImportedEntry, KeptExport, EntryAttachment)
    for rule in append_only(table_of(mapped))
)
