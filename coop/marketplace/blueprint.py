"""The blueprint on which the pages of the marketplace stand, and the statuses of what it refuses."""

from flask import Blueprint

from coop.errors import declare
from coop.marketplace import errors, offer_errors

blueprint = Blueprint("marketplace", __name__)

declare(403, *errors.FORBIDDEN, *offer_errors.FORBIDDEN)
declare(409, *errors.CONFLICTS, *offer_errors.CONFLICTS)
