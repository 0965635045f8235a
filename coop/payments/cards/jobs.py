"""What the worker asks the gateway: to close a page, to send a refund, and what it kept of a payment.

Each may be asked again after a crash, which the gateway bears. Refunds and fees that it does not answer in the end are left to the
treasurer, as an event that waits; a page closes by itself when its time is over.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, outbox
from coop.database import db, write
from coop.outbox import Doing, Leased
from coop.payments import gateways
from coop.payments.cards import inbox
from coop.payments.cards import operations as card_operations
from coop.payments.cards.checkouts import CheckoutState, state_of
from coop.payments.cards.errors import FeeKnown, ProcessorUnreachable
from coop.payments.cards.models import (
    CardFee,
    CardPayment,
    CardRefund,
    CardRefundMade,
    Checkout,
    CheckoutSession,
    Outcome,
)
from coop.payments.gateways import Gateway, RefundAsked
from coop.permissions import WORKER

Answer = TypeVar("Answer")


class FeeNotKnownYet(Exception):
    """The gateway has not settled the payment; the outbox asks again later."""


def close_page(job: Leased) -> None:
    """Ask the gateway to close the page of a checkout that has ended, while something could be paid on it.

    Raises:
        ProcessorUnreachable: the outbox tries again.
    """
    session, checkout_id = db.session(), UUID(job.payload["checkout"])
    page = session.get_one(CheckoutSession, checkout_id)
    where, ref = page.gateway, page.ref
    is_over = session.get_one(Checkout, checkout_id).expires_at <= clock.now()
    if not is_over and state_of(session, checkout_id) is not CheckoutState.PAID:
        _gateway_of(where).expire(ref)


def send_refund(job: Leased) -> None:
    """Ask the gateway for a refund.

    Raises:
        ProcessorUnreachable: the outbox tries again.
    """
    refund_id = UUID(job.payload["refund"])
    session = db.session()
    refund = session.get_one(CardRefund, refund_id)
    payment = session.get_one(CardPayment, refund.payment_id)
    if session.get(CardRefundMade, refund_id) is not None:
        return
    asked = RefundAsked(refund_id, payment.payment_ref, refund.amount_minor)
    ref = _ask(job, payment, Outcome.REFUND_FAILED, lambda gateway: gateway.refund(asked))
    write(partial(_keep_refund, refund_id=refund_id, ref=ref))


def learn_fee(job: Leased) -> None:
    """Ask the gateway what it kept, and book it.

    Raises:
        ProcessorUnreachable, FeeNotKnownYet: the outbox tries again.
    """
    payment_id = UUID(job.payload["payment"])
    session = db.session()
    payment = session.get_one(CardPayment, payment_id)
    if payment.fee_minor is not None or session.get(CardFee, payment_id) is not None:
        return
    payment_ref = payment.payment_ref
    fee_minor = _ask(job, payment, Outcome.FEE_UNKNOWN, lambda gateway: _fee(gateway, payment_ref))
    try:
        write(lambda writing: card_operations.record_fee(writing, WORKER, payment_id=payment_id, fee_minor=fee_minor))
    except FeeKnown:
        # The treasurer has entered it in the meantime.
        return


DOINGS: Mapping[str, Doing] = {"card-expire": close_page, "card-refund": send_refund, "card-fee": learn_fee}


def _ask(job: Leased, payment: CardPayment, given_up: Outcome, question: Callable[[Gateway], Answer]) -> Answer:
    """Ask the gateway of a payment with no transaction open; after the last try leave it to the treasurer."""
    payment_id, where = payment.id, payment.gateway
    try:
        return question(_gateway_of(where))
    except Exception:
        if job.attempts >= outbox.MOST_ATTEMPTS:
            write(lambda session: _give_up(session, payment_id, job.key, given_up))
        raise


def _gateway_of(name: str) -> Gateway:
    """Return the gateway of that name, with no transaction open."""
    gateway = gateways.current()
    if gateway is None or gateway.name != name:
        raise ProcessorUnreachable(f"{name} is not set up")
    return gateway


def _fee(gateway: Gateway, payment_ref: str) -> int:
    fee_minor = gateway.fee_of(payment_ref)
    if fee_minor is None:
        raise FeeNotKnownYet
    return fee_minor


def _give_up(session: Session, payment_id: UUID, key: str, outcome: Outcome) -> None:
    inbox.note(session, session.get_one(CardPayment, payment_id), ref=key, outcome=outcome)


def _keep_refund(session: Session, *, refund_id: UUID, ref: str) -> None:
    session.scalar(select(CardRefund.id).where(CardRefund.id == refund_id).with_for_update())
    if session.get(CardRefundMade, refund_id) is None:
        session.add(CardRefundMade(refund_id=refund_id, ref=ref, made_at=clock.now()))
