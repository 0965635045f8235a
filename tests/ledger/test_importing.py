"""Reading the books of others: what is taken, what is refused and where, and that nothing is posted twice."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.messages import Refusal
from ledger import bulk, errors, export, importing
from ledger.chart import BANK, PAYABLE, SHARE_APPLICATIONS
from ledger.importing import Layout, Opening, Problems, ReadFile
from ledger.importing import errors as refused
from ledger.importing.errors import FileRefused
from ledger.importing.table import MOST_PROBLEMS, decoded
from ledger.models import Entry
from ledger.totals import account_totals
from tests.ledger.conftest import NOW, YEAR, Books
from tests.ledger.test_exports import AWKWARD

OPENING = Opening(YEAR[0], "3100", "Opening balances")
JOURNAL = """entry,date,text,account,debit,credit,reference
1,2026-04-03,Grant of the Rākau Trust,1000,"5,000.00",,INV-7
1,,,4300,,5000,
2,09/04/2026,"Hall, for the hui",5200,120.5,,
2,09/04/2026,"Hall, for the hui",1000,,120.50,
"""


def _read(
    session: Session, text: str, layout: Layout | None = None, mapping: str = "", problems: Problems | None = None
) -> ReadFile:
    """Read a file; what is wrong in it is taken down, or refused where nothing goes on."""
    found = problems or Problems()
    file = importing.read(
        session,
        text,
        layout=layout or importing.layout_of(text),
        currency="NZD",
        opening_as=OPENING,
        mapping=mapping,
        problems=found,
    )
    if problems is None:
        found.refuse()
    return file


def _import(session: Session, file: ReadFile, problems: Problems | None = None) -> int:
    """Post what is new in a file, and return how many entries that were."""
    problems = problems or Problems()
    places = importing.unknown(session, file, problems)
    importing.check(session, file, places, problems)
    problems.refuse()
    bulk.post_many(session, [file.drafts[at] for at in places], now=NOW)
    return len(places)


def _problems(
    session: Session, text: str, layout: Layout | None = None, mapping: str = ""
) -> list[tuple[int, str, str]]:
    problems = Problems()
    with pytest.raises(FileRefused) as caught:
        _import(session, _read(session, text, layout, mapping, problems), problems)
    return [(found.row, found.column, type(found.reason).__name__) for found in caught.value.problems]


def _balances(session: Session) -> dict[str, int]:
    return {total.code: total.balance_minor for total in account_totals(session, None, None) if total.balance_minor}


def test_a_journal_is_read_into_entries(books: Books) -> None:
    file = _read(books.session, JOURNAL)
    assert file.layout == "journal"
    assert [(e.booked_on, e.text, e.reference, e.rows) for e in file.entries] == [
        (date(2026, 4, 3), "Grant of the Rākau Trust", "INV-7", (2, 3)),
        (date(2026, 4, 9), "Hall, for the hui", None, (4, 5)),
    ]
    assert [(line.account, line.amount_minor) for line in file.entries[0].lines] == [
        ("1000", 500_000),
        ("4300", -500_000),
    ]
    assert _import(books.session, file) == 2
    assert _balances(books.session) == {"1000": 487_950, "4300": -500_000, "5200": 12_050}


def test_a_file_is_imported_once_and_a_longer_one_adds_what_is_new(books: Books) -> None:
    assert _import(books.session, _read(books.session, JOURNAL)) == 2
    assert _import(books.session, _read(books.session, JOURNAL)) == 0
    twice = JOURNAL + '3,2026-04-09,"Hall, for the hui",5200,120.50,,\n3,,,1000,,120.50,\n'
    assert _import(books.session, _read(books.session, twice)) == 1
    assert _import(books.session, _read(books.session, twice)) == 0
    assert books.session.scalar(select(func.count()).select_from(Entry)) == 3


def test_the_full_csv_export_can_be_imported_and_is_known_where_it_came_from(books: Books, party: UUID) -> None:
    for words in AWKWARD:
        books.post(text=words)
    books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party), text="A share")
    text = decoded(b"".join(export.export(books.session, "csv")))
    assert _import(books.session, _read(books.session, text)) == 0
    written = _read(books.session, text)
    assert {line.party_ref for entry in written.entries for line in entry.lines} == {None, party}
    assert {entry.origin for entry in written.entries} == set(books.session.scalars(select(Entry.id)))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("9,2026-04-31,A,1000,1.00,,", "date", "DayUnreadable"),
        ("9,,A,1000,1.00,,", "date", "CellMissing"),
        ("9,2026-04-03,,1000,1.00,,", "text", "CellMissing"),
        (",2026-04-03,A,1000,1.00,,", "entry", "CellMissing"),
        ("9,2026-04-03,A,,1.00,,", "account", "CellMissing"),
        ("9,2026-04-03,A,petty cash,1.00,,", "account", "AccountUnmapped"),
        ("9,2026-04-03,A,1000,1.005,,", "debit", "NumberTooFine"),
        ("9,2026-04-03,A,1000,one,,", "debit", "NumberUnreadable"),
        ("9,2026-04-03,A,1000,,-1,", "credit", "SideNegative"),
        ("9,2026-04-03,A,1000,1,1,", "credit", "BothSides"),
        ("9,2026-04-03,A,1000,,,", "debit", "NoAmount"),
        (f"9,2026-04-03,{'a' * 501},1000,1,,", "text", "CellTooLong"),
        ("9,2026-04-03,A,1000", "", "CellsDiffer"),
        ('9,2026-04-03,"A,1000,1,,', "", "QuotesBroken"),
        ("2,2026-04-10,A,1000,1.00,,", "date", "RowsDisagree"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(books: Books, row: str, column: str, reason: str) -> None:
    found = _problems(books.session, JOURNAL + row + "\n")
    assert (6, column, reason) in found
    assert books.session.scalar(select(func.count()).select_from(Entry)) == 0


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("9,2026-04-03,A,1000,1.00,,\n9,,,1010,,1.00,\n", (7, "account", "NoSuchAccount")),
        ("9,2026-04-03,A,1000,1.00,,\n9,,,2100,,1.00,\n", (7, "party", "PartyMissing")),
        ("9,2026-04-03,A,1000,1.00,,\n9,,,4900,,2.00,\n", (6, "", "Unbalanced")),
        ("9,2026-04-03,A,1000,1.00,,\n", (6, "", "TooFewPostings")),
        ("9,2025-04-03,A,1000,1.00,,\n9,,,4900,,1.00,\n", (6, "date", "PeriodNotOpened")),
        ("9,2026-04-03,A,1000,9000000000000,,\n9,,,4900,,9000000000000,\n", (6, "amount", "AmountOutOfRange")),
    ],
)
def test_what_the_ledger_refuses_is_named_by_row_too(books: Books, rows: str, expected: tuple[int, str, str]) -> None:
    assert _problems(books.session, JOURNAL + rows) == [expected]
    assert books.session.scalar(select(func.count()).select_from(Entry)) == 0


def test_cells_and_whole_entries_are_named_at_once(books: Books) -> None:
    """One bad date keeps nobody from hearing of an unknown account and of an entry that does not balance; of its own entry no more is said."""
    text = """entry,date,text,account,debit,credit
