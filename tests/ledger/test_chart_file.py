"""A chart as a file: it comes back as it went out, adds and changes what it says, and is taken as a whole or not at all."""

import csv
import io
from collections.abc import Sequence
from datetime import date

import pytest

from evidence.messages import Refusal
from ledger import chart, errors
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME
from ledger.chart import changes as chart_changes
from ledger.chart import errors as chart_errors
from ledger.chart import file as chart_file
from ledger.chart.changes import Particulars
from ledger.chart.file import Change
from ledger.chart.rows import COLUMNS, MOST_ROWS
from ledger.importing import errors as importing
from ledger.importing.errors import FileRefused
from ledger.models import AccountKind, Business
from tests.ledger.conftest import YEAR, Books

DAY = date(2026, 6, 1)


def written(rows: Sequence[Sequence[str]], columns: Sequence[str] = COLUMNS) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([columns, *rows])
    return buffer.getvalue()


def take(books: Books, *rows: str, columns: str = "code,name,kind,heading") -> list[Change]:
    return chart_file.take_chart(books.session, "\n".join([columns, *rows]), opened_on=DAY)


def problems(books: Books, *rows: str, columns: str = "code,name,kind,heading") -> list[tuple[int, str, type[Refusal]]]:
    """Return what is wrong with a file, which must leave the chart as it is once its transaction is taken back."""
    before = list(chart_file.rows_of(books.session))
    with pytest.raises(FileRefused) as found, books.session.begin_nested():
        take(books, *rows, columns=columns)
    books.session.expire_all()
    assert list(chart_file.rows_of(books.session)) == before
    assert found.value.count == len(found.value.problems)
    return [(problem.row, problem.column, type(problem.reason)) for problem in found.value.problems]


def test_the_file_that_was_written_changes_nothing(books: Books) -> None:
    text = written(list(chart_file.rows_of(books.session)))
    assert chart_file.take_chart(books.session, text, opened_on=DAY) == []
    # As a spreadsheet writes it.
    assert chart_file.take_chart(books.session, "\ufeff" + text.replace("\n", "\r\n"), opened_on=DAY) == []


def test_a_chart_goes_from_one_co_operative_to_another(books: Books) -> None:
    chart_changes.open_account(
        books.session,
        code="6150",
        name="=Seeds",
        kind=AccountKind.EXPENSE,
        opened_on=YEAR[0],
        heading="6",
        is_contra=True,
        by_party=True,
        statement_line="running-costs",
        statutory_tag="7.1",
        business=Business.EXTRAORDINARY,
    )
    row = next(cells for cells in chart_file.rows_of(books.session) if cells[0] == "6150")
    assert row == (
        *("6150", "=Seeds", "account", "expense", "6", "credit"),
        *("yes", "running-costs", "7.1", "extraordinary", "2026-04-01", ""),
    )
    other = ("6160", "'=Seeds", *row[2:])
    chart_file.take_chart(books.session, written([other]), opened_on=DAY)
    found = {cells[0]: cells[1:] for cells in chart_file.rows_of(books.session)}
    assert found["6160"] == found["6150"]


def test_accounts_are_added_under_headings_that_come_later_in_the_file(books: Books) -> None:
    changes = take(books, "6150,Seeds,expense,615", "615,Seedlings,expense,61", "61,Plants,expense,6")
    assert [(change.row, change.code, change.did) for change in changes] == [
        (2, "6150", "added"),
        (3, "615", "added"),
        (4, "61", "added"),
    ]
    depths = {branch.account.code: branch.depth for branch in chart.tree(books.session)}
    assert (depths["61"], depths["615"], depths["6150"]) == (1, 2, 3)
    found = chart.account_by_code(books.session, "6150")
    assert (found.opened_on, found.is_heading, found.kind) == (DAY, False, AccountKind.EXPENSE)
    assert take(books, "6150,Seeds,expense,615", "615,Seedlings,expense,61", "61,Plants,expense,6") == []


def test_only_the_columns_of_the_file_are_changed(books: Books) -> None:
    take(books, "6900,Bits and pieces,expense,7.1", columns="code,name,kind,tag")
    account = chart.account_by_code(books.session, OTHER_COSTS)
    assert chart_changes.particulars_of(books.session, account) == Particulars(
        "Bits and pieces", "69", statement_line="other-costs", statutory_tag="7.1"
    )
    (change,) = take(books, "6900,Bits and pieces,expense,", columns="code,name,kind,tag")
    assert (change.did, change.columns) == ("changed", ("tag",))


