"""What the database refuses about paper, whoever writes to it, what the checks find, and marking while the same voter casts."""

import random
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from coop.database import write_with
from evidence.columns import table_of
from evidence.identifiers import new_id, new_ref
from evidence.rules import drop_rules
from governance import errors
from governance.checks import findings
from governance.closing import close
from governance.counts import digest_of
from governance.models import Ballot, OpenBallot, Outcome, Participation, Proposal, Urn
from governance.paper import errors as paper_errors
from governance.paper import scrutiny
from governance.paper.models import PaperCount, PaperMark, PaperSheet
from governance.paper.sheets import BallotsFound, Pile, VotesFound
from governance.rolls import entry_of
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase
from tests.governance.test_governance_races import at_once

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

Refused = Callable[[str], AbstractContextManager[Any]]
ANA, BEN = new_ref(), new_ref()
C1 = Pile("member", 1, '["c1"]')


@pytest.fixture
def refused(session: Session) -> Refused:
    """Expect the database to refuse what is done in the block, with these words."""

    class Block:
        def __init__(self, message: str) -> None:
            self.raises = pytest.raises(IntegrityError, match=re.escape(message))

        def __enter__(self) -> None:
            self.raises.__enter__()
            self.savepoint = session.begin_nested()

        def __exit__(self, *error: Any) -> bool | None:
            self.savepoint.rollback()
            return self.raises.__exit__(*error)

    return Block


def _entry(session: Session, votes: "Votes", proposal_id: UUID, place: int) -> UUID:
    entry = entry_of(session, proposal_id, votes.voters[place])
    assert entry is not None
    return entry.id


def _put(session: Session, mapped: type[DeclarativeBase], **row: Any) -> None:
    session.execute(insert(table_of(mapped)), [row])


def _sheet(proposal_id: UUID, by_ref: UUID, number: int = 1, many: int = 1) -> dict[str, Any]:
    content = BallotsFound({C1: many}).written()
    return {
        "id": new_id(),
        "proposal_id": proposal_id,
        "by_ref": by_ref,
        "number": number,
        "content": content,
        "digest": digest_of(content),
    }


@pytest.fixture
def election_id(session: Session, votes: "Votes") -> UUID:
    """An election with the ballot of voter 0 in the urn, and voters 1 to 3 marked for paper."""
    proposal_id = votes.open_election(session, takes_paper=True)
    cast_secret(session, proposal_id, votes.voters[0], ["c2"], clock=votes.clock())
    for voter in votes.voters[1:4]:
        scrutiny.mark(session, proposal_id, voter, clock=votes.clock())
    return proposal_id


def _agree(session: Session, votes: "Votes", election_id: UUID, many: int = 3) -> None:
    for one in (ANA, BEN):
        scrutiny.enter_sheet(session, election_id, one, BallotsFound({C1: many}), clock=votes.clock())


@pytest.mark.parametrize("mapped", [PaperMark, PaperSheet, PaperCount])
def test_marks_sheets_and_counts_are_neither_changed_nor_removed(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID, mapped: type[DeclarativeBase]
) -> None:
    _agree(session, votes, election_id)
    close(session, election_id, clock=votes.clock(votes.after()))
    table = table_of(mapped)
    column = next(iter(table.columns))
    with refused("append-only"):
        session.execute(update(table).values({column.name: column}))
    with refused("append-only"):
        session.execute(delete(table))


