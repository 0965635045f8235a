"""What the worker does for the community: remind those who come to an event a day before it begins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.community.circle_models import Event, SignUp
from coop.community.events import REMINDS_AHEAD, remind

__all__ = ["due_reminders", "remind"]


def due_reminders(session: Session, now: datetime) -> list[UUID]:
    """Return the events within a day of which somebody is not reminded, the next first. Each is done in a write of its own."""
    query = (
        select(Event.id)
        .join(SignUp, SignUp.event_id == Event.id)
        .where(
            Event.starts_at > now,
            Event.starts_at <= now + REMINDS_AHEAD,
            Event.cancelled_at.is_(None),
            SignUp.reminded_at.is_(None),
        )
        .group_by(Event.id, Event.starts_at)
        .order_by(Event.starts_at, Event.id)
    )
    return list(session.scalars(query))
