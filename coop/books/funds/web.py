"""The pages of the funds: the list, one fund with its report, and what is done with it."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books import entry_acts
from coop.books import words as entry_words
from coop.books.errors import EntryNeedsTwo
from coop.books.funds import operations
from coop.books.funds.forms import CloseFundForm, FundForm, GrantForm, NewFundForm, ReleaseForm
from coop.books.pages import READERS, Answer, blueprint, currency, for_two, trail
from coop.books.statements.asked import days_in_address, plain_days
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import declare, show_on
from coop.forms import Form
from coop.paging import Part, bounded, pager, requested_page
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.currencies import decimal_text
from evidence.messages import Refusal
from ledger import chart, funds, journal
from ledger.funds import errors as fund_errors
from ledger.funds import reports as fund_reports
from ledger.models import Account, Fund
from ledger.records import PAGE_SIZE, JournalFilter

declare(409, *fund_errors.CONFLICTS)
declare(404, *fund_errors.MISSING)


@blueprint.get("/books/funds")
@requires(*READERS)
def fund_list() -> Answer:
    """Show every fund: what came, what was spent, what is left."""
    form, starts_on, ends_on, status = plain_days()
    page = render_template(
        "books/funds/list.html",
        form=form,
        reports=fund_reports.reports(db.session(), starts_on, ends_on),
        asked=days_in_address(starts_on, ends_on),
        may_write=Power.TREASURER in actor().powers,
        currency=currency(),
        trail=trail((gettext("Funds"), None)),
    )
    return page, status


@blueprint.get("/books/funds/new")
@requires(Power.TREASURER)
def new_fund() -> str:
    """Show the form of a fund."""
    return _new_page(NewFundForm(_accounts(), data={"starts_on": cooperative.today(db.session())}))


@blueprint.post("/books/funds/new")
@requires(Power.TREASURER)
def add_fund() -> Answer:
    """Add a fund."""
    form = NewFundForm(_accounts())
    if form.validate_on_submit():
        who, new = actor(), form.to_fund()
        with form.showing_refusals():
            fund_id = write(lambda session: operations.add(session, who, new))
            flash(gettext("Fund %(code)s is added. Record what you receive for it here.", code=new.code), "success")
            return redirect(url_for("books.fund", fund_id=fund_id), 303)
    return _new_page(form), form.status


@blueprint.get("/books/funds/<uuid:fund_id>")
@requires(*READERS)
def fund(fund_id: UUID) -> Answer:
    """Show a fund: its report between two days, the entries behind it, and what can be done."""
    session = db.session()
    words = operations.words_of(session, fund_id)
    row = session.get_one(Fund, fund_id)
    form, starts_on, ends_on, status = plain_days()
    asked = days_in_address(starts_on, ends_on)
    report = fund_reports.report(session, fund_id, starts_on, ends_on)
    wanted = JournalFilter(fund=row.code, starts_on=starts_on, ends_on=ends_on)
    total = journal.entry_count(session, wanted)
    number, last = bounded(requested_page(), total, PAGE_SIZE)
    part = Part(journal.journal(session, wanted, page=number), number, last, total)
    page = render_template(
        "books/funds/fund.html",
        fund=row,
        words=words,
        form=form,
        asked=asked,
        report=report,
        spending=[(f"{one.account} {one.name}", -one.amount_minor, one.account) for one in report.spending],
        rows=part.rows,
        pager=pager(part),
        entry_words=entry_words,
        may_write=Power.TREASURER in actor().powers and row.closed_on is None,
        currency=currency(),
        downloads=[
            {"label": gettext("Report as CSV"), "href": url_for("books.fund_csv", fund_id=fund_id, **asked)},
            {"label": gettext("Print"), "print": True},
        ],
        trail=trail((gettext("Funds"), url_for("books.fund_list")), (row.code, None)),
    )
    return page, status


@blueprint.get("/books/funds/<uuid:fund_id>/report.csv")
@requires(*READERS)
def fund_csv(fund_id: UUID) -> Response:
    """Return the report of a fund for its funder as a table."""
    _, starts_on, ends_on, _ = plain_days()
    found = fund_reports.report(db.session(), fund_id, starts_on, ends_on)
    rows = [
        ("", gettext("Unspent before"), found.opening_minor),
        ("", gettext("Received"), found.received_minor),
        *((one.account, one.name, -one.amount_minor) for one in found.spending),
        ("", gettext("Left"), found.left_minor),
    ]
    cells = [(account, what, decimal_text(minor, found.currency), found.currency) for account, what, minor in rows]
    return csv_file(f"{found.code}-{starts_on}-{ends_on}.csv", ("account", "what", "amount", "currency"), cells)


@blueprint.route("/books/funds/<uuid:fund_id>/edit", methods=["GET", "POST"])
@requires(Power.TREASURER)
def edit_fund(fund_id: UUID) -> Answer:
    """Change what is written about a fund."""
    session = db.session()
    words, row, who = operations.words_of(session, fund_id), session.get_one(Fund, fund_id), actor()
    shown = {"name": row.name, "ends_on": row.ends_on}
    shown |= {name: getattr(words, name) for name in ("funder", "purpose", "conditions")}
    form = FundForm(data=shown)

    def work(writing: Session) -> None:
        operations.change(writing, who, fund_id=fund_id, text=form.to_text(), ends_on=form.to_last_day())

    return _acted(fund_id, form, work, gettext("The fund is changed."), "edit", gettext("Change the fund"))


@blueprint.route("/books/funds/<uuid:fund_id>/receive", methods=["GET", "POST"])
@requires(Power.TREASURER)
def receive_for_fund(fund_id: UUID) -> Answer:
    """Record money that arrived for a fund."""
    who = actor()
    form = GrantForm(data={"booked_on": cooperative.today(db.session())})

    def work(writing: Session) -> None:
        operations.receive(writing, who, fund_id=fund_id, **form.to_receipt())

    done = gettext("It is booked. Nothing of it is income before it is spent.")
    return _acted(fund_id, form, work, done, "receive", gettext("Record money received"))


@blueprint.route("/books/funds/<uuid:fund_id>/release", methods=["GET", "POST"])
@requires(Power.TREASURER)
def release_fund(fund_id: UUID) -> Answer:
    """Make income of what was spent."""
    who = actor()
    form = ReleaseForm(data={"booked_on": cooperative.today(db.session())})

    def work(writing: Session) -> None:
        booked_on, token = form.booked_on.required_day, form.form_token.token
        operations.release(writing, who, fund_id=fund_id, booked_on=booked_on, form_token=token)

    done = gettext("What was spent is income now.")
    return _acted(fund_id, form, work, done, "release", gettext("Make income of what was spent"))


@blueprint.route("/books/funds/<uuid:fund_id>/close", methods=["GET", "POST"])
@requires(Power.TREASURER)
def close_fund(fund_id: UUID) -> Answer:
    """Close a fund of which nothing is left."""
    who = actor()
    form = CloseFundForm(data={"closed_on": cooperative.today(db.session())})

    def work(writing: Session) -> None:
        operations.close(writing, who, fund_id=fund_id, closed_on=form.closed_on.required_day)

    return _acted(fund_id, form, work, gettext("The fund is closed."), "close", gettext("Close the fund"))


def _acted(fund_id: UUID, form: Form, work: Callable[[Session], None], done: str, what: str, title: str) -> Answer:
    """Show the form of one thing that is done with a fund, or do it and go back to the fund."""
    operations.words_of(db.session(), fund_id)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                write(work)
            except EntryNeedsTwo:
                assert isinstance(form, GrantForm)
                fund = db.session().get_one(Fund, fund_id)
                entry = form.to_entry(operations.account_of(db.session(), fund_id), fund.code)
                return for_two(entry_acts.ENTRY_RECORD, entry_acts.recording_of(entry), entry.text)
            except Refusal as refusal:
                status = show_on(form, refusal)
            else:
                flash(done, "success")
                return redirect(url_for("books.fund", fund_id=fund_id), 303)
    session = db.session()
    row = session.get_one(Fund, fund_id)
    here = url_for("books.fund", fund_id=fund_id)
    links = (gettext("Funds"), url_for("books.fund_list")), (row.code, here), (title, None)
    report = fund_reports.report(session, fund_id, row.starts_on, date.max)
    return render_template(
        "books/funds/act.html",
        fund=row,
        report=report,
        form=form,
        what=what,
        title=title,
        currency=currency(),
        trail=trail(*links),
    ), status


def _accounts() -> list[Account]:
    return [one for one in chart.accounts(db.session()) if funds.is_fit(one)]


def _new_page(form: NewFundForm) -> str:
    return render_template(
        "books/funds/new.html",
        form=form,
        trail=trail((gettext("Funds"), url_for("books.fund_list")), (gettext("New fund"), None)),
    )
