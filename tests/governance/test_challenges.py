"""Challenges of a voting roll: in time, answered once, and with them the roll stays one that can be voted on."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.identifiers import new_id, new_ref
from governance import chain, errors, rolls
from governance.ballots import cast_open
from governance.challenges import errors as refusals
from governance.challenges.models import Asks, Challenge, ChallengeAnswer
from governance.challenges.operations import MOST_WAITING, Added, record_of
from governance.checks import findings
from governance.closing import close
from governance.models import Outcome, Proposal
from governance.paper.models import PaperMark
from governance.secret_ballots import cast_secret
from governance.weights import ClassCap, Weighting

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

from tests.governance.challenged_rolls import WINDOW, Rolls, final_roll


def test_who_is_added_by_an_answer_can_vote_and_the_fingerprint_stays(session: Session, house: Rolls) -> None:
    proposal_id, late = house.open(session), new_ref()
    with pytest.raises(errors.NotOnRoll):
        cast_open(session, proposal_id, late, "for", clock=house.votes.clock())
    house.add(session, proposal_id, late)
    cast_open(session, proposal_id, late, "for", clock=house.votes.clock())
    entry = rolls.entry_of(session, proposal_id, late)
    assert entry is not None
    assert (entry.reason, entry.weight) == ("challenge", 1)
    final = final_roll(session, proposal_id)
    assert (final.heads, final.votes, final.added, final.struck) == (13, 13, (str(late),), ())
    frozen = session.get_one(Proposal, proposal_id).roll_digest
    assert rolls.recomputed_digest(session, proposal_id) == frozen != final.digest


def test_who_is_struck_by_an_answer_cannot_vote_and_a_vote_by_roll_call_no_longer_counts(
    session: Session, house: Rolls
) -> None:
    proposal_id, votes = house.open(session), house.votes
    for voter in votes.voters[:5]:
        cast_open(session, proposal_id, voter, "for", clock=votes.clock())
    house.strike(session, proposal_id, votes.voters[4])
    with pytest.raises(errors.NotOnRoll):
        cast_open(session, proposal_id, votes.voters[4], "against", clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    result = json.loads(session.get_one(Outcome, proposal_id).result)
    assert (result["ballots"]["cast"], result["count"]["roll"]) == (4, 11)
    assert result["roll"]["final"]["struck"] == [str(votes.voters[4])]
    assert rolls.recomputed_digest(session, proposal_id) == result["roll"]["digest"]


def test_everybody_can_be_struck_and_the_vote_is_counted_all_the_same(session: Session, house: Rolls) -> None:
    proposal_id, votes = house.open(session), house.votes
    for voter in votes.voters:
        house.strike(session, proposal_id, voter)
    close(session, proposal_id, clock=votes.clock(votes.after()))
    assert json.loads(session.get_one(Outcome, proposal_id).result)["count"]["roll"] == 0


def test_an_answer_is_a_link_of_the_chain_over_its_record(session: Session, house: Rolls) -> None:
    proposal_id, late = house.open(session), new_ref()
    upheld, refused = (house.challenge(session, proposal_id, ref, Asks.ADD) for ref in (late, new_ref()))
    house.answer(session, upheld)
    head = house.answer(session, refused, upheld=False)
    assert head == chain.head(session)
    for challenge_id, added in ((upheld, Added("member")), (refused, None)):
        record = record_of(
            session.get_one(Challenge, challenge_id), session.get_one(ChallengeAnswer, challenge_id), added
        )
        assert chain.digest_in_chain(session, chain.LinkKind.ANSWERED, challenge_id) == digest(record)


def test_a_challenge_that_is_not_upheld_changes_nothing(session: Session, house: Rolls) -> None:
    proposal_id, votes = house.open(session), house.votes
    before = final_roll(session, proposal_id)
    for voter, asks in ((new_ref(), Asks.ADD), (votes.voters[3], Asks.STRIKE)):
        house.answer(session, house.challenge(session, proposal_id, voter, asks), upheld=False)
    assert final_roll(session, proposal_id) == before


def test_one_member_cannot_bury_the_officers_under_challenges(session: Session, house: Rolls) -> None:
    """Each sends a mail to whom it is about, and asks for an answer."""
    proposal_id, votes = house.open(session), house.votes
    made = [house.challenge(session, proposal_id, voter, Asks.STRIKE) for voter in votes.voters[1 : 1 + MOST_WAITING]]
    with pytest.raises(refusals.TooManyWaiting):
        house.challenge(session, proposal_id, votes.voters[8], Asks.STRIKE)
    house.challenge(session, proposal_id, votes.voters[8], Asks.STRIKE, by=votes.voters[2])
    house.challenge(session, house.open(session), votes.voters[8], Asks.STRIKE)
    house.answer(session, made[0], upheld=False)
    house.challenge(session, proposal_id, votes.voters[8], Asks.STRIKE)


def test_a_roll_is_challenged_within_its_window_only(session: Session, house: Rolls) -> None:
    votes = house.votes
    proposal_id, closed = house.open(session), house.open(session, window=None)
    with pytest.raises(refusals.ChallengesOver):
        house.challenge(session, proposal_id, new_ref(), Asks.ADD, at=votes.opens_at + WINDOW)
    with pytest.raises(refusals.NoChallenges):
        house.challenge(session, closed, new_ref(), Asks.ADD)
    with pytest.raises(errors.NoSuchProposal):
        house.challenge(session, new_id(), new_ref(), Asks.ADD)
    house.challenge(session, proposal_id, new_ref(), Asks.ADD, at=votes.opens_at + WINDOW - timedelta(seconds=1))


def test_the_window_never_goes_beyond_the_closing_time(session: Session, house: Rolls) -> None:
    proposal = session.get_one(Proposal, house.open(session, window=timedelta(days=90)))
    assert proposal.challenges_until == proposal.closes_at


def test_a_challenge_asks_for_what_can_be(session: Session, house: Rolls) -> None:
    proposal_id, votes = house.open(session), house.votes
    with pytest.raises(refusals.AlreadyOnRoll):
        house.challenge(session, proposal_id, votes.voters[1], Asks.ADD)
    with pytest.raises(refusals.NobodyToStrike):
        house.challenge(session, proposal_id, new_ref(), Asks.STRIKE)
    house.strike(session, proposal_id, votes.voters[1])
    for asks in Asks:
        with pytest.raises(refusals.AlreadyStruck):
            house.challenge(session, proposal_id, votes.voters[1], asks, by=votes.voters[2])


def test_nobody_challenges_the_same_entry_twice(session: Session, house: Rolls) -> None:
    proposal_id, late = house.open(session), new_ref()
    house.challenge(session, proposal_id, late, Asks.ADD)
    house.challenge(session, proposal_id, late, Asks.ADD, by=late)
    savepoint = session.begin_nested()
    with pytest.raises(refusals.AlreadyChallenged):
        house.challenge(session, proposal_id, late, Asks.ADD)
    savepoint.rollback()


def test_a_challenge_is_answered_once_and_what_another_answer_did_is_not_done_again(
    session: Session, house: Rolls
) -> None:
    proposal_id, votes, late = house.open(session), house.votes, new_ref()
    adds = [house.challenge(session, proposal_id, late, Asks.ADD, by=voter) for voter in votes.voters[:3]]
    strikes = [
        house.challenge(session, proposal_id, votes.voters[9], Asks.STRIKE, by=voter) for voter in votes.voters[:3]
    ]
    for (first, second, third), brought_about in ((adds, refusals.AlreadyOnRoll), (strikes, refusals.AlreadyStruck)):
        house.answer(session, first)
        with pytest.raises(refusals.AlreadyAnswered):
            house.answer(session, first, upheld=False)
        with pytest.raises(brought_about):
            house.answer(session, second)
        house.answer(session, third, upheld=False)
    with pytest.raises(refusals.NoSuchChallenge):
        house.answer(session, new_id())


def test_who_was_added_can_be_struck_again(session: Session, house: Rolls) -> None:
    proposal_id, late = house.open(session), new_ref()
    house.add(session, proposal_id, late)
    house.strike(session, proposal_id, late)
    final = final_roll(session, proposal_id)
    assert (final.heads, final.added, final.struck) == (12, (str(late),), (str(late),))
    assert rolls.recomputed_digest(session, proposal_id) == session.get_one(Proposal, proposal_id).roll_digest


def test_who_has_a_ballot_that_cannot_be_found_again_is_not_struck(session: Session, house: Rolls) -> None:
    votes = house.votes
    secret, paper = house.open(session, secret=True), house.open(session, paper=True)
    cast_secret(session, secret, votes.voters[1], ["c1"], clock=votes.clock())
    entry = rolls.entry_of(session, paper, votes.voters[1])
    assert entry is not None
    session.add(PaperMark(roll_entry_id=entry.id, marked_at=votes.during))
    session.flush()
    for proposal_id, refusal in ((secret, refusals.StruckWithBallot), (paper, refusals.StruckOnPaper)):
        challenge_id = house.challenge(session, proposal_id, votes.voters[1], Asks.STRIKE)
        with pytest.raises(refusal):
            house.answer(session, challenge_id)
        house.answer(session, challenge_id, upheld=False)
    # Who has not voted is struck, and then cannot.
    house.strike(session, secret, votes.voters[2])
    with pytest.raises(errors.NotOnRoll):
        cast_secret(session, secret, votes.voters[2], ["c1"], clock=votes.clock())


def test_nobody_is_struck_without_whom_a_secret_ballot_would_name_those_who_stay(
    session: Session, house: Rolls
) -> None:
    votes = house.votes
    roll = [rolls.Voter(ref, "group" if at < 4 else "member", "member") for at, ref in enumerate(votes.voters)]
    proposal_id = house.open(session, secret=True, voters=roll)
    house.strike(session, proposal_id, votes.voters[0])
    challenge_id = house.challenge(session, proposal_id, votes.voters[1], Asks.STRIKE)
    before = final_roll(session, proposal_id)
    with pytest.raises(refusals.TooFewWithoutThem) as refused:
        house.answer(session, challenge_id)
    found = refused.value
    assert (found.class_code, found.weight, found.heads, found.least) == ("group", 1, 2, 3)
    # It is not told whether they have voted, nothing is changed, and the answer that can be given is given.
    cast_secret(session, proposal_id, votes.voters[1], ["c1"], clock=votes.clock())
    with pytest.raises(refusals.TooFewWithoutThem):
        house.answer(session, challenge_id)
    assert final_roll(session, proposal_id) == before
    house.answer(session, challenge_id, upheld=False)
    # Where enough share class and weight, and by roll-call, it is a strike like any.
    house.strike(session, proposal_id, votes.voters[5])
    open_id = house.open(session, voters=roll)
    for voter in votes.voters[:4]:
        house.strike(session, open_id, voter)
    assert final_roll(session, open_id).heads == 8


def test_after_the_closing_time_nobody_is_added_and_after_the_count_nothing_is_answered(
    session: Session, house: Rolls
) -> None:
    proposal_id, votes = house.open(session), house.votes
    added, struck, silent = (
        house.challenge(session, proposal_id, voter, asks)
        for voter, asks in ((new_ref(), Asks.ADD), (votes.voters[5], Asks.STRIKE), (votes.voters[6], Asks.STRIKE))
    )
    with pytest.raises(refusals.TooLateToAdd):
        house.answer(session, added, at=votes.closes_at)
    house.answer(session, struck, at=votes.closes_at)
    close(session, proposal_id, clock=votes.clock(votes.after()))
    with pytest.raises(errors.AlreadyCounted):
        house.answer(session, silent, at=votes.after())
    with pytest.raises(errors.AlreadyCounted):
        house.challenge(session, proposal_id, new_ref(), Asks.ADD)
    assert final_roll(session, proposal_id).heads == 11


def test_a_secret_roll_gets_nobody_whose_ballot_would_be_alone(session: Session, house: Rolls) -> None:
    proposal_id = house.open(session, secret=True)
    challenge_id = house.challenge(session, proposal_id, new_ref(), Asks.ADD)
    with pytest.raises(errors.TooFewToBeSecret):
        house.answer(session, challenge_id, class_code="founder")
    house.answer(session, challenge_id)


def _weighted(votes: "Votes") -> list[rolls.Voter]:
    """Eight users with a vote each and four investors with two: 16 votes of 12 heads."""
    return [
        rolls.Voter(ref, "user" if place < 8 else "investor", "member", 1 if place < 8 else 2)
        for place, ref in enumerate(votes.voters)
    ]


#: Investors have at most three votes each, and half of all votes together.
CAPS = Weighting({"investor": ClassCap(3, 1, 2)})


def test_a_result_states_heads_beside_votes(session: Session, house: Rolls) -> None:
    votes = house.votes
    proposal_id = house.open(session, voters=_weighted(votes), weighting=CAPS)
    for voter, choice in zip(votes.voters[6:10], ("for", "against", "for", "against"), strict=True):
        cast_open(session, proposal_id, voter, choice, clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    result = json.loads(session.get_one(Outcome, proposal_id).result)
    assert (result["ballots"]["heads"], result["ballots"]["cast"]) == (4, 6)
    assert (result["roll"]["final"]["heads"], result["roll"]["final"]["votes"]) == (12, 16)
    assert (result["count"]["for"], result["count"]["against"], result["count"]["roll"]) == (3, 3, 16)
    assert findings(session) == []


def test_a_roll_beyond_the_caps_is_not_opened(session: Session, house: Rolls) -> None:
    votes = house.votes
    voters = _weighted(votes)
    with pytest.raises(errors.WeightTooHigh):
        house.open(session, voters=voters)
    with pytest.raises(errors.WeightTooHigh):
        house.open(session, voters=voters, weighting=Weighting({"investor": ClassCap(1)}))
    with pytest.raises(errors.ClassTooHeavy) as heavy:
        house.open(session, voters=voters, weighting=Weighting({"investor": ClassCap(2, 49, 100)}))
    assert (heavy.value.votes, heavy.value.most) == (8, 7)
    house.open(session, voters=voters, weighting=Weighting({"investor": ClassCap(2, 1, 2)}))


def test_who_is_added_keeps_within_the_caps(session: Session, house: Rolls) -> None:
    proposal_id = house.open(session, voters=_weighted(house.votes), weighting=CAPS)
    first, second = (house.challenge(session, proposal_id, new_ref(), Asks.ADD) for _ in range(2))
    with pytest.raises(errors.WeightTooHigh):
        house.answer(session, first, class_code="user", weight=2)
    # The investors hold half of the votes already.
    with pytest.raises(errors.ClassTooHeavy):
        house.answer(session, first, class_code="investor")
    house.answer(session, first, class_code="user")
    house.answer(session, second, class_code="investor")
    assert final_roll(session, proposal_id).votes == 18


def test_one_member_has_one_vote_also_when_they_are_added(session: Session, house: Rolls) -> None:
    challenge_id = house.challenge(session, house.open(session), new_ref(), Asks.ADD)
    with pytest.raises(errors.WeightTooHigh):
        house.answer(session, challenge_id, weight=2)
