"""How what is sold stands in the books. Only this module knows the accounts.

What is paid ahead is a liability until it is delivered; then it is income that names the buyer, from which patronage is read. Of a
member's sale only the fee is income, and it names the seller, whose agent the co-op is. A coach is owed their fee on delivery.
Income stands apart by whether whom it names was a member on the day it was earned; a refund takes back what stands, the oldest first.

A sale carries its tax on the day of the invoice or of the payment: what is paid ahead, or the co-op's fee, is net, and the tax stands
on its account, both under the code that the order keeps. A delivery moves the net amount, and it is no supply of its own.

Whatever is income names the order, and so does the refund that takes it back: the ledger follows a refund to its sale by that.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock
from coop.marketplace.income import SOURCE, earned_on, taken_back
from coop.marketplace.models import Offering
from coop.marketplace.order_models import Delivery, OrderRefund, SalesOrder
from coop.marketplace.sales_tax import tax_of
from coop.membership.models import Participant
from coop.payments.cards.checkouts import PaidCheckout
from coop.permissions import Actor
from ledger import chart
from ledger.models import Entry
from ledger.posting import Draft, Line, post, reverse

#: What an invoice asks for is owed by the buyer until it arrives.
RECEIVABLE = chart.RECEIVABLE


def sold_by_card(session: Session, actor: Actor, order: SalesOrder, paid: PaidCheckout) -> None:
    """Book what was paid by card; a fee that is not known yet is booked when it is.

    The payment's entry names the payment. The co-op's fee of a member's sale is an entry of its own, for it names the order.
    """
    fee_minor = paid.fee_minor or 0
    lines = [
        Line(chart.STRIPE_BALANCE, paid.amount_minor - fee_minor),
        Line(chart.PROCESSING_FEES, fee_minor),
        *_owed_for(session, order),
    ]
    text = gettext("Order %(number)s paid by card", number=order.number)
    source = ("card_payment", paid.payment_id)
    _post(session, actor, order, lines, "sale", text, paid.paid_on, f"order-sale:{order.id}", source=source)
    text = gettext("Order %(number)s, marketplace fee", number=order.number)
    commission = _commission(session, order, paid.paid_on)
    _post(session, actor, order, commission, "commission", text, paid.paid_on, f"order-commission:{order.id}")


def invoiced(session: Session, actor: Actor, order: SalesOrder) -> None:
    """Book what a buyer owes for an order."""
    lines = [
        Line(RECEIVABLE, order.amount_minor, _party(session, order.participant_id)),
        *_owed_for(session, order),
        *_commission(session, order, order.ordered_on),
    ]
    text = gettext("Invoice %(number)s", number=order.number)
    _post(session, actor, order, lines, "invoice", text, order.ordered_on, _invoice_key(order.id))


def cancelled(session: Session, actor: Actor, order: SalesOrder, *, cancelled_on: date) -> None:
    """Take back the booking of an invoice."""
    text = gettext("Invoice %(number)s cancelled", number=order.number)
    _reverse(session, actor, _invoice_key(order.id), text, cancelled_on)


def delivered(session: Session, actor: Actor, order: SalesOrder, delivery: Delivery) -> None:
    """Turn a part of what was paid ahead into income, and owe the coach their fee."""
    offering = session.get_one(Offering, order.offering_id)
    buyer = _party(session, order.participant_id)
    lines = [
        Line(chart.DEFERRED_INCOME, delivery.released_minor, buyer),
        Line(earned_on(session, offering.kind, buyer, delivery.delivered_on), -delivery.released_minor, buyer),
    ]
    if delivery.coach_id is not None and delivery.coach_fee_minor is not None:
        coach = _party(session, delivery.coach_id)
        lines += [
            Line(chart.COACHES, delivery.coach_fee_minor),
            Line(chart.OWED_TO_COACHES, -delivery.coach_fee_minor, coach),
        ]
    text = gettext("Order %(number)s, part %(unit)s delivered", number=order.number, unit=delivery.unit)
    _post(session, actor, order, lines, "delivery", text, delivery.delivered_on, _delivery_key(delivery.id))


def delivery_taken_back(
    session: Session, actor: Actor, order: SalesOrder, delivery: Delivery, *, taken_back_on: date
) -> None:
    """Take back the booking of a delivery."""
    text = gettext("Order %(number)s, part %(unit)s was not delivered", number=order.number, unit=delivery.unit)
    _reverse(session, actor, _delivery_key(delivery.id), text, taken_back_on)


def refunded(session: Session, actor: Actor, order: SalesOrder, refund: OrderRefund) -> None:
    """Book a refund: from where the money stands, to the card, off the invoice, or as owed to the buyer."""
    offering = session.get_one(Offering, order.offering_id)
    buyer = _party(session, order.participant_id)
    seller = _party(session, offering.seller_id) if offering.seller_id else None
    rest_minor, code = refund.amount_minor - refund.credited_minor, _tax_code(session, order)
    lines = [
        Line(chart.DEFERRED_INCOME, refund.deferred_minor, buyer, tax=code),
        Line(chart.OWED_TO_SELLERS, refund.seller_minor, seller),
        *(replace(line, tax=code) for line in taken_back(session, order, offering.kind, seller or buyer, refund)),
        Line(chart.TAX, refund.tax_minor, tax=code),
        Line(RECEIVABLE, -refund.credited_minor, buyer),
        Line(chart.STRIPE_BALANCE, -rest_minor)
        if refund.card_refund_id
        else Line(chart.OWED_TO_CLIENTS, -rest_minor, buyer),
    ]
    text = gettext("Order %(number)s refunded", number=order.number)
    _post(session, actor, order, lines, "refund", text, refund.refunded_on, f"order-refund:{refund.id}")


def _owed_for(session: Session, order: SalesOrder) -> list[Line]:
    """Return the credit side of a sale: what the co-op has to deliver, with its tax, or owes to the seller."""
    offering = session.get_one(Offering, order.offering_id)
    if offering.seller_id is None:
        buyer = _party(session, order.participant_id)
        return _supplied(session, order, Line(chart.DEFERRED_INCOME, -order.amount_minor, buyer))
    return [Line(chart.OWED_TO_SELLERS, -order.amount_minor, _party(session, offering.seller_id))]


def _commission(session: Session, order: SalesOrder, earned: date) -> list[Line]:
    """Return how the co-op's fee goes off what a seller is owed; nothing for what the co-op sells itself."""
    offering = session.get_one(Offering, order.offering_id)
    if offering.seller_id is None:
        return []
    seller = _party(session, offering.seller_id)
    income = Line(earned_on(session, offering.kind, seller, earned), -order.fee_minor, seller)
    return [Line(chart.OWED_TO_SELLERS, order.fee_minor, seller), *_supplied(session, order, income)]


