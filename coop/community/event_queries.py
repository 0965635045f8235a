"""Events and who comes, for pages and for the calendar file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.community.circle_models import Circle, Event, SignUp
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.permissions import NotFound

PAGE_SIZE = 20


@dataclass(frozen=True)
class EventRow:
    """An event, and how many of its seats are taken."""

    id: UUID
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    capacity: int | None
    cancelled_at: datetime | None
    cancel_reason: str
    circle_id: UUID | None
    circle: str | None
    organiser_id: UUID | None
    organiser: str | None
    taken: int

    @property
    def minutes(self) -> int:
        """Return how long it is."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def is_cancelled(self) -> bool:
        """Say whether it does not take place."""
        return self.cancelled_at is not None

    @property
    def is_full(self) -> bool:
        """Say whether every seat is taken."""
        return self.capacity is not None and self.taken >= self.capacity

    @property
    def seats_left(self) -> int | None:
        """Return how many seats are free; nothing where there is room for all."""
        return None if self.capacity is None else max(self.capacity - self.taken, 0)

    def has_begun(self, now: datetime) -> bool:
        """Say whether it has begun or is over."""
        return self.starts_at <= now


@dataclass(frozen=True)
class Attendee:
    """Somebody who has signed up."""

    participant_id: UUID
    name: str
    signed_up_at: datetime


def upcoming(session: Session, now: datetime, *, circle_id: UUID | None = None, page: int = 1) -> Part[EventRow]:
    """Return a page of the events that are not over, the next first; those of one circle, or all."""
    query = _events().where(Event.ends_at > now).order_by(Event.starts_at, Event.id)
    return _part(session, query, circle_id, page)


def past(session: Session, now: datetime, *, page: int = 1) -> Part[EventRow]:
    """Return a page of the events that are over, the latest first."""
    query = _events().where(Event.ends_at <= now).order_by(Event.starts_at.desc(), Event.id.desc())
    return _part(session, query, None, page)


def event(session: Session, event_id: UUID) -> EventRow:
    """Return an event.

    Raises:
        NotFound
    """
    row = session.execute(_events().where(Event.id == event_id)).first()
    if row is None:
        raise NotFound
    return EventRow(*row)


def signed_up_among(
    session: Session, event_ids: Collection[UUID], participants: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """Return which of the participants come to which of the events."""
    rows = session.execute(
        select(SignUp.event_id, SignUp.participant_id).where(
            SignUp.event_id.in_(event_ids), SignUp.participant_id.in_(participants)
        )
    )
    return {(event_id, participant_id) for event_id, participant_id in rows}


def attendees(session: Session, event_id: UUID) -> list[Attendee]:
    """Return who comes, by name."""
    rows = session.execute(
        select(Participant.id, Participant.name, SignUp.signed_up_at)
        .join(SignUp, SignUp.participant_id == Participant.id)
        .where(SignUp.event_id == event_id)
        .order_by(Participant.name_key, Participant.id)
    )
    return [Attendee(*row) for row in rows]


def _part(session: Session, query: Select[*tuple[Any, ...]], circle_id: UUID | None, page: int) -> Part[EventRow]:
    if circle_id is not None:
        query = query.where(Event.circle_id == circle_id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(EventRow(*row) for row in part.rows), part.number, part.last, part.total)


def _events() -> Select[*tuple[Any, ...]]:
    taken = select(func.count()).select_from(SignUp).where(SignUp.event_id == Event.id).scalar_subquery()
    return (
        select(
            Event.id,
            Event.title,
            Event.description,
            Event.starts_at,
            Event.ends_at,
            Event.place,
            Event.link,
            Event.capacity,
            Event.cancelled_at,
            Event.cancel_reason,
            Event.circle_id,
            Circle.name,
            Event.organiser_id,
            Participant.name,
            taken,
        )
        .outerjoin(Circle, Circle.id == Event.circle_id)
        .outerjoin(Participant, Participant.id == Event.organiser_id)
    )
