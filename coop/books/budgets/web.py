"""The pages of the budget: a year beside its books, one account month by month, copying, and the table out and in."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import format_date, gettext, ngettext

from coop import cooperative
from coop.books import words
from coop.books.budgets import operations
from coop.books.budgets.forms import BudgetFileForm, MonthsForm, YearAmountForm
from coop.books.forms import ConfirmForm
from coop.books.pages import READERS, Answer, blueprint, currency, trail
from coop.database import db, write
from coop.downloads import csv_file
from coop.errors import declare, show_on
from coop.permissions import NotFound, Power, requires, takes_files
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.budgets import errors, table
from ledger.budgets.amounts import CopySource, budget_of, budgeted_account
from ledger.budgets.comparison import By, Column, columns_of, compare
from ledger.models import Account, AccountKind, FiscalYear
from ledger.years.closed_years import is_closed
from ledger.years.periods import fiscal_years, periods_of

declare(404, *errors.MISSING)
declare(409, *errors.CONFLICTS)


@dataclass(frozen=True)
class Part:
    """A part of the year that the page can show: the whole of it, a quarter, a month."""

    value: str
    label: str
    is_shown: bool


@blueprint.get("/books/budget")
@requires(*READERS)
def budget() -> str:
    """Show a year's budget beside what was booked, for the year or a part of it."""
    year = _asked_year()
    by, number = _asked_part()
    found = compare(db.session(), year.id, by)
    column = min(number, len(found.columns)) - 1
    sections = [
        (kind, [row for row in found.rows if row.kind is kind and not (row.is_closed and row.is_empty)])
        for kind in (AccountKind.INCOME, AccountKind.EXPENSE)
    ]
    return render_template(
        "books/budget/year.html",
        year=year,
        years=fiscal_years(db.session()),
        found=found,
        column=column,
        parts=_parts(year, by, column + 1),
        sections=sections,
        may_write=_may_write(year),
        currency=currency(),
        downloads=[{"label": gettext("Budget as CSV"), "href": url_for("books.budget_csv", year=year.id)}],
        words=words,
        trail=trail((gettext("Budget"), None)),
    )


@blueprint.get("/books/budget.csv")
@requires(*READERS)
def budget_csv() -> Response:
    """Return a year's budget and actuals by month as a table, which can be read again."""
    year = _asked_year()
    found = compare(db.session(), year.id, By.MONTH)
    return csv_file(f"budget-{year.starts_on}-{year.ends_on}.csv", table.COLUMNS, table.rows(found))


@blueprint.get("/books/budget/<uuid:year_id>/accounts/<code>")
@requires(*READERS)
def account_budget(year_id: UUID, code: str) -> str:
    """Show an account's budget month by month."""
    year, account = _known_year(year_id), _known_account(code)
    return _account_page(year, account, _months_form(year, account), YearAmountForm(formdata=None))


@blueprint.post("/books/budget/<uuid:year_id>/accounts/<code>")
@requires(Power.TREASURER)
def plan_account(year_id: UUID, code: str) -> Answer:
    """Plan an account month by month, or by a year's amount."""
    year, account, who = _known_year(year_id), _known_account(code), actor()
    by_month, by_year = _months_form(year, account), YearAmountForm(formdata=None)
    form: MonthsForm | YearAmountForm
    if "spread" in request.form:
        form = by_year = YearAmountForm()
    else:
        form = by_month = _months_form(year, account, is_sent=True)
    if not form.validate():
        return _account_page(year, account, by_month, by_year), 422
    try:
        if isinstance(form, YearAmountForm):
            total_minor = form.to_total()
            write(lambda s: operations.plan_year(s, who, year_id=year_id, code=code, total_minor=total_minor))
        else:
            months = form.to_months()
            write(lambda s: operations.plan_months(s, who, year_id=year_id, code=code, months=months))
    except Refusal as refusal:
        status = show_on(form, refusal)
        return _account_page(year, account, by_month, by_year), status
    flash(gettext("The budget of %(code)s is saved.", code=code), "success")
    return redirect(url_for("books.account_budget", year_id=year_id, code=code), 303)


@blueprint.get("/books/budget/<uuid:year_id>/fill")
@requires(Power.TREASURER)
def fill_budget(year_id: UUID) -> str:
    """Show how a whole budget is filled: from the year before, or from a file."""
    return _fill_page(_known_year(year_id), ConfirmForm(), BudgetFileForm(formdata=None))


@blueprint.post("/books/budget/<uuid:year_id>/copy")
@requires(Power.TREASURER)
def copy_budget(year_id: UUID) -> Answer:
    """Copy the budget or the actuals of the year before."""
    year, form, who = _known_year(year_id), ConfirmForm(), actor()
    source = next((one for one in CopySource if one.value == request.form.get("source")), None)
    if source is None or not form.validate():
        return _fill_page(year, form, BudgetFileForm(formdata=None)), 422
    try:
        count = write(lambda s: operations.copy_year_before(s, who, year_id=year_id, source=source))
    except Refusal as refusal:
        status = show_on(form, refusal)
        return _fill_page(year, form, BudgetFileForm(formdata=None)), status
    return _filled(year, count)


