"""After the count nothing in the database joins a secret ballot with who cast it."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop.database import write_with
from governance.closing import close
from governance.models import Ballot, Participation, RollEntry
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase

if TYPE_CHECKING:
    from uuid import UUID

    from tests.governance.conftest import Votes


@pytest.fixture
def counted(database: TestDatabase, votes: "Votes") -> dict["UUID", str]:
    """An election in which each voter cast their ballot in a write of its own; returns who cast which."""
    engine = database.engine
    election_id = write_with(engine, votes.open_election)
    cast = {
        voter: write_with(
            engine,
            lambda s, v=voter: cast_secret(s, election_id, v, ["c1", "c3"], clock=votes.clock()),  # type: ignore[misc]
        ).commitment
        for voter in votes.voters
    }
    write_with(engine, lambda s: close(s, election_id, clock=votes.clock(votes.after())))
    return cast


def test_ballots_and_participation_share_no_value(database: TestDatabase, counted: dict["UUID", str]) -> None:
    with Session(database.engine) as session:
        entries = session.query(RollEntry).all()
        ballots = session.query(Ballot).all()
        assert {b.commitment for b in ballots} == set(counted.values())
        of_voters = {str(value) for e in entries for value in (e.id, e.voter_ref, e.id.hex, e.voter_ref.hex)}
        of_ballots = {str(value) for b in ballots for value in (b.commitment, b.choice, b.nonce)}
        assert not of_voters & of_ballots
        assert not any(ref in value for ref in of_voters for value in of_ballots)


def test_the_order_of_ballots_is_that_of_their_commitments(database: TestDatabase, counted: dict["UUID", str]) -> None:
    order = "ctid" if database.kind == "postgresql" else "commitment"
    with database.engine.connect() as connection:
        lying = list(connection.execute(text(f"SELECT commitment FROM governance_ballot ORDER BY {order}")).scalars())
    assert lying == sorted(counted.values())
    assert lying != list(counted.values())


def test_sqlite_keeps_no_row_number_of_who_voted_or_what(database: TestDatabase, counted: dict["UUID", str]) -> None:
    if database.kind != "sqlite":
        return
    for table in ("governance_participation", "governance_urn", "governance_ballot"):
        with database.engine.connect() as connection, pytest.raises(DBAPIError, match="rowid"):
            connection.execute(text(f"SELECT rowid FROM {table}"))


def test_postgresql_notes_another_transaction_for_ballots_than_for_participation(
    database: TestDatabase, counted: dict["UUID", str]
) -> None:
    if database.kind != "postgresql":
        return
    with database.engine.connect() as connection:
        took_part = set(connection.execute(text("SELECT xmin::text FROM governance_participation")).scalars())
        ballots = set(connection.execute(text("SELECT xmin::text FROM governance_ballot")).scalars())
    assert len(ballots) == 1, "all ballots were written by the closing"
    assert not took_part & ballots


def test_who_took_part_is_known_and_nothing_more(database: TestDatabase, counted: dict["UUID", str]) -> None:
    with Session(database.engine) as session:
        assert session.query(Participation).count() == len(counted)
        assert session.execute(text("SELECT count(*) FROM governance_urn")).scalar() == 0
