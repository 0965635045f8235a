"""Funds held for a purpose: one that is half spent, one with nothing in it, one that is closed."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books import operations as books
from coop.books.funds import operations
from coop.books.funds.operations import FundText, NewFund
from coop.books.operations import NewEntry
from coop.database import write
from ledger.chart import BANK, GRANTS_UNSPENT, WAGES
from ledger.posting import Line
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Receive a grant and spend more than half of it; add two more funds and close one."""
    spent, empty, closed = (write(partial(_add, code=code)) for code in ("awa", "ngahere", "old"))
    write(lambda session: _spend(session, spent))
    write(lambda session: _close(session, closed))
    world.things["fund_id"] = [spent, empty, closed]


def _add(session: Session, *, code: str) -> UUID:
    words = FundText(
        f"Fund {code}", "Te Pūtea Whakahaumanu", "Planting along the river", "Report by June; what is left goes back."
    )
    new = NewFund(code, words, GRANTS_UNSPENT, cooperative.today(session))
    return operations.add(session, joining.founder(session, "treasurer"), new)


def _spend(session: Session, fund_id: UUID) -> None:
    treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
    operations.receive(
        session,
        treasurer,
        fund_id=fund_id,
        amount_minor=500_000,
        booked_on=today,
        text="First part",
        form_token=uuid4(),
    )
    for amount_minor in (120_000, 80_000):
        lines = [Line(WAGES, amount_minor, fund="awa"), Line(BANK, -amount_minor)]
        books.record_entry(session, treasurer, NewEntry(today, "Wages for planting", lines, uuid4()))
        if amount_minor == 120_000:
            operations.release(session, treasurer, fund_id=fund_id, booked_on=today, form_token=uuid4())


def _close(session: Session, fund_id: UUID) -> None:
    later = cooperative.today(session) + timedelta(days=1)
    operations.close(session, joining.founder(session, "treasurer"), fund_id=fund_id, closed_on=later)


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the funds."""
    spent, empty, closed = (f"/books/funds/{fund_id}" for fund_id in world.things["fund_id"])
    return {
        "books.fund_list": [
            Address("treasurer", "/books/funds"),
            Address("auditor", "/books/funds?from=2020-01-01&to=2020-12-31"),
        ],
        "books.new_fund": [Address("treasurer", "/books/funds/new")],
        "books.fund": [Address("treasurer", spent), Address("board", empty), Address("treasurer", closed)],
        "books.edit_fund": [Address("treasurer", f"{spent}/edit")],
        "books.receive_for_fund": [Address("treasurer", f"{empty}/receive")],
        "books.release_fund": [Address("treasurer", f"{spent}/release")],
        "books.close_fund": [Address("treasurer", f"{empty}/close")],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    return [Address("auditor", f"/books/funds/{world.things['fund_id'][0]}/report.csv")]


NO_PAGES = {"books.fund_csv"}
