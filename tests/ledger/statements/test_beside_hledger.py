"""Our statements beside those that the real hledger makes of the export alone."""

import csv
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from evidence.identifiers import new_id
from ledger import export, statements
from ledger.chart import BANK, COACHING_INCOME, WAGES
from ledger.models import FiscalYear
from ledger.statements import Section
from ledger.years import closing, periods, reopening
from tests.conftest import leave_out
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import NEXT_YEAR

Balances = dict[str, int]
DOCUMENT = Path(__file__).parents[3] / "docs" / "ledger.md"
_DAY = timedelta(days=1)


@pytest.fixture
def hledger(two_years: Books, tmp_path: Path) -> Callable[..., Balances]:
    """Ask hledger for balances out of the export: account -> cents, debit positive."""
    program = shutil.which("hledger")
    if program is None:
        leave_out("hledger was not found, so our statements were not compared with its (apt-get install hledger).")
    file = tmp_path / "books.journal"
    file.write_bytes(b"".join(export.export(two_years.session, "hledger", None, None)))

    def balances(*query: str) -> Balances:
        command = [str(program), "-f", str(file), "balance", "--flat", "-N", "-O", "csv", "--layout=bare", *query]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        rows = list(csv.reader(io.StringIO(done.stdout)))[1:]
        return {name.rpartition(":")[2].split()[0]: int(amount.replace(".", "")) for name, _, amount in rows}

    return balances


@pytest.mark.parametrize("is_reopened", [False, True])
def test_the_commands_of_the_document_show_a_closed_year(lines: Books, tmp_path: Path, is_reopened: bool) -> None:
    """An accountant follows docs/ledger.md to the letter, with nothing but the file of the year."""
    books = lines
    if shutil.which("hledger") is None:
        leave_out("hledger was not found, so the commands of docs/ledger.md were not run (apt-get install hledger).")
    periods.open_fiscal_year(books.session, *NEXT_YEAR)
    books.post((BANK, 60_000), (COACHING_INCOME, -60_000), on=date(2026, 6, 1))
    books.post((WAGES, 50_000), (BANK, -50_000), on=date(2026, 9, 30))
    year_id = books.session.scalars(select(FiscalYear.id).where(FiscalYear.starts_on == YEAR[0])).one()
    closing.close_year(books.session, year_id=year_id, today=date(2027, 4, 5), now=books.now)
    if is_reopened:
        standing = closing.closing_of(books.session, year_id)
        assert standing is not None
        reopening.reopen_year(
            books.session,
            year_id=year_id,
            opens_on=date(2027, 3, 1),
            fingerprint=reopening.closing_fingerprint(books.session, standing),
            decision_ref=new_id(),
            decided_on=date(2027, 5, 1),
            today=date(2027, 5, 1),
            now=books.now,
        )
        closing.close_year(books.session, year_id=year_id, today=date(2027, 6, 5), now=books.now)
    (tmp_path / "books.journal").write_bytes(b"".join(export.export(books.session, "hledger", *YEAR)))
    commands = re.findall(r"^hledger -f books\.journal .*", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 3
    printed = [
        subprocess.run(
            command.split(),
            cwd=tmp_path,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command in commands
    ]
    ours = statements.income_statement(books.session, *YEAR)
    assert ours.result_minor == 10_000
    assert re.findall(r"(?:4100|6000).*?([0-9.]+) NZD", printed[2]) == ["600.00", "500.00"]
    assert re.search(r"Net: +\|\| +100\.00 NZD", printed[2])
    assert re.search(r"3900 .* 100\.00 NZD", printed[1])
    assert re.search(r"Net: +\|\| +0 ", printed[1])


def _ours(*sections: Section) -> Balances:
    return {
        line.code: line.amount_minor * (1 if section.kind.is_debit else -1)
        for section in sections
        for line in section.lines
    }


def _between(starts_on: date, ends_on: date) -> tuple[str, str, str, str]:
    return "-b", str(starts_on), "-e", str(ends_on + _DAY)


@pytest.mark.parametrize("days", [YEAR, NEXT_YEAR, (date(2026, 7, 10), date(2027, 7, 2))])
def test_the_income_statement(two_years: Books, hledger: Callable[..., Balances], days: tuple[date, date]) -> None:
    ours = statements.income_statement(two_years.session, *days)
    theirs = hledger("type:RX", "not:code:closing", *_between(*days))
    assert theirs == _ours(ours.income, ours.expenses)
    assert -sum(theirs.values()) == ours.result_minor


@pytest.mark.parametrize("at", [YEAR[1], date(2027, 6, 20), NEXT_YEAR[1]])
def test_the_balance_sheet(two_years: Books, hledger: Callable[..., Balances], at: date) -> None:
    ours = statements.balance_sheet(two_years.session, at)
    assert hledger("type:ALE", "-e", str(at + _DAY)) == _ours(ours.assets, ours.liabilities, ours.equity)
    assert -sum(hledger("type:RX", "-e", str(at + _DAY)).values()) == ours.result_minor + ours.earlier_result_minor


@pytest.mark.parametrize("days", [YEAR, NEXT_YEAR, (date(2026, 7, 10), date(2027, 7, 2))])
def test_the_change_in_cash(two_years: Books, hledger: Callable[..., Balances], days: tuple[date, date]) -> None:
    ours = statements.cash_flow_statement(two_years.session, *days)
    cash = "acct:^assets:.*(1000|1090|1100) "
    assert sum(hledger(cash, *_between(*days)).values()) == ours.change_minor
    assert sum(hledger(cash, "-e", str(days[1] + _DAY)).values()) == ours.closing_minor
