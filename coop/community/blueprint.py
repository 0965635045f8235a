"""The blueprint on which the pages of the community stand, and the statuses of what the community refuses."""

from flask import Blueprint
from werkzeug.wrappers import Response

from coop.community import errors
from coop.errors import declare
from coop.membership.queries import Acting
from coop.signed_in import participants

blueprint = Blueprint("community", __name__)

declare(403, *errors.FORBIDDEN)
declare(409, *errors.CONFLICTS)

Answer = str | Response | tuple[str, int]


def mine() -> list[Acting]:
    """Return the participants for whom the person who is signed in acts: themselves first."""
    return participants()
