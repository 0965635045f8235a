"""Votes that are cast and counted in another system: the question that was handed over, and the result that came back.

The digest of the question is fixed before anybody is asked, and the result is kept with the digest of its evidence. Which system
it was, and how its files are read, is the caller's business (`governance.belenios`); closing a vote with it is in
`governance.closing`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import ForeignKey, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.canonical import canonical_bytes
from evidence.columns import Code, Line, LongText, Moment, Sha256, table_of
from governance.errors import TooManyVoters, TooManyVotes, UnknownAnswer
from governance.models import GovernanceBase, Kind, Proposal
from governance.rolls import FinalRoll


class ExternalQuestion(GovernanceBase):
    """What another system is to ask, as a digest: the words and the names of candidates lie with the caller."""

    __tablename__ = "governance_external_question"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    digest: Mapped[Sha256]
    fixed_at: Mapped[Moment]


class ExternalResult(GovernanceBase):
    """What another system counted, and by which evidence. Written at the closing, just before the outcome."""

    __tablename__ = "governance_external_result"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(ExternalQuestion.proposal_id), primary_key=True)
    #: The other system's name, and its names for the election: an identifier, and the fingerprint of what was asked.
    system: Mapped[Code]
    election: Mapped[Line]
    fingerprint: Mapped[Line]
    #: SHA-256 of the file that shows the result.
    evidence_sha256: Mapped[Sha256]
    #: Canonical JSON: see `Tally`.
    tally: Mapped[LongText]
    imported_at: Mapped[Moment]


@dataclass(frozen=True)
class Tally:
    """What was counted outside."""

    #: Each answer, as a ballot here holds it, with its votes. An empty ranking is a blank ballot.
    votes: tuple[tuple[str | tuple[str, ...], int], ...]
    #: Ballots that say something that can be counted, and those that do not.
    heads: int
    spoilt: int
    #: How many could have voted.
    voters: int

    def written(self) -> str:
        """Return the canonical JSON, the answers sorted."""
        record = {
            "votes": [[json.loads(choice), votes] for choice, votes in sorted(self.by_choice())],
            "heads": self.heads,
            "spoilt": self.spoilt,
            "voters": self.voters,
        }
        return canonical_bytes(record).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `written` wrote."""
        record: dict[str, Any] = json.loads(text)
        votes = ((answer if isinstance(answer, str) else tuple(answer), votes) for answer, votes in record["votes"])
        return cls(tuple(votes), record["heads"], record["spoilt"], record["voters"])

    def by_choice(self) -> list[tuple[str, int]]:
        """Return each answer, as the JSON that a ballot holds, with its votes."""
        return [(canonical_bytes(answer).decode(), votes) for answer, votes in self.votes]

    def check(self, kind: Kind, options: Sequence[str], roll: FinalRoll) -> None:
        """Refuse what this roll cannot have voted.

        Raises:
            UnknownAnswer, TooManyVotes, TooManyVoters
        """
        for answer, votes in self.votes:
            if votes < 1 or not _can_be_given(kind, answer, options):
                raise UnknownAnswer
        cast = sum(votes for _, votes in self.votes)
        if cast > roll.votes or self.heads + self.spoilt > roll.heads:
            raise TooManyVotes(max(cast, self.heads + self.spoilt), roll.votes)
        if self.voters > roll.heads:
            raise TooManyVoters(self.voters, roll.heads)


@dataclass(frozen=True)
class Brought:
    """A result of another system, to be brought in."""

    system: str
    election: str
    fingerprint: str
    #: Digest of the question as it was asked there.
    question_digest: str
    evidence_sha256: str
    tally: Tally


def fix_question(session: Session, proposal_id: UUID, question_digest: str, now: datetime) -> None:
    """Write down what another system is to ask. The key lets it be done once."""
    row = {"proposal_id": proposal_id, "digest": question_digest, "fixed_at": now}
    session.execute(insert(table_of(ExternalQuestion)), [row])


def keep(session: Session, proposal: Proposal, brought: Brought, now: datetime) -> None:
    """Write the result of another system. Part of closing, which has checked it."""
    row = {
        "proposal_id": proposal.id,
        "system": brought.system,
        "election": brought.election,
        "fingerprint": brought.fingerprint,
        "evidence_sha256": brought.evidence_sha256,
        "tally": brought.tally.written(),
        "imported_at": now,
    }
    session.execute(insert(table_of(ExternalResult)), [row])


def recorded(session: Session, found: ExternalResult) -> dict[str, object]:
    """Return what the record of a result says of where it comes from."""
    tally = Tally.read(found.tally)
    return {
        "system": found.system,
        "election": found.election,
        "fingerprint": found.fingerprint,
        "question": session.get_one(ExternalQuestion, found.proposal_id).digest,
        "evidence": found.evidence_sha256,
        "spoilt": tally.spoilt,
        "voters": tally.voters,
    }


def _can_be_given(kind: Kind, answer: str | tuple[str, ...], options: Sequence[str]) -> bool:
    if kind is Kind.RESOLUTION:
        return isinstance(answer, str) and answer in options
    return not isinstance(answer, str) and len(set(answer) & set(options)) == len(answer)
