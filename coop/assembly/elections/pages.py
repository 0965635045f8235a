"""Pages of an election before its vote: calling it, standing, nominating; and recording the board after it."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.assembly import bylaws, operations, queries
from coop.assembly.blueprint import blueprint
from coop.assembly.elections import operations as elections
from coop.assembly.elections import seats
from coop.assembly.errors import NotInDiscussion, NotNominable
from coop.assembly.forms import ElectionForm, NominationForm, StatementForm
from coop.assembly.queries import MotionPage, State
from coop.database import db, write
from coop.permissions import NotFound, Power, requires
from coop.signed_in import act_for, actor
from governance.models import Kind

Page = str | Response | tuple[str, int]


@blueprint.route("/elections/new", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def call_election() -> Page:
    """Call an election to the board."""
    who, session = actor(), db.session()
    figures = bylaws.in_force(session, cooperative.today(session)).bylaws
    form = ElectionForm(data={"seats": figures.board_seats})
    if form.validate_on_submit():
        asked = form.to_election()
        with form.showing_refusals():
            motion_id = write(lambda s: operations.call_election(s, who, words=asked.words, seats=asked.seats))
            flash(gettext("Members can nominate from now on."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    return render_template("assembly/call_election.html", form=form, board_seats=figures.board_seats), form.status


@blueprint.route("/as/<uuid:participant_id>/elections/<uuid:motion_id>/stand", methods=["GET", "POST"])
@requires()
def stand(participant_id: UUID, motion_id: UUID) -> Page:
    """Stand for election, accept a nomination, or change one's statement."""
    who = act_for(participant_id)
    page = _nominating(motion_id)
    mine = next(
        (row for row in queries.candidates(db.session(), motion_id) if row.participant_id == participant_id), None
    )
    form = StatementForm(data={"statement": mine.statement if mine else ""})
    if form.validate_on_submit():
        statement = form.to_statement()
        with form.showing_refusals():
            write(
                lambda s: elections.stand(
                    s, who, motion_id=motion_id, participant_id=participant_id, statement=statement
                )
            )
            flash(gettext("You stand for election."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    if not form.is_submitted():
        operations.need_member(db.session(), participant_id)
        seats.need_no_seat(db.session(), motion_id, participant_id)
    is_auditor = participant_id in seats.auditors_among(db.session(), [participant_id])
    return render_template("assembly/stand.html", form=form, page=page, mine=mine, is_auditor=is_auditor), form.status


@blueprint.route("/as/<uuid:participant_id>/elections/<uuid:motion_id>/nominate", methods=["GET", "POST"])
@requires()
def nominate(participant_id: UUID, motion_id: UUID) -> Page:
    """Nominate another member."""
    who = act_for(participant_id)
    page = _nominating(motion_id)
    form = NominationForm()
    nominees = dict(queries.nominees(db.session(), motion_id))
    left_out = {participant_id, *seats.seated_among(db.session(), motion_id, nominees)}
    is_anybody_left = form.offer((one, name) for one, name in nominees.items() if one not in left_out)
    if form.validate_on_submit():
        chosen = form.to_participant_id()
        with form.showing_refusals():
            if chosen is None:
                raise NotNominable
            write(
                lambda s: elections.nominate(
                    s, who, motion_id=motion_id, nominator_id=participant_id, participant_id=chosen
                )
            )
            flash(gettext("They are asked by mail whether they accept."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    if not form.is_submitted():
        operations.need_member(db.session(), participant_id)
    return render_template("assembly/nominate.html", form=form, page=page, is_anybody_left=is_anybody_left), form.status


@blueprint.post("/as/<uuid:participant_id>/elections/<uuid:motion_id>/withdraw")
@requires()
def withdraw_candidacy(participant_id: UUID, motion_id: UUID) -> Page:
    """Decline a nomination, or withdraw."""
    who = act_for(participant_id)
    write(lambda s: elections.withdraw_candidacy(s, who, motion_id=motion_id, participant_id=participant_id))
    flash(gettext("You do not stand."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)


@blueprint.post("/elections/<uuid:motion_id>/board")
@requires(Power.SECRETARY)
def record_board(motion_id: UUID) -> Page:
    """Give the elected the power of the board."""
    who = actor()
    write(lambda s: elections.record_board(s, who, motion_id=motion_id))
    flash(gettext("The new board is recorded and can act from today."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)


def _nominating(motion_id: UUID) -> MotionPage:
    """Return an election that takes nominations.

    Raises:
        NotFound, NotInDiscussion
    """
    page = queries.motion(db.session(), motion_id, clock.now())
    if page.row.kind is not Kind.ELECTION:
        raise NotFound
    if page.row.state is not State.DISCUSSION:
        raise NotInDiscussion
    return page
