"""Mail about orders: to the buyer, the seller, the coach, and where money is owed to the treasurer."""

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.formats import format_day, format_money
from coop.identity.telling import tell_holders
from coop.marketplace.models import Offering
from coop.marketplace.order_models import OrderRefund, OrderText, SalesOrder
from coop.membership import participants
from coop.outbox import Page
from coop.permissions import Power

_LOCALE = "en_NZ"


def paid(session: Session, order: SalesOrder) -> None:
    """Tell the buyer that their payment arrived, and the seller that they have sold something."""
    participants.tell(
        session,
        order.participant_id,
        key=f"order-paid:{order.id}",
        subject=gettext("Order %(number)s is paid", number=order.number),
        text=gettext(
            "Thank you. %(amount)s for “%(title)s” has arrived. Your receipt stands on the page of the order.",
            amount=_money(order.amount_minor, order),
            title=_title(session, order),
        ),
        page=_page(order),
    )
    seller_id = session.get_one(Offering, order.offering_id).seller_id
    if seller_id is not None:
        participants.tell(
            session,
            seller_id,
            key=f"order-sold:{order.id}",
            subject=gettext("Sold: %(title)s", title=_title(session, order)),
            text=gettext(
                "Somebody has bought it and paid %(amount)s. The co-op keeps its fee of %(fee)s; the rest is owed to you "
                "and paid to your bank account. Your sales page says who the buyer is: deliver it to them.",
                amount=_money(order.amount_minor, order),
                fee=_money(order.fee_minor, order),
            ),
            page=Page("marketplace.my_sales", {"participant_id": seller_id}),
        )


def invoiced(session: Session, order: SalesOrder) -> None:
    """Tell the buyer that there is an invoice."""
    assert order.due_on is not None, "an invoice has a date by which it is due"
    participants.tell(
        session,
        order.participant_id,
        key=f"order-invoiced:{order.id}",
        subject=gettext("Invoice %(number)s", number=order.number),
        text=gettext(
            "Thank you for ordering “%(title)s”. Please pay %(amount)s by %(day)s. The invoice, with our bank account and the "
            "payment reference, stands on the page of the order.",
            title=_title(session, order),
            amount=_money(order.amount_minor, order),
            day=format_day(order.due_on, _LOCALE),
        ),
        page=_page(order),
    )


def booked(session: Session, order: SalesOrder) -> None:
    """Tell a coach that their sessions are booked."""
    coach_id = session.get_one(Offering, order.offering_id).coach_id
    if coach_id is not None:
        participants.tell(
            session,
            coach_id,
            key=f"order-booked:{order.id}",
            subject=gettext("Coaching is booked"),
            text=gettext(
                "“%(title)s”: %(sessions)s of your sessions are booked. Agree on a time with the buyer, and confirm each "
                "session once it was held.",
                title=_title(session, order),
                sessions=order.units,
            ),
            page=Page("marketplace.my_sessions", {"participant_id": coach_id}),
        )


def refunded(session: Session, order: SalesOrder, refund: OrderRefund, *, came_too_late: bool = False) -> None:
    """Tell the buyer what they get back and how; tell the treasurer what has to be paid back by bank."""
    owed_minor = 0 if refund.card_refund_id else refund.amount_minor - refund.credited_minor
    words = []
    if came_too_late:
        words.append(gettext("Your payment arrived after the place was gone, so you get all of it back. We are sorry."))
    if refund.card_refund_id:
        words.append(gettext("%(amount)s goes back to your card.", amount=_money(refund.amount_minor, order)))
    if refund.credited_minor:
        words.append(
            gettext("You need not pay %(amount)s of the invoice.", amount=_money(refund.credited_minor, order))
        )
    if owed_minor:
        words.append(
            gettext("%(amount)s is owed to you; the treasurer pays it by bank.", amount=_money(owed_minor, order))
        )
    participants.tell(
        session,
        order.participant_id,
        key=f"order-refunded:{refund.id}",
        subject=gettext("Order %(number)s: a refund", number=order.number),
        text=" ".join(words),
        page=_page(order),
    )
    if owed_minor:
        tell_holders(
            session,
            [Power.TREASURER],
            key=f"order-owed:{refund.id}",
            subject=gettext("To be paid back: %(amount)s", amount=_money(owed_minor, order)),
            text=gettext(
                "The buyer of order %(number)s had paid by bank. The refund is booked as owed to them: it stands under "
                "Payments out, Clients.",
                number=order.number,
            ),
            page=Page("payouts.overview", {}),
        )


def _page(order: SalesOrder) -> Page:
    return Page("marketplace.my_order", {"participant_id": order.participant_id, "order_id": order.id})


def _title(session: Session, order: SalesOrder) -> str:
    text = session.get(OrderText, order.id)
    return text.title if text else str(gettext("(the words were erased)"))


def _money(amount_minor: int, order: SalesOrder) -> str:
    return format_money(amount_minor, order.currency, _LOCALE)
