"""Paying by card, from the side of what is bought: begin a checkout, send the payer to the gateway, end it, refund.

An order's transaction writes the checkout; after it, with no transaction open, the gateway is asked for a page. A crash between
the two harms nothing, because the gateway answers the same key with the same page. That it was paid is told by the gateway
itself, see `inbox`. What is bought is known here only as a purpose. Who takes it back ends the checkout: no page is given out any
more, and one that is open is closed by the worker. A payment that was quicker is money all the same.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.config import configuration
from coop.database import db, write
from coop.outbox import Page
from coop.payments import gateways
from coop.payments.cards import errors
from coop.payments.cards.models import (
    CardPayment,
    CardRefund,
    Checkout,
    CheckoutEnded,
    CheckoutSession,
    CheckoutText,
    EventKind,
    GatewayEvent,
    Outcome,
)
from coop.payments.gateways import CheckoutAsked, CheckoutBegun
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id, new_ref
from evidence.messages import N_

#: Stripe keeps a page open for half an hour at least and a day at most; a minute is left for the way there.
SHORTEST = timedelta(minutes=31)
LONGEST = timedelta(hours=24)
#: Longer descriptions are cut.
LONGEST_DESCRIPTION = 200


class CheckoutState(StrEnum):
    """How a checkout stands."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """Return the untranslated words for it."""
        return _STATES[self]


_STATES = {
    CheckoutState.OPEN: N_("Waiting for the payment"),
    CheckoutState.PAID: N_("Paid"),
    CheckoutState.CANCELLED: N_("Cancelled"),
    CheckoutState.FAILED: N_("The payment failed"),
    CheckoutState.EXPIRED: N_("Not paid in time"),
}


@dataclass(frozen=True)
class PaidCheckout:
    """A checkout that has just been paid, as its purpose is told."""

    checkout_id: UUID
    payment_id: UUID
    subject_id: UUID
    participant_id: UUID
    amount_minor: int
    currency: str
    #: What the gateway keeps of it; where it does not say so yet, its booking follows by itself.
    fee_minor: int | None
    paid_on: date


@dataclass(frozen=True)
class Purpose:
    """Something that can be paid by card.

    `paid` delivers and books it in the transaction of the payment: one entry with `source_kind="card_payment"` and
    `source_id=payment_id`, dated `paid_on`, that debits the balance with the processor by the amount less the fee, if that is
    known, and the processing fees by the fee. A refusal leaves the money on the suspense account for the treasurer. `page` is
    where the payer comes back to.
    """

    code: str
    paid: Callable[[Session, Actor, PaidCheckout], None]
    page: Callable[[UUID], Page]


_purposes: dict[str, Purpose] = {}


def register_purpose(purpose: Purpose) -> None:
    """Add a purpose, when its room is opened."""
    _purposes[purpose.code] = purpose


def purpose_named(code: str) -> Purpose:
    """Return a registered purpose."""
    return _purposes[code]


def begin(
    session: Session,
    *,
    participant_id: UUID,
    amount_minor: int,
    description: str,
    purpose: str,
    subject_id: UUID,
    expires_at: datetime,
) -> UUID:
    """Write a checkout in the transaction of what is bought and return its id.

    Part of a larger operation, which has checked the actor and writes the audit row. `send` follows once that has committed.
    `expires_at` is brought between `SHORTEST` and `LONGEST` from now.
    """
    now = clock.now()
    checkout = Checkout(
        id=new_id(),
        participant_id=participant_id,
        purpose=purpose_named(purpose).code,
        subject_id=subject_id,
        amount_minor=amount_minor,
        currency=cooperative.current(session).currency,
        idempotency_key=new_ref(),
        begun_at=now,
        # Whole seconds, as gateways have them.
        expires_at=min(max(expires_at, now + SHORTEST), now + LONGEST).replace(microsecond=0),
    )
    session.add(checkout)
    session.flush()
    session.add(CheckoutText(checkout_id=checkout.id, description=description[:LONGEST_DESCRIPTION]))
    session.flush()
    return checkout.id


def send(checkout_id: UUID) -> str:
    """Ask the gateway for the page on which a checkout is paid and return its address, to redirect to with 303.

    To be called with no transaction open. Called again it returns the same address.

    Raises:
        NotFound, CheckoutOver, CardsNotOffered, ProcessorUnreachable
    """
    session = db.session()
    checkout = session.get(Checkout, checkout_id)
    if checkout is None:
        raise NotFound
    if state_of(session, checkout_id) is not CheckoutState.OPEN:
        raise errors.CheckoutOver
    known = session.get(CheckoutSession, checkout_id)
    if known is not None:
        return known.url
    text = session.get(CheckoutText, checkout_id)
    asked = CheckoutAsked(
        checkout_id=checkout_id,
        amount_minor=checkout.amount_minor,
        currency=checkout.currency,
        description=text.description if text else cooperative.current(session).name,
        return_url=configuration(current_app).base_url + page_path(checkout.purpose, checkout.subject_id),
        expires_at=checkout.expires_at,
        idempotency_key=checkout.idempotency_key,
    )
    gateway = gateways.current()
    if gateway is None:
        raise errors.CardsNotOffered
    begun = gateway.begin(asked)
    url = write(lambda writing: _remember(writing, checkout_id, gateway.name, begun))
    if url is None:
        raise errors.CheckoutOver
    return url


def lock(session: Session, checkout_id: UUID) -> None:
    """Hold a checkout's row until the transaction ends.

    Who takes back what it pays for begins with this: a payment holds the checkout first and then what was bought, and two that
    take their locks in one order do not wait for each other.

    Raises:
        NotFound
    """
    if session.get(Checkout, checkout_id, with_for_update=True) is None:
        raise NotFound


def end(session: Session, checkout_id: UUID) -> None:
    """Let a checkout not be paid any more, because what it was for is taken back; once.

    Part of a larger operation, which has checked the actor and writes the audit row. A page that is open at the gateway is
    closed by the worker. A payment that arrives all the same is booked, and its purpose decides about it.

    Raises:
        NotFound
    """
    lock(session, checkout_id)
    if session.get(CheckoutEnded, checkout_id) is not None:
        return
    session.add(CheckoutEnded(checkout_id=checkout_id, ended_at=clock.now()))
    session.flush()
    if session.get(CheckoutSession, checkout_id) is not None:
        _close_page(session, checkout_id)


def page_path(purpose: str, subject_id: UUID) -> str:
    """Return the path of the page on which somebody sees what they bought."""
    page = purpose_named(purpose).page(subject_id)
    path: str = current_app.url_map.bind("").build(page.endpoint, dict(page.ids))
    return path


def card_payment_of(session: Session, subject_id: UUID) -> CardPayment | None:
    """Return the payment by card that was taken for a subject; one that its purpose refused does not count."""
    return session.scalar(
        select(CardPayment)
        .join(Checkout, Checkout.id == CardPayment.checkout_id)
        .where(Checkout.subject_id == subject_id, CardPayment.refused_because.is_(None))
        .order_by(CardPayment.recorded_at, CardPayment.id)
        .limit(1)
    )


def state_of(session: Session, checkout_id: UUID) -> CheckoutState:
    """Return how a checkout stands now. A payment that arrives late still counts: money is money.

    Raises:
        NotFound
    """
    checkout = session.get(Checkout, checkout_id)
    if checkout is None:
        raise NotFound
    is_paid = session.scalar(select(CardPayment.id).where(CardPayment.checkout_id == checkout_id)) is not None
    is_ended = session.get(CheckoutEnded, checkout_id) is not None
    told = session.scalars(
        select(GatewayEvent.kind).where(GatewayEvent.checkout_id == checkout_id, GatewayEvent.outcome == Outcome.NOTED)
    )
    return state_from(set(told), checkout.expires_at, is_paid=is_paid, is_ended=is_ended)


def state_from(told: Collection[EventKind], expires_at: datetime, *, is_paid: bool, is_ended: bool) -> CheckoutState:
    """Return how a checkout stands, from the kinds of event that were noted about it."""
    if is_paid:
        return CheckoutState.PAID
    if is_ended:
        return CheckoutState.CANCELLED
    if EventKind.FAILED in told:
        return CheckoutState.FAILED
    is_over = EventKind.EXPIRED in told or expires_at <= clock.now()
    return CheckoutState.EXPIRED if is_over else CheckoutState.OPEN


def refund_card(session: Session, actor: Actor, *, payment_id: UUID, amount_minor: int, key: str) -> UUID:
    """Send part or all of a payment back to the card and return the refund's id; the worker tells the gateway.

    Part of a larger operation, which books it. `key` names what asks for it: the same again returns the refund that stands.
    The payment's row is locked, so that refunds at the same moment never exceed it together.

    Raises:
        NotFound, RefundOfNothing, MoreThanPaid, RefundKeyUsed, PowerMissing
    """
    power = actor.need(Power.TREASURER)
    payment = session.get(CardPayment, payment_id, with_for_update=True)
    if payment is None:
        raise NotFound
    known = session.scalar(select(CardRefund).where(CardRefund.key == key))
    if known is not None:
        if (known.payment_id, known.amount_minor) != (payment_id, amount_minor):
            raise errors.RefundKeyUsed
        return known.id
    if amount_minor <= 0:
        raise errors.RefundOfNothing
    remaining_minor = payment.amount_minor - refunded_minor(session, payment_id)
    if amount_minor > remaining_minor:
        raise errors.MoreThanPaid(remaining_minor, payment.currency)
    refund = CardRefund(id=new_id(), payment_id=payment_id, amount_minor=amount_minor, key=key, asked_at=clock.now())
    session.add(refund)
    session.flush()
    outbox.enqueue(session, kind="card-refund", key=f"card-refund:{refund.id}", payload={"refund": str(refund.id)})
    audit.record(
        session,
        actor,
        "refund.asked",
        subject=refund.id,
        power=power,
        facts={"payment": payment_id, "amount_minor": amount_minor, "currency": payment.currency},
    )
    return refund.id


def refunded_minor(session: Session, payment_id: UUID) -> int:
    """Return the sum of all refunds of a payment, on their way or made."""
    total = session.scalar(
        select(func.coalesce(func.sum(CardRefund.amount_minor), 0)).where(CardRefund.payment_id == payment_id)
    )
    return int(total or 0)


def _close_page(session: Session, checkout_id: UUID) -> None:
    payload = {"checkout": str(checkout_id)}
    outbox.enqueue(session, kind="card-expire", key=f"card-expire:{checkout_id}", payload=payload)


def _remember(session: Session, checkout_id: UUID, gateway: str, begun: CheckoutBegun) -> str | None:
    """Keep the page; of two who asked at once both have the same. Nobody is sent to it if the checkout ended meanwhile."""
    session.get(Checkout, checkout_id, with_for_update=True)
    known = session.get(CheckoutSession, checkout_id)
    if known is None:
        known = CheckoutSession(
            checkout_id=checkout_id, gateway=gateway, ref=begun.ref, url=begun.url, begun_at=clock.now()
        )
        session.add(known)
        session.flush()
    if session.get(CheckoutEnded, checkout_id) is not None:
        _close_page(session, checkout_id)
        return None
    return known.url
