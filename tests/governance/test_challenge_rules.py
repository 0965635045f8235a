"""What the database refuses about challenges, and what `coop check` finds when its rules are switched off."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop.database import write_with
from evidence.columns import table_of
from evidence.identifiers import new_id, new_ref
from evidence.rules import drop_rules
from governance.challenges.models import Asks, Challenge, ChallengeAnswer
from governance.checks import findings
from governance.closing import close
from governance.models import ChainLink, Participation, RollEntry
from governance.secret_ballots import cast_secret
from tests.databases import TestDatabase
from tests.governance.challenged_rolls import WINDOW, Rolls


def _refused(session: Session, message: str, *statements: Any) -> None:
    savepoint = session.begin_nested()
    *before, last = statements
    for statement in before:
        session.execute(statement)
    with pytest.raises(IntegrityError, match=re.escape(message)):
        session.execute(last)
    savepoint.rollback()


def _challenge_row(proposal_id: UUID, voter: UUID, asks: Asks, made_at: datetime) -> Any:
    row = {"id": new_id(), "proposal_id": proposal_id, "voter_ref": voter, "by_ref": new_ref()}
    return insert(table_of(Challenge)).values(row | {"asks": asks, "made_at": made_at})


def test_the_database_takes_no_challenge_out_of_time_or_of_what_cannot_be(session: Session, house: Rolls) -> None:
    proposal_id, votes = house.open(session), house.votes
    over = votes.opens_at + WINDOW
    _refused(session, "no longer be challenged", _challenge_row(proposal_id, new_ref(), Asks.ADD, over))
    wrong = "who is on the roll is not added"
    _refused(session, wrong, _challenge_row(proposal_id, votes.voters[0], Asks.ADD, votes.during))
    _refused(session, wrong, _challenge_row(proposal_id, new_ref(), Asks.STRIKE, votes.during))
    close(session, proposal_id, clock=votes.clock(votes.after()))
    _refused(session, "this vote is counted", _challenge_row(proposal_id, new_ref(), Asks.ADD, votes.during))


def test_the_database_adds_nobody_without_an_upheld_challenge(session: Session, house: Rolls) -> None:
    proposal_id, votes, late = house.open(session), house.votes, new_ref()
    row = {"id": new_ref(), "proposal_id": proposal_id, "voter_ref": late, "class_code": "member"}
    entry = insert(table_of(RollEntry)).values(row | {"reason": "challenge", "weight": 1})
    heavy = insert(table_of(RollEntry)).values(row | {"reason": "challenge", "weight": 2})
    nobody = "nobody is added to the roll of an open vote"
    _refused(session, nobody, entry)
    made, other = (house.challenge(session, proposal_id, late, Asks.ADD, by=by) for by in votes.voters[:2])
    _refused(session, nobody, entry)
    answered = {"upheld": False, "answered_at": votes.during}
    table = table_of(ChallengeAnswer)
    _refused(session, nobody, insert(table).values(challenge_id=made, **answered), entry)
    upheld = insert(table).values(challenge_id=other, **(answered | {"upheld": True}))
    _refused(session, nobody, upheld, heavy)
    close(session, proposal_id, clock=votes.clock(votes.after()))
    _refused(session, "this vote is counted", upheld)


def test_the_database_strikes_nobody_who_has_a_ballot_in_the_urn(session: Session, house: Rolls) -> None:
    proposal_id, votes = house.open(session, secret=True), house.votes
    cast_secret(session, proposal_id, votes.voters[1], ["c1"], clock=votes.clock())
    challenge_id = house.challenge(session, proposal_id, votes.voters[1], Asks.STRIKE)
    row = {"challenge_id": challenge_id, "upheld": True, "answered_at": votes.during}
    _refused(session, "cannot be struck", insert(table_of(ChallengeAnswer)).values(row))
    house.strike(session, proposal_id, votes.voters[2])
    entry = session.scalars(select(RollEntry.id).where(RollEntry.voter_ref == votes.voters[2])).one()
    _refused(
        session,
        "who was struck from the roll does not vote",
        insert(table_of(Participation)).values(roll_entry_id=entry),
    )


def test_challenges_and_answers_are_only_added(session: Session, house: Rolls) -> None:
    proposal_id = house.open(session)
    house.strike(session, proposal_id, house.votes.voters[1])
    for table, change in (
        (table_of(Challenge), {"asks": Asks.ADD}),
        (table_of(ChallengeAnswer), {"upheld": False}),
    ):
        _refused(session, "append-only", update(table).values(change))
        _refused(session, "append-only", delete(table))


def _without_answer(session: Session, challenge_id: UUID) -> None:
    session.execute(delete(table_of(ChallengeAnswer)))


def _turned(session: Session, challenge_id: UUID) -> None:
    session.execute(update(table_of(ChallengeAnswer)).values(upheld=False))


def _without_link(session: Session, challenge_id: UUID) -> None:
    session.execute(delete(table_of(ChainLink)).where(table_of(ChainLink).c.subject == challenge_id))


def _without_entry(session: Session, challenge_id: UUID) -> None:
    session.execute(delete(table_of(RollEntry)).where(table_of(RollEntry).c.reason == "challenge"))


def _other_class(session: Session, challenge_id: UUID) -> None:
    entry = table_of(RollEntry)
    session.execute(update(entry).where(entry.c.reason == "challenge").values(class_code="founder"))


def _slipped_in(session: Session, challenge_id: UUID) -> None:
    proposal_id = session.scalars(select(Challenge.proposal_id)).first()
    row = {"id": new_ref(), "proposal_id": proposal_id, "voter_ref": new_ref(), "class_code": "member", "weight": 1}
    session.execute(insert(table_of(RollEntry)).values(row | {"reason": "challenge"}))


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_without_answer, "governance-chain-link"),
        (_turned, "governance-chain-link"),
        (_without_link, "governance-chain-link"),
        (_without_entry, "governance-challenge-entry"),
        (_other_class, "governance-chain-link"),
        (_slipped_in, "governance-challenge-entry"),
    ],
)
def test_what_was_done_to_an_answer_past_the_rules_is_found(
    database: TestDatabase, house: Rolls, tamper: Callable[[Session, UUID], None], found: str
) -> None:
    engine = database.engine
    proposal_id = write_with(engine, house.open)
    challenge_id = write_with(engine, lambda s: house.challenge(s, proposal_id, new_ref(), Asks.ADD))
    write_with(engine, lambda s: house.answer(s, challenge_id))
    with Session(engine) as session:
        assert findings(session) == []
    with engine.execution_options(coop_write=True).begin() as connection:
        drop_rules(connection)
    with Session(engine.execution_options(coop_write=True)) as session:
        tamper(session, challenge_id)
        session.flush()
        assert found in {finding.check for finding in findings(session)}
        session.rollback()
