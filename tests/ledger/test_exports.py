"""Exports that the real programs accept, whatever the names and texts are, with balances that equal ours."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy import update
from sqlalchemy.orm import Session

from ledger import errors, export, posting
from ledger.chart import BANK, OTHER_INCOME, SHARE_APPLICATIONS
from ledger.chart import changes as chart_changes
from ledger.export.csv_table import COLUMNS
from ledger.models import Account, AccountKind
from ledger.totals import account_totals
from ledger.years import periods
from tests.conftest import leave_out
from tests.ledger.conftest import Books, found_books

AWKWARD = (
    'Koha "ngā mihi"; for a map | = + - @ # * ! (code) [2026-01-01]\nsecond line\twith a tab \\ and \\" end',
    "2026-01-01 not a date",
    "; only a comment",
    "* star",
    "include /etc/passwd",
    "=HYPERLINK(1)",
    "end comment",
    "ends with a backslash \\",
    "tag: value, other:",
    "\u202eright to left\u2028",
)
AWKWARD_NAMES = (
    'Ngā rākau; & "seeds" (native): 100%',
    "=1+1",
    "  ",
    "日本",
    "back\\slash*!",
    "a  b",
)


def _program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        leave_out(f"{name} was not found, so its reading of our exports was not tried (apt-get install {name}).")
    return str(found)


def _run(*command: str) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _written(books: Books, form: export.Format, path: Path, *days: date | None) -> Path:
    file = path / f"books.{export.EXTENSIONS[form]}"
    file.write_bytes(b"".join(export.export(books.session, form, *days)))
    return file


def _text(pieces: Iterator[bytes]) -> str:
    return b"".join(pieces).decode()


@pytest.fixture
def awkward(books: Books, party: UUID) -> Books:
    """Two fiscal years of entries, with texts and names that mean something to other programs."""
    periods.open_fiscal_year(books.session, date(2027, 4, 1), date(2028, 3, 31))
    for number, name in enumerate(AWKWARD_NAMES):
        chart_changes.open_account(
            books.session,
            code=f"68{number:02}",
            name=name.strip() or "No name",
            kind=AccountKind.EXPENSE,
            opened_on=date(2026, 4, 1),
        )
        books.session.execute(update(Account).where(Account.code == f"68{number:02}").values(name=name))
        books.post((f"68{number:02}", number + 1), (BANK, -number - 1), on=date(2026, 4, 5))
    for number, words in enumerate(AWKWARD, start=1):
        books.post((BANK, 100 * number), (OTHER_INCOME, -100 * number), text=words, on=date(2026, 4 + number % 3, 9))
        books.post((BANK, 5), (SHARE_APPLICATIONS, -5, party), text=words, on=date(2027, 5, 9))
    return books


@pytest.mark.parametrize("days", [(None, None), (date(2027, 4, 1), None), (date(2026, 4, 6), date(2026, 5, 20))])
def test_bean_check_accepts_the_export(awkward: Books, tmp_path: Path, days: Any) -> None:
    file = _written(awkward, "beancount", tmp_path, *days)
    _run(_program("bean-check"), str(file))


def test_bean_check_accepts_days_before_an_account_was_opened(books: Books, tmp_path: Path) -> None:
    chart_changes.open_account(
        books.session, code="1050", name="Savings", kind=AccountKind.ASSET, opened_on=date(2026, 9, 1)
    )
    books.post()
    for last in (date(2026, 8, 31), date(2026, 3, 1)):
        _run(_program("bean-check"), str(_written(books, "beancount", tmp_path, None, last)))


@pytest.mark.parametrize("days", [(None, None), (date(2027, 4, 1), None), (date(2026, 4, 6), date(2026, 5, 20))])
def test_hledger_accepts_the_export_strictly(awkward: Books, tmp_path: Path, days: Any) -> None:
    file = _written(awkward, "hledger", tmp_path, *days)
    _run(_program("hledger"), "-f", str(file), "check", "--strict")


def test_hledger_finds_the_same_balances(awkward: Books, tmp_path: Path) -> None:
    file = _written(awkward, "hledger", tmp_path)
    table = _run(_program("hledger"), "-f", str(file), "balance", "--flat", "-N", "-O", "csv", "--layout=bare")
    rows = list(csv.reader(io.StringIO(table)))[1:]
    found = {name.split(":")[1].split()[0]: amount for name, _, amount in rows}
    ours = {
        t.code: f"{t.balance_minor / 100:.2f}" for t in account_totals(awkward.session, None, None) if t.balance_minor
    }
    assert found == ours


def test_an_altered_export_is_not_accepted(awkward: Books, tmp_path: Path) -> None:
    commands: dict[export.Format, list[str]] = {
        "beancount": ["bean-check"],
        "hledger": ["hledger", "check", "--strict", "-f"],
    }
    for form, command in commands.items():
        file = _written(awkward, form, tmp_path)
        whole = file.read_text(encoding="utf-8")
        assert " 100.00 NZD" not in whole
        altered = whole.replace("1.00 NZD", "1.01 NZD", 1)
        assert altered != whole
        file.write_text(altered, encoding="utf-8")
        done = subprocess.run([_program(command[0]), *command[1:], str(file)], capture_output=True, check=False)
        assert done.returncode != 0


def test_a_currency_without_decimals_is_written_without_a_point(session: Session, tmp_path: Path) -> None:
    books = found_books(session, currency="JPY")
    lines = [posting.Line(BANK, 1500), posting.Line(OTHER_INCOME, -1500)]
    draft = posting.Draft(date(2026, 5, 4), "地図", "manual", "JPY", lines, "jpy")
    posting.post(books.session, draft, now=books.now)
    _run(_program("bean-check"), str(_written(books, "beancount", tmp_path)))
    _run(_program("hledger"), "-f", str(_written(books, "hledger", tmp_path)), "check", "--strict")
    assert ",1500,,JPY," in _text(export.export(books.session, "csv"))


@given(words=st.text(max_size=40), name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_accepted(books: Books, tmp_path: Path, words: str, name: str) -> None:
    words, name = ("".join(c for c in t if c != "\x00" and not 0xD800 <= ord(c) <= 0xDFFF) for t in (words, name))
    books.session.execute(update(Account).where(Account.code == BANK).values(name=name))
    books.post(text=words)
    _run(_program("bean-check"), str(_written(books, "beancount", tmp_path)))
    _run(_program("hledger"), "-f", str(_written(books, "hledger", tmp_path)), "check", "--strict")


def test_the_json_export_adds_up_and_carries_the_head_of_the_chain(awkward: Books, party: UUID) -> None:
    document = json.loads(_text(export.export(awkward.session, "json", date(2027, 4, 1), date(2027, 12, 31))))
    sums = {row["account"]: row["balance_minor"] for row in document["opening"]}
    for entry in document["entries"]:
        assert sum(p["amount_minor"] for p in entry["postings"]) == 0
        for p in entry["postings"]:
            sums[p["account"]] = sums.get(p["account"], 0) + p["amount_minor"]
    assert {row["account"]: row["balance_minor"] for row in document["closing"] if row["balance_minor"]} == {
        code: total for code, total in sums.items() if total
    }
    assert {entry["text"] for entry in document["entries"]} == set(AWKWARD)
    assert {entry["postings"][1]["party"] for entry in document["entries"]} == {str(party)}
    assert document["chain"]["seq"] == 0
    assert (document["from"], document["to"], document["decimals"]) == ("2027-04-01", "2027-12-31", 2)


def test_the_csv_export_adds_up_and_starts_no_formula(awkward: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(_text(export.export(awkward.session, "csv")), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert sum(round(float(r["debit"] or 0) * 100) - round(float(r["credit"] or 0) * 100) for r in rows) == 0
    assert {row["text"] for row in rows} >= {"'=HYPERLINK(1)", AWKWARD[0]}
    assert all(not row[column].startswith(("=", "+", "-", "@")) for row in rows for column in COLUMNS)


def test_an_erased_text_is_written_as_erased(books: Books) -> None:
    books.post(text="Koha from Aroha Hihi")
    books.session.execute(sql("DELETE FROM ledger_entry_text"))
    for form in export.FORMATS:
        written = _readable(b"".join(export.export(books.session, form)))
        assert "(erased)" in written
        assert "Aroha" not in written


def test_days_the_wrong_way_round_are_refused_before_anything_is_written(books: Books) -> None:
    with pytest.raises(errors.DatesReversed):
        export.export(books.session, "csv", date(2026, 5, 2), date(2026, 5, 1))


def test_a_long_export_needs_the_memory_of_a_short_one(books: Books) -> None:
    long_entry: list[tuple[str, int]] = [(BANK, 1), (OTHER_INCOME, -1)] * 250
    for day in range(1, 31):
        books.post(*long_entry, on=date(2026, 4, day))
    for form in export.FORMATS:
        short, whole = (_peak(books, form, date(2026, 4, last)) for last in (10, 30))
        assert whole < short * 1.3, f"{form}: {short} and {whole} bytes"


def _readable(content: bytes) -> str:
    """Return the text of an export; of a workbook, that of its sheets."""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if "sheet" in name)


def _peak(books: Books, form: export.Format, ends_on: date) -> int:
    """Return the most memory that an export held at once, each piece thrown away as it comes."""
    tracemalloc.start()
    for _ in export.export(books.session, form, None, ends_on):
        continue
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
