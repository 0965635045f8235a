"""Pages of events: the calendar, one event, announcing, changing and cancelling it, signing up, and who comes."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from coop import clock, cooperative
from coop.community import circle_queries, event_queries, events
from coop.community.blueprint import Answer, blueprint, mine
from coop.community.calendar_file import calendar_file
from coop.community.errors import EventBegun, EventCancelled
from coop.community.event_queries import EventRow
from coop.community.gathering_forms import CancellingForm, EventForm, event_values
from coop.config import configuration
from coop.database import db, write
from coop.downloads import download
from coop.paging import pager, requested_page
from coop.permissions import Power, PowerMissing, requires
from coop.signed_in import act_for, actor

_OFFICE = frozenset({Power.SECRETARY, Power.BOARD})


@dataclass(frozen=True)
class Seat:
    """A participant for whom somebody acts, and whether they come."""

    participant_id: UUID
    name: str
    comes: bool


@blueprint.get("/events")
@requires()
def list_events() -> Answer:
    """List what is to come, or what is over."""
    session, now, is_past = db.session(), clock.now(), request.args.get("when") == "past"
    find = event_queries.past if is_past else event_queries.upcoming
    part = find(session, now, page=requested_page())
    coming = event_queries.signed_up_among(session, [row.id for row in part.rows], actor().represents)
    return render_template(
        "community/events.html",
        part=part,
        pager=pager(part),
        is_past=is_past,
        coming={event_id for event_id, _ in coming},
        may_announce=bool(actor().powers & _OFFICE),
    )


@blueprint.route("/events/new", methods=["GET", "POST"])
@requires(Power.SECRETARY, Power.BOARD)
def announce() -> Answer:
    """Announce an event of the co-op."""
    who, form = actor(), EventForm()
    if form.validate_on_submit():
        with form.showing_refusals():
            plan = form.to_plan(_zone())
            event_id = write(lambda session: events.announce(session, who, plan=plan))
            return _announced(event_id)
    return render_template("community/event_form.html", form=form, event=None, circle=None, zone=_zone()), form.status


@blueprint.route("/as/<uuid:participant_id>/circles/<uuid:circle_id>/events/new", methods=["GET", "POST"])
@requires()
def announce_in_circle(participant_id: UUID, circle_id: UUID) -> Answer:
    """Announce an event of a circle."""
    who, form = act_for(participant_id), EventForm()
    circle_queries.circle(db.session(), circle_id)
    if form.validate_on_submit():
        with form.showing_refusals():
            plan = form.to_plan(_zone())
            event_id = write(
                lambda session: events.announce_in_circle(
                    session, who, circle_id=circle_id, organiser_id=participant_id, plan=plan
                )
            )
            return _announced(event_id)
    circle = circle_queries.circle(db.session(), circle_id)
    return render_template("community/event_form.html", form=form, event=None, circle=circle, zone=_zone()), form.status


@blueprint.get("/events/<uuid:event_id>")
@requires()
def event(event_id: UUID) -> Answer:
    """Show an event."""
    session, who = db.session(), actor()
    row = event_queries.event(session, event_id)
    coming = event_queries.signed_up_among(session, [event_id], who.represents)
    return render_template(
        "community/event.html",
        event=row,
        has_begun=row.has_begun(clock.now()),
        is_over=row.ends_at <= clock.now(),
        seats=[Seat(one.id, one.name, (event_id, one.id) in coming) for one in mine()],
        may_lead=_may_lead(row),
    )


@blueprint.get("/events/<uuid:event_id>/calendar.ics")
@requires()
def event_file(event_id: UUID) -> Response:
    """Give an event to a calendar."""
    session, base_url = db.session(), configuration(current_app).base_url
    row = event_queries.event(session, event_id)
    content = calendar_file(
        row,
        now=clock.now(),
        owner=cooperative.current(session).name,
        host=urlsplit(base_url).hostname or "localhost",
        address=base_url + url_for("community.event", event_id=event_id),
    )
    return download(content, f"{row.starts_at:%Y-%m-%d}.ics", "text/calendar")


@blueprint.route("/events/<uuid:event_id>/edit", methods=["GET", "POST"])
@requires()
def change_event(event_id: UUID) -> Answer:
    """Change an event."""
    who, row = actor(), _led(event_id)
    form = EventForm(data=event_values(row, ZoneInfo(_zone())))
    if form.validate_on_submit():
        with form.showing_refusals():
            plan = form.to_plan(_zone())
            write(lambda session: events.change(session, who, event_id=event_id, plan=plan))
            flash(gettext("The event is changed. If time or place are others, those who come were told."), "success")
            return redirect(url_for("community.event", event_id=event_id), 303)
    return render_template("community/event_form.html", form=form, event=row, circle=None, zone=_zone()), form.status


@blueprint.route("/events/<uuid:event_id>/cancel", methods=["GET", "POST"])
@requires()
def cancel_event(event_id: UUID) -> Answer:
    """Cancel an event."""
    who, row, form = actor(), _led(event_id), CancellingForm()
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            write(lambda session: events.cancel(session, who, event_id=event_id, reason=reason))
            flash(gettext("The event is cancelled. Everybody who had signed up was told by mail."), "success")
            return redirect(url_for("community.event", event_id=event_id), 303)
    return render_template("community/cancel_event.html", form=form, event=row), form.status


@blueprint.get("/events/<uuid:event_id>/attendees")
@requires()
def attendees(event_id: UUID) -> Answer:
    """Show who comes, to those who lead the event."""
    session, row = db.session(), event_queries.event(db.session(), event_id)
    if not _may_lead(row):
        raise PowerMissing(Power.SECRETARY.value)
    rows = event_queries.attendees(session, event_id)
    return render_template("community/attendees.html", event=row, rows=rows)


@blueprint.post("/as/<uuid:participant_id>/events/<uuid:event_id>/sign-up")
@requires()
def sign_up(participant_id: UUID, event_id: UUID) -> Answer:
    """Sign a participant up."""
    who = act_for(participant_id)
    write(lambda session: events.sign_up(session, who, event_id=event_id, participant_id=participant_id))
    flash(gettext("A seat is yours. You get a mail the day before."), "success")
    return redirect(url_for("community.event", event_id=event_id), 303)


@blueprint.post("/as/<uuid:participant_id>/events/<uuid:event_id>/cancel-sign-up")
@requires()
def cancel_sign_up(participant_id: UUID, event_id: UUID) -> Answer:
    """Give a participant's seat back."""
    who = act_for(participant_id)
    write(lambda session: events.cancel_sign_up(session, who, event_id=event_id, participant_id=participant_id))
    flash(gettext("Your seat is free again for others."), "success")
    return redirect(url_for("community.event", event_id=event_id), 303)


def _announced(event_id: UUID) -> Answer:
    flash(gettext("The event is announced."), "success")
    return redirect(url_for("community.event", event_id=event_id), 303)


def _led(event_id: UUID) -> EventRow:
    """Return an event that the person leads and that can still be changed.

    Raises:
        NotFound, PowerMissing, EventBegun, EventCancelled
    """
    row = event_queries.event(db.session(), event_id)
    if not _may_lead(row):
        raise PowerMissing(Power.SECRETARY.value)
    if row.is_cancelled:
        raise EventCancelled
    if row.has_begun(clock.now()):
        raise EventBegun
    return row


def _may_lead(row: EventRow) -> bool:
    """Say whether the person leads an event: for the page only, each operation checks again."""
    return row.organiser_id in actor().represents or bool(actor().powers & _OFFICE)


def _zone() -> str:
    return cooperative.current(db.session()).zone
