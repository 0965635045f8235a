"""How an order stands: what its rows together say, as expressions for queries and as figures of one order.

An order is *sold* once it is paid by card or invoiced; it is *binding* while it is neither cancelled nor refunded in full; it
*holds* its places while it is binding, or while its buyer is paying.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from coop.marketplace.models import Offering
from coop.marketplace.order_models import (
    Delivery,
    DeliveryTakenBack,
    OrderCancellation,
    OrderPayment,
    OrderRefund,
    PaidBy,
    SalesOrder,
)
from coop.payments.models import PaymentCredit, PaymentReceipt
from evidence.messages import N_


class State(StrEnum):
    """How an order stands, in one word."""

    PAYING = "paying"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    INVOICED = "invoiced"
    PAID = "paid"
    DELIVERED = "delivered"
    REFUNDED = "refunded"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """Return how its badge is coloured."""
        return _STATES[self][1]


_STATES = {
    State.PAYING: (N_("Waiting for the payment"), "open"),
    State.EXPIRED: (N_("Not paid in time"), "neutral"),
    State.CANCELLED: (N_("Cancelled"), "neutral"),
    State.INVOICED: (N_("Invoice to be paid"), "warning"),
    State.PAID: (N_("Paid"), "open"),
    State.DELIVERED: (N_("Delivered"), "good"),
    State.REFUNDED: (N_("Refunded"), "neutral"),
}


@dataclass(frozen=True)
class Figures:
    """What an order has come to."""

    #: The day on which the sale was booked; none while it is not sold.
    sold_on: date | None
    is_cancelled: bool
    #: Standing deliveries by the part that each delivered.
    deliveries: dict[int, Delivery]
    refunded_minor: int
    #: What is still paid ahead, what stands as income, what the seller is still owed of it, and the tax: together all that can be
    #: refunded.
    deferred_minor: int
    income_minor: int
    seller_minor: int
    tax_minor: int

    @property
    def left_minor(self) -> int:
        """Return how much can still be refunded."""
        return self.deferred_minor + self.income_minor + self.seller_minor + self.tax_minor

    @property
    def may_be_delivered(self) -> bool:
        """Say whether it is sold, and what is still to come of it was not refunded."""
        is_refunded = self.refunded_minor and not self.deferred_minor and not self.seller_minor
        return self.sold_on is not None and not self.is_cancelled and not is_refunded


def figures(session: Session, order: SalesOrder) -> Figures:
    """Return the figures of an order; the caller holds its row where it decides on them."""
    payment = session.get(OrderPayment, order.id)
    is_cancelled = session.get(OrderCancellation, order.id) is not None
    refunds = session.scalars(select(OrderRefund).where(OrderRefund.order_id == order.id)).all()
    deliveries = {one.unit: one for one in session.scalars(standing_deliveries().where(Delivery.order_id == order.id))}
    sold_on = payment.paid_on if payment else order.ordered_on if order.paid_by is PaidBy.INVOICE else None
    is_sold = payment is not None or (sold_on is not None and not is_cancelled)
    sold_minor, fee_minor, tax_minor = (order.amount_minor, order.fee_minor, order.tax_minor) if is_sold else (0, 0, 0)
    released_minor = sum(one.released_minor for one in deliveries.values())
    is_listing = session.get_one(Offering, order.offering_id).seller_id is not None
    deferred_minor = 0 if is_listing else sold_minor - tax_minor - released_minor
    income_minor = fee_minor - tax_minor if is_listing else released_minor
    return Figures(
        sold_on=sold_on,
        is_cancelled=is_cancelled,
        deliveries=deliveries,
        refunded_minor=sum(refund.amount_minor for refund in refunds),
        deferred_minor=deferred_minor - sum(refund.deferred_minor for refund in refunds),
        income_minor=income_minor - sum(refund.income_minor for refund in refunds),
        seller_minor=(sold_minor - fee_minor if is_listing else 0) - sum(refund.seller_minor for refund in refunds),
        tax_minor=tax_minor - sum(refund.tax_minor for refund in refunds),
    )


def standing_deliveries() -> Any:
    """Select the deliveries that were not taken back."""
    return select(Delivery).where(~exists().where(DeliveryTakenBack.delivery_id == Delivery.id))


def amount() -> ColumnElement[int]:
    """Return what an order costs."""
    added = case((SalesOrder.is_tax_added, SalesOrder.tax_minor), else_=0)
    return SalesOrder.quantity * SalesOrder.price_minor + added


def refunded() -> ColumnElement[int]:
    """Return what was refunded of an order."""
    return _total(OrderRefund.amount_minor, OrderRefund.order_id == SalesOrder.id)


def refunded_tax() -> ColumnElement[int]:
    """Return the tax in what was refunded of an order."""
    return _total(OrderRefund.tax_minor, OrderRefund.order_id == SalesOrder.id)


def outstanding() -> ColumnElement[int]:
    """Return what is still to be paid of an invoice; nothing for an order by card."""
    received = _total(PaymentReceipt.amount_minor, PaymentReceipt.request_id == SalesOrder.request_id)
    credited = _total(PaymentCredit.amount_minor, PaymentCredit.request_id == SalesOrder.request_id)
    return case((SalesOrder.paid_by == PaidBy.INVOICE, amount() - received - credited), else_=0)


def delivered_units() -> ColumnElement[int]:
    """Return how many parts of an order are delivered."""
    count = select(func.count()).where(
        Delivery.order_id == SalesOrder.id, ~exists().where(DeliveryTakenBack.delivery_id == Delivery.id)
    )
    return count.correlate(SalesOrder).scalar_subquery()


def is_paid_by_card() -> ColumnElement[bool]:
    """Say whether an order was paid by card."""
    return exists().where(OrderPayment.order_id == SalesOrder.id).correlate(SalesOrder)


def is_cancelled() -> ColumnElement[bool]:
    """Say whether an order was cancelled."""
    return exists().where(OrderCancellation.order_id == SalesOrder.id).correlate(SalesOrder)


def is_binding() -> ColumnElement[bool]:
    """Say whether an order is paid by card or invoiced, and neither cancelled nor refunded in full."""
    sold = or_(SalesOrder.paid_by == PaidBy.INVOICE, is_paid_by_card())
    return and_(sold, ~is_cancelled(), refunded() < amount())


def is_paying(now: datetime) -> ColumnElement[bool]:
    """Say whether an order waits for its payment by card."""
    return and_(SalesOrder.holds_until > now, ~is_paid_by_card(), ~is_cancelled())


def holds(now: datetime) -> ColumnElement[bool]:
    """Say whether an order holds its places."""
    return or_(is_binding(), is_paying(now))


def state(now: datetime) -> ColumnElement[str]:
    """Return the state of an order, as the value of a `State`."""
    return case(
        (refunded() >= amount(), State.REFUNDED.value),
        (is_cancelled(), State.CANCELLED.value),
        (
            and_(SalesOrder.paid_by == PaidBy.CARD, ~is_paid_by_card()),
            case((SalesOrder.holds_until > now, State.PAYING.value), else_=State.EXPIRED.value),
        ),
        (outstanding() > 0, State.INVOICED.value),
        (delivered_units() >= SalesOrder.units, State.DELIVERED.value),
        else_=State.PAID.value,
    )


def _total(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.coalesce(func.sum(column), 0)).where(condition).correlate(SalesOrder).scalar_subquery()
