"""Papers of entries in the world of the tests: a receipt, a picture of it, and one that was erased."""

from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.attachments.uploads import receive
from coop.books import operations as books
from coop.books.operations import NewEntry
from coop.books.papers import operations
from coop.config import configuration
from coop.database import write
from ledger.chart import BANK, VENUE_AND_TRAVEL
from ledger.posting import Line
from tests import joining, papers
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Keep three papers with an entry, and erase the last."""
    config = configuration(app)
    contents = {"Hall of Ōtaki.pdf": papers.PDF, "hall.png": papers.PNG, "mistake.jpg": papers.JPEG}
    received = [receive(config, papers.upload(content, name)) for name, content in contents.items()]

    def work(session: Session) -> tuple[UUID, list[UUID]]:
        treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
        lines = [Line(VENUE_AND_TRAVEL, 4_500), Line(BANK, -4_500)]
        entry_id = books.record_entry(session, treasurer, NewEntry(today, "Hall for the hui", lines, uuid4()))
        added = [operations.add(session, treasurer, entry_id=entry_id, received=one) for one in received]
        operations.erase(session, treasurer, entry_id=entry_id, attachment_id=added[-1])
        return entry_id, added[:-1]

    entry_id, attachments = write(work)
    world.things["entry_with_papers"] = [entry_id]
    world.things.setdefault("entry_id", []).append(entry_id)
    world.things["attachment_id"] = list(attachments)


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of papers."""
    entry = f"/books/entries/{world.things['entry_with_papers'][0]}"
    first = world.things["attachment_id"][0]
    return {
        "books.entry": [Address("treasurer", entry), Address("auditor", entry)],
        "books.confirm_erasure": [Address("treasurer", f"{entry}/papers/{first}/erase")],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    entry = world.things["entry_with_papers"][0]
    return [Address("auditor", f"/books/entries/{entry}/papers/{one}") for one in world.things["attachment_id"]]


NO_PAGES = {"books.paper"}
