"""What was declared of a vote: the one door through which a result gets out.

A vote has a result once its outcome is written, at the closing and not before. Whoever shows anything of one, on a page, in a file,
a mail or a report, asks here, and of a vote that runs is told nothing. How much of the ballots goes with it, `governance.shown` says.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from governance.models import Outcome, Proposal


@dataclass(frozen=True, eq=False)
class Declared:
    """The result of a counted vote."""

    proposal: Proposal
    closed_at: datetime
    #: Canonical JSON of rule, roll, ballots and count: see `governance.counts`.
    result: str
    #: SHA-256 over it.
    digest: str

    @property
    def proposal_id(self) -> UUID:
        """The vote that was counted."""
        return self.proposal.id

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The result, read."""
        record: Mapping[str, Any] = json.loads(self.result)
        return record


_RESULTS = select(Proposal, Outcome.closed_at, Outcome.result, Outcome.digest).join(
    Outcome, Outcome.proposal_id == Proposal.id
)
#: Built once: every page of a vote asks it.
_RESULT = _RESULTS.where(Proposal.id == bindparam("proposal_id"))
_RESULTS_OF = _RESULTS.where(Proposal.id.in_(bindparam("proposal_ids", expanding=True)))


def declared(session: Session, proposal_id: UUID | None) -> Declared | None:
    """Return what was declared of a vote; nothing while it runs or waits for its count, or where there is no vote."""
    if proposal_id is None:
        return None
    found = session.execute(_RESULT, {"proposal_id": proposal_id}).first()
    return Declared(*found) if found else None


def all_declared(session: Session, proposal_ids: Iterable[UUID | None]) -> Mapping[UUID | None, Declared]:
    """Return what was declared of each of several votes. Those that are not counted are left out."""
    wanted = {proposal_id for proposal_id in proposal_ids if proposal_id}
    if not wanted:
        return {}
    rows = session.execute(_RESULTS_OF, {"proposal_ids": list(wanted)})
    return {row[0].id: Declared(*row) for row in rows}


def is_declared(proposal_id: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """Return the condition that a vote is counted, for queries that ask nothing else of its result."""
    return select(Outcome.proposal_id).where(Outcome.proposal_id == proposal_id).exists()
