"""What is declared of a vote: nothing before it is counted, and of few ballots no more than they may show."""

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.identifiers import new_ref
from governance.ballots import cast_open
from governance.closing import close
from governance.declared import all_declared, declared, is_declared
from governance.methods import ElectionRule
from governance.models import Outcome, Proposal, Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.secret_ballots import cast_secret
from governance.shown import Cast, Shown, are_withheld, cast_of, how_shown, shown_of

if TYPE_CHECKING:
    from tests.governance.conftest import Votes


def _cast(session: Session, proposal_id: UUID) -> Cast:
    found = declared(session, proposal_id)
    assert found is not None
    return cast_of(session, found)


def test_a_vote_that_runs_or_waits_for_its_count_has_declared_nothing(session: Session, votes: "Votes") -> None:
    counted, running = votes.open_resolution(session), votes.open_resolution(session)
    for proposal_id in (counted, running):
        cast_open(session, proposal_id, votes.voters[0], "for", clock=votes.clock())
    assert declared(session, counted) is None
    close(session, counted, clock=votes.clock(votes.after()))
    found = declared(session, counted)
    assert found is not None
    assert found.record["count"]["for"] == 1
    assert found.digest == session.get_one(Outcome, counted).digest
    assert (found.proposal_id, found.closed_at) == (counted, votes.after())
    # The other one is over by now, and not counted.
    assert set(all_declared(session, [counted, running, new_ref(), None])) == {counted}
    assert list(session.scalars(select(Proposal.id).where(is_declared(Proposal.id)))) == [counted]
    assert declared(session, None) is None
    assert all_declared(session, []) == {}


@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ({}, Shown.ROWS),
        ({("a", 1): 3}, Shown.ROWS),
        ({("a", 1): 2}, Shown.RECEIPTS),
        ({("a", 1): 9, ("b", 1): 2}, Shown.ANSWERS),
        ({("a", 1): 1, ("b", 1): 2}, Shown.ANSWERS),
        ({("a", 1): 9, ("b", 2): 2}, Shown.RECEIPTS),
        ({("a", 1): 9, ("b", 2): 3}, Shown.ROWS),
    ],
)
def test_how_much_is_shown_follows_from_how_many_share_it(groups: dict[tuple[str, int], int], shown: Shown) -> None:
    assert shown_of(groups, 3) is shown


def test_votes_of_a_roll_call_are_shown_however_few(session: Session, votes: "Votes") -> None:
    proposal_id = votes.open_resolution(session)
    for choice in ("for", "against"):
        cast_open(session, proposal_id, votes.voters[0], choice, clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    found = _cast(session, proposal_id)
    assert (found.shown, found.answers) == (Shown.ROWS, [("against", 1)])


@pytest.mark.parametrize(
    ("in_group", "in_all", "shown"),
    [(3, 6, Shown.ROWS), (2, 6, Shown.ANSWERS), (1, 2, Shown.RECEIPTS), (0, 0, Shown.ROWS)],
)
def test_what_is_withheld_of_secret_ballots_is_not_in_what_is_returned(
    session: Session, votes: "Votes", in_group: int, in_all: int, shown: Shown
) -> None:
    question = Question(
        rule=ElectionRule("scottish-stv", 1),
        secrecy=Secrecy.SECRET,
        text_digest="0" * 64,
        opens_at=votes.opens_at,
        closes_at=votes.closes_at,
        record_on=votes.opens_at.date(),
        candidates=("c1", "c2"),
    )
    roll = [Voter(ref, "group" if at < 4 else "member", "member") for at, ref in enumerate(votes.voters)]
    proposal_id = open_proposal(session, question, roll)
    who = votes.voters[:in_group] + votes.voters[4 : 4 + in_all - in_group]
    for voter in who:
        cast_secret(session, proposal_id, voter, ["c2"] if voter in votes.voters[:4] else ["c1"], clock=votes.clock())
    close(session, proposal_id, clock=votes.clock(votes.after()))
    counted = declared(session, proposal_id)
    assert counted is not None
    assert how_shown(session, counted) is shown
    assert are_withheld(session, counted) is (shown is Shown.RECEIPTS)
    found = _cast(session, proposal_id)
    assert found.shown is shown
    assert (len(found.rows), len(found.receipts)) == (in_all if shown is Shown.ROWS else 0, in_all)
    assert list(found.receipts) == sorted(found.receipts)
    answers = [choice for choice, _ in found.answers]
    if shown is Shown.ROWS:
        assert answers == [row["choice"] for row in found.rows]
    else:
        assert answers == ([["c1"]] * 4 + [["c2"]] * 2 if shown is Shown.ANSWERS else [])
    # What was declared is there in any case.
    assert counted.record["ballots"]["cast"] == in_all
