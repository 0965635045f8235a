"""What the payments room refuses."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class ReceiptOfNothing(Refusal):
    """A receipt is of more than nothing."""

    message = N_("The amount received must be more than zero.")
    about = "amount"


@dataclass(eq=False)
class MoreThanOutstanding(Refusal):
    """More arrived than was asked for."""

    outstanding_minor: int
    currency: str
    message = N_(
        "Only %(outstanding_minor)s is still to be paid here. Record that much, and the rest as a journal entry on the "
        "suspense account until it is paid back or explained."
    )
    about = "amount"


@dataclass(eq=False)
class ReceivedInFuture(Refusal):
    """Money cannot have arrived tomorrow."""

    today: date
    message = N_("The date received cannot be after today, %(today)s.")
    about = "received_on"


@dataclass(eq=False)
class AlreadyPaid(Refusal):
    """Nothing is outstanding on the request."""

    reference: str
    message = N_("Nothing is to be paid any more under %(reference)s. Nothing was recorded now.")


@dataclass(eq=False)
class ReceiptFormUsed(Refusal):
    """The same form was sent before, with other content."""

    message = N_("This form was already used for another receipt. Open the page again and enter this one anew.")


#: Answered with 409.
CONFLICTS = (AlreadyPaid, ReceiptFormUsed)
