"""Events: announcing, changing and cancelling them, signing up, and reminding those who come.

The event's row is the one lock: signing up, the number of seats and cancelling happen one after the other, so that the last seat
goes to one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import audit, clock
from coop.community import errors, event_notices
from coop.community.circle_models import Event, SignUp
from coop.community.circles import circle_of, need_to_belong
from coop.permissions import Actor, NotFound, Power
from coop.texts import LONGEST_NAME, line, prose
from evidence.identifiers import new_id

LONGEST_DESCRIPTION = 8000
LONGEST_LINK = 500
LONGEST_REASON = 500
LEAST_MINUTES, MOST_MINUTES = 10, 14 * 24 * 60
MOST_SEATS = 10_000
#: How many seats one person holds at most: their own, and of organisations they act for.
MOST_SEATS_OF_ONE = 3
MOST_DAYS_AHEAD = 730
#: When those who come are reminded, before it begins.
REMINDS_AHEAD = timedelta(days=1)
_OFFICE = (Power.SECRETARY, Power.BOARD)


@dataclass(frozen=True)
class EventPlan:
    """What an event is, when and where."""

    title: str
    description: str
    starts_at: datetime
    minutes: int
    place: str = ""
    link: str = ""
    #: None where there is room for all.
    capacity: int | None = None


def announce(session: Session, actor: Actor, *, plan: EventPlan) -> UUID:
    """Announce an event of the co-op, for secretary or board, and return its id.

    Raises:
        PowerMissing, and what is wrong with the plan.
    """
    power = actor.need(*_OFFICE)
    event = _add(session, plan, circle_id=None, organiser_id=None)
    audit.record(session, actor, "event.announced", subject=event.id, power=power)
    return event.id


def announce_in_circle(session: Session, actor: Actor, *, circle_id: UUID, organiser_id: UUID, plan: EventPlan) -> UUID:
    """Announce an event of a circle, for a participant who belongs to it, and return its id.

    Raises:
        NotFound, CircleMembersOnly, and what is wrong with the plan.
    """
    actor.need_to_act_for(organiser_id)
    circle_of(session, circle_id)
    need_to_belong(session, circle_id, organiser_id)
    event = _add(session, plan, circle_id=circle_id, organiser_id=organiser_id)
    audit.record(session, actor, "event.announced", subject=event.id, facts={"circle": circle_id})
    return event.id


def change(session: Session, actor: Actor, *, event_id: UUID, plan: EventPlan) -> None:
    """Change an event; where time or place become others, everybody who has signed up is told by mail.

    Raises:
        NotFound, PowerMissing, EventBegun, EventCancelled, FewerSeatsThanTaken, and what is wrong with the plan.
    """
    event = _locked(session, event_id)
    power = need_to_organise(actor, event)
    _need_to_come(event)
    before = (event.starts_at, event.place, event.link)
    values = _checked(plan)
    taken = seats_taken(session, event_id)
    if plan.capacity is not None and plan.capacity < taken:
        raise errors.FewerSeatsThanTaken(taken)
    for name, value in values.items():
        setattr(event, name, value)
    session.flush()
    if before[0] != event.starts_at:
        for row in session.scalars(select(SignUp).where(SignUp.event_id == event_id)):
            row.reminded_at = _reminded_at(event)
        session.flush()
    if before != (event.starts_at, event.place, event.link):
        event_notices.changed(session, event)
    audit.record(session, actor, "event.changed", subject=event_id, power=power)


def cancel(session: Session, actor: Actor, *, event_id: UUID, reason: str) -> None:
    """Cancel an event and tell everybody who has signed up, with the reason.

    Raises:
        NotFound, PowerMissing, EventBegun, EventCancelled, TextMissing, TextTooLong
    """
    event = _locked(session, event_id)
    power = need_to_organise(actor, event)
    _need_to_come(event)
    event.cancel_reason = prose(reason, about="reason", longest=LONGEST_REASON, least=1)
    event.cancelled_at = clock.now()
    session.flush()
    event_notices.cancelled(session, event)
    audit.record(session, actor, "event.cancelled", subject=event_id, power=power)


def sign_up(session: Session, actor: Actor, *, event_id: UUID, participant_id: UUID) -> None:
    """Give a participant a seat. Signing up twice changes nothing.

    Raises:
        NotFound, EventBegun, EventCancelled, SeatsOfOne, SoldOut
    """
    actor.need_to_act_for(participant_id)
    event = _locked(session, event_id)
    _need_to_come(event)
    if session.get(SignUp, (event_id, participant_id)) is not None:
        return
    held = select(func.count()).where(SignUp.event_id == event_id, SignUp.participant_id.in_(actor.represents))
    if (session.scalar(held) or 0) >= MOST_SEATS_OF_ONE:
        raise errors.SeatsOfOne(MOST_SEATS_OF_ONE)
    if event.capacity is not None and seats_taken(session, event_id) >= event.capacity:
        raise errors.SoldOut
    session.add(
        SignUp(
            event_id=event_id,
            participant_id=participant_id,
            signed_up_at=clock.now(),
            reminded_at=_reminded_at(event),
        )
    )
    session.flush()
    audit.record(session, actor, "event.signed-up", subject=event_id, facts={"participant": participant_id})


def cancel_sign_up(session: Session, actor: Actor, *, event_id: UUID, participant_id: UUID) -> None:
    """Give a participant's seat back.

    Raises:
        NotFound, EventBegun, EventCancelled
    """
    actor.need_to_act_for(participant_id)
    event = _locked(session, event_id)
    _need_to_come(event)
    row = session.get(SignUp, (event_id, participant_id))
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    audit.record(session, actor, "event.sign-up-cancelled", subject=event_id, facts={"participant": participant_id})


def remind(session: Session, actor: Actor, *, event_id: UUID) -> None:
    """Remind everybody who comes to an event within the next day, once each.

    Raises:
        NotFound, EventBegun, EventCancelled: that happened in the meantime.
    """
    event = _locked(session, event_id)
    _need_to_come(event)
    waiting = session.scalars(
        select(SignUp).where(SignUp.event_id == event_id, SignUp.reminded_at.is_(None)).with_for_update()
    ).all()
    for row in waiting:
        row.reminded_at = clock.now()
        event_notices.begins_soon(session, event, row.participant_id)
    session.flush()
    audit.record(session, actor, "event.reminded", subject=event_id, facts={"count": len(waiting)})


def need_to_organise(actor: Actor, event: Event) -> Power | None:
    """Return the power by which the actor may lead an event: none is needed by who acts for its organiser.

    Raises:
        PowerMissing: the event is somebody else's, and the actor is neither secretary nor on the board.
    """
    if event.organiser_id is not None and event.organiser_id in actor.represents:
        return None
    return actor.need(*_OFFICE)


def seats_taken(session: Session, event_id: UUID) -> int:
    """Return how many have signed up."""
    query = select(func.count()).select_from(SignUp).where(SignUp.event_id == event_id)
    return session.scalar(query) or 0


def _add(session: Session, plan: EventPlan, *, circle_id: UUID | None, organiser_id: UUID | None) -> Event:
    event = Event(id=new_id(), created_at=clock.now(), circle_id=circle_id, organiser_id=organiser_id, **_checked(plan))
    session.add(event)
    session.flush()
    return event


def _checked(plan: EventPlan) -> dict[str, Any]:
    """Return the columns of an event from its plan, in their normal form."""
    now = clock.now()
    place = line(plan.place, about="place", longest=LONGEST_NAME, least=0)
    link = line(plan.link, about="link", longest=LONGEST_LINK, least=0)
    if plan.starts_at <= now:
        raise errors.StartsInThePast
    if plan.starts_at > now + timedelta(days=MOST_DAYS_AHEAD):
        raise errors.StartsTooLate(MOST_DAYS_AHEAD)
    if not place and not link:
        raise errors.PlaceMissing
    if link and not is_web_address(link):
        raise errors.NoWebAddress
    if not LEAST_MINUTES <= plan.minutes <= MOST_MINUTES:
        raise errors.EventFigureOutOfRange(LEAST_MINUTES, MOST_MINUTES, "minutes")
    if plan.capacity is not None and not 1 <= plan.capacity <= MOST_SEATS:
        raise errors.EventFigureOutOfRange(1, MOST_SEATS, "capacity")
    return {
        "title": line(plan.title, about="title", least=3),
        "description": prose(plan.description, about="description", longest=LONGEST_DESCRIPTION),
        "starts_at": plan.starts_at.astimezone(UTC),
        "ends_at": plan.starts_at.astimezone(UTC) + timedelta(minutes=plan.minutes),
        "place": place,
        "link": link,
        "capacity": plan.capacity,
    }


def is_web_address(text: str) -> bool:
    """Say whether a text is an address of the web."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and " " not in text
    except ValueError:
        return False


def _locked(session: Session, event_id: UUID) -> Event:
    event = session.get(Event, event_id, with_for_update=True, populate_existing=True)
    if event is None:
        raise NotFound
    return event


def _need_to_come(event: Event) -> None:
    if event.cancelled_at is not None:
        raise errors.EventCancelled
    if event.starts_at <= clock.now():
        raise errors.EventBegun


def _reminded_at(event: Event) -> datetime | None:
    """Return now for who signs up, or hears of another time, on the last day: they need no reminder."""
    now = clock.now()
    return now if event.starts_at - now <= REMINDS_AHEAD else None
