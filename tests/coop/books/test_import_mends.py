"""Imports under scrutiny: what the board sees, sums that moved, opening balances that come late, changed exports, files that wait."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop import clock, cooperative, worker
from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.audit import AuditEvent
from coop.books import operations
from coop.books.errors import FileGone, FileMoved, OpeningAfterClosing, OpeningLater
from coop.books.imports import operations as import_operations
from coop.books.imports import uploads as import_uploads
from coop.books.imports.acts import import_of
from coop.books.imports.models import UploadedFile
from coop.books.imports.operations import FileToImport
from coop.books.imports.uploads import BOOK_IMPORT
from coop.books.operations import NewEntry
from coop.database import db, write
from coop.permissions import NotFound
from ledger import export
from ledger.chart import BANK, DONATIONS
from ledger.importing.errors import FileRefused
from ledger.models import Entry, FiscalYear, YearClosing
from ledger.posting import Line
from ledger.years import periods
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]
HEAD = "entry,date,text,account,debit,credit\n"
OPENING = "code,amount\n1000,500\n2000,-100\n"


def large(today: date, account: str = "4900") -> FileToImport:
    rows = f"1,{today},A bequest of Ngaire,1000,25000.00,\n1,,,{account},,25000.00\n"
    return FileToImport(HEAD + rows, "journal", "account,code\nincome,4900\n")


@pytest.fixture
def books(session: Session) -> Session:
    joining.found(session)
    return session


def prepared(session: Session, file: FileToImport) -> tuple[UUID, UUID]:
    """Upload a file and prepare its import; return the ids of both."""
    treasurer = joining.founder(session, "treasurer")
    upload_id = import_uploads.upload(session, treasurer, file)
    arguments = import_of(upload_id, import_uploads.look_at(session, treasurer, upload_id))
    return upload_id, approvals.prepare(session, treasurer, kind=BOOK_IMPORT, arguments=arguments)


def approve(session: Session, act_id: UUID) -> None:
    seen = session.get_one(TwoPersonAct, act_id).digest
    with session.begin_nested():
        approvals.approve(session, joining.founder(session, "board"), act_id=act_id, seen=seen)


def entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Entry)) or 0


def test_the_board_reads_what_waits_for_it_and_nothing_else(app: Flask, sign_in: SignIn) -> None:
    def work(session: Session) -> tuple[UUID, UUID, UUID]:
        today = cooperative.today(session)
        small = import_uploads.upload(session, joining.founder(session, "treasurer"), large(today))
        return small, *prepared(session, large(today))

    with app.app_context():
        small, upload_id, act_id = write(work)
    board, path = sign_in("board"), f"/books/import/{upload_id}"
    act = board.get(f"/approvals/{act_id}")
    page = board.get(act.links["Look at everything in it"])
    assert page.path == path
    assert "A bequest of Ngaire" in page.text
    assert "25,000.00" in page.text
    assert page.links["Approve or refuse it"] == f"/approvals/{act_id}"
    assert [form.action for form in page.forms if "import" in form.action] == []
    assert not any(words.startswith("Post ") for form in page.forms for _, _, words in form.buttons)
    assert "A bequest of Ngaire" in board.get(f"{path}/file.csv").html
    for closed in (f"/books/import/{small}", f"/books/import/{small}/file.csv"):
        assert board.get(closed).status == 404
    for way in ("", "/give-up"):
        assert board.post(path + way).status == 403
    for other in ("auditor", "secretary", "founder"):
        assert sign_in(other).get(path).status == 403
    approved = board.submit(f"/approvals/{act_id}", button="Yes: Approve and do it")
    assert "Approved, and done." in approved.text
    assert board.get(path).status == 404


def test_an_import_whose_sums_moved_is_refused(books: Session) -> None:
    today = cooperative.today(books)
    upload_id, act_id = prepared(books, large(today, account="income"))
    before = entries(books)
    books.execute(
        update(UploadedFile).where(UploadedFile.id == upload_id).values(mapping="account,code\nincome,4400\n")
    )
    with pytest.raises(FileMoved):
        approve(books, act_id)
    assert entries(books) == before
    books.execute(
        update(UploadedFile).where(UploadedFile.id == upload_id).values(mapping="account,code\nincome,4900\n")
    )
    approve(books, act_id)
    assert entries(books) == before + 1


def test_an_import_whose_file_is_gone_says_so(books: Session) -> None:
    upload_id, act_id = prepared(books, large(cooperative.today(books)))
    import_uploads.give_up(books, joining.founder(books, "treasurer"), upload_id)
    with pytest.raises(FileGone):
        approve(books, act_id)


def test_opening_balances_are_of_the_first_year(books: Session) -> None:
    treasurer, first = joining.founder(books, "treasurer"), periods.fiscal_years(books)[-1]
    file = FileToImport(OPENING, "opening")
    for day in (first.starts_on - timedelta(days=1), first.ends_on + timedelta(days=1)):
        with pytest.raises(OpeningLater) as refused:
            import_uploads.upload(books, treasurer, replace(file, opened_on=day))
        assert refused.value.about == "opened_on"
        assert (refused.value.starts_on, refused.value.ends_on) == (first.starts_on, first.ends_on)
    done = import_operations.import_file(books, treasurer, replace(file, opened_on=first.starts_on))
    assert done.new_count == 1


def test_the_form_says_beside_the_day_that_it_is_of_another_year(app: Flask, sign_in: SignIn) -> None:
    page = sign_in("treasurer").submit("/books/import", {"pasted": OPENING, "opened_on": "1999-01-01"})
    assert page.status == 422
    assert "Opening balances are of the first fiscal year: choose a day from" in page.text


@pytest.mark.tampers
def test_opening_balances_come_before_the_first_year_is_closed(books: Session) -> None:
    treasurer, year = joining.founder(books, "treasurer"), periods.fiscal_years(books)[-1]
    file = FileToImport(OPENING, "opening", opened_on=year.ends_on)
    assert import_operations.look(books, treasurer, file).new_count == 1
    close(books, year)
    with pytest.raises(OpeningAfterClosing):
        import_operations.look(books, treasurer, file)


def close(session: Session, year: FiscalYear) -> None:
    """Close a year by its row alone: what else a closing does is not looked at here."""
    now = clock.now()
    while (period := periods.next_to_lock(session)) is not None and period.ends_on <= year.ends_on:
        periods.lock_period(session, period.ends_on, now=now)
    session.add(
        YearClosing(
            fiscal_year_id=year.id, number=1, result_minor=0, closed_on=now.date(), closed_at=now, entry_id=None
        )
    )
    session.flush()


def exported(session: Session) -> str:
    return b"".join(export.export(session, "csv")).decode()


def given(session: Session) -> None:
    lines = [Line(BANK, 5_000), Line(DONATIONS, -5_000)]
    entry = NewEntry(cooperative.today(session), "A koha; of Aroha", lines, uuid4(), reference="K-7")
    operations.record_entry(session, joining.founder(session, "treasurer"), entry)


@pytest.mark.parametrize(
    ("was", "becomes", "row", "column"),
    [
        ("A koha; of Aroha", "A koha of Aroha again", 2, "text"),
        ("K-7", "K-8", 2, "reference"),
        (",50.00", ",60.00", 2, ""),
        (",4400,", ",4900,", 3, ""),
    ],
)
def test_an_entry_of_ours_that_was_changed_in_the_file_is_refused(
    books: Session, was: str, becomes: str, row: int, column: str
) -> None:
    given(books)
    text = exported(books)
    assert was in text
    treasurer = joining.founder(books, "treasurer")
    assert import_operations.look(books, treasurer, FileToImport(text, "journal")).new_count == 0
    changed = text.replace(was, becomes)
    with pytest.raises(FileRefused) as refused:
        import_operations.look(books, treasurer, FileToImport(changed, "journal"))
    found = [(one.row, one.column, type(one.reason).__name__) for one in refused.value.problems]
    assert found == [(row, column, "KnownOtherwise")]


def test_an_entry_of_ours_on_another_day_is_refused(books: Session) -> None:
    given(books)
    today = cooperative.today(books)
    changed = exported(books).replace(f"{today},", f"{today - timedelta(days=1)},")
    with pytest.raises(FileRefused) as refused:
        import_operations.look(books, joining.founder(books, "treasurer"), FileToImport(changed, "journal"))
    assert [(one.row, one.column) for one in refused.value.problems] == [(2, "date")]


def test_a_reference_is_as_long_as_in_the_form_and_no_longer(books: Session) -> None:
    treasurer, today = joining.founder(books, "treasurer"), cooperative.today(books)
    head = "entry,date,text,account,debit,credit,reference\n"

    def file(reference: str) -> FileToImport:
        return FileToImport(f"{head}1,{today},A koha,1000,10.00,,{reference}\n1,,,4400,,10.00,\n", "journal")

    assert import_operations.look(books, treasurer, file("r" * 60)).new_count == 1
    with pytest.raises(FileRefused) as refused:
        import_operations.look(books, treasurer, file("r" * 61))
    assert [(one.row, one.column, type(one.reason).__name__) for one in refused.value.problems] == [
        (2, "reference", "CellTooLong")
    ]


def test_a_file_that_nobody_imported_is_removed_after_a_week(app: Flask) -> None:
    def uploads(session: Session) -> list[UUID]:
        treasurer, file = joining.founder(session, "treasurer"), large(cooperative.today(session))
        old, new = (import_uploads.upload(session, treasurer, file) for _ in range(2))
        for upload_id, age in ((old, import_uploads.UPLOADS_LAST), (new, import_uploads.UPLOADS_LAST / 2)):
            at = clock.now() - age - timedelta(minutes=1)
            session.execute(update(UploadedFile).where(UploadedFile.id == upload_id).values(uploaded_at=at))
        return [old, new]

    with app.app_context():
        old, new = write(uploads)
    worker.run_once(app)
    with app.app_context():
        assert list(db.session.scalars(select(UploadedFile.id))) == [new]
        expired = select(AuditEvent.subject_id).where(AuditEvent.action == "book_upload.expired")
        assert list(db.session.scalars(expired)) == [old]


def test_a_file_that_waits_is_nobody_elses(books: Session) -> None:
    upload_id, _ = prepared(books, large(cooperative.today(books)))
    for other in ("secretary", "founder", "auditor"):
        with pytest.raises(NotFound):
            import_uploads.file_to_read(books, joining.founder(books, other), upload_id)
