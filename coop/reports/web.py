"""The pages of the reports room, gathered, and what its refusals answer with."""

from coop import files
from coop.errors import declare
from coop.reports import accounts_pages, errors, office_pages, public_pages
from coop.reports.blueprint import blueprint

__all__ = ["accounts_pages", "blueprint", "office_pages", "public_pages"]

declare(
    409,
    errors.AccountsChanged,
    errors.AlreadyApproved,
    errors.AlreadySigned,
    errors.NothingNew,
    errors.ReportStale,
    errors.WordsChanged,
)
declare(500, files.FileMissing, files.FileDamaged)
