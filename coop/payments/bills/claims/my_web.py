"""A participant's own pages of expense claims: the list, a new one, and how one stands."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.attachments import pages as papers
from coop.attachments.queries import attachment
from coop.books import queries as book_queries
from coop.database import db, write
from coop.errors import message_of
from coop.paging import pager, requested_page
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.forms import ClaimForm
from coop.payments.bills.pages import Answer, blueprint, currency
from coop.payments.payouts.accounts import account_of
from coop.permissions import requires, takes_papers
from coop.signed_in import act_for
from evidence.messages import Refusal


@blueprint.get("/as/<uuid:participant_id>/claims")
@requires()
def my_claims(participant_id: UUID) -> str:
    """List a participant's claims, the latest first."""
    act_for(participant_id)
    session = db.session()
    part = claim_queries.claims_of(session, participant_id, page=requested_page())
    return render_template(
        "payments/bills/my_claims.html",
        part=part,
        pager=pager(part),
        paid=claim_payments.paid_on(session, {participant_id}),
        account=account_of(session, participant_id),
        participant_id=participant_id,
        currency=currency(),
    )


@blueprint.get("/as/<uuid:participant_id>/claims/new")
@requires()
def new_claim(participant_id: UUID) -> str:
    """Show the form of a claim."""
    act_for(participant_id)
    return _form_page(participant_id, ClaimForm())


@blueprint.post("/as/<uuid:participant_id>/claims/new")
@requires()
@takes_papers
def make_claim(participant_id: UUID) -> Answer:
    """Claim what was spent, or offer more lines."""
    who, form, status, known = act_for(participant_id), ClaimForm(), 422, None
    if "add" in request.form:
        form.add_rows()
        return _form_page(participant_id, form)
    if form.validate():
        try:
            new = form.to_claim()
            claim_id = write(lambda session: claiming.claim(session, who, participant_id=participant_id, new=new))
        except Refusal as refusal:
            status = form.show(refusal)
            known = refusal.claim_id if isinstance(refusal, claim_errors.ReceiptUsed) else None
        else:
            flash(gettext("The claim is made. You are told by mail what becomes of it."), "success")
            return redirect(url_for("bills.my_claim", participant_id=participant_id, claim_id=claim_id), 303)
    return _form_page(participant_id, form, known), status


@blueprint.get("/as/<uuid:participant_id>/claims/<uuid:claim_id>")
@requires()
def my_claim(participant_id: UUID, claim_id: UUID) -> str:
    """Show a participant how their claim stands."""
    act_for(participant_id)
    session = db.session()
    row = claim_queries.claim(session, claim_id, participant_id=participant_id)
    return render_template(
        "payments/bills/my_claim.html",
        row=row,
        lines=claim_queries.lines(session, claim_id),
        no_receipt=claim_queries.why_no_receipt(session, claim_id),
        paper=attachment(session, row.attachment_id) if row.attachment_id else None,
        paid=claim_payments.paid_on(session, {participant_id}).get(claim_id),
        sent_back=claim_payments.sent_back(session, row),
        account=account_of(session, participant_id),
        participant_id=participant_id,
    )


@blueprint.post("/as/<uuid:participant_id>/claims/<uuid:claim_id>/withdraw")
@requires()
def withdraw_claim(participant_id: UUID, claim_id: UUID) -> Response:
    """Take a claim back."""
    who = act_for(participant_id)
    try:
        write(lambda session: claiming.withdraw(session, who, participant_id=participant_id, claim_id=claim_id))
    except (claim_errors.ClaimSettled, claim_errors.ClaimPrepared) as refusal:
        flash(message_of(refusal), "message")
    else:
        flash(gettext("The claim is withdrawn."), "success")
    return redirect(url_for("bills.my_claim", participant_id=participant_id, claim_id=claim_id), 303)


@blueprint.get("/as/<uuid:participant_id>/claims/<uuid:claim_id>/receipt")
@requires()
def my_receipt(participant_id: UUID, claim_id: UUID) -> Response:
    """Return the receipt of a participant's own claim."""
    act_for(participant_id)
    return papers.send(claim_queries.claim(db.session(), claim_id, participant_id=participant_id).attachment_id)


def _form_page(participant_id: UUID, form: ClaimForm, known: UUID | None = None) -> str:
    session = db.session()
    return render_template(
        "payments/bills/claim_form.html",
        form=form,
        known=known,
        account=account_of(session, participant_id),
        participant_id=participant_id,
        today=cooperative.today(session),
        currency=currency(),
        decimals=book_queries.decimals(session),
    )
