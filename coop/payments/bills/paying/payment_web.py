"""The pages of a payment of bills that was recorded: which were paid, and what the bank sent back of it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.database import db, write
from coop.formats import format_day, format_money
from coop.payments.bank.accounts import label_of
from coop.payments.bills.models import BillPaymentRun
from coop.payments.bills.pages import READERS, Answer, blueprint
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying import returning
from coop.payments.bills.paying.operations import RECORDERS
from coop.payments.bills.paying.queries import PaidBill
from coop.payments.ticking import ReturnForm
from coop.permissions import NotFound, requires
from coop.signed_in import actor


@blueprint.get("/bills/payments/<uuid:run_id>")
@requires(*READERS)
def payment(run_id: UUID) -> str:
    """Show the bills that were paid together, and what came back."""
    rows = _rows(run_id)
    total_minor = sum(row.amount_minor for row in rows)
    return render_template(
        "payments/bills/payment.html",
        rows=rows,
        total_minor=total_minor,
        total=format_money(total_minor, rows[0].currency),
        bank=label_of(db.session(), db.session().get_one(BillPaymentRun, run_id).bank_code),
        may_return=not actor().powers.isdisjoint(RECORDERS) and any(row.returned_on is None for row in rows),
    )


@blueprint.get("/bills/payments/<uuid:run_id>/sent-back")
@requires(*RECORDERS)
def confirm_return(run_id: UUID) -> str:
    """Show what it means that the bank sent a payment back."""
    form = ReturnForm(data={"returned_on": cooperative.today(db.session())})
    asked = request.args.getlist("bill")
    rows = _rows(run_id)
    form.back.data = [
        str(id_) for id_ in returning.together(rows, [row.bill_id for row in rows if str(row.bill_id) in asked])
    ]
    return _return_page(form, run_id)


@blueprint.post("/bills/payments/<uuid:run_id>/sent-back")
@requires(*RECORDERS)
def record_return(run_id: UUID) -> Answer:
    """Record that the bank sent back what the ticked bills were paid."""
    _rows(run_id)
    who, form = actor(), ReturnForm()
    if form.validate_on_submit():
        ids, day, reason = form.to_rows(), form.to_day(), form.to_reason()
        never_left = form.to_never_left()
        with form.showing_refusals():
            write(
                lambda session: returning.record_return(
                    session, who, run_id=run_id, bill_ids=ids, returned_on=day, reason=reason, never_left=never_left
                )
            )
            flash(gettext("Recorded: the bills are to be paid again."), "success")
            return redirect(url_for("bills.payment", run_id=run_id), 303)
    return _return_page(form, run_id), form.status


def _rows(run_id: UUID) -> list[PaidBill]:
    """Return what was paid together.

    Raises:
        NotFound
    """
    rows = payments.paid_in(db.session(), run_id)
    if not rows:
        raise NotFound
    return rows


def _return_page(form: ReturnForm, run_id: UUID) -> str:
    rows = _rows(run_id)
    return render_template(
        "payments/sent_back.html",
        form=form,
        rows=[
            (str(row.bill_id), row.supplier, row.number, row.amount_minor) for row in rows if row.returned_on is None
        ],
        lead=gettext(
            "What came back is owed again, and stands among the bills to be paid. Look whether the account is right."
        ),
        currency=rows[0].currency,
        trail=[
            {"label": gettext("Bills"), "href": url_for("bills.bills")},
            {"label": format_day(rows[0].paid_on), "href": url_for("bills.payment", run_id=run_id)},
        ],
    )
