"""Reading the books of others: a journal as CSV, what hledger prints, and opening balances, each into entries to be posted.

A file is read whole or refused with the first hundred things that are wrong, each by row and column. Who may import, which
accounts other rooms keep, and the keeping of files are the business of whoever calls this.
"""

from collections.abc import Sequence
from typing import get_args

from sqlalchemy.orm import Session

from ledger.bulk import DraftsRefused, check_many
from ledger.importing import errors, hledger, journal, opening
from ledger.importing.entries import FindParty, Layout, ReadEntry, ReadFile, Source, by_reference, place, with_drafts
from ledger.importing.known import unknown
from ledger.importing.names import find_accounts, read_mapping
from ledger.importing.opening import Opening
from ledger.importing.table import Problems, read_table

LAYOUTS: tuple[Layout, ...] = get_args(Layout)

__all__ = [
    "LAYOUTS",
    "FindParty",
    "Layout",
    "Opening",
    "Problems",
    "ReadEntry",
    "ReadFile",
    "by_reference",
    "check",
    "layout_of",
    "place",
    "read",
    "unknown",
]


def layout_of(text: str) -> Layout:
    """Say by its head which layout a file has.

    Raises:
        FileEmpty, LayoutUnknown
    """
    columns = set(read_table(text, Problems()).columns)
    if "txnidx" in columns:
        return "hledger"
    if {"entry", "date"} <= columns:
        return "journal"
    if columns & {"code", "account"} and "date" not in columns:
        return "opening"
    raise errors.LayoutUnknown


def read(
    session: Session,
    text: str,
    *,
    layout: Layout,
    currency: str,
    opening_as: Opening,
    mapping: str = "",
    problems: Problems,
    find_party: FindParty = by_reference,
) -> ReadFile:
    """Read a file. What is wrong in a row is taken down, and the entries that are whole are returned, so that they can be checked too.

    Raises:
        FileRefused: there is a row that cannot be read at all. Entries may lack a line then, and would be called unbalanced for it.
        FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    source = Source(currency, find_accounts(session, read_mapping(mapping)), find_party)
    match layout:
        case "journal":
            entries = tuple(journal.read(text, source, problems))
        case "hledger":
            entries = tuple(hledger.read(text, source, problems))
        case "opening":
            entries = tuple(opening.read(text, source, problems, opening_as))
    if problems.have_lost_rows:
        problems.refuse()
    if not entries and not problems.count:
        raise errors.FileEmpty
    return with_drafts(layout, entries, currency)


def check(session: Session, file: ReadFile, places: Sequence[int], problems: Problems) -> None:
    """Check what would be posted, and write nothing; what is wrong is taken down. Holds the periods and accounts that are named."""
    try:
        check_many(session, [file.drafts[at] for at in places])
    except DraftsRefused as refused:
        for problem in refused.problems:
            place(file.entries[places[problem.index]], problem.reason, problems)
