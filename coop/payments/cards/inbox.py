"""What the gateway tells: each event is taken once, in whatever order they come, and a payment is booked with what it buys.

Everything here happens in one transaction, which holds the checkout's row: of two events about one checkout the second sees what
the first has done. The money is never lost: what its purpose refuses stands on the suspense account until the treasurer
pays it back or explains it.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.payments.cards import entries as card_entries
from coop.payments.cards.checkouts import PaidCheckout, purpose_named, refunded_minor
from coop.payments.cards.models import CardPayment, Checkout, EventKind, GatewayEventBody, Outcome
from coop.payments.cards.models import GatewayEvent as EventRow
from coop.payments.gateways import GatewayEvent
from coop.permissions import Actor
from evidence.identifiers import new_id
from evidence.messages import Refusal

log = structlog.get_logger()


@dataclass(frozen=True)
class _Told:
    """An event with what it is about here."""

    gateway: str
    event: GatewayEvent
    checkout: Checkout | None
    payment: CardPayment | None


def receive(session: Session, actor: Actor, *, gateway: str, event: GatewayEvent) -> Outcome:
    """Take an event, do what follows from it, and return what came of it.

    The same event again changes nothing. Nothing about it is refused, for the gateway would tell it again and again; only a
    ledger that takes no entry today is, because then it should.

    Raises:
        LedgerRefusal: not even the suspense account can be booked to.
    """
    told = _look(session, gateway, event)
    if session.scalar(select(EventRow.id).where(EventRow.gateway == gateway, EventRow.ref == event.ref)) is not None:
        return Outcome.REPEATED
    outcome = _outcome(session, told)
    if outcome is Outcome.BOOKED:
        outcome = _take_payment(session, actor, told)
    elif not _is_kept(session, told, outcome):
        return Outcome.REPEATED
    log.info("gateway.event", gateway=gateway, ref=event.ref, name=event.name, outcome=outcome.value)
    return outcome


def note(session: Session, payment: CardPayment, *, ref: str, outcome: Outcome) -> None:
    """Keep that something of ours did not succeed at the gateway, so that it waits among the events; once."""
    event = GatewayEvent(
        ref=f"job:{ref}",
        kind=EventKind.OTHER,
        name="job",
        checkout_id=payment.checkout_id,
        payment_ref=payment.payment_ref,
        amount_minor=None,
        currency="",
        fee_minor=None,
        has_failed=True,
        body="",
    )
    _is_kept(session, _look(session, payment.gateway, event), outcome)


def _look(session: Session, gateway: str, event: GatewayEvent) -> _Told:
    """Find what an event is about, and hold the checkout: whoever comes second sees what the first has done."""
    payment = None
    checkout_id = event.checkout_id
    if checkout_id is None and event.payment_ref:
        by_ref = (CardPayment.gateway == gateway, CardPayment.payment_ref == event.payment_ref)
        checkout_id = session.scalar(select(CardPayment.checkout_id).where(*by_ref))
    checkout = session.get(Checkout, checkout_id, with_for_update=True) if checkout_id else None
    if checkout is not None:
        payment = session.scalar(select(CardPayment).where(CardPayment.checkout_id == checkout.id))
    return _Told(gateway, event, checkout, payment)


def _outcome(session: Session, told: _Told) -> Outcome:
    event, checkout, payment = told.event, told.checkout, told.payment
    if checkout is None:
        return Outcome.IGNORED
    if event.kind is EventKind.PAID:
        if payment is not None:
            return Outcome.REPEATED if payment.payment_ref == event.payment_ref else Outcome.MISMATCH
        is_what_was_asked = (event.amount_minor, event.currency) == (checkout.amount_minor, checkout.currency)
        return Outcome.BOOKED if is_what_was_asked and _is_new_payment(session, told) else Outcome.MISMATCH
    if event.kind is EventKind.REFUND and payment is not None:
        if event.has_failed:
            return Outcome.REFUND_FAILED
        known_minor = max(refunded_minor(session, payment.id), _refunded_elsewhere(session, checkout.id))
        return Outcome.REFUND_ELSEWHERE if (event.amount_minor or 0) > known_minor else Outcome.NOTED
    return Outcome.DISPUTED if event.kind is EventKind.DISPUTE else Outcome.NOTED


def _is_new_payment(session: Session, told: _Told) -> bool:
    """Say whether the event names a payment that no other checkout was paid with."""
    by_ref = (CardPayment.gateway == told.gateway, CardPayment.payment_ref == told.event.payment_ref)
    return bool(told.event.payment_ref) and session.scalar(select(CardPayment.id).where(*by_ref)) is None


def _refunded_elsewhere(session: Session, checkout_id: UUID) -> int:
    """Return how much the treasurer was told already to have been refunded at the gateway itself."""
    most = session.scalar(
        select(func.max(EventRow.amount_minor)).where(
            EventRow.checkout_id == checkout_id, EventRow.outcome == Outcome.REFUND_ELSEWHERE
        )
    )
    return int(most or 0)


def _take_payment(session: Session, actor: Actor, told: _Told) -> Outcome:
    """Book a payment with what it buys, or on the suspense account if that is refused."""
    try:
        with session.begin_nested():
            _book_with_purpose(session, actor, told)
    except (Refusal, IntegrityError) as refusal:
        # A unique key of the purpose's refuses too: something that is paid already.
        reason = type(refusal).__name__
        log.warning("gateway.suspense", gateway=told.gateway, ref=told.event.ref, reason=reason)
        payment = _payment(session, actor, told, Outcome.SUSPENSE, refused_because=reason)
        card_entries.book_suspense(session, actor, payment)
        return Outcome.SUSPENSE
    return Outcome.BOOKED


def _book_with_purpose(session: Session, actor: Actor, told: _Told) -> None:
    checkout = told.checkout
    assert checkout is not None
    payment = _payment(session, actor, told, Outcome.BOOKED)
    paid = PaidCheckout(
        checkout_id=checkout.id,
        payment_id=payment.id,
        subject_id=checkout.subject_id,
        participant_id=checkout.participant_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        fee_minor=payment.fee_minor,
        paid_on=payment.paid_on,
    )
    purpose_named(checkout.purpose).paid(session, actor, paid)


def _payment(
    session: Session, actor: Actor, told: _Told, outcome: Outcome, *, refused_because: str | None = None
) -> CardPayment:
    """Write the event and its payment."""
    event, checkout = told.event, told.checkout
    assert checkout is not None
    payment = CardPayment(
        id=new_id(),
        checkout_id=checkout.id,
        event_id=_keep(session, told, outcome),
        gateway=told.gateway,
        payment_ref=event.payment_ref,
        amount_minor=checkout.amount_minor,
        currency=checkout.currency,
        paid_on=cooperative.today(session),
        recorded_at=clock.now(),
        fee_minor=event.fee_minor,
        refused_because=refused_because,
    )
    session.add(payment)
    session.flush()
    if payment.fee_minor is None:
        payload = {"payment": str(payment.id)}
        outbox.enqueue(session, kind="card-fee", key=f"card-fee:{payment.id}", payload=payload)
    audit.record(
        session,
        actor,
        "payment.received",
        subject=payment.id,
        facts={
            "checkout": checkout.id,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "outcome": outcome.value,
        },
    )
    return payment


def _keep(session: Session, told: _Told, outcome: Outcome) -> UUID:
    event = told.event
    row = EventRow(
        id=new_id(),
        gateway=told.gateway,
        ref=event.ref,
        kind=event.kind,
        name=event.name,
        outcome=outcome,
        received_at=clock.now(),
        checkout_id=told.checkout.id if told.checkout else None,
        payment_ref=event.payment_ref,
        amount_minor=event.amount_minor,
        currency=event.currency,
    )
    session.add(row)
    session.flush()
    if event.body:
        session.add(GatewayEventBody(event_id=row.id, body=event.body))
        session.flush()
    return row.id


def _is_kept(session: Session, told: _Told, outcome: Outcome) -> bool:
    """Keep an event about which nothing is done; one of no checkout may come twice at once, and the unique key decides."""
    try:
        with session.begin_nested():
            _keep(session, told, outcome)
    except IntegrityError:
        return False
    return True
