"""What the pages of bills and of claims share about the acts that book them: who decided, and approving one."""

from dataclasses import dataclass
from uuid import UUID

from coop.approvals import operations as approvals
from coop.approvals import queries
from coop.approvals.errors import SomethingElse
from coop.approvals.forms import ApprovalForm
from coop.approvals.queries import ActRow
from coop.database import db, write
from coop.signed_in import actor
from evidence.messages import Refusal


@dataclass(frozen=True)
class Decision:
    """What a page shows of an act, and what its reader may do about it."""

    act: ActRow
    reason: str
    may_approve: bool
    may_withdraw: bool


def decision(act_id: UUID) -> Decision:
    """Return what a page shows of an act."""
    session, who = db.session(), actor()
    act = queries.act(session, act_id, who)
    is_own = act.prepared_by == who.person_id
    may_approve = act.is_waiting and not is_own and not who.powers.isdisjoint(act.kind.approved_by)
    return Decision(act, queries.reason(session, act_id), may_approve, act.is_waiting and is_own)


def decide(act_id: UUID) -> Refusal | None:
    """Approve an act as the page showed it, and return what was refused, if anything was."""
    who, form = actor(), ApprovalForm()
    if not form.validate():
        return SomethingElse()
    seen = form.to_seen()
    try:
        write(lambda session: approvals.approve(session, who, act_id=act_id, seen=seen))
    except Refusal as refusal:
        return refusal
    return None
