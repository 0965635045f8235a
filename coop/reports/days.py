"""The day of a moment in the co-op's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def day_of(moment: datetime, zone: str) -> date:
    """Return the date that the calendar showed in a zone at a moment."""
    return moment.astimezone(ZoneInfo(zone)).date()
