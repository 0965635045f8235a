"""The demonstration's annual round is lawful and over, whichever day of the year it is built on."""

from datetime import UTC, datetime, timedelta

import pytest

from coop.assembly.bylaws import Bylaws
from coop.assembly.meetings.clear_days import earliest_day, earliest_day_after_report
from coop.demonstration.annual import MET, NOTICED, PUBLISHED, REPORTED
from coop.demonstration.calendar import Calendar

#: More public holidays than there can be in the six weeks around Christmas.
HOLIDAYS = 9


@pytest.mark.parametrize("days", range(0, 1462, 7))
def test_the_meeting_comes_long_enough_after_report_and_notice(days: int) -> None:
    calendar = Calendar(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days))
    figures = Bylaws(share_price_minor=5000, most_shares=100)
    # Prepared on one day, approved and so published on the next.
    published_on = calendar.since_year_end(PUBLISHED + 1).date()
    met_on = calendar.since_year_end(MET).date()
    assert earliest_day_after_report(published_on, figures.report_working_days + HOLIDAYS) <= met_on
    assert earliest_day(calendar.since_year_end(NOTICED).date(), figures.notice_days) <= met_on
    assert calendar.since_year_end(REPORTED + 1).date() < calendar.today
