"""The pages of paying bills: what is due, the list for the bank, and recording what it has paid."""

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.downloads import csv_file
from coop.payments.bills import queries
from coop.payments.bills.pages import READERS, Answer, blueprint, currency
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying.forms import PayBillsForm, tick
from coop.payments.bills.paying.netting import Planned, ToPay, bank_rows, fitted
from coop.payments.bills.rows import BillRow
from coop.permissions import requires
from coop.signed_in import actor
from coop.texts import fold
from evidence.currencies import decimal_text
from evidence.identifiers import new_ref

#: Bills that fall due within so many days are ticked when the page is opened.
_AHEAD = timedelta(days=7)
#: What banks take beside a payment: so many characters, without macrons.
_LONGEST_PARTICULARS = 12


@blueprint.get("/bills/due")
@requires(*READERS)
def due() -> str:
    """List the bills to be paid, the one that is due first at the top."""
    session = db.session()
    today = cooperative.today(session)
    form = PayBillsForm(data={"paid_on": today, "form_token": str(new_ref())})
    rows = [row for row in queries.to_pay(session) if row.is_listed and not row.is_name_new]
    soon = [row for row in rows if not row.is_credit and row.due_on <= today + _AHEAD]
    # A credit note is taken off as soon as there is something.
    paid = {row.supplier_id for row in soon}
    soon += [row for row in rows if row.is_credit and row.supplier_id in paid]
    form.pay.data = [tick(row) for row in soon]
    return _due_page(form)


@blueprint.get("/bills/due/bank-list.csv")
@requires(*READERS)
def bank_list() -> Response:
    """Return what the bank is to pay: every bill to be paid of a supplier whose account is known and confirmed, less its credit notes."""
    session = db.session()
    rows = {row.id: row for row in queries.to_pay(session) if row.is_listed}
    if all(row.is_credit for row in rows.values()):
        return _bank_list([])
    whole = [ToPay(row.id, row.open_minor, row.account_ref) for row in rows.values()]
    return _bank_list([Planned(rows[one.bill_id], one.amount_minor) for one in fitted(session, whole)])


@blueprint.post("/bills/due")
@requires(*paying.RECORDERS)
def record_payment() -> Answer:
    """Return the list for the bank of the ticked bills; or show what would be recorded and, once confirmed, record it."""
    who, form = actor(), PayBillsForm()
    if form.validate_on_submit():
        bills, paid_on, token, bank = form.to_bills(), form.to_day(), form.to_token(), form.to_bank()
        with form.showing_refusals():
            if "confirmed" not in request.form:
                bills = tuple(fitted(db.session(), bills))
                planned = paying.plan_payment(db.session(), bills=bills, paid_on=paid_on)
                if "list" in request.form:
                    return _bank_list(planned)
                paying.check_payer(who, planned)
                return _confirmation_page(form, planned)
            write(
                lambda session: paying.record_payment(
                    session, who, bills=bills, paid_on=paid_on, form_token=token, bank=bank
                )
            )
            flash(gettext("Recorded. What is left of them, if anything, stays in this list."), "success")
            return redirect(url_for("bills.due"), 303)
    return _due_page(form), form.status


def _bank_list(planned: Sequence[Planned]) -> Response:
    session = db.session()
    house = cooperative.current(session)
    particulars = fold(house.name).upper()[:_LONGEST_PARTICULARS]
    columns = ("name", "account", "amount", "reference", "particulars", "note")
    listed = (
        (
            *(row.supplier, row.bank_account, decimal_text(amount_minor, row.currency), reference, particulars),
            gettext("Its name was changed after the bill was approved: compare it first") if row.is_name_new else "",
        )
        for row, amount_minor, reference in bank_rows(planned)
        if row.is_listed
    )
    return csv_file(f"bank-list-bills-{cooperative.today(session)}.csv", columns, listed)


def _due_page(form: PayBillsForm) -> str:
    session = db.session()
    rows = queries.to_pay(session)
    today = cooperative.today(session)
    download = {"label": gettext("List for the bank as CSV"), "href": url_for("bills.bank_list")}
    return render_template(
        "payments/bills/due.html",
        form=form,
        rows=[(row, tick(row), _amount(form, row)) for row in rows],
        unlike=[row for row in rows if row.is_unconfirmed or row.is_payee_new],
        ticked=set(form.pay.data or ()),
        today=today,
        total_minor=sum(row.open_minor for row in rows),
        overdue_minor=sum(row.open_minor for row in rows if row.due_on < today and not row.is_credit),
        currency=currency(),
        may_write=not actor().powers.isdisjoint(paying.RECORDERS),
        downloads=[download] if any(row.is_listed for row in rows) else [],
    )


def _amount(form: PayBillsForm, row: BillRow) -> str:
    """Return the amount that stands beside a bill: what was written there, or what is left of it."""
    return str((form.amounts.data or {}).get(str(row.id), decimal_text(row.open_minor, row.currency)))


def _confirmation_page(form: PayBillsForm, planned: list[Planned]) -> str:
    total_minor = sum(one.amount_minor for one in planned)
    return render_template(
        "payments/bills/confirm_payment.html",
        form=form,
        planned=planned,
        ticked=[
            (tick(one.row), f"amount-{one.row.id}", decimal_text(one.amount_minor, one.row.currency)) for one in planned
        ],
        has_credits=any(one.row.is_credit for one in planned),
        total_minor=total_minor,
        currency=currency(),
    )
