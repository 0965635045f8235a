"""The page on which a fiscal year is closed: the checklist, what will be booked, and afterwards what was."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyPrepared
from coop.approvals.queries import waiting_with
from coop.books.acts import YEAR_CLOSE
from coop.books.forms import ConfirmForm
from coop.books.pages import READERS, Answer, blueprint, currency, trail
from coop.books.years import closing, closing_words, reopening_words
from coop.books.years.reopening import YEAR_REOPEN
from coop.database import db, write
from coop.errors import message_of, status_of
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.errors import NoSuchPeriod


@blueprint.get("/books/years/<uuid:year_id>/close")
@requires(*READERS)
def year_closing(year_id: UUID) -> str:
    """Show the checklist of a year and what closing it means, or that it is closed."""
    return _page(year_id, ConfirmForm())


@blueprint.post("/books/years/<uuid:year_id>/close")
@requires(Power.TREASURER)
def prepare_closing(year_id: UUID) -> Answer:
    """Prepare the closing for the board to approve, if nothing is open."""
    who, form = actor(), ConfirmForm()

    def work(session: Session) -> UUID:
        closing.need_ready(session, year_id)
        return approvals.prepare(session, who, kind=YEAR_CLOSE, arguments=closing.what_is_closed(session, year_id))

    if not form.validate():
        return _page(year_id, form), 422
    try:
        act_id = write(work)
    except AlreadyPrepared as refusal:
        flash(message_of(refusal), "message")
        return redirect(url_for("approvals.act", act_id=refusal.act_id), 303)
    except NoSuchPeriod:
        raise
    except Refusal as refusal:
        form.form_errors.append(message_of(refusal))
        return _page(year_id, form), status_of(refusal)
    flash(gettext("The closing is prepared. It is done when somebody of the board approves it."), "success")
    return redirect(url_for("approvals.act", act_id=act_id), 303)


def _page(year_id: UUID, form: ConfirmForm) -> str:
    session = db.session()
    found = closing.prospect(session, year_id)
    return render_template(
        "books/year_closing.html",
        found=found,
        form=form,
        rows=closing_words.checklist(found),
        lines=closing_words.closing_lines(session, found),
        result=closing_words.result(found),
        taken_back=reopening_words.taken_back(session, found.earlier),
        act_id=waiting_with(session, YEAR_CLOSE, {"year": str(year_id)}),
        reopening_act_id=waiting_with(session, YEAR_REOPEN, {"year": str(year_id)}) if found.closing else None,
        may_prepare=Power.TREASURER in actor().powers,
        currency=currency(),
        trail=trail((gettext("Years and months"), url_for("books.fiscal_years")), (gettext("Close the year"), None)),
    )
