"""What somebody changes with the database's rules switched off, `coop check` finds."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.chain import GENESIS
from evidence.columns import table_of
from evidence.identifiers import new_ref
from evidence.rules import drop_rules
from governance import headers
from governance.ballots import cast_open
from governance.chain import link_hash
from governance.checks import findings
from governance.closing import close
from governance.counts import digest_of, options_of, result_of
from governance.models import (
    Ballot,
    ChainLink,
    OpenBallot,
    Option,
    Outcome,
    Participation,
    Proposal,
    RollEntry,
    Urn,
    UrnOpening,
)
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase
from tests.governance.bundled import both, files

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

PROPOSAL, ROLL, OPTION, OPEN, TAKEN_PART, URN, BALLOT, OUTCOME, CHAIN = (
    table_of(mapped)
    for mapped in (Proposal, RollEntry, Option, OpenBallot, Participation, Urn, Ballot, Outcome, ChainLink)
)


@pytest.fixture
def history(database: TestDatabase, votes: "Votes") -> dict[str, UUID]:
    """A counted resolution, a counted election, and an election that is open, all without a finding."""
    engine = database.engine
    ids = {
        "resolution": write_with(engine, votes.open_resolution),
        "election": write_with(engine, votes.open_election),
        "running": write_with(engine, votes.open_election),
    }

    def vote(session: Session) -> None:
        for voter in votes.voters[:6]:
            cast_open(session, ids["resolution"], voter, "for", clock=votes.clock())
            cast_secret(session, ids["election"], voter, ["c1", "c2"], clock=votes.clock())
            cast_secret(session, ids["running"], voter, ["c1"], clock=votes.clock())
        for name in ("resolution", "election"):
            close(session, ids[name], clock=votes.clock(votes.after()))

    write_with(engine, vote)
    with Session(engine) as session:
        assert findings(session) == []
    return ids


def _one(connection: Connection, table: Table, **where: Any) -> dict[str, Any]:
    query = select(table).where(*(table.c[name] == value for name, value in where.items())).limit(1)
    return dict(connection.execute(query).mappings().one())


def _change_ballot(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, BALLOT, proposal_id=ids["election"])
    connection.execute(update(BALLOT).where(BALLOT.c.commitment == row["commitment"]).values(choice='["c3"]'))


def _change_ballot_in_urn(connection: Connection, _: dict[str, UUID]) -> None:
    row = _one(connection, URN)
    connection.execute(update(URN).where(URN.c.id == row["id"]).values(choice='["c2"]'))


def _impossible_answer(connection: Connection, _: dict[str, UUID]) -> None:
    row = _one(connection, OPEN)
    connection.execute(update(OPEN).where(OPEN.c.roll_entry_id == row["roll_entry_id"]).values(choice='"perhaps"'))


def _change_open_vote(connection: Connection, _: dict[str, UUID]) -> None:
    row = _one(connection, OPEN)
    connection.execute(update(OPEN).where(OPEN.c.roll_entry_id == row["roll_entry_id"]).values(choice='"against"'))


def _drop_ballot(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, BALLOT, proposal_id=ids["election"])
    connection.execute(delete(BALLOT).where(BALLOT.c.commitment == row["commitment"]))


def _stuff_urn(connection: Connection, _: dict[str, UUID]) -> None:
    connection.execute(
        insert(URN), [{**_one(connection, URN), "id": new_ref(), "commitment": "d" * 64, "key_hash": "d" * 64}]
    )


def _add_to_roll(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, ROLL, proposal_id=ids["running"])
    connection.execute(insert(ROLL), [{**row, "id": new_ref(), "voter_ref": new_ref()}])


def _swap_on_roll(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, ROLL, proposal_id=ids["running"])
    connection.execute(update(ROLL).where(ROLL.c.id == row["id"]).values(voter_ref=new_ref()))


def _change_result(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, OUTCOME, proposal_id=ids["resolution"])
    other = row["result"].replace('"for":6', '"for":7')
    assert other != row["result"]
    connection.execute(update(OUTCOME).where(OUTCOME.c.proposal_id == ids["resolution"]).values(result=other))


def _take_out_of_chain(connection: Connection, ids: dict[str, UUID]) -> None:
    connection.execute(delete(CHAIN).where(CHAIN.c.subject == ids["election"], CHAIN.c.kind == "closed"))


def _change_in_chain(connection: Connection, ids: dict[str, UUID]) -> None:
    changed = update(CHAIN).where(CHAIN.c.subject == ids["running"])
    connection.execute(changed.values(digest="e" * 64))


def _drop_from_middle(connection: Connection, _: dict[str, UUID]) -> None:
    connection.execute(delete(CHAIN).where(CHAIN.c.seq == 2))


def _postpone(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, PROPOSAL, id=ids["running"])
    later = update(PROPOSAL).where(PROPOSAL.c.id == ids["running"])
    connection.execute(later.values(closes_at=row["closes_at"] + timedelta(days=1)))


def _double_weight(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, ROLL, proposal_id=ids["running"])
    connection.execute(update(ROLL).where(ROLL.c.id == row["id"]).values(weight=2))


def _double_weight_by_a_rule(connection: Connection, ids: dict[str, UUID]) -> None:
    """With a rule that gives weights, and none beyond one vote."""
    _double_weight(connection, ids)
    changed = {"weighting": '{"other":{"most_votes":2}}', "roll_weight": PROPOSAL.c.roll_weight + 1}
    connection.execute(update(PROPOSAL).where(PROPOSAL.c.id == ids["running"]).values(changed))


def _forget_outcome(connection: Connection, ids: dict[str, UUID]) -> None:
    connection.execute(delete(OUTCOME).where(OUTCOME.c.proposal_id == ids["election"]))


def _back_into_urn(connection: Connection, ids: dict[str, UUID]) -> None:
    row = _one(connection, BALLOT, proposal_id=ids["election"])
    connection.execute(insert(URN), [{**row, "id": new_ref()}])


def _open_ballot_in_secret_vote(connection: Connection, ids: dict[str, UUID]) -> None:
    entry = _one(connection, ROLL, proposal_id=ids["running"])
    connection.execute(insert(OPEN), [{**_one(connection, OPEN), "roll_entry_id": entry["id"]}])


def _swap_two_voters(connection: Connection, ids: dict[str, UUID], name: str) -> None:
    """As many entries with the same references, so the fingerprint of the roll stays; and each has the other's vote."""
    taken = select(OPEN.c.roll_entry_id) if name == "resolution" else select(TAKEN_PART.c.roll_entry_id)
    entries = select(ROLL).where(ROLL.c.proposal_id == ids[name])
    one = connection.execute(entries.where(ROLL.c.id.in_(taken)).limit(1)).mappings().one()
    other = connection.execute(entries.where(ROLL.c.id.not_in(taken)).limit(1)).mappings().one()
    for entry, voter in ((one, new_ref()), (other, one["voter_ref"]), (one, other["voter_ref"])):
        connection.execute(update(ROLL).where(ROLL.c.id == entry["id"]).values(voter_ref=voter))


