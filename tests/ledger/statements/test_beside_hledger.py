"""Our statements beside those that the real hledger makes of the export alone."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from ledger import export, statements
from ledger.statements import Section
from tests.conftest import leave_out
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import NEXT_YEAR

Balances = dict[str, int]
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
