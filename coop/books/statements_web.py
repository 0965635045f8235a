"""The pages of the statements, the downloads, and a member's own statement."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books import queries, words
from coop.books.forms import DatesForm, DayForm
from coop.books.pages import READERS, Answer, attachment, blueprint, currency, download_links, stream_export, trail
from coop.database import db
from coop.permissions import NotFound, requires
from coop.signed_in import act_for
from ledger import comparatives, journal, statements
from ledger.export import FORMATS, balances
from ledger.export import statements as statement_files
from ledger.models import FiscalYear
from ledger.periods import fiscal_year_of
from ledger.statements import BalanceSheet, IncomeStatement, Section


@blueprint.get("/books/trial-balance")
@requires(*READERS)
def trial_balance() -> Answer:
    """Show every account's balance at the end of a day."""
    form, at, status = _asked_day()
    found = statements.trial_balance(db.session(), at)
    csv = {
        "label": gettext("Trial balance as CSV"),
        "href": url_for("books.trial_balance_csv", at=at.isoformat()),
    }
    page = render_template(
        "books/trial_balance.html",
        form=form,
        statement=found,
        downloads=[csv, *download_links(None, at)],
        trail=trail((gettext("Trial balance"), None)),
    )
    return page, status


@blueprint.get("/books/trial-balance.csv")
@requires(*READERS)
def trial_balance_csv() -> Response:
    """Return the trial balance as a table."""
    _, at, _ = _asked_day()
    text = balances.as_csv(statements.trial_balance(db.session(), at))
    return attachment(text, f"trial-balance-{at}.csv", "text/csv")


@blueprint.get("/books/balance-sheet")
@requires(*READERS)
def balance_sheet() -> Answer:
    """Show what the co-operative has and owes at the end of a day, beside the end of the fiscal year before."""
    session = db.session()
    form, at, status = _asked_day()
    days = comparatives.days(session, at)
    sheets = [statements.balance_sheet(session, day) for day in days]
    page = render_template(
        "books/balance_sheet.html",
        form=form,
        at=at,
        days=days,
        sections=_sheet_sections(sheets),
        claims=[sheet.claims_minor for sheet in sheets],
        currency=currency(),
        downloads=[
            {"label": gettext("Balance sheet as CSV"), "href": url_for("books.balance_sheet_csv", at=at.isoformat())},
            *download_links(None, at),
        ],
        trail=trail((gettext("Balance sheet"), None)),
    )
    return page, status


@blueprint.get("/books/balance-sheet.csv")
@requires(*READERS)
def balance_sheet_csv() -> Response:
    """Return the balance sheet as a table."""
    _, at, _ = _asked_day()
    text = statement_files.sheet_as_csv(statements.balance_sheet(db.session(), at))
    return attachment(text, f"balance-sheet-{at}.csv", "text/csv")


@blueprint.get("/books/income-statement")
@requires(*READERS)
def income_statement() -> Answer:
    """Show what came in and what it cost, beside the fiscal year before."""
    session = db.session()
    form, starts_on, ends_on, status = _asked_days()
    stretches = comparatives.stretches(session, starts_on, ends_on)
    asked: dict[str, Any] = {"from": starts_on.isoformat(), "to": ends_on.isoformat()}
    csv = {"label": gettext("Income statement as CSV"), "href": url_for("books.income_statement_csv", **asked)}
    found = [statements.income_statement(session, *stretch) for stretch in stretches]
    page = render_template(
        "books/income_statement.html",
        form=form,
        stretches=stretches,
        sections=_income_sections(found),
        results=[statement.result_minor for statement in found],
        currency=currency(),
        downloads=[csv, *download_links(starts_on, ends_on)],
        trail=trail((gettext("Income statement"), None)),
    )
    return page, status


@blueprint.get("/books/income-statement.csv")
@requires(*READERS)
def income_statement_csv() -> Response:
    """Return the income statement as a table."""
    _, starts_on, ends_on, _ = _asked_days()
    text = statement_files.income_as_csv(statements.income_statement(db.session(), starts_on, ends_on))
    return attachment(text, f"income-statement-{starts_on}-{ends_on}.csv", "text/csv")