def _swap_in_roll_call(connection: Connection, ids: dict[str, UUID]) -> None:
    _swap_two_voters(connection, ids, "resolution")


def _swap_in_election(connection: Connection, ids: dict[str, UUID]) -> None:
    _swap_two_voters(connection, ids, "election")


def _another_took_part(connection: Connection, ids: dict[str, UUID]) -> None:
    entries = select(ROLL.c.id).where(ROLL.c.proposal_id == ids["election"])
    took_part = select(TAKEN_PART.c.roll_entry_id)
    one, other = (
        connection.execute(entries.where(found)).scalars().first()
        for found in (ROLL.c.id.in_(took_part), ROLL.c.id.not_in(took_part))
    )
    connection.execute(delete(TAKEN_PART).where(TAKEN_PART.c.roll_entry_id == one))
    connection.execute(insert(TAKEN_PART), [{"roll_entry_id": other}])


def _rewrite_chain(connection: Connection, _: dict[str, UUID]) -> None:
    """Another digest in the first link, and every hash computed again."""
    previous = GENESIS
    for row in connection.execute(select(CHAIN).order_by(CHAIN.c.seq)).mappings().all():
        digest = "e" * 64 if row["seq"] == 1 else row["digest"]
        previous = link_hash(previous, row["seq"], row["kind"], row["subject"], digest)
        connection.execute(update(CHAIN).where(CHAIN.c.seq == row["seq"]).values(digest=digest, hash=previous))


