"""What is refused around payments by card."""

from dataclasses import dataclass

from evidence.messages import N_, Refusal


@dataclass(eq=False)
class CardsNotOffered(Refusal):
    """No card processor is set up."""

    message = N_("Payment by card is not offered here at the moment. Nothing was charged.")


@dataclass(eq=False)
class ProcessorUnreachable(Refusal):
    """The card processor did not answer, or would not do it."""

    #: For the log: what kind of failure it was. Never the processor's own words, which may hold what a payer entered.
    reason: str
    message = N_("The card processor cannot be reached; nothing was charged. Please try again in a few minutes.")


@dataclass(eq=False)
class MessageNotTrusted(Refusal):
    """A message that claims to come from the card processor, and does not, or not just now."""

    message = N_("This message was not signed by the card processor within the last five minutes. It was not kept.")


@dataclass(eq=False)
class CheckoutOver(Refusal):
    """The checkout can no longer be paid."""

    message = N_(
        "This payment can no longer be made: its time is over, it has been paid, or what it was for was cancelled. Nothing was "
        "charged now."
    )


@dataclass(eq=False)
class RefundOfNothing(Refusal):
    """A refund is of more than nothing."""

    message = N_("The amount to refund must be more than zero.")
    about = "amount"


@dataclass(eq=False)
class MoreThanPaid(Refusal):
    """All refunds together would be more than the payment."""

    remaining_minor: int
    currency: str
    message = N_("Only %(remaining_minor)s of this payment can still be refunded to the card.")
    about = "amount"


@dataclass(eq=False)
class RefundKeyUsed(Refusal):
    """The same key was used before, for another refund."""

    message = N_("This form was already used for another refund. Open the page again and enter this one anew.")


@dataclass(eq=False)
class NotOnSuspense(Refusal):
    """Only what no purpose would take is paid back from here."""

    message = N_("This payment was booked for what was bought. Refund it there.")


@dataclass(eq=False)
class RefundIsMade(Refusal):
    """The processor has the refund already, or is being asked at the moment."""

    message = N_("The card processor has this refund already, or is just being asked.")


@dataclass(eq=False)
class FeeKnown(Refusal):
    """The fee of a payment is booked once."""

    message = N_("The fee of this payment is booked already.")


@dataclass(eq=False)
class FeeTooLarge(Refusal):
    """The processor keeps no more than was paid."""

    amount_minor: int
    currency: str
    message = N_("The fee cannot be more than the payment, %(amount_minor)s.")
    about = "amount"


@dataclass(eq=False)
class NothingToSettle(Refusal):
    """Nobody is asked to do anything about the event, or it has been done."""

    message = N_("Nothing waits to be done about this.")


#: Answered with 409.
CONFLICTS = (CheckoutOver, RefundKeyUsed, RefundIsMade, FeeKnown, NotOnSuspense, NothingToSettle)
#: Answered with 503.
AWAY = (CardsNotOffered, ProcessorUnreachable)
#: Answered with 400.
UNTRUSTED = (MessageNotTrusted,)