@blueprint.get("/books/exports")
@requires(*READERS)
def exports() -> Answer:
    """Let days be chosen and the journal be downloaded."""
    form, starts_on, ends_on, status = _asked_days()
    page = render_template(
        "books/exports.html",
        form=form,
        starts_on=starts_on,
        ends_on=ends_on,
        downloads=download_links(starts_on, ends_on),
        whole=download_links(),
        trail=trail((gettext("Downloads"), None)),
    )
    return page, status


@blueprint.get("/books/export.<format>")
@requires(*READERS)
def export_journal(format: str) -> Response:  # noqa: A002 - the name is of the address
    """Return the journal between two days as a file."""
    form = DatesForm(formdata=request.args)
    if format not in FORMATS or not form.validate():
        raise NotFound
    return stream_export(format, *form.days())


@blueprint.get("/as/<uuid:participant_id>/statement")
@requires()
def my_statement(participant_id: UUID) -> Answer:
    """Show a participant what the books say about them."""
    act_for(participant_id)
    session = db.session()
    form, starts_on, ends_on, status = _asked_days()
    found = journal.party_statement(session, queries.party_of(session, participant_id), starts_on, ends_on)
    page = render_template(
        "books/my_statement.html",
        form=form,
        statement=found,
        currency=currency(),
        participant_id=participant_id,
        words=words,
    )
    return page, status


def _asked_day() -> tuple[DayForm, date, int]:
    """Return the day in the address, or today; nonsense is today too, with the reason beside the field."""
    form = DayForm(formdata=request.args)
    valid = form.validate()
    at = (form.to_day() if valid else None) or cooperative.today(db.session())
    if not form.at.data:
        form.at.process_data(at)
    return form, at, 200 if valid else 422


def _asked_days() -> tuple[DatesForm, date, date, int]:
    """Return the days in the address, or this fiscal year up to today."""
    form = DatesForm(formdata=request.args)
    valid = form.validate()
    asked_from, asked_to = form.days() if valid else (None, None)
    session = db.session()
    ends_on = asked_to or cooperative.today(session)
    year: FiscalYear | None = fiscal_year_of(session, ends_on)
    starts_on = asked_from or (year.starts_on if year else ends_on)
    ends_on = max(ends_on, starts_on)
    for field, day in ((form.starts_on, starts_on), (form.ends_on, ends_on)):
        if not field.data:
            field.process_data(day)
    return form, starts_on, ends_on, 200 if valid else 422


def _sheet_sections(sheets: list[BalanceSheet]) -> list[dict[str, Any]]:
    equity = _section(gettext("Members' funds"), gettext("Total members' funds"), [s.equity for s in sheets])
    results = [
        (gettext("Surplus or deficit of this year"), [sheet.result_minor for sheet in sheets]),
        (gettext("Surplus or deficit of earlier years"), [sheet.earlier_result_minor for sheet in sheets]),
    ]
    equity["lines"] += [{"label": label, "amounts": amounts} for label, amounts in results if any(amounts)]
    equity["totals"] = [sheet.equity_minor for sheet in sheets]
    return [
        _section(gettext("Assets"), gettext("Total assets"), [s.assets for s in sheets]),
        _section(gettext("Liabilities"), gettext("Total liabilities"), [s.liabilities for s in sheets]),
        equity,
    ]


def _income_sections(found: list[IncomeStatement]) -> list[dict[str, Any]]:
    return [
        _section(gettext("Income"), gettext("Total income"), [statement.income for statement in found]),
        _section(gettext("Expenses"), gettext("Total expenses"), [statement.expenses for statement in found]),
    ]


def _section(label: str, total_label: str, columns: list[Section]) -> dict[str, Any]:
    """Put the same section of several statements side by side, as the macro `statement` takes it."""
    names = {line.code: line.name for section in columns for line in section.lines}
    amounts = [{line.code: line.amount_minor for line in section.lines} for section in columns]
    return {
        "label": label,
        "lines": [
            {
                "label": f"{code} {names[code]}",
                "amounts": [column.get(code, 0) for column in amounts],
                "href": url_for("books.account", code=code),
            }
            for code in sorted(names)
        ],
        "total_label": total_label,
        "totals": [section.total_minor for section in columns],
    }
