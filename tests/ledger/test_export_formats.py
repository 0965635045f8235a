"""What each format holds: references and what lines count for, balances row by row, and real cells in a workbook."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from evidence.identifiers import new_id
from ledger import export, posting, sealing
from ledger.chart import BANK, GRANTS_UNSPENT, OTHER_INCOME, SHARE_APPLICATIONS
from ledger.export import xlsx
from ledger.models import Account, CostCentre, Fund, TaxCode, TaxUse
from ledger.totals import account_totals
from tests.ledger.conftest import Books
from tests.ledger.test_exports import AWKWARD, _program, _run, _text, _written


@pytest.fixture
def tagged(books: Books, party: UUID) -> Books:
    """An entry with a reference whose lines count for a cost centre, a fund and a tax code, beside one without."""
    session, first = books.session, date(2026, 4, 1)
    account_id = session.scalars(select(Account.id).where(Account.code == GRANTS_UNSPENT)).one()
    session.add_all(
        [
            CostCentre(id=new_id(), code="coaching", name="Coaching"),
            Fund(id=new_id(), code="rakau", name="Rākau Trust", account_id=account_id, starts_on=first),
            TaxCode(id=new_id(), code="GST", name="Standard", use=TaxUse.SALE, rate_bp=1500, valid_from=first),
        ]
    )
    session.flush()
    lines = [
        posting.Line(BANK, 11500, cost_centre="coaching", fund="rakau"),
        posting.Line(OTHER_INCOME, -10000, tax="GST"),
        posting.Line(SHARE_APPLICATIONS, -1500, party, cost_centre="coaching"),
    ]
    draft = posting.Draft(date(2026, 5, 4), "A session", "manual", "NZD", lines, "tagged", reference="INV-7, part; 2")
    posting.post(session, draft, now=books.now)
    books.post()
    return books


def test_references_and_tags_are_in_the_full_formats(tagged: Books, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(_text(export.export(tagged.session, "csv")), newline="")))
    named = [(row["reference"], row["cost_centre"], row["fund"], row["tax_code"]) for row in rows]
    assert set(named[:3] if rows[0]["reference"] else named[2:]) == {
        ("INV-7, part; 2", "coaching", "rakau", ""),
        ("INV-7, part; 2", "", "", "GST"),
        ("INV-7, part; 2", "coaching", "", ""),
    }
    entries = json.loads(_text(export.export(tagged.session, "json")))["entries"]
    assert [entry.get("reference") for entry in entries if len(entry["postings"]) == 3] == ["INV-7, part; 2"]
    assert {tag for entry in entries for line in entry["postings"] for tag in line} >= {
        "cost_centre",
        "fund",
        "tax_code",
    }
    beancount, journal = _written(tagged, "beancount", tmp_path), _written(tagged, "hledger", tmp_path)
    assert 'cost_centre: "coaching"' in beancount.read_text(encoding="utf-8")
    _run(_program("bean-check"), str(beancount))
    _run(_program("hledger"), "-f", str(journal), "check", "--strict")
    found = _run(_program("hledger"), "-f", str(journal), "balance", "tag:cost_centre=coaching", "-N", "-O", "csv")
    assert "115.00 NZD" in found


def test_a_reversal_names_its_original_and_the_head_of_the_chain_stands_above(books: Books, tmp_path: Path) -> None:
    original = books.post()
    undone = posting.reverse(books.session, original, booked_on=date(2026, 5, 5), text="Undone", now=books.now)
    rows = list(csv.DictReader(io.StringIO(_text(export.export(books.session, "csv")), newline="")))
    assert {(row["entry"], row["reverses"]) for row in rows} == {(str(original), ""), (str(undone), str(original))}
    beancount, journal = _written(books, "beancount", tmp_path), _written(books, "hledger", tmp_path)
    assert "Sealed" not in beancount.read_text(encoding="utf-8") + journal.read_text(encoding="utf-8")
    assert sealing.seal(books.session) == 2
    head = sealing.head(books.session)
    beancount, journal = _written(books, "beancount", tmp_path), _written(books, "hledger", tmp_path)
    for file, program, reverses in (
        (beancount, ["bean-check"], f'reverses: "{original}"'),
        (journal, ["hledger", "check", "--strict", "-f"], f"reverses:{original}"),
    ):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert lines[0] == f"; Sealed entries: 2, last link: {head.hash}"
        assert sum(reverses in line for line in lines) == 1
        _run(_program(program[0]), *program[1:], str(file))


def test_the_simple_csv_has_the_balance_of_each_account_after_each_row(books: Books) -> None:
    for number, words in enumerate(AWKWARD, start=1):
        books.post((BANK, 100 * number), (OTHER_INCOME, -100 * number), text=words, on=date(2026, 4 + number % 3, 9))
    first = date(2026, 5, 1)
    rows = list(csv.DictReader(io.StringIO(_text(export.export(books.session, "csv-simple", first)), newline="")))
    balances: dict[str, int] = {}
    for row in rows:
        moved = round(float(row["debit"] or 0) * 100) - round(float(row["credit"] or 0) * 100)
        balances[row["account"]] = balances.get(row["account"], 0) + moved
        assert round(float(row["balance"]) * 100) == balances[row["account"]]
    ours = {t.code: t.balance_minor for t in account_totals(books.session, None, None) if t.balance_minor}
    assert {code: balance for code, balance in balances.items() if balance} == ours


def test_a_workbook_has_days_and_amounts_as_numbers_and_no_formula(tagged: Books, tmp_path: Path) -> None:
    tagged.post(text="=1+1")
    tagged.post(text="https://example.org")
    content = b"".join(export.export(tagged.session, "xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        accounts, journal = (archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2))
    assert "<f>" not in accounts + journal
    assert "hyperlink" not in journal
    assert "=1+1" in journal
    assert re.search(r'<c r="A2" s="\d+"><v>46146</v></c>', journal), "4 May 2026 is a number with the format of a day"
    assert re.search(r"<v>115(\.0+)?</v>", journal)
    assert content == b"".join(export.export(tagged.session, "xlsx"))


def test_a_sheet_that_is_full_goes_on_in_the_next(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_OF_SHEET", 4)
    for _ in range(4):
        books.post()
    content = b"".join(export.export(books.session, "xlsx"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert [sheet.count("<row ") - 1 for sheet in sheets[1:]] == [3, 3, 2]