@blueprint.post("/books/budget/<uuid:year_id>/import")
@requires(Power.TREASURER)
@takes_files
def import_budget(year_id: UUID) -> Answer:
    """Take a budget from a file."""
    year, form, who = _known_year(year_id), BudgetFileForm(), actor()
    if form.validate_on_submit():
        with form.showing_refusals():
            text = form.to_text()
            count = write(lambda s: operations.import_file(s, who, year_id=year_id, text=text))
            return _filled(year, count)
    return _fill_page(year, ConfirmForm(formdata=None), form), form.status


def _asked_year() -> FiscalYear:
    """Return the year in the address; without one the year of today, or the latest."""
    session = db.session()
    years, today = fiscal_years(session), cooperative.today(session)
    wanted = request.args.get("year")
    if wanted:
        found = next((year for year in years if str(year.id) == wanted), None)
    else:
        found = next((year for year in years if year.starts_on <= today <= year.ends_on), next(iter(years), None))
    if found is None:
        raise NotFound
    return found


def _asked_part() -> tuple[By, int]:
    """Return the part in the address, such as `quarter-2`; nonsense is the whole year."""
    by, _, number = request.args.get("part", "").partition("-")
    if by in set(By) and number.isascii() and number.isdigit() and len(number) < 3 and int(number):
        return By(by), int(number)
    return By.YEAR, 1


def _parts(year: FiscalYear, by: By, number: int) -> list[Part]:
    found = [Part("", gettext("The whole year"), by is By.YEAR)]
    months = periods_of(db.session(), year.id)
    for one in (By.QUARTER, By.MONTH):
        columns = columns_of(months, one)
        found += [
            Part(f"{one.value}-{place}", _label(one, column), (one, place) == (by, number))
            for place, column in enumerate(columns, start=1)
        ]
    return found


def _label(by: By, column: Column) -> str:
    if by is By.MONTH:
        return _month_name(column.starts_on)
    first, last = _month_name(column.starts_on), _month_name(column.ends_on)
    return str(gettext("%(first)s to %(last)s", first=first, last=last))


def _month_name(day: date) -> str:
    name: str = format_date(day, "MMMM y")
    return name


def _known_year(year_id: UUID) -> FiscalYear:
    year = db.session().get(FiscalYear, year_id)
    if year is None:
        raise NotFound
    return year


def _known_account(code: str) -> Account:
    try:
        return budgeted_account(db.session(), code)
    except errors.NotBudgeted as error:
        raise NotFound from error


def _may_write(year: FiscalYear) -> bool:
    return Power.TREASURER in actor().powers and not is_closed(db.session(), year.id)


def _months_form(year: FiscalYear, account: Account, *, is_sent: bool = False) -> MonthsForm:
    session = db.session()
    months = periods_of(session, year.id)
    planned = {
        period: minor
        for (one, period), minor in budget_of(session, [m.id for m in months]).items()
        if one == account.id
    }
    return MonthsForm(months, planned) if is_sent else MonthsForm(months, planned, formdata=None)


def _account_page(year: FiscalYear, account: Account, by_month: MonthsForm, by_year: YearAmountForm) -> str:
    found = compare(db.session(), year.id, By.MONTH)
    row = next(one for one in found.rows if one.code == account.code)
    return render_template(
        "books/budget/account.html",
        year=year,
        account=account,
        months=[
            (_month_name(column.starts_on), one, field)
            for column, one, field in zip(found.columns, row.columns, by_month.months, strict=False)
        ],
        total=sum(row.columns[1:], row.columns[0]),
        by_month=by_month,
        by_year=by_year,
        may_write=_may_write(year),
        is_closed=is_closed(db.session(), year.id),
        currency=currency(),
        trail=trail((gettext("Budget"), url_for("books.budget", year=year.id)), (account.code, None)),
    )


def _fill_page(year: FiscalYear, copying: ConfirmForm, file_form: BudgetFileForm) -> str:
    return render_template(
        "books/budget/fill.html",
        year=year,
        copying=copying,
        file_form=file_form,
        sources=CopySource,
        is_closed=is_closed(db.session(), year.id),
        trail=trail((gettext("Budget"), url_for("books.budget", year=year.id)), (gettext("Fill"), None)),
    )


def _filled(year: FiscalYear, count: int) -> Answer:
    flash(
        ngettext("The budget of %(num)s account is saved.", "The budgets of %(num)s accounts are saved.", count),
        "success",
    )
    return redirect(url_for("books.budget", year=year.id), 303)