def test_the_database_marks_nobody_who_has_a_ballot_and_takes_no_ballot_from_who_is_marked(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    with refused("who has a ballot in the urn has no other"):
        _put(session, PaperMark, roll_entry_id=_entry(session, votes, election_id, 0), marked_at=None)
    with refused("who was given a ballot on paper has no other"):
        _put(session, Participation, roll_entry_id=_entry(session, votes, election_id, 1))


def test_the_database_takes_marks_and_sheets_only_where_paper_is_taken(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    without = votes.open_election(session)
    roll_call = votes.open_resolution(session, takes_paper=True)
    no_paper = "this vote takes no ballots on paper"
    with refused(no_paper):
        _put(session, PaperMark, roll_entry_id=_entry(session, votes, without, 0), marked_at=None)
    with refused(no_paper):
        _put(session, PaperMark, roll_entry_id=_entry(session, votes, election_id, 5), marked_at=votes.during)
    with refused(no_paper):
        _put(session, PaperMark, roll_entry_id=_entry(session, votes, roll_call, 0), marked_at=None)
    with refused(no_paper):
        _put(session, PaperSheet, **_sheet(without, ANA), entered_at=votes.during)
    with refused("follow each other"):
        _put(session, PaperSheet, **_sheet(election_id, ANA, number=2), entered_at=votes.during)


def test_nothing_is_marked_or_entered_once_the_vote_is_counted(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    _agree(session, votes, election_id)
    close(session, election_id, clock=votes.clock(votes.after()))
    with refused("this vote is counted"):
        _put(session, PaperMark, roll_entry_id=_entry(session, votes, election_id, 5), marked_at=None)
    with refused("this vote is counted"):
        _put(session, PaperSheet, **_sheet(election_id, ANA, number=2), entered_at=votes.during)


def test_the_database_counts_only_newest_sheets_of_two_that_are_equal(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    other = votes.open_election(session, takes_paper=True)
    ids: dict[str, UUID] = {}
    for name, vote_id, who, number, many in (
        ("ana", election_id, ANA, 1, 3),
        ("ana again", election_id, ANA, 2, 2),
        ("ben", election_id, BEN, 1, 3),
        ("ben elsewhere", other, BEN, 1, 2),
    ):
        row = _sheet(vote_id, who, number, many)
        _put(session, PaperSheet, **row, entered_at=votes.during)
        ids[name] = row["id"]

    def count(first: str, second: str) -> None:
        row = {"proposal_id": election_id, "first_sheet_id": ids[first], "second_sheet_id": ids[second]}
        _put(session, PaperCount, **row, ballots=3, spoilt=0)

    found_the_same = "two scrutineers have found the same"
    for first, second, words in (
        ("ana again", "ben", found_the_same),
        ("ana again", "ben elsewhere", found_the_same),
        ("ana", "ana again", found_the_same),
        ("ana", "ben", "of each scrutineer the newest sheet counts"),
    ):
        with refused(words):
            count(first, second)


def test_no_vote_of_a_roll_call_says_that_it_came_from_paper_when_it_did_not(
    session: Session, votes: "Votes", refused: Refused
) -> None:
    proposal_id = votes.open_resolution(session, takes_paper=True)
    scrutiny.mark(session, proposal_id, votes.voters[0], clock=votes.clock())
    for place in (0, 1):
        vote = {"roll_entry_id": _entry(session, votes, proposal_id, place), "version": 1, "choice": '"for"'}
        with refused("a vote on paper was handed in and counted"):
            _put(session, OpenBallot, **vote, cast_at=votes.during, on_paper=True)


@pytest.mark.tampers
def test_a_ballot_smuggled_into_the_urn_stops_the_count(
    session: Session, votes: "Votes", refused: Refused, election_id: UUID
) -> None:
    _agree(session, votes, election_id)
    smuggled = session.execute(select(table_of(Urn))).mappings().one()
    row = {**smuggled, "id": new_ref(), "commitment": "1" * 64, "key_hash": None, "choice": '["c3"]'}
    session.execute(insert(table_of(Urn)), [row])
    with refused("as many ballots as voters"):
        close(session, election_id, clock=votes.clock(votes.after()))


SHEET, COUNT = table_of(PaperSheet), table_of(PaperCount)
OTHER = BallotsFound({Pile("member", 1, '["c2"]'): 3}).written()


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("check", "change"),
    [
        ("governance-paper-sheet", update(SHEET).values(digest="0" * 64)),
        ("governance-paper-sheet", update(SHEET).values(content="[]")),
        ("governance-paper-odds", update(SHEET).where(SHEET.c.by_ref == BEN).values(content=OTHER)),
        ("governance-paper-odds", update(SHEET).where(SHEET.c.by_ref == BEN).values(by_ref=ANA, number=2)),
        ("governance-paper-count", update(SHEET).values(content=OTHER)),
        ("governance-paper-count", update(COUNT).values(spoilt=1)),
        ("governance-paper-count", delete(table_of(PaperMark))),
        ("governance-paper-mark", update(table_of(Proposal)).values(takes_paper=False)),
        (
            "governance-two-ballots",
            insert(table_of(Participation)).from_select(["roll_entry_id"], select(PaperMark.roll_entry_id)),
        ),
    ],
)
def test_the_checks_find_paper_that_was_changed_behind_the_rules(
    database: TestDatabase, votes: "Votes", check: str, change: Executable
) -> None:
    def build(session: Session) -> None:
        proposal_id = votes.open_election(session, takes_paper=True)
        for voter in votes.voters[:3]:
            scrutiny.mark(session, proposal_id, voter, clock=votes.clock())
        _agree(session, votes, proposal_id)
        close(session, proposal_id, clock=votes.clock(votes.after()))

    write_with(database.engine, build)
    with database.engine.execution_options(coop_write=True).begin() as connection:
        drop_rules(connection)
        connection.execute(change)
    with Session(database.engine) as session:
        assert check in {finding.check for finding in findings(session)}


@pytest.mark.tampers
def test_the_checks_find_a_vote_on_paper_that_no_sheet_has(database: TestDatabase, votes: "Votes") -> None:
    def build(session: Session) -> None:
        proposal_id = votes.open_resolution(session, takes_paper=True)
        for voter in votes.voters[:2]:
            scrutiny.mark(session, proposal_id, voter, clock=votes.clock())
        sheet = VotesFound({_entry(session, votes, proposal_id, place): '"for"' for place in (0, 1)})
        for one in (ANA, BEN):
            scrutiny.enter_sheet(session, proposal_id, one, sheet, clock=votes.clock())
        close(session, proposal_id, clock=votes.clock(votes.after()))

    write_with(database.engine, build)
    with Session(database.engine) as session:
        assert findings(session) == []
    with database.engine.execution_options(coop_write=True).begin() as connection:
        drop_rules(connection)
        connection.execute(update(table_of(OpenBallot)).values(choice='"against"'))
    with Session(database.engine) as session:
        assert "governance-paper-count" in {finding.check for finding in findings(session)}


def test_of_marking_and_casting_at_once_exactly_one_gets_through(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id = write_with(engine, lambda s: votes.open_election(s, takes_paper=True))
    through: list[str] = []
    for voter in votes.voters:

        def cast(voter: UUID = voter) -> object:
            return write_with(engine, lambda s: cast_secret(s, election_id, voter, ["c1"], clock=votes.clock()))

        def mark(voter: UUID = voter) -> object:
            return write_with(engine, lambda s: scrutiny.mark(s, election_id, voter, clock=votes.clock()))

        works = [("cast", cast), ("cast", cast), ("mark", mark), ("mark", mark)]
        random.shuffle(works)
        answers = at_once([work for _, work in works])
        refusals = [answer for answer in answers if isinstance(answer, Exception)]
        assert len(refusals) == 3, answers
        allowed = {errors.AlreadyVoted, errors.VotesOnPaper, paper_errors.AlreadyMarked, paper_errors.HasBallotInUrn}
        assert {type(refusal) for refusal in refusals} <= allowed, answers
        through += ["mark" if isinstance(one, UUID) else "cast" for one in answers if not isinstance(one, Exception)]
    with Session(engine) as session:
        both = session.scalar(
            select(func.count())
            .select_from(PaperMark)
            .join(Participation, Participation.roll_entry_id == PaperMark.roll_entry_id)
        )
        assert (both, len(through)) == (0, len(votes.voters))
        assert findings(session) == []


def test_a_sheet_entered_while_the_vote_is_counted_is_counted_or_refused(
    database: TestDatabase, votes: "Votes"
) -> None:
    for _ in range(4):
        _correct_while_counting(database, votes)
    with Session(database.engine) as session:
        assert findings(session) == []


def _correct_while_counting(database: TestDatabase, votes: "Votes") -> None:
    engine = database.engine
    election_id: UUID = write_with(engine, lambda s: votes.open_election(s, takes_paper=True))

    def agree(session: Session) -> None:
        for voter in votes.voters[:3]:
            scrutiny.mark(session, election_id, voter, clock=votes.clock())
        _agree(session, votes, election_id)

    write_with(engine, agree)
    late = votes.clock(votes.after() + timedelta(minutes=1))

    def correct() -> object:
        other = BallotsFound({Pile("member", 1, '["c2"]'): 3})
        return write_with(engine, lambda s: scrutiny.enter_sheet(s, election_id, ANA, other, clock=late))

    def counting() -> object:
        return write_with(engine, lambda s: close(s, election_id, clock=late))

    answers = at_once([correct, counting, correct])
    refusals = {type(answer) for answer in answers if isinstance(answer, Exception)}
    assert refusals <= {errors.PaperNotAgreed, errors.AlreadyCounted}, answers
    with Session(engine) as session:
        counted = session.get(Outcome, election_id) is not None
        assert counted == (errors.PaperNotAgreed not in refusals)
        ballots = session.scalars(select(Ballot.choice).where(Ballot.proposal_id == election_id)).all()
        assert ballots == (['["c1"]'] * 3 if counted else [])
