"""The pages of bills: the list, those that wait, and one with its receipt beside its lines, to be approved or refused."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.approvals import operations as approvals
from coop.approvals import queries as approval_queries
from coop.attachments import pages as papers
from coop.attachments.queries import attachment
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import message_of, status_of
from coop.forms import choices
from coop.paging import pager, requested_page
from coop.payments.bills import booking, queries
from coop.payments.bills.acts import KINDS_WITH_RECEIPT
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.deciding import decide, decision
from coop.payments.bills.forms import BillsForm, RefusalForm
from coop.payments.bills.pages import READERS, Answer, blueprint, chart_names, currency
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying.operations import RECORDERS
from coop.payments.bills.rows import BillFilter, BillState
from coop.payments.bills.suppliers import queries as supplier_queries
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text


@blueprint.get("/bills")
@requires(*READERS)
def bills() -> Answer:
    """List the bills that match, the latest first."""
    form, wanted, status = _asked()
    part = queries.bills(db.session(), wanted, page=requested_page())
    asked: dict[str, Any] = {
        name: value for name, value in request.args.items() if name in {"state", "supplier", "from", "to"}
    }
    page = render_template(
        "payments/bills/bills.html",
        form=form,
        part=part,
        pager=pager(part),
        is_filtered=wanted != BillFilter(),
        currency=currency(),
        may_write=Power.TREASURER in actor().powers,
        downloads=[{"label": gettext("Bills as CSV"), "href": url_for("bills.bills_csv", **asked)}],
    )
    return page, status


@blueprint.get("/bills.csv")
@requires(*READERS)
def bills_csv() -> Response:
    """Return the bills that match as a table, with the days by which those open at the end of any day are known."""
    session, (_, wanted, _) = db.session(), _asked()
    paid = payments.of_bills(session)
    rows = (
        (
            *(row.supplier, row.number, row.billed_on, row.due_on),
            *(decimal_text(row.total_minor, row.currency), row.state.value, row.paid_on or "", row.entry_id or ""),
            *(row.booked_on or "", row.taken_back_on or ""),
            decimal_text(row.open_minor, row.currency),
            # From when to when it was paid before: days with a stroke between, as ISO 8601 writes it.
            " ".join(f"{one.paid_on}/{one.returned_on}" for one in paid.get(row.id, ()) if one.returned_on),
            " ".join(f"{one.paid_on}={decimal_text(one.amount_minor, one.currency)}" for one in paid.get(row.id, ())),
        )
        for row in queries.all_bills(session, wanted)
    )
    head = (
        "supplier",
        "number",
        "date",
        "due",
        "total",
        "state",
        "paid",
        "entry",
        "booked",
        "taken_back",
        "left",
        "sent_back",
        "payments",
    )
    return csv_file("bills.csv", head, rows)


@blueprint.get("/bills/waiting")
@requires(*READERS)
def waiting() -> str:
    """List the bills and claims that wait for a second person."""
    session, who = db.session(), actor()
    mine = {row.id for row in approval_queries.waiting_for(session, who) if row.kind.code in KINDS_WITH_RECEIPT}
    return render_template(
        "payments/bills/waiting.html",
        bills=queries.all_bills(session, BillFilter(BillState.WAITING)),
        claims=[row for row in claim_queries.all_claims(session) if row.state.is_waiting],
        mine=mine,
        currency=currency(),
    )


@blueprint.get("/bills/<uuid:bill_id>")
@requires(*READERS)
def bill(bill_id: UUID) -> str:
    """Show a bill: its receipt beside its lines, and what can be done with it."""
    return _bill_page(bill_id, RefusalForm(formdata=None))


@blueprint.post("/bills/<uuid:bill_id>")
@requires(Power.BOARD, Power.TREASURER)
def approve(bill_id: UUID) -> Answer:
    """Approve a bill, which books it."""
    act_id = queries.bill(db.session(), bill_id).act_id
    refused = decide(act_id)
    if refused is not None:
        return _bill_page(bill_id, RefusalForm(formdata=None), message_of(refused)), status_of(refused)
    flash(gettext("Approved, and booked. It stands among the bills to be paid."), "success")
    return redirect(url_for("bills.bill", bill_id=bill_id), 303)


@blueprint.post("/bills/<uuid:bill_id>/refuse")
@requires(Power.BOARD, Power.TREASURER)
def refuse(bill_id: UUID) -> Answer:
    """Refuse a bill with a reason, or withdraw what one has entered oneself."""
    who, form = actor(), RefusalForm()
    act_id = queries.bill(db.session(), bill_id).act_id
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            write(lambda session: approvals.withdraw(session, who, act_id=act_id, reason=reason))
            flash(gettext("Nothing was booked. Its number is free again."), "success")
            return redirect(url_for("bills.bill", bill_id=bill_id), 303)
    return _bill_page(bill_id, form), form.status


@blueprint.get("/bills/<uuid:bill_id>/receipt")
@requires(*READERS)
def receipt(bill_id: UUID) -> Response:
    """Return the receipt of a bill."""
    return papers.send(queries.bill(db.session(), bill_id).attachment_id)


def _asked() -> tuple[BillsForm, BillFilter, int]:
    """Return the form of the list as it was asked for, what is looked for, and the status."""
    form = BillsForm(formdata=request.args)
    states = ((state.value, gettext(state.label)) for state in BillState)
    known = ((str(id_), name) for id_, name in supplier_queries.supplier_names(db.session()))
    form.state.choices = choices([("", gettext("All")), *states])
    form.supplier.choices = choices([("", gettext("All suppliers")), *known])
    valid = form.validate()
    return form, form.to_filter() if valid else BillFilter(), 200 if valid else 422


def _bill_page(bill_id: UUID, form: RefusalForm, refused: str = "") -> str:
    session = db.session()
    row = queries.bill(session, bill_id)
    booked_on = booking.first_open_day(session, row.billed_on)
    return render_template(
        "payments/bills/bill.html",
        row=row,
        costs=queries.costs_of(session, row),
        names=chart_names(),
        no_receipt=queries.why_no_receipt(session, bill_id),
        paper=attachment(session, row.attachment_id) if row.attachment_id else None,
        same=queries.same_paper(session, row.attachment_id),
        later=booked_on if row.state is BillState.WAITING and booked_on != row.billed_on else None,
        decision=decision(row.act_id),
        payments=payments.payments_of(session, bill_id),
        form=form,
        refused=refused,
        currency=row.currency,
        may_write=Power.TREASURER in actor().powers,
        may_return=not actor().powers.isdisjoint(RECORDERS),
    )
