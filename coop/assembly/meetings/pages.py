"""Pages of meetings: the list, one meeting, calling, changing and cancelling it, and its entry for calendars."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from coop import calendar_files, clock, cooperative
from coop.assembly import bylaws
from coop.assembly.blueprint import blueprint
from coop.assembly.meetings import attendances, calling, queries
from coop.assembly.meetings.clear_days import earliest_day, earliest_day_after_report, last_day_to_send
from coop.assembly.meetings.forms import CallForm, EditForm, ReasonForm
from coop.assembly.meetings.queries import MeetingPage, MeetingState
from coop.assembly.meetings.showing import local, page_values, sees_link
from coop.assembly.queries import members_among
from coop.assembly.solvency import OFFICERS
from coop.calendar_files import Happening
from coop.config import configuration
from coop.database import db, write
from coop.downloads import download
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor

Page = str | BaseResponse | tuple[str, int]
#: The time of day that is proposed for a meeting: after work.
_EVENING = "18:30"
#: Days beyond the notice that are proposed for a new meeting, to make the agenda in.
_DAYS_TO_PREPARE = 7
#: How long a meeting takes in a calendar; nobody asks the secretary to guess it.
_LENGTH = timedelta(hours=2)


@blueprint.get("/meetings")
@requires()
def meetings() -> Page:
    """List the meetings to come, and those of the past."""
    session, now = db.session(), clock.now()
    part = queries.past(session, now, number=requested_page())
    return render_template(
        "assembly/meetings/list.html",
        to_come=queries.to_come(session, now),
        part=part,
        pager=pager(part),
        may_call=bool(actor().powers & {Power.SECRETARY, Power.BOARD}),
    )


@blueprint.route("/meetings/new", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def call_meeting() -> Page:
    """Call a meeting."""
    who, session = actor(), db.session()
    zone, today = cooperative.current(session).zone, cooperative.today(session)
    figures = bylaws.in_force(session, today).bylaws
    proposed = earliest_day(today, figures.notice_days) + timedelta(days=_DAYS_TO_PREPARE)
    year_id = queries.year_over_by(session, proposed)
    if year_id is not None:
        # An annual meeting is likely, and its report may be published no earlier than today.
        by_report = earliest_day_after_report(today, figures.report_working_days)
        proposed = max(proposed, by_report + timedelta(days=_DAYS_TO_PREPARE))
    form = CallForm(data={"held_on": proposed.isoformat(), "held_time": _EVENING, "fiscal_year_id": str(year_id)})
    form.offer(queries.years(session))
    if form.validate_on_submit():
        with form.showing_refusals():
            asked = form.to_called(zone)
            meeting_id = write(
                lambda s: calling.call_meeting(
                    s,
                    who,
                    kind=asked.kind,
                    when=asked.when,
                    opening=asked.opening,
                    fiscal_year_id=asked.fiscal_year_id,
                )
            )
            flash(gettext("The meeting is called. Make its agenda, then send the notice."), "success")
            return redirect(url_for("assembly.agenda", meeting_id=meeting_id), 303)
    return render_template("assembly/meetings/call.html", form=form, zone=zone, figures=figures), form.status


@blueprint.get("/meetings/<uuid:meeting_id>")
@requires()
def meeting(meeting_id: UUID) -> Page:
    """Show one meeting: how far it is, its agenda with what came of it, who was there, the minutes."""
    session, now, who = db.session(), clock.now(), actor()
    page = queries.meeting(session, meeting_id, now)
    days = bylaws.in_force(session, cooperative.today(session)).bylaws.notice_days
    held_on = local(session, page.row.held_at).date()
    return render_template(
        "assembly/meetings/meeting.html",
        **page_values(session, page),
        votes=queries.open_votes_of(session, page, who.represents, now),
        present=attendances.present(session, meeting_id),
        is_officer=not who.powers.isdisjoint(OFFICERS),
        shows_names=bool(members_among(session, who.represents)) or bool(who.powers),
        last_day_to_send=last_day_to_send(held_on, days),
        today=cooperative.today(session),
    )


@blueprint.route("/meetings/<uuid:meeting_id>/edit", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def edit_meeting(meeting_id: UUID) -> Page:
    """Change a meeting before its notice."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    zone = cooperative.current(session).zone
    there = local(session, page.row.held_at)
    form = EditForm(
        data={
            "held_on": there.date().isoformat(),
            "held_time": f"{there:%H:%M}",
            "place": page.words.place,
            "link": page.words.link,
            "opening": page.words.opening,
        }
    )
    if form.validate_on_submit():
        with form.showing_refusals():
            when, opening = form.to_when(zone), form.to_opening()
            write(lambda s: calling.edit_meeting(s, who, meeting_id=meeting_id, when=when, opening=opening))
            flash(gettext("The meeting is changed."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state is not MeetingState.CALLED:
        raise NotFound
    return render_template("assembly/meetings/edit.html", form=form, page=page, zone=zone), form.status


@blueprint.route("/meetings/<uuid:meeting_id>/cancel", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def cancel_meeting(meeting_id: UUID) -> Page:
    """Call a meeting off, after saying what follows from it."""
    who, session = actor(), db.session()
    page = queries.meeting(session, meeting_id, clock.now())
    form = ReasonForm()
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            write(lambda s: calling.cancel_meeting(s, who, meeting_id=meeting_id, reason=reason))
            flash(gettext("The meeting is cancelled."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id), 303)
    if not form.is_submitted() and page.row.state not in {MeetingState.CALLED, MeetingState.NOTICED}:
        raise NotFound
    return render_template("assembly/meetings/cancel.html", form=form, page=page), form.status


@blueprint.get("/meetings/<uuid:meeting_id>/meeting.ics")
@requires()
def meeting_calendar(meeting_id: UUID) -> Response:
    """Give a meeting to a calendar."""
    session, base_url = db.session(), configuration(current_app).base_url
    page = queries.meeting(session, meeting_id, clock.now())
    address = base_url + url_for("assembly.meeting", meeting_id=meeting_id)
    content = calendar_files.calendar_file(
        _happening(page, address, shows_link=sees_link(session)),
        now=clock.now(),
        owner=cooperative.current(session).name,
        host=urlsplit(base_url).hostname or "localhost",
    )
    return download(content, f"{local(session, page.row.held_at):%Y-%m-%d}.ics", "text/calendar")


def _happening(page: MeetingPage, address: str, *, shows_link: bool) -> Happening:
    titles = [item.title for item in page.items if item.dropped_at is None]
    lines = [f"{place}. {title}" for place, title in enumerate(titles, start=1)]
    link = page.words.link if shows_link else ""
    return Happening(
        id=page.row.id,
        title=gettext(page.row.kind.label),
        starts_at=page.row.held_at,
        ends_at=page.row.held_at + _LENGTH,
        place=page.words.place or link,
        text="\n".join(filter(None, [link, *lines])),
        address=address,
        is_cancelled=page.cancelled_at is not None,
        sequence=len(page.notices) + (page.cancelled_at is not None),
    )
