"""What the ledger refuses. One class per refusal, with typed fields; the web turns them into words and statuses."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


class LedgerRefusal(Refusal):
    """Something the ledger does not accept."""


@dataclass(eq=False)
class Unbalanced(LedgerRefusal):
    """The postings of an entry do not sum to zero."""

    difference_minor: int
    currency: str
    message = N_("The entry does not balance: debits and credits differ by %(difference_minor)s.")
    about = "postings"


@dataclass(eq=False)
class TooFewPostings(LedgerRefusal):
    """An entry with fewer than two postings says nothing."""

    message = N_("An entry needs at least two lines: one debit and one credit.")
    about = "postings"


@dataclass(eq=False)
class TooManyPostings(LedgerRefusal):
    """An entry longer than the ledger takes in one piece."""

    limit: int
    message = N_("An entry can have at most %(limit)s lines. Split it into several entries.")
    about = "postings"


@dataclass(eq=False)
class AmountOutOfRange(LedgerRefusal):
    """A posting of nothing, or of more than the books can hold."""

    line: int
    largest_minor: int
    currency: str
    message = N_("Line %(line)s: the amount must be more than zero and at most %(largest_minor)s.")
    about = "postings"


@dataclass(eq=False)
class NoSuchAccount(LedgerRefusal):
    """There is no account with this code."""

    code: str
    message = N_("There is no account %(code)s in the chart.")
    about = "postings"


@dataclass(eq=False)
class AccountIsHeading(LedgerRefusal):
    """A heading adds up the accounts under it and takes no postings of its own."""

    code: str
    message = N_("%(code)s is a heading. Choose one of the accounts under it.")
    about = "postings"


@dataclass(eq=False)
class NoSuchCostCentre(LedgerRefusal):
    """There is no cost centre with this code, or it is closed."""

    code: str
    booked_on: date
    message = N_("There is no cost centre %(code)s that is open on %(booked_on)s.")
    about = "postings"


@dataclass(eq=False)
class NoSuchFund(LedgerRefusal):
    """There is no fund with this code, it has not begun, or it is closed."""

    code: str
    booked_on: date
    message = N_("There is no fund %(code)s that is open on %(booked_on)s.")
    about = "postings"


@dataclass(eq=False)
class NoSuchTaxCode(LedgerRefusal):
    """There is no tax code of this name with a rate for the day."""

    code: str
    booked_on: date
    message = N_("There is no tax code %(code)s with a rate for %(booked_on)s.")
    about = "postings"


@dataclass(eq=False)
class AccountNotOpen(LedgerRefusal):
    """The account was not open on the date of the entry."""

    code: str
    booked_on: date
    message = N_("Account %(code)s is not open on %(booked_on)s.")
    about = "postings"


@dataclass(eq=False)
class WrongCurrency(LedgerRefusal):
    """The posting is in another currency than its account."""

    code: str
    currency: str
    message = N_("Account %(code)s is kept in %(currency)s.")
    about = "postings"


@dataclass(eq=False)
class PartyMissing(LedgerRefusal):
    """The account is kept by party and the posting names none."""

    code: str
    message = N_("Account %(code)s is kept per member or client: say whom the line is about.")
    about = "postings"


@dataclass(eq=False)
class PeriodLocked(LedgerRefusal):
    """The date lies in a locked period."""

    booked_on: date
    ends_on: date
    message = N_(
        "The books are locked to %(ends_on)s, so nothing can be entered on %(booked_on)s. Use a date after that."
    )
    about = "booked_on"


@dataclass(eq=False)
class PeriodNotOpened(LedgerRefusal):
    """No fiscal year covers the date."""

    booked_on: date
    message = N_("No fiscal year is open for %(booked_on)s. Check the date, or open that year first.")
    about = "booked_on"


@dataclass(eq=False)
class KeyUsedDifferently(LedgerRefusal):
    """The idempotency key belongs to an entry with other content."""

    idempotency_key: str
    message = N_("This was already recorded, with different content. Nothing was recorded now.")


@dataclass(eq=False)
class AlreadyReversed(LedgerRefusal):
    """An entry is reversed once."""

    message = N_("This entry has already been reversed.")


@dataclass(eq=False)
class ReversedBeforeBooked(LedgerRefusal):
    """A reversal before its entry would show, for the days between, the opposite of what happened."""

    booked_on: date
    message = N_("The entry is of %(booked_on)s. Its reversal cannot be dated before that.")
    about = "booked_on"


@dataclass(eq=False)
class NoSuchEntry(LedgerRefusal):
    """There is no entry with this id."""

    message = N_("There is no such entry.")


@dataclass(eq=False)
class ReversalOfReversal(LedgerRefusal):
    """A reversal is not reversed: the original would come back under another name."""

    message = N_("A reversal cannot be reversed. Record the entry anew.")


@dataclass(eq=False)
class AccountCodeTaken(LedgerRefusal):
    """The chart has this code already."""

    code: str
    message = N_("The chart already has an account %(code)s.")
    about = "code"


@dataclass(eq=False)
class AccountCodeMalformed(LedgerRefusal):
    """Codes are digits, so that they sort as the chart does."""

    message = N_("An account code has 4 to 8 digits, such as 1010.")
    about = "code"


@dataclass(eq=False)
class AccountNeeded(LedgerRefusal):
    """The program books to this account by itself."""

    code: str
    message = N_("The program itself books to account %(code)s, so it stays open.")


@dataclass(eq=False)
class AccountHoldsMoney(LedgerRefusal):
    """An account with a balance is not closed: the money would be nowhere to be seen."""

    code: str
    balance_minor: int
    currency: str
    message = N_("Account %(code)s has a balance of %(balance_minor)s. Book it elsewhere first.")


@dataclass(eq=False)
class AccountUsedLater(LedgerRefusal):
    """An account closes after its last entry."""

    code: str
    booked_on: date
    message = N_("Account %(code)s has an entry on %(booked_on)s. Choose a later date to close it.")
    about = "closed_on"


@dataclass(eq=False)
class NoChart(LedgerRefusal):
    """The books have no accounts yet."""

    message = N_("The books have no chart of accounts yet.")


@dataclass(eq=False)
class DatesReversed(LedgerRefusal):
    """The last day of what is asked for lies before the first."""

    message = N_("The last day must not be before the first day.")
    about = "ends_on"


@dataclass(eq=False)
class NoChain(LedgerRefusal):
    """The hash chain was never started."""

    message = N_("The chain of the books was never started.")


@dataclass(eq=False)
class YearOverlaps(LedgerRefusal):
    """A fiscal year must begin the day after the last one ends."""

    starts_on: date
    message = N_("A fiscal year that starts on %(starts_on)s does not join on to the years that are open.")
    about = "starts_on"


@dataclass(eq=False)
class YearTooLong(LedgerRefusal):
    """A first or changed fiscal year may be short or long, but not any length."""

    most_months: int
    message = N_("A fiscal year has its last day after its first and at most %(most_months)s months.")
    about = "ends_on"


@dataclass(eq=False)
class PeriodAlreadyLocked(LedgerRefusal):
    """The period is locked already."""

    ends_on: date
    message = N_("The period to %(ends_on)s is already locked.")


@dataclass(eq=False)
class NoSuchPeriod(LedgerRefusal):
    """There is no period that ends on this day."""

    message = N_("There is no such period.")


@dataclass(eq=False)
class EarlierPeriodOpen(LedgerRefusal):
    """Periods lock in order, so that the locked part of the books is one piece."""

    ends_on: date
    message = N_("The period to %(ends_on)s is still open. Periods are locked in order.")


#: Refusals that the state of the books causes, not what was written in the form: 409 for the web.
CONFLICTS = (AlreadyReversed, ReversalOfReversal, KeyUsedDifferently, PeriodAlreadyLocked, EarlierPeriodOpen)
#: What was asked for is not there: 404 for the web.
MISSING = (NoSuchEntry, NoSuchPeriod)
