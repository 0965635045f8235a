"""Closing a vote: secret ballots leave the urn in an order that says nothing, all ballots are counted, the outcome is written.

It happens once, after the closing time, by whoever comes first; nobody needs to have a power for what the clock has decided.
The outcome's digest is a link of the chain.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, aliased

from evidence.columns import table_of
from governance import chain, paper_count
from governance.ballots import Clock
from governance.counts import digest_of, result_of
from governance.errors import AlreadyCounted, CountedElsewhere, NoSuchProposal, TooEarlyToClose
from governance.models import Ballot, Outcome, Proposal, Secrecy, Urn, UrnOpening
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
    proposal = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    if proposal is None:
        raise NoSuchProposal
    now = clock()
    if session.get(Outcome, proposal_id) is not None:
        raise AlreadyCounted
    if now < proposal.closes_at:
        raise TooEarlyToClose(proposal.closes_at)
    if proposal.secrecy is Secrecy.EXTERNAL:
        raise CountedElsewhere
    paper_count.take_in(session, proposal)
    if proposal.secrecy is Secrecy.SECRET:
        _open_urn(session, proposal_id)
    result = result_of(session, proposal)
    digest = digest_of(result)
    row: dict[str, Any] = {"proposal_id": proposal_id, "closed_at": now, "result": result, "digest": digest}
    session.execute(insert(table_of(Outcome)), [row])
    return Closed(result, digest, chain.append(session, chain.LinkKind.CLOSED, proposal_id, digest))


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
