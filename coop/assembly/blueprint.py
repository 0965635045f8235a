"""The blueprint on which the pages of the assembly stand, and the statuses of what assembly and governance refuse."""

from flask import Blueprint

from coop.assembly import errors, solvency
from coop.assembly.desk import errors as desk_errors
from coop.assembly.meetings import errors as meeting_errors
from coop.errors import declare
from governance import errors as governance_errors
from governance.challenges import errors as challenge_errors
from governance.paper import errors as paper_errors
from ledger.surplus import errors as surplus_errors

blueprint = Blueprint("assembly", __name__)

declare(403, *errors.FORBIDDEN, *governance_errors.FORBIDDEN)
declare(503, *errors.NOT_YET)
declare(404, *governance_errors.MISSING, *challenge_errors.MISSING, *surplus_errors.MISSING)
declare(409, *errors.CONFLICTS, *governance_errors.CONFLICTS, *surplus_errors.CONFLICTS)
declare(
    409,
    *meeting_errors.CONFLICTS,
    *solvency.CONFLICTS,
    *desk_errors.CONFLICTS,
    *paper_errors.CONFLICTS,
    *challenge_errors.CONFLICTS,
)
