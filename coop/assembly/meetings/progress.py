"""How far a meeting has come, and which meeting a motion waits for. Both follow from rows; nothing else is kept.

Operations take the meeting from here, locked, in the state in which they need it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.meetings import errors
from coop.assembly.meetings.models import (
    AgendaItem,
    AgendaItemDropped,
    ItemKind,
    Meeting,
    MeetingCancellation,
    MeetingNotice,
    MeetingOpening,
)
from coop.permissions import NotFound


@dataclass(frozen=True)
class OnAgenda:
    """The meeting on whose agenda a motion stands."""

    meeting: Meeting
    kind: ItemKind
    #: Whether notice of it was given, so that its words are fixed.
    is_announced: bool


def notice_of(session: Session, meeting_id: UUID) -> MeetingNotice | None:
    """Return the notice that counts: the last one."""
    return session.scalar(
        select(MeetingNotice)
        .where(MeetingNotice.meeting_id == meeting_id)
        .order_by(MeetingNotice.number.desc())
        .limit(1)
    )


def planned(session: Session, meeting_id: UUID) -> Meeting:
    """Return a meeting of which no notice was given, and hold its row until the transaction ends.

    Raises:
        NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
    """
    meeting = standing(session, meeting_id)
    if notice_of(session, meeting_id) is not None:
        raise errors.NoticeGiven
    return meeting


def announced(session: Session, meeting_id: UUID) -> tuple[Meeting, MeetingNotice]:
    """Return a meeting that is still to be opened, with its notice, and hold its row until the transaction ends.

    Raises:
        NotFound, MeetingCancelled, MeetingOpened, NoNotice
    """
    meeting = standing(session, meeting_id)
    notice = notice_of(session, meeting_id)
    if notice is None:
        raise errors.NoNotice
    return meeting, notice


def opened(session: Session, meeting_id: UUID) -> tuple[Meeting, MeetingOpening]:
    """Return a meeting that was opened, with its opening, and hold its row until the transaction ends.

    Raises:
        NotFound, MeetingNotOpened
    """
    meeting = _locked(session, meeting_id)
    opening = session.get(MeetingOpening, meeting_id)
    if opening is None:
        raise errors.MeetingNotOpened
    return meeting, opening


def standing(session: Session, meeting_id: UUID) -> Meeting:
    """Return a meeting that was neither opened nor cancelled, and hold its row until the transaction ends.

    Raises:
        NotFound, MeetingCancelled, MeetingOpened
    """
    meeting = _locked(session, meeting_id)
    if session.get(MeetingCancellation, meeting_id) is not None:
        raise errors.MeetingCancelled
    opening = session.get(MeetingOpening, meeting_id)
    if opening is not None:
        raise errors.MeetingOpened(opening.opened_at)
    return meeting


def items_of(session: Session, meeting_id: UUID) -> list[AgendaItem]:
    """Return the items of an agenda in their order, without those that were dropped."""
    return list(
        session.scalars(
            select(AgendaItem)
            .outerjoin(AgendaItemDropped, AgendaItemDropped.item_id == AgendaItem.id)
            .where(AgendaItem.meeting_id == meeting_id, AgendaItemDropped.item_id.is_(None))
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def on_agenda(session: Session, motion_id: UUID) -> OnAgenda | None:
    """Return where a motion stands on the agenda of a meeting that was not cancelled."""
    row = session.execute(
        select(Meeting, AgendaItem.kind)
        .join(AgendaItem, AgendaItem.meeting_id == Meeting.id)
        .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == Meeting.id)
        .outerjoin(AgendaItemDropped, AgendaItemDropped.item_id == AgendaItem.id)
        .where(
            AgendaItem.motion_id == motion_id,
            MeetingCancellation.meeting_id.is_(None),
            AgendaItemDropped.item_id.is_(None),
        )
    ).first()
    if row is None:
        return None
    meeting, kind = row
    return OnAgenda(meeting, kind, notice_of(session, meeting.id) is not None)


def day_of(session: Session, held_at: datetime) -> date:
    """Return the day of a meeting in the co-op's zone."""
    return held_at.astimezone(ZoneInfo(cooperative.current(session).zone)).date()


def _locked(session: Session, meeting_id: UUID) -> Meeting:
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None:
        raise NotFound
    return meeting
