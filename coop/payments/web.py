"""The treasurer's list of what is asked for and what has arrived."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.errors import declare
from coop.formats import format_money
from coop.paging import pager, requested_page
from coop.payments import errors, operations, queries
from coop.payments.forms import ReceiptForm
from coop.payments.queries import Stage
from coop.payments.references import is_mistyped, normalised
from coop.permissions import Power, requires
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH
from evidence.identifiers import new_ref

blueprint = Blueprint("payments", __name__, url_prefix="/payments")

declare(409, *errors.CONFLICTS)

_READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)


@blueprint.get("")
@requires(*_READERS)
def requests() -> str:
    """List what is asked for: outstanding or received."""
    stage = next((stage for stage in Stage if stage.value == request.args.get("stage")), Stage.OUTSTANDING)
    words = request.args.get("q", "")[:LONGEST_SEARCH]
    part = queries.requests(db.session(), stage, words=words, page=requested_page())
    return render_template(
        "payments/requests.html",
        part=part,
        pager=pager(part),
        stage=stage.value,
        words=words,
        is_mistyped=is_mistyped(normalised(words)),
        currency=cooperative.current(db.session()).currency,
    )


@blueprint.get("/<uuid:request_id>")
@requires(*_READERS)
def payment(request_id: UUID) -> str:
    """Show a request with its receipts and, for the treasurer, the form for the next one."""
    row = queries.request(db.session(), request_id)
    today: date = cooperative.today(db.session())
    form = ReceiptForm(data={"received_on": today, "form_token": str(new_ref())})
    return _payment_page(row, form)


@blueprint.post("/<uuid:request_id>")
@requires(Power.TREASURER)
def record_receipt(request_id: UUID) -> str | Response | tuple[str, int]:
    """Record money that arrived."""
    who, form = actor(), ReceiptForm()
    row = queries.request(db.session(), request_id)
    if form.validate_on_submit():
        receipt = form.to_receipt()
        with form.showing_refusals():
            write(lambda session: operations.record_receipt(session, who, request_id=request_id, receipt=receipt))
            amount = format_money(receipt.amount_minor, row.currency)
            flash(gettext("Recorded: %(amount)s for %(reference)s.", amount=amount, reference=row.reference), "success")
            return redirect(url_for("payments.payment", request_id=request_id), 303)
    return _payment_page(queries.request(db.session(), request_id), form), form.status


def _payment_page(row: queries.RequestRow, form: ReceiptForm) -> str:
    return render_template(
        "payments/payment.html",
        row=row,
        receipts=queries.receipts(db.session(), row.id),
        form=form,
        may_record=Power.TREASURER in actor().powers and row.outstanding_minor > 0,
    )
