"""Payments by card as pages show them: the list, one with all that happened, and what waits for the treasurer."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.outbox import OutboxJob
from coop.paging import Part, part_of
from coop.payments.cards.checkouts import state_from
from coop.payments.cards.models import (
    NEEDS_ATTENTION,
    CardFee,
    CardPayment,
    CardRefund,
    CardRefundMade,
    Checkout,
    CheckoutEnded,
    CheckoutText,
    EventKind,
    EventNote,
    EventSettled,
    GatewayEvent,
    Outcome,
)
from coop.payments.cards.rows import CheckoutRow, EventRow, RefundRow, RefundState, Shown
from coop.permissions import NotFound
from coop.texts import search_patterns

PAGE_SIZE = 50


def checkouts(session: Session, shown: Shown, *, words: str = "", page: int = 1) -> Part[CheckoutRow]:
    """Return a page of checkouts, the latest first, searched by the payer's name or the processor's reference."""
    part = part_of(session, _matching(shown, words), number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def all_checkouts(session: Session, shown: Shown, *, words: str = "") -> Iterator[CheckoutRow]:
    """Yield every checkout of a list, for a file."""
    yield from map(_row, session.execute(_matching(shown, words)).yield_per(500))


def checkout(session: Session, checkout_id: UUID) -> CheckoutRow:
    """Return a checkout.

    Raises:
        NotFound
    """
    row = session.execute(_rows().where(Checkout.id == checkout_id)).first()
    if row is None:
        raise NotFound
    return _row(row)


def payment_id_of(session: Session, checkout_id: UUID) -> UUID:
    """Return the id of the payment of a checkout.

    Raises:
        NotFound: there is none.
    """
    payment_id = session.scalar(select(CardPayment.id).where(CardPayment.checkout_id == checkout_id))
    if payment_id is None:
        raise NotFound
    return payment_id


def events(session: Session, checkout_id: UUID) -> list[EventRow]:
    """Return what the gateway told about a checkout, in the order in which it came."""
    rows = session.execute(
        select(
            GatewayEvent.id,
            GatewayEvent.name,
            GatewayEvent.ref,
            GatewayEvent.outcome,
            GatewayEvent.amount_minor,
            GatewayEvent.currency,
            GatewayEvent.received_at,
            EventSettled.settled_at,
            func.coalesce(EventNote.text, ""),
        )
        .outerjoin(EventSettled, EventSettled.event_id == GatewayEvent.id)
        .outerjoin(EventNote, EventNote.event_id == GatewayEvent.id)
        .where(GatewayEvent.checkout_id == checkout_id)
        .order_by(GatewayEvent.received_at, GatewayEvent.id)
    )
    return [EventRow(*row) for row in rows]


def refunds(session: Session, payment_id: UUID) -> list[RefundRow]:
    """Return the refunds of a payment, in order. One is on its way while a job of the worker's is neither done nor given up."""
    rows = session.execute(
        select(CardRefund.id, CardRefund.amount_minor, CardRefund.asked_at, CardRefundMade.made_at, CardRefundMade.ref)
        .outerjoin(CardRefundMade, CardRefundMade.refund_id == CardRefund.id)
        .where(CardRefund.payment_id == payment_id)
        .order_by(CardRefund.asked_at, CardRefund.id)
    ).all()
    return [RefundRow(*row, state=_refund_state(session, row.id, row.made_at)) for row in rows]


def refund_of(session: Session, checkout_id: UUID, refund_id: UUID) -> UUID:
    """Return the id of a refund if it is one of this checkout's payment.

    Raises:
        NotFound
    """
    found = session.scalar(
        select(CardRefund.id)
        .join(CardPayment, CardPayment.id == CardRefund.payment_id)
        .where(CardRefund.id == refund_id, CardPayment.checkout_id == checkout_id)
    )
    if found is None:
        raise NotFound
    return found


def event_of(session: Session, checkout_id: UUID, event_id: UUID) -> UUID:
    """Return the id of an event if it is one of this checkout.

    Raises:
        NotFound
    """
    found = session.scalar(
        select(GatewayEvent.id).where(GatewayEvent.id == event_id, GatewayEvent.checkout_id == checkout_id)
    )
    if found is None:
        raise NotFound
    return found


