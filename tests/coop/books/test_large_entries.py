"""Entries by hand that move much at once: the treasurer prepares, the board approves, and what the ledger refuses is told at once."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.books import entry_acts, operations
from coop.books.errors import EntryNeedsTwo
from coop.books.operations import NewEntry
from coop.database import db
from coop.permissions import PowerMissing
from ledger.chart import BANK, DONATIONS, WAGES
from ledger.errors import Unbalanced
from ledger.models import Entry
from ledger.posting import Line
from ledger.totals import balance_of
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]
MOST = 1_000_000


def gift(session: Session, amount_minor: int) -> NewEntry:
    lines = [Line(BANK, amount_minor), Line(DONATIONS, -amount_minor)]
    return NewEntry(cooperative.today(session), "A bequest of Ngaire Tūhoe", lines, uuid4(), reference="B-7")


def entries(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Entry)) or 0


@pytest.fixture
def books(session: Session) -> Session:
    joining.found(session)
    return session


def prepared(session: Session, entry: NewEntry) -> UUID:
    treasurer, arguments = joining.founder(session, "treasurer"), entry_acts.recording_of(entry)
    return approvals.prepare(session, treasurer, kind=entry_acts.ENTRY_RECORD, arguments=arguments, words=entry.text)


def test_up_to_the_limit_one_person_records(books: Session) -> None:
    treasurer = joining.founder(books, "treasurer")
    operations.record_entry(books, treasurer, gift(books, MOST))
    before = entries(books)
    with pytest.raises(EntryNeedsTwo) as refused:
        operations.record_entry(books, treasurer, gift(books, MOST + 1))
    assert (refused.value.most_minor, refused.value.currency) == (MOST, "NZD")
    assert (entries(books), balance_of(books, BANK)) == (before, MOST)


def test_beyond_it_exactly_what_was_prepared_is_recorded_once(books: Session) -> None:
    entry = gift(books, 5 * MOST)
    act_id = prepared(books, entry)
    act = books.get_one(TwoPersonAct, act_id)
    assert "Ngaire" not in str(act.arguments), "what names a person can be erased"
    with pytest.raises(PowerMissing):
        approvals.approve(books, joining.founder(books, "treasurer"), act_id=act_id, seen=act.digest)
    outcome = approvals.approve(books, joining.founder(books, "board"), act_id=act_id, seen=act.digest)
    assert balance_of(books, BANK) == 5 * MOST
    posted = books.get_one(Entry, outcome.subject)
    assert posted.recorded_by == joining.founder(books, "treasurer").person_id
    assert posted.reference == "B-7"
    assert posted.text is not None
    assert posted.text.text == "A bequest of Ngaire Tūhoe"


def test_what_the_ledger_refuses_is_told_before_anybody_is_asked(books: Session) -> None:
    lines = [Line(BANK, 2 * MOST), Line(DONATIONS, -MOST)]
    with pytest.raises(Unbalanced):
        operations.record_entry(
            books,
            joining.founder(books, "treasurer"),
            NewEntry(cooperative.today(books), "Wrong", lines, uuid4()),
        )


def test_a_large_entry_is_reversed_by_two(books: Session) -> None:
    act_id = prepared(books, gift(books, 3 * MOST))
    digest = books.get_one(TwoPersonAct, act_id).digest
    entry_id = approvals.approve(books, joining.founder(books, "board"), act_id=act_id, seen=digest).subject
    assert entry_id is not None
    today, treasurer = cooperative.today(books), joining.founder(books, "treasurer")
    with pytest.raises(EntryNeedsTwo):
        operations.reverse_entry(books, treasurer, entry_id=entry_id, booked_on=today, reason="Wrong")
    assert balance_of(books, BANK) == 3 * MOST
    arguments = entry_acts.reversal_of(entry_id, today)
    act_id = approvals.prepare(books, treasurer, kind=entry_acts.ENTRY_REVERSE, arguments=arguments, words="Wrong")
    approvals.approve(
        books, joining.founder(books, "board"), act_id=act_id, seen=books.get_one(TwoPersonAct, act_id).digest
    )
    assert balance_of(books, BANK) == 0


def test_nobody_else_prepares_one(books: Session) -> None:
    arguments = entry_acts.recording_of(gift(books, 3 * MOST))
    with pytest.raises(PowerMissing):
        approvals.prepare(books, joining.founder(books, "secretary"), kind=entry_acts.ENTRY_RECORD, arguments=arguments)


def test_from_the_form_to_the_board_and_into_the_journal(app: Flask, sign_in: SignIn) -> None:
    lines = {
        "lines-0-account": WAGES,
        "lines-0-debit": "25000.00",
        "lines-1-account": BANK,
        "lines-1-credit": "25000.00",
    }
    treasurer = sign_in("treasurer")
    page = treasurer.submit("/books/entries/new", {"text": "Wages of the year", **lines}, button="Record the entry")
    assert "Nothing is booked yet" in page.text
    assert "Record a large entry" in page.text
    assert "6000 Wages debit NZD 25,000.00" in page.text
    assert "Wages of the year" in page.text
    with app.app_context():
        assert balance_of(db.session(), WAGES) == 0
        db.session.remove()
    board = sign_in("board")
    page = board.submit(page.path, button="Yes: Approve and do it")
    assert "Approved, and done." in page.text
    assert "Wages of the year" in page.text
    page = treasurer.submit(f"{page.path}/reverse", {"reason": "Of another year"}, having="reason")
    assert "Reverse a large entry" in page.text
    assert "credit NZD 25,000.00" in page.text
    with app.app_context():
        assert balance_of(db.session(), WAGES) == 2_500_000
        db.session.remove()
