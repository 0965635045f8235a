"""What the pages of the bank statement share: the blueprint, and who may read and who may write."""

from flask import Blueprint
from werkzeug.wrappers import Response

from coop import cooperative
from coop.database import db
from coop.errors import declare, message_of
from coop.payments.bank import errors
from coop.permissions import Power
from coop.signed_in import actor

blueprint = Blueprint("bank", __name__, url_prefix="/payments/bank")

declare(409, *errors.CONFLICTS)

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

Answer = str | Response | tuple[str, int]


def may_write() -> bool:
    """Say whether the signed-in person enters and matches, and does not only read."""
    return Power.TREASURER in actor().powers


def currency() -> str:
    """Return the currency of the books."""
    return cooperative.current(db.session()).currency


def told(problems: tuple[errors.RowProblem, ...]) -> list[tuple[int, str, str]]:
    """Return what is wrong with the rows of a statement, in words."""
    return [(problem.row, problem.column, message_of(problem.reason)) for problem in problems]
