"""The chart of accounts in the world of the tests: an account and a heading of the treasurer's own, one of them closed."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books.chart import operations as chart_operations
from coop.books.chart.operations import NewAccount
from coop.database import db, write
from coop.membership.models import MemberClass
from ledger.chart.changes import Particulars
from ledger.models import AccountKind
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Open a heading with an account under it, and one that is closed again."""
    write(_accounts)
    world.things["class_id"] = list(db.session().scalars(select(MemberClass.id)))


def _accounts(session: Session) -> None:
    treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
    plants, seeds = Particulars("Plants", "6"), Particulars("Seeds", "61", True, "running-costs", "7.1")
    for account in (
        NewAccount("61", AccountKind.EXPENSE, today, plants, is_heading=True),
        NewAccount("6150", AccountKind.EXPENSE, today, seeds),
        NewAccount("6160", AccountKind.EXPENSE, today, Particulars("Pots", "61")),
    ):
        chart_operations.open_account(session, treasurer, account)
    chart_operations.close_account(session, treasurer, code="6160", closed_on=today + timedelta(days=1))


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the chart."""
    return {
        "books.account": [
            *(Address("treasurer", f"/books/accounts/{code}") for code in ("1", "61", "6150", "6160")),
            Address("board", "/books/accounts/4"),
            Address("auditor", "/books/accounts/1590"),
        ],
        "books.edit_account": [Address("treasurer", f"/books/accounts/{code}/edit") for code in ("61", "6150", "1000")],
        "books.chart_upload": [Address("treasurer", "/books/accounts/file")],
        "shares.classes": [Address("treasurer", "/shares/classes"), Address("auditor", "/shares/classes")],
        "shares.class_account": [
            Address("treasurer", f"/shares/classes/{class_id}/account") for class_id in world.things["class_id"]
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    return [Address("auditor", "/books/accounts.csv")]


NO_PAGES = {"books.chart_csv"}
