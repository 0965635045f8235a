"""What the pages of bills and claims share: the blueprint, who may read, and the statuses of what is refused."""

from flask import Blueprint
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db
from coop.errors import declare
from coop.payments.bills import claim_errors, errors
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
