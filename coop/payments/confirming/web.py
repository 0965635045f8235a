"""The page of accounts that wait for a second person."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from coop.database import db, write
from coop.errors import declare
from coop.paging import pager, requested_page
from coop.payments.confirming import errors, operations, queries
from coop.payments.confirming.forms import ConfirmForm
from coop.permissions import Power, requires
from coop.signed_in import actor

blueprint = Blueprint("payee_accounts", __name__)

_PAGE_SIZE = 100

declare(409, *errors.CONFLICTS)
declare(403, *errors.FORBIDDEN)


@blueprint.get("/payments/accounts")
@requires(Power.TREASURER, Power.BOARD, Power.AUDITOR)
def waiting() -> str:
    """List the accounts that nobody has confirmed."""
    return _page(ConfirmForm(formdata=None))


@blueprint.post("/payments/accounts")
@requires(*operations.CONFIRMERS)
def confirm() -> str | Response | tuple[str, int]:
    """Confirm the ticked accounts."""
    who, form = actor(), ConfirmForm()
    if form.validate_on_submit():
        refs = form.to_refs()
        with form.showing_refusals():
            number = write(lambda session: operations.confirm(session, who, account_refs=refs))
            flash(
                ngettext(
                    "Confirmed: %(num)s account can be paid to.", "Confirmed: %(num)s accounts can be paid to.", number
                )
                if number
                else gettext("They were confirmed before."),
                "success",
            )
            return redirect(url_for("payee_accounts.waiting"), 303)
    return _page(form), form.status


def _page(form: ConfirmForm) -> str:
    who = actor()
    part = queries.waiting_part(db.session(), number=requested_page(), size=_PAGE_SIZE)
    return render_template(
        "payments/accounts_waiting.html",
        form=form,
        rows=[(row, not row.concerns(who)) for row in part.rows],
        pager=pager(part),
        ticked=set(form.accounts.data or ()),
        may_confirm=not who.powers.isdisjoint(operations.CONFIRMERS),
    )
