"""What must hold for the tax of orders, as queries that return what does not.

That an order's tax stands on the tax account, less what was refunded of it, follows from `coop.marketplace.checks`, which compare
every account. Here: that it is the tax of its rate, and that the return counts exactly what was charged, under the order's own rate.
"""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from coop.marketplace.income import SOURCE
from coop.marketplace.models import Offering
from coop.marketplace.order_models import OrderCancellation, OrderPayment, OrderRefund, PaidBy, SalesOrder
from evidence.findings import Finding
from ledger.models import Entry, Posting, TaxCode
from ledger.tax.arithmetic import out_of

_IS_LISTING = exists().where(Offering.id == SalesOrder.offering_id, Offering.seller_id.is_not(None))


def findings(session: Session) -> Iterator[Finding]:
    """Check the tax of orders."""
    yield from _rates(session)
    yield from _supplies(session)


def _rates(session: Session) -> Iterator[Finding]:
    """Look for orders whose tax is not that of their rate."""
    query = select(SalesOrder, _IS_LISTING, TaxCode.rate_bp).join(TaxCode, TaxCode.id == SalesOrder.tax_code_id)
    for order, is_listing, rate_bp in session.execute(query.order_by(SalesOrder.number)):
        base_minor = order.fee_minor if is_listing else order.amount_minor
        expected_minor = out_of(base_minor, rate_bp).tax_minor
        if order.tax_minor != expected_minor:
            yield Finding("order-tax", f"order {order.number}: its tax is {order.tax_minor} and not {expected_minor}")


def _supplies(session: Session) -> Iterator[Finding]:
    """Compare what the return counts for each order with what was charged for it, less what was refunded."""
    counted = _counted(session)
    for order, is_listing, is_sold, refunded_minor in _sales(session):
        charged_minor = order.fee_minor if is_listing else order.amount_minor
        expected_minor = charged_minor - refunded_minor if is_sold and order.tax_code_id else 0
        by_version = counted[order.id]
        found_minor = by_version.pop(order.tax_code_id, 0)
        if found_minor != expected_minor or any(by_version.values()):
            other = sum(by_version.values())
            yield Finding(
                "order-taxed",
                f"order {order.number}: the return counts {found_minor}, under other codes {other}, not {expected_minor}",
            )


def _counted(session: Session) -> defaultdict[UUID, dict[UUID | None, int]]:
    """Return what stands under each version of a tax code for each order, tax included; sales are positive."""
    by_card = and_(Entry.source_kind == "card_payment", Entry.kind == "sale")
    order_id = func.coalesce(OrderPayment.order_id, Entry.source_id)
    rows = session.execute(
        select(order_id, Posting.tax_code_id, func.sum(-Posting.amount_minor))
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .outerjoin(OrderPayment, and_(by_card, OrderPayment.payment_id == Entry.source_id))
        .where(Posting.tax_code_id.is_not(None), or_(Entry.source_kind == SOURCE, OrderPayment.order_id.is_not(None)))
        .group_by(order_id, Posting.tax_code_id)
    )
    counted: defaultdict[UUID, dict[UUID | None, int]] = defaultdict(dict)
    for found, version_id, total in rows:
        counted[found][version_id] = int(total)
    return counted


def _sales(session: Session) -> Iterator[tuple[SalesOrder, bool, bool, int]]:
    """Yield each order with whether a member sells it, whether it is sold, and what of the co-op's supply was refunded."""
    is_paid = exists().where(OrderPayment.order_id == SalesOrder.id)
    is_cancelled = exists().where(OrderCancellation.order_id == SalesOrder.id)
    is_sold = or_(is_paid, and_(SalesOrder.paid_by == PaidBy.INVOICE, ~is_cancelled))
    # A member's part of what was refunded is no supply of the co-op's.
    refunded = select(func.coalesce(func.sum(OrderRefund.amount_minor - OrderRefund.seller_minor), 0)).where(
        OrderRefund.order_id == SalesOrder.id
    )
    query = select(SalesOrder, _IS_LISTING, is_sold, refunded.scalar_subquery()).order_by(SalesOrder.number)
    for order, is_listing, sold, refunded_minor in session.execute(query):
        yield order, is_listing, sold, int(refunded_minor)
