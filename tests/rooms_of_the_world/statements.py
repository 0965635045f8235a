"""The statements in the world of the tests: somebody owes the co-op, and the co-op owes somebody, since before today."""

from uuid import uuid4

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from ledger import chart
from ledger.posting import Draft, Line, post
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Owe and be owed."""
    write(_owe)


def _owe(session: Session) -> None:
    lines = [Line(chart.RECEIVABLE, 7_700, uuid4()), Line(chart.OTHER_INCOME, -7_700)]
    draft = Draft(cooperative.today(session), "Lent the traps", "manual", "NZD", lines, "statements-world")
    post(session, draft, now=clock.now())


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the statements."""
    days = "from=2026-04-01&to=2026-12-31"
    return {
        "books.all_statements": [Address("auditor", "/books/statements")],
        "books.cash_flows": [Address("auditor", "/books/cash-flows"), Address("board", f"/books/cash-flows?{days}")],
        "books.changes_in_equity": [Address("auditor", "/books/changes-in-equity")],
        "books.general_ledger_page": [
            Address("auditor", "/books/general-ledger"),
            Address("board", "/books/general-ledger?from=2001-01-01&to=2001-01-31"),
        ],
        "books.statutory_tags": [
            Address("auditor", "/books/statutory-tags"),
            Address("board", "/books/statutory-tags?from=2001-01-01&to=2001-01-31"),
        ],
        "books.receivables": [Address("treasurer", "/books/receivables?days=14")],
        "books.payables": [
            Address("treasurer", "/books/payables"),
            Address("auditor", "/books/payables?at=2001-01-01"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    names = ("trial-balance", "balance-sheet", "income-statement", "cash-flows", "changes-in-equity", "statutory-tags")
    return [
        *(Address("auditor", f"/books/{name}.{form}?against=period") for name in names for form in ("csv", "json")),
        *(
            Address("auditor", f"/books/{name}.{form}")
            for name in ("receivables", "payables")
            for form in ("csv", "json")
        ),
        Address("auditor", "/books/general-ledger.csv"),
    ]


NO_PAGES = {"books.statement_file", "books.general_ledger_csv"}
