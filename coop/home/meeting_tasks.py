"""What waits for the officers about meetings, as tasks of the home page."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.meetings import duties
from coop.assembly.meetings.duties import NoticeDue, StatementDue
from coop.formats import format_day
from coop.home.tasks import Task
from coop.permissions import Actor, Power


def meeting_tasks(session: Session, who: Actor, now: datetime) -> list[Task]:
    """Return what the person can do for a meeting by their powers."""
    tasks = []
    if who.powers & {Power.SECRETARY, Power.BOARD}:
        tasks += [
            Task(
                gettext("Open the meeting"),
                url_for("assembly.open_meeting", meeting_id=meeting.id),
                gettext("Its hour has come. All votes on its agenda open with it."),
            )
            for meeting in duties.openings_due(session, now)
        ]
        tasks += [_notice(session, due) for due in duties.notices_due(session)]
    if Power.BOARD in who.powers:
        tasks += [_statement(due) for due in duties.statements_due(session, who.person_id)]
    if Power.SECRETARY in who.powers:
        tasks += [
            Task(
                gettext("Write the minutes"),
                url_for("assembly.write_minutes", meeting_id=meeting.id),
                gettext("And record who was there."),
            )
            for meeting in duties.minutes_due(session)
        ]
    return tasks


def _notice(session: Session, due: NoticeDue) -> Task:
    if cooperative.today(session) > due.last_day:
        return Task(
            gettext("Change the date of the meeting"),
            url_for("assembly.edit_meeting", meeting_id=due.meeting.id),
            gettext("The last lawful day to send its notice was %(day)s.", day=format_day(due.last_day)),
        )
    return Task(
        gettext("Send the notice of the meeting"),
        url_for("assembly.send_notice", meeting_id=due.meeting.id),
        gettext("Every member gets it by mail; it fixes the agenda."),
        due.last_day,
    )


def _statement(due: StatementDue) -> Task:
    title = gettext("Sign the solvency statement") if due.is_written else gettext("Write the solvency statement")
    return Task(
        title,
        url_for("assembly.solvency_statement", plan_id=due.plan_id),
        gettext("Members get notice of the vote on the surplus only after at least two directors have signed it."),
    )
