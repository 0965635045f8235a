"""The pages on which a year is closed, and the statements of a closed year."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals.models import TwoPersonAct
from coop.books import operations
from coop.books.operations import NewEntry
from coop.database import db, write
from coop.payments.bank.lines import enter_line
from coop.payments.bank.statements import NewLine
from ledger.chart import BANK, HOSTING, OTHER_INCOME
from ledger.models import FiscalYear, YearClosing
from ledger.posting import Line
from ledger.years import periods
from tests import joining
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


@pytest.fixture
def year(app: Flask) -> Iterator[FiscalYear]:
    """The first year, over, with a surplus of 70.00 and the next year open; the clock stands after it."""

    def work(session: Session) -> FiscalYear:
        treasurer, today = joining.founder(session, "treasurer"), cooperative.today(session)
        found = periods.fiscal_years(session)[0]
        for lines in ((Line(BANK, 10_000), Line(OTHER_INCOME, -10_000)), (Line(HOSTING, 3_000), Line(BANK, -3_000))):
            operations.record_entry(session, treasurer, NewEntry(today, "Something", lines, uuid4()))
        operations.open_year(session, treasurer)
        return found

    with app.app_context():
        made = write(work)
        days = (made.ends_on - cooperative.today(db.session())).days
        # Else the reading that has begun would last through the test.
        db.session.remove()
    with clock.at(clock.now() + timedelta(days=days + 2)):
        yield made


def path_of(year: FiscalYear) -> str:
    return f"/books/years/{year.id}/close"


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(mapped)) or 0


def enter(app: Flask, year: FiscalYear) -> None:
    def work(session: Session) -> UUID:
        return enter_line(session, joining.founder(session, "treasurer"), NewLine(year.ends_on, 777, "What is this"))

    with app.app_context():
        write(work)


def approve(browser: Browser, act: Page) -> Page:
    page = browser.get(act.path)
    return browser.send(page, page.form(having="seen"))


def test_a_year_is_closed_by_two_people_through_the_pages(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    treasurer = sign_in("treasurer")
    todo = treasurer.get("/").links[f"Close the year to {year.ends_on:%-d %B %Y}"]
    assert todo == path_of(year)
    page = treasurer.get(todo)
    assert page.text.count(" done") >= 8
    for figure in (
        "Surplus NZD 70.00",
        "4900 Interest and other income 100.00",
        "3900 Surplus awaiting a decision 70.00",
    ):
        assert figure in page.text
    act = treasurer.send(page, page.form(button="Prepare the closing"))
    assert "The closing is prepared." in act.text
    assert "Surplus NZD 70.00" in act.text
    assert "It waits for somebody of the board" in treasurer.get(todo).text
    again = treasurer.send(page, page.form(button="Prepare the closing"))
    assert (again.path, "has been prepared already" in again.text) == (act.path, True)
    done = approve(sign_in("board"), act)
    assert (done.status, count(app, YearClosing)) == (200, 1)
    closed = treasurer.get(todo)
    assert "The year is closed." in closed.text
    assert "Surplus NZD 70.00" in closed.text
    entry = treasurer.get(closed.links["see the entry"])
    assert entry.links["The closing of the year"] == todo
    assert "is closed: its result and its closing entry" in treasurer.get("/books/periods").text
    assert treasurer.send(page, page.form(button="Prepare the closing")).status == 409
    assert count(app, YearClosing) == 1


def test_what_is_open_stands_in_the_list_with_the_way_there_and_nothing_can_be_prepared(
    app: Flask, sign_in: SignIn, year: FiscalYear
) -> None:
    treasurer = sign_in("treasurer")
    ready = treasurer.get(path_of(year))
    enter(app, year)
    page = treasurer.get(path_of(year))
    assert "Lines of the bank statement that are no entry yet: 1." in page.text
    assert all(form.action != path_of(year) and "Prepare" not in str(form.buttons) for form in page.forms)
    way = next(href for words, href in page.links.items() if words.startswith("Go there"))
    assert "What is this" in treasurer.get(way).text
    refused = treasurer.send(ready, ready.form(button="Prepare the closing"))
    assert (refused.status, "that are no entry yet: 1." in refused.text) == (409, True)
    assert count(app, TwoPersonAct) == 0


def test_what_came_up_after_it_was_prepared_refuses_the_approval(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    treasurer = sign_in("treasurer")
    act = treasurer.submit(path_of(year), button="Prepare the closing")
    enter(app, year)
    refused = approve(sign_in("board"), act)
    assert (refused.status, "that are no entry yet: 1." in refused.text) == (409, True)
    assert "Still open" in refused.text
    assert count(app, YearClosing) == 0


def test_a_year_that_is_not_over_says_so(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        year = periods.fiscal_years(db.session())[0]
    treasurer = sign_in("treasurer")
    page = treasurer.get(path_of(year))
    assert "is not over yet. It can be closed from the day after." in page.text
    refused = treasurer.post(path_of(year))
    assert (refused.status, "cannot be closed yet" in refused.text) == (409, True)
    assert treasurer.get(f"/books/years/{uuid4()}/close").status == 404
    assert treasurer.post(f"/books/years/{uuid4()}/close").status == 404
    assert count(app, TwoPersonAct) == 0


def test_only_the_treasurer_prepares_and_others_read(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    for name in ("board", "auditor"):
        reader = sign_in(name)
        assert "Prepare the closing" not in reader.get(path_of(year)).text
        assert reader.post(path_of(year)).status == 403
    assert sign_in("founder").get(path_of(year)).status == 403
    assert count(app, TwoPersonAct) == 0


def test_the_last_month_is_not_locked_alone(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    page = sign_in("treasurer").submit(f"/books/periods/{year.ends_on}/lock", button="Lock the month")
    assert (page.status, "Close the year instead." in page.text) == (409, True)


def test_statements_of_a_closed_year_keep_their_figures(app: Flask, sign_in: SignIn, year: FiscalYear) -> None:
    treasurer = sign_in("treasurer")
    days = f"from={year.starts_on}&to={year.ends_on}"
    before = treasurer.get(f"/books/income-statement.csv?{days}").html
    assert before.splitlines() == [
        "section,account,name,amount,currency",
        "income,4900,Interest and other income,100.00,NZD",
        "expense,6100,Hosting and software,30.00,NZD",
        "result,,Result,70.00,NZD",
    ]
    approve(sign_in("board"), treasurer.submit(path_of(year), button="Prepare the closing"))
    page = treasurer.get(f"/books/income-statement?{days}")
    assert treasurer.get(page.links["Income statement as CSV"]).html == before
    this_year = treasurer.get("/books/income-statement").text
    assert "4900 Interest and other income 0.00 100.00" in this_year
    sheet = treasurer.get(f"/books/balance-sheet?at={year.ends_on}")
    assert "3900 Surplus awaiting a decision 70.00" in sheet.text
    assert treasurer.get(sheet.links["Balance sheet as CSV"]).html.splitlines() == [
        "section,account,name,amount,currency",
        "asset,1000,Bank account,70.00,NZD",
        "equity,3900,Surplus awaiting a decision,70.00,NZD",
    ]
    assert "3900 Surplus awaiting a decision 70.00 70.00" in treasurer.get("/books/balance-sheet").text
    account = treasurer.get("/books/accounts/4900")
    assert "Closing of the year" in account.text
    assert treasurer.get("/books/balance-sheet.csv?at=nonsense").status == 200