def _supplied(session: Session, order: SalesOrder, line: Line) -> list[Line]:
    """Split the credit of what the co-op supplies into what it is without tax and its tax, both under the code of the order."""
    code = _tax_code(session, order)
    net_minor = line.amount_minor + order.tax_minor
    return [replace(line, amount_minor=net_minor, tax=code), Line(chart.TAX, -order.tax_minor, tax=code)]


def _tax_code(session: Session, order: SalesOrder) -> str | None:
    tax = tax_of(session, order)
    return tax.code if tax else None


def _post(
    session: Session,
    actor: Actor,
    order: SalesOrder,
    lines: Sequence[Line],
    kind: str,
    text: str,
    booked_on: date,
    key: str,
    *,
    source: tuple[str, UUID] | None = None,
) -> None:
    """Post an entry without its lines of nothing; of nothing but those there is none.

    An order causes it, or the payment itself where it is paid by card.
    """
    lines = [line for line in lines if line.amount_minor]
    if not lines:
        return
    source_kind, source_id = source or (SOURCE, order.id)
    draft = Draft(
        booked_on=booked_on,
        text=text,
        kind=kind,
        currency=order.currency,
        lines=lines,
        idempotency_key=key,
        source_kind=source_kind,
        source_id=source_id,
        taxed_under=order.tax_code_id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)


def _reverse(session: Session, actor: Actor, key: str, text: str, booked_on: date) -> None:
    entry_id = session.scalar(select(Entry.id).where(Entry.idempotency_key == key))
    if entry_id is not None:
        reverse(session, entry_id, booked_on=booked_on, text=text, now=clock.now(), recorded_by=actor.person_id)


def _party(session: Session, participant_id: UUID) -> UUID:
    return session.get_one(Participant, participant_id).party_ref


def _invoice_key(order_id: UUID) -> str:
    return f"order-invoice:{order_id}"


def _delivery_key(delivery_id: UUID) -> str:
    return f"delivery:{delivery_id}"
