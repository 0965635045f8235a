"""The treasurer's pages about payments by card: the list, one with all that happened, and what to do about it."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop import cooperative
from coop.database import db, write
from coop.downloads import csv_file
from coop.paging import pager, requested_page
from coop.payments import gateways
from coop.payments.cards import operations as card_operations
from coop.payments.cards import queries as card_queries
from coop.payments.cards.forms import FeeForm, NoteForm
from coop.payments.cards.models import Outcome
from coop.payments.cards.rows import CheckoutRow, Shown
from coop.permissions import Power, requires
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH
from evidence.currencies import decimal_text
from evidence.messages import N_

blueprint = Blueprint("cards", __name__, url_prefix="/payments")

_READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

#: What the treasurer can do about what waits.
_WHAT_TO_DO: Mapping[Outcome, str] = {
    Outcome.SUSPENSE: N_(
        "The money is here, but what it was for could no longer be delivered, so it stands on the suspense account. Pay it "
        "back to the card, or agree on something else with the payer and enter that in the journal."
    ),
    Outcome.MISMATCH: N_(
        "The card processor reports another amount, currency or payment than was asked for, so nothing was booked. Look at "
        "it in the card processor's own pages; pay it back there, or enter it in the journal."
    ),
    Outcome.DISPUTED: N_(
        "The payer has asked their bank to take the payment back, or the bank has decided. Answer in the card processor's "
        "own pages before its deadline, and enter in the journal what it took or gave back."
    ),
    Outcome.REFUND_FAILED: N_(
        "The refund is booked, but the payer has not got it. Ask the card processor again where that is offered, or "
        "transfer the money from the bank and enter that in the journal."
    ),
    Outcome.REFUND_ELSEWHERE: N_(
        "More was refunded in the card processor's own pages than from here, so the books do not show it. Enter it in the "
        "journal, and next time refund from here."
    ),
    Outcome.FEE_UNKNOWN: N_("Look the fee up in the card processor's own pages and enter it here."),
}

Answer = str | BaseResponse | tuple[str, int]


@blueprint.get("/cards")
@requires(*_READERS)
def payments() -> str:
    """List what was paid by card, what waits for somebody, and what was never paid."""
    shown, words = _wanted()
    part = card_queries.checkouts(db.session(), shown, words=words, page=requested_page())
    waiting = card_queries.waiting_count(db.session())
    return render_template(
        "payments/cards.html",
        part=part,
        pager=pager(part),
        shown=shown.value,
        words=words,
        waiting=waiting,
        downloads=[
            {"label": gettext("List as CSV"), "href": url_for("cards.payments_file", show=shown.value, q=words)}
        ],
        currency=cooperative.current(db.session()).currency,
        is_offered=gateways.is_offered(),
    )


@blueprint.get("/cards.csv")
@requires(*_READERS)
def payments_file() -> Response:
    """Download the list."""
    shown, words = _wanted()
    columns = ("begun", "paid_on", "payer", "for", "state", "currency", "amount", "fee", "refunded", "reference")
    rows = card_queries.all_checkouts(db.session(), shown, words=words)
    return csv_file(f"card-payments-{shown}.csv", columns, map(_cells, rows))


@blueprint.get("/cards/<uuid:checkout_id>")
@requires(*_READERS)
def payment(checkout_id: UUID) -> str:
    """Show one payment with its events and refunds, and for the treasurer what to do."""
    return _page(checkout_id, FeeForm(), NoteForm())


@blueprint.post("/cards/<uuid:checkout_id>/fee")
@requires(Power.TREASURER)
def record_fee(checkout_id: UUID) -> Answer:
    """Enter the fee that the processor did not tell."""
    who, form = actor(), FeeForm()
    payment_id = card_queries.payment_id_of(db.session(), checkout_id)
    if form.validate_on_submit():
        fee_minor = form.amount.required_minor
        with form.showing_refusals():
            write(lambda session: card_operations.record_fee(session, who, payment_id=payment_id, fee_minor=fee_minor))
            flash(gettext("The fee is booked."), "success")
            return redirect(url_for("cards.payment", checkout_id=checkout_id), 303)
    return _page(checkout_id, form, NoteForm()), form.status


@blueprint.post("/cards/<uuid:checkout_id>/pay-back")
@requires(Power.TREASURER)
def pay_back(checkout_id: UUID) -> Answer:
    """Pay back what could not be delivered."""
    who = actor()
    payment_id = card_queries.payment_id_of(db.session(), checkout_id)
    write(lambda session: card_operations.pay_back(session, who, payment_id=payment_id))
    flash(gettext("It goes back to the card; the card processor is told within moments."), "success")
    return redirect(url_for("cards.payment", checkout_id=checkout_id), 303)


@blueprint.post("/cards/<uuid:checkout_id>/refunds/<uuid:refund_id>")
@requires(Power.TREASURER)
def ask_again(checkout_id: UUID, refund_id: UUID) -> Answer:
    """Ask the processor again for a refund."""
    who = actor()
    card_queries.refund_of(db.session(), checkout_id, refund_id)
    write(lambda session: card_operations.ask_again(session, who, refund_id=refund_id))
    flash(gettext("The card processor is asked again within moments."), "success")
    return redirect(url_for("cards.payment", checkout_id=checkout_id), 303)


@blueprint.post("/cards/<uuid:checkout_id>/messages/<uuid:message_id>")
@requires(Power.TREASURER)
def settle(checkout_id: UUID, message_id: UUID) -> Answer:
    """Say what was done about an event."""
    who, form = actor(), NoteForm()
    card_queries.event_of(db.session(), checkout_id, message_id)
    if form.validate_on_submit():
        note = form.to_note()
        with form.showing_refusals():
            write(lambda session: card_operations.settle(session, who, event_id=message_id, note=note))
            flash(gettext("Noted."), "success")
            return redirect(url_for("cards.payment", checkout_id=checkout_id), 303)
    return _page(checkout_id, FeeForm(formdata=None), form, message_id), form.status


def _page(checkout_id: UUID, fee_form: FeeForm, note_form: NoteForm, event_id: UUID | None = None) -> str:
    session = db.session()
    row = card_queries.checkout(session, checkout_id)
    events = card_queries.events(session, checkout_id)
    waiting = [event for event in events if event.waits]
    # One at a time: the oldest, or the one whose form was sent.
    asked = next((event for event in waiting if event.id == event_id), waiting[0] if waiting else None)
    may_write = Power.TREASURER in actor().powers
    return render_template(
        "payments/card.html",
        row=row,
        events=events,
        refunds=card_queries.refunds(session, row.payment_id) if row.payment_id else [],
        asked=asked,
        what_to_do=gettext(_WHAT_TO_DO[asked.outcome]) if asked else "",
        fee_form=fee_form if may_write and row.payment_id and row.fee_minor is None else None,
        note_form=note_form if may_write else None,
        may_write=may_write,
    )


def _wanted() -> tuple[Shown, str]:
    shown = next((shown for shown in Shown if shown.value == request.args.get("show")), Shown.PAID)
    return shown, request.args.get("q", "")[:LONGEST_SEARCH]


def _cells(row: CheckoutRow) -> tuple[object, ...]:
    return (
        row.begun_at.isoformat(timespec="seconds"),
        row.paid_on or "",
        row.payer,
        row.description,
        row.state.value,
        row.currency,
        decimal_text(row.amount_minor, row.currency),
        "" if row.fee_minor is None else decimal_text(row.fee_minor, row.currency),
        decimal_text(row.refunded_minor, row.currency),
        row.payment_ref or "",
    )
