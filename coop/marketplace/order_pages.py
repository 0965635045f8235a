"""A buyer's orders: the list, one of them with its steps, its receipt and its invoice."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.database import db, write
from coop.marketplace import deliveries, listings, order_queries, orders, timeline
from coop.marketplace.blueprint import blueprint
from coop.marketplace.models import OfferingKind
from coop.marketplace.order_models import PaidBy
from coop.marketplace.order_records import OrderPage
from coop.marketplace.standing import State
from coop.payments.cards.checkouts import CheckoutState, state_of
from coop.permissions import NotFound, requires
from coop.signed_in import act_for, actor

Answer = str | Response | tuple[str, int]


@blueprint.get("/as/<uuid:participant_id>/orders")
@requires()
def my_orders(participant_id: UUID) -> str:
    """List what a participant has ordered."""
    act_for(participant_id)
    session = db.session()
    return render_template(
        "marketplace/my_orders.html",
        participant_id=participant_id,
        rows=order_queries.orders_of(session, participant_id),
        is_member=listings.is_member(session, participant_id),
        is_coach=bool(order_queries.sessions_of(session, participant_id)),
    )


@blueprint.get("/as/<uuid:participant_id>/orders/<uuid:order_id>")
@requires()
def my_order(participant_id: UUID, order_id: UUID) -> str:
    """Show an order to its buyer."""
    act_for(participant_id)
    session = db.session()
    page = order_queries.order(session, order_id, buyer_id=participant_id)
    row = page.row
    checkout = state_of(session, page.checkout_id) if page.checkout_id else None
    is_unpaid_invoice = row.state is State.INVOICED and row.outstanding_minor == row.amount_minor
    return render_template(
        "marketplace/my_order.html",
        page=page,
        participant_id=participant_id,
        steps=timeline.steps(page),
        has_receipt=_has_receipt(page),
        may_pay=row.state is State.PAYING and checkout is CheckoutState.OPEN,
        has_failed=row.state is State.PAYING and checkout is CheckoutState.FAILED,
        may_cancel=row.state is State.PAYING or (is_unpaid_invoice and not page.deliveries and not page.refunds),
        may_confirm=row.kind is OfferingKind.LISTING and row.state is State.PAID,
    )


@blueprint.get("/as/<uuid:participant_id>/orders/<uuid:order_id>/receipt")
@requires()
def receipt(participant_id: UUID, order_id: UUID) -> str:
    """Show the receipt of an order that is paid, to print."""
    act_for(participant_id)
    page = order_queries.order(db.session(), order_id, buyer_id=participant_id)
    if not _has_receipt(page):
        raise NotFound
    return render_template("marketplace/receipt.html", page=page, participant_id=participant_id)


@blueprint.get("/as/<uuid:participant_id>/orders/<uuid:order_id>/invoice")
@requires()
def invoice(participant_id: UUID, order_id: UUID) -> str:
    """Show the invoice of an order, to print."""
    act_for(participant_id)
    page = order_queries.order(db.session(), order_id, buyer_id=participant_id)
    if page.row.paid_by is not PaidBy.INVOICE:
        raise NotFound
    return render_template("marketplace/invoice.html", page=page, participant_id=participant_id)


@blueprint.post("/as/<uuid:participant_id>/orders/<uuid:order_id>/cancel")
@requires()
def cancel_order(participant_id: UUID, order_id: UUID) -> Answer:
    """Take back an order that is not paid."""
    who = act_for(participant_id)
    order_queries.order(db.session(), order_id, buyer_id=participant_id)
    write(lambda session: orders.cancel(session, who, order_id=order_id))
    flash(gettext("The order is cancelled. Nothing is owed for it."), "success")
    return redirect(url_for("marketplace.my_order", participant_id=participant_id, order_id=order_id), 303)


@blueprint.post("/as/<uuid:participant_id>/orders/<uuid:order_id>/arrived")
@requires()
def confirm_receipt(participant_id: UUID, order_id: UUID) -> Answer:
    """Say that what a member sold has arrived."""
    who = act_for(participant_id)
    order_queries.order(db.session(), order_id, buyer_id=participant_id)
    write(lambda session: deliveries.confirm_receipt(session, who, order_id=order_id))
    flash(gettext("Thank you for saying so."), "success")
    return redirect(url_for("marketplace.my_order", participant_id=participant_id, order_id=order_id), 303)


@blueprint.get("/orders/<uuid:order_id>/after-payment")
@requires()
def after_payment(order_id: UUID) -> Answer:
    """Send who comes back from the page of a card payment to their order."""
    buyer_id = order_queries.buyer_of(db.session(), order_id)
    if buyer_id is None or buyer_id not in actor().represents:
        raise NotFound
    return redirect(url_for("marketplace.my_order", participant_id=buyer_id, order_id=order_id), 303)


def _has_receipt(page: OrderPage) -> bool:
    """Say whether money arrived for all of an order."""
    row = page.row
    by_bank = row.paid_by is PaidBy.INVOICE and not row.outstanding_minor and page.cancelled_on is None
    return row.paid_on is not None or by_bank
