"""The pages of a payment that was recorded: who was paid, and what the bank sent back of it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.database import db, write
from coop.formats import format_day
from coop.payments.bank.accounts import label_of
from coop.payments.payouts import payees, payments, returning
from coop.payments.payouts.models import Disbursement
from coop.payments.payouts.pages import READERS, Answer, blueprint
from coop.payments.payouts.payments import PaidPayee
from coop.payments.ticking import ReturnForm
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor


@blueprint.get("/payouts/payments/<uuid:disbursement_id>")
@requires(*READERS)
def payment(disbursement_id: UUID) -> str:
    """Show who was paid together, and what came back."""
    rows = _rows(disbursement_id)
    return render_template(
        "payments/payout_payment.html",
        rows=rows,
        payees=payees.payees_of(db.session(), disbursement_id),
        entry_id=payments.entry_of(db.session(), disbursement_id),
        bank=label_of(db.session(), db.session().get_one(Disbursement, disbursement_id).bank_code),
        total_minor=sum(row.amount_minor for row in rows),
        may_return=Power.TREASURER in actor().powers and any(row.returned_on is None for row in rows),
    )


@blueprint.get("/payouts/payments/<uuid:disbursement_id>/sent-back")
@requires(Power.TREASURER)
def confirm_return(disbursement_id: UUID) -> str:
    """Show what it means that the bank sent a payment back."""
    form = ReturnForm(data={"returned_on": cooperative.today(db.session())})
    form.back.data = request.args.getlist("payee")
    return _return_page(form, disbursement_id)


@blueprint.post("/payouts/payments/<uuid:disbursement_id>/sent-back")
@requires(Power.TREASURER)
def record_return(disbursement_id: UUID) -> Answer:
    """Record that the bank sent back what the ticked payees were paid."""
    _rows(disbursement_id)
    who, form = actor(), ReturnForm()
    if form.validate_on_submit():
        ids, day, reason = form.to_rows(), form.to_day(), form.to_reason()
        never_left = form.to_never_left()
        with form.showing_refusals():
            write(
                lambda session: returning.record_return(
                    session,
                    who,
                    disbursement_id=disbursement_id,
                    participant_ids=ids,
                    returned_on=day,
                    reason=reason,
                    never_left=never_left,
                )
            )
            flash(gettext("Recorded: it is owed again, and each was told by mail."), "success")
            return redirect(url_for("payouts.payment", disbursement_id=disbursement_id), 303)
    return _return_page(form, disbursement_id), form.status


def _rows(disbursement_id: UUID) -> list[PaidPayee]:
    """Return who was paid together.

    Raises:
        NotFound
    """
    rows = payments.paid_in(db.session(), disbursement_id)
    if not rows:
        raise NotFound
    return rows


def _return_page(form: ReturnForm, disbursement_id: UUID) -> str:
    rows = _rows(disbursement_id)
    return render_template(
        "payments/sent_back.html",
        form=form,
        rows=[(str(row.participant_id), row.name, "", row.amount_minor) for row in rows if row.returned_on is None],
        lead=gettext("What came back is owed again and stands in the list anew. Each payee is told by mail."),
        currency=rows[0].currency,
        trail=[
            {"label": gettext("Payments out"), "href": url_for("payouts.overview")},
            {
                "label": format_day(rows[0].paid_on),
                "href": url_for("payouts.payment", disbursement_id=disbursement_id),
            },
        ],
    )
