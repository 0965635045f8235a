"""An event as a file that calendars read (iCalendar, RFC 5545). It knows neither rooms nor who asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from icalendar import Calendar, Event


@dataclass(frozen=True)
class Happening:
    """What a calendar shows."""

    id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    text: str
    #: Its page.
    address: str
    is_cancelled: bool = False
    #: Higher than before where it was moved, so that a calendar takes the new time.
    sequence: int = 0


def calendar_file(happening: Happening, *, now: datetime, owner: str, host: str) -> bytes:
    """Return the file of a happening: `owner` is the co-op, and `host` makes its id unique in the world."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{owner}//coop//EN")
    calendar.add("version", "2.0")
    entry = Event()
    entry.add("uid", f"{happening.id}@{host}")
    entry.add("dtstamp", now)
    entry.add("dtstart", happening.starts_at)
    entry.add("dtend", happening.ends_at)
    entry.add("sequence", happening.sequence)
    entry.add("summary", happening.title)
    entry.add("description", happening.text)
    entry.add("location", happening.place)
    entry.add("url", happening.address)
    entry.add("status", "CANCELLED" if happening.is_cancelled else "CONFIRMED")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
