"""Votes for the tests of the engine: a small roll, a resolution by roll-call and a secret election."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from evidence.identifiers import new_ref
from governance.counting.resolution import Base, ResolutionRule
from governance.methods import METHODS, ElectionRule, Rule
from governance.models import Secrecy
from governance.opening import BylawsUsed, Question, open_proposal
from governance.rolls import Voter
from tests.governance.challenged_rolls import Rolls

OPENS = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=7)
DURING = OPENS + timedelta(days=1)


def usual(rule: str, seats: int) -> ElectionRule:
    """Return a rule with the figures that are proposed for it."""
    method = METHODS.get(rule)
    return ElectionRule(rule, seats, method.usual_cap, method.usual_dots) if method else ElectionRule(rule, seats)


@dataclass
class Votes:
    """Opens votes on one roll, and keeps the references of the voters."""

    voters: list[UUID] = field(default_factory=lambda: [new_ref() for _ in range(12)])
    opens_at: datetime = OPENS
    closes_at: datetime = CLOSES
    during: datetime = DURING
    bylaws: BylawsUsed | None = None
    majority: ResolutionRule = field(
        default_factory=lambda: ResolutionRule(
            quorum_numerator=1,
            quorum_denominator=10,
            quorum_minimum=3,
            base=Base.FOR_AND_AGAINST,
            threshold_numerator=1,
            threshold_denominator=2,
            strictly_more=True,
        )
    )

    def open_resolution(self, session: Session, *, takes_paper: bool = False) -> UUID:
        """Open a resolution by roll-call."""
        return self._open(session, self.majority, Secrecy.OPEN, takes_paper=takes_paper)

    def open_secret_resolution(self, session: Session, *, takes_paper: bool = False) -> UUID:
        """Open a secret resolution."""
        return self._open(session, self.majority, Secrecy.SECRET, takes_paper=takes_paper)

    def open_election(
        self,
        session: Session,
        candidates: tuple[str, ...] = ("c1", "c2", "c3"),
        seats: int = 2,
        rule: str = "scottish-stv",
        *,
        takes_paper: bool = False,
        secrecy: Secrecy = Secrecy.SECRET,
    ) -> UUID:
        """Open an election, a secret one unless it is said otherwise, with the figures that are usual for its rule."""
        return self._open(session, usual(rule, seats), secrecy, candidates, takes_paper=takes_paper)

    def clock(self, moment: datetime | None = None) -> Callable[[], datetime]:
        """Return a clock that stands still: while voting is open, or at a given moment."""
        return lambda: moment or self.during

    def after(self) -> datetime:
        """Return the first moment at which a vote can be counted."""
        return self.closes_at

    def _open(
        self,
        session: Session,
        rule: Rule,
        secrecy: Secrecy,
        candidates: tuple[str, ...] = (),
        *,
        takes_paper: bool = False,
    ) -> UUID:
        question = Question(
            rule=rule,
            secrecy=secrecy,
            text_digest="0" * 64,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            record_on=self.opens_at.date(),
            candidates=candidates,
            takes_paper=takes_paper,
            bylaws=self.bylaws,
        )
        return open_proposal(session, question, [Voter(ref, "member", "member") for ref in self.voters])


@pytest.fixture
def votes() -> Votes:
    """Ways to open votes."""
    return Votes()


@pytest.fixture
def house(votes: Votes) -> Rolls:
    """Ways to open votes whose roll can be challenged."""
    return Rolls(votes)
