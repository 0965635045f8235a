"""Clear days between a notice and its meeting: neither the day of sending nor the day of the meeting counts.

Days are dates of the co-op's calendar, so a night on which the clocks change is a day like any other.
"""

from datetime import date, timedelta


def earliest_day(sent_on: date, clear_days: int) -> date:
    """Return the first day on which a meeting may be held of which notice is given on a day."""
    return sent_on + timedelta(days=clear_days + 1)


def last_day_to_send(held_on: date, clear_days: int) -> date:
    """Return the last day on which notice may be given of a meeting on a day."""
    return held_on - timedelta(days=clear_days + 1)
