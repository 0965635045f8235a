"""What waits for the officers about meetings: a notice to send, a meeting to open, minutes to write, a statement to sign."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bindings import MotionBinding
from coop.assembly.bylaws import in_force
from coop.assembly.meetings import progress
from coop.assembly.meetings.clear_days import last_day_to_send
from coop.assembly.meetings.models import Meeting, MeetingCancellation, MeetingNotice, MeetingOpening, Minutes
from coop.assembly.models import Motion, Stage
from coop.assembly.solvency import solvency_of


@dataclass(frozen=True)
class NoticeDue:
    """A meeting of which notice is still to be given."""

    meeting: Meeting
    last_day: date


@dataclass(frozen=True)
class StatementDue:
    """A plan on an agenda whose solvency statement a director should write or sign."""

    plan_id: UUID
    is_written: bool


def notices_due(session: Session) -> list[NoticeDue]:
    """Return the meetings of which no notice was given, the next one first, and until when it can be."""
    days = in_force(session, cooperative.today(session)).bylaws.notice_days
    meetings = session.scalars(
        select(Meeting)
        .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == Meeting.id)
        .where(
            MeetingCancellation.meeting_id.is_(None),
            ~select(MeetingNotice.number).where(MeetingNotice.meeting_id == Meeting.id).exists(),
        )
        .order_by(Meeting.held_at, Meeting.id)
    )
    return [NoticeDue(one, last_day_to_send(progress.day_of(session, one.held_at), days)) for one in meetings]


def openings_due(session: Session, now: datetime) -> list[Meeting]:
    """Return the meetings whose hour has come, of which notice was given, and which nobody has opened."""
    return list(
        session.scalars(
            select(Meeting)
            .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == Meeting.id)
            .outerjoin(MeetingOpening, MeetingOpening.meeting_id == Meeting.id)
            .where(
                Meeting.held_at <= now,
                MeetingCancellation.meeting_id.is_(None),
                MeetingOpening.meeting_id.is_(None),
                select(MeetingNotice.number).where(MeetingNotice.meeting_id == Meeting.id).exists(),
            )
            .order_by(Meeting.held_at, Meeting.id)
        )
    )


def minutes_due(session: Session) -> list[Meeting]:
    """Return the meetings that were opened and have no minutes yet."""
    return list(
        session.scalars(
            select(Meeting)
            .join(MeetingOpening, MeetingOpening.meeting_id == Meeting.id)
            .where(~select(Minutes.version).where(Minutes.meeting_id == Meeting.id).exists())
            .order_by(Meeting.held_at, Meeting.id)
        )
    )


def statements_due(session: Session, person_id: UUID | None) -> list[StatementDue]:
    """Return the plans on an agenda whose statement lacks signatures, unless the person has signed it."""
    plans = session.scalars(
        select(MotionBinding.plan_id)
        .join(Motion, Motion.id == MotionBinding.motion_id)
        .where(Motion.stage == Stage.DISCUSSION)
        .order_by(Motion.written_at, Motion.id)
    )
    found = []
    for plan_id in plans.all():
        statement = solvency_of(session, plan_id)
        signed = statement is not None and any(one.person_id == person_id for one in statement.signed)
        if statement is None or not (statement.complete or signed):
            found.append(StatementDue(plan_id, statement is not None))
    return found
