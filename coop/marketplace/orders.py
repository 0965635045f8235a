"""Ordering, and taking an order back before it is paid.

The offering's row is held while its places are counted, so of two who want the last one gets it. An order copies the price, the
title, and whether the buyer was a member; by card it holds its places until the checkout ends, by invoice it is sold at once. A
participant has at most one order of an offering that waits for its payment, so nobody holds all places without paying.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.marketplace import bookings, errors, notices, offers, quotes
from coop.marketplace.models import Offering, OfferingWords
from coop.marketplace.order_models import OrderCancellation, OrderText, PaidBy, PurchaseOrder, SalesOrder
from coop.marketplace.quotes import Quote
from coop.marketplace.standing import figures, is_paying
from coop.membership.models import Participant, ParticipantKind
from coop.payments.cards import checkouts
from coop.payments.operations import credit, received_minor, request_payment
from coop.permissions import Actor, NotFound, Power
from coop.texts import fold, line
from evidence.identifiers import new_id, new_ref

#: The purpose under which payments by card are told here.
PURPOSE = "order"
#: How long a buyer has to pay by card.
TIME_TO_PAY = timedelta(hours=1)
LONGEST_PURCHASE_ORDER = 40
#: An invoice is due on this day of the next month.
DUE_DAY = 20


@dataclass(frozen=True)
class Placed:
    """An order that was placed: it is paid at the checkout, or under the request."""

    order_id: UUID
    checkout_id: UUID | None
    request_id: UUID | None


def place(
    session: Session,
    actor: Actor,
    *,
    participant_id: UUID,
    offering_id: UUID,
    quantity: int = 1,
    by: PaidBy,
    po_number: str | None = None,
    seen_minor: int | None = None,
    form_token: UUID | None = None,
) -> Placed:
    """Order something for a participant.

    `seen_minor` is the sum that the buyer was shown; another one is refused. The same form sent again returns the order that
    stands already, and so does the same order while the first one waits for its payment by card.

    Raises:
        NotFound, OrderFormUsed, OrderWaiting, Withdrawn, CohortBegun, OwnListing, NotForThisKind, QuantityOutOfRange, SoldOut, TooFewLeft,
        PriceChanged, InvoiceForOrganisations, PurchaseOrderMissing, TextTooLong
        NoSuchTaxCode: the tax code of the offering has no rate today.
    """
    actor.need_to_act_for(participant_id)
    offering = offers.locked(session, offering_id)
    token = form_token or new_ref()
    known = session.scalar(select(SalesOrder).where(SalesOrder.form_token == token))
    if known is not None:
        if (known.participant_id, known.offering_id, known.quantity) != (participant_id, offering_id, quantity):
            raise errors.OrderFormUsed
        return Placed(known.id, known.checkout_id, known.request_id)
    waiting = waiting_order(session, participant_id, offering_id)
    if waiting is not None:
        is_same = by is PaidBy.CARD and waiting.quantity == quantity and seen_minor in {None, waiting.amount_minor}
        if not is_same:
            raise errors.OrderWaiting(waiting.number)
        return Placed(waiting.id, waiting.checkout_id, waiting.request_id)
    # Held until the order stands: one number after the other, and taxed as the co-op is registered at that moment.
    session.refresh(cooperative.current(session), with_for_update=True)
    found = quotes.quote(session, offering, participant_id=participant_id, quantity=quantity)
    if seen_minor is not None and seen_minor != found.amount_minor:
        raise errors.PriceChanged(seen_minor, found.amount_minor, found.currency)
    buyer = session.get_one(Participant, participant_id)
    number = check_invoice(offering, buyer.kind, po_number) if by is PaidBy.INVOICE else ""
    order = _add(session, offering, buyer, found, by, token)
    if by is PaidBy.INVOICE:
        if number:
            session.add(PurchaseOrder(order_id=order.id, number=number))
        bookings.invoiced(session, actor, order)
        notices.invoiced(session, order)
        notices.booked(session, order)
    audit.record(
        session,
        actor,
        "order.placed",
        subject=order.id,
        facts={"offering": offering_id, "number": order.number, "amount_minor": order.amount_minor, "by": by.value},
    )
    return Placed(order.id, order.checkout_id, order.request_id)


def cancel(session: Session, actor: Actor, *, order_id: UUID) -> None:
    """Take an order back before anything of it was paid or delivered: its buyer, or an officer.

    Its checkout ends with it. A payment that arrives all the same is refunded in full.

    Raises:
        NotFound, AlreadyCancelled, NotCancellable, PowerMissing
    """
    checkout_id = session.scalar(select(SalesOrder.checkout_id).where(SalesOrder.id == order_id))
    if checkout_id is not None:
        checkouts.lock(session, checkout_id)
    order = locked(session, order_id)
    power = None
    if order.participant_id not in actor.represents:
        power = actor.need(Power.SECRETARY, Power.BOARD, Power.TREASURER)
    stand = figures(session, order)
    if stand.is_cancelled:
        raise errors.AlreadyCancelled(order.number)
    is_paid = order.paid_by is PaidBy.CARD and stand.sold_on is not None
    if is_paid or stand.deliveries or stand.refunded_minor:
        raise errors.NotCancellable(order.number)
    today = cooperative.today(session)
    if order.request_id is not None:
        credit(session, request_id=order.request_id, most_minor=order.amount_minor)
        if received_minor(session, order.request_id):
            # The request's row is held now, so nothing arrives after this look.
            raise errors.NotCancellable(order.number)
        bookings.cancelled(session, actor, order, cancelled_on=today)
    session.add(OrderCancellation(order_id=order_id, cancelled_on=today, cancelled_at=clock.now()))
    session.flush()
    if checkout_id is not None:
        checkouts.end(session, checkout_id)
    audit.record(session, actor, "order.cancelled", subject=order_id, power=power, facts={"number": order.number})


def waiting_order(session: Session, participant_id: UUID, offering_id: UUID) -> SalesOrder | None:
    """Return a participant's order of an offering that waits for its payment by card. Decided on while the offering is held."""
    query = select(SalesOrder).where(
        SalesOrder.participant_id == participant_id, SalesOrder.offering_id == offering_id, is_paying(clock.now())
    )
    return session.scalar(query.order_by(SalesOrder.number).limit(1))


