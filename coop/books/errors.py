"""What the books room refuses beyond the ledger itself."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class PeriodNotOver(Refusal):
    """A month is locked when it is over."""

    ends_on: date
    message = N_("The period to %(ends_on)s is not over yet. It can be locked from the day after.")


@dataclass(eq=False)
class KeptElsewhere(Refusal):
    """The account follows the share register, so nobody books to it by hand."""

    code: str
    message = N_(
        "Account %(code)s follows the share register. Record money that came in under Payments, and issue shares there."
    )


@dataclass(eq=False)
class KeptForMembers(KeptElsewhere):
    """The account follows the closing of years, the members' decisions and the payments."""

    message = N_(
        "Account %(code)s follows what the members decide about a surplus. Plan it under Books, Surplus, and record what was paid"
        " under Payments out. By hand, 3900 takes only what covers a deficit from 3100 or 3110, up to what is missing."
    )


@dataclass(eq=False)
class KeptByClaims(KeptElsewhere):
    """The account follows the expense claims, each of which a second person approves."""

    message = N_(
        "Account %(code)s follows the expense claims. Enter what somebody spent there, and record what was paid under Payments out."
    )


@dataclass(eq=False)
class SupplierNamed(Refusal):
    """What a supplier is owed is the sum of its bills, each of which a second person approves."""

    party_ref: UUID
    message = N_(
        "An entry by hand or from a file names no supplier. Enter what a supplier asks for under Bills, and record there what was paid."
    )


@dataclass(eq=False)
class ReserveKept(KeptElsewhere):
    """Reserves change by what the members decide; by hand they take what a co-op brings along."""

    message = N_(
        "Account %(code)s changes by what the members decide about a surplus, under Books, Surplus. By hand it takes only opening"
        " balances, as credits against what the co-op has and owes, until the first year is closed. Book what is spent as a cost of the year."
    )


@dataclass(eq=False)
class BookedElsewhere(Refusal):
    """The entry was caused by another record, which it would contradict once reversed."""

    message = N_("This entry follows from a payment, a bill or a share, so it is not reversed by hand.")


@dataclass(eq=False)
class NoYearOpened(Refusal):
    """There is no fiscal year to join on to."""

    message = N_("The books have no fiscal year yet.")


@dataclass(eq=False)
class LockedByClosing(Refusal):
    """The last month of a year takes the closing entry, so the closing locks it."""

    ends_on: date
    message = N_(
        "The year ends on %(ends_on)s, so this month is locked when the year is closed. Close the year instead."
    )


@dataclass(eq=False)
class BankLinesUnmatched(Refusal):
    """The statement of a bank account shows what the books do not explain."""

    code: str
    count: int
    message = N_("Lines of the bank statement that are no entry yet: %(count)s.")


@dataclass(eq=False)
class LinesOfAccountUnmatched(BankLinesUnmatched):
    """The same, where there are several bank accounts."""

    name: str
    message = N_("Lines of the statement of account %(code)s %(name)s that are no entry yet: %(count)s.")


@dataclass(eq=False)
class CardEventsWaiting(Refusal):
    """Something about a payment by card waits for the treasurer."""

    count: int
    message = N_("Messages about payments by card that wait to be settled: %(count)s.")


@dataclass(eq=False)
class EntryNeedsTwo(Refusal):
    """An entry by hand that moves so much is the work of two people."""

    most_minor: int
    currency: str
    message = N_("More than %(most_minor)s is recorded by two people: somebody of the board approves it.")


@dataclass(eq=False)
class FileMoved(Refusal):
    """Something in a file that waits was booked or renamed since it was prepared: the second person saw other figures."""

    message = N_(
        "The file would post something else than when it was prepared. Take this act back and prepare it anew."
    )


@dataclass(eq=False)
class FileGone(Refusal):
    """The file whose import is to be approved was removed: it waited too long, or who brought it took it away."""

    message = N_("The file is not here any longer. Take this act back, upload the file again and prepare it anew.")


@dataclass(eq=False)
class OpeningAfterClosing(Refusal):
    """Opening balances after a year was closed would change what that year began with."""

    message = N_("A year of these books is closed, so they have begun. Book what is still missing as an entry.")
    about = "file"


@dataclass(eq=False)
class OpeningLater(Refusal):
    """Opening balances belong to the first fiscal year."""

    starts_on: date
    ends_on: date
    message = N_("Opening balances are of the first fiscal year: choose a day from %(starts_on)s to %(ends_on)s.")
    about = "opened_on"


@dataclass(eq=False)
class FundsNotReleased(Refusal):
    """What was spent for funds in the year still stands as unspent: it would be income of the wrong year."""

    codes: str
    message = N_("Something was spent for these funds that is not income yet: %(codes)s.")


@dataclass(eq=False)
class BillsWaiting(Refusal):
    """A bill or a claim of the year waits: booked later, it would be a cost of the next one."""

    count: int
    message = N_(
        "Bills and expense claims of the year that nobody has decided: %(count)s. Approve or refuse them first."
    )


@dataclass(eq=False)
class ActsWaiting(Refusal):
    """An act of two people that would book into the year is neither approved nor refused."""

    count: int
    message = N_("Prepared acts that would still book into this year: %(count)s. Approve or refuse them first.")


@dataclass(eq=False)
class ResultMoved(Refusal):
    """Something was booked into the year after its closing was prepared: the second person saw other figures."""

    prepared_minor: int
    found_minor: int
    currency: str
    message = N_(
        "The books have changed since this closing was prepared: the result was %(prepared_minor)s and is %(found_minor)s now."
        " Take this act back and prepare the closing anew."
    )


@dataclass(eq=False)
class DecisionToCome(Refusal):
    """The board has not decided yet."""

    message = N_("This day is still to come. Record the decision once it is taken.")
    about = "decided_on"


@dataclass(eq=False)
class ExportsNotKept(Refusal):
    """Once the year is open again, nobody could make the files of this closing any more."""

    ends_on: date
    message = N_(
        "The files of the year to %(ends_on)s are not all made yet, and they have to outlast the reopening. They are made within"
        " minutes of a closing, or when you download them."
    )


@dataclass(eq=False)
class YearNotReady(Refusal):
    """More than one thing keeps the year open."""

    ends_on: date
    reasons: tuple[Refusal, ...]
    message = N_("The year to %(ends_on)s cannot be closed yet. %(reasons)s")


#: Refusals that the state of the books causes: 409.
CONFLICTS = (
    *(PeriodNotOver, BookedElsewhere, EntryNeedsTwo),
    *(BankLinesUnmatched, CardEventsWaiting, FundsNotReleased, ActsWaiting, ResultMoved, YearNotReady, LockedByClosing),
    ExportsNotKept,
)
