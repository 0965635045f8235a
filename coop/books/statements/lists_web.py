"""The pages of the statements that are lists: trial balance, general ledger, changes in equity, what is owed by whom."""

from typing import Any

from flask import Response, render_template, url_for
from flask_babel import gettext

from coop.books import queries, words
from coop.books.pages import READERS, Answer, blueprint, currency, trail
from coop.books.statements import asked, files
from coop.books.statements.web import statement_trail
from coop.database import db
from coop.downloads import download, streamed
from coop.permissions import requires
from ledger.comparatives import Against
from ledger.export.general_ledger import write as written
from ledger.spans import Span
from ledger.statements import AgedBalances, AgedRow, Side, general_ledger
from ledger.statements.balances import TrialBalance


@blueprint.get("/books/trial-balance")
@requires(*READERS)
def trial_balance() -> Answer:
    """Show every account's balance at the end of a day, beside an earlier day."""
    found = asked.asked_day()
    trials = files.trials(found)
    page = render_template(
        "books/statements/trial_balance.html",
        asked=found,
        trials=trials,
        rows=_side_by_side(trials),
        currency=trials[0].currency,
        downloads=files.downloads("trial-balance", found.address),
        trail=statement_trail("trial-balance"),
    )
    return page, found.status


@blueprint.get("/books/changes-in-equity")
@requires(*READERS)
def changes_in_equity() -> Answer:
    """Show what changed the members' own capital and funds, account by account."""
    found = asked.asked_days()
    page = render_template(
        "books/statements/equity.html",
        asked=found,
        statements=files.equities(found),
        words=words,
        postings_href=postings_href,
        downloads=files.downloads("changes-in-equity", found.address),
        trail=statement_trail("changes-in-equity"),
    )
    return page, found.status


@blueprint.get("/books/general-ledger")
@requires(*READERS)
def general_ledger_page() -> Answer:
    """Show what every account held before, what was booked, and what it holds, with the way to its postings."""
    found = asked.asked_days(Against.NOTHING)
    del found.form.against
    days = asked.days_in_address(found.starts_on, found.ends_on)
    csv: dict[str, Any] = {
        "label": gettext("General ledger as CSV"),
        "href": url_for("books.general_ledger_csv", **days),
    }
    page = render_template(
        "books/statements/general_ledger.html",
        asked=found,
        accounts=general_ledger(db.session(), found.starts_on, found.ends_on),
        postings_href=postings_href,
        span=Span(found.starts_on, found.ends_on),
        currency=currency(),
        downloads=[csv, {"label": gettext("Print"), "print": True}],
        trail=trail((gettext("Statements"), url_for("books.all_statements")), (gettext("General ledger"), None)),
    )
    return page, found.status


@blueprint.get("/books/general-ledger.csv")
@requires(*READERS)
def general_ledger_csv() -> Response:
    """Return every account with all its postings, as a file that is written while it is sent."""
    found = asked.asked_days(Against.NOTHING)
    body = streamed(lambda session: written(session, found.starts_on, found.ends_on))
    return download(body, f"general-ledger-{found.starts_on}-{found.ends_on}.csv", "text/csv")


@blueprint.get("/books/receivables")
@requires(*READERS)
def receivables() -> Answer:
    """Show who owes the co-operative, and since when."""
    return _aged_page(Side.RECEIVABLE, "receivables")


@blueprint.get("/books/payables")
@requires(*READERS)
def payables() -> Answer:
    """Show whom the co-operative owes, and since when."""
    return _aged_page(Side.PAYABLE, "payables")


def postings_href(code: str, span: Span) -> str:
    """Return the page with the postings of an account on some days."""
    return url_for("books.account", code=code, **asked.span_in_address(span))


def _aged_page(side: Side, name: str) -> Answer:
    session = db.session()
    form, at, days_to_pay, status = asked.asked_age()
    aged = files.aged(side, at, days_to_pay)
    page = render_template(
        "books/statements/aged.html",
        form=form,
        aged=aged,
        names=queries.party_names(session, (row.party_ref for row in _rows(aged))),
        title=gettext(files.TITLES[name]),
        postings_href=postings_href,
        span=Span(None, at),
        is_receivable=side is Side.RECEIVABLE,
        downloads=files.downloads(name, {"at": at.isoformat(), "days": str(days_to_pay)}),
        trail=statement_trail(name),
    )
    return page, status


def _rows(aged: AgedBalances) -> list[AgedRow]:
    return [row for account in aged.accounts for row in account.rows]


def _side_by_side(trials: list[TrialBalance]) -> list[dict[str, Any]]:
    """Return a row for each account that has a balance on one of the days: both sides of each day, with their postings."""
    columns = [{row.code: row for row in trial.rows} for trial in trials]
    names = {code: row.name for column in reversed(columns) for code, row in column.items()}
    rows = []
    for code in sorted(names):
        figures: list[tuple[int, str]] = []
        for trial, column in zip(trials, columns, strict=True):
            href, row = postings_href(code, trial.span), column.get(code)
            figures += [(row.debit_minor if row else 0, href), (row.credit_minor if row else 0, href)]
        rows.append({"code": code, "name": names[code], "figures": figures})
    return rows
