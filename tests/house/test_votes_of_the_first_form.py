"""Votes that were opened before revision 0022 keep the form they had: counted ones are linked, open ones go on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData, insert, select
from sqlalchemy.orm import Session

from coop import migrating
from coop.database import write_with
from evidence.canonical import canonical_bytes, digest
from evidence.rules import drop_rules
from governance import chain
from governance.ballots import commitment
from governance.checks import findings
from governance.closing import close
from governance.counting.resolution import Base, ResolutionRule, count_resolution
from governance.counts import digest_of, written
from governance.models import Outcome, Secrecy
from governance.rolls import Voter, roll_digest
from governance.secret_ballots import cast_secret
from tests.databases import Templates, TestDatabase

OPENED = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
CLOSED = OPENED + timedelta(days=7)
MAJORITY = ResolutionRule(
    quorum_numerator=1,
    quorum_denominator=10,
    quorum_minimum=2,
    base=Base.FOR_AND_AGAINST,
    threshold_numerator=1,
    threshold_denominator=2,
    strictly_more=True,
)


@pytest.fixture
def before(kind: str, templates: Templates) -> Iterator[TestDatabase]:
    """A database as it was before the revision."""
    server = templates.servers[kind]
    made = server.create(f"votes-{uuid4().hex}")
    migrating.upgrade(made.url, "0021")
    yield made
    server.drop(made)


class Old:
    """Writes rows as the program of that time wrote them."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self.tables = MetaData()
        self.tables.reflect(database.engine)
        self.voters = [Voter(uuid4(), "member", "member") for _ in range(3)]
        self.entries = {voter.ref: uuid4() for voter in self.voters}

    def put(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Insert rows; a column of a moment or an id is given as such."""
        with self.database.engine.execution_options(coop_write=True).begin() as connection:
            drop_rules(connection)
            for name, found in rows.items():
                table = self.tables.tables[name]
                connection.execute(insert(table), [{k: self._value(v) for k, v in row.items()} for row in found])

    def _value(self, value: Any) -> Any:
        if self.database.kind == "postgresql":
            return value
        if isinstance(value, UUID):
            return value.hex
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value

    def vote(self, secrecy: Secrecy, rule: str, options: tuple[str, ...], roll: dict[UUID, UUID]) -> UUID:
        """Insert header, options and roll."""
        proposal_id = uuid4()
        voters = [Voter(ref, "member", "member") for ref in roll]
        header = {
            "id": proposal_id,
            "kind": "resolution" if secrecy is Secrecy.OPEN else "election",
            "secrecy": secrecy.value,
            "rule": rule,
            "text_digest": "0" * 64,
            "roll_digest": roll_digest(proposal_id, voters),
            "roll_size": len(voters),
            "opens_at": OPENED,
            "closes_at": CLOSED,
        }
        entry = {"proposal_id": proposal_id, "class_code": "member", "reason": "member", "weight": 1}
        self.put(
            {
                "governance_proposal": [header],
                "governance_option": [
                    {"proposal_id": proposal_id, "code": code, "position": place}
                    for place, code in enumerate(options, start=1)
                ],
                "governance_roll_entry": [{**entry, "id": id_, "voter_ref": ref} for ref, id_ in roll.items()],
            }
        )
        return proposal_id


def test_a_result_of_before_is_linked_and_counts_as_it_did(before: TestDatabase) -> None:
    old = Old(before)
    proposal_id = old.vote(Secrecy.OPEN, written(MAJORITY), ("for", "against", "abstain"), old.entries)
    answers = dict(zip(old.entries.values(), ("for", "for", "against"), strict=True))
    record = {
        "proposal": proposal_id,
        "kind": "resolution",
        "secrecy": "open",
        "rule": json.loads(written(MAJORITY)),
        "text": "0" * 64,
        "roll": {"digest": roll_digest(proposal_id, old.voters), "size": 3},
        "opens_at": OPENED,
        "closes_at": CLOSED,
        "ballots": {"cast": 3, "digest": digest(sorted([str(entry), answer] for entry, answer in answers.items()))},
        "count": count_resolution(MAJORITY, for_votes=2, against=1, abstain=0, roll=3).to_canonical(),
    }
    result = canonical_bytes(record).decode()
    ballot = {"version": 1, "cast_at": OPENED}
    outcome = {"proposal_id": proposal_id, "closed_at": CLOSED, "result": result, "digest": digest_of(result)}
    old.put(
        {
            "governance_open_ballot": [
                {**ballot, "roll_entry_id": entry, "choice": json.dumps(answer)} for entry, answer in answers.items()
            ],
            "governance_outcome": [outcome],
        }
    )
    before.engine.dispose()
    migrating.upgrade(before.url)
    with Session(before.engine) as session:
        assert findings(session) == []
        assert [(link.seq, link.kind, link.subject) for link in chain.links(session)] == [(1, "closed", proposal_id)]
    before.engine.dispose()
    migrating.downgrade(before.url, "0021")
    migrating.upgrade(before.url)
    with Session(before.engine) as session:
        assert findings(session) == []


def test_a_secret_vote_that_is_open_meanwhile_goes_on_and_is_counted(before: TestDatabase) -> None:
    old = Old(before)
    rule = '{"name":"scottish-stv","seats":1}'
    proposal_id = old.vote(Secrecy.SECRET, rule, ("c2", "c1"), old.entries)
    ref, entry = next(iter(old.entries.items()))
    nonce, choice = "1" * 64, '["c1"]'
    cast = {
        "id": uuid4(),
        "proposal_id": proposal_id,
        "class_code": "member",
        "weight": 1,
        "choice": choice,
        "nonce": nonce,
        "commitment": commitment(proposal_id, "member", 1, choice, nonce),
    }
    old.put({"governance_participation": [{"roll_entry_id": entry}], "governance_urn": [cast]})
    before.engine.dispose()
    migrating.upgrade(before.url)
    other = next(one for one in old.entries if one != ref)
    write_with(before.engine, lambda s: cast_secret(s, proposal_id, other, ["c2", "c1"], clock=lambda: OPENED))
    closed = write_with(before.engine, lambda s: close(s, proposal_id, clock=lambda: CLOSED))
    assert closed.record()["ballots"]["cast"] == 2
    assert "opened" not in closed.record()
    with Session(before.engine) as session:
        assert findings(session) == []
        assert session.scalars(select(Outcome.digest)).one() == closed.digest
