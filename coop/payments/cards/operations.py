"""What the treasurer does about payments by card: enter a fee, pay back what could not be delivered, ask again, settle."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.outbox import OutboxJob
from coop.payments.cards import entries as card_entries
from coop.payments.cards import errors
from coop.payments.cards.checkouts import refund_card, refunded_minor
from coop.payments.cards.models import (
    NEEDS_ATTENTION,
    CardFee,
    CardPayment,
    CardRefund,
    CardRefundMade,
    EventNote,
    EventSettled,
    GatewayEvent,
    Outcome,
)
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical


def record_fee(session: Session, actor: Actor, *, payment_id: UUID, fee_minor: int) -> None:
    """Record and book what the processor kept of a payment: the worker when it learns it, or the treasurer.

    Raises:
        NotFound, FeeKnown, FeeTooLarge, PowerMissing
        LedgerRefusal: nothing can be booked today.
    """
    power = actor.need(Power.TREASURER)
    payment = session.get(CardPayment, payment_id, with_for_update=True)
    if payment is None:
        raise NotFound
    if payment.fee_minor is not None or session.get(CardFee, payment_id) is not None:
        raise errors.FeeKnown
    if not 0 <= fee_minor <= payment.amount_minor:
        raise errors.FeeTooLarge(payment.amount_minor, payment.currency)
    fee = CardFee(
        payment_id=payment_id,
        amount_minor=fee_minor,
        booked_on=cooperative.today(session),
        recorded_at=clock.now(),
    )
    session.add(fee)
    session.flush()
    card_entries.book_fee(session, actor, payment, fee)
    _settle_waiting(session, actor, payment, Outcome.FEE_UNKNOWN)
    facts: dict[str, Canonical] = {"fee_minor": fee_minor, "currency": payment.currency}
    audit.record(session, actor, "payment.fee_recorded", subject=payment_id, power=power, facts=facts)


def pay_back(session: Session, actor: Actor, *, payment_id: UUID) -> UUID:
    """Send a payment that no purpose took back to its card, all of it, and settle its event.

    Raises:
        NotFound, NotOnSuspense, NothingToSettle, PowerMissing
        LedgerRefusal: nothing can be booked today.
    """
    actor.need(Power.TREASURER)
    payment = session.get(CardPayment, payment_id, with_for_update=True)
    if payment is None:
        raise NotFound
    if payment.refused_because is None:
        raise errors.NotOnSuspense
    settle(session, actor, event_id=payment.event_id, note="")
    remaining_minor = payment.amount_minor - refunded_minor(session, payment_id)
    key = f"suspense:{payment_id}"
    refund_id = refund_card(session, actor, payment_id=payment_id, amount_minor=remaining_minor, key=key)
    card_entries.book_refund_of_suspense(session, actor, payment, session.get_one(CardRefund, refund_id))
    return refund_id


def ask_again(session: Session, actor: Actor, *, refund_id: UUID) -> None:
    """Let the worker ask the processor once more for a refund on which it had given up.

    Raises:
        NotFound, RefundIsMade, PowerMissing
    """
    power = actor.need(Power.TREASURER)
    refund = session.get(CardRefund, refund_id, with_for_update=True)
    if refund is None:
        raise NotFound
    key = f"card-refund:{refund_id}"
    mine = OutboxJob.key.startswith(key, autoescape=True)
    waiting = session.scalar(
        select(OutboxJob.id).where(mine, OutboxJob.done_at.is_(None), OutboxJob.failed_at.is_(None))
    )
    if waiting is not None or session.get(CardRefundMade, refund_id) is not None:
        raise errors.RefundIsMade
    tries = session.scalar(select(func.count()).select_from(OutboxJob).where(mine)) or 0
    outbox.enqueue(session, kind="card-refund", key=f"{key}:{tries + 1}", payload={"refund": str(refund_id)})
    _settle_waiting(session, actor, session.get_one(CardPayment, refund.payment_id), Outcome.REFUND_FAILED)
    audit.record(session, actor, "refund.asked_again", subject=refund_id, power=power)


def settle(session: Session, actor: Actor, *, event_id: UUID, note: str) -> None:
    """Record that what an event asked for has been done, and in what words.

    Raises:
        NotFound, NothingToSettle, PowerMissing
    """
    power = actor.need(Power.TREASURER)
    event = session.get(GatewayEvent, event_id, with_for_update=True)
    if event is None:
        raise NotFound
    if event.outcome not in NEEDS_ATTENTION or session.get(EventSettled, event_id) is not None:
        raise errors.NothingToSettle
    session.add(EventSettled(event_id=event_id, settled_at=clock.now(), settled_by=actor.person_id))
    if note:
        session.add(EventNote(event_id=event_id, text=note))
    session.flush()
    audit.record(session, actor, "event.settled", subject=event_id, power=power)


def _settle_waiting(session: Session, actor: Actor, payment: CardPayment, outcome: Outcome) -> None:
    """Settle what asked for just what is being done."""
    waiting = session.scalars(
        select(GatewayEvent.id)
        .outerjoin(EventSettled, EventSettled.event_id == GatewayEvent.id)
        .where(
            GatewayEvent.checkout_id == payment.checkout_id,
            GatewayEvent.outcome == outcome,
            EventSettled.event_id.is_(None),
        )
    )
    for event_id in waiting.all():
        settle(session, actor, event_id=event_id, note="")
