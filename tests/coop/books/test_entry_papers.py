"""Papers of entries through the pages: who adds, reads and erases them, what is refused, and how they are handed out."""

from collections.abc import Callable
from datetime import date
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import clock, cooperative, worker
from coop.attachments.models import Attachment
from coop.attachments.uploads import LARGEST_FILE, receive
from coop.audit import AuditEvent
from coop.books import operations as books
from coop.books.operations import NewEntry
from coop.books.papers import operations
from coop.books.papers.errors import PaperThere
from coop.books.papers.models import EntryAttachment
from coop.config import configuration
from coop.database import db, write
from coop.permissions import PowerMissing
from ledger import journal
from ledger.chart import BANK, VENUE_AND_TRAVEL
from ledger.posting import Line
from ledger.years import periods
from tests import joining, papers
from tests.databases import TestDatabase
from tests.html_client import Browser, Page
from tests.papers import sent, upload

SignIn = Callable[[str], Browser]


def record(app: Flask, words: str = "Hall for the hui") -> UUID:
    def work(session: Session) -> UUID:
        lines = [Line(VENUE_AND_TRAVEL, 4_500), Line(BANK, -4_500)]
        entry = NewEntry(cooperative.today(session), words, lines, uuid4())
        return books.record_entry(session, joining.founder(session, "treasurer"), entry)

    with app.app_context():
        return write(work)


@pytest.fixture
def entry_id(app: Flask) -> UUID:
    return record(app)


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


def add(browser: Browser, entry_id: UUID, content: bytes = papers.PDF, name: str = "Rēhita.pdf", **more: str) -> Page:
    return sent(browser, f"/books/entries/{entry_id}/papers", content, name, **more)


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(mapped)) or 0


def test_the_treasurer_adds_a_paper_and_others_read_it(
    app: Flask, treasurer: Browser, sign_in: SignIn, entry_id: UUID
) -> None:
    page = treasurer.get(f"/books/entries/{entry_id}")
    assert "No papers yet" in page.text
    assert "with papers" not in treasurer.get("/books/journal").text
    page = add(treasurer, entry_id)
    assert "The file is kept with the entry." in page.text
    assert "Hana Mōrepōrepo" in page.text
    assert "with papers" in treasurer.get("/books/journal").text
    for name in ("treasurer", "board", "auditor"):
        reader = sign_in(name)
        page = reader.get(f"/books/entries/{entry_id}")
        assert reader.get(page.links["Rēhita.pdf"]).response.data == papers.PDF
        assert ("Erase Rēhita.pdf" in page.links) is (name == "treasurer")
        assert any(form.action.endswith("/papers") for form in page.forms) is (name == "treasurer")


def test_others_neither_add_nor_read(app: Flask, treasurer: Browser, sign_in: SignIn, entry_id: UUID) -> None:
    place = add(treasurer, entry_id).links["Rēhita.pdf"]
    for name in ("founder", "secretary"):
        assert sign_in(name).get(place).status == 403
    for name in ("board", "auditor", "founder"):
        assert add(sign_in(name), entry_id, papers.PNG).status == 403
        assert sign_in(name).get(f"{place}/erase").status == 403
        assert sign_in(name).post(f"{place}/erase").status == 403
    assert "/login" in Browser(app).get(place).path
    assert count(app, Attachment) == 1


def test_the_paper_of_one_entry_is_not_that_of_another(app: Flask, treasurer: Browser, entry_id: UUID) -> None:
    place = add(treasurer, entry_id).links["Rēhita.pdf"]
    other = place.replace(str(entry_id), str(record(app, "Another")))
    unknown = place.replace(place.rpartition("/")[2], str(uuid4()))
    for path in (other, unknown, f"{other}/erase", f"{unknown}/erase"):
        assert treasurer.get(path).status == 404
    assert treasurer.post(f"{other}/erase").status == 404
    assert add(treasurer, uuid4()).status == 404
    assert count(app, Attachment) == 1


def test_a_paper_is_handed_out_to_be_kept_and_never_shown(treasurer: Browser, entry_id: UUID) -> None:
    page = add(treasurer, entry_id, papers.PDF, "../<i>Ōtaki\u202e.pdf", declared="text/html")
    place = next(href for href in page.links.values() if "/papers/" in href and not href.endswith("/erase"))
    headers = treasurer.get(place).response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment; filename=\"i Otaki.pdf\"; filename*=UTF-8''i%20%C5%8Ctaki.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert int(headers["Content-Length"]) == len(papers.PDF)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!doctype html><script>alert(1)</script>", "Choose a PDF, or a picture as PNG, JPEG or WebP."),
        (papers.HEIC, "Save it as JPEG"),
        (b"", "This file is empty."),
        (papers.PDF + b"\x00" * LARGEST_FILE, "This file is too large: at most 5 MB."),
    ],
)
def test_what_is_refused_stands_beside_the_field_and_nothing_is_kept(
    app: Flask, treasurer: Browser, entry_id: UUID, content: bytes, words: str
) -> None:
    page = add(treasurer, entry_id, content)
    assert page.status == 422
    assert words in page.text
    assert page.title == "Hall for the hui"
    assert (count(app, Attachment), configuration(app).files_path.exists()) == (0, False)


