"""Orders as officers see them: the list, what waits to be delivered, confirming a session, refunding."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.books.surplus.words import rate
from coop.database import db, write
from coop.downloads import csv_file
from coop.marketplace import deliveries, order_queries, orders, queries, refunds, timeline
from coop.marketplace.blueprint import blueprint
from coop.marketplace.forms import DeliveryForm, RefundForm
from coop.marketplace.models import OfferingKind
from coop.marketplace.order_models import SalesOrder
from coop.marketplace.standing import State, figures
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH
from evidence.currencies import decimal_text
from evidence.identifiers import new_ref

Answer = str | Response | tuple[str, int]

_OFFICERS = (Power.SECRETARY, Power.BOARD)
_READERS = (Power.SECRETARY, Power.BOARD, Power.TREASURER, Power.AUDITOR)


def _asked() -> tuple[State | None, OfferingKind | None, str]:
    state = next((one for one in State if one.value == request.args.get("state")), None)
    kind = next((one for one in OfferingKind if one.value == request.args.get("kind")), None)
    return state, kind, request.args.get("q", "")[:LONGEST_SEARCH]


@blueprint.get("/orders")
@requires(*_READERS)
def order_list() -> str:
    """List all orders."""
    session, (state, kind, words) = db.session(), _asked()
    part = order_queries.orders(session, state, kind=kind, words=words, page=requested_page())
    return render_template(
        "marketplace/orders.html",
        part=part,
        pager=pager(part),
        words=words,
        state=state.value if state else "",
        states=[("", gettext("All")), *((one.value, gettext(one.label)) for one in State)],
        kind=kind.value if kind else "",
        kinds=[("", gettext("Everything")), *((one.value, gettext(one.label)) for one in OfferingKind)],
        in_debt=order_queries.sellers_in_debt(session) if Power.TREASURER in actor().powers else [],
        currency=cooperative.current(session).currency,
    )


@blueprint.get("/orders.csv")
@requires(*_READERS)
def order_file() -> Response:
    """Download the orders of the list."""
    state, kind, words = _asked()
    columns = ["number", "ordered_on", "kind", "title", "buyer", "seller", "quantity", "price", "amount", "fee"]
    columns += ["refunded", "outstanding", "currency", "paid_by", "paid_on", "due_on", "units", "delivered", "state"]
    columns += ["tax_code", "tax_rate", "tax", "refunded_tax"]
    rows = (
        (
            *(row.number, row.ordered_on, row.kind.value, row.title, row.buyer, row.member_seller or "", row.quantity),
            *(
                decimal_text(amount_minor, row.currency)
                for amount_minor in (row.price_minor, row.amount_minor, row.fee_minor, row.refunded_minor)
            ),
            *(decimal_text(row.outstanding_minor, row.currency), row.currency, row.paid_by.value, row.paid_on or ""),
            *(row.due_on or "", row.units, row.delivered, row.state.value),
            *(row.tax_code or "", "" if row.rate_bp is None else rate(row.rate_bp)),
            *(decimal_text(minor, row.currency) for minor in (row.tax_minor, row.refunded_tax_minor)),
        )
        for row in order_queries.all_orders(db.session(), state, kind=kind, words=words)
    )
    return csv_file(f"orders-{cooperative.today(db.session()).isoformat()}.csv", columns, rows)


@blueprint.get("/orders/to-deliver")
@requires(*_READERS)
def to_deliver() -> str:
    """List the sessions and meetings that wait to be held or confirmed."""
    session = db.session()
    return render_template(
        "marketplace/to_deliver.html",
        rows=order_queries.to_deliver(session),
        meetings=queries.meetings_to_confirm(session, cooperative.today(session)),
        may_confirm=bool(actor().powers & {*_OFFICERS}),
    )


@blueprint.get("/orders/<uuid:order_id>")
@requires(*_READERS)
def order(order_id: UUID) -> str:
    """Show an order with everything that came of it."""
    page, powers = order_queries.order(db.session(), order_id), actor().powers
    is_officer, is_coaching = bool(powers & {*_OFFICERS}), page.row.kind is OfferingKind.COACHING
    is_unpaid_invoice = page.row.state is State.INVOICED and page.row.outstanding_minor == page.row.amount_minor
    # Nothing was paid and nothing delivered: it is cancelled, there is nothing to give back.
    is_untouched = is_unpaid_invoice and not page.deliveries and not page.refunds
    return render_template(
        "marketplace/order.html",
        page=page,
        steps=timeline.steps(page),
        may_deliver=is_officer and is_coaching and page.row.to_deliver > 0,
        may_take_back=is_officer,
        may_refund=Power.TREASURER in powers and _left_minor(order_id) > 0 and not is_untouched,
        may_cancel=(is_officer or Power.TREASURER in powers) and (page.row.state is State.PAYING or is_untouched),
    )


@blueprint.route("/orders/<uuid:order_id>/deliver", methods=["GET", "POST"])
@requires(*_OFFICERS)
def deliver(order_id: UUID) -> Answer:
    """Confirm that a coaching session was held."""
    who, session = actor(), db.session()
    page = order_queries.order(session, order_id)
    if page.row.kind is not OfferingKind.COACHING:
        raise NotFound
    today = cooperative.today(session)
    form = DeliveryForm(data={"unit": page.next_unit, "delivered_on": today, "coach": str(page.coach_id)})
    form.offer(queries.coaches(session))
    if form.validate_on_submit():
        unit, day, coach_id = form.to_delivery()
        with form.showing_refusals():
            write(
                lambda s: deliveries.confirm(s, who, order_id=order_id, unit=unit, delivered_on=day, coach_id=coach_id)
            )
            flash(gettext("Recorded: the session is delivered."), "success")
            return redirect(url_for("marketplace.order", order_id=order_id), 303)
    if form.is_submitted():
        page = order_queries.order(db.session(), order_id)
    return render_template("marketplace/deliver.html", form=form, page=page), form.status


@blueprint.post("/deliveries/<uuid:delivery_id>/take-back")
@requires(*_OFFICERS)
def take_back(delivery_id: UUID) -> Answer:
    """Take back a session that was confirmed by mistake."""
    who = actor()
    order_id = write(lambda session: deliveries.take_back(session, who, delivery_id=delivery_id))
    flash(gettext("Taken back: the session counts as not held, and its booking is reversed."), "success")
    return redirect(url_for("marketplace.order", order_id=order_id), 303)


@blueprint.post("/orders/<uuid:order_id>/cancel")
@requires(*_OFFICERS, Power.TREASURER)
def cancel_for_buyer(order_id: UUID) -> Answer:
    """Take back an order that is not paid."""
    who = actor()
    write(lambda session: orders.cancel(session, who, order_id=order_id))
    flash(gettext("The order is cancelled. Nothing is owed for it."), "success")
    return redirect(url_for("marketplace.order", order_id=order_id), 303)


@blueprint.route("/orders/<uuid:order_id>/refund", methods=["GET", "POST"])
@requires(Power.TREASURER)
def refund(order_id: UUID) -> Answer:
    """Refund an order, or a part of it."""
    who = actor()
    page = order_queries.order(db.session(), order_id)
    form = RefundForm(data={"form_token": str(new_ref())})
    if form.validate_on_submit():
        amount_minor, reason, token = form.amount.required_minor, form.reason.data or "", form.form_token.token
        with form.showing_refusals():
            write(
                lambda session: refunds.refund(
                    session, who, order_id=order_id, amount_minor=amount_minor, reason=reason, form_token=token
                )
            )
            flash(gettext("Refunded, booked, and the buyer is told."), "success")
            return redirect(url_for("marketplace.order", order_id=order_id), 303)
    if form.is_submitted():
        page = order_queries.order(db.session(), order_id)
    left_minor = _left_minor(order_id)
    return render_template("marketplace/refund.html", form=form, page=page, left_minor=left_minor), form.status


def _left_minor(order_id: UUID) -> int:
    session = db.session()
    return figures(session, session.get_one(SalesOrder, order_id)).left_minor
