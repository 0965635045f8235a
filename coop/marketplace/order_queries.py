"""Orders as buyers, sellers, coaches and officers see them. Only reads."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from coop import clock
from coop.marketplace import standing
from coop.marketplace.models import Offering, OfferingKind
from coop.marketplace.order_models import (
    Delivery,
    OrderCancellation,
    OrderPayment,
    OrderRefund,
    OrderText,
    PurchaseOrder,
    RefundReason,
    SalesOrder,
)
from coop.marketplace.order_records import DeliveryRow, OrderPage, OrderRow, RefundRow
from coop.marketplace.standing import State, standing_deliveries
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.payments.models import PaymentRequest
from coop.permissions import NotFound
from coop.texts import search_patterns
from ledger import chart
from ledger.models import Account, Posting, TaxCode

PAGE_SIZE = 50


def orders(
    session: Session,
    state: State | None = None,
    *,
    kind: OfferingKind | None = None,
    words: str = "",
    page: int = 1,
) -> Part[OrderRow]:
    """Return a page of all orders, the latest first, searched by number, buyer or title."""
    part = part_of(session, _filtered(state, kind, words), number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def all_orders(
    session: Session, state: State | None = None, *, kind: OfferingKind | None = None, words: str = ""
) -> Iterator[OrderRow]:
    """Return all orders that a list would show, for a file."""
    return (_row(row) for row in session.execute(_filtered(state, kind, words)))


def orders_of(session: Session, participant_id: UUID) -> list[OrderRow]:
    """Return what a participant has ordered, the latest first."""
    return _listed(session, SalesOrder.participant_id == participant_id)


def sales_of(session: Session, participant_id: UUID) -> list[OrderRow]:
    """Return what a member has sold, the latest first; what was never paid is left out."""
    return [row for row in _listed(session, Offering.seller_id == participant_id) if row.paid_on is not None]


def sessions_of(session: Session, participant_id: UUID) -> list[OrderRow]:
    """Return the orders of a coach's sessions that are sold, those with sessions to come first."""
    rows = _listed(session, and_(Offering.coach_id == participant_id, standing.is_binding()))
    return sorted(rows, key=lambda row: row.to_deliver == 0)


def to_deliver(session: Session) -> list[OrderRow]:
    """Return the orders of coaching with sessions to come, the oldest first."""
    return [row for row in reversed(_listed(session, _is_coaching_to_come())) if row.to_deliver]


def undelivered_count(session: Session) -> int:
    """Return how many orders of coaching have sessions to come."""
    return _count(session, _is_coaching_to_come())


def sessions_to_hold(session: Session, participants: Collection[UUID]) -> dict[UUID, int]:
    """Return how many orders wait for sessions of each coach among the participants."""
    rows = session.execute(
        select(Offering.coach_id, func.count())
        .select_from(SalesOrder)
        .join(Offering, Offering.id == SalesOrder.offering_id)
        .where(Offering.coach_id.in_(participants), _is_coaching_to_come())
        .group_by(Offering.coach_id)
    )
    return {coach_id: count for coach_id, count in rows if coach_id is not None}


def order_of_request(session: Session, request_id: UUID) -> UUID | None:
    """Return the order whose invoice a request for payment is, if it is one's."""
    return session.scalar(select(SalesOrder.id).where(SalesOrder.request_id == request_id))


def sellers_in_debt(session: Session) -> list[tuple[str, int]]:
    """Return the sellers who owe the co-op, because a sale was refunded after they were paid: name and amount."""
    total = func.sum(Posting.amount_minor)
    rows = session.execute(
        select(Participant.name, total)
        .join(Posting, Posting.party_ref == Participant.party_ref)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == chart.OWED_TO_SELLERS)
        .group_by(Participant.id, Participant.name, Participant.name_key)
        .having(total > 0)
        .order_by(Participant.name_key, Participant.id)
    )
    return [(name, int(amount_minor)) for name, amount_minor in rows]


def order(session: Session, order_id: UUID, *, buyer_id: UUID | None = None) -> OrderPage:
    """Return an order; with `buyer_id` only one of that buyer.

    Raises:
        NotFound
    """
    query = _orders().where(SalesOrder.id == order_id)
    if buyer_id is not None:
        query = query.where(SalesOrder.participant_id == buyer_id)
    row = session.execute(query).first()
    if row is None:
        raise NotFound
    found = session.get_one(SalesOrder, order_id)
    offering = session.get_one(Offering, found.offering_id)
    request = session.get(PaymentRequest, found.request_id) if found.request_id else None
    cancellation, own = session.get(OrderCancellation, order_id), session.get(PurchaseOrder, order_id)
    coach = session.get(Participant, offering.coach_id) if offering.coach_id else None
    return OrderPage(
        row=_row(row),
        deliveries=tuple(_deliveries(session, order_id)),
        refunds=tuple(_refunds(session, order_id)),
        cancelled_on=cancellation.cancelled_on if cancellation else None,
        checkout_id=found.checkout_id,
        request_id=found.request_id,
        reference=request.reference if request else None,
        purchase_order=own.number if own else "",
        session_minutes=offering.session_minutes,
        coach_id=offering.coach_id,
        coach=coach.name if coach else None,
    )


