"""Clear days between a notice and its meeting, and working days between a report and its meeting: neither end counts.

Days are dates of the co-op's calendar, so a night on which the clocks change is a day like any other. Working days are Monday to
Friday. Public holidays are not known here and count as working days: whoever sets the date of a meeting adds them.
"""

from datetime import date, timedelta

_SATURDAY = 5


def earliest_day(sent_on: date, clear_days: int) -> date:
    """Return the first day on which a meeting may be held of which notice is given on a day."""
    return sent_on + timedelta(days=clear_days + 1)


def earliest_day_after_report(published_on: date, working_days: int) -> date:
    """Return the first day on which a meeting may be held that receives a report published on a day."""
    day, left = published_on, working_days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day + timedelta(days=1)


def last_day_to_send(held_on: date, clear_days: int) -> date:
    """Return the last day on which notice may be given of a meeting on a day."""
    return held_on - timedelta(days=clear_days + 1)
