"""Where payments by card are made and told: the page of the gateway that moves no money, and Stripe's messages.

Both end in the same inbox.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop.database import db, write
from coop.errors import declare, message_of
from coop.payments import gateways
from coop.payments.cards import checkouts, errors, inbox, practice
from coop.payments.cards import queries as card_queries
from coop.payments.cards.checkouts import CheckoutState
from coop.payments.cards.rows import CheckoutRow
from coop.payments.gateways import fake, stripe
from coop.permissions import WORKER, public, requires, signed_by_sender
from coop.signed_in import act_for

blueprint = Blueprint("paying", __name__, url_prefix="/payments")

declare(409, *errors.CONFLICTS)
declare(503, *errors.AWAY)
declare(400, *errors.UNTRUSTED)

#: Stripe's messages are some kilobytes long.
LONGEST_MESSAGE_BYTES = 256 * 1024


@blueprint.get("/fake/<uuid:checkout_id>")
@requires()
def practice_page(checkout_id: UUID) -> str:
    """Show the page of a payment that moves no money."""
    checkout = _practised(checkout_id)
    return render_template(
        "payments/practice.html",
        checkout=checkout,
        is_open=checkout.state is CheckoutState.OPEN,
        back=checkouts.page_path(checkout.purpose, checkout.subject_id),
    )


@blueprint.post("/fake/<uuid:checkout_id>")
@requires()
def practise(checkout_id: UUID) -> BaseResponse:
    """Pay in pretence, or let it fail, and go to what was bought."""
    checkout = _practised(checkout_id)
    tell = {"pay": practice.pay, "fail": practice.fail}.get(request.form.get("outcome", ""))
    if tell is None:
        abort(400)
    write(lambda session: tell(session, checkout_id))
    return redirect(checkouts.page_path(checkout.purpose, checkout.subject_id), 303)


@blueprint.post("/webhook/stripe")
@public
@signed_by_sender
def stripe_webhook() -> Response:
    """Take a message of Stripe's. Whatever was understood is answered with 200, or Stripe would send it for days."""
    request.max_content_length = LONGEST_MESSAGE_BYTES
    body = request.get_data()
    gateway = gateways.current()
    if gateway is None or gateway.name != stripe.NAME:
        abort(404)
    try:
        event = gateway.read_event(body, dict(request.headers))
    except errors.MessageNotTrusted as refusal:
        return _plain(message_of(refusal), 400)
    outcome = write(lambda session: inbox.receive(session, WORKER, gateway=gateway.name, event=event))
    return _plain(gettext(outcome.label), 200)


def _practised(checkout_id: UUID) -> CheckoutRow:
    """Return a checkout of the gateway that moves no money, for somebody who represents the payer; else there is no page."""
    gateway = gateways.current()
    if gateway is None or gateway.name != fake.NAME:
        abort(404)
    checkout = card_queries.checkout(db.session(), checkout_id)
    act_for(checkout.participant_id)
    return checkout


def _plain(text: str, status: int) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")
