"""`coop report publish`: two people at one command line, and the published PDF as a file."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from coop.commands.report import report
from coop.database import db
from coop.reports import queries
from tests.coop.reports.year import Office, act, office_of
from tests.databases import TestDatabase

TWO = ("--prepared-by", "secretary@kanopi.example", "--approved-by", "board@kanopi.example")


@pytest.fixture
def desk(app: Flask, founded: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Office]:
    """A year that is ready for its report, and the environment that leads to it."""
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    with office_of(app) as made:
        act(app, made.make_ready)
        yield made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(report, ["publish", *map(str, arguments)])


def editions(app: Flask, desk: Office) -> list[str]:
    with app.app_context():
        found = [one.pdf_sha256 for one in queries.editions(db.session(), desk.year_id)]
        db.session.remove()
    return found


def test_two_people_publish_and_the_file_is_the_one_that_was_published(
    app: Flask, desk: Office, tmp_path: Path
) -> None:
    done = run(desk.year, *TWO, "-o", tmp_path / "report.pdf")
    assert done.exit_code == 0, done.output
    assert f"Edition 1 of {desk.year} is published." in done.output
    (sha256,) = editions(app, desk)
    assert hashlib.sha256((tmp_path / "report.pdf").read_bytes()).hexdigest() == sha256
    assert run(desk.year, "-o", tmp_path / "again.pdf").exit_code == 0
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "report.pdf").read_bytes()
    assert len(editions(app, desk)) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "it needs two people"),
        (TWO[:2], "it needs two people"),
        ((*TWO[:2], "--approved-by", "secretary@kanopi.example"), "it takes two"),
        ((*TWO[:2], "--approved-by", "treasurer@kanopi.example"), "does not hold the power of board"),
        ((*TWO[:2], "--approved-by", "nobody@kanopi.example"), "nobody has an account"),
    ],
)
def test_without_two_people_nothing_is_published(
    app: Flask, desk: Office, arguments: tuple[str, ...], words: str
) -> None:
    done = run(desk.year, *arguments)
    assert done.exit_code != 0
    assert words in " ".join(done.output.replace("│", " ").split())
    assert editions(app, desk) == []


def test_a_dry_run_makes_the_file_and_publishes_nothing(app: Flask, desk: Office, tmp_path: Path) -> None:
    done = run(desk.year, "--dry-run", "-o", tmp_path / "draft.pdf")
    assert (done.exit_code, f"Edition 1 of {desk.year} can be published." in done.output) == (0, True)
    assert (tmp_path / "draft.pdf").read_bytes().startswith(b"%PDF")
    assert editions(app, desk) == []


def test_publishing_twice_and_writing_what_is_not_there_are_refused(app: Flask, desk: Office, tmp_path: Path) -> None:
    missing = run(desk.year, "-o", tmp_path / "none.pdf")
    assert (missing.exit_code, "is published yet" in missing.output) == (1, True)
    assert run(1999, *TWO).exit_code == 1
    assert run(desk.year, *TWO).exit_code == 0
    again = run(desk.year, *TWO)
    assert (again.exit_code, "Nothing differs from edition 1" in again.output) == (1, True)
    unwritable = run(desk.year, "-o", tmp_path / "no" / "such" / "folder.pdf")
    assert (unwritable.exit_code, "cannot be written" in unwritable.output) == (1, True)
    assert len(editions(app, desk)) == 1
