"""What is refused about files that are imported: the file as a whole, or a cell of a row."""

from dataclasses import dataclass, field
from typing import Any

from evidence.messages import N_, Refusal
from ledger.errors import LedgerRefusal


@dataclass(frozen=True)
class RowProblem:
    """What is wrong with a row of a file."""

    #: The line of the file on which the row begins.
    row: int
    #: The column as its head calls it; empty where the row as a whole is meant.
    column: str
    reason: Refusal


@dataclass(eq=False)
class FileRefused(LedgerRefusal):
    """A file of which nothing was taken, because rows of it are wrong."""

    count: int
    #: The first of them.
    problems: tuple[RowProblem, ...] = field(default=())
    about: str | None = "file"
    message = N_("Nothing was imported. Problems found: %(count)s.")

    def values(self) -> dict[str, Any]:
        """Return what the message names."""
        return {"count": self.count}


@dataclass(eq=False)
class NotText(LedgerRefusal):
    """The bytes are no text in UTF-8, or hold what no text has."""

    message = N_("This is not a CSV file in UTF-8. In a spreadsheet, choose “CSV UTF-8” when you save it.")
    about = "file"


@dataclass(eq=False)
class FileEmpty(LedgerRefusal):
    """There is no row under the head."""

    message = N_("There is no row to import.")
    about = "file"


@dataclass(eq=False)
class LayoutUnknown(LedgerRefusal):
    """The head fits none of the layouts that are known."""

    message = N_(
        "The first row does not name the columns of a journal, of hledger or of opening balances. Compare it with the examples."
    )
    about = "file"


@dataclass(eq=False)
class ColumnMissing(LedgerRefusal):
    """A column that the layout cannot do without."""

    column: str
    message = N_("The first row must name the column %(column)s.")
    about = "file"


@dataclass(eq=False)
class ColumnUnknown(LedgerRefusal):
    """A column that means nothing here: most likely a slip, and what stands in it would be lost."""

    column: str
    message = N_("There is no column %(column)s in this layout. Rename it or take it out.")
    about = "file"


@dataclass(eq=False)
class ColumnTwice(LedgerRefusal):
    """The same head over two columns."""

    column: str
    message = N_("The column %(column)s is there twice.")
    about = "file"


@dataclass(eq=False)
class QuotesBroken(LedgerRefusal):
    """The rest of the file cannot be told apart into rows."""

    message = N_("The double quotes are not in order, so the rows from here on cannot be read.")


@dataclass(eq=False)
class CellsDiffer(LedgerRefusal):
    """A row with more or fewer cells than the head."""

    found: int
    expected: int
    message = N_(
        "This row has %(found)s columns and the first row has %(expected)s. Put a text that holds a comma between double quotes."
    )


@dataclass(eq=False)
class CellMissing(LedgerRefusal):
    """An empty cell where something is needed."""

    message = N_("Please fill this in.")


@dataclass(eq=False)
class CellTooLong(LedgerRefusal):
    """More than is kept."""

    longest: int
    message = N_("Please keep this to %(longest)s characters.")


@dataclass(eq=False)
class DayUnreadable(LedgerRefusal):
    """A day in a form that could mean two days, or none."""

    message = N_("Write the date as 2026-03-31 or as 31/03/2026, day first.")


@dataclass(eq=False)
class NumberUnreadable(LedgerRefusal):
    """What stands there is no amount."""

    message = N_("Write the amount in digits with a decimal point, such as 1234.50 or 1,234.50.")


@dataclass(eq=False)
class NumberTooFine(LedgerRefusal):
    """More decimals than the currency has."""

    currency: str
    decimals: int
    message = N_("An amount in %(currency)s has at most %(decimals)s decimals.")


@dataclass(eq=False)
class SideNegative(LedgerRefusal):
    """A debit or credit below zero is the other side."""

    message = N_("A debit or credit is not negative: put it on the other side.")


@dataclass(eq=False)
class BothSides(LedgerRefusal):
    """A row is a debit or a credit."""

    message = N_("A row is a debit or a credit, not both.")


@dataclass(eq=False)
class NoAmount(LedgerRefusal):
    """A row of nothing."""

    message = N_("The row has no amount.")


@dataclass(eq=False)
class OtherCurrency(LedgerRefusal):
    """The books are kept in one currency."""

    found: str
    currency: str
    message = N_("The books are kept in %(currency)s, and this is in %(found)s. Convert it first.")


@dataclass(eq=False)
class AccountUnmapped(LedgerRefusal):
    """A name that is no account here."""

    name: str
    message = N_("No account is known by the name %(name)s. Say which it is in the mapping: name, then code.")


@dataclass(eq=False)
class PartyUnknown(LedgerRefusal):
    """Whoever is meant is not known."""

    message = N_("Nobody, or more than one, is known by this reference, number or name.")


@dataclass(eq=False)
class KnownOtherwise(LedgerRefusal):
    """An entry of these books, by its id, of which the file says something else."""

    message = N_(
        "These books have the entry with this id, and with other content. An entry is not changed by an import: reverse it, or take"
        " its rows out of the file."
    )


@dataclass(eq=False)
class RowsDisagree(LedgerRefusal):
    """Rows of one entry that say different things about it."""

    message = N_("The rows of an entry must have the same here, or nothing after the first.")
