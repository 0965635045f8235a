"""What is refused about funds held for a purpose."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class UnknownFund(LedgerRefusal):
    """There is no such fund at all."""

    message = N_("There is no such fund.")


@dataclass(eq=False)
class FundCodeMalformed(LedgerRefusal):
    """A code is short and has no spaces, because it is written beside amounts."""

    message = N_("A code has 1 to 20 letters, digits, dots or dashes, such as wetlands-2026.")
    about = "code"


@dataclass(eq=False)
class FundCodeTaken(LedgerRefusal):
    """There is a fund with this code."""

    code: str
    message = N_("There is a fund %(code)s already.")
    about = "code"


@dataclass(eq=False)
class FundDaysReversed(LedgerRefusal):
    """A fund ends before it begins."""

    message = N_("The last day lies before the first.")
    about = "ends_on"


@dataclass(eq=False)
class FundAccountUnfit(LedgerRefusal):
    """What is unspent stands on a liability or in a restricted reserve."""

    account: str
    message = N_("%(account)s is no account for money held for a purpose. Choose a liability or a restricted reserve.")
    about = "account"


@dataclass(eq=False)
class FundClosed(LedgerRefusal):
    """The fund is closed."""

    code: str
    closed_on: date
    message = N_("Fund %(code)s is closed from %(closed_on)s on.")


@dataclass(eq=False)
class FundNotBegun(LedgerRefusal):
    """Nothing is booked to a fund before its first day."""

    code: str
    starts_on: date
    message = N_("Fund %(code)s begins on %(starts_on)s.")
    about = "booked_on"


@dataclass(eq=False)
class FundHoldsMoney(LedgerRefusal):
    """A fund is closed when nothing is left of it."""

    code: str
    unspent_minor: int
    currency: str
    message = N_("%(unspent_minor)s of fund %(code)s is not spent. Spend it, pay it back, or move it first.")
    about = "closed_on"


@dataclass(eq=False)
class FundUsedLater(LedgerRefusal):
    """Something was booked for the fund on the day it would be closed, or later."""

    code: str
    booked_on: date
    message = N_("Something is booked for %(code)s on %(booked_on)s. Close it from a later day.")
    about = "closed_on"


@dataclass(eq=False)
class NothingToRelease(LedgerRefusal):
    """Everything that was spent is income already, or nothing is left to make it from."""

    code: str
    message = N_("Nothing was spent for fund %(code)s by that day that is not income already.")
    about = "booked_on"


@dataclass(eq=False)
class GrantAmountMissing(LedgerRefusal):
    """Money that was received is more than nothing."""

    message = N_("Enter an amount of more than nothing.")
    about = "amount"


CONFLICTS = (FundCodeTaken, FundClosed, NothingToRelease)
MISSING = (UnknownFund,)
