"""The files of closed years: made once, kept under their hash, the same bytes for ever; and the key to the references in them."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from coop import clock, cooperative, files, worker
from coop.audit import AuditEvent
from coop.books import operations
from coop.books.checks import findings
from coop.books.exports import operations as export_operations
from coop.books.exports.models import KeptExport
from coop.books.operations import NewEntry
from coop.commands.ledger import ledger
from coop.config import configuration
from coop.database import db, write
from coop.membership.models import Participant
from ledger import export
from ledger.chart import BANK, OTHER_INCOME, OWED_TO_COACHES
from ledger.models import Account, FiscalYear
from ledger.posting import Line
from ledger.years import closing, periods
from tests import joining
from tests.databases import TestDatabase
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def party(app: Flask, participants: dict[str, UUID]) -> UUID:
    with app.app_context():
        return db.session().get_one(Participant, participants["founder"]).party_ref


@pytest.fixture
def year(app: Flask, party: UUID) -> Iterator[FiscalYear]:
    """A closed year with an entry about somebody; the clock stands after it."""

    def work(session: Session) -> FiscalYear:
        treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
        lines = (Line(BANK, 10_000), Line(OTHER_INCOME, -9_000), Line(OWED_TO_COACHES, -1_000, party))
        operations.record_entry(session, treasurer, NewEntry(today, "Ngā mihi", lines, uuid4()))
        operations.open_year(session, treasurer)
        return periods.fiscal_years(session)[0 if len(periods.fiscal_years(session)) == 1 else 1]

    def close(session: Session) -> None:
        year_id = made.id
        closing.close_year(session, year_id=year_id, today=cooperative.today(session), now=clock.now())
        export_operations.keep_soon(session, year_id)

    with app.app_context():
        made = write(work)
        days = (made.ends_on - cooperative.today(db.session())).days
        db.session.remove()
        with clock.at(clock.now() + timedelta(days=days + 2)):
            write(close)
            db.session.remove()
    with clock.at(clock.now() + timedelta(days=days + 2)):
        yield made


def _address(year: FiscalYear, form: str) -> str:
    return f"/books/export.{form}?from={year.starts_on}&to={year.ends_on}"


@pytest.mark.parametrize("form", export.FORMATS)
def test_the_file_of_a_closed_year_stays_the_same_whatever_is_renamed(
    app: Flask, sign_in: SignIn, year: FiscalYear, form: str
) -> None:
    auditor = sign_in("auditor")
    first = auditor.get(_address(year, form)).response.get_data()

    def rename(session: Session) -> None:
        session.execute(update(Account).where(Account.code == BANK).values(name="Another bank"))
        session.execute(text("DELETE FROM ledger_entry_text"))

    with app.app_context():
        write(rename)
    again = auditor.get(_address(year, form)).response
    assert again.get_data() == first
    sha256 = hashlib.sha256(first).hexdigest()
    assert again.headers["ETag"] == f'"{sha256}"'
    assert sha256 in auditor.get("/books/exports").text
    with app.app_context():
        assert db.session.scalars(select(KeptExport.sha256)).all() == [sha256]
        assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.action == "kept_export.made")).all()) == 1


def test_the_worker_makes_them_after_the_closing(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    assert "made when it is first downloaded" in sign_in("board").get("/books/exports").text
    worker.run_once(app)
    with app.app_context():
        rows = db.session.scalars(select(KeptExport)).all()
        assert {row.format for row in rows} == set(export.FORMATS)
        assert {row.number for row in rows} == {1}
        for row in rows:
            assert len(files.read(configuration(app), row.sha256)) == row.size_bytes
    assert "made when it is first downloaded" not in sign_in("board").get("/books/exports").text


def test_a_file_names_nobody_and_the_key_does(app: Flask, sign_in: SignIn, year: FiscalYear, party: UUID) -> None:
    content = sign_in("auditor").get(_address(year, "csv")).html
    assert str(party) in content
    assert "Aroha" not in content
    days = f"from={year.starts_on}&to={year.ends_on}"
    key = sign_in("treasurer").get(f"/books/export-key.csv?{days}")
    rows = list(csv.DictReader(io.StringIO(key.html)))
    assert [(row["party"], row["name"]) for row in rows] == [(str(party), "Aroha Hihi")]
    assert key.response.headers["Cache-Control"] == "no-store"
    for name in ("auditor", "board", "founder"):
        assert sign_in(name).get(f"/books/export-key.csv?{days}").status == 403


def test_other_days_are_read_anew(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    answer = sign_in("auditor").get(f"/books/export.json?from={year.starts_on}").response
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    with app.app_context():
        assert db.session.scalars(select(KeptExport)).all() == []


@pytest.mark.tampers
def test_a_file_that_was_changed_on_the_disk_is_not_handed_out(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    auditor = sign_in("auditor")
    auditor.get(_address(year, "csv"))
    with app.app_context():
        sha256 = db.session.scalars(select(KeptExport.sha256)).one()
        files.path_of(configuration(app), sha256).write_bytes(b"other figures")
        assert [found.check for found in findings(db.session())] == ["kept-export-file"]
    assert auditor.get(_address(year, "csv")).status == 500


def test_the_command_writes_the_same_bytes(
    app: Flask,
    sign_in: SignIn,
    year: FiscalYear,
    founded: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(configuration(app).instance_path)),
    ):
        monkeypatch.setenv(name, value)
    file = tmp_path / "books.xlsx"
    days = ["--from", str(year.starts_on), "--to", str(year.ends_on)]
    done = CliRunner().invoke(ledger, ["export", "--format", "xlsx", *days, "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert sign_in("treasurer").get(_address(year, "xlsx")).response.get_data() == file.read_bytes()


@pytest.mark.tampers
def test_the_rows_of_kept_files_are_never_changed(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    sign_in("auditor").get(_address(year, "csv"))
    for statement in ("UPDATE kept_export SET sha256 = 'x'", "DELETE FROM kept_export"):
        with app.app_context(), pytest.raises(Exception, match="append-only"):
            write(partial(_execute, statement))


def _execute(statement: str, session: Session) -> None:
    session.execute(text(statement))
