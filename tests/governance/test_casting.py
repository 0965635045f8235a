"""Casting: who, when, what, and how often."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.identifiers import new_id, new_ref
from governance import choice_errors, errors
from governance.ballots import cast_open
from governance.closing import close
from governance.counting.errors import UnknownRule
from governance.models import Ballot, OpenBallot, Option, Participation, Proposal, RollEntry, Urn
from governance.secret_ballots import cast_secret

if TYPE_CHECKING:
    from tests.governance.conftest import Votes


def _choices(session: Session) -> list[str]:
    return list(session.scalars(select(OpenBallot.choice).order_by(OpenBallot.version)))


def test_a_vote_can_be_changed_and_every_version_is_kept(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    first = cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    second = cast_open(session, proposal_id, votes.voters[0], "against", clock=votes.clock())
    assert (first.version, second.version) == (1, 2)
    assert _choices(session) == ['"for"', '"against"']


def test_the_same_answer_again_is_the_vote_that_stands(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    first = cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    again = cast_open(
        session, proposal_id, votes.voters[0], "for", clock=votes.clock(votes.during + timedelta(hours=1))
    )
    assert again == first
    assert _choices(session) == ['"for"']


def test_a_second_secret_ballot_of_one_voter_is_refused(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session)
    cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    with pytest.raises(errors.AlreadyVoted), session.begin_nested():
        cast_secret(session, election_id, votes.voters[0], ["c2"], clock=votes.clock())
    assert session.scalars(select(Urn.choice)).all() == ['["c1"]']


def test_a_secret_ballot_carries_no_voter_and_no_time(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session)
    cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    entry = session.scalars(select(RollEntry).where(RollEntry.voter_ref == votes.voters[0])).one()
    row = session.scalars(select(Urn)).one()
    assert {entry.id, entry.voter_ref}.isdisjoint({row.id, row.proposal_id, row.supersedes})
    for mapped in (Urn, Ballot, Participation):
        assert not [column.name for column in mapped.__table__.columns if column.name.endswith(("_at", "_on"))]
    assert [column.name for column in Participation.__table__.columns] == ["roll_entry_id"]


@pytest.mark.parametrize("secret", [False, True])
def test_nobody_off_the_roll_can_vote(session: Session, votes: "Votes", secret: bool) -> None:
    stranger = new_ref()
    if secret:
        election_id = votes.open_election(session)
        with pytest.raises(errors.NotOnRoll):
            cast_secret(session, election_id, stranger, ["c1"], clock=votes.clock())
    else:
        proposal_id = votes.open_resolution(session)
        with pytest.raises(errors.NotOnRoll):
            cast_open(session, proposal_id, stranger, "for", clock=votes.clock())
    assert session.scalar(select(func.count()).select_from(Urn)) == 0


def test_the_last_moment_is_before_the_closing_time(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    last = votes.closes_at - timedelta(microseconds=1)
    cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock(last))
    with pytest.raises(errors.VotingClosed):
        cast_open(session, proposal_id, votes.voters[1], "for", clock=votes.clock(votes.closes_at))
    with pytest.raises(errors.NotYetOpen):
        cast_open(
            session, proposal_id, votes.voters[1], "for", clock=votes.clock(votes.opens_at - timedelta(seconds=1))
        )
    assert len(_choices(session)) == 1


def test_a_counted_vote_takes_nothing_even_if_the_clock_went_back(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    close(session, proposal_id, clock=votes.clock(votes.after()))
    with pytest.raises(errors.VotingClosed):
        cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock())


@pytest.mark.parametrize("choice", ["", "yes", "FOR", "for ", "c1", ["for"], []])
def test_a_resolution_takes_its_three_answers_only(session: Session, votes: "Votes", choice: str | list[str]) -> None:
    proposal_id = votes.open_resolution(session)
    with pytest.raises(errors.UnknownOption):
        cast_open(session, proposal_id, votes.voters[0], choice, clock=votes.clock())
    assert _choices(session) == []


@pytest.mark.parametrize(
    ("ranking", "refusal"),
    [
        ([], errors.EmptyBallot),
        (["c1", "c1"], errors.RepeatedOption),
        (["c1", "c9"], errors.UnknownOption),
        ("c1", errors.UnknownOption),
        ("for", errors.UnknownOption),
    ],
)
def test_an_altered_ranking_is_refused_and_nobody_has_voted(
    session: Session, votes: "Votes", ranking: list[str] | str, refusal: type[Exception]
) -> None:
    election_id = votes.open_election(session)
    with pytest.raises(refusal):
        cast_secret(session, election_id, votes.voters[0], ranking, clock=votes.clock())
    assert session.scalar(select(func.count()).select_from(Participation)) == 0


def test_each_kind_of_ballot_goes_to_its_own_kind_of_vote(session: Session, votes: "Votes") -> None:
    proposal_id, election_id = votes.open_resolution(session), votes.open_election(session)
    with pytest.raises(errors.NoSuchProposal):
        cast_secret(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    with pytest.raises(errors.NoSuchProposal):
        cast_open(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    with pytest.raises(errors.NoSuchProposal):
        cast_open(session, new_id(), votes.voters[0], "for", clock=votes.clock())


def test_the_order_of_candidates_is_drawn_when_the_vote_opens(session: Session, votes: "Votes") -> None:
    codes = tuple(f"c{number}" for number in range(1, 9))
    orders: set[tuple[str, ...]] = set()
    for _ in range(6):
        election_id = votes.open_election(session, codes)
        query = select(Option.code).where(Option.proposal_id == election_id).order_by(Option.position)
        orders.add(tuple(session.scalars(query)))
    assert len(orders) > 1
    assert all(sorted(order) == sorted(codes) for order in orders)


def test_an_election_by_a_rule_that_nobody_can_vote_by_is_not_opened(session: Session, votes: "Votes") -> None:
    for rule in ("equal-shares", "consent"):
        with pytest.raises(choice_errors.NotVotedBy):
            votes.open_election(session, rule=rule)
    with pytest.raises(UnknownRule):
        votes.open_election(session, rule="borda")
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0


def test_a_vote_without_voters_or_candidates_is_not_opened(session: Session, votes: "Votes") -> None:
    with pytest.raises(errors.NoCandidates):
        votes.open_election(session, ())
    votes.voters = []
    with pytest.raises(errors.EmptyRoll):
        votes.open_resolution(session)
    votes.closes_at = votes.opens_at
    with pytest.raises(errors.ClosesBeforeOpening):
        votes.open_resolution(session)
    assert session.scalar(select(func.count()).select_from(Proposal)) == 0
    session.rollback()
