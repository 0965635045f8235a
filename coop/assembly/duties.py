"""What the worker does for the assembly: count each vote whose closing time has passed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly.models import Motion
from coop.assembly.voting import close_motion
from governance.models import Outcome, Proposal, Secrecy

__all__ = ["close_motion", "due_closings"]


def due_closings(session: Session, now: datetime) -> list[UUID]:
    """Return the motions whose vote has ended and is to be counted here, the longest ended first. Each is closed in a write of its own."""
    query = (
        select(Motion.id)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(Outcome, Outcome.proposal_id == Proposal.id)
        .where(Proposal.closes_at <= now, Outcome.proposal_id.is_(None), Proposal.secrecy != Secrecy.EXTERNAL)
        .order_by(Proposal.closes_at, Proposal.id)
    )
    return list(session.scalars(query))
