"""What the books room refuses beyond the ledger itself."""

from dataclasses import dataclass
from datetime import date

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
class BookedElsewhere(Refusal):
    """The entry was caused by another record, which it would contradict once reversed."""

    message = N_("This entry follows from a payment or a share, so it is not reversed by hand.")


@dataclass(eq=False)
class NoYearOpened(Refusal):
    """There is no fiscal year to join on to."""

    message = N_("The books have no fiscal year yet.")


#: Refusals that the state of the books causes: 409.
CONFLICTS = (PeriodNotOver, BookedElsewhere)
