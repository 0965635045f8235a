"""A participant's own statement: what the books say about them."""

from datetime import date
from uuid import UUID

from flask import render_template, request

from coop.books import queries, words
from coop.books.forms import DatesForm
from coop.books.pages import Answer, blueprint, currency
from coop.books.statements.asked import days_asked
from coop.database import db
from coop.membership.classes import capital_accounts
from coop.permissions import requires
from coop.signed_in import act_for
from ledger.statements import party_statement


@blueprint.get("/as/<uuid:participant_id>/statement")
@requires()
def my_statement(participant_id: UUID) -> Answer:
    """Show a participant what the books say about them."""
    act_for(participant_id)
    session = db.session()
    form, starts_on, ends_on, status = _asked_days()
    found = party_statement(session, queries.party_of(session, participant_id), starts_on, ends_on)
    page = render_template(
        "books/my_statement.html",
        form=form,
        statement=found,
        currency=currency(),
        participant_id=participant_id,
        of_capital=capital_accounts(session),
        words=words,
    )
    return page, status


def _asked_days() -> tuple[DatesForm, date, date, int]:
    """Return the days in the address, or this fiscal year up to today."""
    form = DatesForm(formdata=request.args)
    valid = form.validate()
    starts_on, ends_on = days_asked(form, is_valid=valid)
    return form, starts_on, ends_on, 200 if valid else 422
