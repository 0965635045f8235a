"""The pages of the chart of accounts and of the fiscal years: adding, closing, locking, opening."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books import closing, operations, queries, words
from coop.books.forms import AccountForm, ClosingForm, ConfirmForm, YearForm
from coop.books.pages import READERS, Answer, blueprint, currency, download_links, trail
from coop.database import db, write
from coop.errors import message_of, show_on, status_of
from coop.forms import read_day
from coop.paging import LAST_NUMBER, Part, bounded, pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger import chart, journal, periods
from ledger.errors import NoSuchAccount, NoSuchPeriod
from ledger.models import Account, AccountKind
from ledger.records import PAGE_SIZE


@blueprint.get("/books/accounts")
@requires(*READERS)
def accounts() -> str:
    """Show the chart of accounts with balances."""
    rows = queries.chart_rows(db.session())
    return render_template(
        "books/accounts.html",
        groups=[(words.account_kind(kind), [row for row in rows if row.kind is kind]) for kind in AccountKind],
        may_write=Power.TREASURER in actor().powers,
        currency=currency(),
        downloads=download_links(),
        trail=trail((gettext("Accounts"), None)),
    )


@blueprint.get("/books/accounts/new")
@requires(Power.TREASURER)
def new_account() -> str:
    """Show the form of an account."""
    return _account_form(AccountForm(data={"opened_on": cooperative.today(db.session())}))


@blueprint.post("/books/accounts/new")
@requires(Power.TREASURER)
def open_account() -> Answer:
    """Add an account."""
    form, status = AccountForm(), 422
    if form.validate():
        who, account = actor(), form.to_account()
        try:
            write(lambda session: operations.open_account(session, who, account))
        except Refusal as refusal:
            status = show_on(form, refusal)
        else:
            flash(gettext("Account %(code)s is open.", code=account.code), "success")
            return redirect(url_for("books.account", code=account.code), 303)
    return _account_form(form), status


@blueprint.get("/books/accounts/<code>")
@requires(*READERS)
def account(code: str) -> str:
    """Show the ledger of an account, the latest page first."""
    session = db.session()
    found = _known_account(code)
    total = journal.posting_count(session, found.id)
    number, last = bounded(requested_page() if "page" in request.args else LAST_NUMBER, total, PAGE_SIZE)
    ledger = journal.account_ledger(session, code, page=number)
    may_write = Power.TREASURER in actor().powers
    return render_template(
        "books/account.html",
        account=found,
        ledger=ledger,
        pager=pager(Part(ledger.rows, number, last, total)),
        names=queries.party_names(session, (row.party_ref for row in ledger.rows)),
        may_close=may_write and found.closed_on is None and code not in chart.BOOKED_BY_THE_PROGRAM,
        downloads=download_links(),
        trail=trail((gettext("Accounts"), url_for("books.accounts")), (f"{code} {found.name}", None)),
        words=words,
    )


@blueprint.get("/books/accounts/<code>/close")
@requires(Power.TREASURER)
def confirm_closing(code: str) -> str:
    """Show what closing an account means, before it is done."""
    return _closing_form(code, ClosingForm(data={"closed_on": cooperative.today(db.session())}))


@blueprint.post("/books/accounts/<code>/close")
@requires(Power.TREASURER)
def close_account(code: str) -> Answer:
    """Close an account."""
    _known_account(code)
    form, status = ClosingForm(), 422
    if form.validate():
        who, closed_on = actor(), form.to_day()
        try:
            write(lambda session: operations.close_account(session, who, code=code, closed_on=closed_on))
        except Refusal as refusal:
            status = show_on(form, refusal)
        else:
            flash(gettext("Account %(code)s is closed.", code=code), "success")
            return redirect(url_for("books.accounts"), 303)
    return _closing_form(code, form), status


@blueprint.get("/books/periods")
@requires(*READERS)
def fiscal_years() -> str:
    """Show the fiscal years with their months."""
    return _periods_page(YearForm(data={"ends_on": operations.next_year(db.session())[1]}))


@blueprint.post("/books/periods")
@requires(Power.TREASURER)
def open_year() -> Answer:
    """Open the next fiscal year."""
    form, status = YearForm(), 422
    if form.validate():
        who, ends_on = actor(), form.to_last_day()
        try:
            write(lambda session: operations.open_year(session, who, ends_on=ends_on))
        except Refusal as refusal:
            status = show_on(form, refusal)
        else:
            flash(gettext("The next fiscal year is open."), "success")
            return redirect(url_for("books.fiscal_years"), 303)
    return _periods_page(form), status


@blueprint.get("/books/periods/<day>/lock")
@requires(Power.TREASURER)
def confirm_lock(day: str) -> str:
    """Show what locking a period means, before it is done."""
    return _lock_page(_day(day), ConfirmForm())


@blueprint.post("/books/periods/<day>/lock")
@requires(Power.TREASURER)
def lock_period(day: str) -> Answer:
    """Lock a period."""
    ends_on, form = _day(day), ConfirmForm()
    if not form.validate():
        return _lock_page(ends_on, form), 422
    who = actor()
    try:
        write(lambda session: operations.lock_period(session, who, ends_on=ends_on))
    except Refusal as refusal:
        if isinstance(refusal, NoSuchPeriod):
            raise
        form.form_errors.append(message_of(refusal))
        return _lock_page(ends_on, form), status_of(refusal)
    flash(gettext("The period is locked."), "success")
    return redirect(url_for("books.fiscal_years"), 303)


def _known_account(code: str) -> Account:
    """Return an account named in the address; one that is not there is a page that is not there."""
    try:
        return chart.account_by_code(db.session(), code)
    except NoSuchAccount as error:
        raise NotFound from error


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise NotFound from error


def _account_form(form: AccountForm) -> str:
    return render_template(
        "books/account_form.html",
        form=form,
        trail=trail((gettext("Accounts"), url_for("books.accounts")), (gettext("New account"), None)),
    )


def _closing_form(code: str, form: ClosingForm) -> str:
    found = _known_account(code)
    return render_template(
        "books/close_account.html",
        account=found,
        form=form,
        trail=trail((f"{code} {found.name}", url_for("books.account", code=code)), (gettext("Close"), None)),
    )


def _periods_page(form: YearForm) -> str:
    session = db.session()
    today = cooperative.today(session)
    waiting = queries.lockable(session, today)
    return render_template(
        "books/periods.html",
        closings=closing.closings(session),
        to_close=closing.year_to_close(session, today),
        years=[(year, periods.periods_of(session, year.id)) for year in periods.fiscal_years(session)],
        to_lock=waiting.ends_on if waiting is not None else None,
        next_starts_on=operations.next_year(session)[0],
        form=form,
        today=today,
        may_write=Power.TREASURER in actor().powers,
        trail=trail((gettext("Years and months"), None)),
    )


def _lock_page(ends_on: date, form: ConfirmForm) -> str:
    period = periods.period_ending(db.session(), ends_on)
    return render_template(
        "books/lock.html",
        period=period,
        form=form,
        trail=trail((gettext("Years and months"), url_for("books.fiscal_years")), (gettext("Lock"), None)),
    )
