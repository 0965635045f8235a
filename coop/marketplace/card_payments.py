"""What happens when an order was paid by card. Told by the payments room, in the transaction of the payment.

A payment is always booked as the sale it was for. If the place is gone meanwhile, all of it is refunded at once.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.marketplace import bookings, notices, offers, orders, quotes
from coop.marketplace.models import Offering, OfferingKind
from coop.marketplace.order_models import OrderCancellation, OrderPayment, SalesOrder
from coop.marketplace.refunds import refund_what_came_too_late
from coop.outbox import Page
from coop.payments.cards.checkouts import PaidCheckout, Purpose, register_purpose
from coop.permissions import WORKER, Actor, NotFound
from evidence.canonical import Canonical


def take_payment(session: Session, actor: Actor, paid: PaidCheckout) -> None:
    """Book an order as paid, once; refund it in full where its place is gone.

    Raises:
        NotFound: there is no such order.
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    offering_id = session.scalar(select(SalesOrder.offering_id).where(SalesOrder.id == paid.subject_id))
    if offering_id is None:
        raise NotFound
    offering = offers.locked(session, offering_id)
    order = orders.locked(session, paid.subject_id)
    is_gone = _is_gone(session, offering, order)
    session.add(OrderPayment(order_id=order.id, payment_id=paid.payment_id, paid_on=paid.paid_on))
    session.flush()
    bookings.sold_by_card(session, actor, order, paid)
    facts: dict[str, Canonical] = {"number": order.number, "payment": paid.payment_id}
    audit.record(session, actor, "order.paid", subject=order.id, facts=facts)
    if is_gone:
        # The program itself refunds it, whoever brought the news.
        refund_what_came_too_late(session, WORKER, order, paid.payment_id)
        return
    notices.paid(session, order)
    notices.booked(session, order)


def _is_gone(session: Session, offering: Offering, order: SalesOrder) -> bool:
    """Say whether what was paid for can no longer be had; the offering's row is held."""
    if session.get(OrderCancellation, order.id) is not None:
        return True
    if offering.kind is OfferingKind.FELLOWSHIP and quotes.has_met(session, offering.id):
        return True
    still_held = order.holds_until is not None and order.holds_until > clock.now()
    left = quotes.places_left(session, offering)
    return not still_held and left is not None and left < order.quantity


def _page(order_id: UUID) -> Page:
    return Page("marketplace.after_payment", {"order_id": order_id})


register_purpose(Purpose(orders.PURPOSE, take_payment, _page))
