"""What the gateway tells: each event is taken once, in whatever order they come, and a payment is booked with what it buys.

Everything here happens in one transaction, which holds the checkout's row: of two events about one checkout the second sees what
the first has done. The money is never lost: what its purpose refuses stands on the suspense account until the treasurer
pays it back or explains it. A refund or a dispute may be told before its payment: it is kept as not ours, which it may well be, and
judged when the payment comes.
"""

from uuid import UUID

import structlog
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from coop import audit, clock, cooperative, outbox
from coop.payments.cards import entries as card_entries
from coop.payments.cards.checkouts import PaidCheckout, purpose_named
from coop.payments.cards.models import CardPayment, Checkout, EventKind, GatewayEventBody, Outcome
from coop.payments.cards.models import GatewayEvent as EventRow
from coop.payments.cards.outcomes import Told, outcome_of
from coop.payments.gateways import GatewayEvent
from coop.permissions import Actor
from evidence.identifiers import new_id
from evidence.messages import Refusal

log = structlog.get_logger()

#: What is told of a payment by its name at the gateway alone.
_OF_A_PAYMENT = (EventKind.REFUND, EventKind.DISPUTE)


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
    outcome = outcome_of(session, told)
    if outcome is Outcome.BOOKED:
        outcome = _take_payment(session, actor, told)
    elif not _is_kept(session, told, outcome):
        return Outcome.REPEATED
    if event.kind is EventKind.PAID and told.checkout is not None and event.payment_ref:
        _judge_what_came_before(session, told)
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


def _look(session: Session, gateway: str, event: GatewayEvent) -> Told:
    """Find what an event is about, and hold the checkout: whoever comes second sees what the first has done."""
    payment = None
    checkout_id = event.checkout_id
    if checkout_id is None and event.payment_ref:
        checkout_id = _checkout_paid_with(session, gateway, event.payment_ref)
        if checkout_id is None and event.kind in _OF_A_PAYMENT:
            # Its payment may be coming in at this moment. Who takes one holds this row when looking for what came before: either
            # the payment is there now, or it will find this event.
            cooperative.current(session, lock=True)
            checkout_id = _checkout_paid_with(session, gateway, event.payment_ref)
    checkout = session.get(Checkout, checkout_id, with_for_update=True) if checkout_id else None
    if checkout is not None:
        payment = session.scalar(select(CardPayment).where(CardPayment.checkout_id == checkout.id))
    return Told(gateway, event, checkout, payment)


def _checkout_paid_with(session: Session, gateway: str, payment_ref: str) -> UUID | None:
    """Return the checkout that a payment was for: one that was taken, or one that did not fit and waits for the treasurer."""
    taken = select(CardPayment.checkout_id).where(
        CardPayment.gateway == gateway, CardPayment.payment_ref == payment_ref
    )
    unfit = select(EventRow.checkout_id).where(
        EventRow.gateway == gateway,
        EventRow.payment_ref == payment_ref,
        EventRow.kind == EventKind.PAID,
        EventRow.checkout_id.is_not(None),
    )
    return session.scalar(taken) or session.scalar(unfit.order_by(EventRow.received_at, EventRow.id).limit(1))


def _judge_what_came_before(session: Session, told: Told) -> None:
    """Judge refunds and disputes that were told before their payment, whatever became of that, by rows that point back.

    What was kept of them stays. Each is judged once, in the order in which they came.
    """
    # The last of all locks: who keeps such an event holds this row while it looks for the payment.
    cooperative.current(session, lock=True)
    judged = aliased(EventRow)
    waiting = session.scalars(
        select(EventRow)
        .where(
            EventRow.gateway == told.gateway,
            EventRow.payment_ref == told.event.payment_ref,
            EventRow.kind.in_(_OF_A_PAYMENT),
            EventRow.outcome == Outcome.IGNORED,
            ~exists().where(judged.earlier_id == EventRow.id),
        )
        .order_by(EventRow.received_at, EventRow.id)
    ).all()
    for row in waiting:
        event = GatewayEvent(
            ref=f"early:{row.id}",
            kind=row.kind,
            name=row.name,
            checkout_id=None,
            payment_ref=row.payment_ref,
            amount_minor=row.amount_minor,
            currency=row.currency,
            fee_minor=None,
            has_failed=row.has_failed,
            body="",
        )
        early = Told(told.gateway, event, told.checkout, told.payment, earlier_id=row.id)
        outcome = outcome_of(session, early)
        _keep(session, early, outcome)
        log.info("gateway.early", gateway=told.gateway, ref=row.ref, name=row.name, outcome=outcome.value)


def _take_payment(session: Session, actor: Actor, told: Told) -> Outcome:
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


def _book_with_purpose(session: Session, actor: Actor, told: Told) -> None:
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
    session: Session, actor: Actor, told: Told, outcome: Outcome, *, refused_because: str | None = None
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


def _keep(session: Session, told: Told, outcome: Outcome) -> UUID:
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
        has_failed=event.has_failed,
        earlier_id=told.earlier_id,
    )
    session.add(row)
    session.flush()
    if event.body:
        session.add(GatewayEventBody(event_id=row.id, body=event.body))
        session.flush()
    return row.id


def _is_kept(session: Session, told: Told, outcome: Outcome) -> bool:
    """Keep an event about which nothing is done; one of no checkout may come twice at once, and the unique key decides."""
    try:
        with session.begin_nested():
            _keep(session, told, outcome)
    except IntegrityError:
        return False
    return True