def _forget_a_vote(connection: Connection, ids: dict[str, UUID]) -> None:
    """All rows of a counted vote but its links."""
    entries = select(ROLL.c.id).where(ROLL.c.proposal_id == ids["election"])
    connection.execute(delete(TAKEN_PART).where(TAKEN_PART.c.roll_entry_id.in_(entries)))
    for table in (BALLOT, table_of(UrnOpening), OUTCOME, OPTION, ROLL):
        connection.execute(delete(table).where(table.c.proposal_id == ids["election"]))
    connection.execute(delete(PROPOSAL).where(PROPOSAL.c.id == ids["election"]))


def _turn_the_lot(connection: Connection, ids: dict[str, UUID]) -> None:
    """Candidates in another order, in a chain that is made to fit."""
    mine = OPTION.c.proposal_id == ids["running"]
    for place in (OPTION.c.position + 100, 104 - OPTION.c.position):
        connection.execute(update(OPTION).where(mine).values(position=place))
    session = Session(connection)
    digest = headers.digest_of(session.get_one(Proposal, ids["running"]), options_of(session, ids["running"]))
    connection.execute(update(CHAIN).where(CHAIN.c.subject == ids["running"]).values(digest=digest))
    previous = GENESIS
    for row in connection.execute(select(CHAIN).order_by(CHAIN.c.seq)).mappings().all():
        previous = link_hash(previous, row["seq"], row["kind"], row["subject"], row["digest"])
        connection.execute(update(CHAIN).where(CHAIN.c.seq == row["seq"]).values(hash=previous))


@pytest.mark.parametrize(
    ("tamper", "check"),
    [
        (_change_ballot, "governance-commitment"),
        (_change_ballot, "governance-recount"),
        (_change_ballot_in_urn, "governance-commitment"),
        (_impossible_answer, "governance-choice"),
        (_change_open_vote, "governance-recount"),
        (_drop_ballot, "governance-ballots-per-voter"),
        (_drop_ballot, "governance-recount"),
        (_stuff_urn, "governance-ballots-per-voter"),
        (_add_to_roll, "governance-roll-size"),
        (_swap_on_roll, "governance-roll-digest"),
        (_change_result, "governance-outcome-digest"),
        (_change_result, "governance-recount"),
        (_forget_outcome, "governance-counted-early"),
        (_take_out_of_chain, "governance-chain-link"),
        (_change_in_chain, "governance-chain-hash"),
        (_change_in_chain, "governance-chain-link"),
        (_drop_from_middle, "governance-chain-gap"),
        (_postpone, "governance-chain-link"),
        (_double_weight, "governance-roll-weight"),
        (_double_weight_by_a_rule, "governance-roll-weight"),
        (_back_into_urn, "governance-urn-not-empty"),
        (_open_ballot_in_secret_vote, "governance-secrecy"),
        (_swap_in_roll_call, "governance-recount"),
        (_swap_in_election, "governance-recount"),
        (_another_took_part, "governance-recount"),
        (_rewrite_chain, "governance-lot"),
        (_turn_the_lot, "governance-lot"),
        (_forget_a_vote, "governance-chain-link"),
    ],
)
@pytest.mark.tampers
def test_tampering_past_the_rules_is_found(
    database: TestDatabase,
    history: dict[str, UUID],
    tamper: Callable[[Connection, dict[str, UUID]], None],
    check: str,
) -> None:
    with database.engine.execution_options(coop_write=True).begin() as connection:
        drop_rules(connection)
        tamper(connection, history)
    with Session(database.engine) as session:
        assert check in {finding.check for finding in findings(session)}


@pytest.mark.tampers
def test_a_result_that_was_counted_before_records_bound_voters_still_holds(
    database: TestDatabase, history: dict[str, UUID]
) -> None:
    with database.engine.execution_options(coop_write=True).begin() as connection:
        drop_rules(connection)
        previous = GENESIS
        for row in connection.execute(select(CHAIN).order_by(CHAIN.c.seq)).mappings().all():
            digest = row["digest"]
            if row["kind"] == "closed":
                session = Session(connection)
                result = result_of(session, session.get_one(Proposal, row["subject"]), without=("voters", "took_part"))
                digest = digest_of(result)
                counted = update(OUTCOME).where(OUTCOME.c.proposal_id == row["subject"])
                connection.execute(counted.values(result=result, digest=digest))
            previous = link_hash(previous, row["seq"], row["kind"], row["subject"], digest)
            connection.execute(update(CHAIN).where(CHAIN.c.seq == row["seq"]).values(digest=digest, hash=previous))
    with Session(database.engine) as session:
        assert findings(session) == []
        for name in ("resolution", "election"):
            assert both(files(session, history[name])) == []
