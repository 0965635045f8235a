"""The blueprint on which the pages of the assembly stand, and the statuses of what assembly and governance refuse."""

from flask import Blueprint

from coop import markdown
from coop.assembly import errors
from coop.errors import declare
from governance import errors as governance_errors

blueprint = Blueprint("assembly", __name__)
blueprint.add_app_template_filter(markdown.render, "markdown")

declare(403, *errors.FORBIDDEN, *governance_errors.FORBIDDEN)
declare(404, *governance_errors.MISSING)
declare(409, *errors.CONFLICTS, *governance_errors.CONFLICTS)
