"""The days on which the demonstration's story hangs, counted from the day it is built.

Its first fiscal year ended half a year ago, so that it is closed, decided, paid and reported by now; the second one is under
way. The story is the same whenever it is built, and never depends on where in the calendar year that is.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Pacific/Auckland"
#: Months between the month in which the first year ended and the month of the building.
_MONTHS_SINCE = 6
#: Days from the first day of the first year to the founding.
_UNTIL_FOUNDING = 11


@dataclass(frozen=True)
class Calendar:
    """Moments of the story, in the co-op's zone."""

    now: datetime

    @property
    def today(self) -> date:
        """Return the day of the building."""
        return self.now.astimezone(ZoneInfo(ZONE)).date()

    @property
    def year_end(self) -> date:
        """Return the last day of the first fiscal year: the end of a month, 150 to 184 days ago."""
        months = self.today.year * 12 + self.today.month - 1 - _MONTHS_SINCE
        year, month = divmod(months, 12)
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])

    @property
    def year_start(self) -> date:
        """Return the first day of the first fiscal year."""
        return date(self.year_end.year - 1, self.year_end.month, 1) + timedelta(
            days=calendar.monthrange(self.year_end.year - 1, self.year_end.month)[1]
        )

    @property
    def founded_on(self) -> date:
        """Return the day of the founding."""
        return self.year_start + timedelta(days=_UNTIL_FOUNDING)

    def on(self, day: date, hour: int = 10, minute: int = 0) -> datetime:
        """Return a moment of a day."""
        return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))

    def since_founding(self, days: int, hour: int = 10) -> datetime:
        """Return a moment so many days after the founding."""
        return self.on(self.founded_on + timedelta(days=days), hour)

    def since_year_end(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """Return a moment so many days after the end of the first year; before it, where `days` is negative."""
        return self.on(self.year_end + timedelta(days=days), hour, minute)
