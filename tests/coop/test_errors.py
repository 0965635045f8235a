"""From a refusal to words and a status: pages for people, problem documents for programs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from coop import logs
from coop.database import db, make_engine
from coop.errors import message_of, status_of
from coop.permissions import NotFound, PowerMissing, SignInNeeded
from evidence.messages import Refusal
from ledger.errors import AccountNotOpen, Unbalanced
from tests.databases import TestDatabase
from tests.founded import make_test_app
from tests.html_client import Browser


@dataclass(eq=False)
class Nested(Refusal):
    """A refusal that names its cause."""

    cause: Refusal
    message = "Not taken: %(cause)s"


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (
            Unbalanced(1_234_50, "NZD"),
            "The entry does not balance: debits and credits differ by NZD\N{NO-BREAK SPACE}1,234.50.",
        ),
        (Unbalanced(5, "JPY"), "The entry does not balance: debits and credits differ by JPY\N{NO-BREAK SPACE}5."),
        (AccountNotOpen("1000", date(2026, 3, 31)), "Account 1000 is not open on 31 March 2026."),
        (
            Nested(Unbalanced(1, "KWD")),
            "Not taken: The entry does not balance: debits and credits differ by KWD\N{NO-BREAK SPACE}0.001.",
        ),
    ],
)
def test_fields_are_written_by_their_type_and_unit(app: Flask, refusal: Refusal, words: str) -> None:
    with app.test_request_context():
        assert message_of(refusal) == words


def test_statuses_come_from_one_table() -> None:
    assert status_of(NotFound()) == 404
    assert status_of(PowerMissing("board")) == 403
    assert status_of(SignInNeeded()) == 401
    assert status_of(Unbalanced(1, "NZD")) == 422


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing", 404), ("/directory/00000000-0000-4000-8000-000000000000", 401), ("/books", 401)]
)
def test_programs_get_a_problem_document(client: Browser, path: str, status: int) -> None:
    answer = client.client.get(path, headers={"Accept": "application/problem+json"})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]


def test_people_get_a_page_that_says_what_to_do(client: Browser) -> None:
    page = client.get("/nothing")
    assert page.status == 404
    assert page.title == "There is no such page"
    assert "Go to the start page" in page.links


@pytest.mark.parametrize("path", ["/?x=%00", "/directory?q=%00", "/%00"])
def test_a_nul_in_an_address_is_refused(client: Browser, path: str) -> None:
    assert client.client.get(path).status_code in {400, 404}


def test_a_host_that_is_not_ours_is_refused_without_a_page(client: Browser) -> None:
    answer = client.client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


def test_every_answer_carries_the_strict_policy(client: Browser) -> None:
    for path in ("/", "/nothing", "/login"):
        headers = client.client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@contextmanager
def logging_here() -> Iterator[None]:
    """Write the log to the standard error of this moment; that of a test is another than that of its fixtures."""
    before = structlog.get_config()
    logs.configure()
    try:
        yield
    finally:
        structlog.configure(**before)


def test_a_failure_shows_nothing_of_itself(app: Flask, client: Browser, capsys: pytest.CaptureFixture[str]) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False

    def broken() -> str:
        try:
            db.session.execute(text("SELECT :word FROM nowhere"), {"word": "secret inside"})
        except DBAPIError as error:
            raise RuntimeError("secret inside") from error
        return ""

    app.view_functions["start"] = broken
    with logging_here():
        page = client.get("/")
    assert page.status == 500
    assert "secret inside" not in page.html
    assert "Nothing was changed" in page.text
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "request.failed" in line]
    assert "secret inside" not in line
    trace = json.loads(line)["exception"]
    assert "RuntimeError" in trace
    assert "test_errors.py" in trace, "it says where"
    assert "OperationalError" in trace or "ProgrammingError" in trace, "and where that came from"


def test_a_database_that_is_away_is_answered_in_plain_words(tmp_path: Path) -> None:
    """The file is no database: every query fails, those of the page's frame included."""
    path = tmp_path / "gone.sqlite3"
    app = make_test_app(TestDatabase("sqlite", f"sqlite:///{path}", make_engine(f"sqlite:///{path}")), tmp_path)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.testing = False
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    assert "Please try again" in answer.get_data(as_text=True)
    with app.app_context():
        db.engine.dispose()
