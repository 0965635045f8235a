"""The page on which a bill is entered: more lines, a look at what would be booked, and then the bill itself."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books import queries as book_queries
from coop.books.line_form import offer
from coop.database import db, write
from coop.payments.bills import booking, entering, errors
from coop.payments.bills.forms import BillForm
from coop.payments.bills.pages import Answer, blueprint, chart_names, currency
from coop.payments.bills.suppliers import queries as supplier_queries
from coop.permissions import Power, requires, takes_papers
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.drafts import Line


@blueprint.get("/bills/new")
@requires(Power.TREASURER)
def new_bill() -> str:
    """Show the form of a bill."""
    return _form_page(_form(supplier=request.args.get("supplier", "")[:200]))


@blueprint.post("/bills/new")
@requires(Power.TREASURER)
@takes_papers
def enter_bill() -> Answer:
    """Enter a bill, or offer more lines, or show what would be booked."""
    form, status, known = _form(), 422, None
    if "add" in request.form:
        form.add_rows()
        return _form_page(form)
    if form.validate():
        who = actor()
        try:
            if "check" in request.form:
                debits = booking.entry_lines(db.session(), form.to_costs(), form.billed_on.required_day)
                return _form_page(form, debits=debits)
            new = form.to_bill()
            bill_id = write(lambda session: entering.enter_bill(session, who, new))
        except Refusal as refusal:
            status = form.show(refusal)
            known = refusal.bill_id if isinstance(refusal, errors.BillKnown) else None
        else:
            flash(gettext("The bill is entered. Somebody else approves it; then it can be paid."), "success")
            return redirect(url_for("bills.bill", bill_id=bill_id), 303)
    return _form_page(form, known=known), status


def _form(**values: str) -> BillForm:
    session = db.session()
    offered = offer(booking.debit_accounts(session), booking.purchase_codes(session))
    return BillForm(offered, data={"billed_on": cooperative.today(session), **values})


def _form_page(form: BillForm, *, debits: list[Line] | None = None, known: UUID | None = None) -> str:
    session = db.session()
    return render_template(
        "payments/bills/bill_form.html",
        form=form,
        debits=debits,
        names=chart_names() if debits else {},
        known=known,
        suppliers=[name for _, name in supplier_queries.supplier_names(session)],
        currency=currency(),
        decimals=book_queries.decimals(session),
    )
