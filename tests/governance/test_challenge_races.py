"""Challenges when everybody comes at once: answering twice, striking against casting, adding against closing."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.identifiers import new_ref
from governance import errors
from governance.challenges import errors as refusals
from governance.challenges.models import Asks, ChallengeAnswer
from governance.challenges.operations import answer
from governance.checks import findings
from governance.closing import close
from governance.models import ChainLink, Outcome
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase
from tests.governance.challenged_rolls import Rolls, final_roll
from tests.governance.test_governance_races import at_once


def test_a_challenge_answered_many_times_at_once_is_answered_once(database: TestDatabase, house: Rolls) -> None:
    engine, late = database.engine, new_ref()
    proposal_id = write_with(engine, house.open)
    challenge_id = write_with(engine, lambda s: house.challenge(s, proposal_id, late, Asks.ADD))

    def answering(upheld: bool) -> Callable[[], object]:
        return lambda: write_with(engine, lambda s: house.answer(s, challenge_id, upheld=upheld))

    answers = at_once([answering(upheld) for upheld in (True, False) * 4])
    assert sum(isinstance(one, refusals.AlreadyAnswered) for one in answers) == 7, answers
    with Session(engine) as session:
        upheld = session.scalars(select(ChallengeAnswer.upheld)).one()
        assert final_roll(session, proposal_id).heads == (13 if upheld else 12)
        assert findings(session) == []


def test_the_same_challenge_made_many_times_at_once_is_one(database: TestDatabase, house: Rolls) -> None:
    engine, late = database.engine, new_ref()
    proposal_id = write_with(engine, house.open)

    def making() -> object:
        return write_with(engine, lambda s: house.challenge(s, proposal_id, late, Asks.ADD))

    answers = at_once([making] * 8)
    assert sum(isinstance(one, refusals.AlreadyChallenged) for one in answers) == 7, answers


def test_answers_to_many_challenges_at_once_make_one_chain(database: TestDatabase, house: Rolls) -> None:
    engine = database.engine
    proposals = [write_with(engine, house.open) for _ in range(2)]
    made = [
        write_with(engine, lambda s, p=proposal_id: house.challenge(s, p, new_ref(), Asks.ADD))  # type: ignore[misc]
        for proposal_id in proposals
        for _ in range(3)
    ]

    def answering(challenge_id: UUID) -> Callable[[], object]:
        return lambda: write_with(engine, lambda s: house.answer(s, challenge_id))

    answers = at_once([answering(challenge_id) for challenge_id in made])
    assert not [one for one in answers if isinstance(one, Exception)], answers
    with Session(engine) as session:
        assert session.scalar(select(func.count()).where(ChainLink.kind == "answered")) == 6
        assert findings(session) == []


def test_who_votes_in_secret_while_they_are_struck_has_voted_or_is_struck_and_never_both(
    database: TestDatabase, house: Rolls
) -> None:
    engine, votes = database.engine, house.votes
    proposal_id = write_with(engine, lambda s: house.open(s, secret=True))
    # Each is challenged by somebody else, because a challenge that is refused an answer waits, and few of one member may.
    for voter, by in zip(votes.voters[:6], votes.voters[6:], strict=True):
        challenge_id = write_with(
            engine,
            lambda s, v=voter, by=by: house.challenge(s, proposal_id, v, Asks.STRIKE, by=by),  # type: ignore[misc]
        )

        def striking(challenge_id: UUID = challenge_id) -> object:
            return write_with(engine, lambda s: house.answer(s, challenge_id))

        def casting(voter: UUID = voter) -> object:
            return write_with(engine, lambda s: cast_secret(s, proposal_id, voter, ["c1"], clock=votes.clock()))

        refused = [type(one) for one in at_once([striking, casting]) if isinstance(one, Exception)]
        assert refused in ([refusals.StruckWithBallot], [errors.NotOnRoll]), refused
    with Session(engine) as session:
        assert findings(session) == []


def test_who_is_added_while_the_vote_closes_is_on_the_counted_roll_or_on_none(
    database: TestDatabase, house: Rolls
) -> None:
    engine, votes = database.engine, house.votes
    for _ in range(4):
        proposal_id = write_with(engine, house.open)
        challenge_id = write_with(engine, lambda s, p=proposal_id: house.challenge(s, p, new_ref(), Asks.ADD))  # type: ignore[misc]
        passed = threading.Event()

        def clock(passed: threading.Event = passed) -> datetime:
            return votes.after() if passed.is_set() else votes.during

        def adding(challenge_id: UUID = challenge_id, clock: Callable[[], datetime] = clock) -> object:
            return write_with(engine, lambda s: answer(s, challenge_id, upheld=True, clock=clock, class_code="member"))

        def closing(
            proposal_id: UUID = proposal_id,
            clock: Callable[[], datetime] = clock,
            passed: threading.Event = passed,
        ) -> object:
            passed.set()
            return write_with(engine, lambda s: close(s, proposal_id, clock=clock))

        answers = at_once([adding, closing])
        refused = [one for one in answers if isinstance(one, Exception)]
        assert {type(one) for one in refused} <= {refusals.TooLateToAdd, errors.AlreadyCounted}, refused
        with Session(engine) as session:
            roll = json.loads(session.get_one(Outcome, proposal_id).result)["roll"]["final"]
            assert roll["heads"] == (12 if refused else 13)
            assert findings(session) == []
