"""The invariants of the marketplace, as queries that return what is wrong.

Each order must stand in the books to the cent, account by account and party by party, as its rows say: what was paid, delivered and
refunded. So what is paid ahead, and what coaches and sellers are owed, follows from the orders. Business with members and with others
is one sum here, for who was a member when says the register; but neither is ever less than nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop.marketplace import tax_checks
from coop.marketplace.income import OF_MEMBERS, SOURCE
from coop.marketplace.models import Offering, OfferingKind
from coop.marketplace.order_models import (
    Delivery,
    DeliveryTakenBack,
    OrderCancellation,
    OrderPayment,
    OrderRefund,
    PaidBy,
    SalesOrder,
)
from coop.marketplace.standing import amount, is_binding, is_cancelled, refunded, standing_deliveries
from coop.membership.models import Participant
from coop.payments.cards.models import CardPayment, CardRefund
from coop.payments.models import PaymentCredit
from evidence.findings import Finding
from ledger import chart
from ledger.models import Account, Entry, Posting

#: Amounts by account and by whom they are about.
Sums = Counter[tuple[str, UUID | None]]
_OF_OTHERS = {of_others: of_members for of_members, of_others in chart.OF_OTHERS.items()}


def findings(session: Session) -> list[Finding]:
    """Check the marketplace."""
    checks = (_booked, _overdrawn, _strays, _deliveries, _refunds, _credits, _places, _numbers, tax_checks.findings)
    return [finding for check in checks for finding in check(session)]


def _booked(session: Session) -> Iterator[Finding]:
    """Compare what the books hold about each order with what its rows say."""
    held = _in_the_books(session)
    for number, order_id, expected in _by_the_rows(session):
        found = held.get(order_id, Counter())
        for code, party in sorted({*expected, *found}, key=str):
            difference = found[code, party] - expected[code, party]
            if difference:
                yield Finding("order-not-booked", f"order {number}: account {code} is out by {difference}")


def _in_the_books(session: Session) -> dict[UUID, Sums]:
    by_card = and_(Entry.source_kind == "card_payment", Entry.kind == "sale")
    order_id = func.coalesce(OrderPayment.order_id, Entry.source_id)
    rows = session.execute(
        select(order_id, Account.code, Posting.party_ref, func.sum(Posting.amount_minor))
        .select_from(Entry)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(OrderPayment, and_(by_card, OrderPayment.payment_id == Entry.source_id))
        .where(or_(Entry.source_kind == SOURCE, OrderPayment.order_id.is_not(None)))
        .group_by(order_id, Account.code, Posting.party_ref)
    )
    held: dict[UUID, Sums] = defaultdict(Counter)
    for found, code, party, total in rows:
        held[found][_OF_OTHERS.get(code, code), party] += int(total)
    return held


def _overdrawn(session: Session) -> Iterator[Finding]:
    """Look for orders of which more income was taken back from an account than stood there."""
    rows = session.execute(
        select(SalesOrder.number, Account.code)
        .join(Entry, and_(Entry.source_kind == SOURCE, Entry.source_id == SalesOrder.id))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code.in_(chart.PATRONAGE_SOURCES))
        .group_by(SalesOrder.number, Account.code)
        .having(func.sum(Posting.amount_minor) > 0)
    )
    for number, code in rows:
        yield Finding("order-income", f"order {number}: more was taken back from account {code} than stood there")


def _by_the_rows(session: Session) -> Iterator[tuple[int, UUID, Sums]]:
    buyer, seller = aliased(Participant), aliased(Participant)
    deliveries, refunds = _by_order(session, standing_deliveries()), _by_order(session, select(OrderRefund))
    parties: dict[UUID, UUID] = dict(session.execute(select(Participant.id, Participant.party_ref)).all())
    rows = session.execute(
        select(SalesOrder, Offering.kind, buyer.party_ref, seller.party_ref, CardPayment, OrderCancellation)
        .join(Offering, Offering.id == SalesOrder.offering_id)
        .join(buyer, buyer.id == SalesOrder.participant_id)
        .outerjoin(seller, seller.id == Offering.seller_id)
        .outerjoin(OrderPayment, OrderPayment.order_id == SalesOrder.id)
        .outerjoin(CardPayment, CardPayment.id == OrderPayment.payment_id)
        .outerjoin(OrderCancellation, OrderCancellation.order_id == SalesOrder.id)
        .order_by(SalesOrder.number)
    )
    for order, kind, buyer_ref, seller_ref, payment, cancellation in rows:
        sums: Sums = Counter()
        _add_money(sums, order, payment, cancellation, buyer_ref)
        if sums:
            _add_sale(sums, order, kind, buyer_ref, seller_ref)
        for delivery in deliveries[order.id]:
            _add_delivery(sums, delivery, kind, buyer_ref, parties)
        for refund in refunds[order.id]:
            _add_refund(sums, refund, kind, buyer_ref, seller_ref)
        yield order.number, order.id, sums


def _add_money(
    sums: Sums, order: SalesOrder, payment: CardPayment | None, cancellation: OrderCancellation | None, buyer: UUID
) -> None:
    if payment is not None:
        fee_minor = payment.fee_minor or 0
        sums[chart.STRIPE_BALANCE, None] = order.amount_minor - fee_minor
        sums[chart.PROCESSING_FEES, None] = fee_minor
    elif order.paid_by is PaidBy.INVOICE and cancellation is None:
        sums[chart.RECEIVABLE, buyer] = order.amount_minor


def _add_sale(sums: Sums, order: SalesOrder, kind: OfferingKind, buyer: UUID, seller: UUID | None) -> None:
    if kind is OfferingKind.LISTING:
        sums[chart.OWED_TO_SELLERS, seller] -= order.amount_minor - order.fee_minor
        sums[OF_MEMBERS[kind], seller] -= order.fee_minor - order.tax_minor
    else:
        sums[chart.DEFERRED_INCOME, buyer] -= order.amount_minor - order.tax_minor
    sums[chart.TAX, None] -= order.tax_minor


def _add_delivery(sums: Sums, delivery: Delivery, kind: OfferingKind, buyer: UUID, parties: dict[UUID, UUID]) -> None:
    sums[chart.DEFERRED_INCOME, buyer] += delivery.released_minor
    sums[OF_MEMBERS[kind], buyer] -= delivery.released_minor
    if delivery.coach_id is not None:
        sums[chart.COACHES, None] += delivery.coach_fee_minor or 0
        sums[chart.OWED_TO_COACHES, parties[delivery.coach_id]] -= delivery.coach_fee_minor or 0


def _add_refund(sums: Sums, refund: OrderRefund, kind: OfferingKind, buyer: UUID, seller: UUID | None) -> None:
    sums[chart.DEFERRED_INCOME, buyer] += refund.deferred_minor
    sums[chart.OWED_TO_SELLERS, seller] += refund.seller_minor
    sums[OF_MEMBERS[kind], seller or buyer] += refund.income_minor
    sums[chart.TAX, None] += refund.tax_minor
    sums[chart.RECEIVABLE, buyer] -= refund.credited_minor
    rest_minor = refund.amount_minor - refund.credited_minor
    if refund.card_refund_id is not None:
        sums[chart.STRIPE_BALANCE, None] -= rest_minor
    else:
        sums[chart.OWED_TO_CLIENTS, buyer] -= rest_minor


def _by_order(session: Session, query: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.order_id].append(row)
    return found


def _strays(session: Session) -> Iterator[Finding]:
    strays = session.scalars(
        select(Entry.id).where(Entry.source_kind == SOURCE, ~exists().where(SalesOrder.id == Entry.source_id))
    )
    for entry_id in strays:
        yield Finding("order-entry-stray", f"entry {entry_id} names an order that does not exist")


def _deliveries(session: Session) -> Iterator[Finding]:
    stands = ~exists().where(DeliveryTakenBack.delivery_id == Delivery.id)
    rows = session.execute(
        select(SalesOrder.number, Delivery.unit, func.count())
        .join(SalesOrder, SalesOrder.id == Delivery.order_id)
        .where(stands)
        .group_by(SalesOrder.number, SalesOrder.units, Delivery.unit)
        .having(or_(func.count() > 1, Delivery.unit > SalesOrder.units))
    )
    for number, unit, count in rows:
        yield Finding("order-delivered", f"order {number}: part {unit} is delivered {count} times, or is none of it")


def _refunds(session: Session) -> Iterator[Finding]:
    for number in session.scalars(select(SalesOrder.number).where(refunded() > amount())):
        yield Finding("order-refunded", f"more was refunded of order {number} than it cost")
    rows = session.execute(
        select(SalesOrder.number)
        .join(OrderRefund, OrderRefund.order_id == SalesOrder.id)
        .outerjoin(OrderPayment, OrderPayment.order_id == SalesOrder.id)
        .outerjoin(CardRefund, CardRefund.id == OrderRefund.card_refund_id)
        .where(
            or_(
                (OrderPayment.order_id.is_(None)) != (OrderRefund.card_refund_id.is_(None)),
                CardRefund.amount_minor != OrderRefund.amount_minor,
                CardRefund.payment_id != OrderPayment.payment_id,
            )
        )
    )
    for (number,) in rows:
        yield Finding("order-refund-card", f"a refund of order {number} is not the one of its card payment")


def _credits(session: Session) -> Iterator[Finding]:
    """Compare what was taken off each invoice with what was refunded of it, or with all of it where it was cancelled."""
    credited = (
        select(func.coalesce(func.sum(PaymentCredit.amount_minor), 0))
        .where(PaymentCredit.request_id == SalesOrder.request_id)
        .scalar_subquery()
    )
    notes = (
        select(func.coalesce(func.sum(OrderRefund.credited_minor), 0))
        .where(OrderRefund.order_id == SalesOrder.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(SalesOrder, is_cancelled(), credited, notes).where(SalesOrder.paid_by == PaidBy.INVOICE)
    )
    for order, cancelled, off_minor, noted_minor in rows:
        if int(off_minor) != (order.amount_minor if cancelled else int(noted_minor)):
            yield Finding("order-credited", f"invoice {order.number}: what was credited is not what was refunded")


def _places(session: Session) -> Iterator[Finding]:
    held = (
        select(func.coalesce(func.sum(SalesOrder.quantity), 0))
        .where(SalesOrder.offering_id == Offering.id, is_binding())
        .scalar_subquery()
    )
    for offering_id in session.scalars(select(Offering.id).where(Offering.places < held)):
        yield Finding("offering-oversold", f"offering {offering_id} has more orders than places")


def _numbers(session: Session) -> Iterator[Finding]:
    """Numbers are given out one after the other: an invoice that was there cannot vanish."""
    for expected, number in enumerate(session.scalars(select(SalesOrder.number).order_by(SalesOrder.number)), start=1):
        if number != expected:
            yield Finding("order-number", f"number {number} stands where number {expected} should")
            return
