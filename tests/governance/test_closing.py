"""Closing: once, after the clock, with a record that can be computed again."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.identifiers import new_ref
from governance import errors
from governance.ballots import cast_open, commitment
from governance.closing import close
from governance.models import Ballot, Outcome, Proposal, RollEntry, Urn
from governance.rolls import Voter, recomputed_digest, roll_digest
from governance.secret_ballots import cast_secret

if TYPE_CHECKING:
    from tests.governance.conftest import Votes


def test_a_resolution_is_counted_by_its_latest_versions(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    for voter, choices in zip(
        votes.voters, (["for"], ["against", "for"], ["for", "abstain"], ["against"]), strict=False
    ):
        for choice in choices:
            cast_open(session, proposal_id, voter, choice, clock=votes.clock())
    closed = close(session, proposal_id, clock=votes.clock(votes.after()))
    record = json.loads(closed.result)
    assert record["count"] == {
        "for": 2,
        "against": 1,
        "abstain": 1,
        "cast": 4,
        "roll": 12,
        "quorum_needed": 3,
        "quorum": "met",
        "base": "for-and-against",
        "base_votes": 3,
        "threshold_needed": 2,
        "outcome": "carried",
        "reasons": "carried",
    }
    assert (record["ballots"]["cast"], record["ballots"]["heads"]) == (4, 4)
    assert (record["roll"]["final"]["heads"], record["roll"]["final"]["votes"]) == (12, 12)
    assert session.get_one(Outcome, proposal_id).digest == closed.digest


def test_a_vote_that_nobody_took_part_in_has_an_outcome(session: Session, votes: "Votes") -> None:
    resolution = close(session, votes.open_resolution(session), clock=votes.clock(votes.after()))
    election = close(session, votes.open_election(session), clock=votes.clock(votes.after()))
    assert json.loads(resolution.result)["count"]["reasons"] == "nobody-voted quorum-not-met"
    assert json.loads(election.result)["ballots"]["cast"] == 0


def test_an_election_empties_the_urn_and_lists_the_ballots_by_commitment(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session)
    receipts = {
        cast_secret(session, election_id, voter, ["c1", "c2"], clock=votes.clock()).commitment
        for voter in votes.voters[:5]
    }
    closed = close(session, election_id, clock=votes.clock(votes.after()))
    assert session.scalar(select(func.count()).select_from(Urn)) == 0
    ballots = session.scalars(select(Ballot)).all()
    assert {ballot.commitment for ballot in ballots} == receipts
    for ballot in ballots:
        content = (ballot.class_code, ballot.weight, ballot.choice, ballot.nonce)
        assert commitment(election_id, *content) == ballot.commitment
    assert set(json.loads(closed.result)["count"]["elected"]) == {"c1", "c2"}


def test_nothing_is_counted_before_the_closing_time(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    with pytest.raises(errors.TooEarlyToClose):
        close(session, proposal_id, clock=votes.clock(votes.closes_at - timedelta(microseconds=1)))
    assert session.get(Outcome, proposal_id) is None


def test_a_vote_is_counted_once(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    close(session, proposal_id, clock=votes.clock(votes.after()))
    with pytest.raises(errors.AlreadyCounted):
        close(session, proposal_id, clock=votes.clock(votes.after()))
    with pytest.raises(errors.NoSuchProposal):
        close(session, new_ref(), clock=votes.clock(votes.after()))


def test_the_fingerprint_of_a_roll_does_not_depend_on_the_order_of_the_list(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    stated = session.get_one(Proposal, proposal_id).roll_digest
    backwards = [Voter(ref, "member", "member") for ref in reversed(votes.voters)]
    assert stated == roll_digest(proposal_id, backwards) == recomputed_digest(session, proposal_id)
    assert stated != roll_digest(proposal_id, backwards[1:])
    assert stated != roll_digest(new_ref(), backwards)


def test_a_roll_holds_references_and_no_order(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    entries = session.scalars(select(RollEntry).where(RollEntry.proposal_id == proposal_id)).all()
    assert {entry.voter_ref for entry in entries} == set(votes.voters)
    assert {entry.id for entry in entries}.isdisjoint(votes.voters)
    assert {entry.weight for entry in entries} == {1}
