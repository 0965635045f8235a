"""The way of a vote through Belenios, step by step, for secretary and board; and the evidence, for everybody."""

import json
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop import clock, files
from coop.assembly import queries
from coop.assembly.blueprint import blueprint
from coop.assembly.outside import operations
from coop.assembly.outside.asking import description_of
from coop.assembly.outside.errors import CONFLICTS, NotHandedOver
from coop.assembly.outside.forms import BringInForm, EvidenceForm, ToldForm
from coop.assembly.outside.queries import preview, steps_of
from coop.assembly.results.queries import need_answers
from coop.config import configuration
from coop.database import db, write
from coop.downloads import download
from coop.errors import declare, show_on, status_of
from coop.permissions import NotFound, Power, requires, takes_evidence
from coop.signed_in import actor
from evidence.messages import Refusal
from governance.models import Secrecy

declare(409, *CONFLICTS)

_FILLED_IN_WRONG = 422
Answer = str | BaseResponse | tuple[str, int]


@blueprint.get("/proposals/<uuid:motion_id>/outside")
@requires(Power.SECRETARY, Power.BOARD)
def outside(motion_id: UUID) -> Answer:
    """Show the steps, and how far they are done."""
    return _steps_page(motion_id)


@blueprint.post("/proposals/<uuid:motion_id>/outside/questions")
@requires(Power.SECRETARY, Power.BOARD)
def hand_over_question(motion_id: UUID) -> Answer:
    """Fix what Belenios is to ask."""
    who = actor()
    write(lambda s: operations.hand_over(s, who, motion_id=motion_id))
    flash(gettext("What Belenios is to ask is fixed. Set the election up with these words."), "success")
    return redirect(url_for("assembly.outside", motion_id=motion_id), 303)


@blueprint.get("/proposals/<uuid:motion_id>/outside/questions.json")
@requires(Power.SECRETARY, Power.BOARD)
def outside_question(motion_id: UUID) -> Response:
    """Download what Belenios is to ask, as its command-line tool takes it."""
    steps = steps_of(db.session(), motion_id)
    if steps.asked is None:
        raise NotHandedOver
    template = steps.asked.template(description_of(steps.proposal))
    return download(json.dumps(template, ensure_ascii=False), f"questions-{motion_id}.json", "application/json")


@blueprint.post("/proposals/<uuid:motion_id>/outside/voters")
@requires(Power.SECRETARY)
def take_voters(motion_id: UUID) -> Response:
    """Download the list of voters with their addresses. A write, because the audit trail says that it was taken."""
    who = actor()
    found = write(lambda s: operations.take_voters(s, who, motion_id=motion_id))
    answer = download(found.text, f"voters-{motion_id}.txt", "text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/proposals/<uuid:motion_id>/outside/address")
@requires(Power.SECRETARY, Power.BOARD)
def tell_where(motion_id: UUID) -> Answer:
    """Show members where they vote."""
    who, form, status = actor(), ToldForm(), 422
    if form.validate():
        told = form.to_told()
        try:
            write(lambda s: operations.tell_members(s, who, motion_id=motion_id, told=told))
        except Refusal as refusal:
            status = _shown(form, refusal)
        else:
            flash(gettext("Members see on the proposal's page where they vote."), "success")
            return redirect(url_for("assembly.outside", motion_id=motion_id), 303)
    return _steps_page(motion_id, told=form), status


@blueprint.post("/proposals/<uuid:motion_id>/outside/archive")
@requires(Power.SECRETARY, Power.BOARD)
@takes_evidence
def upload_evidence(motion_id: UUID) -> Answer:
    """Take the archive of the tallied election, and go on to what it holds."""
    who, form, status = actor(), EvidenceForm(), 422
    if form.validate():
        try:
            evidence = form.to_evidence()
            write(lambda s: operations.keep_evidence(s, who, motion_id=motion_id, evidence=evidence))
        except Refusal as refusal:
            status = _shown(form, refusal)
        else:
            return redirect(url_for("assembly.confirm_outside", motion_id=motion_id), 303)
    return _steps_page(motion_id, evidence=form), status


@blueprint.get("/proposals/<uuid:motion_id>/outside/result")
@requires(Power.SECRETARY, Power.BOARD)
def confirm_outside(motion_id: UUID) -> Answer:
    """Show what would be recorded."""
    return _confirm_page(motion_id, BringInForm(formdata=None))


@blueprint.post("/proposals/<uuid:motion_id>/outside/result")
@requires(Power.SECRETARY, Power.BOARD)
def bring_in(motion_id: UUID) -> Answer:
    """Record the result that was shown."""
    who, form = actor(), BringInForm()
    if not form.validate():
        return _confirm_page(motion_id, form), 422
    seen = form.to_seen()
    write(lambda s: operations.bring_in(s, who, motion_id=motion_id, seen=seen))
    flash(gettext("The result is recorded, and its evidence is kept with it."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)


@blueprint.get("/proposals/<uuid:motion_id>/evidence.bel")
@requires()
def outside_evidence(motion_id: UUID) -> Response:
    """Download the archive that is the evidence of a result, to verify it with Belenios's own tool."""
    session = db.session()
    outcome = queries.motion(session, motion_id, clock.now()).outcome
    if outcome is None or outcome.proposal.secrecy is not Secrecy.EXTERNAL:
        raise NotFound
    need_answers(session, outcome)
    pieces = files.read_pieces(configuration(current_app), outcome.record["external"]["evidence"])
    return download(pieces, f"{motion_id}.bel", "application/x-tar")


def _steps_page(motion_id: UUID, *, told: ToldForm | None = None, evidence: EvidenceForm | None = None) -> str:
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    steps = steps_of(session, motion_id)
    known = {"address": steps.row.address, "fingerprint": steps.row.fingerprint} if steps.row else {}
    return render_template(
        "assembly/outside/steps.html",
        page=page,
        steps=steps,
        may_take_voters=Power.SECRETARY in actor().powers,
        told=told or ToldForm(formdata=None, data=known),
        evidence=evidence or EvidenceForm(formdata=None),
    )


def _confirm_page(motion_id: UUID, form: BringInForm) -> str:
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    shown = preview(session, motion_id)
    form.seen.data = shown.brought.evidence_sha256
    return render_template("assembly/outside/confirm.html", page=page, shown=shown, form=form)


def _shown(form: ToldForm | EvidenceForm, refusal: Refusal) -> int:
    """Put a refusal on the form. One that is not about what was filled in has a page of its own.

    Raises:
        Refusal: the same.
    """
    if status_of(refusal) != _FILLED_IN_WRONG:
        raise refusal
    return show_on(form, refusal)
