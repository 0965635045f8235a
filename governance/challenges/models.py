"""Challenges of a voting roll: who says that an entry is missing or wrong, and what was answered.

The roll of an open vote stays as it was frozen. An answer that upholds a challenge adds an entry to it or strikes one, and
is a link of the chain; so the roll that counts can be worked out from the frozen one by anybody. Both are done in
`governance.challenges.operations`.
"""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, Uuid, select
from sqlalchemy.orm import Mapped, mapped_column

from evidence.columns import Id, Moment, text_enum
from governance.models import GovernanceBase, Proposal, RollEntry


class Asks(StrEnum):
    """What a challenge asks for."""

    ADD = "add"
    STRIKE = "strike"


class Challenge(GovernanceBase):
    """Somebody challenges the roll of a vote. The grounds lie with the caller and can be erased."""

    __tablename__ = "governance_challenge"
    __table_args__ = (UniqueConstraint("proposal_id", "voter_ref", "by_ref"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id))
    #: Whose entry is missing or wrong, and who says so.
    voter_ref: Mapped[UUID] = mapped_column(Uuid)
    by_ref: Mapped[UUID] = mapped_column(Uuid)
    asks: Mapped[Asks] = mapped_column(text_enum(Asks, "asks"))
    made_at: Mapped[Moment]


class ChallengeAnswer(GovernanceBase):
    """What was answered, once."""

    __tablename__ = "governance_challenge_answer"

    challenge_id: Mapped[UUID] = mapped_column(ForeignKey(Challenge.id), primary_key=True)
    upheld: Mapped[bool]
    answered_at: Mapped[Moment]


def is_struck() -> ColumnElement[bool]:
    """Return the condition that a roll entry was struck."""
    return _upheld(Asks.STRIKE)


def is_added() -> ColumnElement[bool]:
    """Return the condition that a roll entry was not on the roll as it was frozen."""
    return _upheld(Asks.ADD)


def _upheld(asks: Asks) -> ColumnElement[bool]:
    return (
        select(Challenge.id)
        .join(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .where(
            Challenge.proposal_id == RollEntry.proposal_id,
            Challenge.voter_ref == RollEntry.voter_ref,
            Challenge.asks == asks,
            ChallengeAnswer.upheld,
        )
        .correlate(RollEntry)
        .exists()
    )
