"""What the pages of the bank statement share: the bank account that they are of, the blueprint, who may read and who may write.

Every page is of one account, whose code stands in its address. Within a page, an address of another page of it needs no code; from
elsewhere one without is of the account that everything is paid from.
"""

from typing import Any

from flask import Blueprint, g
from flask_babel import gettext
from werkzeug.wrappers import Response

from coop import cooperative
from coop.books.tax.words import to_choose
from coop.database import db
from coop.errors import declare, message_of
from coop.payments.bank import account_errors, accounts, errors
from coop.payments.bank.accounts import Bank
from coop.permissions import Power
from coop.signed_in import actor
from ledger.chart import BANK
from ledger.tax.codes import tax_codes

blueprint = Blueprint("bank", __name__, url_prefix="/payments/bank/<bank_code>")

declare(409, *errors.CONFLICTS, *account_errors.CONFLICTS)

READERS = (Power.TREASURER, Power.BOARD, Power.AUDITOR)

Answer = str | Response | tuple[str, int]


@blueprint.url_value_preprocessor
def _take_code(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.asked_code = (values or {}).pop("bank_code", "")


@blueprint.url_defaults
def _add_code(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("bank_code", g.bank.code if "bank" in g else BANK)


@blueprint.before_request
def _find_account() -> None:
    # After the guard: who may not read the pages is not told which accounts there are.
    g.bank = accounts.bank_account(db.session(), g.asked_code)


@blueprint.context_processor
def _of_account() -> dict[str, Any]:
    # The page that says there is no such account is of none.
    return {"bank": bank(), "statement_name": statement_name()} if "bank" in g else {}


def bank() -> Bank:
    """Return the bank account that this request is about."""
    found: Bank = g.bank
    return found


def statement_name() -> str:
    """Return what its statement is called: by the account only where there are several."""
    if bank().is_main and not accounts.are_several(db.session()):
        return str(gettext("Bank statement"))
    return str(gettext("Bank statement: %(account)s", account=bank().label))


def may_write() -> bool:
    """Say whether the signed-in person enters and matches, and does not only read."""
    return Power.TREASURER in actor().powers and not bank().is_ended


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
