"""Statement and books side by side, to be ticked on both sides; and all suggestions, to be looked through and confirmed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from coop.books import words
from coop.database import db, write
from coop.payments.bank import reconciling
from coop.payments.bank.matching import match_together
from coop.payments.bank.pages import READERS, Answer, bank, blueprint, currency, may_write
from coop.payments.bank.side_forms import ChoicesForm, SidesForm, TickedForm
from coop.payments.bank.suggesting import MOST_SUGGESTED, Suggestion, confirm, suggestions
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.currencies import exponent


@blueprint.get("/sides")
@requires(*READERS)
def sides() -> Answer:
    """Show lines without an entry on the left and entries without a line on the right."""
    ticked = TickedForm(formdata=None)
    ticked.line.data, ticked.entry.data = request.args.getlist("line"), request.args.getlist("entry")
    return _sides_page(ticked)


@blueprint.post("/sides")
@requires(Power.TREASURER)
def match_sides() -> Answer:
    """Match what is ticked on both sides if it adds up to the same, or say by how much it does not."""
    ticked = TickedForm()
    if ticked.validate_on_submit():
        who, (lines, entries) = actor(), ticked.to_ids()
        if request.form.get("act") != "match":
            return _sides_page(ticked)
        with ticked.showing_refusals():
            write(lambda session: match_together(session, who, line_ids=lines, entry_ids=entries))
            flash(gettext("What was ticked is matched."), "success")
            return redirect(url_for("bank.sides", **_asked()), 303)
    return _sides_page(ticked)


@blueprint.get("/suggestions")
@requires(*READERS)
def suggested() -> str:
    """Show what the lines without an entry may be, all of it before any is confirmed."""
    found = suggestions(db.session(), bank().code)
    form = ChoicesForm(formdata=None)
    form.choice.data = [form.token(one.choice) for one in found]
    return _suggestions_page(form, found)


@blueprint.post("/suggestions")
@requires(Power.TREASURER)
def confirm_suggestions() -> Answer:
    """Do what was suggested and is ticked: all of it or nothing."""
    form = ChoicesForm()
    if form.validate_on_submit():
        who, choices = actor(), form.to_choices()
        with form.showing_refusals():
            done = write(lambda session: confirm(session, who, choices))
            return _confirmed(done)
    return _suggestions_page(form, suggestions(db.session(), bank().code)), form.status


def _confirmed(done: int) -> Response:
    flash(ngettext("%(num)s line is matched.", "%(num)s lines are matched.", done), "success")
    return redirect(url_for("bank.suggested"), 303)


def _asked() -> dict[str, Any]:
    """Return what the page was narrowed down to."""
    return {name: value for name, value in request.args.items() if name in {"text", "from", "to"} and value}


def _sides_page(ticked: TickedForm) -> Answer:
    session, form = db.session(), SidesForm(formdata=request.args)
    valid = form.validate()
    lines, entries = reconciling.both_sides(
        session, bank().code, form.to_filter() if valid else reconciling.SidesFilter()
    )
    chosen = reconciling.ticked(lines, entries, ticked.line.data or (), ticked.entry.data or ())
    page = render_template(
        "payments/bank_sides.html",
        form=form,
        ticked=ticked,
        lines=lines,
        entries=entries,
        chosen=chosen,
        most=reconciling.MOST_BESIDE,
        currency=currency(),
        exponent=exponent(currency()),
        action=url_for("bank.sides", **_asked()),
        may_write=may_write(),
        words=words,
    )
    return page, ticked.status if valid else 422


def _suggestions_page(form: ChoicesForm, found: list[Suggestion]) -> str:
    return render_template(
        "payments/bank_suggestions.html",
        form=form,
        rows=[(one, form.token(one.choice)) for one in found],
        most=MOST_SUGGESTED,
        currency=currency(),
        may_write=may_write(),
    )
