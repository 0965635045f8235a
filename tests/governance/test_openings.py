"""Opening a vote: what makes a ballot secret enough, how votes weigh, the lot, and the link in the chain."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.canonical import digest
from evidence.chain import GENESIS
from evidence.identifiers import new_ref
from governance import chain, errors, headers
from governance.ballots import cast_open
from governance.closing import close
from governance.counting.lots import drawn
from governance.counts import options_of
from governance.methods import ElectionRule
from governance.models import ChainLink, Proposal, RollEntry, Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.secret_ballots import cast_secret
from governance.weights import ClassCap, Weighting
from tests.databases import TestDatabase
from tests.governance.test_governance_races import at_once

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

NAMES = tuple(f"c{number}" for number in range(1, 13))


def _question(votes: "Votes", secrecy: Secrecy = Secrecy.SECRET, **changes: Any) -> Question:
    rule = ElectionRule("scottish-stv", 2) if secrecy is Secrecy.SECRET else votes.majority
    return Question(
        rule=rule,
        secrecy=secrecy,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        candidates=NAMES if secrecy is Secrecy.SECRET else (),
        **changes,
    )


def _voters(class_code: str, heads: int, weight: int = 1) -> list[Voter]:
    return [Voter(new_ref(), class_code, "member", weight) for _ in range(heads)]


@pytest.mark.parametrize(("least", "opens"), [(3, True), (5, True), (6, False)])
def test_a_secret_vote_needs_enough_who_share_class_and_weight(
    session: Session, votes: "Votes", least: int, opens: bool
) -> None:
    roll = [*_voters("worker", 5), *_voters("user", 9)]
    if opens:
        open_proposal(session, _question(votes, secret_least=least), roll)
        return
    with pytest.raises(errors.TooFewToBeSecret) as refused:
        open_proposal(session, _question(votes, secret_least=least), roll)
    assert (refused.value.class_code, refused.value.heads, refused.value.least) == ("worker", 5, 6)
    assert session.scalar(select(func.count()).select_from(RollEntry)) == 0


def test_weights_split_a_class_into_smaller_groups(session: Session, votes: "Votes") -> None:
    weighting = Weighting({"worker": ClassCap(most_votes=5)})
    roll = [*_voters("worker", 10), *_voters("worker", 2, weight=4)]
    with pytest.raises(errors.TooFewToBeSecret):
        open_proposal(session, _question(votes, weighting=weighting), roll)


def test_a_roll_call_may_have_a_class_of_one(session: Session, votes: "Votes") -> None:
    assert open_proposal(session, _question(votes, Secrecy.OPEN), _voters("founder", 1))


def test_a_weight_needs_a_rule_and_stays_within_its_cap(session: Session, votes: "Votes") -> None:
    heavy = [*_voters("member", 9), *_voters("investor", 1, weight=3)]
    with pytest.raises(errors.WeightTooHigh):
        open_proposal(session, _question(votes, Secrecy.OPEN), heavy)
    capped = Weighting({"investor": ClassCap(most_votes=2)})
    with pytest.raises(errors.WeightTooHigh) as refused:
        open_proposal(session, _question(votes, Secrecy.OPEN, weighting=capped), heavy)
    assert (refused.value.class_code, refused.value.weight, refused.value.most) == ("investor", 3, 2)


@pytest.mark.parametrize(("numerator", "denominator", "opens"), [(1, 4, True), (1, 5, False)])
def test_a_class_has_no_greater_part_of_the_votes_than_its_cap(
    session: Session, votes: "Votes", numerator: int, denominator: int, opens: bool
) -> None:
    cap = Weighting({"investor": ClassCap(3, numerator, denominator)})
    roll = [*_voters("member", 9), *_voters("investor", 1, weight=3)]
    question = _question(votes, Secrecy.OPEN, weighting=cap)
    if opens:
        open_proposal(session, question, roll)
        return
    with pytest.raises(errors.ClassTooHeavy) as refused:
        open_proposal(session, question, roll)
    assert (refused.value.votes, refused.value.most) == (3, 2)


def test_heads_stand_beside_votes_that_weigh(session: Session, votes: "Votes") -> None:
    weighting = Weighting({"investor": ClassCap(most_votes=3)})
    roll = [*_voters("member", 9), *_voters("investor", 1, weight=3)]
    proposal_id = open_proposal(session, _question(votes, Secrecy.OPEN, weighting=weighting), roll)
    cast_open(session, proposal_id, roll[-1].ref, "for", clock=votes.clock())
    cast_open(session, proposal_id, roll[0].ref, "against", clock=votes.clock())
    record = close(session, proposal_id, clock=votes.clock(votes.after())).record()
    assert (record["ballots"]["cast"], record["ballots"]["heads"]) == (4, 2)
    assert (record["roll"]["final"]["votes"], record["roll"]["final"]["heads"]) == (12, 10)
    assert (record["count"]["for"], record["count"]["against"], record["count"]["roll"]) == (3, 1, 12)


def test_the_order_of_candidates_is_drawn_from_the_chain_and_a_public_value(session: Session, votes: "Votes") -> None:
    votes.open_resolution(session)
    before = chain.head(session)
    voters = _voters("member", 9)
    proposal_id = open_proposal(session, _question(votes, public_value="Lotto 4 11 19 23 30 38"), voters)
    drawing = drawn(12, chain_head=before.hash, public_value="Lotto 4 11 19 23 30 38")
    assert options_of(session, proposal_id) == [NAMES[index] for index in drawing.order]
    record = close(session, proposal_id, clock=votes.clock(votes.after())).record()
    assert record["lot"] == drawing.to_canonical()


def test_without_a_public_value_the_fingerprint_of_the_roll_is_taken(session: Session, votes: "Votes") -> None:
    proposal = session.get_one(Proposal, open_proposal(session, _question(votes), _voters("member", 9)))
    assert (proposal.lot_head, proposal.lot_value) == (GENESIS, proposal.roll_digest)


def test_each_opening_and_each_result_is_a_link(session: Session, votes: "Votes") -> None:
    first, second = votes.open_resolution(session), votes.open_election(session)
    closed = close(session, second, clock=votes.clock(votes.after()))
    links = list(chain.links(session))
    assert [(link.seq, link.kind, link.subject) for link in links] == [
        (1, "opened", first),
        (2, "opened", second),
        (3, "closed", second),
    ]
    proposal = session.get_one(Proposal, second)
    assert links[1].digest == digest(headers.record_of(proposal, options_of(session, second)))
    assert (links[2].digest, links[2].hash) == (closed.digest, closed.head.hash)
    assert closed.record()["opened"] == links[1].digest


def test_links_that_are_added_at_once_follow_each_other(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    answers = at_once([lambda: write_with(engine, votes.open_resolution)] * 8)
    assert all(isinstance(answer, UUID) for answer in answers), answers
    with Session(engine) as session:
        assert list(session.scalars(select(ChainLink.seq).order_by(ChainLink.seq))) == list(range(1, 9))
        assert list(chain.findings(session)) == []


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        # Auckland puts its clocks back on 5 April 2026 at 3:00, so 2:30 comes twice; and forward on 27 September.
        (datetime(2026, 4, 4, 11, 0, tzinfo=UTC), datetime(2026, 4, 4, 13, 30, tzinfo=UTC)),
        (datetime(2026, 4, 4, 13, 30, tzinfo=UTC), datetime(2026, 4, 4, 14, 30, tzinfo=UTC)),
        (datetime(2026, 9, 26, 13, 59, tzinfo=UTC), datetime(2026, 9, 26, 14, 0, tzinfo=UTC)),
        (datetime(2028, 2, 28, 23, 0, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
        (datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_vote_closes_at_its_moment_and_not_before(
    session: Session, votes: "Votes", opens: datetime, closes: datetime
) -> None:
    votes.opens_at, votes.closes_at = opens, closes
    proposal_id, election_id = votes.open_resolution(session), votes.open_election(session)
    last = closes - timedelta(microseconds=1)
    cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock(last))
    cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock(last))
    with pytest.raises(errors.TooEarlyToClose):
        close(session, proposal_id, clock=votes.clock(last))
    with pytest.raises(errors.NotYetOpen):
        cast_open(session, proposal_id, votes.voters[1], "for", clock=votes.clock(opens - timedelta(microseconds=1)))
    with pytest.raises(errors.VotingClosed):
        cast_open(session, proposal_id, votes.voters[1], "for", clock=votes.clock(closes))
    with pytest.raises(errors.VotingClosed):
        cast_secret(session, election_id, votes.voters[1], ["c1"], clock=votes.clock(closes))
    assert close(session, proposal_id, clock=votes.clock(closes)).record()["ballots"]["cast"] == 1
