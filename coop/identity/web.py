"""Pages about powers and the audit trail."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db, write
from coop.errors import declare
from coop.forms import choices
from coop.identity import operations, powers, queries
from coop.identity.forms import POWER_LABELS, EndingForm, GrantForm
from coop.identity.pending import AccountExists
from coop.paging import Part, bounded, pager, requested_page
from coop.permissions import NotFound, Power, requires
from coop.signed_in import actor

blueprint = Blueprint("identity", __name__)

READERS = (Power.ADMINISTRATOR, Power.SECRETARY, Power.BOARD, Power.AUDITOR)
GRANTERS = (Power.ADMINISTRATOR, Power.SECRETARY)

declare(409, powers.AlreadyEnded, powers.LastOfItsKind, AccountExists)


@blueprint.get("/powers")
@requires(*READERS)
def list_powers() -> str:
    """Show who holds and held which power."""
    session = db.session()
    today = cooperative.today(session)
    held = powers.all_powers(session)
    return render_template(
        "identity/powers.html",
        current=[power for power in held if power.in_force(today)],
        others=[power for power in held if not power.in_force(today)],
        labels={power: gettext(label) for power, label in POWER_LABELS.items()},
        may_grant=not actor().powers.isdisjoint(GRANTERS),
        may_end=Power.ADMINISTRATOR in actor().powers,
    )


@blueprint.route("/powers/new", methods=["GET", "POST"])
@requires(*GRANTERS)
def grant_power() -> str | Response | tuple[str, int]:
    """Prepare a power by a decision of the board; another person approves it."""
    today = cooperative.today(db.session())
    form = GrantForm(starts_on=today, decided_on=today)
    form.person.choices = choices((str(person_id), name) for person_id, name in queries.people(db.session()))
    if form.validate_on_submit():
        who, asked = actor(), form.to_grant()
        with form.showing_refusals():
            act_id = write(lambda session: operations.prepare_grant(session, who, asked))
            flash(gettext("Prepared. The power is granted when a second person approves it."), "success")
            return redirect(url_for("approvals.act", act_id=act_id), 303)
    return render_template("identity/grant.html", form=form), form.status


@blueprint.route("/powers/<uuid:grant_id>/end", methods=["GET", "POST"])
@requires(Power.ADMINISTRATOR)
def end_power(grant_id: UUID) -> str | Response | tuple[str, int]:
    """End a power by a decision of the board, before its term is over."""
    session = db.session()
    today = cooperative.today(session)
    held = next((power for power in powers.all_powers(session) if power.grant_id == grant_id), None)
    if held is None:
        raise NotFound
    form = EndingForm(ended_on=today, decided_on=today)
    if form.validate_on_submit():
        who, asked = actor(), form.to_ending()
        with form.showing_refusals():
            write(lambda session: operations.end_by_decision(session, who, grant_id=grant_id, asked=asked))
            flash(gettext("The power is ended."), "success")
            return redirect(url_for("identity.list_powers"), 303)
    label = gettext(POWER_LABELS[held.power])
    return render_template("identity/end.html", form=form, held=held, label=label), form.status


@blueprint.get("/audit")
@requires(Power.AUDITOR, Power.ADMINISTRATOR, Power.BOARD)
def audit_trail() -> str:
    """Show who did what, with which power."""
    session = db.session()
    kinds = queries.kinds_of_act(session)
    asked = request.args.get("action", "")
    action = asked if asked in kinds else None
    total = queries.count_acts(session, action)
    number, last = bounded(requested_page(), total, queries.PAGE_LENGTH)
    acts = queries.acts(session, action=action, page=number)
    pages = pager(Part(tuple(acts), number, last, total))
    return render_template("identity/audit.html", acts=acts, kinds=kinds, action=action or "", pager=pages)