def waiting_count(session: Session, before: datetime | None = None) -> int:
    """Return how many events wait for the treasurer, of those told before a moment. Home, and the closing of a year, ask."""
    query = select(func.count()).select_from(GatewayEvent).where(_waits())
    if before is not None:
        query = query.where(GatewayEvent.received_at < before)
    return session.scalar(query) or 0


def _refund_state(session: Session, refund_id: UUID, made_at: datetime | None) -> RefundState:
    if made_at is not None:
        return RefundState.MADE
    mine = OutboxJob.key.startswith(f"card-refund:{refund_id}", autoescape=True)
    waiting = select(OutboxJob.id).where(mine, OutboxJob.done_at.is_(None), OutboxJob.failed_at.is_(None))
    return RefundState.ASKED if session.scalar(waiting.limit(1)) is not None else RefundState.GIVEN_UP


def _waits() -> Any:
    return GatewayEvent.outcome.in_(NEEDS_ATTENTION) & ~exists().where(EventSettled.event_id == GatewayEvent.id)


def _waiting() -> Any:
    return (
        select(func.count())
        .select_from(GatewayEvent)
        .where(GatewayEvent.checkout_id == Checkout.id, _waits())
        .correlate(Checkout)
        .scalar_subquery()
    )


def _was_told(kind: EventKind) -> Any:
    return exists().where(
        GatewayEvent.checkout_id == Checkout.id, GatewayEvent.kind == kind, GatewayEvent.outcome == Outcome.NOTED
    )


def _refunded() -> Any:
    return (
        select(func.coalesce(func.sum(CardRefund.amount_minor), 0))
        .where(CardRefund.payment_id == CardPayment.id)
        .correlate(CardPayment)
        .scalar_subquery()
    )


def _matching(shown: Shown, words: str) -> Select[*tuple[Any, ...]]:
    conditions = {
        Shown.PAID: CardPayment.id.is_not(None),
        Shown.ATTENTION: _waiting() > 0,
        Shown.REFUNDED: _refunded() > 0,
        Shown.UNPAID: CardPayment.id.is_(None),
    }
    query = _rows().where(conditions[shown])
    for pattern in search_patterns(words):
        by_ref = func.lower(CardPayment.payment_ref).like(pattern, escape="\\")
        query = query.where(or_(Participant.name_key.like(pattern, escape="\\"), by_ref))
    return query.order_by(Checkout.begun_at.desc(), Checkout.id.desc())


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Checkout.id,
            Checkout.participant_id,
            Participant.name.label("payer"),
            func.coalesce(CheckoutText.description, "").label("description"),
            Checkout.purpose,
            Checkout.subject_id,
            Checkout.amount_minor,
            Checkout.currency,
            Checkout.begun_at,
            Checkout.expires_at,
            CardPayment.id.label("payment_id"),
            CardPayment.gateway,
            CardPayment.payment_ref,
            CardPayment.paid_on,
            func.coalesce(CardPayment.fee_minor, CardFee.amount_minor).label("fee_minor"),
            _refunded().label("refunded_minor"),
            CardPayment.refused_because.is_not(None).label("is_on_suspense"),
            CheckoutEnded.ended_at.is_not(None).label("is_ended"),
            _waiting().label("waiting"),
            _was_told(EventKind.FAILED).label(EventKind.FAILED),
            _was_told(EventKind.EXPIRED).label(EventKind.EXPIRED),
        )
        .join(Participant, Participant.id == Checkout.participant_id)
        .outerjoin(CheckoutText, CheckoutText.checkout_id == Checkout.id)
        .outerjoin(CheckoutEnded, CheckoutEnded.checkout_id == Checkout.id)
        .outerjoin(CardPayment, CardPayment.checkout_id == Checkout.id)
        .outerjoin(CardFee, CardFee.payment_id == CardPayment.id)
    )


def _row(row: Row[*tuple[Any, ...]]) -> CheckoutRow:
    values = dict(row._mapping)
    # PostgreSQL sums BIGINTs into a Decimal.
    values["refunded_minor"] = int(values["refunded_minor"])
    told = {kind for kind in (EventKind.FAILED, EventKind.EXPIRED) if values.pop(kind)}
    is_paid, is_ended = values["payment_id"] is not None, values.pop("is_ended")
    state = state_from(told, values["expires_at"], is_paid=is_paid, is_ended=is_ended)
    return CheckoutRow(**values, state=state)
