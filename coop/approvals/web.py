"""Pages of acts that need two people: what waits, what is done, and one act with everything that will happen."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop.approvals import errors, operations, queries
from coop.approvals.forms import ApprovalForm, WithdrawalForm
from coop.approvals.queries import ActRow
from coop.database import db, write
from coop.errors import declare, message_of, status_of
from coop.identity.forms import POWER_LABELS
from coop.paging import pager, requested_page
from coop.permissions import Power, requires
from coop.signed_in import actor
from coop.texts import LONGEST_SEARCH
from evidence.messages import Refusal

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")

#: Whoever may take part in an act of some kind, and the auditor; each sees the kinds that are theirs.
READERS = (Power.BOARD, Power.TREASURER, Power.SECRETARY, Power.ADMINISTRATOR, Power.AUDITOR)

Page = str | Response | tuple[str, int]

declare(
    409,
    errors.AlreadyPrepared,
    errors.AlreadyApproved,
    errors.AlreadyWithdrawn,
    errors.SomethingElse,
    errors.PreparerLostPower,
)
declare(403, errors.SamePerson)


@blueprint.get("")
@requires(*READERS)
def acts() -> str:
    """List what waits for the person, what they prepared, and what waits for others."""
    session, who = db.session(), actor()
    codes = {kind.code for kind in queries.readable(who)}
    waiting = [row for row in queries.waiting(session) if row.kind.code in codes or row.prepared_by == who.person_id]
    for_me = queries.waiting_for(session, who)
    mine = [row for row in waiting if row.prepared_by == who.person_id]
    return render_template(
        "approvals/acts.html",
        for_me=for_me,
        mine=mine,
        for_others=[row for row in waiting if row not in for_me and row not in mine],
    )


@blueprint.get("/done")
@requires(*READERS)
def done() -> str:
    """List what was approved, refused or taken back."""
    kinds = queries.readable(actor())
    words = request.args.get("q", "")[:LONGEST_SEARCH]
    asked = next((kind.code for kind in kinds if kind.code == request.args.get("kind")), "")
    codes = [asked] if asked else [kind.code for kind in kinds]
    part = queries.done(db.session(), kinds=codes, words=words, page=requested_page())
    return render_template(
        "approvals/done.html",
        part=part,
        pager=pager(part),
        words=words,
        kind=asked,
        kinds=[("", gettext("All")), *((kind.code, gettext(kind.label)) for kind in kinds)],
    )


@blueprint.get("/<uuid:act_id>")
@requires(*READERS)
def act(act_id: UUID) -> Page:
    """Show what exactly an act will do, or did; one with a page of its own is looked at there."""
    row = queries.act(db.session(), act_id, actor())
    if row.kind.page is not None:
        own = row.kind.page(row.arguments)
        return redirect(url_for(own.endpoint, **own.ids), 303)  # type: ignore[arg-type]
    return _page(row, WithdrawalForm(formdata=None))


@blueprint.post("/<uuid:act_id>")
@requires(*READERS)
def approve(act_id: UUID) -> Page:
    """Approve an act, which does it."""
    who, form = actor(), ApprovalForm()
    queries.act(db.session(), act_id, who)
    if not form.validate():
        raise errors.SomethingElse
    seen = form.to_seen()
    try:
        outcome = write(lambda session: operations.approve(session, who, act_id=act_id, seen=seen))
    except Refusal as refusal:
        # The act itself may refuse; its page says why, and that nothing was done.
        row = queries.act(db.session(), act_id, who)
        return _page(row, WithdrawalForm(formdata=None), message_of(refusal)), status_of(refusal)
    flash(f"{gettext('Approved, and done.')} {_next_step(queries.act(db.session(), act_id, who))}".strip(), "success")
    page = outcome.page
    href = url_for(page.endpoint, **page.ids) if page else url_for("approvals.act", act_id=act_id)  # type: ignore[arg-type]
    return redirect(href, 303)


@blueprint.post("/<uuid:act_id>/withdraw")
@requires(*READERS)
def withdraw(act_id: UUID) -> Page:
    """Take an act back, or refuse it with a reason."""
    who, form = actor(), WithdrawalForm()
    row = queries.act(db.session(), act_id, who)
    if form.validate_on_submit():
        reason = form.to_reason()
        with form.showing_refusals():
            write(lambda session: operations.withdraw(session, who, act_id=act_id, reason=reason))
            is_own = row.prepared_by == who.person_id
            flash(gettext("Taken back.") if is_own else gettext("Refused. Whoever prepared it is told."), "success")
            return redirect(url_for("approvals.act", act_id=act_id), 303)
    return _page(queries.act(db.session(), act_id, who), form), form.status


def _next_step(row: ActRow) -> str:
    return str(gettext(row.kind.next_step)) if row.kind.next_step else ""


def _look_href(row: ActRow) -> str | None:
    """Return the page that shows more of what waits, for who decides on it."""
    page = row.kind.look(row.arguments) if row.kind.look is not None else None
    return url_for(page.endpoint, **page.ids) if page is not None else None  # type: ignore[arg-type]


def _page(row: ActRow, form: WithdrawalForm, refused: str = "") -> str:
    session, who = db.session(), actor()
    is_own = row.prepared_by == who.person_id
    return render_template(
        "approvals/act.html",
        row=row,
        label=gettext(row.kind.label),
        what=row.kind.describe(session, row.arguments),
        next_step=_next_step(row) if row.is_done else "",
        words=queries.words(session, row.id),
        reason=queries.reason(session, row.id),
        refused=refused,
        form=form,
        is_own=is_own,
        may_approve=row.is_waiting and not is_own and not who.powers.isdisjoint(row.kind.approved_by),
        may_withdraw=row.is_waiting and is_own,
        look_href=_look_href(row),
        approvers=", ".join(gettext(POWER_LABELS[power]) for power in row.kind.approved_by),
    )
