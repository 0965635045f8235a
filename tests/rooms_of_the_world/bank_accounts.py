"""A second bank account in the world of the tests, with a line that waits and a transfer that both statements show; and one that was ended."""

from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.chart.operations import NewAccount, open_account
from coop.database import write
from coop.payments.bank.accounts import end, mark
from coop.payments.bank.entering import enter_file
from coop.payments.bank.lines import enter_line
from coop.payments.bank.matching import Reason, classify, match
from coop.payments.bank.statements import NewLine
from coop.permissions import Actor
from ledger import chart
from ledger.chart.changes import Particulars
from ledger.models import AccountKind
from tests import joining
from tests.rooms_of_the_world import bank
from tests.world_contents import Address, World

SAVINGS, TERM_DEPOSIT, TILL = "1010", "1020", "1030"
_OPENED = ((SAVINGS, "Savings", "cash"), (TERM_DEPOSIT, "Term deposit", "other-current-assets"), (TILL, "Till", "cash"))


def open_accounts(session: Session, treasurer: Actor, opened_on: date) -> None:
    """Open accounts that can be bank accounts."""
    for code, name, caption in _OPENED:
        particulars = Particulars(name, heading="10", statement_line=caption)
        open_account(session, treasurer, NewAccount(code, AccountKind.ASSET, opened_on, particulars))


def build(app: Flask, world: World) -> None:
    """Mark two accounts, move money between the main one and the first, and end the second."""
    write(lambda session: _enter(session, world))


def _enter(session: Session, world: World) -> None:
    treasurer, day = joining.founder(session, "treasurer"), cooperative.today(session)
    open_accounts(session, treasurer, day)
    mark(session, treasurer, code=SAVINGS, number="12-3456-0123456-30")
    mark(session, treasurer, code=TERM_DEPOSIT, number="")
    end(session, treasurer, code=TERM_DEPOSIT)
    out = enter_line(session, treasurer, NewLine(day, -2_000, "TO SAVINGS"))
    entry_id = classify(session, treasurer, line_id=out, reason=Reason(day, SAVINGS, "To the savings"))
    into = enter_line(session, treasurer, NewLine(day, 2_000, "FROM CHEQUE"), account=SAVINGS)
    match(session, treasurer, line_id=into, entry_id=entry_id)
    statement = enter_file(session, treasurer, bank.camt_of(day), account=SAVINGS)
    world.things["bank_code"] = [chart.BANK, SAVINGS, "nonsense"]
    world.things["code"] = [SAVINGS]
    world.things["savings"] = [into, statement.statement_id, entry_id]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the bank accounts, and those of the second one's statement."""
    line_id, statement_id, entry_id = world.things["savings"]
    here = f"/payments/bank/{SAVINGS}"
    return {
        "bank_accounts.overview": [Address(who, "/payments/bank") for who in ("treasurer", "board", "auditor")],
        "bank_accounts.account": [
            *(Address("treasurer", f"/payments/bank/accounts/{code}") for code in (chart.BANK, SAVINGS, TERM_DEPOSIT)),
            Address("treasurer", f"/payments/bank/accounts/{TILL}", 404),
        ],
        "bank_accounts.confirm_mark": [
            *(Address("treasurer", f"/payments/bank/accounts/{code}/mark") for code in (TILL, TERM_DEPOSIT)),
            Address("treasurer", f"/payments/bank/accounts/{SAVINGS}/mark", 409),
            Address("treasurer", f"/payments/bank/accounts/{chart.SUSPENSE}/mark", 422),
            Address("treasurer", "/payments/bank/accounts/9999/mark", 404),
        ],
        "bank.lines": [
            Address("treasurer", here),
            Address("auditor", f"/payments/bank/{TERM_DEPOSIT}"),
            Address("treasurer", f"/payments/bank/{TILL}", 404),
        ],
        "bank.line": [
            Address("treasurer", f"{here}/{line_id}"),
            Address("treasurer", f"/payments/bank/{chart.BANK}/{line_id}", 404),
        ],
        "bank.statement": [
            Address("treasurer", f"{here}/statements/{statement_id}"),
            Address("treasurer", f"/payments/bank/{chart.BANK}/statements/{statement_id}", 404),
        ],
        "bank.edit_rule": [Address("treasurer", f"{here}/rules/{world.things['rule_id'][0]}", 404)],
        "bank.entries": [Address("treasurer", f"{here}/entries")],
        "bank.sides": [Address("treasurer", f"{here}/sides")],
        "bank.suggested": [Address("treasurer", f"{here}/suggestions")],
        "books.entry": [Address("treasurer", f"/books/entries/{entry_id}")],
        "books.overview": [Address("treasurer", "/books")],
    }


def files(world: World) -> list[Address]:
    """Return the files to download: none of its own."""
    return []


NO_PAGES: set[str] = set()
