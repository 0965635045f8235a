"""What the pages of bills and of claims share about their acts: approving one, and asking for one to be taken back."""

from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.approvals import operations as approvals
from coop.approvals import queries
from coop.approvals.errors import AlreadyPrepared, SomethingElse
from coop.approvals.forms import ApprovalForm
from coop.approvals.queries import ActRow
from coop.database import db, write
from coop.errors import show_on
from coop.payments.bills import taking_back
from coop.payments.bills.forms import TakeBackForm
from coop.payments.bills.taking_back import What
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


def ask_to_take_back(what: What, subject_id: UUID, form: TakeBackForm) -> Response | int:
    """Prepare the act that takes something back, and return the way to it; or the status of what was refused."""
    if not form.validate():
        return 422
    who, day, reason = actor(), form.booked_on.required_day, form.to_reason()
    try:
        act_id = write(
            lambda session: taking_back.prepare(session, who, what, subject_id, booked_on=day, reason=reason)
        )
    except AlreadyPrepared as refusal:
        act_id = refusal.act_id
    except Refusal as refusal:
        return show_on(form, refusal)
    flash(gettext("Nothing is booked yet: somebody of the board approves it."), "message")
    return redirect(url_for("approvals.act", act_id=act_id), 303)
