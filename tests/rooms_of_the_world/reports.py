"""Accounts and reports in the world of the tests: the year of long ago is approved, signed, reviewed and published; a second edition waits."""

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.books.exports import operations as export_operations
from coop.database import write
from coop.permissions import WORKER
from coop.reports import accounts, editions, reviews, words
from coop.reports.models import Conclusion
from coop.reports.reviews import NewReview
from coop.reports.statements import accounts_of
from coop.reports.words import Words
from ledger.models import FiscalYear
from ledger.years.closed_years import year_named
from tests import joining
from tests.world_contents import Address, World

LETTER = "Tēnā koutou.\n\n- **one**\n- two\n\n> three"


def build(app: Flask, world: World) -> None:
    """Bring the closed year to its first edition and half-way to the second."""
    export_operations.keep(WORKER, world.things["year_id"][-1], "csv")
    write(lambda session: _approve(session, world))
    write(lambda session: _publish(session, world))
    write(lambda session: _prepare_another(session, world))


def _approve(session: Session, world: World) -> None:
    year_id = world.things["year_id"][-1]
    seen = accounts_of(session, year_id).digest
    accounts.approve_accounts(
        session,
        joining.founder(session, "board"),
        year_id=year_id,
        decided_on=cooperative.today(session),
        minute="The accounts were read and approved.",
        seen=seen,
    )
    for name in ("board", "board2"):
        accounts.sign_accounts(session, joining.founder(session, name), year_id=year_id, seen=seen)


def _publish(session: Session, world: World) -> None:
    year_id = world.things["year_id"][-1]
    secretary, board = joining.founder(session, "secretary"), joining.founder(session, "board")
    words.edit_words(session, secretary, year_id=year_id, words=Words("Ana Tūī", LETTER, "It went well."))
    made = editions.draft(session, year_id)
    editions.keep(session, secretary, made)
    approvals.both(session, secretary, board, kind=editions.KIND, arguments=made.arguments)
    year = session.get_one(FiscalYear, year_id).ends_on.year
    assert year_named(session, str(year)).id == year_id
    world.things |= {"year": [year, 10**18], "digest": [made.content.digest, "nonsense"]}
    world.things["name"] = [*world.things.get("name", []), "income-statement", "nonsense"]


def _prepare_another(session: Session, world: World) -> None:
    year_id = world.things["year_id"][-1]
    seen = accounts_of(session, year_id).digest
    review = NewReview(Conclusion.QUALIFIED, "Tāne Kākā", "The receipts of March were not there.")
    reviews.write_review(session, joining.founder(session, "auditor"), year_id=year_id, review=review, seen=seen)
    said = Words(
        "Ana Tūī", LETTER, "It went well.", "A reviewer has reported.", words.words_of(session, year_id).revision
    )
    words.edit_words(session, joining.founder(session, "board"), year_id=year_id, words=said)
    made = editions.draft(session, year_id)
    editions.prepare_edition(session, joining.founder(session, "board2"), made)


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of accounts and reports."""
    year_ids, year, digest = world.things["year_id"], world.things["year"][0], world.things["digest"][0]
    closed, running = f"/reports/years/{year_ids[-1]}", f"/reports/years/{year_ids[0]}"
    return {
        "reports.reports": [Address(None, "/reports"), Address("board", "/reports")],
        "reports.edition": [Address(None, f"/reports/{year}/1"), Address(None, f"/reports/{year}/9", 404)],
        "reports.year_page": [Address(who, closed) for who in ("board", "secretary", "treasurer", "auditor")]
        + [Address("secretary", running), Address("board", running)],
        "reports.year_accounts": [
            Address("board", f"{closed}/accounts"),
            Address("newcomer", f"{closed}/accounts"),
            Address("treasurer", f"{running}/accounts", 422),
        ],
        "reports.review": [Address("auditor", f"{closed}/review"), Address("board", f"{closed}/review")],
        "reports.edit_words": [Address("secretary", f"{closed}/words"), Address("board", f"{running}/words")],
        "reports.draft": [Address("board", f"{closed}/draft")],
        "reports.prepared": [Address("board", f"{closed}/prepared/{digest}")],
    }


def files(world: World) -> list[Address]:
    """Return the PDFs and tables."""
    year, digest, closed = world.things["year"][0], world.things["digest"][0], world.things["year_id"][-1]
    return [
        Address(None, f"/reports/{year}/1.pdf"),
        Address(None, f"/reports/{year}/1/income-statement.csv"),
        Address("auditor", f"/reports/years/{closed}/draft.pdf"),
        Address("board", f"/reports/years/{closed}/prepared/{digest}.pdf"),
        Address("auditor", f"/books/years/{closed}/closings/1/export.csv"),
    ]


NO_PAGES = {
    *("reports.edition_pdf", "reports.edition_table", "reports.draft_pdf", "reports.prepared_pdf"),
    "books.export_of_closing",
}
