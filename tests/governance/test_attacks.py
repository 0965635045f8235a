"""Many ballots from few voters, all at once; and closing in the midst of casting, again and again."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain as chained
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.identifiers import new_ref
from evidence.messages import Refusal
from governance import errors
from governance.ballots import cast_open
from governance.checks import findings
from governance.closing import close
from governance.models import Ballot, Participation, Urn
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase
from tests.governance.test_governance_races import at_once

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

VOTERS, BALLOTS, THREADS, ROUNDS = 200, 50, 16, 100


def test_two_hundred_voters_who_send_fifty_ballots_each_are_two_hundred_ballots(
    database: TestDatabase, votes: "Votes"
) -> None:
    engine = database.engine
    votes.voters = [new_ref() for _ in range(VOTERS)]
    election_id = write_with(engine, votes.open_election)
    clock = votes.clock()

    def cast(voter: UUID) -> str:
        try:
            write_with(engine, lambda s: cast_secret(s, election_id, voter, ["c1", "c2"], clock=clock))
        except Refusal as refusal:
            return type(refusal).__name__
        return "taken"

    # All first ballots come together, then all second ones, so that those of one voter meet as late as they can; the
    # second half comes voter by voter, so that they meet at once.
    apart = [voter for _ in range(BALLOTS // 2) for voter in votes.voters]
    together = list(chained.from_iterable([voter] * (BALLOTS - BALLOTS // 2) for voter in votes.voters))
    with ThreadPoolExecutor(THREADS) as threads:
        answers = Counter(threads.map(cast, together + apart))
    assert answers == {"taken": VOTERS, "AlreadyVoted": VOTERS * (BALLOTS - 1)}
    with Session(engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Participation, Urn)]
        assert counts == [VOTERS, VOTERS]
    record = write_with(engine, lambda s: close(s, election_id, clock=votes.clock(votes.after()))).record()
    assert (record["ballots"]["cast"], record["ballots"]["heads"]) == (VOTERS, VOTERS)
    with Session(engine) as session:
        assert findings(session) == []


@pytest.mark.parametrize("secret", [True, False])
def test_closing_in_the_midst_of_casting_counts_what_was_taken_each_time(
    database: TestDatabase, votes: "Votes", secret: bool
) -> None:
    """A hundred times each: what got its receipt is in the count, and nothing else is."""
    engine = database.engine
    votes.voters = votes.voters[:4]
    for _ in range(ROUNDS):
        vote_id = write_with(engine, votes.open_election if secret else votes.open_resolution)
        taken = _race(database, votes, vote_id, secret=secret)
        with Session(engine) as session:
            stored = session.scalar(select(func.count()).where(Ballot.proposal_id == vote_id))
            assert stored == (taken if secret else 0)
    with Session(engine) as session:
        assert findings(session) == []


def _race(database: TestDatabase, votes: "Votes", vote_id: UUID, *, secret: bool) -> int:
    """Let all voters cast while the clock passes the closing time; return how many ballots got their receipt."""
    engine, passed = database.engine, threading.Event()

    def clock() -> datetime:
        return votes.after() if passed.is_set() else votes.during

    def cast(voter: UUID) -> object:
        if secret:
            return write_with(engine, lambda s: cast_secret(s, vote_id, voter, ["c1"], clock=clock))
        return write_with(engine, lambda s: cast_open(s, vote_id, voter, "for", clock=clock))

    def closing() -> object:
        passed.set()
        return write_with(engine, lambda s: close(s, vote_id, clock=clock))

    half = len(votes.voters) // 2
    works = [lambda v=voter: cast(v) for voter in votes.voters]
    answers = at_once([*works[:half], closing, *works[half:]])
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {errors.VotingClosed}, answers
    closed = next(answer for answer in answers if hasattr(answer, "record"))
    taken = sum(not isinstance(answer, Exception) for answer in answers) - 1
    assert closed.record()["ballots"]["cast"] == taken
    return taken
