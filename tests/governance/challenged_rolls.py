"""Votes whose roll can be challenged, for the tests of the engine."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Session

from governance import chain, rolls
from governance.challenges.models import Asks
from governance.challenges.operations import answer, challenge
from governance.methods import ElectionRule
from governance.models import Proposal, Secrecy
from governance.opening import Question, open_proposal
from governance.weights import EQUAL, Weighting

if TYPE_CHECKING:
    from tests.governance.conftest import Votes

#: How long the rolls of these tests can be challenged.
WINDOW = timedelta(days=3)


class Rolls:
    """Opens votes whose roll can be challenged, and challenges and answers in the middle of the window."""

    def __init__(self, votes: "Votes") -> None:
        self.votes = votes

    def open(
        self,
        session: Session,
        *,
        secret: bool = False,
        voters: list[rolls.Voter] | None = None,
        weighting: Weighting = EQUAL,
        window: timedelta | None = WINDOW,
        paper: bool = False,
    ) -> UUID:
        votes = self.votes
        question = Question(
            rule=ElectionRule("scottish-stv", 1) if secret else votes.majority,
            secrecy=Secrecy.SECRET if secret else Secrecy.OPEN,
            text_digest="0" * 64,
            opens_at=votes.opens_at,
            closes_at=votes.closes_at,
            record_on=votes.opens_at.date(),
            candidates=("c1", "c2") if secret else (),
            challenges_until=votes.opens_at + window if window else None,
            takes_paper=paper,
            weighting=weighting,
        )
        return open_proposal(
            session, question, voters or [rolls.Voter(ref, "member", "member") for ref in votes.voters]
        )

    def challenge(
        self,
        session: Session,
        proposal_id: UUID,
        voter: UUID,
        asks: Asks,
        *,
        by: UUID | None = None,
        at: datetime | None = None,
    ) -> UUID:
        by = by or self.votes.voters[0]
        return challenge(session, proposal_id, voter_ref=voter, by_ref=by, asks=asks, clock=self.votes.clock(at))

    def answer(
        self, session: Session, challenge_id: UUID, *, upheld: bool = True, at: datetime | None = None, **entry: Any
    ) -> chain.Head:
        entry = {"class_code": "member", **entry}
        return answer(session, challenge_id, upheld=upheld, clock=self.votes.clock(at), **entry)

    def add(self, session: Session, proposal_id: UUID, voter: UUID, **entry: Any) -> None:
        self.answer(session, self.challenge(session, proposal_id, voter, Asks.ADD), **entry)

    def strike(self, session: Session, proposal_id: UUID, voter: UUID) -> None:
        by = self.votes.voters[-1]
        self.answer(session, self.challenge(session, proposal_id, voter, Asks.STRIKE, by=by))


def final_roll(session: Session, proposal_id: UUID) -> rolls.FinalRoll:
    """Return the roll of a vote that counts, as it stands."""
    return rolls.final(session, session.get_one(Proposal, proposal_id))