def test_a_form_without_a_file_asks_for_one(treasurer: Browser, entry_id: UUID) -> None:
    path = f"/books/entries/{entry_id}/papers"
    for values in ({}, {"file": "no file"}):
        page = treasurer.post(path, values)
        assert (page.status, "Choose a file." in page.text) == (422, True)


def test_a_request_that_is_far_too_large_is_told_how_large_it_may_be(treasurer: Browser, entry_id: UUID) -> None:
    page = add(treasurer, entry_id, papers.PDF + b"\x00" * 7_000_000)
    assert page.status == 413
    assert "at most 6 MB" in page.text


def test_the_same_file_is_one_row_of_an_entry(app: Flask, treasurer: Browser, entry_id: UUID) -> None:
    add(treasurer, entry_id)
    page = add(treasurer, entry_id, name="again.pdf")
    assert page.status == 409
    assert "among the papers of this entry already" in page.text
    assert (count(app, Attachment), count(app, EntryAttachment)) == (1, 1)
    assert add(treasurer, record(app, "Another")).status == 200


def test_of_two_who_add_the_same_file_at_once_one_does(app: Flask, founded: TestDatabase, entry_id: UUID) -> None:
    with app.app_context():
        received = receive(configuration(app), upload(papers.PDF))

    def work(session: Session) -> UUID:
        return operations.add(session, joining.founder(session, "treasurer"), entry_id=entry_id, received=received)

    done, refused = joining.outcomes(joining.at_once(founded.engine, work, work))
    assert (done, refused) == (1, {PaperThere})
    assert count(app, EntryAttachment) == 1


def test_a_paper_comes_to_a_locked_month_and_changes_nothing_of_the_entry(app: Flask, treasurer: Browser) -> None:
    entry_id = record(app)
    with app.app_context():
        before = journal.posted_entry(db.session(), entry_id)
        write(partial(_lock, until=before.booked_on))
        assert journal.posted_entry(db.session(), entry_id).booked_on <= (periods.locked_to(db.session()) or date.min)
    assert "The file is kept with the entry." in add(treasurer, entry_id).text
    with app.app_context():
        assert journal.posted_entry(db.session(), entry_id) == before


def _lock(session: Session, until: date) -> None:
    """Lock every month up to that of a day."""
    while (period := periods.next_to_lock(session)) is not None and period.starts_on <= until:
        periods.lock_period(session, period.ends_on, now=clock.now())


def test_the_treasurer_erases_what_must_not_be_kept(
    app: Flask, treasurer: Browser, sign_in: SignIn, entry_id: UUID
) -> None:
    page = add(treasurer, entry_id)
    place = page.links["Rēhita.pdf"]
    asked = treasurer.get(page.links["Erase Rēhita.pdf"])
    assert asked.title == "Erase this file?"
    assert count(app, Attachment) == 1
    page = treasurer.send(asked, asked.form(button="Erase the file"))
    assert "The file is erased. That it was there stays on the list." in page.text
    assert "by Hana Mōrepōrepo" in page.text
    assert "Rēhita.pdf" not in page.text
    worker.run_once(app)
    for path in (place, f"{place}/erase"):
        assert treasurer.get(path).status == 404
    assert treasurer.post(f"{place}/erase").status == 404
    assert "erased on" in sign_in("auditor").get(f"/books/entries/{entry_id}").text
    assert "with papers" not in treasurer.get("/books/journal").text
    assert [path for path in configuration(app).files_path.rglob("*") if path.is_file()] == []
    assert "The file is kept with the entry." in add(treasurer, entry_id).text


def test_each_act_leaves_a_row_in_the_trail_without_a_name(app: Flask, treasurer: Browser, entry_id: UUID) -> None:
    place = add(treasurer, entry_id).links["Rēhita.pdf"]
    treasurer.post(f"{place}/erase")
    with app.app_context():
        events = list(
            db.session.scalars(
                select(AuditEvent).where(AuditEvent.action.like("entry_paper.%")).order_by(AuditEvent.id)
            )
        )
        assert [(event.action, event.subject_id, sorted(event.facts)) for event in events] == [
            ("entry_paper.added", entry_id, ["attachment", "sha256"]),
            ("entry_paper.erased", entry_id, ["attachment", "sha256"]),
        ]


def test_the_operations_check_the_power_themselves(app: Flask, entry_id: UUID) -> None:
    def added(session: Session, who: str) -> UUID:
        received = receive(configuration(app), upload(papers.PDF))
        return operations.add(session, joining.founder(session, who), entry_id=entry_id, received=received)

    def erased(session: Session, who: str, attachment_id: UUID) -> None:
        operations.erase(session, joining.founder(session, who), entry_id=entry_id, attachment_id=attachment_id)

    with app.app_context():
        attachment_id = write(partial(added, who="treasurer"))
        for who in ("board", "auditor", "founder"):
            with pytest.raises(PowerMissing):
                write(partial(added, who=who))
            with pytest.raises(PowerMissing):
                write(partial(erased, who=who, attachment_id=attachment_id))


@pytest.mark.parametrize(
    "statement", ["UPDATE entry_attachment SET entry_id = entry_id", "DELETE FROM entry_attachment"]
)
def test_a_paper_is_never_taken_off_its_entry(
    app: Flask, founded: TestDatabase, treasurer: Browser, entry_id: UUID, statement: str
) -> None:
    add(treasurer, entry_id)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        founded.engine.execution_options(coop_write=True).begin() as connection,
    ):
        connection.execute(text(statement))
