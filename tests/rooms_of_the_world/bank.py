"""Files of the bank in the world of the tests: statements with and without a balance, a rule, suggestions, and both sides open."""

from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from coop.payments.bank.booking_rules import NewRule, add_rule
from coop.payments.bank.entering import enter_file
from coop.payments.bank.files.mapping import Columns
from coop.payments.bank.matching import match_together
from coop.payments.bank.queries import LineFilter, all_lines
from ledger import chart
from ledger.posting import Draft, Line, post
from tests import joining
from tests.world_contents import Address, World

_CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="NZD">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="NZD">988.25</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>
<Ntry><Amt Ccy="NZD">4.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>{day}</Dt></BookgDt><AddtlNtryInf>STATIONERY</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="NZD">7.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><BookgDt><Dt>{day}</Dt></BookgDt><AddtlNtryInf>RUIA KAWAKAWA, POSTAGE</AddtlNtryInf></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""
_CSV = "Date,Details,Amount\n{day},Interest,0.35\n{day},Sundry,0.65\n"


def build(app: Flask, world: World) -> None:
    """Enter two files, teach a rule, and match two lines with one entry."""
    write(lambda session: _enter(session, world))


def _enter(session: Session, world: World) -> None:
    treasurer, day = joining.founder(session, "treasurer"), cooperative.today(session)
    with_balance = enter_file(session, treasurer, camt_of(day))
    columns = Columns(",", 1, ("Date", "Details", "Amount"), 0, "%Y-%m-%d", (1,), amount=2)
    without = enter_file(session, treasurer, _CSV.format(day=day).encode(), columns=columns)
    account = chart.OTHER_COSTS
    world.things["rule_id"] = [add_rule(session, treasurer, NewRule("stationery", False, account, "Stationery"))]
    world.things["statement_id"] = [with_balance.statement_id, without.statement_id]
    draft = Draft(
        *(day, "Interest and sundry", "manual", "NZD"),
        [Line(chart.BANK, 100), Line(chart.OTHER_INCOME, -100)],
        "bank-together",
    )
    entry_id = post(session, draft, now=clock.now())
    together = [line.id for line in all_lines(session, LineFilter(chart.BANK)) if line.amount_minor in {35, 65}]
    match_together(session, treasurer, line_ids=together, entry_ids=[entry_id])
    world.things["together"] = together[:1]


def camt_of(day: date) -> bytes:
    """Return a statement of two lines and balances on a day."""
    return _CAMT.format(day=day).encode()


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of files, statements, rules, suggestions and the two sides."""
    with_balance, without = (f"/payments/bank/1000/statements/{id_}" for id_ in world.things["statement_id"])
    return {
        "bank.choose_file": [Address("treasurer", "/payments/bank/1000/file")],
        "bank.line": [Address("treasurer", f"/payments/bank/1000/{world.things['together'][0]}")],
        "bank.statements": [
            Address("treasurer", "/payments/bank/1000/statements"),
            Address("board", "/payments/bank/1000/statements"),
        ],
        "bank.statement": [
            *(Address("treasurer", path) for path in (with_balance, without)),
            Address("auditor", with_balance),
        ],
        "bank.rules": [
            Address("treasurer", "/payments/bank/1000/rules"),
            Address("auditor", "/payments/bank/1000/rules"),
        ],
        "bank.new_rule": [Address("treasurer", "/payments/bank/1000/rules/new")],
        "bank.edit_rule": [Address("treasurer", f"/payments/bank/1000/rules/{world.things['rule_id'][0]}")],
        "bank.suggested": [
            Address("treasurer", "/payments/bank/1000/suggestions"),
            Address("auditor", "/payments/bank/1000/suggestions"),
        ],
        "bank.sides": [
            Address("treasurer", "/payments/bank/1000/sides"),
            Address("auditor", "/payments/bank/1000/sides"),
            Address("treasurer", "/payments/bank/1000/sides?to=2001-01-01"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download: none of its own."""
    return []


NO_PAGES: set[str] = set()