def test_a_row_may_close_an_account_and_a_heading_after_what_is_under_it(books: Books) -> None:
    take(books, "61,Plants,expense,6", "6150,Seeds,expense,61")
    rows = ("61,Plants,expense,2026-07-01", "6150,All seeds,expense,2026-07-01")
    changes = take(books, *rows, columns="code,name,kind,closed_on")
    assert [(change.code, change.did) for change in changes] == [
        ("61", "closed"),
        ("6150", "changed"),
        ("6150", "closed"),
    ]
    assert take(books, *rows, columns="code,name,kind,closed_on") == []
    assert problems(books, "6150,All seeds,expense,", columns="code,name,kind,closed_on") == [
        (2, "closed_on", chart_errors.StaysAsItIs)
    ]


def test_every_bad_cell_is_told_by_row_and_column(books: Books) -> None:
    rows = ("6150,Seeds,costs,maybe,2026-02-30,no", "6160,Plants", '6170,"A\nB",expense,yes,,', "6170,Tools,expense,,,")
    assert problems(books, *rows, columns="code,name,kind,by_party,opened_on,business") == [
        (2, "kind", chart_errors.CellUnknown),
        (2, "by_party", chart_errors.CellUnknown),
        (2, "business", chart_errors.CellUnknown),
        (2, "opened_on", importing.DayUnreadable),
        (3, "", importing.CellsDiffer),
        (6, "code", chart_errors.CodeTwice),
    ]


def test_every_row_that_the_chart_refuses_is_told(books: Books) -> None:
    books.post((BANK, 1000), (OTHER_INCOME, -1000))
    rows = (
        "x,Seeds,expense,,account,,,,",
        "6150,,expense,,account,,,,",
        "6151,Seeds,expense,99,account,,,,",
        "6152,Seeds,expense,1,account,,,,",
        "6153,Seeds,expense,,account,,cash,,",
        "6154,Seeds,expense,,account,,,a b,",
        "1050,Savings,asset,,account,,,,member",
        "1000,Bank,expense,,account,,,,",
        "1000,Bank,asset,,account,,,,",
    )
    columns = "code,name,kind,heading,type,side,line,tag,business"
    assert problems(books, *rows[:8], columns=columns) == [
        (2, "code", errors.AccountCodeMalformed),
        (3, "name", chart_errors.NameMissing),
        (4, "heading", chart_errors.NoSuchHeading),
        (5, "heading", chart_errors.HeadingOfOtherKind),
        (6, "line", chart_errors.NoSuchLine),
        (7, "tag", chart_errors.TagMalformed),
        (8, "business", chart_errors.BusinessOfNobody),
        (9, "kind", chart_errors.StaysAsItIs),
    ]
    assert problems(books, "1000,Bank,asset,,heading,,,,", columns=columns) == [(2, "type", chart_errors.StaysAsItIs)]
    assert problems(books, "1000,Bank,asset,,account,credit,,,", columns=columns) == [
        (2, "side", chart_errors.StaysAsItIs)
    ]
    assert problems(books, "1000,Bank,asset,2027-01-01", columns="code,name,kind,closed_on") == [
        (2, "", errors.AccountNeeded)
    ]


def test_headings_that_name_each_other_are_refused(books: Books) -> None:
    found = problems(books, "61,Plants,expense,62", "62,Seeds,expense,61")
    assert found[0] == (2, "heading", chart_errors.NoSuchHeading)


def test_at_most_a_hundred_problems_are_told(books: Books) -> None:
    rows = [f"{6150 + number},,expense,," for number in range(250)]
    with pytest.raises(FileRefused) as found, books.session.begin_nested():
        take(books, *(row[:-1] for row in rows))
    assert (found.value.count, len(found.value.problems)) == (250, 100)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", importing.FileEmpty),
        ("code,name\n6150,Seeds\n", importing.ColumnMissing),
        ("code,name,kind,colour\n", importing.ColumnUnknown),
        ("code,name,kind,code\n", importing.ColumnTwice),
        ("code,name,kind\n\n", importing.FileEmpty),
        ("code,name,kind\n" + "6150,Seeds,expense\n" * (MOST_ROWS + 1), chart_errors.ChartTooLong),
    ],
)
def test_what_is_no_chart_is_refused_as_a_whole(books: Books, text: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        chart_file.take_chart(books.session, text, opened_on=DAY)


def test_quotes_that_do_not_match_are_told_where_they_begin(books: Books) -> None:
    assert problems(books, '6150,"Seeds,expense,') == [(2, "", importing.QuotesBroken)]
