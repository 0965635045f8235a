"""Closing a vote: secret ballots leave the urn in an order that says nothing, all ballots are counted, the outcome is written.

It happens once, after the closing time, by whoever comes first; nobody needs to have a power for what the clock has decided.
The outcome's digest is a link of the chain.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from evidence.columns import table_of
from governance import chain, external, rolls
from governance.ballots import Clock
from governance.counts import counted, digest_of, options_of, result_of
from governance.errors import (
    AlreadyCounted,
    CountedElsewhere,
    CountedHere,
    NoSuchProposal,
    OtherQuestion,
    QuestionNotFixed,
    TooEarlyToClose,
)
from governance.models import Ballot, Outcome, Proposal, Secrecy, Urn, UrnOpening
from governance.paper import count as paper_count
from governance.secret_ballots import TAKEN_BACK

_COPIED = ("proposal_id", "commitment", "class_code", "weight", "choice", "nonce")


@dataclass(frozen=True)
class Closed:
    """The record of a closing, and the head of the chain after it."""

    result: str
    digest: str
    head: chain.Head

    def record(self) -> Any:
        """Return the result as it is read from its JSON."""
        return json.loads(self.result)


def close(session: Session, proposal_id: UUID, *, clock: Clock) -> Closed:
    """Count a proposal whose closing time has passed, and write its outcome.

    Locks out casting and other closers first, and only then reads the time and whether there is an outcome.

    Raises:
        NoSuchProposal, TooEarlyToClose, AlreadyCounted, CountedElsewhere
        PaperNotAgreed: the sheets of the scrutineers differ, or there are none yet.
    """
    proposal, now = _due(session, proposal_id, clock)
    if proposal.secrecy is Secrecy.EXTERNAL:
        raise CountedElsewhere
    paper_count.take_in(session, proposal)
    if proposal.secrecy is Secrecy.SECRET:
        _open_urn(session, proposal_id)
    return _counted(session, proposal, now)


def bring_in(session: Session, proposal_id: UUID, brought: external.Brought, *, clock: Clock) -> Closed:
    """Close a vote with the result of another system: keep it, count it by the vote's own rule, and write its outcome.

    Raises:
        NoSuchProposal, TooEarlyToClose, AlreadyCounted, CountedHere, QuestionNotFixed, OtherQuestion
        UnknownAnswer, TooManyVotes, TooManyVoters: the roll cannot have voted so.
    """
    proposal, now = _due(session, proposal_id, clock)
    _check_brought(session, proposal, brought)
    external.keep(session, proposal, brought, now)
    return _counted(session, proposal, now)


def foreseen(session: Session, proposal_id: UUID, brought: external.Brought) -> Mapping[str, object]:
    """Return the count that a result of another system would have, and write nothing.

    Raises:
        NoSuchProposal, CountedHere, QuestionNotFixed, OtherQuestion, UnknownAnswer, TooManyVotes, TooManyVoters
    """
    proposal = session.get(Proposal, proposal_id)
    if proposal is None:
        raise NoSuchProposal
    _check_brought(session, proposal, brought)
    return counted(session, proposal, brought.tally.by_choice())


def _check_brought(session: Session, proposal: Proposal, brought: external.Brought) -> None:
    """Refuse a result that does not belong to a vote.

    Raises:
        CountedHere, QuestionNotFixed, OtherQuestion, UnknownAnswer, TooManyVotes, TooManyVoters
    """
    if proposal.secrecy is not Secrecy.EXTERNAL:
        raise CountedHere
    fixed = session.get(external.ExternalQuestion, proposal.id)
    if fixed is None:
        raise QuestionNotFixed
    if fixed.digest != brought.question_digest:
        raise OtherQuestion
    brought.tally.check(proposal.kind, options_of(session, proposal.id), rolls.final(session, proposal))


def _due(session: Session, proposal_id: UUID, clock: Clock) -> tuple[Proposal, datetime]:
    """Hold a proposal against casting and other closers, and return it with the time if it can be counted now.

    Raises:
        NoSuchProposal, TooEarlyToClose, AlreadyCounted
    """
    proposal = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    if proposal is None:
        raise NoSuchProposal
    now = clock()
    if session.get(Outcome, proposal_id) is not None:
        raise AlreadyCounted
    if now < proposal.closes_at:
        raise TooEarlyToClose(proposal.closes_at)
    return proposal, now


def _counted(session: Session, proposal: Proposal, now: datetime) -> Closed:
    """Count what stands, write the outcome, and link it."""
    result = result_of(session, proposal)
    digest = digest_of(result)
    row: dict[str, Any] = {"proposal_id": proposal.id, "closed_at": now, "result": result, "digest": digest}
    session.execute(insert(table_of(Outcome)), [row])
    return Closed(result, digest, chain.append(session, chain.LinkKind.CLOSED, proposal.id, digest))


def _open_urn(session: Session, proposal_id: UUID) -> None:
    """Copy the ballots that stand, sorted by commitment, and take everything out of the urn."""
    urn = table_of(Urn)
    successor = aliased(Urn)
    standing = (
        select(*(urn.c[name] for name in _COPIED))
        .where(
            urn.c.proposal_id == proposal_id,
            urn.c.choice != TAKEN_BACK,
            ~select(successor.id).where(successor.supersedes == urn.c.id).exists(),
        )
        .order_by(urn.c.commitment)
    )
    session.execute(insert(table_of(Ballot)).from_select(_COPIED, standing))
    copied = session.scalar(select(func.count()).where(Ballot.proposal_id == proposal_id))
    session.execute(insert(table_of(UrnOpening)), [{"proposal_id": proposal_id, "ballots": copied}])
    session.execute(delete(urn).where(urn.c.proposal_id == proposal_id))