def locked(session: Session, order_id: UUID) -> SalesOrder:
    """Return an order and hold its row until the transaction ends: what becomes of it is decided under this lock.

    Raises:
        NotFound
    """
    order = session.get(SalesOrder, order_id, with_for_update=True)
    if order is None:
        raise NotFound
    return order


def check_invoice(offering: Offering, kind: ParticipantKind, po_number: str | None) -> str:
    """Check that a buyer may pay by invoice, and return their purchase order number in its normal form.

    Raises:
        InvoiceForOrganisations, PurchaseOrderMissing, TextTooLong
    """
    if kind is ParticipantKind.INDIVIDUAL or offering.seller_id is not None:
        raise errors.InvoiceForOrganisations
    number = line(po_number or "", about="po_number", longest=LONGEST_PURCHASE_ORDER, least=0)
    if kind is ParticipantKind.ENTERPRISE and not number:
        raise errors.PurchaseOrderMissing
    return number


def due_on(ordered_on: date) -> date:
    """Return when an invoice is due: the 20th of the next month."""
    year, month = divmod(ordered_on.year * 12 + ordered_on.month, 12)
    return date(year, month + 1, DUE_DAY)


def _add(
    session: Session, offering: Offering, buyer: Participant, found: Quote, by: PaidBy, form_token: UUID
) -> SalesOrder:
    house = cooperative.current(session)
    title = session.get_one(OfferingWords, offering.id).title
    order_id, now, today = new_id(), clock.now(), cooperative.today(session)
    checkout_id = request_id = None
    if by is PaidBy.CARD:
        checkout_id = checkouts.begin(
            session,
            participant_id=buyer.id,
            amount_minor=found.amount_minor,
            description=title,
            purpose=PURPOSE,
            subject_id=order_id,
            expires_at=now + TIME_TO_PAY,
        )
    else:
        request_id = request_payment(
            session, participant_id=buyer.id, amount_minor=found.amount_minor, account_code=bookings.RECEIVABLE
        ).id
    order = SalesOrder(
        id=order_id,
        number=(session.scalar(select(func.max(SalesOrder.number))) or 0) + 1,
        offering_id=offering.id,
        participant_id=buyer.id,
        was_member=found.is_member,
        quantity=found.quantity,
        price_minor=found.price_minor,
        currency=found.currency,
        units=found.units,
        fee_minor=found.fee_minor,
        ordered_on=today,
        ordered_at=now,
        paid_by=by,
        form_token=form_token,
        checkout_id=checkout_id,
        holds_until=now + TIME_TO_PAY if checkout_id else None,
        request_id=request_id,
        due_on=due_on(today) if request_id else None,
        tax_code_id=found.tax.version_id if found.tax else None,
        tax_minor=found.tax_minor,
        is_tax_added=found.tax is not None and found.tax.is_added,
    )
    try:
        with session.begin_nested():
            session.add(order)
    except IntegrityError as error:
        # An order of something else took the token after we looked: an altered form.
        raise errors.OrderFormUsed from error
    seller = session.get_one(Participant, offering.seller_id).name if offering.seller_id else house.name
    session.add(OrderText(order_id=order_id, title=title, seller=seller, search_text=fold(title)))
    session.flush()
    return order
