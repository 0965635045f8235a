"""What waits for the officers about bills and expense claims, as tasks of the home page."""

from datetime import timedelta

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals.queries import waiting_for
from coop.home.tasks import Task
from coop.payments.bills import queries
from coop.payments.bills.acts import KINDS_WITH_RECEIPT
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.confirming import queries as accounts
from coop.payments.confirming.operations import CONFIRMERS
from coop.permissions import Actor, Power

_WEEK = timedelta(days=7)


def bill_tasks(session: Session, who: Actor) -> list[Task]:
    """Return what the person can do for bills and claims by their powers."""
    tasks = []
    if count := sum(row.kind.code in KINDS_WITH_RECEIPT for row in waiting_for(session, who)):
        tasks.append(
            Task(
                ngettext(
                    "Approve or refuse %(num)s bill or claim", "Approve or refuse %(num)s bills and claims", count
                ),
                url_for("bills.waiting"),
                gettext("The receipt stands beside the lines. Nothing is owed before you approve."),
            )
        )
    may_confirm = not who.powers.isdisjoint(CONFIRMERS)
    if may_confirm and (count := accounts.waiting_count(session, who)):
        tasks.append(
            Task(
                ngettext("Confirm %(num)s bank account", "Confirm %(num)s bank accounts", count),
                url_for("payee_accounts.waiting"),
                gettext("Compare it with what the payee says. Nothing is paid to it before."),
            )
        )
    if Power.TREASURER in who.powers:
        tasks += _treasurer(session)
    return tasks


def _treasurer(session: Session) -> list[Task]:
    tasks = []
    if count := claim_queries.to_code(session):
        tasks.append(
            Task(
                ngettext("Look at %(num)s expense claim", "Look at %(num)s expense claims", count),
                url_for("bills.claims", state="waiting"),
                gettext("Assign the accounts of each, or refuse it."),
            )
        )
    if count := queries.due_to(session, cooperative.today(session) + _WEEK):
        tasks.append(
            Task(
                ngettext("Pay %(num)s bill that is due this week", "Pay %(num)s bills that are due this week", count),
                url_for("bills.due"),
                gettext("Take the list to the bank, and record what it has paid."),
            )
        )
    return tasks
