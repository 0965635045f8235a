"""Votes on paper and in the room: marks, sheets of two scrutineers, and how they are counted with the rest."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.identifiers import new_ref
from governance import errors
from governance.ballots import cast_open
from governance.checks import findings
from governance.closing import close
from governance.models import Ballot, OpenBallot, Outcome, Urn
from governance.paper import errors as paper_errors
from governance.paper import scrutiny
from governance.paper.models import PaperCount, PaperMark
from governance.paper.sheets import SPOILT, BallotsFound, Findings, Pile, Rest, VotesFound, compare, read
from governance.rolls import entry_of
from governance.secret_ballots import cast_secret, withdraw_secret

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

ANA, BEN, CAL = (new_ref() for _ in range(3))


def mark(session: Session, votes: "Votes", proposal_id: UUID, *places: int, minutes: int = 0) -> None:
    """Mark voters by their place on the roll."""
    at = votes.clock(votes.during + timedelta(minutes=minutes))
    for place in places:
        scrutiny.mark(session, proposal_id, votes.voters[place], clock=at)


def enter(session: Session, votes: "Votes", proposal_id: UUID, found: Findings, *who: UUID, minutes: int = 0) -> None:
    """Enter the same sheet for several scrutineers, one after the other."""
    for place, one in enumerate(who):
        at = votes.clock(votes.during + timedelta(minutes=minutes, seconds=place))
        scrutiny.enter_sheet(session, proposal_id, one, found, clock=at)


def ranked(*counts: tuple[Sequence[str], int], spoilt: int = 0, not_returned: int = 0) -> BallotsFound:
    """Return a sheet of an election: rankings with how many."""
    piles = {Pile("member", 1, json.dumps(list(codes), separators=(",", ":"))): many for codes, many in counts}
    return BallotsFound(piles, spoilt, not_returned)


def roll_call(session: Session, votes: "Votes", proposal_id: UUID, **answers: str) -> VotesFound:
    """Return a sheet of a roll-call: `v3="for"` is the answer of the voter in place 3, an empty one is spoilt."""
    found = {}
    for name, answer in answers.items():
        entry = entry_of(session, proposal_id, votes.voters[int(name[1:])])
        assert entry is not None
        found[entry.id] = f'"{answer}"' if answer else SPOILT
    return VotesFound(found)


def count(session: Session, votes: "Votes", proposal_id: UUID) -> dict[str, object]:
    close(session, proposal_id, clock=votes.clock(votes.after()))
    record: dict[str, object] = json.loads(session.get_one(Outcome, proposal_id).result)
    return record


def test_secret_ballots_on_paper_are_counted_with_the_rest(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    for voter in votes.voters[:3]:
        cast_secret(session, election_id, voter, ["c1", "c2"], clock=votes.clock())
    mark(session, votes, election_id, 3, 4, 5, 6, 7, 8)
    found = ranked((["c3"], 2), (["c2", "c1"], 2), spoilt=1, not_returned=1)
    enter(session, votes, election_id, found, ANA, BEN)
    result = count(session, votes, election_id)
    assert result["ballots"]["cast"] == 7  # type: ignore[index]
    assert result["ballots"]["paper"] == {"ballots": 4, "spoilt": 1}  # type: ignore[index]
    choices = session.execute(select(Ballot.choice, func.count()).group_by(Ballot.choice))
    assert dict(choices.all()) == {'["c1","c2"]': 3, '["c3"]': 2, '["c2","c1"]': 2}
    # Nothing tells a ballot that came from paper from one that was cast on the screen, and no mark has a time.
    assert {column.name for column in Ballot.__table__.columns} == {
        "proposal_id",
        "commitment",
        "class_code",
        "weight",
        "choice",
        "nonce",
    }
    assert set(session.scalars(select(PaperMark.marked_at))) == {None}
    assert findings(session) == []


def test_a_secret_resolution_takes_paper_too(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_secret_resolution(session, takes_paper=True)
    cast_secret(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    mark(session, votes, proposal_id, 1, 2, 3)
    piles = {Pile("member", 1, '"for"'): 1, Pile("member", 1, '"against"'): 2, Pile("member", 1, '"abstain"'): 0}
    enter(session, votes, proposal_id, BallotsFound(piles), ANA, BEN)
    counted = count(session, votes, proposal_id)["count"]
    assert (counted["for"], counted["against"], counted["abstain"]) == (2, 2, 0)  # type: ignore[index]


def test_in_a_roll_call_the_last_valid_vote_counts(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session, takes_paper=True)

    def cast(place: int, minutes: int) -> None:
        at = votes.clock(votes.during + timedelta(minutes=minutes))
        cast_open(session, proposal_id, votes.voters[place], "for", clock=at)

    for place in (1, 2, 3):
        cast(place, minutes=0)
    mark(session, votes, proposal_id, 0, 1, 2, 3, 4, minutes=10)
    cast(2, minutes=20)
    found = roll_call(session, votes, proposal_id, v0="for", v1="against", v2="against", v3="", v4="")
    enter(session, votes, proposal_id, found, ANA, BEN)
    result = count(session, votes, proposal_id)
    tally = result["count"]
    # 0 on paper alone; 1 on paper after the screen; 2 on the screen after paper, though
    # it says what the screen said before; 3 spoilt, so the screen; 4 spoilt: no vote.
    assert (tally["for"], tally["against"], tally["abstain"]) == (3, 1, 0)  # type: ignore[index]
    assert result["ballots"]["paper"] == {"ballots": 2, "spoilt": 2}  # type: ignore[index]
    on_paper = session.execute(select(OpenBallot.version, OpenBallot.cast_at).where(OpenBallot.on_paper)).all()
    assert sorted(on_paper) == [(1, votes.during + timedelta(minutes=10)), (2, votes.during + timedelta(minutes=10))]
    assert findings(session) == []


def test_two_scrutineers_at_odds_hold_the_count_up(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0, 1, 2)
    for sheets in ([], [(ANA, ranked((["c1"], 3)))], [(BEN, ranked((["c1"], 2), (["c2"], 1)))]):
        for one, found in sheets:
            enter(session, votes, election_id, found, one)
        with pytest.raises(errors.PaperNotAgreed) as refusal:
            close(session, election_id, clock=votes.clock(votes.after()))
        assert refusal.value.marked == 3
    assert (session.get(Outcome, election_id), session.scalar(select(func.count()).select_from(Ballot))) == (None, 0)
    enter(session, votes, election_id, ranked((["c1"], 2), (["c2"], 1)), ANA, minutes=60)
    assert count(session, votes, election_id)["ballots"]["cast"] == 3  # type: ignore[index]


def test_one_scrutineer_does_not_agree_with_themself(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0)
    enter(session, votes, election_id, ranked((["c1"], 1)), ANA, ANA)
    with pytest.raises(errors.PaperNotAgreed):
        close(session, election_id, clock=votes.clock(votes.after()))


def test_a_third_who_disagrees_holds_the_count_up_until_both_have_looked_again(
    session: Session, votes: "Votes"
) -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0, 1)
    right, wrong = ranked((["c1"], 2)), ranked((["c2"], 2))
    enter(session, votes, election_id, right, ANA)
    enter(session, votes, election_id, wrong, CAL, minutes=1)
    enter(session, votes, election_id, right, BEN, minutes=2)
    with pytest.raises(errors.PaperNotAgreed):
        close(session, election_id, clock=votes.clock(votes.after()))
    enter(session, votes, election_id, right, ANA, minutes=3)
    count(session, votes, election_id)
    counted = session.get_one(PaperCount, election_id)
    assert (counted.ballots, counted.spoilt) == (2, 0)


def test_a_third_who_agrees_changes_nothing(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0, 1)
    enter(session, votes, election_id, ranked((["c1"], 2)), ANA, BEN, CAL)
    assert count(session, votes, election_id)["ballots"]["paper"] == {"ballots": 2, "spoilt": 0}  # type: ignore[index]


def test_sheets_that_agree_count_nothing_for_who_was_marked_after_them(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0)
    enter(session, votes, election_id, ranked((["c1"], 1)), ANA, BEN)
    mark(session, votes, election_id, 1)
    with pytest.raises(errors.PaperNotAgreed):
        close(session, election_id, clock=votes.clock(votes.after()))
    enter(session, votes, election_id, ranked((["c1"], 1), not_returned=1), ANA, BEN)
    count(session, votes, election_id)


def test_a_vote_without_marks_is_counted_without_sheets(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    assert count(session, votes, election_id)["ballots"]["paper"] is None  # type: ignore[index]


def test_who_voted_on_the_screen_in_secret_gets_no_paper_until_that_is_taken_back(
    session: Session, votes: "Votes"
) -> None:
    election_id = votes.open_election(session, takes_paper=True)
    receipt = cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    with pytest.raises(paper_errors.HasBallotInUrn):
        mark(session, votes, election_id, 0)
    withdraw_secret(session, election_id, votes.voters[0], receipt.key, clock=votes.clock())
    mark(session, votes, election_id, 0)
    with pytest.raises(errors.VotesOnPaper):
        cast_secret(session, election_id, votes.voters[0], ["c1"], clock=votes.clock())
    enter(session, votes, election_id, ranked((["c2"], 1)), ANA, BEN)
    count(session, votes, election_id)
    assert session.scalars(select(Ballot.choice)).all() == ['["c2"]']
    assert session.scalar(select(func.count()).select_from(Urn)) == 0


def test_marking_is_refused_where_it_cannot_be(session: Session, votes: "Votes") -> None:
    without = votes.open_election(session)
    election_id = votes.open_election(session, takes_paper=True)
    with pytest.raises(errors.TakesNoPaper):
        mark(session, votes, without, 0)
    with pytest.raises(errors.NoSuchProposal):
        mark(session, votes, new_ref(), 0)
    with pytest.raises(errors.NotOnRoll):
        scrutiny.mark(session, election_id, new_ref(), clock=votes.clock())
    with pytest.raises(errors.VotingClosed):
        scrutiny.mark(session, election_id, votes.voters[0], clock=votes.clock(votes.after()))
    early = votes.clock(votes.opens_at - timedelta(seconds=1))
    with pytest.raises(errors.NotYetOpen):
        scrutiny.mark(session, election_id, votes.voters[0], clock=early)


def test_nobody_is_marked_twice(session: Session, votes: "Votes") -> None:
    for proposal_id in (
        votes.open_election(session, takes_paper=True),
        votes.open_resolution(session, takes_paper=True),
    ):
        mark(session, votes, proposal_id, 0)
        with pytest.raises(paper_errors.AlreadyMarked), session.begin_nested():
            mark(session, votes, proposal_id, 0)


BAD_SHEETS = [
    (ranked((["c1"], 3)), paper_errors.MoreBallotsThanMarks),
    (ranked((["c1"], 1)), paper_errors.SheetDoesNotAddUp),
    (ranked((["c1"], 2), spoilt=1), paper_errors.SheetDoesNotAddUp),
    (ranked((["c1"], 2), spoilt=-1, not_returned=1), paper_errors.LessThanNone),
    (ranked((["c1"], 3), (["c2"], -1)), paper_errors.LessThanNone),
    (ranked((["c4"], 2)), errors.UnknownOption),
    (ranked((["c1", "c1"], 2)), errors.RepeatedOption),
    (ranked(([], 2)), errors.EmptyBallot),
    (BallotsFound({Pile("client", 1, '["c1"]'): 2}), paper_errors.MoreBallotsThanMarks),
    (BallotsFound({Pile("member", 2, '["c1"]'): 2}), paper_errors.MoreBallotsThanMarks),
    (BallotsFound({Pile("member", 1, '"c1"'): 2}), errors.UnknownOption),
    (BallotsFound({Pile("member", 1, '[ "c1"]'): 2}), errors.UnknownOption),
    (BallotsFound({Pile("member", 1, "c1"): 2}), errors.UnknownOption),
    (VotesFound({}), paper_errors.OtherVote),
]


@pytest.mark.parametrize(("found", "refusal"), BAD_SHEETS)
def test_a_sheet_that_cannot_be_is_refused(
    session: Session, votes: "Votes", found: Findings, refusal: type[errors.GovernanceRefusal]
) -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0, 1)
    with pytest.raises(refusal):
        enter(session, votes, election_id, found, ANA)
    assert scrutiny.newest_sheets(session, election_id) == []


def test_a_sheet_of_a_roll_call_has_each_marked_voter_and_no_other(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session, takes_paper=True)
    mark(session, votes, proposal_id, 0, 1)
    for found, refusal in (
        (roll_call(session, votes, proposal_id, v0="for"), paper_errors.VotersMissing),
        (roll_call(session, votes, proposal_id, v0="for", v2="for"), paper_errors.NotMarked),
        (roll_call(session, votes, proposal_id, v0="for", v1="maybe"), errors.UnknownOption),
        (ranked((["c1"], 2)), paper_errors.OtherVote),
    ):
        with pytest.raises(refusal):
            enter(session, votes, proposal_id, found, ANA)


def test_sheets_are_entered_until_the_count_and_not_after(session: Session, votes: "Votes") -> None:
    election_id = votes.open_election(session, takes_paper=True)
    mark(session, votes, election_id, 0)
    late = votes.after() + timedelta(hours=1)
    for one in (ANA, BEN):
        scrutiny.enter_sheet(session, election_id, one, ranked((["c1"], 1)), clock=votes.clock(late))
    close(session, election_id, clock=votes.clock(late))
    with pytest.raises(errors.AlreadyCounted):
        scrutiny.enter_sheet(session, election_id, CAL, ranked((["c2"], 1)), clock=votes.clock(late))
    with pytest.raises(errors.TakesNoPaper):
        enter(session, votes, votes.open_election(session), ranked(), ANA)
    with pytest.raises(errors.NoSuchProposal):
        enter(session, votes, new_ref(), ranked(), ANA)


def test_differences_are_shown_line_by_line_and_not_averaged() -> None:
    first = ranked((["c1"], 4), (["c2", "c1"], 1), spoilt=1)
    second = ranked((["c1"], 3), (["c3"], 2), not_returned=1)
    lines = compare(first, second)
    assert [(getattr(line.about, "answer", line.about), line.found, line.differs) for line in lines] == [
        ('["c1"]', (4, 3), True),
        ('["c2","c1"]', (1, 0), True),
        ('["c3"]', (0, 2), True),
        (Rest.SPOILT, (1, 0), True),
        (Rest.NOT_RETURNED, (0, 1), True),
    ]
    assert not any(line.differs for line in compare(first, first))
    one, other = sorted((new_ref(), new_ref()), key=str)
    voters = compare(VotesFound({one: '"for"', other: SPOILT}), VotesFound({one: '"for"'}))
    assert [(line.about, line.found, line.differs) for line in voters] == [
        (one, ('"for"', '"for"'), False),
        (other, (SPOILT, None), True),
    ]


def test_equal_findings_are_equal_texts_whatever_their_order() -> None:
    first = ranked((["c1"], 4), (["c2", "c1"], 1), (["c3"], 0), spoilt=1)
    assert first.written() == ranked((["c2", "c1"], 1), (["c1"], 4), spoilt=1).written()
    assert read(first.written()).written() == first.written()
    votes_found = VotesFound({new_ref(): '["c2","c1"]', new_ref(): SPOILT})
    assert read(votes_found.written()) == votes_found
