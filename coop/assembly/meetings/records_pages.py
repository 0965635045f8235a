"""Pages of what is kept of a meeting: attendance and minutes."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop import clock
from coop.assembly.blueprint import blueprint
from coop.assembly.meetings import attendances, queries, records
from coop.assembly.meetings.errors import NotAMember
from coop.assembly.meetings.forms import MinutesForm
from coop.assembly.meetings.models import Presence
from coop.assembly.meetings.queries import ItemRow, MeetingPage
from coop.assembly.queries import State
from coop.database import db, write
from coop.formats import format_day
from coop.paging import pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor

Page = str | Response | tuple[str, int]


@blueprint.get("/meetings/<uuid:meeting_id>/attendance")
@requires(Power.SECRETARY)
def attendance(meeting_id: UUID) -> Page:
    """List who was there, and who of the members can be recorded."""
    session = db.session()
    page = _opened(session, meeting_id)
    words = request.args.get("q", "")
    part = attendances.absent(session, meeting_id, words=words, number=requested_page())
    return render_template(
        "assembly/meetings/attendance.html",
        page=page,
        present=attendances.present(session, meeting_id),
        part=part,
        pager=pager(part),
        words=words,
    )


@blueprint.post("/meetings/<uuid:meeting_id>/attendance")
@requires(Power.SECRETARY)
def record_attendance(meeting_id: UUID) -> Page:
    """Record that a member was there."""
    who = actor()
    participant_id, person_id = _posted_id("participant_id"), _posted_id("person_id")
    how = Presence.ONLINE if request.form.get("how") == Presence.ONLINE else Presence.IN_PERSON
    write(
        lambda s: records.record_attendance(
            s, who, meeting_id=meeting_id, participant_id=participant_id, person_id=person_id, how=how
        )
    )
    return redirect(url_for("assembly.attendance", meeting_id=meeting_id), 303)


@blueprint.post("/meetings/<uuid:meeting_id>/attendance/take-back")
@requires(Power.SECRETARY)
def take_back_attendance(meeting_id: UUID) -> Page:
    """Take an entry of attendance back."""
    who, participant_id = actor(), _posted_id("participant_id")
    write(lambda s: records.take_back_attendance(s, who, meeting_id=meeting_id, participant_id=participant_id))
    flash(gettext("The entry is taken back."), "success")
    return redirect(url_for("assembly.attendance", meeting_id=meeting_id), 303)


@blueprint.route("/meetings/<uuid:meeting_id>/minutes", methods=["GET", "POST"])
@requires(Power.SECRETARY)
def write_minutes(meeting_id: UUID) -> Page:
    """Write the minutes, or their next version."""
    who, session = actor(), db.session()
    page = _opened(session, meeting_id)
    standing = page.minutes[0].text if page.minutes else None
    form = MinutesForm(data={"text": standing or _draft(session, page)})
    if form.validate_on_submit():
        text = form.to_text()
        with form.showing_refusals():
            write(lambda s: records.record_minutes(s, who, meeting_id=meeting_id, text=text))
            flash(gettext("The minutes are saved, and everybody can read them."), "success")
            return redirect(url_for("assembly.meeting", meeting_id=meeting_id, _anchor="minutes"), 303)
    return render_template("assembly/meetings/write_minutes.html", form=form, page=page), form.status


@blueprint.get("/meetings/<uuid:meeting_id>/minutes/<int:version>")
@requires()
def minutes_version(meeting_id: UUID, version: int) -> Page:
    """Show one version of the minutes."""
    page = queries.meeting(db.session(), meeting_id, clock.now())
    found = next((one for one in page.minutes if one.version == version), None)
    if found is None:
        raise NotFound
    return render_template("assembly/meetings/minutes.html", page=page, minutes=found)


def _opened(session: Session, meeting_id: UUID) -> MeetingPage:
    page = queries.meeting(session, meeting_id, clock.now())
    if page.opening is None:
        raise NotFound
    return page


def _posted_id(name: str) -> UUID:
    """Return an id that a button of the page carries; anything else was not offered.

    Raises:
        NotAMember
    """
    try:
        return UUID(request.form.get(name, ""))
    except ValueError as error:
        raise NotAMember from error


def _draft(session: Session, page: MeetingPage) -> str:
    """Return minutes to begin with: who was there, and each item with what came of it so far."""
    count = attendances.present_count(session, page.row.id)
    roll = _members(page)
    lines = [ngettext("Present: one member of %(roll)s.", "Present: %(num)s members of %(roll)s.", count, roll=roll)]
    for place, item in enumerate((item for item in page.items if item.dropped_at is None), start=1):
        lines += ["", f"## {place}. {item.title}", "", _came_of(item)]
    return "\n".join(lines) + "\n"


def _members(page: MeetingPage) -> int:
    assert page.opening is not None
    return page.opening.members


def _came_of(item: ItemRow) -> str:
    if item.motion is None:
        said = gettext("It was discussed.")
    elif item.motion.row.state is State.DECIDED and item.motion.proposal is not None:
        day = format_day(item.motion.proposal.closes_at.date())
        outcome = {True: gettext("Carried"), False: gettext("Not carried"), None: gettext("Elected")}
        said = gettext(
            "%(outcome)s, by the votes cast until %(day)s.", outcome=outcome[item.motion.row.carried], day=day
        )
    else:
        said = gettext("It was put to the vote.")
    return str(said)
