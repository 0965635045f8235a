"""What the pages of payments out share: the blueprint, who may read, and the statuses of what is refused."""

from flask import Blueprint
from werkzeug.wrappers import Response

from coop.errors import declare
from coop.payments.payouts import errors
from coop.permissions import Power

blueprint = Blueprint("payouts", __name__)

declare(409, *errors.CONFLICTS)

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

Answer = str | Response | tuple[str, int]
