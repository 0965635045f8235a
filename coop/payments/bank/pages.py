"""What the pages of the bank statement share: the blueprint, and who may read and who may write."""

from flask import Blueprint
from werkzeug.wrappers import Response

from coop import cooperative
from coop.books.tax.words import to_choose
from coop.database import db
from coop.errors import declare, message_of
from coop.payments.bank import errors
from coop.permissions import Power
from coop.signed_in import actor
from ledger.tax.codes import tax_codes

blueprint = Blueprint("bank", __name__, url_prefix="/payments/bank")

declare(409, *errors.CONFLICTS)

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

Answer = str | Response | tuple[str, int]


def may_write() -> bool:
    """Say whether the signed-in person enters and matches, and does not only read."""
    return Power.TREASURER in actor().powers


def taxes() -> list[tuple[str, str]]:
    """Return the tax codes that a line can have, with their names; none for a co-op that is not registered."""
    session = db.session()
    if not cooperative.current(session).is_tax_registered:
        return []
    today = cooperative.today(session)
    return list(to_choose(tax_codes(session, on=today), today))


def currency() -> str:
    """Return the currency of the books."""
    return cooperative.current(db.session()).currency


def told(problems: tuple[errors.RowProblem, ...]) -> list[tuple[int, str, str]]:
    """Return what is wrong with the rows of a statement, in words."""
    return [(problem.row, problem.column, message_of(problem.reason)) for problem in problems]
