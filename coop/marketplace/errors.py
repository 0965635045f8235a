"""What is refused about orders, deliveries and refunds."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class Withdrawn(Refusal):
    """The offering was withdrawn while somebody was about to buy it."""

    message = N_("This is no longer on offer. Nothing was ordered and nothing is charged.")


@dataclass(eq=False)
class SoldOut(Refusal):
    """No place is left."""

    message = N_(
        "This is sold out. Nothing was ordered and nothing is charged. A place may come free if a payment is not made."
    )


@dataclass(eq=False)
class TooFewLeft(Refusal):
    """Fewer places are left than were asked for."""

    left: int
    message = N_("Only %(left)s are left.")
    about = "quantity"


@dataclass(eq=False)
class CohortBegun(Refusal):
    """A cohort takes nobody after its first meeting."""

    message = N_("This cohort has begun, so nobody can join it any more. Nothing was ordered and nothing is charged.")


@dataclass(eq=False)
class PriceChanged(Refusal):
    """The order comes to another sum than the page had shown."""

    seen_minor: int
    amount_minor: int
    currency: str
    message = N_(
        "The price has changed from %(seen_minor)s to %(amount_minor)s. Nothing was ordered. Look at it again, and order "
        "if you still want it."
    )


@dataclass(eq=False)
class NotForThisKind(Refusal):
    """There is no price for this kind of participant."""

    message = N_("This is not offered to you: it has no price for your kind of participant.")


@dataclass(eq=False)
class OwnListing(Refusal):
    """Nobody buys from themselves."""

    message = N_("You sell this yourself.")


@dataclass(eq=False)
class QuantityOutOfRange(Refusal):
    """A number that cannot be ordered at once."""

    most: int
    message = N_("Choose a number from 1 to %(most)s.")
    about = "quantity"


@dataclass(eq=False)
class InvoiceForOrganisations(Refusal):
    """Who buys for themselves, or from a member, pays by card."""

    message = N_("An invoice is for organisations that buy from the co-op. Please pay by card.")
    about = "by"


@dataclass(eq=False)
class PurchaseOrderMissing(Refusal):
    """An enterprise's accounts ask for their own number on the invoice."""

    message = N_("Enter your purchase order number; it is printed on the invoice.")
    about = "po_number"


@dataclass(eq=False)
class OrderFormUsed(Refusal):
    """The same form was sent before, with other content."""

    message = N_("This form was already used for another order. Open the page again and order anew.")


@dataclass(eq=False)
class OrderWaiting(Refusal):
    """The same participant has ordered the same, and has not paid yet: places are held once."""

    number: int
    message = N_(
        "You have ordered this already: order %(number)s waits for its payment. Pay it, or cancel it if the payment failed, before you "
        "order again. Nothing was ordered now."
    )


@dataclass(eq=False)
class NotToBePaid(Refusal):
    """Only an order that waits for its payment by card leads to the page where the card is charged."""

    number: int
    message = N_(
        "Order %(number)s does not wait for a payment by card: it was cancelled, is paid, or its time is over. Nothing was "
        "charged."
    )


@dataclass(eq=False)
class AlreadyCancelled(Refusal):
    """An order is cancelled once."""

    number: int
    message = N_("Order %(number)s has been cancelled already.")


@dataclass(eq=False)
class NotCancellable(Refusal):
    """What was paid, or delivered, is refunded instead."""

    number: int
    message = N_("Order %(number)s is paid or delivered, in part at least. The treasurer can refund it.")


@dataclass(eq=False)
class NotSold(Refusal):
    """The order was not paid, or was cancelled."""

    number: int
    message = N_("Order %(number)s is not paid, or was cancelled.")


@dataclass(eq=False)
class NoSuchUnit(Refusal):
    """The order has fewer parts."""

    units: int
    message = N_("The order has the sessions 1 to %(units)s.")
    about = "unit"


@dataclass(eq=False)
class AlreadyDelivered(Refusal):
    """A part is delivered once."""

    unit: int
    delivered_on: date
    message = N_("Session %(unit)s has been confirmed already, as held on %(delivered_on)s. Nothing was recorded now.")


@dataclass(eq=False)
class NothingLeftToDeliver(Refusal):
    """What was not delivered has been refunded."""

    number: int
    message = N_("What was still to come of order %(number)s has been refunded.")


@dataclass(eq=False)
class DeliveredInFuture(Refusal):
    """Nothing was delivered tomorrow."""

    today: date
    message = N_("The date cannot be after today, %(today)s.")
    about = "delivered_on"


@dataclass(eq=False)
class DeliveredBeforeSale(Refusal):
    """Nothing is delivered before it was bought."""

    sold_on: date
    message = N_("The order is of %(sold_on)s, so nothing of it was delivered before.")
    about = "delivered_on"


@dataclass(eq=False)
class AlreadyTakenBack(Refusal):
    """A confirmation is taken back once."""

    message = N_("This has been taken back already.")


@dataclass(eq=False)
class PartOfAMeeting(Refusal):
    """A meeting is taken back for the whole cohort."""

    message = N_("This was delivered at a meeting of the cohort. Take back the meeting instead.")


@dataclass(eq=False)
class DeliveryRefunded(Refusal):
    """What was refunded as delivered cannot become undelivered."""

    number: int
    message = N_("Order %(number)s was refunded after this delivery, so it cannot be taken back.")


@dataclass(eq=False)
class MeetingAlreadyHeld(Refusal):
    """A meeting is held once."""

    held_on: date
    message = N_("This meeting has been confirmed already, as held on %(held_on)s. Nothing was recorded now.")


@dataclass(eq=False)
class RefundOfNothing(Refusal):
    """A refund is of more than nothing."""

    message = N_("The amount to refund must be more than zero.")
    about = "amount"


@dataclass(eq=False)
class RefundTooLarge(Refusal):
    """More than the sale, less what was refunded before."""

    left_minor: int
    currency: str
    message = N_("At most %(left_minor)s of this order can still be refunded. Nothing was refunded now.")
    about = "amount"


@dataclass(eq=False)
class RefundFormUsed(Refusal):
    """The same form was sent before, with other content."""

    message = N_("This form was already used for another refund. Open the page again and enter this one anew.")


#: Answered with 409.
CONFLICTS = (
    Withdrawn,
    SoldOut,
    CohortBegun,
    PriceChanged,
    OrderFormUsed,
    OrderWaiting,
    NotToBePaid,
    AlreadyCancelled,
    NotCancellable,
    NotSold,
    AlreadyDelivered,
    NothingLeftToDeliver,
    AlreadyTakenBack,
    PartOfAMeeting,
    DeliveryRefunded,
    MeetingAlreadyHeld,
    RefundFormUsed,
)
#: Answered with 403.
FORBIDDEN = (NotForThisKind, OwnListing)
