"""The form of an entry: tax, cost centres and references, checked before anything is recorded."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from evidence.identifiers import new_id
from ledger import chart, cost_centres
from ledger.chart import BANK, COACHING_INCOME, HOSTING, TAX
from ledger.models import Account, Entry, Fund, Posting
from ledger.tax import codes
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]

_SALE = {
    "text": "A coaching session",
    "reference": "INV-12",
    "lines-0-account": BANK,
    "lines-0-debit": "115.00",
    "lines-1-account": COACHING_INCOME,
    "lines-1-credit": "115.00",
    "lines-1-tax": "GST15-S",
}


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


@pytest.fixture
def registered(app: Flask) -> None:
    """A co-op that is registered for tax, with the codes of New Zealand."""
    with app.app_context():
        write(_register)


def _register(session: Session) -> None:
    cooperative.current(session, lock=True).is_tax_registered = True
    codes.install_new_zealand(session)


def _send(browser: Browser, button: str = "Record the entry", **changed: str) -> Page:
    page = browser.get("/books/entries/new")
    return browser.send(page, page.form(having="lines-0-account"), {**_SALE, **changed}, button=button)


def _postings(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        rows = db.session.execute(
            select(Account.code, Posting.amount_minor)
            .join(Account, Account.id == Posting.account_id)
            .order_by(Posting.entry_id, Posting.line)
        )
        return [(row.code, row.amount_minor) for row in rows]


def test_a_coop_without_tax_centres_or_funds_sees_none_of_it(treasurer: Browser) -> None:
    page = treasurer.get("/books/entries/new")
    assert "Counts for" not in page.text
    assert "Amounts of lines with a tax code" not in page.text
    assert not {"lines-0-tax", "lines-0-fund", "lines-0-cost_centre"} & page.form(having="lines-0-account").names()


@pytest.mark.usefixtures("registered")
def test_tax_that_is_contained_is_taken_out(app: Flask, treasurer: Browser) -> None:
    page = _send(treasurer)
    assert "The entry is recorded." in page.text
    assert "INV-12" in page.text
    assert "GST15-S" in page.text
    assert _postings(app) == [(BANK, 11_500), (COACHING_INCOME, -10_000), (TAX, -1_500)]
    assert "INV-12 · GST15-S" in treasurer.get("/books/journal").text


@pytest.mark.usefixtures("registered")
def test_tax_on_top_is_added(app: Flask, treasurer: Browser) -> None:
    page = _send(treasurer, amounts="on-top", **{"lines-1-credit": "100.00"})
    assert "The entry is recorded." in page.text
    assert _postings(app) == [(BANK, 11_500), (COACHING_INCOME, -10_000), (TAX, -1_500)]


@pytest.mark.usefixtures("registered")
def test_checking_shows_the_lines_and_records_nothing(app: Flask, treasurer: Browser) -> None:
    page = _send(treasurer, button="Check")
    assert page.status == 200
    assert "What would be recorded" in page.text
    assert "2600 Goods and services tax" in page.text
    assert "15.00" in page.text
    assert "Nothing is recorded yet" in page.text
    assert _postings(app) == []
    # The form is still filled in and can be recorded now.
    done = treasurer.send(page, page.form(having="lines-0-account"), button="Record the entry")
    assert "The entry is recorded." in done.text


@pytest.mark.usefixtures("registered")
def test_a_difference_is_shown_with_the_lines(app: Flask, treasurer: Browser) -> None:
    for button in ("Check", "Record the entry"):
        page = _send(treasurer, button=button, amounts="on-top")
        assert "Debits and credits differ by" in page.text
        assert "17.25" in page.text
    assert _postings(app) == []


@pytest.mark.usefixtures("registered")
def test_a_code_without_a_rate_that_day_is_refused_beside_its_row(app: Flask, treasurer: Browser) -> None:
    for changed in ({"lines-1-tax": "NOTHING"}, {"booked_on": "2010-09-30"}):
        page = _send(treasurer, **changed)
        assert page.status == 422
        assert "There is no tax code" in page.text
        assert 'id="lines-1-tax-error"' in page.html
    assert _postings(app) == []


@pytest.mark.usefixtures("registered")
def test_a_refusal_about_a_line_stands_beside_the_row_it_came_from(treasurer: Browser) -> None:
    # The first row gives two lines, so the third line is the second row.
    huge = {
        "lines-0-account": HOSTING,
        "lines-0-tax": "GST15-P",
        "lines-1-credit": "9000000000000.00",
        "lines-1-tax": "",
    }
    page = _send(treasurer, **huge)
    assert page.status == 422
    assert 'id="lines-1-account-error"' in page.html
    assert 'id="lines-0-account-error"' not in page.html


def test_a_tax_code_is_ignored_while_the_coop_is_not_registered(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        write(codes.install_new_zealand)
    assert "The entry is recorded." in _send(treasurer).text
    assert _postings(app) == [(BANK, 11_500), (COACHING_INCOME, -11_500)]


def _tags(session: Session) -> None:
    cost_centres.add(session, code="coaching", name="Coaching")
    unspent = session.scalars(select(Account.id).where(Account.code == chart.GRANTS_UNSPENT)).one()
    starts_on = cooperative.today(session)
    session.add(Fund(id=new_id(), code="rakau", name="Rākau Trust", account_id=unspent, starts_on=starts_on))


def test_lines_name_cost_centres_and_funds(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        write(_tags)
    page = _send(treasurer, **{"lines-1-cost_centre": "coaching", "lines-1-fund": "rakau"})
    assert "coaching · rakau" in page.text
    assert "A coaching session" in treasurer.get("/books/journal?cost_centre=coaching").text
    assert "No entry matches" in treasurer.get("/books/journal?cost_centre=zzz").text
    page = _send(treasurer, **{"lines-1-cost_centre": "closed"})
    assert page.status == 422
    assert "There is no cost centre closed" in page.text
    assert 'id="lines-1-cost_centre-error"' in page.html


def test_the_same_reference_twice_is_a_hint_and_no_refusal(app: Flask, treasurer: Browser) -> None:
    assert "same reference" not in _send(treasurer).text
    assert "Another entry has the same reference" in _send(treasurer, button="Check").text
    page = _send(treasurer, **{"lines-0-debit": "9.00", "lines-1-credit": "9.00"})
    assert "The entry is recorded." in page.text
    assert "Another entry has the same reference" in page.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 2
    assert "A coaching session" in treasurer.get("/books/journal?reference=inv-12").text
    assert "No entry matches" in treasurer.get("/books/journal?reference=zzz").text


def test_an_expense_with_tax_is_reversed_with_its_tags(app: Flask, treasurer: Browser, registered: None) -> None:
    page = _send(
        treasurer,
        **{
            "lines-0-debit": "",
            "lines-0-credit": "46.00",
            "lines-1-account": HOSTING,
            "lines-1-credit": "",
            "lines-1-debit": "46.00",
            "lines-1-tax": "GST15-P",
        },
    )
    reversal = treasurer.submit(f"{page.path}/reverse", {"reason": "Wrong month"}, button="Reverse the entry")
    assert "GST15-P" in reversal.text
    assert sum(amount for _, amount in _postings(app)) == 0
    assert sorted(_postings(app)).count((TAX, 600)) == sorted(_postings(app)).count((TAX, -600)) == 1
