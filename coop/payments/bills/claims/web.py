"""The officers' pages of expense claims: the list, and one with its receipt beside its lines, to be assigned, refused or approved."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.approvals import operations as approvals
from coop.attachments import pages as papers
from coop.attachments.queries import attachment
from coop.books.line_form import offer
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import message_of, status_of
from coop.paging import pager, requested_page
from coop.payments.bills import booking, queries
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.forms import CodingForm
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.deciding import decide, decision
from coop.payments.bills.forms import RefusalForm
from coop.payments.bills.pages import READERS, Answer, blueprint, chart_names, currency
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text


@blueprint.get("/claims")
@requires(*READERS)
def claims() -> str:
    """List the claims in a state, or all, the latest first."""
    session, state = db.session(), _state()
    part = claim_queries.claims(session, state, page=requested_page())
    asked = {"state": state.value} if state else {}
    return render_template(
        "payments/bills/claims.html",
        part=part,
        pager=pager(part),
        state=state.value if state else "",
        states=[("", gettext("All")), *((one.value, gettext(one.label)) for one in ClaimState)],
        paid=claim_payments.paid_on(session, {row.participant_id for row in part.rows}),
        currency=currency(),
        downloads=[{"label": gettext("Claims as CSV"), "href": url_for("bills.claims_csv", **asked)}],  # type: ignore[arg-type]
    )


@blueprint.get("/claims.csv")
@requires(*READERS)
def claims_csv() -> Response:
    """Return the claims in a state, or all, as a table."""
    session = db.session()
    found = claim_queries.all_claims(session, _state())
    paid = claim_payments.paid_on(session, {row.participant_id for row in found})
    zone = ZoneInfo(cooperative.current(session).zone)
    rows = (
        (
            *(
                row.name,
                row.claimed_at.astimezone(zone).date(),
                decimal_text(row.total_minor, row.currency),
                row.state.value,
            ),
            *(paid.get(row.id, ""), row.entry_id or ""),
        )
        for row in found
    )
    return csv_file("claims.csv", ("name", "claimed", "total", "state", "paid", "entry"), rows)


@blueprint.get("/claims/<uuid:claim_id>")
@requires(*READERS)
def claim(claim_id: UUID) -> str:
    """Show a claim: its receipt beside its lines, and what can be done with it."""
    return _claim_page(claim_id)


@blueprint.post("/claims/<uuid:claim_id>/assign")
@requires(Power.TREASURER)
def assign(claim_id: UUID) -> Answer:
    """Assign the accounts of a claim, and ask a second person to approve it."""
    form = _coding_form(claim_id)
    if form.validate_on_submit():
        who, coding = actor(), form.to_coding()
        with form.showing_refusals():
            write(lambda session: claiming.assign(session, who, claim_id=claim_id, coding=coding))
            flash(gettext("Somebody else approves it now; then it can be paid."), "success")
            return redirect(url_for("bills.claim", claim_id=claim_id), 303)
    return _claim_page(claim_id, coding=form), form.status


@blueprint.post("/claims/<uuid:claim_id>/refuse")
@requires(Power.TREASURER)
def refuse_claim(claim_id: UUID) -> Answer:
    """Refuse a claim with a reason."""
    claim_queries.claim(db.session(), claim_id)
    form = RefusalForm()
    if form.validate_on_submit():
        who, reason = actor(), form.to_reason()
        with form.showing_refusals():
            write(lambda session: claiming.refuse(session, who, claim_id=claim_id, reason=reason))
            flash(gettext("The claim is refused. The claimant is told by mail."), "success")
            return redirect(url_for("bills.claim", claim_id=claim_id), 303)
    return _claim_page(claim_id, refusal_form=form), form.status


@blueprint.post("/claims/<uuid:claim_id>")
@requires(Power.BOARD, Power.TREASURER)
def approve_claim(claim_id: UUID) -> Answer:
    """Approve a claim, which books it."""
    act_id = claim_queries.claim(db.session(), claim_id).act_id
    if act_id is None:
        raise NotFound
    refused = decide(act_id)
    if refused is not None:
        return _claim_page(claim_id, refused=message_of(refused)), status_of(refused)
    flash(
        gettext("Approved, and booked. It stands in the list of payments out, and the claimant is told by mail."),
        "success",
    )
    return redirect(url_for("bills.claim", claim_id=claim_id), 303)


@blueprint.post("/claims/<uuid:claim_id>/send-back")
@requires(Power.BOARD, Power.TREASURER)
def send_back(claim_id: UUID) -> Answer:
    """Refuse what the treasurer assigned, with a reason, or take back what one has assigned oneself: it waits for the treasurer again."""
    act_id = claim_queries.claim(db.session(), claim_id).act_id
    if act_id is None:
        raise NotFound
    form = RefusalForm()
    if form.validate_on_submit():
        who, reason = actor(), form.to_reason()
        with form.showing_refusals():
            write(lambda session: approvals.withdraw(session, who, act_id=act_id, reason=reason))
            flash(gettext("Nothing was booked. The claim waits for the treasurer again."), "success")
            return redirect(url_for("bills.claim", claim_id=claim_id), 303)
    return _claim_page(claim_id, refusal_form=form), form.status


@blueprint.get("/claims/<uuid:claim_id>/receipt")
@requires(*READERS)
def claim_receipt(claim_id: UUID) -> Response:
    """Return the receipt of a claim."""
    return papers.send(claim_queries.claim(db.session(), claim_id).attachment_id)


def _state() -> ClaimState | None:
    return next((state for state in ClaimState if state.value == request.args.get("state")), None)


def _coding_form(claim_id: UUID) -> CodingForm:
    session = db.session()
    lines = claim_queries.lines(session, claim_queries.claim(session, claim_id).id)
    return CodingForm(offer(booking.debit_accounts(session), booking.purchase_codes(session)), len(lines))


def _claim_page(
    claim_id: UUID, *, coding: CodingForm | None = None, refusal_form: RefusalForm | None = None, refused: str = ""
) -> str:
    session, who = db.session(), actor()
    row = claim_queries.claim(session, claim_id)
    found = decision(row.act_id) if row.act_id else None
    is_own = row.claimed_by == who.person_id or row.participant_id in who.represents
    costs, lines = claim_queries.costs_of(session, row), claim_queries.lines(session, claim_id)
    spent_on = max(line.spent_on for line in lines)
    booked_on = booking.first_open_day(session, spent_on)
    return render_template(
        "payments/bills/claim.html",
        row=row,
        lines=lines,
        later=booked_on if row.state.is_waiting and booked_on != spent_on else None,
        costs=costs.lines if costs else [],
        names=chart_names(),
        no_receipt=claim_queries.why_no_receipt(session, claim_id),
        paper=attachment(session, row.attachment_id) if row.attachment_id else None,
        same=queries.same_paper(session, row.attachment_id),
        decision=found,
        may_approve=found is not None and found.may_approve and not is_own,
        is_own=is_own,
        coding=coding or _coding_form(claim_id),
        form=refusal_form or RefusalForm(formdata=None),
        refused=refused,
        paid=claim_payments.paid_on(session, {row.participant_id}).get(row.id),
        sent_back=claim_payments.sent_back(session, row),
        may_write=Power.TREASURER in who.powers,
    )
