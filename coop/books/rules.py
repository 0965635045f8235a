"""What the database itself refuses around the books: what was imported and what was handed out is only ever added to."""

from coop.books.export_models import KeptExport
from coop.books.import_models import BookImport, ImportedEntry
from evidence.columns import table_of
from evidence.rules import Rule, append_only

RULES: tuple[Rule, ...] = tuple(
    rule for mapped in (BookImport, ImportedEntry, KeptExport) for rule in append_only(table_of(mapped))
)
