"""What hledger prints: read by a mapping, and our own books back as they were."""

import os
import subprocess
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from ledger import export
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME, SHARE_APPLICATIONS
from tests.databases import TestDatabase
from tests.ledger.conftest import Books, found_books
from tests.ledger.test_exports import AWKWARD, _program
from tests.ledger.test_importing import _balances, _import, _problems, _read

HLEDGER = """; a journal of somebody else
2026-04-03 * (INV-7) Grant  ; for the seedlings
    assets:bank:checking      $5,000.00
    income:grants

2026-04-09 Hall
    expenses:rent:hall          $120.5
    assets:bank:checking
"""
MAPPING = "account,code\nassets:bank:checking,1000\nincome:grants,4300\nexpenses,5200\n"


def _printed(journal: Path) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = [_program("hledger"), "-f", str(journal), "print", "-O", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return done.stdout


def test_what_hledger_prints_is_imported_by_a_mapping(books: Books, tmp_path: Path) -> None:
    journal = tmp_path / "theirs.journal"
    journal.write_text(HLEDGER, encoding="utf-8")
    text = _printed(journal)
    assert {reason for _, _, reason in _problems(books.session, text)} == {"AccountUnmapped"}
    assert _import(books.session, _read(books.session, text, mapping=MAPPING)) == 2
    assert _balances(books.session) == {"1000": 487_950, "4300": -500_000, "5200": 12_050}
    assert [(e.text, e.reference) for e in _read(books.session, text, mapping=MAPPING).entries] == [
        ("Grant", "INV-7"),
        ("Hall", None),
    ]


def test_another_currency_is_refused(books: Books, tmp_path: Path) -> None:
    journal = tmp_path / "theirs.journal"
    journal.write_text(HLEDGER.replace("$", "€"), encoding="utf-8")
    assert {reason for _, _, reason in _problems(books.session, _printed(journal), mapping=MAPPING)} == {
        "OtherCurrency"
    }


def test_books_exported_for_hledger_come_back_as_they_were(
    books: Books, party: UUID, tmp_path: Path, database: TestDatabase
) -> None:
    books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party), text="A share; paid", on=date(2026, 4, 1))
    books.post((SHARE_APPLICATIONS, 5000, party), ("3000", -5000, party), text="Issued")
    for number, words in enumerate(AWKWARD, start=1):
        books.post((BANK, 101 * number), (OTHER_INCOME, -100 * number), (OTHER_COSTS, -number), text=words)
    journal = tmp_path / "ours.journal"
    journal.write_bytes(b"".join(export.export(books.session, "hledger")))
    text, before = _printed(journal), _balances(books.session)
    # In these books all of it is known.
    assert _import(books.session, _read(books.session, text)) == 0
    with Session(database.engine.execution_options(coop_write=True)) as session:
        empty = found_books(session)
        assert _import(session, _read(session, text)) == 2 + len(AWKWARD)
        assert _balances(session) == before
        parties = {line.party_ref for entry in _read(empty.session, text).entries for line in entry.lines}
        assert parties == {party, None}
