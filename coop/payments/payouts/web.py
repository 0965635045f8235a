"""The pages of payments out: who is owed what, the list for the bank, recording what it has paid, and a participant's account."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import message_of
from coop.formats import format_money
from coop.paging import pager, requested_page
from coop.payments.confirming.models import AccountConfirmation
from coop.payments.payouts import accounts as payout_accounts
from coop.payments.payouts import disbursements, errors, payees, payment_web
from coop.payments.payouts.forms import AccountForm, PaymentForm, tick
from coop.payments.payouts.pages import READERS, Answer, blueprint
from coop.payments.payouts.payees import Payees, PayList
from coop.payments.references import prefix
from coop.permissions import Power, requires
from coop.signed_in import act_for, actor
from coop.texts import fold
from evidence.currencies import decimal_text
from evidence.identifiers import new_ref

__all__ = ["blueprint", "payment_web"]

_LATEST = 10
#: What banks take beside a payment: so many characters, without macrons.
_LONGEST_PARTICULARS = 12


@blueprint.get("/payouts")
@requires(*READERS)
def overview() -> str:
    """Show the lists at a glance."""
    session = db.session()
    return render_template(
        "payments/payouts.html",
        lists=[(one, gettext(one.label), payees.pay_list(session, one)) for one in Payees],
        currency=cooperative.current(session).currency,
    )


@blueprint.get("/payouts/<payee_list>")
@requires(*READERS)
def pay_list(payee_list: str) -> str:
    """Show who is owed what on a list, and where it can be paid."""
    found = payees.pay_list(db.session(), payees.payees_named(payee_list))
    form = PaymentForm(data={"paid_on": cooperative.today(db.session()), "form_token": str(new_ref())})
    form.pay.data = [tick(row) for row in found.page(requested_page()).rows if row.is_payable]
    return _list_page(found, form)


@blueprint.get("/payouts/<payee_list>/bank-list.csv")
@requires(*READERS)
def bank_list(payee_list: str) -> Response:
    """Return what the bank is to pay: those on the page of the list whose account is known and confirmed."""
    session = db.session()
    found = payees.pay_list(session, payees.payees_named(payee_list))
    house = cooperative.current(session)
    reference = f"{prefix(house.name)} {found.payees.reference}"
    particulars = fold(house.name).upper()[:_LONGEST_PARTICULARS]
    rows = (
        (row.name, row.bank_account or "", decimal_text(row.owed_minor, house.currency), reference, particulars)
        for row in found.page(requested_page()).rows
        if row.is_payable
    )
    columns = ("name", "account", "amount", "reference", "particulars")
    return csv_file(f"bank-list-{payee_list}-{cooperative.today(session)}.csv", columns, rows)


@blueprint.post("/payouts/<payee_list>")
@requires(Power.TREASURER)
def record(payee_list: str) -> Answer:
    """Show what would be recorded and, once that is confirmed, record that the bank has paid the ticked rows."""
    chosen, who, form = payees.payees_named(payee_list), actor(), PaymentForm()
    if form.validate_on_submit():
        lines, paid_on, token, bank = form.to_lines(), form.to_day(), form.to_token(), form.to_bank()
        code = chosen.account_code
        with form.showing_refusals():
            if "confirmed" not in request.form:
                planned = disbursements.plan_payment(db.session(), account_code=code, lines=lines, paid_on=paid_on)
                return _confirmation_page(chosen, form, planned)
            write(
                lambda session: disbursements.record_payment(
                    session, who, account_code=code, lines=lines, paid_on=paid_on, form_token=token, bank=bank
                )
            )
            currency = cooperative.current(db.session()).currency
            total = format_money(sum(line.amount_minor for line in lines), currency)
            flash(gettext("Recorded: %(total)s was paid, and each was told by mail.", total=total), "success")
            return redirect(url_for("payouts.pay_list", payee_list=payee_list), 303)
    return _list_page(payees.pay_list(db.session(), chosen), form), form.status


@blueprint.post("/payouts/<payee_list>/ask/<uuid:participant_id>")
@requires(Power.TREASURER)
def ask(payee_list: str, participant_id: UUID) -> Response:
    """Ask somebody who is owed money for an account."""
    payees.payees_named(payee_list)
    who = actor()
    try:
        write(lambda session: payout_accounts.ask_for_account(session, who, participant_id=participant_id))
    except errors.AccountGiven as refusal:
        flash(message_of(refusal), "message")
    else:
        flash(gettext("They are asked by mail for the account."), "success")
    return redirect(url_for("payouts.pay_list", payee_list=payee_list), 303)


@blueprint.get("/as/<uuid:participant_id>/payout-account")
@requires()
def account(participant_id: UUID) -> str:
    """Show a participant where they are paid, and what for."""
    act_for(participant_id)
    row = payout_accounts.account_of(db.session(), participant_id)
    return _account_page(participant_id, AccountForm(data={"bank_account": row.bank_account if row else ""}))


@blueprint.post("/as/<uuid:participant_id>/payout-account")
@requires()
def change_account(participant_id: UUID) -> Answer:
    """Give, change or remove a participant's account."""
    who, form = act_for(participant_id), AccountForm()
    if form.validate_on_submit():
        given = form.to_account()
        with form.showing_refusals():
            write(
                lambda session: payout_accounts.change_account(
                    session, who, participant_id=participant_id, bank_account=given
                )
            )
            flash(gettext("The account is saved.") if given else gettext("No account is kept."), "success")
            return redirect(url_for("payouts.account", participant_id=participant_id), 303)
    return _account_page(participant_id, form), form.status


def _list_page(found: PayList, form: PaymentForm) -> str:
    part = found.page(requested_page())
    name = found.payees.value
    download = {
        "label": gettext("List for the bank as CSV"),
        "href": url_for("payouts.bank_list", payee_list=name, page=part.number),
    }
    payable = [row for row in part.rows if row.is_payable]
    return render_template(
        "payments/payout_list.html",
        name=name,
        label=gettext(found.payees.label),
        found=found,
        part=part,
        pager=pager(part),
        rows=[(row, tick(row)) for row in part.rows],
        without=[row for row in part.rows if not row.bank_account],
        unconfirmed=[row for row in part.rows if row.bank_account and not row.is_payable],
        ticked=set(form.pay.data or ()),
        form=form,
        paid=payees.disbursements(db.session(), found.payees, limit=_LATEST),
        currency=cooperative.current(db.session()).currency,
        may_write=Power.TREASURER in actor().powers,
        downloads=[download] if payable else [],
        payable_minor=sum(row.owed_minor for row in payable),
    )


def _confirmation_page(chosen: Payees, form: PaymentForm, planned: list[disbursements.PlannedLine]) -> str:
    return render_template(
        "payments/payout_confirm.html",
        name=chosen.value,
        label=gettext(chosen.label),
        form=form,
        planned=planned,
        total_minor=sum(line.amount_minor for line in planned),
        currency=cooperative.current(db.session()).currency,
    )


def _account_page(participant_id: UUID, form: AccountForm) -> str:
    session = db.session()
    row = payout_accounts.account_of(session, participant_id)
    return render_template(
        "payments/payout_account.html",
        form=form,
        row=row,
        is_confirmed=row is not None and session.get(AccountConfirmation, row.account_ref) is not None,
        owed=payees.owed_to(session, participant_id),
        currency=cooperative.current(session).currency,
        participant_id=participant_id,
    )
