"""Papers in the store and in the database: kept once, never changed, erased where they must be, and compared by the checks."""

from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import cooperative, files, worker
from coop.attachments import checks, operations, queries
from coop.attachments.models import Attachment, AttachmentName
from coop.attachments.removal import is_kept
from coop.attachments.uploads import Received, receive
from coop.config import Config, configuration
from coop.database import db, write
from coop.permissions import NotFound
from coop.reports.models import ReportEdition
from tests import joining, papers
from tests.databases import TestDatabase


def received(app: Flask, content: bytes = papers.PDF, name: str = "receipt.pdf") -> Received:
    return receive(configuration(app), papers.upload(content, name))


def attach(app: Flask, content: bytes = papers.PDF) -> UUID:
    def work(session: Session) -> UUID:
        return operations.attach(session, joining.founder(session, "treasurer"), received(app, content))

    with app.app_context():
        return write(work)


def erase(app: Flask, attachment_id: UUID) -> None:
    with app.app_context():
        write(lambda session: operations.erase(session, joining.founder(session, "treasurer"), attachment_id))


def path(app: Flask, content: bytes = papers.PDF) -> bool:
    config: Config = configuration(app)
    return files.path_of(config, received(app, content).sha256).is_file()


def findings(app: Flask) -> list[str]:
    with app.app_context():
        return [str(finding.detail) for finding in checks.findings(db.session())]


def test_the_same_bytes_are_two_rows_and_one_file(app: Flask) -> None:
    first, second = attach(app), attach(app)
    with app.app_context():
        rows = queries.attachments(db.session(), [second, first, uuid4()])
        assert [(row.id, row.name, row.kind, row.adder) for row in rows] == [
            (first, "receipt.pdf", "PDF", "Hana Mōrepōrepo"),
            (second, "receipt.pdf", "PDF", "Hana Mōrepōrepo"),
        ]
    assert len([one for one in configuration(app).files_path.rglob("*") if one.is_file()]) == 1


def test_an_erased_paper_loses_name_and_file_and_keeps_its_hash(app: Flask) -> None:
    attachment_id = attach(app)
    erase(app, attachment_id)
    worker.run_once(app)
    assert not path(app)
    with app.app_context():
        found = queries.attachment(db.session(), attachment_id)
        assert found is not None
        assert (found.name, found.sha256) == (None, received(app).sha256)
        assert found.erased_at is not None
        assert db.session().scalar(select(func.count()).select_from(AttachmentName)) == 0
    assert findings(app) == []
    with pytest.raises(NotFound):
        erase(app, attachment_id)
    with pytest.raises(NotFound):
        erase(app, uuid4())


def test_the_file_stays_while_another_row_names_it(app: Flask) -> None:
    first, second = attach(app), attach(app)
    erase(app, first)
    worker.run_once(app)
    assert path(app)
    erase(app, second)
    worker.run_once(app)
    assert not path(app)


def test_a_published_report_of_the_same_bytes_keeps_the_file(session: Session) -> None:
    """Any row with this hash counts, so a room that keeps files need not be known to the one that erases."""
    sha256 = "ab" * 32
    assert not is_kept(session, sha256)
    columns = [column.name for column in ReportEdition.__table__.columns]
    assert "pdf_sha256" in columns
    joining.found(session)
    session.execute(
        text(
            "INSERT INTO book_import (id, sha256, layout, entry_count, known_count, imported_at)"
            " VALUES (:id, :sha256, 'journal', 1, 0, '2026-01-01 00:00:00+00')"
        ),
        {"id": uuid4().hex, "sha256": sha256},
    )
    assert is_kept(session, sha256)


def test_a_file_that_comes_again_before_the_worker_has_removed_it_stays(app: Flask) -> None:
    erase(app, attach(app))
    attach(app)
    worker.run_once(app)
    assert path(app)
    assert findings(app) == []


def test_an_operation_that_is_refused_keeps_nothing(app: Flask) -> None:
    def work(session: Session) -> None:
        operations.attach(session, joining.founder(session, "treasurer"), received(app))
        raise NotFound

    with app.app_context(), pytest.raises(NotFound):
        write(work)
    with app.app_context():
        assert db.session().scalar(select(func.count()).select_from(Attachment)) == 0


@pytest.mark.tampers
def test_the_checks_find_a_file_that_is_missing_or_damaged(app: Flask) -> None:
    attachment_id = attach(app)
    assert findings(app) == []
    place = files.path_of(configuration(app), received(app).sha256)
    place.write_bytes(papers.PDF + b"\n")
    assert findings(app) == [f"paper {attachment_id}: FileDamaged {received(app).sha256}"]
    place.unlink()
    assert findings(app) == [f"paper {attachment_id}: FileMissing {received(app).sha256}"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attachment SET media_type = 'text/html'",
        "DELETE FROM attachment",
        "UPDATE attachment_erasure SET erased_by = NULL",
        "DELETE FROM attachment_erasure",
    ],
)
def test_rows_about_papers_are_never_changed(app: Flask, founded: TestDatabase, statement: str) -> None:
    erase(app, attach(app))
    attach(app, papers.PNG)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        founded.engine.execution_options(coop_write=True).begin() as connection,
    ):
        connection.execute(text(statement))


def test_erasing_and_adding_hold_the_same_row(app: Flask, founded: TestDatabase) -> None:
    """Two erase one paper at once: one does, and the file goes once."""
    attachment_id = attach(app)

    def work(session: Session) -> str:
        return operations.erase(session, joining.founder(session, "treasurer"), attachment_id)

    count, refused = joining.outcomes(joining.at_once(founded.engine, work, work))
    assert (count, refused) == (1, {NotFound})
    with app.app_context():
        assert cooperative.find(db.session()) is not None
