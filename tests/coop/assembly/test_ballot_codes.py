"""Whose code is whose on a ballot is fixed when the vote opens: the database refuses another, and the chain tells of it."""

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, Table, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop.assembly.checks import findings
from coop.assembly.models import Candidacy
from evidence.columns import table_of
from evidence.rules import drop_rules
from tests.databases import TestDatabase

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

CANDIDACY: Table = table_of(Candidacy)


def _swap_codes(connection: Connection, motion_id: UUID) -> None:
    """The winner becomes the loser: ballots and count stay what they are."""
    mine = CANDIDACY.c.motion_id == motion_id
    for one, other in (("c1", "x"), ("c2", "c1"), ("x", "c2")):
        connection.execute(update(CANDIDACY).where(mine, CANDIDACY.c.option_code == one).values(option_code=other))


def _take_code(connection: Connection, motion_id: UUID) -> None:
    mine = CANDIDACY.c.motion_id == motion_id
    connection.execute(update(CANDIDACY).where(mine, CANDIDACY.c.option_code == "c1").values(option_code=None))


@pytest.mark.parametrize("is_counted", [False, True])
@pytest.mark.tampers
def test_two_candidates_cannot_change_their_codes(
    app: Flask, founded: TestDatabase, assembly: "Assembly", is_counted: bool
) -> None:
    path = assembly.call_election()
    assembly.open(path)
    if is_counted:
        assembly.rank(path, "board", "board")
        assembly.close(path)
    motion_id = UUID(path.partition("#")[0].rpartition("/")[2])
    writing = founded.engine.execution_options(coop_write=True)
    with app.app_context(), Session(founded.engine) as session:
        assert findings(session) == []
    for tamper in (_swap_codes, _take_code):
        with pytest.raises(DBAPIError, match="assembly: a candidate keeps"), writing.begin() as connection:
            tamper(connection, motion_id)
    with writing.begin() as connection:
        drop_rules(connection)
        _swap_codes(connection, motion_id)
    with app.app_context(), Session(founded.engine) as session:
        assert "assembly-candidates" in {finding.check for finding in findings(session)}
