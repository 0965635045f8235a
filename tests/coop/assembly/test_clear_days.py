"""Clear days and working days: neither end counts, whatever the calendar does between."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.assembly.meetings.clear_days import earliest_day, earliest_day_after_report, last_day_to_send


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


@pytest.mark.parametrize(
    ("published_on", "days", "earliest"),
    [
        # Twenty working days from a Monday: Tuesday is the first, the Monday four weeks later the last.
        (date(2026, 6, 1), 20, date(2026, 6, 30)),
        (date(2026, 6, 4), 20, date(2026, 7, 3)),
        # The last of them is a Friday, so the meeting may be on a Saturday.
        (date(2026, 6, 5), 20, date(2026, 7, 4)),
        (date(2026, 6, 6), 20, date(2026, 7, 4)),
        (date(2026, 6, 7), 20, date(2026, 7, 4)),
        (date(2026, 6, 5), 1, date(2026, 6, 9)),
        (date(2026, 6, 5), 0, date(2026, 6, 6)),
        # Public holidays are not known: those of Christmas count as any other day.
        (date(2026, 12, 18), 20, date(2027, 1, 16)),
    ],
)
def test_the_earliest_day_after_a_report_comes_after_so_many_working_days(
    published_on: date, days: int, earliest: date
) -> None:
    assert earliest_day_after_report(published_on, days) == earliest


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_exactly_so_many_working_days_lie_between_a_report_and_the_earliest_day(published_on: date, days: int) -> None:
    earliest = earliest_day_after_report(published_on, days)
    between = [published_on + timedelta(days=number) for number in range(1, (earliest - published_on).days)]
    assert sum(day.weekday() < 5 for day in between) == days
    assert not between or between[-1].weekday() < 5, "no day later than it must be"
