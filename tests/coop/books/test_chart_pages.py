"""The pages of the chart: the tree, an account and a heading, what can be changed, and a chart from a file."""

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.books.chart import queries as chart_queries
from coop.database import db, write
from ledger import chart, posting
from ledger.chart import BANK, HOSTING, OTHER_INCOME
from ledger.models import Account
from ledger.years import periods
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]
#: A fiscal year that joins on to one of as many days.
YEARS = timedelta(days=365)


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


def _book(app: Flask, amount_minor: int = 10_000, on: date | None = None) -> None:
    """Book some income into the bank, and a tenth of it for hosting."""
    with app.app_context():
        day = on or cooperative.today(db.session())
        amounts = {BANK: amount_minor - amount_minor // 10, HOSTING: amount_minor // 10, OTHER_INCOME: -amount_minor}
        lines = [posting.Line(code, amount) for code, amount in amounts.items()]
        draft = posting.Draft(day, "A talk", "manual", "NZD", lines, f"talk:{amount_minor}:{day}")
        write(lambda session: posting.post(session, draft, now=clock.now()))


def _account(app: Flask, code: str) -> Account:
    with app.app_context():
        return chart.account_by_code(db.session(), code)


def _chart(app: Flask) -> list[tuple[str, str, object]]:
    with app.app_context():
        found = chart.accounts(db.session(), with_headings=True)
        return [(one.code, one.name, one.closed_on) for one in found]


def _trail(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        rows = db.session.execute(
            select(AuditEvent.action, AuditEvent.facts)
            .where(AuditEvent.subject_kind == "account")
            .order_by(AuditEvent.at)
        )
        return [(action, facts["code"]) for action, facts in rows]


def _rows(page: Page) -> dict[str, str]:
    """Return what the tree shows, by code."""
    assert page.root is not None
    found = {}
    for row in page.root.iter("{http://www.w3.org/1999/xhtml}tr"):
        cells = [" ".join("".join(cell.itertext()).split()) for cell in row]
        found[cells[0].split()[0]] = cells[-1]
    return found


def test_the_tree_shows_balances_and_what_headings_add_up_to(app: Flask, treasurer: Browser) -> None:
    _book(app)
    page = treasurer.get("/books/accounts")
    rows = _rows(page)
    assert (rows["1000"], rows["10"], rows["1"]) == ("90.00", "90.00", "90.00")
    assert (rows["6100"], rows["6"], rows["4900"], rows["49"], rows["4"]) == (
        *("10.00", "10.00"),
        *("100.00", "100.00", "100.00"),
    )
    assert (rows["2"], rows["1590"]) == ("0.00", "0.00")
    assert 'class="cell-head depth-2"' in page.html
    assert treasurer.get("/books/accounts/10").status == 200


def test_who_only_reads_is_offered_no_change(app: Flask, sign_in: SignIn) -> None:
    for name in ("board", "auditor"):
        reader = sign_in(name)
        assert not {"New account", "Chart from a file"} & set(reader.get("/books/accounts").links)
        assert "Edit" not in reader.get("/books/accounts/1000").links
        assert reader.get("/books/accounts.csv").status == 200
        for path in ("/books/accounts/new", "/books/accounts/6900/edit", "/books/accounts/file"):
            assert reader.get(path).status == 403
            assert reader.post(path, {"name": "Mine", "pasted": "code,name,kind\n6150,Mine,expense"}).status == 403
    assert sign_in("founder").get("/books/accounts.csv").status == 403


def test_a_heading_shows_what_stands_under_it_and_its_sum(app: Flask, treasurer: Browser) -> None:
    _book(app)
    page = treasurer.get("/books/accounts/6")
    assert page.title == "6 Running costs"
    assert _rows(page)["6100"] == "10.00"
    assert "Together" in page.text
    assert "Balance at the end of each month" in page.text
    assert "Nothing stands under it yet" in _opened(treasurer, code="61", name="Plants", type="heading").text


def test_an_account_shows_its_balance_over_time_with_the_figures_beneath(app: Flask, treasurer: Browser) -> None:
    assert "<svg" not in treasurer.get("/books/accounts/1000").html.partition("<main")[2]
    _book(app)
    page = treasurer.get("/books/accounts/1000")
    assert "Balance at the end of each month" in page.text
    assert "90.00" in page.html.partition("The figures as a table")[2]
    assert "Line of the statements Cash and bank" in page.text
    assert "Its normal side credit" in treasurer.get("/books/accounts/1590").text
    assert "Business with non-members" in treasurer.get("/books/accounts/4010").text


def test_the_balance_of_a_month_is_all_that_was_booked_until_its_end(app: Flask) -> None:
    with app.app_context():
        today = cooperative.today(db.session())
        year = periods.fiscal_years(db.session())[0]
        write(
            lambda session: periods.open_fiscal_year(session, *(day + YEARS for day in (year.starts_on, year.ends_on)))
        )
    later = today + YEARS
    for amount_minor, day in ((10_000, today), (20_000, later - timedelta(days=70)), (30_000, later)):
        _book(app, amount_minor, day)
    with app.app_context():
        session = db.session()
        bank, income, equipment = (chart.account_by_code(session, code) for code in (BANK, OTHER_INCOME, "1500"))
        months = chart_queries.months(session, [bank], later)
        balances = [month.balance_minor for month in months]
        assert (balances[0], balances[-1], set(balances)) == (9_000, 54_000, {9_000, 27_000, 54_000})
        assert [month.ends_on for month in months] == sorted(month.ends_on for month in months)
        assert today <= months[0].ends_on < today + timedelta(days=31)
        assert chart_queries.months(session, [income], later)[-1].balance_minor == 60_000
        assert chart_queries.months(session, [bank, income], later)[-1].balance_minor == 54_000 - 60_000
        assert [month.balance_minor for month in chart_queries.months(session, [bank], later, count=2)] == balances[-2:]
        assert chart_queries.months(session, [bank], today)[-1].balance_minor == 9_000
        assert chart_queries.months(session, [equipment], later) == chart_queries.months(session, [], later) == []


def _opened(browser: Browser, **values: str) -> Page:
    page = browser.get("/books/accounts/new")
    given = {"kind": "expense", "name": "Seeds", "heading": "6", **values}
    return browser.send(page, page.form(having="opened_on"), given)


def test_the_treasurer_opens_a_heading_and_an_account_under_it(app: Flask, treasurer: Browser) -> None:
    assert _opened(treasurer, code="61", name="Plants", type="heading").title == "61 Plants"
    page = _opened(
        treasurer,
        code="6150",
        heading="61",
        statement_line="running-costs",
        statutory_tag="7.1",
        business="extraordinary",
    )
    assert page.title == "6150 Seeds"
    for words in ("61 Plants", "Running costs", "7.1", "Extraordinary"):
        assert words in page.text, words
    assert _trail(app) == [("account.opened", "61"), ("account.opened", "6150")]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"code": "61"}, "4 to 8 digits"),
        ({"code": "6150", "type": "heading"}, "1 to 3 digits"),
        ({"code": "6000"}, "already has an account 6000"),
        ({"code": "6150", "heading": "10"}, "another kind"),
        ({"code": "6150", "statement_line": "cash"}, "no line cash"),
        ({"code": "6150", "statutory_tag": "a b"}, "A tag has at most"),
        ({"code": "1050", "kind": "asset", "heading": "", "business": "member"}, "Only income and expenses"),
        ({"code": "61", "type": "heading", "by_party": "y"}, "A heading only adds up"),
        ({"code": "6150", "name": ""}, "Enter a name"),
        ({"code": "6150", "opened_on": "soon"}, "year-month-day"),
        ({"code": "6150", "heading": "6000"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_opened_is_told_beside_its_field(
    app: Flask, treasurer: Browser, values: dict[str, str], message: str
) -> None:
    before = _chart(app)
    page = _opened(treasurer, **values)
    assert (page.status, message in page.text) == (422, True), page.text
    assert (_chart(app), _trail(app)) == (before, [])


def test_an_account_is_changed_and_nothing_is_recorded_where_nothing_changes(app: Flask, treasurer: Browser) -> None:
    changed = {
        "name": "Bits and pieces",
        "heading": "6",
        "statement_line": "running-costs",
        "business": "extraordinary",
    }
    page = treasurer.submit("/books/accounts/6900/edit", changed)
    assert page.title == "6900 Bits and pieces"
    assert treasurer.submit("/books/accounts/6900/edit", changed).title == "6900 Bits and pieces"
    assert _trail(app) == [("account.changed", "6900")]
    found = _account(app, "6900")
    assert (found.statement_line, found.business) == ("running-costs", "extraordinary")


def test_of_a_heading_only_name_and_place_are_asked(app: Flask, treasurer: Browser) -> None:
    form = treasurer.get("/books/accounts/69/edit").form(having="name")
    assert form.names() >= {"name", "heading"}
    assert not form.names() & {"statement_line", "business", "by_party", "statutory_tag"}
    assert treasurer.submit("/books/accounts/69/edit", {"name": "Sundries", "heading": "6"}).title == "69 Sundries"
    refused = treasurer.submit("/books/accounts/6/edit", {"heading": "69"})
    assert (refused.status, "stands under 6 itself" in refused.text) == (422, True)
    assert "business" not in treasurer.get("/books/accounts/1000/edit").form(having="name").names()


def test_what_the_program_books_keeps_its_business(app: Flask, treasurer: Browser) -> None:
    refused = treasurer.submit("/books/accounts/4100/edit", {"business": "non-member"})
    assert (refused.status, "The program itself books" in refused.text) == (422, True)
    assert treasurer.submit("/books/accounts/4100/edit", {"name": "Coaching of members"}).status == 200


def test_a_heading_is_closed_after_what_stands_under_it(app: Flask, treasurer: Browser) -> None:
    _opened(treasurer, code="61", name="Plants", type="heading")
    _opened(treasurer, code="6150", heading="61")
    refused = treasurer.submit("/books/accounts/61/close", having="closed_on")
    assert (refused.status, "still open" in refused.text) == (409, True)
    treasurer.submit("/books/accounts/6150/close", having="closed_on")
    assert treasurer.submit("/books/accounts/61/close", having="closed_on").title == "Accounts"
    assert "61" not in treasurer.get("/books/accounts/new").form(having="heading").choices["heading"]


def test_no_form_that_chooses_an_account_offers_a_heading(app: Flask, treasurer: Browser) -> None:
    headings = {one.code for one in chart.DEFAULT_CHART if one.is_heading}
    for path, field in (("/books/entries/new", "lines-0-account"), ("/books/journal", "account")):
        offered = set(treasurer.get(path).form(having=field).choices[field])
        assert BANK in offered, path
        assert not offered & headings, path


def test_an_account_that_is_not_there_is_no_page(treasurer: Browser) -> None:
    for path in ("/books/accounts/7777", "/books/accounts/7777/edit", "/books/accounts/7777/close"):
        assert treasurer.get(path).status == 404


def _sent(browser: Browser, text: str, button: str = "Show what it would change") -> Page:
    return browser.submit("/books/accounts/file", {"pasted": text}, button=button)


def test_the_download_taken_back_changes_nothing(app: Flask, treasurer: Browser) -> None:
    text = treasurer.get("/books/accounts.csv").html
    assert text.splitlines()[:3] == [
        "code,name,type,kind,heading,side,by_party,line,tag,business,opened_on,closed_on",
        f"1,Assets,heading,asset,,,,,,,{_account(app, '1').opened_on},",
        f"10,Bank and cash,heading,asset,1,,,,,,{_account(app, '1').opened_on},",
    ]
    page = _sent(treasurer, text)
    assert "it would change nothing" in page.text
    assert _trail(app) == []


def test_a_chart_is_shown_before_it_is_taken(app: Flask, treasurer: Browser) -> None:
    text = "code,name,kind,heading\n6150,Seeds,expense,61\n61,Plants,expense,6\n6900,Sundries,expense,69\n"
    before = _chart(app)
    page = _sent(treasurer, text)
    assert (page.status, _chart(app), _trail(app)) == (200, before, [])
    for words in ("6150 Seeds added", "61 Plants added", "6900 Sundries changed: name"):
        assert words in page.text, words
    taken = treasurer.send(page, page.form(having="pasted"), button="Make these changes")
    assert (taken.title, "added or changed: 3" in taken.text) == ("Accounts", True)
    assert len(_chart(app)) == len(before) + 2
    assert sorted(_trail(app)) == [("account.changed", "6900"), ("account.opened", "61"), ("account.opened", "6150")]
    assert "it would change nothing" in _sent(treasurer, text).text


def test_a_chart_comes_as_a_file_and_its_rows_stay_on_the_page(app: Flask, treasurer: Browser) -> None:
    content = b"\xef\xbb\xbfcode,name,kind\r\n6150,Seeds of k\xc5\x8dwhai,expense\r\n"
    page = _with_file(treasurer, content)
    assert (page.status, "6150 Seeds of kōwhai added" in page.text) == (200, True)
    taken = treasurer.send(page, page.form(having="pasted"), button="Make these changes")
    assert (taken.title, _account(app, "6150").name) == ("Accounts", "Seeds of kōwhai")
    for wrong in (b"\xff\xfe", b"PK\x03\x04\x00"):
        refused = _with_file(treasurer, wrong)
        assert (refused.status, "not a CSV file in UTF-8" in refused.text) == (422, True)
    assert "Choose a file, or paste its rows." in _sent(treasurer, "").text


def _with_file(browser: Browser, content: bytes) -> Page:
    return browser.post("/books/accounts/file", {"do": "try", "file": (io.BytesIO(content), "chart.csv")})


def test_of_a_bad_chart_every_row_is_named_and_none_is_taken(app: Flask, treasurer: Browser) -> None:
    before = _chart(app)
    page = _sent(treasurer, "code,name,kind,heading\n6150,Seeds,expense,6\nx,Pots,expense,6\n6160,Pots,expense,99\n")
    assert page.status == 422
    for words in ("Problems found: 2.", "3 code", "4 heading There is no open heading 99"):
        assert words in page.text, words
    assert "Make these changes" not in page.text
    altered = treasurer.post("/books/accounts/file", {"pasted": "code,name,kind\nx,Pots,expense\n", "do": "take"})
    assert (altered.status, _chart(app), _trail(app)) == (422, before, [])
    assert "must name the column kind" in _sent(treasurer, "code,name\n6150,Seeds").text
