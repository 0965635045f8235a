"""What happens when everybody comes at once: many casts of one voter, many voters, casting against closing."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.messages import Refusal
from governance import errors
from governance.ballots import cast_open
from governance.checks import findings
from governance.closing import close
from governance.counts import result_of
from governance.models import Ballot, OpenBallot, Outcome, Participation, Proposal, Urn
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase

if TYPE_CHECKING:
    from tests.governance.conftest import Votes


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """Start all works at the same moment and return what each returned, or the refusal it raised."""
    start = threading.Barrier(len(works))
    answers: list[object] = []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            answers.append(work())
        except Refusal as refusal:
            answers.append(refusal)
        except Exception as error:  # noqa: BLE001 - the test looks at what came out of each thread
            answers.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _count(session: Session, mapped: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(mapped)) or 0


def test_twenty_casts_of_one_voter_at_once_are_one_ballot(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id = write_with(engine, votes.open_election)

    def cast() -> object:
        return write_with(
            engine, lambda s: cast_secret(s, election_id, votes.voters[0], ["c1", "c2"], clock=votes.clock())
        )

    answers = at_once([cast] * 20)
    assert sum(isinstance(answer, errors.AlreadyVoted) for answer in answers) == 19, answers
    with Session(engine) as session:
        assert (_count(session, Urn), _count(session, Participation)) == (1, 1)
        assert findings(session) == []


def test_the_same_open_vote_sent_many_times_at_once_is_one_version(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    proposal_id = write_with(engine, votes.open_resolution)

    def cast() -> object:
        return write_with(engine, lambda s: cast_open(s, proposal_id, votes.voters[0], "for", clock=votes.clock()))

    answers = at_once([cast] * 12)
    assert len(set(answers)) == 1, answers
    with Session(engine) as session:
        assert _count(session, OpenBallot) == 1


def test_a_vote_changed_many_times_at_once_ends_as_one_of_them(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    proposal_id = write_with(engine, votes.open_resolution)

    def cast(choice: str) -> Callable[[], object]:
        return lambda: write_with(
            engine, lambda s: cast_open(s, proposal_id, votes.voters[0], choice, clock=votes.clock())
        )

    answers = at_once([cast(choice) for choice in ("for", "against", "abstain") * 4])
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    with Session(engine) as session:
        versions = session.scalars(select(OpenBallot.version).order_by(OpenBallot.version)).all()
        assert list(versions) == list(range(1, len(versions) + 1))


def test_two_closers_at_once_write_one_outcome(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id = write_with(engine, votes.open_election)
    for voter in votes.voters:
        write_with(engine, lambda s, v=voter: cast_secret(s, election_id, v, ["c2"], clock=votes.clock()))  # type: ignore[misc]

    def closing() -> object:
        return write_with(engine, lambda s: close(s, election_id, clock=votes.clock(votes.after())))

    answers = at_once([closing] * 6)
    assert sum(isinstance(answer, errors.AlreadyCounted) for answer in answers) == 5, answers
    with Session(engine) as session:
        assert (_count(session, Outcome), _count(session, Ballot), _count(session, Urn)) == (1, 12, 0)
        assert findings(session) == []


def test_every_vote_that_was_taken_while_closing_is_counted(database: TestDatabase, votes: "Votes") -> None:
    """The clock passes the closing time in the midst of it: a vote that got its receipt is in the count, always."""
    engine = database.engine
    for secret in (True, False):
        for _ in range(4):
            _race(database, votes, secret=secret)
    with Session(engine) as session:
        assert findings(session) == []


def _race(database: TestDatabase, votes: "Votes", *, secret: bool) -> None:
    engine = database.engine
    vote_id: UUID = write_with(engine, votes.open_election if secret else votes.open_resolution)
    passed = threading.Event()

    def clock() -> datetime:
        return votes.after() if passed.is_set() else votes.during

    def cast(voter: UUID) -> Callable[[], object]:
        def work() -> object:
            if secret:
                return write_with(engine, lambda s: cast_secret(s, vote_id, voter, ["c1"], clock=clock))
            return write_with(engine, lambda s: cast_open(s, vote_id, voter, "for", clock=clock))

        return work

    def closing() -> object:
        passed.set()
        return write_with(engine, lambda s: close(s, vote_id, clock=clock))

    works = [cast(voter) for voter in votes.voters]
    answers = at_once([*works[:6], closing, *works[6:]])
    assert {type(a) for a in answers if isinstance(a, Exception)} <= {errors.VotingClosed}, answers
    taken = sum(not isinstance(answer, Exception) for answer in answers) - 1
    with Session(engine) as session:
        proposal = session.get_one(Proposal, vote_id)
        outcome = session.get_one(Outcome, vote_id)
        assert f'"cast":{taken},"digest"' in outcome.result
        assert result_of(session, proposal) == outcome.result
