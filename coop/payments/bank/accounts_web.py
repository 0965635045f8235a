"""The pages of the bank accounts: their list, making one of an account of the chart, its number, and ending it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.payments.bank import accounts
from coop.payments.bank.account_forms import NumberForm
from coop.payments.bank.accounts import Bank
from coop.payments.bank.pages import READERS, Answer
from coop.payments.bank.queries import unmatched_counts
from coop.payments.bank.reconciling import Reconciliation, StatementRow, latest_statement, reconciliation
from coop.permissions import Power, requires
from coop.signed_in import actor
from ledger.totals import balance_of

blueprint = Blueprint("bank_accounts", __name__, url_prefix="/payments/bank")


@dataclass(frozen=True)
class Row:
    """A bank account as the list shows it."""

    bank: Bank
    compared: Reconciliation
    #: The statement with a closing balance that reaches furthest.
    latest: StatementRow | None
    unmatched: int


@blueprint.get("")
@requires(*READERS)
def overview() -> str:
    """List the bank accounts, each with its statement beside the books."""
    session = db.session()
    today, open_lines = cooperative.today(session), unmatched_counts(session)
    rows = [
        Row(
            one,
            reconciliation(session, one.code, today),
            latest_statement(session, one.code),
            open_lines.get(one.code, 0),
        )
        for one in accounts.bank_accounts(session, with_ended=True)
    ]
    is_treasurer = Power.TREASURER in actor().powers
    return render_template(
        "payments/bank_accounts.html",
        rows=rows,
        may_write=is_treasurer,
        others=accounts.can_be_marked(session) if is_treasurer else [],
        currency=cooperative.current(session).currency,
    )


@blueprint.get("/accounts/<code>/mark")
@requires(Power.TREASURER)
def confirm_mark(code: str) -> str:
    """Show what it means to make a bank account of an account, before it is done."""
    return _mark_page(code, NumberForm())


@blueprint.post("/accounts/<code>/mark")
@requires(Power.TREASURER)
def mark(code: str) -> Answer:
    """Make a bank account of an account."""
    who, form = actor(), NumberForm()
    accounts.look_at(db.session(), code)

    def work(session: Session) -> None:
        accounts.mark(session, who, code=code, number=form.to_number())

    return _do(form, work, gettext("It is a bank account now. Enter its statement."), lambda: _mark_page(code, form))


@blueprint.get("/accounts/<code>")
@requires(Power.TREASURER)
def account(code: str) -> str:
    """Show the number of a bank account, and how it is ended."""
    found = accounts.bank_account(db.session(), code)
    return _account_page(found, NumberForm(formdata=None, data={"number": found.number}))


@blueprint.post("/accounts/<code>")
@requires(Power.TREASURER)
def change_number(code: str) -> Answer:
    """Change the number of a bank account."""
    who, form, found = actor(), NumberForm(), accounts.bank_account(db.session(), code)

    def work(session: Session) -> None:
        accounts.change_number(session, who, code=code, number=form.to_number())

    return _do(form, work, gettext("The number is kept."), lambda: _account_page(found, form))


@blueprint.post("/accounts/<code>/end")
@requires(Power.TREASURER)
def end(code: str) -> Answer:
    """Say that an account is no bank account any more."""
    who, found = actor(), accounts.bank_account(db.session(), code)
    form = NumberForm(data={"number": found.number})

    def work(session: Session) -> None:
        accounts.end(session, who, code=code)

    done = gettext("It is no bank account any more. Its lines stay to be read.")
    return _do(form, work, done, lambda: _account_page(found, form))


def _do(form: NumberForm, work: Callable[[Session], None], done: str, page: Callable[[], str]) -> Answer:
    """Do what a form asks for and lead back to the list, or show the page again with what is wrong."""
    if form.validate_on_submit():
        with form.showing_refusals():
            write(work)
            flash(done, "success")
            return redirect(url_for("bank_accounts.overview"), 303)
    return page(), form.status


def _mark_page(code: str, form: NumberForm) -> str:
    session = db.session()
    found = accounts.look_at(session, code)
    return render_template(
        "payments/bank_mark.html",
        account=found,
        form=form,
        balance_minor=balance_of(session, code, cooperative.today(session)),
        currency=cooperative.current(session).currency,
    )


def _account_page(found: Bank, form: NumberForm) -> str:
    return render_template("payments/bank_account.html", found=found, form=form)
