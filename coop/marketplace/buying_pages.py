"""Buying: choosing how much and how to pay, seeing what it comes to, and going to the page where a card is charged."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.marketplace import errors, order_queries, orders, queries, quotes
from coop.marketplace.blueprint import blueprint
from coop.marketplace.forms import BuyForm
from coop.marketplace.models import Offering, OfferingKind
from coop.marketplace.order_models import PaidBy
from coop.marketplace.quotes import Quote
from coop.marketplace.standing import State
from coop.membership.models import Participant, ParticipantKind
from coop.payments import gateways
from coop.payments.cards import checkouts
from coop.permissions import requires
from coop.signed_in import act_for
from evidence.identifiers import new_ref
from evidence.messages import Refusal

Answer = str | Response | tuple[str, int]


@blueprint.route("/as/<uuid:participant_id>/services/<uuid:offering_id>/buy", methods=["GET", "POST"])
@requires()
def buy(participant_id: UUID, offering_id: UUID) -> Answer:
    """Choose, see what it comes to, and order."""
    act_for(participant_id)
    form = _form(participant_id, offering_id)
    if form.validate_on_submit():
        with form.showing_refusals():
            if form.is_confirmed:
                return _order(participant_id, offering_id, form)
            return _summary(participant_id, offering_id, form)
    return _choosing(participant_id, offering_id, form)


@blueprint.post("/as/<uuid:participant_id>/orders/<uuid:order_id>/pay")
@requires()
def pay(participant_id: UUID, order_id: UUID) -> Answer:
    """Go back to the page where the card is charged."""
    act_for(participant_id)
    page = order_queries.order(db.session(), order_id, buyer_id=participant_id)
    if page.row.state is not State.PAYING or page.checkout_id is None:
        raise errors.NotToBePaid(page.row.number)
    return _to_checkout(participant_id, order_id, page.checkout_id)


def _form(participant_id: UUID, offering_id: UUID) -> BuyForm:
    session = db.session()
    page = queries.offering(session, offering_id)
    buyer = session.get_one(Participant, participant_id)
    form = BuyForm(data={"quantity": 1, "seen": "0", "form_token": str(new_ref())})
    is_organisation = buyer.kind is not ParticipantKind.INDIVIDUAL
    form.offer(by_card=gateways.is_offered(), by_invoice=is_organisation and page.row.seller_id is None)
    return form


def _order(participant_id: UUID, offering_id: UUID, form: BuyForm) -> Answer:
    who, by, token = act_for(participant_id), PaidBy(form.by.data), form.form_token.token
    quantity, po_number, seen_minor = form.quantity.required_number, form.po_number.data, form.seen_minor
    placed = write(
        lambda session: orders.place(
            session,
            who,
            participant_id=participant_id,
            offering_id=offering_id,
            quantity=quantity,
            by=by,
            po_number=po_number,
            seen_minor=seen_minor,
            form_token=token,
        )
    )
    if placed.checkout_id is not None:
        return _to_checkout(participant_id, placed.order_id, placed.checkout_id)
    flash(gettext("Thank you. It is ordered, and the invoice is ready."), "success")
    return _to_order(participant_id, placed.order_id)


def _summary(participant_id: UUID, offering_id: UUID, form: BuyForm) -> Answer:
    """Show what an order would come to, before it is one."""
    session, by = db.session(), PaidBy(form.by.data)
    offering = session.get_one(Offering, offering_id)
    quoted = _quote(participant_id, offering_id, form.quantity.required_number)
    if by is PaidBy.INVOICE:
        buyer = session.get_one(Participant, participant_id)
        form.po_number.data = orders.check_invoice(offering, buyer.kind, form.po_number.data)
    form.seen.data, form.confirmed.data = str(quoted.amount_minor), "yes"
    return render_template(
        "marketplace/confirm_order.html",
        form=form,
        page=queries.offering(session, offering_id),
        participant_id=participant_id,
        quoted=quoted,
        by=by,
        due_on=orders.due_on(cooperative.today(session)) if by is PaidBy.INVOICE else None,
    )


def _choosing(participant_id: UUID, offering_id: UUID, form: BuyForm) -> Answer:
    """Show the form, with the price of now; or only why it cannot be bought."""
    session = db.session()
    closed = ""
    quoted: Quote | None = None
    waiting = orders.waiting_order(session, participant_id, offering_id)
    try:
        quoted = _quote(participant_id, offering_id, 1)
    except Refusal as refusal:
        closed, form.status = message_of(refusal), status_of(refusal)
    form.seen.data, form.confirmed.data = str(quoted.amount_minor if quoted else 0), ""
    page = queries.offering(session, offering_id)
    answer = render_template(
        "marketplace/buy.html",
        form=form,
        page=page,
        participant_id=participant_id,
        quoted=quoted,
        closed=closed,
        waiting=waiting,
        is_by_number=page.row.kind is OfferingKind.COACHING,
        has_invoice=any(choice.value == PaidBy.INVOICE.value for choice in form.by.choices or ()),
        due_on=orders.due_on(cooperative.today(session)),
    )
    return answer, form.status


def _quote(participant_id: UUID, offering_id: UUID, quantity: int) -> Quote:
    """Return what an order would come to, where none of theirs waits for its payment already."""
    session = db.session()
    waiting = orders.waiting_order(session, participant_id, offering_id)
    if waiting is not None:
        raise errors.OrderWaiting(waiting.number)
    offering = session.get_one(Offering, offering_id)
    return quotes.quote(session, offering, participant_id=participant_id, quantity=quantity)


def _to_checkout(participant_id: UUID, order_id: UUID, checkout_id: UUID) -> Response:
    try:
        return redirect(checkouts.send(checkout_id), 303)
    except Refusal as refusal:
        flash(message_of(refusal), "error")
    return _to_order(participant_id, order_id)


def _to_order(participant_id: UUID, order_id: UUID) -> Response:
    return redirect(url_for("marketplace.my_order", participant_id=participant_id, order_id=order_id), 303)
