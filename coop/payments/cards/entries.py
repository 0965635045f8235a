"""How payments by card stand in the books where no purpose books them: fees that become known later, and suspense."""

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.payments.cards.models import CardFee, CardPayment, CardRefund
from coop.permissions import Actor
from ledger import chart
from ledger.posting import Draft, Line, post

#: Where the entries say what they come from.
SOURCE, REFUND_SOURCE = "card_payment", "card_refund"
SUSPENSE, FEE, REFUND = "card-suspense", "card-fee", "card-refund"


def book_suspense(session: Session, actor: Actor, payment: CardPayment) -> None:
    """Book a payment that its purpose would not take."""
    fee_minor = payment.fee_minor or 0
    lines = [
        Line(chart.STRIPE_BALANCE, payment.amount_minor - fee_minor),
        Line(chart.PROCESSING_FEES, fee_minor),
        Line(chart.SUSPENSE, -payment.amount_minor),
    ]
    draft = Draft(
        booked_on=payment.paid_on,
        text=gettext("Paid by card, but could not be delivered: to be paid back"),
        kind=SUSPENSE,
        currency=payment.currency,
        lines=[line for line in lines if line.amount_minor],
        idempotency_key=f"{SUSPENSE}:{payment.id}",
        source_kind=SOURCE,
        source_id=payment.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def book_fee(session: Session, actor: Actor, payment: CardPayment, fee: CardFee) -> None:
    """Book what the processor kept, where the payment's own entry could not say so. A fee of nothing needs no entry."""
    if not fee.amount_minor:
        return
    draft = Draft(
        booked_on=fee.booked_on,
        text=gettext("What the card processor kept of a payment"),
        kind=FEE,
        currency=payment.currency,
        lines=[Line(chart.PROCESSING_FEES, fee.amount_minor), Line(chart.STRIPE_BALANCE, -fee.amount_minor)],
        idempotency_key=f"{FEE}:{payment.id}",
        source_kind=SOURCE,
        source_id=payment.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def book_refund_of_suspense(session: Session, actor: Actor, payment: CardPayment, refund: CardRefund) -> None:
    """Book the return of a payment that no purpose took. Refunds of what was sold are booked by what sold it."""
    draft = Draft(
        booked_on=cooperative.today(session),
        text=gettext("Paid back to the card: could not be delivered"),
        kind=REFUND,
        currency=payment.currency,
        lines=[Line(chart.SUSPENSE, refund.amount_minor), Line(chart.STRIPE_BALANCE, -refund.amount_minor)],
        idempotency_key=f"{REFUND}:{refund.id}",
        source_kind=REFUND_SOURCE,
        source_id=refund.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)
