"""`coop ledger`: files for other programs, written whole or not at all."""

import json
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from coop import clock, cooperative
from coop.commands.ledger import ledger
from coop.database import db, write
from ledger import posting
from ledger.chart import BANK, OTHER_INCOME
from tests.conftest import leave_out
from tests.databases import TestDatabase


@pytest.fixture
def today(app: Flask, founded: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> date:
    """A founded co-operative with one entry of 12.34 today, and the environment that leads to it."""
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    lines = [posting.Line(BANK, 1234), posting.Line(OTHER_INCOME, -1234)]
    with app.app_context():
        day = cooperative.today(db.session())
        draft = posting.Draft(day, "Koha; ngā mihi", "manual", "NZD", lines, "k")
        write(lambda session: posting.post(session, draft, now=clock.now()))
    return day


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(ledger, arguments)


def test_the_journal_is_written_to_standard_output_or_a_file(today: date, tmp_path: Path) -> None:
    done = _run("export", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "Koha; ngā mihi" in done.output
    file = tmp_path / "books.csv"
    assert _run("export", "-o", str(file)).exit_code == 0
    assert file.read_bytes().decode() == done.stdout_bytes.decode()
    assert [path.name for path in tmp_path.glob("*unfinished*")] == []


def test_the_days_bound_the_export(today: date) -> None:
    tomorrow = today + timedelta(days=1)
    done = _run("export", "--format", "json", "--from", str(tomorrow), "--to", str(tomorrow))
    document = json.loads(done.stdout)
    assert document["entries"] == []
    assert {row["account"]: row["balance_minor"] for row in document["opening"]} == {BANK: 1234, OTHER_INCOME: -1234}
    refused = _run("export", "--from", str(tomorrow), "--to", str(today))
    assert (refused.exit_code, "must not be before" in refused.output) == (1, True)


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(today: date, tmp_path: Path) -> None:
    done = _run("export", "-o", str(tmp_path / "missing" / "books.csv"))
    assert done.exit_code == 1
    assert "cannot be written" in done.output


@pytest.mark.parametrize("bad", [["--format", "pdf"], ["--from", "31.3.2026"], ["--nonsense"]])
def test_a_wrong_option_is_told(bad: list[str]) -> None:
    assert _run("export", *bad).exit_code == 2


def test_hledger_reads_what_the_command_writes(today: date, tmp_path: Path) -> None:
    program = shutil.which("hledger")
    if program is None:
        leave_out("hledger was not found, so its reading of our exports was not tried (apt-get install hledger).")
    file = tmp_path / "books.journal"
    assert _run("export", "--format", "hledger", "-o", str(file)).exit_code == 0
    done = subprocess.run([str(program), "-f", str(file), "check", "--strict"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_balance_is_printed_in_three_forms(today: date) -> None:
    text = _run("balance")
    assert text.exit_code == 0, text.output
    assert [line.split()[-1] for line in text.stdout.splitlines()] == ["credit", "12.34", "12.34", "12.34"]
    assert f"{BANK},Bank account,asset,12.34,,NZD" in _run("balance", "--format", "csv").stdout
    document = json.loads(_run("balance", "--format", "json", "--at", str(today)).stdout)
    assert (document["debit_minor"], document["credit_minor"], document["at"]) == (1234, 1234, str(today))
    before = json.loads(_run("balance", "--format", "json", "--at", str(today - timedelta(days=1))).stdout)
    assert before["accounts"] == []


@pytest.mark.parametrize("command", [ledger, *ledger.commands.values()])
def test_every_help_has_an_example(command: click.Command) -> None:
    assert "Example:" in command.get_help(click.Context(command))
