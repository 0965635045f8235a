"""What keeps a closed fiscal year from being reopened."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class YearIsOpen(LedgerRefusal):
    """There is no closing to take back."""

    ends_on: date
    message = N_("The year to %(ends_on)s is not closed, so there is nothing to reopen.")


@dataclass(eq=False)
class LaterYearClosed(LedgerRefusal):
    """Years are reopened in the opposite order of their closing, so that the closed part of the books is one piece."""

    ends_on: date
    later_ends_on: date
    message = N_(
        "The year to %(later_ends_on)s, which came after, is closed. Only the last closed year can be reopened; book the"
        " correction in the open year."
    )


@dataclass(eq=False)
class SurplusIsDistributed(LedgerRefusal):
    """Members were given their shares of exactly this result."""

    ends_on: date
    message = N_(
        "The surplus of the year to %(ends_on)s is distributed: the members have decided on that result. Book the correction in"
        " the open year."
    )


@dataclass(eq=False)
class OtherClosing(LedgerRefusal):
    """What was decided is not the closing that stands."""

    message = N_("The fingerprint is not that of the closing that stands. Only what was decided is taken back.")


@dataclass(eq=False)
class NoMonthOfTheYear(LedgerRefusal):
    """Months are opened whole, and only those of the year."""

    opens_on: date
    ends_on: date
    message = N_("%(opens_on)s is not the first day of a month of the year to %(ends_on)s.")
    about = "opens_on"


@dataclass(eq=False)
class DecidedBeforeClosing(LedgerRefusal):
    """Nobody can have decided to take back what was not there."""

    decided_on: date
    closed_on: date
    message = N_("The decision is of %(decided_on)s, but the year was closed only on %(closed_on)s.")
    about = "decided_on"


@dataclass(eq=False)
class DecisionUsed(LedgerRefusal):
    """A decision opens a year once; for the next time there is another decision."""

    message = N_("This decision has reopened a year already. Another reopening needs another decision.")


#: Refusals that the state of the books causes: 409 for the web.
CONFLICTS = (YearIsOpen, LaterYearClosed, SurplusIsDistributed, OtherClosing, DecisionUsed)
