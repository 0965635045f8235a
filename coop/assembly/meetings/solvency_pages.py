"""Pages of the solvency statement on a surplus plan: reading it, writing it, signing it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.assembly import bindings, solvency
from coop.assembly.blueprint import blueprint
from coop.assembly.meetings.forms import GroundsForm, SignForm
from coop.assembly.solvency import OFFICERS, SIGNERS, SolvencyStatement, solvency_of
from coop.database import db, write
from coop.errors import show_on
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal
from ledger.models import FiscalYear
from ledger.surplus.plan import plan_of

Page = str | Response | tuple[str, int]


@blueprint.get("/solvency/<uuid:plan_id>")
@requires()
def solvency_statement(plan_id: UUID) -> Page:
    """Show the statement on a plan: to everybody once it is signed, to officers before."""
    return _statement_page(plan_id, SignForm(formdata=None))


@blueprint.route("/solvency/<uuid:plan_id>/write", methods=["GET", "POST"])
@requires(Power.BOARD)
def write_solvency(plan_id: UUID) -> Page:
    """Write the statement, or the next one in its place."""
    who, session = actor(), db.session()
    plan, statement = plan_of(session, plan_id), solvency_of(session, plan_id)
    form = GroundsForm(data={"grounds": statement.grounds if statement else ""})
    if form.validate_on_submit():
        grounds = form.to_grounds()
        with form.showing_refusals():
            write(lambda s: solvency.state(s, who, plan_id=plan_id, grounds=grounds))
            flash(gettext("The statement is written. Now at least two directors sign it."), "success")
            return redirect(url_for("assembly.solvency_statement", plan_id=plan_id), 303)
    year = db.session().get_one(FiscalYear, plan.year_id)
    return render_template(
        "assembly/meetings/write_solvency.html", form=form, plan=plan, year=year, statement=statement
    ), form.status


@blueprint.post("/solvency/<uuid:plan_id>/sign")
@requires(Power.BOARD)
def sign_solvency(plan_id: UUID) -> Page:
    """Sign the statement."""
    who, form = actor(), SignForm()
    if not form.validate():
        return _statement_page(plan_id, form, 422)
    seen = form.to_seen()
    try:
        write(lambda s: solvency.sign(s, who, plan_id=plan_id, seen=seen))
    except Refusal as refusal:
        return _statement_page(plan_id, form, show_on(form, refusal))
    flash(gettext("You have signed the statement."), "success")
    return redirect(url_for("assembly.solvency_statement", plan_id=plan_id), 303)


def _statement_page(plan_id: UUID, form: SignForm, status: int = 200) -> Page:
    session, who = db.session(), actor()
    plan, statement = plan_of(session, plan_id), solvency_of(session, plan_id)
    if not who.powers & OFFICERS and (statement is None or not statement.complete):
        raise NotFound
    if statement is not None:
        form.seen.data = statement.digest
    return render_template(
        "assembly/meetings/solvency.html",
        plan=plan,
        year=session.get_one(FiscalYear, plan.year_id),
        statement=statement,
        needed=SIGNERS,
        form=form,
        may_write=Power.BOARD in who.powers and not bindings.is_opened(session, plan_id),
        may_sign=_may_sign(statement),
    ), status


def _may_sign(statement: SolvencyStatement | None) -> bool:
    who = actor()
    return (
        statement is not None
        and Power.BOARD in who.powers
        and all(signed.person_id != who.person_id for signed in statement.signed)
    )
