"""Calling a meeting, changing it before its notice, and calling it off.

A meeting is called by secretary or board. Postponing it after the notice is a notice too: see `notice`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit, clock
from coop.assembly.meetings import agenda, errors, mail, progress
from coop.assembly.meetings.models import Meeting, MeetingCancellation, MeetingKind, MeetingWords
from coop.permissions import Actor, Power
from coop.texts import line, prose
from evidence.identifiers import new_id
from ledger.models import FiscalYear

LONGEST_PLACE = 200
LONGEST_LINK = 500
LONGEST_OPENING = 8_000
LONGEST_REASON = 2_000
#: How far ahead a meeting is called.
MOST_DAYS = 550


@dataclass(frozen=True)
class When:
    """Time and place of a meeting, as they are asked for."""

    held_at: datetime
    place: str
    link: str


def call_meeting(
    session: Session,
    actor: Actor,
    *,
    kind: MeetingKind,
    when: When,
    opening: str = "",
    fiscal_year_id: UUID | None = None,
) -> UUID:
    """Call a meeting and return its id. Members are told by the notice, once there is an agenda.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        NoSuchYear, MeetingInThePast, MeetingTooFar, NoPlace, LinkUnsafe, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    is_annual = kind is MeetingKind.ANNUAL
    if is_annual and (fiscal_year_id is None or session.get(FiscalYear, fiscal_year_id) is None):
        raise errors.NoSuchYear
    found = checked(when)
    text = prose(opening, about="opening", longest=LONGEST_OPENING)
    meeting = Meeting(
        id=new_id(),
        kind=kind,
        held_at=found.held_at,
        called_at=clock.now(),
        fiscal_year_id=fiscal_year_id if is_annual else None,
    )
    session.add(meeting)
    session.flush()
    session.add(MeetingWords(meeting_id=meeting.id, place=found.place, link=found.link, opening=text))
    session.flush()
    facts = {"kind": kind.value, "held_at": when.held_at, "year": meeting.fiscal_year_id}
    audit.record(session, actor, "meeting.called", subject=meeting.id, power=power, facts=facts)
    return meeting.id


def edit_meeting(session: Session, actor: Actor, *, meeting_id: UUID, when: When, opening: str) -> None:
    """Change time, place and opening words of a meeting before its notice.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, NoticeGiven
        MeetingInThePast, MeetingTooFar, NoPlace, LinkUnsafe, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.planned(session, meeting_id)
    words = session.get_one(MeetingWords, meeting_id)
    found, text = checked(when), prose(opening, about="opening", longest=LONGEST_OPENING)
    meeting.held_at, words.place, words.link, words.opening = found.held_at, found.place, found.link, text
    session.flush()
    facts = {"held_at": when.held_at}
    audit.record(session, actor, "meeting.edited", subject=meeting_id, power=power, facts=facts)


def cancel_meeting(session: Session, actor: Actor, *, meeting_id: UUID, reason: str = "") -> None:
    """Call a meeting off before it is opened. Whoever was given notice is told.

    Motions that were made for its agenda are withdrawn; others are free again.

    Raises:
        PowerMissing, NotFound, MeetingCancelled, MeetingOpened, TextTooLong
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = progress.standing(session, meeting_id)
    words = session.get_one(MeetingWords, meeting_id)
    words.reason = prose(reason, about="reason", longest=LONGEST_REASON)
    for item in progress.items_of(session, meeting_id):
        agenda.release(session, item)
    session.add(MeetingCancellation(meeting_id=meeting_id, cancelled_at=clock.now()))
    session.flush()
    audit.record(session, actor, "meeting.cancelled", subject=meeting_id, power=power)
    if progress.notice_of(session, meeting_id) is not None:
        mail.cancelled(session, meeting, words)


def checked(when: When) -> When:
    """Return a time and a place in their normal form.

    Raises:
        MeetingInThePast, MeetingTooFar, NoPlace, LinkUnsafe, TextTooLong
    """
    now = clock.now()
    if when.held_at <= now:
        raise errors.MeetingInThePast
    if when.held_at > now + timedelta(days=MOST_DAYS):
        raise errors.MeetingTooFar(MOST_DAYS)
    place = line(when.place, about="place", longest=LONGEST_PLACE, least=0)
    link = _address(when.link)
    if not place and not link:
        raise errors.NoPlace
    return When(when.held_at, place, link)


def _address(text: str) -> str:
    """Return an address of the web, or nothing for nothing: no other scheme becomes a link."""
    link = line(text, about="link", longest=LONGEST_LINK, least=0)
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError as error:
        raise errors.LinkUnsafe from error
    if parts.scheme not in {"http", "https"} or not parts.netloc or " " in link:
        raise errors.LinkUnsafe
    return link
