"""Pages of the notice and of what follows from it: sending it, reading it, postponing the meeting, opening it."""

from datetime import timedelta
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock, cooperative
from coop.assembly import bylaws
from coop.assembly.blueprint import blueprint
from coop.assembly.meetings import notice as notices
from coop.assembly.meetings import opening, queries, showing
from coop.assembly.meetings.clear_days import earliest_day
from coop.assembly.meetings.forms import OpenMeetingForm, PostponeForm, SendForm
from coop.assembly.meetings.mail import how_to_vote
from coop.assembly.meetings.models import Meeting
from coop.assembly.meetings.queries import MeetingPage, MeetingState
from coop.assembly.meetings.showing import local, page_values
from coop.assembly.rolls.electorate import eligible, record_date
from coop.assembly.voting import Casting
from coop.database import db, write
from coop.errors import message_of
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor
from governance.models import Secrecy

Page = str | Response | tuple[str, int]
#: The time of day that is proposed for closing the votes: after work.
_EVENING = "20:00"


@blueprint.get("/meetings/<uuid:meeting_id>/notice")
@requires()
def notice(meeting_id: UUID) -> Page:
    """Show the notice of a meeting, as it can be printed."""
    session = db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    if page.notice is None:
        raise NotFound
    return render_template(
        "assembly/meetings/notice.html", **page_values(session, page), how_to_vote=how_to_vote(session)
    )


@blueprint.route("/meetings/<uuid:meeting_id>/notice/send", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def send_notice(meeting_id: UUID) -> Page:
    """Send the notice, after showing what is missing for it, and everything that it fixes."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    form = SendForm(data={"seen": notices.content_digest(session, session.get_one(Meeting, meeting_id))})
    if form.validate_on_submit():
        seen = form.to_seen()
        with form.showing_refusals():
            write(lambda s: notices.send_notice(s, who, meeting_id=meeting_id, seen=seen))
            flash(gettext("The notice is sent: every member gets a mail."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state is not MeetingState.CALLED:
        raise NotFound
    session = db.session()
    today = cooperative.today(session)
    days = bylaws.in_force(session, today).bylaws.notice_days
    earliest = earliest_day(today, days)
    return render_template(
        "assembly/meetings/send.html",
        **page_values(session, page),
        form=form,
        members=len(eligible(session, today, Secrecy.OPEN)),
        days=days,
        earliest=earliest,
        is_too_late=local(session, page.row.held_at).date() < earliest,
        today=today,
        how_to_vote=how_to_vote(session),
        lacks=showing.lacks(session, page, for_notice=True),
    ), form.status


@blueprint.route("/meetings/<uuid:meeting_id>/postpone", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def postpone_meeting(meeting_id: UUID) -> Page:
    """Move a meeting by a new notice."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    zone, today = cooperative.current(session).zone, cooperative.today(session)
    earliest = earliest_day(today, bylaws.in_force(session, today).bylaws.notice_days)
    there = local(session, page.row.held_at)
    form = PostponeForm(
        data={
            "held_on": max(earliest, there.date() + timedelta(days=1)).isoformat(),
            "held_time": f"{there:%H:%M}",
            "place": page.words.place,
            "link": page.words.link,
        }
    )
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            when = form.to_when(zone)
            write(lambda s: notices.postpone_meeting(s, who, meeting_id=meeting_id, when=when, reason=reason))
            flash(gettext("The meeting is postponed: every member gets a new notice."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state is not MeetingState.NOTICED:
        raise NotFound
    return render_template(
        "assembly/meetings/postpone.html", form=form, page=page, zone=zone, earliest=earliest
    ), form.status


@blueprint.route("/meetings/<uuid:meeting_id>/open", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def open_meeting(meeting_id: UUID) -> Page:
    """Open a meeting with all its votes, after showing what keeps it from being opened."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    zone, today = cooperative.current(session).zone, cooperative.today(session)
    figures = bylaws.in_force(session, today).bylaws
    closes_on = today + timedelta(days=figures.voting_days)
    form = OpenMeetingForm(data={"closes_on": closes_on.isoformat(), "closes_time": _EVENING})
    voted_on = [item.motion for item in page.items if item.motion and not item.dropped_at]
    form.count_elections({motion.row.id: motion.seats for motion in voted_on if motion.seats})
    if form.validate_on_submit():
        with form.showing_refusals():
            closes_at = form.to_closes_at(zone)
            casting, rules = Casting(takes_paper=bool(form.takes_paper.data)), form.to_rules()
            write(
                lambda s: opening.open_meeting(
                    s, who, meeting_id=meeting_id, closes_at=closes_at, casting=casting, rules=rules
                )
            )
            flash(gettext("The meeting is open, and everything on its agenda can be voted on."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state is not MeetingState.NOTICED:
        raise NotFound
    session = db.session()
    record_on = record_date(session, figures, today)
    return render_template(
        "assembly/meetings/open.html",
        **page_values(session, page),
        form=form,
        zone=zone,
        members=len(eligible(session, record_on, Secrecy.OPEN)),
        record_on=record_on,
        too_early=_too_early(session, page),
        lacks=showing.lacks(session, page),
    ), form.status


def _too_early(session: Session, page: MeetingPage) -> list[str]:
    if page.notice is None:
        return []
    meeting = session.get_one(Meeting, page.row.id)
    return [message_of(refusal) for refusal in opening.too_early(session, meeting, page.notice)]
