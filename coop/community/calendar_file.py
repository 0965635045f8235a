"""An event of the community as a file for calendars."""

from datetime import datetime

from coop import calendar_files
from coop.calendar_files import Happening
from coop.community.event_queries import EventRow


def calendar_file(event: EventRow, *, now: datetime, owner: str, host: str, address: str) -> bytes:
    """Return the file of an event: `owner` is the co-op, `host` makes its id unique in the world, `address` is its page."""
    happening = Happening(
        id=event.id,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        place=event.place or event.link,
        text="\n\n".join(part for part in (event.description, event.link) if part),
        address=address,
        is_cancelled=event.is_cancelled,
    )
    return calendar_files.calendar_file(happening, now=now, owner=owner, host=host)
