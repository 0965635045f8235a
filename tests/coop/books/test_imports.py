"""Importing through the pages, the operation and the command: what would be posted first, then all of it or nothing."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.audit import AuditEvent
from coop.books.imports import operations
from coop.books.imports.models import BookImport, ImportedEntry, UploadedFile
from coop.books.imports.operations import FileToImport
from coop.commands.ledger import ledger
from coop.database import db, write
from coop.permissions import Actor, Power, PowerMissing
from ledger.importing.errors import FileRefused
from ledger.models import Entry
from tests import joining
from tests.databases import TestDatabase
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]
HEAD = "entry,date,text,account,debit,credit,party\n"
TREASURER = Actor(None, "command", frozenset({Power.TREASURER}))


@pytest.fixture
def today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def rows(today: date, number: int = 1, account: str = "4900", party: str = "", text: str = "A koha") -> str:
    return f"{number},{today},{text},1000,10.00,,\n{number},,,{account},,10.00,{party}\n"


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(mapped)) or 0


def test_a_pasted_journal_is_looked_at_and_then_posted(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer, before = sign_in("treasurer"), count(app, Entry)
    looked = treasurer.submit("/books/import", {"pasted": HEAD + rows(today) + rows(today, 2, text="Another")})
    assert (looked.status, looked.title) == (200, "What it would post")
    assert "1000 Bank account" in looked.text
    assert "Another" in looked.text
    assert count(app, Entry) == before
    posted = treasurer.send(looked, looked.form(button="Post 2 entries"))
    assert posted.title == "What was imported", posted.text
    assert "2 entries are posted." in posted.text
    assert count(app, Entry) == before + 2
    assert count(app, UploadedFile) == 0
    entry = treasurer.get(posted.links["A koha"])
    assert "from row 2 of a file" in entry.links
    assert sign_in("auditor").get(posted.path).title == "What was imported"
    again = treasurer.submit("/books/import", {"pasted": HEAD + rows(today)})
    assert "nothing new" in again.text


def test_an_uploaded_file_is_taken_like_a_pasted_one(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer = sign_in("treasurer")
    content = ("\ufeff" + HEAD + rows(today, text="Ngā mihi")).encode()
    fields = {"csrf_token": treasurer.token(), "layout": "", "file": (io.BytesIO(content), "books.csv")}
    answer = treasurer.client.post("/books/import", data=fields, follow_redirects=True)
    assert "Ngā mihi" in answer.get_data(as_text=True)
    for wrong in (b"\xff\xfe\x00", b"PK\x03\x04"):
        fields["file"] = (io.BytesIO(wrong), "books.xlsx")
        assert treasurer.client.post("/books/import", data=fields).status_code == 422
    assert treasurer.post("/books/import", {"file": "no file"}).status == 422


def test_what_is_wrong_is_shown_row_by_row_and_nothing_is_kept(app: Flask, sign_in: SignIn, today: date) -> None:
    refused = sign_in("treasurer").submit("/books/import", {"pasted": HEAD + rows(today, account="1234")})
    assert refused.status == 422
    assert "There is no account 1234 in the chart." in refused.text
    assert count(app, UploadedFile) == 0
    empty = sign_in("treasurer").submit("/books/import", {"pasted": ""})
    assert (empty.status, "Choose a file, or paste its rows." in empty.text) == (422, True)


@pytest.mark.parametrize("account", ["3000", "2100", "3900", "2500"])
def test_accounts_that_other_rooms_keep_take_no_import(app: Flask, sign_in: SignIn, today: date, account: str) -> None:
    refused = sign_in("treasurer").submit("/books/import", {"pasted": HEAD + rows(today, account=account, party="1")})
    assert refused.status == 422
    assert account in refused.text


def test_a_party_is_found_by_number_name_or_reference_and_nobody_else_is(app: Flask, today: date) -> None:
    def work(session: Session) -> None:
        for text, party in (("a", "Aroha Hihi"), ("b", "aroha hihi")):
            file = FileToImport(HEAD + rows(today, account="2410", party=party, text=text), "journal")
            assert operations.import_file(session, TREASURER, file).new_count == 1
        for stranger in ("Somebody Else", str(uuid4()), "99"):
            with pytest.raises(FileRefused) as caught:
                operations.look(
                    session, TREASURER, FileToImport(HEAD + rows(today, account="2410", party=stranger), "journal")
                )
            assert [(p.row, p.column) for p in caught.value.problems] == [(3, "party")]

    with app.test_request_context():
        write(work)


def test_only_the_treasurer_imports_and_only_their_own_file(app: Flask, sign_in: SignIn, today: date) -> None:
    for name in ("board", "auditor", "founder"):
        assert sign_in(name).get("/books/import").status == 403
    looked = sign_in("treasurer").submit("/books/import", {"pasted": HEAD + rows(today)})
    assert sign_in("treasurer").get(f"/books/import/{uuid4()}").status == 404
    assert sign_in("board").get(looked.path).status == 404  # nothing waits for it there
    with app.test_request_context(), pytest.raises(PowerMissing):
        write(
            lambda session: operations.import_file(
                session, joining.founder(session, "board"), FileToImport(HEAD + rows(today), "journal")
            )
        )


def test_a_file_that_is_given_up_is_gone(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer, before = sign_in("treasurer"), count(app, Entry)
    looked = treasurer.submit("/books/import", {"pasted": HEAD + rows(today)})
    page = treasurer.send(looked, looked.form(action="/give-up"))
    assert "The file is removed." in page.text
    assert treasurer.get(looked.path).status == 404
    assert (count(app, UploadedFile), count(app, Entry)) == (0, before)


def test_an_import_leaves_a_row_in_the_trail_and_one_for_each_entry(app: Flask, today: date) -> None:
    with app.test_request_context():
        done = write(
            lambda session: operations.import_file(session, TREASURER, FileToImport(HEAD + rows(today), "journal"))
        )
        session = db.session()
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "book_import.posted")).one()
        assert (event.subject_id, event.facts["entries"], event.facts["layout"]) == (done.import_id, 1, "journal")
        assert session.scalars(select(ImportedEntry.row)).one() == 2
        assert session.scalars(select(BookImport.entry_count)).one() == 1


def test_an_imported_entry_is_reversed_as_one_by_hand(app: Flask, sign_in: SignIn, today: date) -> None:
    with app.test_request_context():
        write(lambda session: operations.import_file(session, TREASURER, FileToImport(HEAD + rows(today), "journal")))
        entry_id = db.session.scalars(select(ImportedEntry.entry_id)).one()
    page = sign_in("treasurer").submit(f"/books/entries/{entry_id}/reverse", {"reason": "Twice"})
    assert "The entry is reversed." in page.text


def test_the_command_shows_and_imports(
    app: Flask, founded: TestDatabase, today: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("COOP_DATABASE_URL", founded.url),
        ("COOP_SECRET_KEY", "a-Secret-of-Many-Different-Characters-0123456789"),
        ("COOP_INSTANCE_PATH", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    file, before = tmp_path / "books.csv", count(app, Entry)
    file.write_text(HEAD + rows(today, account="income"), encoding="utf-8")
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("account,code\nincome,4900\n", encoding="utf-8")
    run = CliRunner().invoke
    unmapped = run(ledger, ["import", str(file)])
    assert (unmapped.exit_code, "row 3: account: No account is known" in unmapped.output) == (1, True)
    asked = ["import", str(file), "--mapping", str(mapping)]
    shown = run(ledger, [*asked, "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "1 entries would be posted" in shown.output
    assert count(app, Entry) == before
    assert "does not hold the power" in run(ledger, [*asked, "--as", "board@kanopi.example"]).output
    done = run(ledger, [*asked, "--as", "treasurer@kanopi.example"])
    assert "1 entries posted, 0 known already." in done.output
    assert "0 entries posted, 1 known already." in run(ledger, asked).output
    assert count(app, Entry) == before + 1


def test_opening_balances_are_imported_through_the_page(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    looked: Page = treasurer.submit("/books/import", {"pasted": "code,amount\n1000,500\n2000,-100\n"})
    assert "General reserve" in looked.text
    posted = treasurer.send(looked, looked.form(button="Post 1 entry"))
    assert posted.title == "What was imported"
    assert "Opening balances" in posted.text


def test_a_file_with_a_large_entry_takes_two_people(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer, before = sign_in("treasurer"), count(app, Entry)
    large = rows(today).replace("10.00", "10000.01")
    looked = treasurer.submit("/books/import", {"pasted": HEAD + large})
    assert "somebody of the board approves the import" in looked.text
    act = treasurer.send(looked, looked.form(button="Post 1 entry"))
    assert "Nothing is booked yet" in act.text
    assert "NZD 10,000.01" in act.text.replace("\xa0", " ")
    assert count(app, Entry) == before
    board = sign_in("board")
    page = board.get(act.path)
    done = board.send(page, page.form(having="seen"))
    assert done.status == 200, done.text
    assert (count(app, Entry), count(app, UploadedFile)) == (before + 1, 0)
