"""What the database itself refuses, whoever writes to it: each attack by plain SQL, on both databases."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import Insert, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from evidence.columns import table_of
from evidence.identifiers import new_id, new_ref
from governance.ballots import cast_open
from governance.closing import close
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
from governance.rolls import recomputed_digest
from governance.secret_ballots import cast_secret

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

Refused = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def refused(session: Session) -> Refused:
    """Expect the database to refuse what is done in the block, with a message where one is given."""

    class Block:
        def __init__(self, message: str = "") -> None:
            self.raises = pytest.raises(IntegrityError, match=re.escape(message) or None)

        def __enter__(self) -> None:
            self.raises.__enter__()
            self.savepoint = session.begin_nested()

        def __exit__(self, *error: Any) -> bool | None:
            self.savepoint.rollback()
            return self.raises.__exit__(*error)

    return Block


@pytest.fixture
def resolution_id(session: Session, votes: "Votes") -> UUID:
    """A resolution with one vote."""
    proposal_id = votes.open_resolution(session)
    cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    return proposal_id


@pytest.fixture
def election_id(session: Session, votes: "Votes") -> UUID:
    """An election with one ballot in the urn."""
    proposal_id = votes.open_election(session)
    cast_secret(session, proposal_id, votes.voters[0], ["c1"], clock=votes.clock())
    return proposal_id


def _row(session: Session, mapped: type[DeclarativeBase], **changes: Any) -> dict[str, Any]:
    row = session.execute(select(table_of(mapped)).limit(1)).mappings().one()
    return {**row, **changes}


def _insert(mapped: type[DeclarativeBase]) -> Insert:
    return insert(table_of(mapped))


EVIDENCE = (Proposal, Option, RollEntry, OpenBallot, Participation, Ballot, UrnOpening, Outcome, ChainLink)


@pytest.mark.parametrize("mapped", EVIDENCE)
def test_what_has_happened_is_neither_changed_nor_removed(
    session: Session,
    votes: "Votes",
    refused: Refused,
    resolution_id: UUID,
    election_id: UUID,
    mapped: type[DeclarativeBase],
) -> None:
    close(session, election_id, clock=votes.clock(votes.after()))
    table = table_of(mapped)
    column = next(iter(table.columns))
    with refused("append-only"):
        session.execute(update(table).values({column.name: column}))
    with refused("append-only"):
        session.execute(delete(table))
    assert session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("mapped", [*EVIDENCE, Urn])
def test_no_table_of_votes_is_emptied_or_overwritten_at_once(
    session: Session,
    votes: "Votes",
    refused: Refused,
    resolution_id: UUID,
    election_id: UUID,
    mapped: type[DeclarativeBase],
) -> None:
    if mapped not in {Urn, Participation}:
        close(session, election_id, clock=votes.clock(votes.after()))
    table = table_of(mapped)
    if session.get_bind().dialect.name == "postgresql":
        # As at a commit: PostgreSQL truncates no table whose deferred keys are unchecked.
        session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        with refused():
            session.execute(text(f"TRUNCATE {table.name} CASCADE"))
    else:
        with refused():
            session.execute(insert(table).prefix_with("OR REPLACE"), [_row(session, mapped)])
    assert session.scalar(select(func.count()).select_from(table))


def test_nobody_is_added_to_a_roll_that_is_frozen(session: Session, refused: Refused, resolution_id: UUID) -> None:
    with refused("nobody is added to the roll of an open vote"):
        session.execute(_insert(RollEntry), [_row(session, RollEntry, id=new_ref(), voter_ref=new_ref())])
    with refused("nothing can be added to a vote that is open"):
        session.execute(_insert(Option), [_row(session, Option, code="perhaps", position=9)])


@pytest.mark.tampers
def test_a_header_must_have_its_whole_roll_and_its_options(
    session: Session, refused: Refused, resolution_id: UUID
) -> None:
    with refused("the roll does not have the announced size"):
        session.execute(_insert(Proposal), [_row(session, Proposal, id=new_id())])
    lonely = new_id()
    session.execute(_insert(RollEntry), [_row(session, RollEntry, id=new_ref(), proposal_id=lonely)])
    with refused("there is nothing to choose from"):
        session.execute(_insert(Proposal), [_row(session, Proposal, id=lonely, roll_size=1, roll_weight=1)])
    session.execute(_insert(Option), [{"proposal_id": lonely, "code": "for", "position": 1}])
    header = _row(
        session, Proposal, id=lonely, roll_size=1, roll_weight=1, roll_digest=recomputed_digest(session, lonely)
    )
    with refused("the roll does not have the announced votes"):
        session.execute(_insert(Proposal), [{**header, "roll_weight": 2, "weighting": "{}"}])
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(_insert(Proposal), [{**header, "closes_at": header["opens_at"]}])
    session.execute(_insert(Proposal), [header])


@pytest.mark.tampers
def test_a_member_has_one_vote_unless_the_header_says_how_votes_weigh(
    session: Session, refused: Refused, resolution_id: UUID
) -> None:
    proposal_id = new_id()
    heavy = _row(session, RollEntry, id=new_ref(), proposal_id=proposal_id, weight=2)
    session.execute(_insert(RollEntry), [heavy])
    session.execute(_insert(Option), [{"proposal_id": proposal_id, "code": "for", "position": 1}])
    header = _row(session, Proposal, id=proposal_id, roll_size=1, roll_weight=2)
    with refused("one member has one vote"):
        session.execute(_insert(Proposal), [header])
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(_insert(RollEntry), [{**heavy, "id": new_ref(), "voter_ref": new_ref(), "weight": 0}])
    session.execute(_insert(Proposal), [{**header, "weighting": '{"member":{"most_votes":2}}'}])


def test_nobody_takes_part_twice(session: Session, refused: Refused, election_id: UUID) -> None:
    with refused():
        session.execute(_insert(Participation), [_row(session, Participation)])


def test_open_and_secret_ballots_do_not_mix(
    session: Session, refused: Refused, resolution_id: UUID, election_id: UUID
) -> None:
    on_election = session.scalars(select(RollEntry.id).where(RollEntry.proposal_id == election_id)).all()
    on_resolution = session.scalars(select(RollEntry.id).where(RollEntry.proposal_id == resolution_id)).all()
    with refused("a vote that is open"):
        session.execute(_insert(OpenBallot), [_row(session, OpenBallot, roll_entry_id=on_election[0], version=1)])
    with refused("a vote that is secret"):
        session.execute(_insert(Participation), [{"roll_entry_id": on_resolution[0]}])
    with refused("a vote that is secret"):
        session.execute(
            _insert(Urn), [_row(session, Urn, id=new_ref(), commitment="a" * 64, proposal_id=resolution_id)]
        )


def test_versions_of_a_vote_follow_each_other(session: Session, refused: Refused, resolution_id: UUID) -> None:
    for version in (1, 3):
        with refused():
            session.execute(_insert(OpenBallot), [_row(session, OpenBallot, version=version)])


def test_a_ballot_in_the_urn_is_neither_changed_nor_taken_out(
    session: Session, refused: Refused, election_id: UUID
) -> None:
    urn = table_of(Urn)
    with refused("a ballot in the urn is never changed"):
        session.execute(update(urn).values(choice='["c2"]'))
    with refused("a ballot leaves the urn only when its copy stands"):
        session.execute(delete(urn))
    with refused():
        session.execute(insert(urn), [_row(session, Urn, id=new_ref())])


def test_a_ballot_comes_out_of_the_urn_and_from_nowhere_else(
    session: Session, refused: Refused, election_id: UUID
) -> None:
    names = [column.name for column in table_of(Ballot).columns]
    copy = {name: value for name, value in _row(session, Urn).items() if name in names}
    for change in ({"choice": '["c2"]'}, {"commitment": "b" * 64}, {"weight": 2}, {"class_code": "other"}):
        with refused("a ballot comes out of the urn"):
            session.execute(_insert(Ballot), [{**copy, **change}])


def test_an_outcome_comes_last_and_takes_every_ballot_with_it(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    outcome = {"proposal_id": election_id, "closed_at": votes.after(), "result": "{}", "digest": "0" * 64}
    with refused("a vote is counted after its closing time"):
        session.execute(_insert(Outcome), [{**outcome, "closed_at": votes.during}])
    with refused("the urn is not empty"):
        session.execute(_insert(Outcome), [outcome])
    empty = votes.open_election(session)
    entry_id = session.scalars(select(RollEntry.id).where(RollEntry.proposal_id == empty).limit(1)).one()
    savepoint = session.begin_nested()
    session.execute(_insert(Participation), [{"roll_entry_id": entry_id}])
    with refused("the urn was not opened"):
        session.execute(_insert(Outcome), [{**outcome, "proposal_id": empty}])
    with refused("as many ballots as voters"):
        session.execute(_insert(UrnOpening), [{"proposal_id": empty, "ballots": 0}])
    savepoint.rollback()
    with refused("a ballot stays in the urn"):
        session.execute(_insert(UrnOpening), [{"proposal_id": election_id, "ballots": 0}])


def test_no_ballot_is_added_after_the_count(
    session: Session, votes: "Votes", refused: Refused, resolution_id: UUID, election_id: UUID
) -> None:
    urn = _row(session, Urn)
    for proposal_id in (resolution_id, election_id):
        close(session, proposal_id, clock=votes.clock(votes.after()))
    entries = {
        proposal_id: session.scalars(select(RollEntry.id).where(RollEntry.proposal_id == proposal_id)).all()
        for proposal_id in (resolution_id, election_id)
    }
    taken = session.scalars(select(Participation.roll_entry_id)).one()
    free = next(entry for entry in entries[election_id] if entry != taken)
    with refused("this vote is counted"):
        session.execute(_insert(Participation), [{"roll_entry_id": free}])
    with refused("this vote is counted"):
        session.execute(_insert(Urn), [{**urn, "id": new_ref(), "commitment": "c" * 64}])
    with refused("this vote is counted"):
        session.execute(_insert(Ballot), [_row(session, Ballot, commitment="c" * 64)])
    with refused("this vote is counted"):
        row = _row(session, OpenBallot)
        session.execute(_insert(OpenBallot), [{**row, "version": row["version"] + 1}])