1,2026-04-31,Hall,5200,120,
1,,,1000,,20
2,2026-04-09,Hall,9999,120,
2,,,1000,,120
3,2026-04-09,Hall,5200,120,
3,,,1000,,20
4,2026-04-09,Hall,5200,120,
4,,,1000,,120
"""
    assert _problems(books.session, text) == [
        (2, "date", "DayUnreadable"),
        (4, "account", "NoSuchAccount"),
        (6, "", "Unbalanced"),
    ]
    lost = text + "5,2026-04-09,Hall\n"
    assert _problems(books.session, lost) == [(2, "date", "DayUnreadable"), (10, "", "CellsDiffer")]


def test_at_most_a_hundred_problems_are_told_and_all_are_counted(books: Books) -> None:
    rows = "".join(f"{number},2026-04-03,A,x,1,,\n" for number in range(10, 260))
    with pytest.raises(FileRefused) as caught:
        _read(books.session, JOURNAL + rows)
    assert (caught.value.count, len(caught.value.problems)) == (250, MOST_PROBLEMS)
    assert [problem.row for problem in caught.value.problems] == list(range(6, 106))


@pytest.mark.parametrize(
    ("head", "refusal"),
    [
        ("", refused.FileEmpty),
        ("entry,date,text,account,debit,credit\n", refused.FileEmpty),
        ("a,b\n1,2\n", refused.LayoutUnknown),
        ("entry,date,text,account\n1,2026-04-03,A,1000\n", refused.ColumnMissing),
        ("entry,date,text,account,debit,debit\n", refused.ColumnTwice),
        ("entry,date,text,account,debit,cerdit\n", refused.ColumnUnknown),
    ],
)
def test_a_head_that_says_nothing_is_refused(books: Books, head: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        _read(books.session, head)


def test_bytes_that_are_no_text_are_refused() -> None:
    for content in (b"\xff\xfe", "entry,date".encode("utf-16"), b"a\x00b"):
        with pytest.raises(refused.NotText):
            decoded(content)
    assert decoded("\ufeffā".encode()) == "ā"


def test_opening_balances_become_one_entry_against_a_reserve(books: Books) -> None:
    text = f"code,debit,credit\n{BANK},1234.50,\n{PAYABLE},,100\n"
    file = _read(books.session, text)
    assert [(e.kind, e.booked_on, e.text) for e in file.entries] == [("opening", YEAR[0], "Opening balances")]
    assert _import(books.session, file) == 1
    assert _balances(books.session) == {BANK: 123_450, PAYABLE: -10_000, "3100": -113_450}
    assert _import(books.session, _read(books.session, text)) == 0
    signed = f"account,amount\n{BANK},1\n{PAYABLE},-1\n"
    assert [len(entry.lines) for entry in _read(books.session, signed).entries] == [2]


@pytest.mark.parametrize("mapping", ["account,code\na,\n", "account,code\na,1000\na,4300\n", "account\na\n"])
def test_a_mapping_that_says_nothing_or_two_things_is_refused(books: Books, mapping: str) -> None:
    with pytest.raises((FileRefused, refused.ColumnMissing)) as caught:
        _read(books.session, JOURNAL, mapping=mapping)
    assert getattr(caught.value, "about", None) in {"mapping", "file"}


@given(text=st.text(st.characters(exclude_characters="\x00"), max_size=200), layout=st.sampled_from(importing.LAYOUTS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_is_more_than_refused(books: Books, text: str, layout: Layout) -> None:
    for candidate in (text, _HEADS[layout] + text):
        with suppress(Refusal):
            importing.layout_of(candidate)
        with suppress(Refusal):
            _import_tried(books.session, _read(books.session, candidate, layout, mapping=text))


_HEADS = {
    "journal": "entry,date,text,account,amount\n1,2026-04-03,",
    "hledger": "txnidx,date,description,account,amount,commodity\n1,2026-04-03,A,1000,",
    "opening": "code,amount\n1000,",
}
_CELLS = st.sampled_from(
    [
        "1",
        "2",
        "2026-04-03",
        "03/04/2026",
        "2099-01-01",
        "1000",
        "4900",
        "2100",
        "1.00",
        "-1",
        "",
        "'=1",
        "x",
        '"',
        "NZD",
    ]
)


@given(rows=st.lists(st.lists(_CELLS, min_size=5, max_size=6), max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_is_more_than_refused(books: Books, rows: list[list[str]]) -> None:
    text = "entry,date,text,account,amount\n" + "".join(",".join(row) + "\n" for row in rows)
    with suppress(Refusal):
        _import_tried(books.session, _read(books.session, text))


def _import_tried(session: Session, file: ReadFile) -> None:
    with session.begin_nested() as savepoint:
        _import(session, file)
        savepoint.rollback()


def test_a_key_of_another_import_is_not_taken_for_another_entry(books: Books) -> None:
    file = _read(books.session, JOURNAL)
    _import(books.session, file)
    again = bulk.post_many(books.session, file.drafts, now=NOW)
    assert [posted.is_new for posted in again] == [False, False]
    changed = [file.drafts[0], replace(file.drafts[1], text="Other words")]
    with pytest.raises(bulk.DraftsRefused) as caught:
        bulk.post_many(books.session, changed, now=NOW)
    assert [(p.index, type(p.reason)) for p in caught.value.problems] == [(1, errors.KeyUsedDifferently)]
