"""The pages on which the receipt and the words of a bill or a claim are erased: each says first what goes and what stays."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from coop.books.forms import ConfirmForm
from coop.database import db, write
from coop.errors import show_on
from coop.payments.bills import erasing, queries
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.pages import Answer, blueprint, trail_of_bill, trail_of_claim
from coop.permissions import Power, requires
from coop.signed_in import act_for, actor
from evidence.messages import Refusal


@blueprint.get("/bills/<uuid:bill_id>/erase")
@requires(Power.TREASURER)
def confirm_erasing_bill(bill_id: UUID) -> str:
    """Show what erasing the receipt and the words of a bill does."""
    return _bill_page(ConfirmForm(), bill_id)


@blueprint.post("/bills/<uuid:bill_id>/erase")
@requires(Power.TREASURER)
def erase_bill(bill_id: UUID) -> Answer:
    """Erase the receipt and the words of a bill."""
    form, who = ConfirmForm(), actor()
    answer = _erase(
        form,
        lambda session: erasing.erase_bill(session, who, bill_id=bill_id),
        url_for("bills.bill", bill_id=bill_id),
    )
    return answer if isinstance(answer, Response) else (_bill_page(form, bill_id), answer)


@blueprint.get("/claims/<uuid:claim_id>/erase")
@requires(Power.TREASURER)
def confirm_erasing_claim(claim_id: UUID) -> str:
    """Show what erasing the receipt and the words of a claim does."""
    return _claim_page(ConfirmForm(), claim_id)


@blueprint.post("/claims/<uuid:claim_id>/erase")
@requires(Power.TREASURER)
def erase_claim(claim_id: UUID) -> Answer:
    """Erase the receipt and the words of a claim."""
    form, who = ConfirmForm(), actor()
    answer = _erase(
        form,
        lambda session: erasing.erase_claim(session, who, claim_id=claim_id),
        url_for("bills.claim", claim_id=claim_id),
    )
    return answer if isinstance(answer, Response) else (_claim_page(form, claim_id), answer)


@blueprint.get("/as/<uuid:participant_id>/claims/<uuid:claim_id>/erase")
@requires()
def confirm_erasing_own_claim(participant_id: UUID, claim_id: UUID) -> str:
    """Show a participant what erasing the receipt and the words of their claim does."""
    act_for(participant_id)
    return _own_page(ConfirmForm(), participant_id, claim_id)


@blueprint.post("/as/<uuid:participant_id>/claims/<uuid:claim_id>/erase")
@requires()
def erase_own_claim(participant_id: UUID, claim_id: UUID) -> Answer:
    """Erase the receipt and the words of a participant's own claim."""
    form, who = ConfirmForm(), act_for(participant_id)
    answer = _erase(
        form,
        lambda session: erasing.erase_own_claim(session, who, participant_id=participant_id, claim_id=claim_id),
        url_for("bills.my_claim", participant_id=participant_id, claim_id=claim_id),
    )
    return answer if isinstance(answer, Response) else (_own_page(form, participant_id, claim_id), answer)


def _erase(form: ConfirmForm, work: Callable[[Session], None], back: str) -> Response | int:
    """Erase once it is confirmed, and return the way back; or the status of what was refused."""
    if not form.validate():
        return 422
    try:
        write(work)
    except Refusal as refusal:
        return show_on(form, refusal)
    flash(gettext("The receipt and the words are erased. Amounts, days and accounts stay."), "success")
    return redirect(back, 303)


def _bill_page(form: ConfirmForm, bill_id: UUID) -> str:
    row = queries.bill(db.session(), bill_id)
    return render_template("payments/bills/erase.html", form=form, row=row, trail=trail_of_bill(row), ends_claim=False)


def _claim_page(form: ConfirmForm, claim_id: UUID) -> str:
    row = claim_queries.claim(db.session(), claim_id)
    return render_template("payments/bills/erase.html", form=form, row=row, trail=trail_of_claim(row), ends_claim=False)


def _own_page(form: ConfirmForm, participant_id: UUID, claim_id: UUID) -> str:
    row = claim_queries.claim(db.session(), claim_id, participant_id=participant_id)
    back = url_for("bills.my_claim", participant_id=participant_id, claim_id=claim_id)
    trail = [
        {"label": gettext("Expense claims"), "href": url_for("bills.my_claims", participant_id=participant_id)},
        {"label": gettext("Expense claim"), "href": back},
    ]
    return render_template(
        "payments/bills/erase.html",
        form=form,
        row=row,
        trail=trail,
        ends_claim=row.state is not ClaimState.WITHDRAWN,
    )
