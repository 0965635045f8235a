"""`coop year close` and the statements on the command line."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import click
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books import operations
from coop.books.operations import NewEntry
from coop.commands.ledger import ledger
from coop.commands.year import year as year_command
from coop.database import db, write
from coop.payments.bank.lines import enter_line
from coop.payments.bank.statements import NewLine
from ledger.chart import BANK, HOSTING, OTHER_INCOME
from ledger.models import FiscalYear, YearClosing
from ledger.posting import Line
from ledger.years import periods
from tests import joining
from tests.databases import TestDatabase

TWO = ("--prepared-by", "treasurer@kanopi.example", "--approved-by", "board@kanopi.example")


@pytest.fixture
def year(app: Flask, founded: TestDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FiscalYear]:
    """The first year, over, with a surplus of 70.00, and the environment that leads to it."""
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)

    def work(session: Session) -> FiscalYear:
        treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
        found = periods.fiscal_years(session)[0]
        for lines in ((Line(BANK, 10_000), Line(OTHER_INCOME, -10_000)), (Line(HOSTING, 3_000), Line(BANK, -3_000))):
            operations.record_entry(session, treasurer, NewEntry(today, "Something", lines, uuid4()))
        operations.open_year(session, treasurer)
        return found

    with app.app_context():
        made = write(work)
        days = (made.ends_on - cooperative.today(db.session())).days
        db.session.remove()
    with clock.at(clock.now() + timedelta(days=days + 2)):
        yield made


def run(command: click.Group, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def closings(app: Flask) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(YearClosing)) or 0


def test_a_dry_run_shows_what_would_be_booked_and_changes_nothing(app: Flask, year: FiscalYear) -> None:
    done = run(year_command, "close", str(year.ends_on.year), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "done  The year is over" in done.stdout
    assert "OPEN" not in done.stdout
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["4900", "Interest", "and", "other", "income", "100.00"] in lines
    assert ["3900", "Surplus", "awaiting", "a", "decision", "70.00"] in lines
    assert closings(app) == 0


def test_two_people_close_a_year_once(app: Flask, year: FiscalYear) -> None:
    done = run(year_command, "close", str(year.ends_on.year), *TWO)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"The year to {year.ends_on} is closed. Surplus NZD\u00a070.00.\n"
    again = run(year_command, "close", str(year.ends_on), *TWO)
    assert (again.exit_code, "already closed" in again.output) == (1, True)
    dry = run(year_command, "close", str(year.ends_on), "--dry-run")
    assert (dry.exit_code, "already closed" in dry.output) == (1, True)
    assert closings(app) == 1


def test_something_open_is_listed_and_nothing_is_closed(app: Flask, year: FiscalYear) -> None:
    def work(session: Session) -> None:
        treasurer = joining.founder(session, "treasurer")
        enter_line(session, treasurer, NewLine(year.ends_on, 777, "What is this"))

    with app.app_context():
        write(work)
    dry = run(year_command, "close", str(year.ends_on.year), "--dry-run")
    assert dry.exit_code == 1
    assert "OPEN  Every line of the bank statement is an entry: Lines" in dry.stdout
    done = run(year_command, "close", str(year.ends_on.year), *TWO)
    assert (done.exit_code, "that are no entry yet: 1." in done.output) == (1, True)
    assert closings(app) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "it needs two people"),
        (("--prepared-by", "treasurer@kanopi.example"), "it needs two people"),
        (
            ("--prepared-by", "board@kanopi.example", "--approved-by", "board2@kanopi.example"),
            "does not hold the power",
        ),
        (("--prepared-by", TWO[1], "--approved-by", TWO[1]), "belong to the same person"),
        (("--prepared-by", TWO[1], "--approved-by", "nobody@kanopi.example"), "nobody has an account"),
    ],
)
def test_it_takes_two_people(app: Flask, year: FiscalYear, options: tuple[str, ...], message: str) -> None:
    done = run(year_command, "close", str(year.ends_on.year), *options)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert closings(app) == 0


def test_two_people_reopen_a_year_by_a_decision(app: Flask, year: FiscalYear) -> None:
    name, why = str(year.ends_on.year), ("--reason", "An invoice was forgotten.")
    early = run(year_command, "reopen", name, *why, *TWO)
    assert (early.exit_code, "there is nothing to reopen" in early.output) == (1, True)
    run(year_command, "close", name, *TWO)
    dry = run(year_command, "reopen", name, *why, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert dry.stdout.startswith(f"The year to {year.ends_on:%-d %B %Y} is reopened\n\nAn invoice was forgotten.")
    assert "Fingerprint of the closing: " in dry.stdout
    for options, message in (
        ((), "it needs two people"),
        (("--from", "2026-02-03", *TWO), "is not the first day of a month"),
        (("--decided-on", "2001-01-01", *TWO), "was closed only on"),
        (("--from", "nonsense", *TWO), "does not match the format"),
    ):
        refused = run(year_command, "reopen", name, *why, *options)
        assert (refused.exit_code != 0, message in " ".join(refused.output.split())) == (True, True), refused.output
    done = run(year_command, "reopen", name, *why, *TWO)
    assert done.exit_code == 0, done.output
    first = year.ends_on.replace(day=1)
    assert done.stdout == f"The year to {year.ends_on} takes entries from {first} on, until it is closed again.\n"
    again = run(year_command, "close", name, *TWO)
    assert again.exit_code == 0, again.output
    assert closings(app) == 2


def test_a_year_that_is_not_there_is_told(app: Flask, year: FiscalYear) -> None:
    done = run(year_command, "close", "1999", "--dry-run")
    assert (done.exit_code, "There is no fiscal year 1999" in done.output) == (1, True)


def test_the_income_statement_is_printed_in_three_forms_before_and_after_the_closing(
    app: Flask, year: FiscalYear
) -> None:
    days = ("--from", str(year.starts_on), "--to", str(year.ends_on))
    before = {form: run(ledger, "income", *days, "--format", form).stdout for form in ("text", "csv", "json")}
    assert [line.split()[-1] for line in before["text"].splitlines() if line[:1].isalpha()] == [
        str(year.starts_on), "Income", "100.00", "Expenses", "30.00", "70.00"
    ]  # fmt: skip
    document = json.loads(before["json"])
    assert (document["income_minor"], document["expenses_minor"], document["result_minor"]) == (10_000, 3_000, 7_000)
    assert "income,4900,Interest and other income,100.00,NZD" in before["csv"]
    run(year_command, "close", str(year.ends_on.year), *TWO)
    assert {form: run(ledger, "income", *days, "--format", form).stdout for form in before} == before
    now = run(ledger, "income").stdout.splitlines()
    assert [line.split()[-2:] for line in now if "4900" in line] == [["0.00", "100.00"]]
    assert now[0].split()[-2:] == [str(year.ends_on + timedelta(days=1)), str(year.starts_on)]


def test_the_balance_sheet_is_printed_in_three_forms(app: Flask, year: FiscalYear) -> None:
    at = ("--at", str(year.ends_on))
    text = run(ledger, "sheet", *at)
    assert text.exit_code == 0, text.output
    assert "  Surplus or deficit of this year" in text.stdout
    document = json.loads(run(ledger, "sheet", *at, "--format", "json").stdout)
    assert (document["assets_minor"], document["equity_minor"], document["result_minor"]) == (7_000, 7_000, 7_000)
    table = run(ledger, "sheet", *at, "--format", "csv").stdout.splitlines()
    assert table[1:] == ["asset,1000,Bank account,70.00,NZD", "equity,,Result of the year,70.00,NZD"]
    today = run(ledger, "sheet").stdout.splitlines()
    assert [line.split()[-2:] for line in today if line.startswith("Total members' funds")] == [["70.00", "70.00"]]


def test_the_cash_flows_are_printed_in_three_forms(app: Flask, year: FiscalYear) -> None:
    days = ("--from", str(year.starts_on), "--to", str(year.ends_on))
    document = json.loads(run(ledger, "cashflow", *days, "--format", "json").stdout)
    assert (document["result_minor"], document["change_minor"], document["closing_minor"]) == (7_000, 7_000, 7_000)
    table = run(ledger, "cashflow", *days, "--format", "csv").stdout.splitlines()
    assert table[1:] == [
        "operating,,Result,70.00,NZD",
        "cash,,At the beginning,0.00,NZD",
        "cash,1000,Bank account,70.00,NZD",
    ]
    beside = run(ledger, "cashflow").stdout.splitlines()
    assert [line.split()[-2:] for line in beside if line.startswith("Change in cash")] == [["0.00", "70.00"]]
    alone = run(ledger, "cashflow", "--compare", "none").stdout.splitlines()
    assert [line.split()[-1] for line in alone if line.startswith("Change in cash")] == ["0.00"]
    refused = run(ledger, "cashflow", "--from", str(year.ends_on), "--to", str(year.starts_on))
    assert (refused.exit_code, "must not be before" in refused.output) == (1, True)


@pytest.mark.parametrize(
    "bad", [["income", "--from", "31.3.2026"], ["sheet", "--at", "nonsense"], ["sheet", "--format", "pdf"]]
)
def test_a_wrong_option_is_told(year: FiscalYear, bad: list[str]) -> None:
    assert run(ledger, *bad).exit_code == 2


def test_days_the_wrong_way_round_are_told(year: FiscalYear) -> None:
    done = run(ledger, "income", "--from", str(year.ends_on), "--to", str(year.starts_on))
    assert (done.exit_code, "must not be before" in done.output) == (1, True)
