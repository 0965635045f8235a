"""Moving the demonstration's date on: to the next closing of a vote, the next meeting, the end of the year. Never back.

What happened stays where it was; only the clock runs ahead of the real time from then on. Whoever is signed in stays signed in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly.meetings.models import Meeting, MeetingCancellation
from coop.demonstration import neighbours
from coop.identity.models import SignInSession
from coop.permissions import NotFound
from evidence.messages import N_
from governance.models import Proposal
from ledger.years.periods import fiscal_year_of

#: When somebody opens the office on the first day of a year.
_MORNING = time(9)


@dataclass(frozen=True)
class Stop:
    """A moment to which the date can be moved; the label is to be translated."""

    code: str
    label: str
    moment: datetime


def stops(session: Session) -> list[Stop]:
    """Return the moments that lie ahead, the nearest first."""
    return sorted(_stops(session, clock.now()), key=lambda stop: stop.moment)


def move_on(session: Session, code: str) -> Stop:
    """Move the date on to a stop and return it. Before it, other members vote on what closes on the way.

    Sessions are prolonged by as much, so that nobody is signed out by it.

    Raises:
        NotFound: this is no demonstration, or there is no such stop ahead.
    """
    house = cooperative.current(session, lock=True)
    stop = next((one for one in stops(session) if one.code == code), None)
    if stop is None or not house.is_demo:
        raise NotFound
    neighbours.vote(session, stop.moment)
    span = stop.moment - clock.now()
    house.ahead_seconds = (house.ahead_seconds or 0) + int(span.total_seconds()) + 1
    living = session.execute(
        select(SignInSession.token_digest, SignInSession.expires_at).where(SignInSession.ended_at.is_(None))
    )
    for token_digest, expires_at in living.all():
        session.execute(
            update(SignInSession)
            .where(SignInSession.token_digest == token_digest)
            .values(expires_at=expires_at + span + timedelta(seconds=1))
        )
    return stop


def _stops(session: Session, now: datetime) -> Iterator[Stop]:
    closes_at = session.scalar(select(func.min(Proposal.closes_at)).where(Proposal.closes_at > now))
    if closes_at is not None:
        yield Stop("closing", N_("the next closing of a vote"), closes_at)
    held_at = session.scalar(
        select(func.min(Meeting.held_at))
        .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == Meeting.id)
        .where(Meeting.held_at > now, MeetingCancellation.meeting_id.is_(None))
    )
    if held_at is not None:
        yield Stop("meeting", N_("the next meeting"), held_at)
    year = fiscal_year_of(session, cooperative.today(session))
    if year is not None:
        zone = ZoneInfo(cooperative.current(session).zone)
        begins = datetime.combine(year.ends_on + timedelta(days=1), _MORNING, zone)
        yield Stop("year-end", N_("the first day of the next year"), begins.astimezone(UTC))
