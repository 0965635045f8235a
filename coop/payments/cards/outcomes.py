"""What an event says, judged by what is known here. Only reads; `inbox` keeps the outcome and does what follows from it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.payments.cards.checkouts import refunded_minor
from coop.payments.cards.models import CardPayment, Checkout, EventKind, Outcome
from coop.payments.cards.models import GatewayEvent as EventRow
from coop.payments.gateways import GatewayEvent


@dataclass(frozen=True)
class Told:
    """An event with what it is about here."""

    gateway: str
    event: GatewayEvent
    checkout: Checkout | None
    payment: CardPayment | None
    #: The row of the same event, where it had been told before its payment.
    earlier_id: UUID | None = None


def outcome_of(session: Session, told: Told) -> Outcome:
    """Return what comes of an event; `BOOKED` where it is a payment that is to be taken."""
    event, checkout, payment = told.event, told.checkout, told.payment
    if checkout is None:
        return Outcome.IGNORED
    if event.kind is EventKind.PAID:
        if payment is not None:
            return Outcome.REPEATED if payment.payment_ref == event.payment_ref else Outcome.MISMATCH
        is_what_was_asked = (event.amount_minor, event.currency) == (checkout.amount_minor, checkout.currency)
        return Outcome.BOOKED if is_what_was_asked and _is_new_payment(session, told) else Outcome.MISMATCH
    if event.kind is EventKind.REFUND:
        return _refund_outcome(session, told, checkout)
    return Outcome.DISPUTED if event.kind is EventKind.DISPUTE else Outcome.NOTED


def _refund_outcome(session: Session, told: Told, checkout: Checkout) -> Outcome:
    event, payment, ours_minor = told.event, told.payment, 0
    if event.has_failed:
        return Outcome.REFUND_FAILED
    if event.amount_minor is None or event.currency != checkout.currency:
        # It cannot be compared, so the treasurer looks at it.
        return Outcome.REFUND_ELSEWHERE
    # Of a payment that was not taken nothing was refunded from here, nor before it was taken.
    if payment is not None and payment.payment_ref == event.payment_ref and told.earlier_id is None:
        ours_minor = refunded_minor(session, payment.id)
    known_minor = max(ours_minor, _refunded_elsewhere(session, told))
    return Outcome.REFUND_ELSEWHERE if event.amount_minor > known_minor else Outcome.NOTED


def _is_new_payment(session: Session, told: Told) -> bool:
    """Say whether the event names a payment that no other checkout was paid with."""
    by_ref = (CardPayment.gateway == told.gateway, CardPayment.payment_ref == told.event.payment_ref)
    return bool(told.event.payment_ref) and session.scalar(select(CardPayment.id).where(*by_ref)) is None


def _refunded_elsewhere(session: Session, told: Told) -> int:
    """Return how much of a payment the treasurer was told already to have been refunded at the gateway itself."""
    most = session.scalar(
        select(func.max(EventRow.amount_minor)).where(
            EventRow.gateway == told.gateway,
            EventRow.payment_ref == told.event.payment_ref,
            EventRow.currency == told.event.currency,
            EventRow.outcome == Outcome.REFUND_ELSEWHERE,
        )
    )
    return int(most or 0)
