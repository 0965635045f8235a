"""What the database itself refuses around the books: imports, what was handed out and papers of entries are only ever added to.

The books have one currency, in which every amount stands; so the co-op keeps the one that it was founded with.
"""

from coop.books.exports.models import KeptExport
from coop.books.imports.models import BookImport, ImportedEntry
from coop.books.papers.models import EntryAttachment
from evidence.columns import table_of
from evidence.rules import Case, Rule, append_only, refuse

RULES: tuple[Rule, ...] = (
    *(
        rule
        for mapped in (BookImport, ImportedEntry, KeptExport, EntryAttachment)
        for rule in append_only(table_of(mapped))
    ),
    refuse(
        "cooperative_keeps_currency",
        "cooperative",
        "UPDATE",
        [Case("NEW.currency <> OLD.currency", "books: the currency of the books stays what it is")],
    ),
)