def buyer_of(session: Session, order_id: UUID) -> UUID | None:
    """Return who ordered; none where there is no such order."""
    return session.scalar(select(SalesOrder.participant_id).where(SalesOrder.id == order_id))


def _deliveries(session: Session, order_id: UUID) -> Iterator[DeliveryRow]:
    query = standing_deliveries().where(Delivery.order_id == order_id).order_by(Delivery.unit)
    for one in session.scalars(query).all():
        coach = session.get(Participant, one.coach_id) if one.coach_id else None
        name = coach.name if coach else None
        yield DeliveryRow(one.id, one.unit, one.delivered_on, one.released_minor, name, one.held_id is not None)


def _refunds(session: Session, order_id: UUID) -> Iterator[RefundRow]:
    query = select(OrderRefund).where(OrderRefund.order_id == order_id).order_by(OrderRefund.recorded_at)
    for one in session.scalars(query).all():
        reason = session.get(RefundReason, one.id)
        to_card = one.card_refund_id is not None
        text = reason.text if reason else ""
        yield RefundRow(one.amount_minor, one.credited_minor, to_card, one.refunded_on, text, one.tax_minor)


def _is_coaching_to_come() -> ColumnElement[bool]:
    return and_(
        exists()
        .where(Offering.id == SalesOrder.offering_id, Offering.kind == OfferingKind.COACHING)
        .correlate(SalesOrder),
        standing.is_binding(),
        standing.delivered_units() < SalesOrder.units,
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(SalesOrder).where(condition)) or 0


def _listed(session: Session, condition: ColumnElement[bool]) -> list[OrderRow]:
    return [_row(row) for row in session.execute(_orders().where(condition).order_by(SalesOrder.number.desc()))]


def _filtered(state: State | None, kind: OfferingKind | None, words: str) -> Select[*tuple[Any, ...]]:
    query = _orders()
    if state is not None:
        query = query.where(standing.state(clock.now()) == state.value)
    if kind is not None:
        query = query.where(Offering.kind == kind)
    for pattern in search_patterns(words):
        named = (Participant.name_key, OrderText.search_text, cast(SalesOrder.number, String))
        query = query.where(or_(*(column.like(pattern, escape="\\") for column in named)))
    return query.order_by(SalesOrder.number.desc())


def _orders() -> Select[*tuple[Any, ...]]:
    own = (SalesOrder.quantity, SalesOrder.price_minor, SalesOrder.fee_minor, SalesOrder.currency, SalesOrder.units)
    return (
        select(
            *(SalesOrder.id, SalesOrder.number, SalesOrder.offering_id, Offering.kind, OrderText.title),
            *(SalesOrder.participant_id, Participant.name.label("buyer"), Offering.seller_id),
            *(OrderText.seller, *own, SalesOrder.ordered_on, SalesOrder.ordered_at, SalesOrder.paid_by),
            *(OrderPayment.paid_on, SalesOrder.due_on, standing.delivered_units().label("delivered")),
            *(standing.refunded().label("refunded_minor"), standing.outstanding().label("outstanding_minor")),
            standing.state(clock.now()).label("state"),
            *(TaxCode.code.label("tax_code"), TaxCode.name.label("tax_name"), TaxCode.rate_bp),
            *(SalesOrder.tax_minor, SalesOrder.is_tax_added, standing.refunded_tax().label("refunded_tax_minor")),
        )
        .select_from(SalesOrder)
        .join(Offering, Offering.id == SalesOrder.offering_id)
        .outerjoin(OrderText, OrderText.order_id == SalesOrder.id)
        .join(Participant, Participant.id == SalesOrder.participant_id)
        .outerjoin(OrderPayment, OrderPayment.order_id == SalesOrder.id)
        .outerjoin(TaxCode, TaxCode.id == SalesOrder.tax_code_id)
    )


def _row(row: Row[*tuple[Any, ...]]) -> OrderRow:
    values = dict(row._mapping)
    # PostgreSQL sums into a Decimal.
    for name in ("refunded_minor", "outstanding_minor", "refunded_tax_minor"):
        values[name] = int(values[name])
    if values["title"] is None:
        values["title"] = values["seller"] = gettext("(the words were erased)")
    return OrderRow(**{**values, "state": State(values["state"])})
