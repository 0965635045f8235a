"""The pages of the statements that are compared: balance sheet, income statement, cash flows; the page that leads to all; the files."""

from datetime import date
from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext

from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.statements import asked, files
from coop.database import db
from coop.downloads import download
from coop.permissions import requires
from ledger.comparatives import Against
from ledger.statements import income_by_month
from ledger.statements.statutory import tagged_table
from ledger.statements.tables import Figure, Row, Table, cash_table, income_table, sheet_table
from ledger.years.closed_years import first_open

#: A table of more months is no longer small.
_MOST_MONTHS = 18
_NAMES = ",".join(f'"{name}"' for name in files.FILES)
_MEDIA_TYPES = {"csv": "text/csv", "json": "application/json"}


@blueprint.get("/books/statements")
@requires(*READERS)
def all_statements() -> str:
    """Lead to all statements."""
    return render_template("books/statements/all.html", trail=trail((gettext("Statements"), None)))


@blueprint.get("/books/balance-sheet")
@requires(*READERS)
def balance_sheet() -> Answer:
    """Show what the co-operative has and owes at the end of a day, beside an earlier day."""
    found = asked.asked_day()
    table = sheet_table(files.sheets(found))
    return _page("balance-sheet", found, table)


@blueprint.get("/books/income-statement")
@requires(*READERS)
def income_statement() -> Answer:
    """Show what came in and what it cost, beside earlier days, and month by month."""
    found = asked.asked_days()
    table = income_table(files.incomes(found))
    months = (found.ends_on.year - found.starts_on.year) * 12 + found.ends_on.month - found.starts_on.month + 1
    by_month = income_by_month(db.session(), found.starts_on, found.ends_on) if 1 < months <= _MOST_MONTHS else []
    return _page("income-statement", found, table, by_month=by_month)


@blueprint.get("/books/cash-flows")
@requires(*READERS)
def cash_flows() -> Answer:
    """Show where the money came from and where it went, beside earlier days."""
    found = asked.asked_days()
    table = cash_table(files.cash_flows(found))
    return _page("cash-flows", found, table)


@blueprint.get("/books/statutory-tags")
@requires(*READERS)
def statutory_tags() -> Answer:
    """Show what the accounts add up to for the forms of the state, beside earlier days."""
    found = asked.asked_days()
    return _page("statutory-tags", found, tagged_table(files.tagged(found)))


@blueprint.get(f"/books/<any({_NAMES}):name>.<any(csv,json):form>")
@requires(*READERS)
def statement_file(name: str, form: str) -> Response:
    """Return a statement as a file."""
    text, days = files.FILES[name](form)
    return download(text, f"{name}-{days}.{form}", _MEDIA_TYPES[form])


def _page(name: str, found: asked.AskedDay | asked.AskedDays, table: Table, **more: Any) -> Answer:
    page = render_template(
        f"books/statements/{name.replace('-', '_')}.html",
        asked=found,
        table=table,
        behind=behind,
        downloads=files.downloads(name, found.address),
        trail=statement_trail(name),
        **more,
    )
    return page, found.status


def statement_trail(name: str) -> list[dict[str, str | None]]:
    """Return the breadcrumbs of the page of a statement."""
    return trail((gettext("Statements"), url_for("books.all_statements")), (gettext(files.TITLES[name]), None))


def behind(row: Row, figure: Figure) -> str | None:
    """Return the page with the postings behind a figure: its account's, or the income statement of a result."""
    span = figure.span
    if span is None or not figure.amount_minor:
        return None
    if row.account is not None:
        return url_for("books.account", code=row.account, **asked.span_in_address(span))
    starts_on = span.starts_on or _first_open_day()
    days = asked.days_in_address(starts_on, span.ends_on)
    return url_for("books.income_statement", **days, against=Against.NOTHING.value)


def _first_open_day() -> date | None:
    """Return the first day of the earliest year that is not closed: what earlier years left begins there."""
    year = first_open(db.session())
    return year.starts_on if year is not None else None
