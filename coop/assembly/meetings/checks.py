"""Every invariant of meetings: notices against the register and the calendar, openings against notices, words against digests."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.meetings import progress
from coop.assembly.meetings.clear_days import earliest_day
from coop.assembly.meetings.models import (
    Attendance,
    Meeting,
    MeetingNotice,
    MeetingOpening,
    Minutes,
    MinutesText,
)
from coop.assembly.meetings.notice import roll_digest
from coop.assembly.meetings.records import minutes_digest
from coop.assembly.models import Motion
from coop.membership.models import Member
from evidence.findings import Finding
from governance.models import Proposal


def findings(session: Session) -> list[Finding]:
    """Return everything about meetings that should not be."""
    return [*_notices(session), *_openings(session), *_minutes(session), *_attendance(session)]


def _notices(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(MeetingNotice, Meeting)
        .join(Meeting, Meeting.id == MeetingNotice.meeting_id)
        .order_by(MeetingNotice.meeting_id, MeetingNotice.number)
    ).all()
    # Members are numbered as they join, so whoever was there is the beginning of the register.
    register = list(session.scalars(select(Member.id).order_by(Member.number))) if rows else []
    zone = ZoneInfo(cooperative.current(session).zone) if rows else None
    last = {notice.meeting_id: notice.number for notice, _ in rows}
    for notice, meeting in rows:
        told = register[: notice.members]
        if len(told) != notice.members or roll_digest(told) != notice.roll_digest:
            yield Finding("notice-roll", f"meeting {meeting.id}: the notice went to others than the register says")
        if notice.held_at.astimezone(zone).date() < earliest_day(notice.sent_on, notice.clear_days):
            yield Finding("notice-days", f"meeting {meeting.id}: too few clear days after notice {notice.number}")
        if notice.number == last[meeting.id] and notice.held_at != meeting.held_at:
            yield Finding("notice-time", f"meeting {meeting.id}: the notice names another time")


def _openings(session: Session) -> Iterator[Finding]:
    rows = session.execute(select(MeetingOpening, Meeting).join(Meeting, Meeting.id == MeetingOpening.meeting_id))
    for opening, meeting in rows.all():
        if progress.notice_of(session, meeting.id) is None:
            yield Finding("meeting-notice", f"meeting {meeting.id}: opened without a notice")
        if opening.opened_at < meeting.held_at:
            yield Finding("meeting-hour", f"meeting {meeting.id}: opened before its hour")
        motions = [item.motion_id for item in progress.items_of(session, meeting.id) if item.motion_id is not None]
        votes = session.execute(
            select(Proposal.opens_at, Proposal.closes_at, Proposal.roll_size)
            .join(Motion, Motion.proposal_id == Proposal.id)
            .where(Motion.id.in_(motions))
        ).all()
        expected = (opening.opened_at, opening.closes_at, opening.members)
        if len(votes) != len(motions) or any(tuple(vote) != expected for vote in votes):
            yield Finding("meeting-votes", f"meeting {meeting.id}: not all of its votes opened and close with it")


def _minutes(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(Minutes, MinutesText).outerjoin(
            MinutesText, and_(MinutesText.meeting_id == Minutes.meeting_id, MinutesText.version == Minutes.version)
        )
    )
    for row, words in rows:
        if words is not None and minutes_digest(words.salt, words.text) != row.text_digest:
            yield Finding(
                "minutes-words", f"meeting {row.meeting_id}: version {row.version} of the minutes was changed"
            )


def _attendance(session: Session) -> Iterator[Finding]:
    query = (
        select(Attendance.meeting_id)
        .outerjoin(MeetingOpening, MeetingOpening.meeting_id == Attendance.meeting_id)
        .outerjoin(Member, Member.participant_id == Attendance.participant_id)
        .where(MeetingOpening.meeting_id.is_(None) | Member.id.is_(None))
    )
    for meeting_id in session.scalars(query.distinct()):
        yield Finding("meeting-attendance", f"meeting {meeting_id}: somebody attended who is no member, or no meeting")
