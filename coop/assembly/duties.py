"""What the worker does for the assembly: count each vote whose closing time has passed, and say which wait for scrutineers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly.desk.duties import tell, untold, waiting
from coop.assembly.models import Motion
from coop.assembly.voting import close_motion
from governance.declared import is_declared
from governance.models import Proposal, Secrecy

__all__ = ["close_motion", "due_closings", "tell", "untold"]


def due_closings(session: Session, now: datetime) -> list[UUID]:
    """Return the motions whose vote can be counted here by now, the longest ended first. Each is closed in a write of its own.

    A vote with ballots on paper on which no two scrutineers agree stays pending; see `untold`.
    """
    query = (
        select(Motion.id)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .where(Proposal.closes_at <= now, ~is_declared(Proposal.id), Proposal.secrecy != Secrecy.EXTERNAL)
        .order_by(Proposal.closes_at, Proposal.id)
    )
    held_up = set(waiting(session, now))
    return [motion_id for motion_id in session.scalars(query) if motion_id not in held_up]
