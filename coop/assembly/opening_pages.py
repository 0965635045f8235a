"""Pages of who leads the assembly: putting a motion to the vote, and counting it."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.assembly import bylaws, queries, voting
from coop.assembly.blueprint import blueprint
from coop.assembly.counting_rules import choices_for
from coop.assembly.forms import OpenForm
from coop.assembly.meetings.errors import OpenedByMeeting
from coop.assembly.meetings.progress import OnAgenda, on_agenda
from coop.assembly.models import Majority
from coop.assembly.queries import CandidateRow, MotionPage, State
from coop.assembly.rolls.electorate import eligible, record_date
from coop.database import db, write
from coop.errors import message_of
from coop.permissions import Power, requires
from coop.signed_in import actor
from governance.models import Kind, Secrecy

Page = str | Response | tuple[str, int]
#: The time of day that is proposed for closing: after work.
_EVENING = "20:00"


@blueprint.route("/proposals/<uuid:motion_id>/open", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def open_vote(motion_id: UUID) -> Page:
    """Put a motion to the vote, after showing everything that this freezes."""
    session, who = db.session(), actor()
    page = queries.motion(session, motion_id, clock.now())
    today, zone = cooperative.today(session), cooperative.current(session).zone
    in_force = bylaws.in_force(session, today)
    form = OpenForm(
        data={
            "closes_on": (today + timedelta(days=in_force.bylaws.voting_days)).isoformat(),
            "closes_time": _EVENING,
            "seen": page.digest,
        }
    )
    form.offer(voting.WAYS[page.row.kind])
    form.offer_rules(choices_for(page.seats) if page.seats else ())
    if form.validate_on_submit():
        with form.showing_refusals():
            asked = form.to_opening(zone)
            write(
                lambda s: voting.open_motion(
                    s,
                    who,
                    motion_id=motion_id,
                    closes_at=asked.closes_at,
                    seen=asked.seen,
                    casting=asked.casting,
                )
            )
            flash(gettext("The vote is open. Everybody on the roll gets a mail."), "success")
            return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)
    session = db.session()
    page = queries.motion(session, motion_id, clock.now())
    candidates = queries.candidates(session, motion_id)
    standing = [row for row in candidates if row.stands]
    record_on = record_date(session, in_force.bylaws, today)
    roll_size = len(eligible(session, record_on, Secrecy.OPEN))
    return render_template(
        "assembly/open_vote.html",
        form=form,
        page=page,
        bylaws=in_force,
        special=page.majority is Majority.SPECIAL,
        zone=zone,
        roll_size=roll_size,
        record_on=record_on,
        candidates=standing,
        silent=[row.name for row in candidates if not row.stands and not row.withdrawn],
        obstacles=_obstacles(page, on_agenda(session, motion_id), roll_size, standing),
    ), form.status


@blueprint.post("/proposals/<uuid:motion_id>/count")
@requires(Power.SECRETARY, Power.BOARD)
def count_votes(motion_id: UUID) -> Page:
    """Count a vote that has ended."""
    who = actor()
    write(lambda s: voting.close_motion(s, who, motion_id))
    flash(gettext("The votes are counted."), "success")
    return redirect(url_for("assembly.proposal", motion_id=motion_id), 303)


def _obstacles(page: MotionPage, placed: OnAgenda | None, roll_size: int, standing: list[CandidateRow]) -> list[str]:
    """List everything that keeps a motion from being opened, before anybody tries."""
    found = []
    if page.row.state is not State.DISCUSSION:
        found.append(gettext("It is no longer in discussion."))
    elif placed is not None:
        found.append(message_of(OpenedByMeeting(placed.meeting.held_at)))
    if page.digest is None:
        found.append(gettext("Its words were erased."))
    if not roll_size:
        found.append(gettext("Nobody is a member yet, so nobody could vote."))
    if page.row.kind is Kind.ELECTION and not standing:
        found.append(gettext("Nobody stands for election yet."))
    return found
