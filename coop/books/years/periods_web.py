"""The pages of the fiscal years and their months: opening the next year, and locking a month."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from coop import cooperative
from coop.books import operations, queries
from coop.books.forms import ConfirmForm, YearForm
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.years import closing
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.forms import read_day
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.errors import NoSuchPeriod
from ledger.years import periods
from ledger.years.closed_years import reopening_of


@blueprint.get("/books/periods")
@requires(*READERS)
def fiscal_years() -> str:
    """Show the fiscal years with their months."""
    return _periods_page(YearForm(data={"ends_on": operations.next_year(db.session())[1]}))


@blueprint.post("/books/periods")
@requires(Power.TREASURER)
def open_year() -> Answer:
    """Open the next fiscal year."""
    form = YearForm()
    if form.validate_on_submit():
        who, ends_on = actor(), form.to_last_day()
        with form.showing_refusals():
            write(lambda session: operations.open_year(session, who, ends_on=ends_on))
            flash(gettext("The next fiscal year is open."), "success")
            return redirect(url_for("books.fiscal_years"), 303)
    return _periods_page(form), form.status


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


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise NotFound from error


def _periods_page(form: YearForm) -> str:
    session = db.session()
    today = cooperative.today(session)
    waiting = queries.lockable(session, today)
    years = periods.fiscal_years(session)
    reopenings = {year.id: reopening_of(session, year.id) for year in years}
    return render_template(
        "books/periods.html",
        reopened={year_id: found for year_id, found in reopenings.items() if found is not None},
        closings=closing.closings(session),
        to_close=closing.year_to_close(session, today),
        years=[(year, periods.periods_of(session, year.id)) for year in years],
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
