"""The page on which the reopening of a closed year is prepared: what it means, the words for the board, and the form."""

from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from coop import cooperative
from coop.approvals.errors import AlreadyPrepared
from coop.approvals.queries import waiting_with
from coop.books.exports import operations as export_operations
from coop.books.pages import READERS, Answer, blueprint, trail
from coop.books.years import reopening, reopening_words
from coop.books.years.reopening import LONGEST_REASON, YEAR_REOPEN, ReopeningAsked
from coop.database import db, write
from coop.errors import message_of, show_on
from coop.formats import format_day
from coop.forms import DayField, Form, TextField, choices, required
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.errors import NoSuchPeriod
from ledger.years.reopening_errors import YearIsOpen


class ReopeningForm(Form):
    """The board's decision to reopen a year."""

    opens_on = SelectField(_l("Open from"))
    decided_on = DayField(_l("The board decided on"), [required(_l("Enter the date."))])
    reason = TextField(
        _l("Why"),
        [required(_l("Say why, as the board did."))],
        longest=LONGEST_REASON,
        description=_l(
            "It stands in the register of resolutions and in the next edition of the report. Name no member."
        ),
    )

    def to_reopening(self) -> ReopeningAsked:
        """Return what was decided."""
        return ReopeningAsked(
            date.fromisoformat(self.opens_on.data), self.decided_on.required_day, self.reason.data or ""
        )


@blueprint.get("/books/years/<uuid:year_id>/reopen")
@requires(*READERS)
def year_reopening(year_id: UUID) -> Answer:
    """Show what reopening a year means and needs, with the words that are put to the board."""
    return _page(year_id, ReopeningForm(formdata=None, data={"decided_on": cooperative.today(db.session())}))


@blueprint.post("/books/years/<uuid:year_id>/reopen")
@requires(Power.TREASURER)
def prepare_reopening(year_id: UUID) -> Answer:
    """Show the words for the month and the reason that were entered, or prepare the reopening for the board to approve."""
    who, form, status = actor(), ReopeningForm(), 422
    _offer_months(year_id, form)
    if "preview" in request.form:
        return _page(year_id, form)
    if form.validate():
        asked = form.to_reopening()
        try:
            # They cannot be made any more once the year is open.
            export_operations.keep_every_format(who, year_id)
            act_id = write(lambda session: reopening.prepare_reopening(session, who, year_id=year_id, asked=asked))
        except AlreadyPrepared as refusal:
            flash(message_of(refusal), "message")
            return redirect(url_for("approvals.act", act_id=refusal.act_id), 303)
        except (NoSuchPeriod, YearIsOpen):
            raise
        except Refusal as refusal:
            status = show_on(form, refusal)
        else:
            flash(gettext("The reopening is prepared. It is done when somebody of the board approves it."), "success")
            return redirect(url_for("approvals.act", act_id=act_id), 303)
    return _page(year_id, form), status


def _page(year_id: UUID, form: ReopeningForm) -> str:
    session = db.session()
    _offer_months(year_id, form)
    found = reopening.reopenable(session, year_id)
    chosen = [first for first, _ in found.months if first.isoformat() == form.opens_on.data]
    opens_on = chosen[0] if chosen else found.months[-1][0]
    title, text = reopening.words_of_decision(found, opens_on, form.reason.data or gettext("(why)"))
    return render_template(
        "books/year_reopening.html",
        found=found,
        form=form,
        consequences=reopening_words.consequences(db.session(), found),
        problems=[message_of(problem) for problem in found.problems],
        title=title,
        text=text,
        act_id=waiting_with(session, YEAR_REOPEN, {"year": str(year_id)}),
        may_prepare=Power.TREASURER in actor().powers and not found.problems,
        trail=trail(
            (gettext("Years and months"), url_for("books.fiscal_years")),
            (format_day(found.year.ends_on), url_for("books.year_closing", year_id=year_id)),
            (gettext("Reopen"), None),
        ),
    )


def _offer_months(year_id: UUID, form: ReopeningForm) -> None:
    """Let one of the months of the year be chosen: the last one unless another is."""
    months = reopening.reopenable(db.session(), year_id).months
    labels = [(first.isoformat(), f"{format_day(first)} – {format_day(last)}") for first, last in reversed(months)]
    form.opens_on.choices = choices(labels)
    if form.opens_on.data is None:
        form.opens_on.data = labels[0][0]
