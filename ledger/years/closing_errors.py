"""What keeps a fiscal year from being closed, and what a name of a year does not mean."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class NoSuchYear(LedgerRefusal):
    """No fiscal year was opened that is called this."""

    year: str
    message = N_("There is no fiscal year %(year)s in the books.")
    about = "year"


@dataclass(eq=False)
class SeveralSuchYears(LedgerRefusal):
    """A short year and a long one may end in the same calendar year."""

    year: str
    ends_on: date
    message = N_("More than one fiscal year ends in %(year)s. Name it by its last day, such as %(ends_on)s.")
    about = "year"


@dataclass(eq=False)
class YearNotOver(LedgerRefusal):
    """A year is closed when it is over."""

    ends_on: date
    message = N_("The year to %(ends_on)s is not over yet. It can be closed from the day after.")


@dataclass(eq=False)
class YearAlreadyClosed(LedgerRefusal):
    """A year is closed once."""

    ends_on: date
    message = N_("The year to %(ends_on)s is already closed.")


@dataclass(eq=False)
class EarlierYearOpen(LedgerRefusal):
    """Years are closed in order, as months are locked."""

    ends_on: date
    message = N_("The year to %(ends_on)s is not closed yet. Years are closed in order.")


@dataclass(eq=False)
class NoNextYear(LedgerRefusal):
    """Once a year is closed, something must be open to book in."""

    ends_on: date
    message = N_("No fiscal year is open after %(ends_on)s. Open the next one first.")


@dataclass(eq=False)
class LastMonthLocked(LedgerRefusal):
    """The closing entry is dated the last day of the year, which takes no entry any more."""

    ends_on: date
    message = N_("The month to %(ends_on)s is locked, so the closing entry cannot be booked on its last day.")


@dataclass(eq=False)
class SuspenseNotExplained(LedgerRefusal):
    """Money that nobody has explained belongs to some account, perhaps to the result."""

    balance_minor: int
    currency: str
    message = N_("%(balance_minor)s stands in suspense. Book it to the right account first.")


@dataclass(eq=False)
class BooksDoNotHold(LedgerRefusal):
    """A check of the books found something."""

    check: str
    detail: str
    message = N_("A check of the books found something wrong: %(check)s (%(detail)s).")


#: Refusals that the state of the books causes: 409 for the web.
CONFLICTS = (
    *(YearNotOver, YearAlreadyClosed, EarlierYearOpen, NoNextYear),
    *(LastMonthLocked, SuspenseNotExplained, BooksDoNotHold),
)
#: What was asked for is not there: 404 for the web.
MISSING = (NoSuchYear,)
