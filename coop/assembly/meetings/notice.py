"""Notice of a meeting: dated, to everybody on the register of members, enough clear days before, with everything there to read.

It fixes the agenda. What stays is a row with the date, the number of members and a digest over who they are. Postponing a meeting is
giving notice again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.meetings import agenda, calling, errors, mail, progress, readiness
from coop.assembly.meetings.calling import LONGEST_REASON, When
from coop.assembly.meetings.clear_days import earliest_day
from coop.assembly.meetings.models import ItemKind, Meeting, MeetingNotice, MeetingWords
from coop.assembly.models import MotionWords
from coop.assembly.operations import discussed
from coop.assembly.voting import words_digest
from coop.membership.models import Member
from coop.permissions import Actor, Power
from coop.texts import prose
from evidence.canonical import digest


def send_notice(session: Session, actor: Actor, *, meeting_id: UUID, seen: str | None = None) -> None:
    """Give notice of a meeting: fix its agenda and tell every member by mail.

    `seen` is the digest of what was read before sending (see `content_digest`); nothing is compared without it.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        NotFound, MeetingCancelled, MeetingOpened, NoticeGiven, AgendaEmpty, NoticeChanged
        AccountsNotApproved, ReportNotPublished, ReportTooLate, PlanStale, SolvencyMissing
        MeetingInThePast, NoticeTooLate, NobodyToTell
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    items = progress.items_of(session, meeting_id)
    if not items:
        raise errors.AgendaEmpty
    if seen is not None and seen != content_digest(session, meeting):
        raise errors.NoticeChanged
    for item in items:
        if item.motion_id is not None:
            discussed(session, item.motion_id)
        readiness.need(session, meeting, item, for_notice=True)
    roll = _roll(session, meeting.held_at)
    agenda.refresh_words(session, meeting)
    _give(session, actor, power, meeting, roll, number=1)


def postpone_meeting(session: Session, actor: Actor, *, meeting_id: UUID, when: When, reason: str = "") -> None:
    """Move a meeting, of which notice was given, to a later time and perhaps another place, by a new notice to every member.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoNotice
        MeetingInThePast, MeetingTooFar, NoPlace, LinkUnsafe, TextTooLong, NoticeTooLate, ReportTooLate
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting, notice = progress.announced(session, meeting_id)
    words = session.get_one(MeetingWords, meeting_id)
    because = prose(reason, about="reason", longest=LONGEST_REASON)
    found = calling.checked(when)
    roll = _roll(session, found.held_at)
    if any(item.kind is ItemKind.ACCOUNTS for item in progress.items_of(session, meeting_id)):
        late = readiness.report_too_late(session, meeting, found.held_at)
        if late is not None:
            raise late
    meeting.held_at, words.place, words.link, words.reason = found.held_at, found.place, found.link, because
    session.flush()
    _give(session, actor, power, meeting, roll, number=notice.number + 1)


def content_digest(session: Session, meeting: Meeting) -> str:
    """Return a digest of everything that a notice would say, to tell whether it was changed since it was read."""
    words = session.get_one(MeetingWords, meeting.id)
    items = []
    for item in progress.items_of(session, meeting.id):
        motion_words = session.get(MotionWords, item.motion_id) if item.motion_id else None
        items.append([item.kind, item.title, words_digest(motion_words) if motion_words else None])
    return digest([meeting.held_at, words.place, words.link, words.opening, items])


def roll_digest(members: Sequence[UUID]) -> str:
    """Return the digest that stays of who was told: over the sorted ids of the members."""
    return digest(sorted(str(member_id) for member_id in members))


@dataclass(frozen=True)
class _Roll:
    """Whom a notice of today goes to, and how many clear days it needs."""

    sent_on: date
    clear_days: int
    members: Sequence[UUID]


def _roll(session: Session, held_at: datetime) -> _Roll:
    """Return whom a notice of today of a meeting goes to.

    Raises:
        MeetingInThePast, NoticeTooLate, NobodyToTell
    """
    if held_at <= clock.now():
        raise errors.MeetingInThePast
    today = cooperative.today(session)
    clear_days = in_force(session, today).bylaws.notice_days
    earliest = earliest_day(today, clear_days)
    if progress.day_of(session, held_at) < earliest:
        raise errors.NoticeTooLate(clear_days, earliest)
    members = session.scalars(select(Member.id).where(Member.joined_on <= today)).all()
    if not members:
        raise errors.NobodyToTell
    return _Roll(today, clear_days, members)


def _give(session: Session, actor: Actor, power: Power | None, meeting: Meeting, roll: _Roll, *, number: int) -> None:
    row = MeetingNotice(
        meeting_id=meeting.id,
        number=number,
        sent_at=clock.now(),
        sent_on=roll.sent_on,
        held_at=meeting.held_at,
        clear_days=roll.clear_days,
        members=len(roll.members),
        roll_digest=roll_digest(roll.members),
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "meeting.notice-sent",
        subject=meeting.id,
        power=power,
        facts={"number": number, "members": row.members, "roll": row.roll_digest, "held_at": row.held_at},
    )
    mail.noticed(session, meeting, row)
