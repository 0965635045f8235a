"""Votes that are counted elsewhere: what was handed over, what comes back, and what the database refuses, on both databases."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from evidence.columns import table_of
from governance import chain, errors
from governance.ballots import cast_open
from governance.checks import findings
from governance.closing import bring_in, close
from governance.counting.resolution import ResolutionRule
from governance.counts import options_of
from governance.external import Brought, ExternalQuestion, ExternalResult, Tally, fix_question
from governance.methods import ElectionRule, Rule
from governance.models import Outcome, Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.secret_ballots import cast_secret
from governance.weights import ClassCap, Weighting

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

QUESTION, EVIDENCE = "a" * 64, "e" * 64


@pytest.fixture
def outside(session: Session, votes: "Votes") -> Callable[..., UUID]:
    """Open a vote that is counted elsewhere, and hand its question over."""

    def open_(rule: Rule | None = None, candidates: tuple[str, ...] = (), **more: Any) -> UUID:
        weight = more.pop("weight", 1)
        question = Question(
            rule=rule or votes.majority,
            secrecy=Secrecy.EXTERNAL,
            text_digest="0" * 64,
            opens_at=votes.opens_at,
            closes_at=votes.closes_at,
            record_on=votes.opens_at.date(),
            candidates=candidates,
            **more,
        )
        roll = [Voter(ref, "member", "member", weight) for ref in votes.voters]
        proposal_id = open_proposal(session, question, roll)
        fix_question(session, proposal_id, QUESTION, votes.during)
        session.flush()
        return proposal_id

    return open_


def _brought(*answers: tuple[Any, int], heads: int | None = None, spoilt: int = 0, voters: int = 12) -> Brought:
    tally = Tally(answers, sum(votes for _, votes in answers) if heads is None else heads, spoilt, voters)
    return Brought("belenios", "Fv7ZkkNJrFNYk9", "RBNvo1Wz", QUESTION, EVIDENCE, tally)


def test_a_resolution_is_carried_by_the_votes_from_elsewhere(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    proposal_id = outside()
    closed = bring_in(
        session, proposal_id, _brought(("for", 4), ("against", 2), ("abstain", 1)), clock=votes.clock(votes.after())
    )
    record = json.loads(closed.result)
    assert record["count"]["outcome"] == "carried"
    assert (record["count"]["cast"], record["count"]["roll"]) == (7, 12)
    assert record["ballots"]["heads"] == 7
    assert record["external"] == {
        "system": "belenios",
        "election": "Fv7ZkkNJrFNYk9",
        "fingerprint": "RBNvo1Wz",
        "question": QUESTION,
        "evidence": EVIDENCE,
        "spoilt": 0,
        "voters": 12,
    }
    assert chain.digest_in_chain(session, chain.LinkKind.CLOSED, proposal_id) == closed.digest
    assert session.get_one(Outcome, proposal_id).digest == closed.digest
    assert findings(session) == []


def test_an_election_is_counted_by_our_rule_and_the_order_of_the_lot(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    election_id = outside(ElectionRule("scottish-stv", 1), ("c1", "c2", "c3"))
    first, second, third = options_of(session, election_id)
    # As many votes each: the lot falls on whom the opening drew first.
    brought = _brought(((second,), 3), ((first, third), 3), ((), 2), spoilt=1)
    record = json.loads(bring_in(session, election_id, brought, clock=votes.clock(votes.after())).result)
    assert len(record["count"]["elected"]) == 1
    assert third not in record["count"]["elected"]
    assert (record["ballots"]["cast"], record["ballots"]["heads"], record["external"]["spoilt"]) == (8, 8, 1)
    assert findings(session) == []


def test_weights_count_and_are_bounded_by_the_roll(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    proposal_id = outside(weight=3, weighting=Weighting({"member": ClassCap(most_votes=3)}))
    with pytest.raises(errors.TooManyVotes):
        bring_in(session, proposal_id, _brought(("for", 37), heads=12), clock=votes.clock(votes.after()))
    closed = bring_in(
        session, proposal_id, _brought(("for", 21), ("against", 15), heads=12), clock=votes.clock(votes.after())
    )
    record = json.loads(closed.result)
    assert (record["count"]["roll"], record["count"]["cast"], record["ballots"]["heads"]) == (36, 36, 12)


def test_nothing_is_brought_in_before_the_closing_time_nor_twice(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    proposal_id = outside()
    early = votes.clock(votes.closes_at - timedelta(microseconds=1))
    with pytest.raises(errors.TooEarlyToClose):
        bring_in(session, proposal_id, _brought(("for", 4)), clock=early)
    with pytest.raises(errors.CountedElsewhere):
        close(session, proposal_id, clock=votes.clock(votes.after()))
    assert session.get(ExternalResult, proposal_id) is None
    bring_in(session, proposal_id, _brought(("for", 4)), clock=votes.clock(votes.after()))
    with pytest.raises(errors.AlreadyCounted):
        bring_in(session, proposal_id, _brought(("for", 5)), clock=votes.clock(votes.after()))


@pytest.mark.parametrize(
    ("refusal", "brought"),
    [
        (errors.TooManyVotes, _brought(("for", 13))),
        (errors.TooManyVotes, _brought(("for", 12), spoilt=1)),
        (errors.TooManyVoters, _brought(("for", 4), voters=13)),
        (errors.UnknownAnswer, _brought(("perhaps", 4))),
        (errors.UnknownAnswer, _brought((("for",), 4))),
        (errors.UnknownAnswer, _brought(("for", 0))),
        (errors.UnknownAnswer, _brought(("for", -1), ("against", 4))),
    ],
)
def test_what_the_roll_cannot_have_voted_is_refused(
    session: Session,
    votes: "Votes",
    outside: Callable[..., UUID],
    refusal: type[errors.GovernanceRefusal],
    brought: Brought,
) -> None:
    proposal_id = outside()
    with pytest.raises(refusal):
        bring_in(session, proposal_id, brought, clock=votes.clock(votes.after()))
    assert session.get(ExternalResult, proposal_id) is None
    assert session.get(Outcome, proposal_id) is None


@pytest.mark.parametrize("answer", [("c9",), ("c1", "c1"), "c1"])
def test_rankings_of_strangers_or_of_somebody_twice_are_refused(
    session: Session, votes: "Votes", outside: Callable[..., UUID], answer: object
) -> None:
    election_id = outside(ElectionRule("scottish-stv", 1), ("c1", "c2"))
    with pytest.raises(errors.UnknownAnswer):
        bring_in(session, election_id, _brought((answer, 2)), clock=votes.clock(votes.after()))


def test_a_result_belongs_to_the_question_that_was_handed_over(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    after = votes.clock(votes.after())
    other = Brought("belenios", "Fv7ZkkNJrFNYk9", "RBNvo1Wz", "b" * 64, EVIDENCE, Tally((("for", 3),), 3, 0, 3))
    with pytest.raises(errors.OtherQuestion):
        bring_in(session, outside(), other, clock=after)
    with pytest.raises(errors.CountedHere):
        bring_in(session, votes.open_resolution(session), other, clock=after)
    with pytest.raises(errors.NoSuchProposal):
        bring_in(session, votes.voters[0], other, clock=after)


def test_nobody_votes_here_in_a_vote_that_is_cast_elsewhere(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    with pytest.raises(errors.NoSuchProposal):
        cast_open(session, outside(), votes.voters[0], "for", clock=votes.clock())
    with pytest.raises(errors.NoSuchProposal):
        cast_secret(
            session, outside(ElectionRule("scottish-stv", 1), ("c1",)), votes.voters[0], ["c1"], clock=votes.clock()
        )


def _refused(session: Session, statement: Any, message: str) -> None:
    with pytest.raises(DatabaseError, match=message), session.begin_nested():
        session.execute(statement)


def test_the_database_refuses_results_out_of_place(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    proposal_id, here = outside(), votes.open_resolution(session)
    question, result, outcome = (table_of(mapped) for mapped in (ExternalQuestion, ExternalResult, Outcome))
    fixed = {"digest": QUESTION, "fixed_at": votes.during}
    _refused(session, insert(question).values(proposal_id=here, **fixed), "counted elsewhere is handed over")
    row = {
        "system": "x",
        "election": "x",
        "fingerprint": "x",
        "evidence_sha256": EVIDENCE,
        "tally": "{}",
        "imported_at": votes.during,
    }
    _refused(session, insert(result).values(proposal_id=proposal_id, **row), "after the closing")
    _refused(session, insert(result).values(proposal_id=here, **row), "only where votes are counted there")
    counted = {"closed_at": votes.after(), "result": "{}", "digest": "0" * 64}
    _refused(session, insert(outcome).values(proposal_id=proposal_id, **counted), "without the result from there")
    bring_in(session, proposal_id, _brought(("for", 4)), clock=votes.clock(votes.after()))
    session.flush()
    for table in (question, result):
        _refused(session, table.update().where(table.c.proposal_id == proposal_id).values(proposal_id=here), table.name)
        _refused(session, table.delete().where(table.c.proposal_id == proposal_id), table.name)


@pytest.mark.tampers
def test_a_changed_tally_is_found(session: Session, votes: "Votes", outside: Callable[..., UUID]) -> None:
    """A row that was written past the program, with a tally that the roll cannot have."""
    proposal_id = outside()
    tally = {"votes": [["for", 40]], "heads": 40, "spoilt": 0, "voters": 40}
    row = {
        "proposal_id": proposal_id,
        "system": "belenios",
        "election": "x",
        "fingerprint": "x",
        "evidence_sha256": EVIDENCE,
        "tally": json.dumps(tally),
        "imported_at": votes.after(),
    }
    session.execute(insert(table_of(ExternalResult)), [row])
    found = [finding.detail for finding in findings(session) if finding.check == "governance-external"]
    assert len(found) == 2
    assert "no place here" in found[0]
    assert "TooManyVotes" in found[1]
    counted = {"proposal_id": proposal_id, "closed_at": votes.after(), "result": "{}", "digest": "0" * 64}
    session.execute(insert(table_of(Outcome)), [counted])
    assert "governance-recount" in {finding.check for finding in findings(session)}
    assert session.scalar(select(ExternalResult.tally)) == row["tally"]


def test_a_rule_with_a_quorum_counts_the_heads_that_voted_elsewhere(
    session: Session, votes: "Votes", outside: Callable[..., UUID]
) -> None:
    assert isinstance(votes.majority, ResolutionRule)
    closed = bring_in(session, outside(), _brought(("for", 2)), clock=votes.clock(votes.after()))
    assert json.loads(closed.result)["count"]["reasons"] == "quorum-not-met"
