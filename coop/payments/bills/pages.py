"""What the pages of bills and claims share: the blueprint, who may read, the way to one, and the statuses of what is refused."""

from flask import Blueprint, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db
from coop.errors import declare
from coop.payments.bills import errors
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims.queries import ClaimRow
from coop.payments.bills.rows import BillRow
from coop.permissions import Power
from ledger import chart

blueprint = Blueprint("bills", __name__)

declare(409, *errors.CONFLICTS, *claim_errors.CONFLICTS)
declare(403, *errors.FORBIDDEN, *claim_errors.FORBIDDEN)

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

Answer = str | Response | tuple[str, int]


def currency() -> str:
    """Return the currency of the books."""
    return cooperative.current(db.session()).currency


def chart_names() -> dict[str, str]:
    """Return the names of the accounts by code."""
    return {account.code: account.name for account in chart.accounts(db.session())}


def trail_of_bill(row: BillRow) -> list[dict[str, str]]:
    """Return the way to a bill, for the pages below it."""
    return [
        {"label": gettext("Bills"), "href": url_for("bills.bills")},
        {"label": row.number, "href": url_for("bills.bill", bill_id=row.id)},
    ]


def trail_of_claim(row: ClaimRow) -> list[dict[str, str]]:
    """Return an officer's way to a claim, for the pages below it."""
    return [
        {"label": gettext("Expense claims"), "href": url_for("bills.claims")},
        {"label": row.name, "href": url_for("bills.claim", claim_id=row.id)},
    ]
