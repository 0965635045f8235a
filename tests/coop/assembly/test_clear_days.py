"""Clear days: neither the day of sending nor the day of the meeting counts, whatever the calendar does between."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.assembly.meetings.clear_days import earliest_day, last_day_to_send


@pytest.mark.parametrize(
    ("sent_on", "days", "earliest"),
    [
        (date(2026, 5, 1), 14, date(2026, 5, 16)),
        (date(2026, 5, 1), 0, date(2026, 5, 2)),
        # The clocks go back on 5 April and forward on 27 September 2026 in New Zealand.
        (date(2026, 4, 1), 14, date(2026, 4, 16)),
        (date(2026, 9, 20), 14, date(2026, 10, 5)),
        # A leap day is a day.
        (date(2028, 2, 20), 14, date(2028, 3, 6)),
        (date(2027, 2, 20), 14, date(2027, 3, 7)),
        (date(2027, 12, 25), 10, date(2028, 1, 5)),
    ],
)
def test_the_earliest_day_comes_after_so_many_whole_days(sent_on: date, days: int, earliest: date) -> None:
    assert earliest_day(sent_on, days) == earliest


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_a_notice_on_the_last_day_makes_its_meeting_the_earliest(held_on: date, days: int) -> None:
    assert earliest_day(last_day_to_send(held_on, days), days) == held_on
