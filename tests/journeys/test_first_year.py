"""A whole first year: skills, services, the closing, the report, the annual meeting, and what came back to each member."""

from tests.journeys import first_year
from tests.visitors import Stage


def test_the_first_year_is_closed_reported_decided_and_paid(stage: Stage) -> None:
    first_year.play(stage)
