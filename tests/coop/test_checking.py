"""A check that meets what it cannot read: the others are made, and a mistake of ours is not taken for a finding."""

import pytest
from sqlalchemy.orm import Session

from coop.checking import made
from evidence.findings import Finding


def stops(_: Session) -> list[Finding]:
    raise ValueError("what cannot be read")


def finds(_: Session) -> list[Finding]:
    return [Finding("found", "something")]


def test_a_check_that_cannot_be_made_stops_no_other(session: Session) -> None:
    assert [found.check for found in made(session, [stops, finds], [])] == ["check-stopped", "found"]
    before = [Finding("rules", "one is missing")]
    assert [found.check for found in made(session, [stops], before)] == ["rules", "check-stopped"]


def test_what_stops_a_check_where_nothing_is_found_is_raised(session: Session) -> None:
    with pytest.raises(ValueError, match="what cannot be read"):
        made(session, [stops], [])
