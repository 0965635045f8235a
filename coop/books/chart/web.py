"""The pages of the chart of accounts: the tree with its balances, one account, and opening, editing and closing one."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books import queries, words
from coop.books.chart import operations as chart_operations
from coop.books.chart import queries as chart_queries
from coop.books.chart import words as chart_words
from coop.books.chart.forms import AccountForm, ClosingForm, EditForm
from coop.books.chart.queries import ChartRow
from coop.books.pages import READERS, Answer, blueprint, currency, download_links, trail
from coop.books.statements.asked import span_asked
from coop.charts import ColumnChart, column_chart
from coop.database import db, write
from coop.formats import format_day
from coop.membership.classes import capital_accounts
from coop.paging import LAST_NUMBER, Part, bounded, pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from ledger import chart, journal
from ledger.errors import NoSuchAccount
from ledger.models import Account
from ledger.records import PAGE_SIZE


@blueprint.get("/books/accounts")
@requires(*READERS)
def accounts() -> str:
    """Show the chart of accounts with balances."""
    return render_template(
        "books/accounts.html",
        rows=chart_queries.chart_rows(db.session()),
        may_write=_may_write(),
        currency=currency(),
        downloads=[_chart_link(), *download_links()],
        trail=trail((gettext("Accounts"), None)),
        words=chart_words,
    )


@blueprint.get("/books/accounts/new")
@requires(Power.TREASURER)
def new_account() -> str:
    """Show the form of an account."""
    return _account_form(AccountForm(data={"opened_on": cooperative.today(db.session()), "type": "account"}))


@blueprint.post("/books/accounts/new")
@requires(Power.TREASURER)
def open_account() -> Answer:
    """Add an account or a heading."""
    form = AccountForm()
    if form.validate_on_submit():
        who, account = actor(), form.to_account()
        with form.showing_refusals():
            write(lambda session: chart_operations.open_account(session, who, account))
            flash(gettext("Account %(code)s is open.", code=account.code), "success")
            return redirect(url_for("books.account", code=account.code), 303)
    return _account_form(form), form.status


@blueprint.get("/books/accounts/<code>")
@requires(*READERS)
def account(code: str) -> str:
    """Show a heading with what stands under it, or the ledger of an account, the latest page first."""
    found = _known_account(code)
    return _heading(found) if found.is_heading else _ledger(found)


@blueprint.get("/books/accounts/<code>/edit")
@requires(Power.TREASURER)
def edit_account(code: str) -> str:
    """Show the form of what can change about an account."""
    found = _known_account(code)
    return _edit_form(found, EditForm(found))


@blueprint.post("/books/accounts/<code>/edit")
@requires(Power.TREASURER)
def change_account(code: str) -> Answer:
    """Change an account."""
    form = EditForm(_known_account(code))
    if form.validate_on_submit():
        who, particulars = actor(), form.to_particulars()
        with form.showing_refusals():
            write(lambda session: chart_operations.edit_account(session, who, code=code, particulars=particulars))
            flash(gettext("Account %(code)s is changed.", code=code), "success")
            return redirect(url_for("books.account", code=code), 303)
    return _edit_form(_known_account(code), form), form.status


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
    form = ClosingForm()
    if form.validate_on_submit():
        who, closed_on = actor(), form.to_day()
        with form.showing_refusals():
            write(lambda session: chart_operations.close_account(session, who, code=code, closed_on=closed_on))
            flash(gettext("Account %(code)s is closed.", code=code), "success")
            return redirect(url_for("books.accounts"), 303)
    return _closing_form(code, form), form.status


def _ledger(found: Account) -> str:
    session, within = db.session(), span_asked()
    total = journal.posting_count(session, found.id, within)
    number, last = bounded(requested_page() if "page" in request.args else LAST_NUMBER, total, PAGE_SIZE)
    ledger = journal.account_ledger(session, found.code, page=number, within=within)
    return render_template(
        "books/account.html",
        account=found,
        ledger=ledger,
        within=within,
        chart=_balance_chart([found]) if within is None else None,
        pager=pager(Part(ledger.rows, number, last, total)),
        names=queries.party_names(session, (row.party_ref for row in ledger.rows)),
        facts=_facts(found),
        actions=_actions(found),
        downloads=download_links(),
        trail=_account_trail(found),
        words=words,
    )


def _heading(found: Account) -> str:
    rows = chart_queries.chart_rows(db.session())
    under = chart_queries.under(rows, found)
    return render_template(
        "books/heading.html",
        heading=next(row for row in rows if row.account.id == found.id),
        rows=under,
        chart=_balance_chart(_accounts_of(under)),
        facts=_facts(found),
        actions=_actions(found),
        currency=currency(),
        downloads=[_chart_link(), *download_links()],
        trail=_account_trail(found),
        kind=words.account_kind(found.kind),
        words=chart_words,
    )


def _accounts_of(rows: list[ChartRow]) -> list[Account]:
    return [row.account for row in rows if not row.account.is_heading]


def _balance_chart(found: list[Account]) -> ColumnChart | None:
    months = chart_queries.months(db.session(), found, cooperative.today(db.session()))
    return column_chart([(format_day(month.ends_on), month.balance_minor) for month in months]) if months else None


def _facts(found: Account) -> list[tuple[str, str]]:
    """Return what is to be said about an account beside its code, name and days."""
    parent = db.session().get(Account, found.parent_id) if found.parent_id else None
    facts = [(gettext("Under the heading"), f"{parent.code} {parent.name}")] if parent else []
    if found.is_heading:
        return facts
    if found.statement_line:
        facts.append((gettext("Line of the statements"), chart_words.statement_line(found.statement_line)))
    side = gettext("debit") if found.kind.is_debit is not found.is_contra else gettext("credit")
    facts.append((gettext("Its normal side"), side))
    if found.business:
        facts.append((gettext("Whose business"), chart_words.business(found.business)))
    if found.statutory_tag:
        facts.append((gettext("Statutory tag"), found.statutory_tag))
    facts.append((gettext("Kept per member or client"), gettext("yes") if found.by_party else gettext("no")))
    return facts


def _actions(found: Account) -> list[dict[str, str]]:
    if not _may_write():
        return []
    edit = {"label": gettext("Edit"), "href": url_for("books.edit_account", code=found.code), "kind": "quiet"}
    if found.closed_on is not None or _is_needed(found.code):
        return [edit]
    label = gettext("Close this heading") if found.is_heading else gettext("Close this account")
    return [edit, {"label": label, "href": url_for("books.close_account", code=found.code), "kind": "quiet"}]


def _is_needed(code: str) -> bool:
    return code in chart.BOOKED_BY_THE_PROGRAM or code in capital_accounts(db.session())


def _may_write() -> bool:
    return Power.TREASURER in actor().powers


def _chart_link() -> dict[str, str]:
    return {"label": gettext("Chart as CSV"), "href": url_for("books.chart_csv")}


def _known_account(code: str) -> Account:
    """Return an account named in the address; one that is not there is a page that is not there."""
    try:
        return chart.account_by_code(db.session(), code)
    except NoSuchAccount as error:
        raise NotFound from error


def _account_trail(found: Account) -> list[dict[str, str | None]]:
    return trail((gettext("Accounts"), url_for("books.accounts")), (f"{found.code} {found.name}", None))


def _account_form(form: AccountForm) -> str:
    return render_template(
        "books/account_form.html",
        form=form,
        trail=trail((gettext("Accounts"), url_for("books.accounts")), (gettext("New account"), None)),
    )


def _edit_form(found: Account, form: EditForm) -> str:
    return render_template(
        "books/account_edit.html",
        account=found,
        form=form,
        trail=trail((f"{found.code} {found.name}", url_for("books.account", code=found.code)), (gettext("Edit"), None)),
    )


def _closing_form(code: str, form: ClosingForm) -> str:
    found = _known_account(code)
    return render_template(
        "books/close_account.html",
        account=found,
        form=form,
        trail=trail((f"{code} {found.name}", url_for("books.account", code=code)), (gettext("Close"), None)),
    )
