"""Refunding an order, in full or in part.

What was paid ahead is given back first, then what was income, each with its tax. Of a member's sale the seller's part and the
co-op's fee go back in proportion; a seller who was paid already then owes their part. It goes back to the card; of an invoice it comes off what is
unpaid, and the rest is owed to the buyer.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.marketplace import bookings, errors, notices, orders
from coop.marketplace.models import Offering
from coop.marketplace.order_models import OrderPayment, OrderRefund, RefundReason, SalesOrder
from coop.marketplace.sales_tax import tax_of
from coop.marketplace.standing import Figures, figures
from coop.payments.cards.checkouts import refund_card
from coop.payments.operations import credit
from coop.permissions import Actor, Power
from coop.texts import prose
from evidence.canonical import Canonical
from evidence.identifiers import new_id

LONGEST_REASON = 1000


@dataclass(frozen=True)
class _Sources:
    """Where the money of a refund stands."""

    deferred_minor: int
    income_minor: int
    seller_minor: int
    tax_minor: int


def refund(session: Session, actor: Actor, *, order_id: UUID, amount_minor: int, reason: str, form_token: UUID) -> UUID:
    """Refund an order, or a part of it, and return the refund's id. The same form sent again returns the one that stands.

    Raises:
        PowerMissing, NotFound, NotSold, RefundOfNothing, RefundTooLarge, RefundFormUsed, TextMissing, TextTooLong
        LedgerRefusal: today lies in a locked period or in no open year.
    """
    power = actor.need(Power.TREASURER)
    order = orders.locked(session, order_id)
    known = session.scalar(select(OrderRefund).where(OrderRefund.form_token == form_token))
    if known is not None:
        if (known.order_id, known.amount_minor) != (order_id, amount_minor):
            raise errors.RefundFormUsed
        return known.id
    text = prose(reason, about="reason", longest=LONGEST_REASON, least=1)
    made = _make(session, actor, order, amount_minor=amount_minor, form_token=form_token)
    session.add(RefundReason(refund_id=made.id, text=text))
    session.flush()
    notices.refunded(session, order, made)
    facts: dict[str, Canonical] = {"number": order.number, "amount_minor": amount_minor, "currency": order.currency}
    audit.record(session, actor, "order.refunded", subject=order_id, power=power, facts=facts)
    return made.id


def refund_what_came_too_late(session: Session, actor: Actor, order: SalesOrder, payment_id: UUID) -> None:
    """Give back a payment for a place that is gone. The order's row is held, and the payment is booked."""
    made = _make(session, actor, order, amount_minor=order.amount_minor, form_token=payment_id)
    notices.refunded(session, order, made, came_too_late=True)
    audit.record(session, actor, "order.refunded", subject=order.id, facts={"number": order.number, "too_late": True})


def _make(session: Session, actor: Actor, order: SalesOrder, *, amount_minor: int, form_token: UUID) -> OrderRefund:
    stand = figures(session, order)
    if stand.sold_on is None or (stand.is_cancelled and not stand.left_minor):
        raise errors.NotSold(order.number)
    if amount_minor <= 0:
        raise errors.RefundOfNothing
    if amount_minor > stand.left_minor:
        raise errors.RefundTooLarge(stand.left_minor, order.currency)
    sources, refund_id = _sources(session, order, stand, amount_minor), new_id()
    payment = session.get(OrderPayment, order.id)
    card_refund_id, credited_minor = None, 0
    if payment is not None:
        key = f"order-refund:{refund_id}"
        card_refund_id = refund_card(session, actor, payment_id=payment.payment_id, amount_minor=amount_minor, key=key)
    elif order.request_id is not None:
        credited_minor = credit(session, request_id=order.request_id, most_minor=amount_minor)
    made = OrderRefund(
        id=refund_id,
        order_id=order.id,
        amount_minor=amount_minor,
        deferred_minor=sources.deferred_minor,
        income_minor=sources.income_minor,
        seller_minor=sources.seller_minor,
        credited_minor=credited_minor,
        refunded_on=cooperative.today(session),
        recorded_at=clock.now(),
        form_token=form_token,
        card_refund_id=card_refund_id,
        tax_minor=sources.tax_minor,
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        # A refund of another order took the token after we looked: an altered form.
        raise errors.RefundFormUsed from error
    bookings.refunded(session, actor, order, made)
    return made


def _sources(session: Session, order: SalesOrder, stand: Figures, amount_minor: int) -> _Sources:
    """Split a refund: tax as it lies in the sale, to the cent; of a member's sale seller's part and fee in proportion."""
    tax = tax_of(session, order)
    if session.get_one(Offering, order.offering_id).seller_id is not None:
        before = select(func.coalesce(func.sum(OrderRefund.income_minor + OrderRefund.tax_minor), 0))
        before_minor = int(session.scalars(before.where(OrderRefund.order_id == order.id)).one())
        # The fee of all refunds so far, rounded half up, less what was given back of it: in full it comes to the fee.
        total = 2 * order.fee_minor * (stand.refunded_minor + amount_minor) + order.amount_minor
        fee_minor = total // (2 * order.amount_minor) - before_minor
        tax_minor = tax.refunded(before_minor, fee_minor) if tax else 0
        return _Sources(0, fee_minor - tax_minor, amount_minor - fee_minor, tax_minor)
    tax_minor = tax.refunded(stand.refunded_minor, amount_minor) if tax else 0
    deferred_minor = min(amount_minor - tax_minor, stand.deferred_minor)
    return _Sources(deferred_minor, amount_minor - tax_minor - deferred_minor, 0, tax_minor)
