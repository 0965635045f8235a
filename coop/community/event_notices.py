"""Mail to those who have signed up for an event: that it has changed, is cancelled, or begins soon."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative, formats, outbox
from coop.community.circle_models import Event, SignUp
from coop.membership import participants


def changed(session: Session, event: Event) -> None:
    """Tell everybody who comes when and where it is now."""
    text = gettext(
        "“%(title)s” has changed. It is on %(starts_at)s. %(where)s\nIf you cannot come, give your seat back here:",
        title=event.title,
        starts_at=_when(session, event),
        where=_where(event),
    )
    _tell_all(session, event, f"event-changed:{clock.now():%Y%m%d%H%M%S%f}", gettext("an event has changed"), text)


def cancelled(session: Session, event: Event) -> None:
    """Tell everybody who would have come that it does not take place, and why."""
    text = gettext(
        "“%(title)s”, %(starts_at)s, does not take place. The reason: %(reason)s",
        title=event.title,
        starts_at=_when(session, event),
        reason=event.cancel_reason,
    )
    _tell_all(session, event, "event-cancelled", gettext("an event is cancelled"), text)


def begins_soon(session: Session, event: Event, participant_id: UUID) -> None:
    """Remind somebody who comes."""
    text = gettext(
        "“%(title)s” begins on %(starts_at)s. %(where)s",
        title=event.title,
        starts_at=_when(session, event),
        where=_where(event),
    )
    _tell(session, event, participant_id, "event-reminder", gettext("an event begins soon"), text)


def _tell_all(session: Session, event: Event, key: str, subject: str, text: str) -> None:
    for participant_id in session.scalars(select(SignUp.participant_id).where(SignUp.event_id == event.id)):
        _tell(session, event, participant_id, key, subject, text)


def _tell(session: Session, event: Event, participant_id: UUID, key: str, subject: str, text: str) -> None:
    # With its beginning in the key, those who come are reminded again of an event that was moved.
    key = f"{key}:{event.id}:{event.starts_at:%Y%m%d%H%M}:{participant_id}"
    page = outbox.Page("community.event", {"event_id": event.id})
    participants.tell(session, participant_id, key=key, subject=subject, text=text, page=page)


def _when(session: Session, event: Event) -> str:
    return formats.format_moment(event.starts_at, ZoneInfo(cooperative.current(session).zone))


def _where(event: Event) -> str:
    return " ".join(part for part in (event.place, event.link) if part)
