"""What the tax refuses."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class TaxCodeMalformed(LedgerRefusal):
    """A code is short and has no spaces, because it is written beside amounts."""

    message = N_("A code has 1 to 20 letters, digits, dots or dashes, such as GST15-S.")
    about = "code"


@dataclass(eq=False)
class TaxCodeTaken(LedgerRefusal):
    """There is a tax code of this name; a new rate is added to it."""

    code: str
    message = N_("There is a tax code %(code)s already. Give it a new rate instead.")
    about = "code"


@dataclass(eq=False)
class UnknownTaxCode(LedgerRefusal):
    """There is no tax code of this name at all."""

    code: str
    message = N_("There is no tax code %(code)s.")
    about = "code"


@dataclass(eq=False)
class BoxesEqual(LedgerRefusal):
    """Amounts with tax and the tax alone are no one sum."""

    message = N_("Amounts with tax and the tax itself go to two boxes. Leave one of them empty.")
    about = "box_tax"


@dataclass(eq=False)
class RateOutOfRange(LedgerRefusal):
    """A rate lies between nothing and the whole."""

    message = N_("A rate lies between 0 and 100 per cent.")
    about = "rate"


@dataclass(eq=False)
class RateBeforeLast(LedgerRefusal):
    """A new rate begins after the last one did: what was booked keeps the rate of its day."""

    valid_from: date
    message = N_("The rate in force began on %(valid_from)s. A new one begins after that day.")
    about = "valid_from"


@dataclass(eq=False)
class RateUsedLater(LedgerRefusal):
    """Something was booked under the earlier rate on the day from which the new one would count, or later."""

    code: str
    booked_on: date
    message = N_(
        "Under the present rate of %(code)s something is booked on %(booked_on)s. A new rate begins after that day; "
        "or reverse that entry first."
    )
    about = "valid_from"


CONFLICTS = (TaxCodeTaken, RateUsedLater)
MISSING = (UnknownTaxCode,)
