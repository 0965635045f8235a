"""The pages on which the treasurer asks for a bill or a claim to be taken back that was booked."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.approvals.errors import AlreadyPrepared
from coop.database import db, write
from coop.errors import show_on
from coop.formats import format_money
from coop.payments.bills import queries, taking_back
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.forms import TakeBackForm
from coop.payments.bills.pages import Answer, blueprint, trail_of_bill, trail_of_claim
from coop.payments.bills.taking_back import What
from coop.permissions import Power, requires
from coop.signed_in import actor
from evidence.messages import Refusal


@blueprint.get("/bills/<uuid:bill_id>/take-back")
@requires(Power.TREASURER)
def confirm_taking_back(bill_id: UUID) -> str:
    """Show what taking a bill back means, before somebody is asked to approve it."""
    session = db.session()
    row = queries.bill(session, bill_id)
    earliest = max(cooperative.today(session), row.booked_on or row.billed_on)
    return _bill_page(bill_id, TakeBackForm(data={"booked_on": earliest}))


@blueprint.post("/bills/<uuid:bill_id>/take-back")
@requires(Power.TREASURER)
def take_back(bill_id: UUID) -> Answer:
    """Ask somebody of the board to take a bill back."""
    form = TakeBackForm()
    answer = _ask(What.BILL, bill_id, form)
    return answer if isinstance(answer, Response) else (_bill_page(bill_id, form), answer)


@blueprint.get("/claims/<uuid:claim_id>/take-back")
@requires(Power.TREASURER)
def confirm_taking_claim_back(claim_id: UUID) -> str:
    """Show what taking a claim back means, before somebody is asked to approve it."""
    session = db.session()
    row = claim_queries.claim(session, claim_id)
    today = cooperative.today(session)
    return _claim_page(claim_id, TakeBackForm(data={"booked_on": max(today, row.booked_on or today)}))


@blueprint.post("/claims/<uuid:claim_id>/take-back")
@requires(Power.TREASURER)
def take_claim_back(claim_id: UUID) -> Answer:
    """Ask somebody of the board to take a claim back."""
    form = TakeBackForm()
    answer = _ask(What.CLAIM, claim_id, form)
    return answer if isinstance(answer, Response) else (_claim_page(claim_id, form), answer)


def _ask(what: What, subject_id: UUID, form: TakeBackForm) -> Response | int:
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


def _bill_page(bill_id: UUID, form: TakeBackForm) -> str:
    row = queries.bill(db.session(), bill_id)
    return render_template(
        "payments/bills/take_back.html",
        form=form,
        title=gettext("Take a bill back"),
        lead=gettext(
            "Its entry is reversed once somebody of the board approves it: nothing is owed any more, and its number is free again."
            " Use this for a credit note, or for a bill that was wrong."
        ),
        facts=[
            (gettext("Supplier"), row.supplier),
            (gettext("Number"), row.number),
            (gettext("Total, with tax"), format_money(row.total_minor, row.currency)),
        ],
        trail=trail_of_bill(row),
    )


def _claim_page(claim_id: UUID, form: TakeBackForm) -> str:
    row = claim_queries.claim(db.session(), claim_id)
    return render_template(
        "payments/bills/take_back.html",
        form=form,
        title=gettext("Take a claim back"),
        lead=gettext(
            "Its entry is reversed once somebody of the board approves it, and nothing is owed for it any more. The claimant can"
            " claim anew."
        ),
        facts=[
            (gettext("Claimed by"), row.name),
            (gettext("Total, with tax"), format_money(row.total_minor, row.currency)),
        ],
        trail=trail_of_claim(row),
    )
