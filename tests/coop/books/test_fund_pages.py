"""The pages of the funds: from the grant to the report, and what is refused."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.books import errors, operations
from coop.books.funds import operations as fund_operations
from coop.books.funds.operations import FundText, NewFund
from coop.books.operations import NewEntry
from coop.books.years import closing
from coop.database import db, write
from coop.permissions import PowerMissing
from ledger.chart import BANK, GRANTS_UNSPENT, WAGES
from ledger.models import Entry, Fund
from ledger.posting import Line
from ledger.years import periods
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]
WORDS = {"name": "Wetlands", "funder": "Te Puna Fund", "purpose": "Planting", "conditions": "Report in June"}


def today(app: Flask) -> str:
    with app.app_context():
        return cooperative.today(db.session()).isoformat()


def added(app: Flask, sign_in: SignIn) -> str:
    """Add a fund by its form and return the path of its page."""
    first = {"code": "wetlands", "account": GRANTS_UNSPENT, "starts_on": today(app)}
    page = sign_in("treasurer").submit("/books/funds/new", {**first, **WORDS}, having="code")
    assert "Fund wetlands is added" in page.text
    return page.path


def entries(app: Flask) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(Entry)) or 0


def spend(session: Session, amount_minor: int) -> UUID:
    lines = [Line(WAGES, amount_minor, fund="wetlands"), Line(BANK, -amount_minor)]
    new = NewEntry(cooperative.today(session), "Wages for planting", lines, uuid4())
    return operations.record_entry(session, joining.founder(session, "treasurer"), new)


def test_a_grant_from_the_form_to_the_report(app: Flask, sign_in: SignIn) -> None:
    path = added(app, sign_in)
    treasurer = sign_in("treasurer")
    page = treasurer.submit(f"{path}/receive", {"amount": "1000.00", "text": "First part"}, having="amount")
    assert "Nothing of it is income before it is spent." in page.text
    with app.app_context():
        write(lambda session: spend(session, 30_000))
        db.session.remove()
    page = treasurer.get(path)
    assert "Spent, and not yet income" in page.text
    assert "300.00 was spent for this fund" in page.text
    page = treasurer.submit(f"{path}/release", having="booked_on")
    assert "What was spent is income now." in page.text
    assert "Left 700.00" in page.text
    assert "Given by Te Puna Fund" in page.text
    auditor = sign_in("auditor")
    assert "wetlands Wetlands" in auditor.get("/books/funds").text
    table = auditor.client.get(f"{path}/report.csv").get_data(as_text=True)
    assert "6000,Wages,-300.00,NZD" in table
    assert ",Left,700.00,NZD" in table


def test_a_form_sent_twice_is_one_receipt(app: Flask, sign_in: SignIn) -> None:
    path, treasurer = f"{added(app, sign_in)}/receive", sign_in("treasurer")
    page = treasurer.get(path)
    form = page.form(having="amount")
    values = {"amount": "10.00", "text": "Grant"}
    treasurer.send(page, form, values)
    before = entries(app)
    treasurer.send(page, form, values)
    assert entries(app) == before


@pytest.mark.parametrize(
    ("step", "values", "words"),
    [
        ("receive", {"amount": "0", "text": "Grant"}, "more than nothing"),
        ("receive", {"amount": "-5", "text": "Grant"}, "amount"),
        ("receive", {"amount": "5.00", "text": ""}, "Say what it is"),
        ("receive", {"amount": "5.00", "text": "Grant", "booked_on": "2020-01-01"}, "begins on"),
        ("release", {}, "not income already"),
        ("close", {"closed_on": "tomorrow"}, "year-month-day"),
        ("edit", {"name": ""}, "Enter a name"),
        ("edit", {"ends_on": "2020-01-01"}, "before the first"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    app: Flask, sign_in: SignIn, step: str, values: dict[str, str], words: str
) -> None:
    path, treasurer = added(app, sign_in), sign_in("treasurer")
    having = {"receive": "amount", "release": "booked_on", "close": "closed_on", "edit": "name"}[step]
    before = entries(app)
    page = treasurer.submit(f"{path}/{step}", values, having=having)
    assert page.status in {409, 422}
    assert words in page.text
    assert entries(app) == before


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "a b"}, "1 to 20 letters"),
        ({"code": "wetlands"}, "already"),
        ({"ends_on": "2020-01-01"}, "before the first"),
        ({"starts_on": ""}, "first day"),
        ({"account": "1000"}, "Not a valid choice"),
    ],
)
def test_a_fund_that_cannot_be_is_told_beside_its_field(
    app: Flask, sign_in: SignIn, values: dict[str, str], words: str
) -> None:
    added(app, sign_in)
    asked = {"code": "other", "account": GRANTS_UNSPENT, "starts_on": today(app), **WORDS, **values}
    treasurer = sign_in("treasurer")
    page = treasurer.get("/books/funds/new")
    form = page.form(having="code")
    page = treasurer.send(page, form, asked)
    assert page.status in {409, 422}
    assert words in page.text
    with app.app_context():
        assert db.session().scalar(select(func.count()).select_from(Fund)) == 1


def test_funds_are_the_treasurers_to_keep(app: Flask, sign_in: SignIn) -> None:
    path = added(app, sign_in)
    assert sign_in("board").get(path).status == 200
    assert "Record money received" not in sign_in("board").get(path).text
    assert sign_in("board").get(f"{path}/receive").status == 403
    assert sign_in("secretary").get(path).status == 403
    assert sign_in("treasurer").get(f"/books/funds/{uuid4()}").status == 404
    assert sign_in("treasurer").get(f"/books/funds/{uuid4()}/release").status == 404


def test_a_year_is_not_closed_while_something_spent_is_not_income(session: Session) -> None:
    joining.found(session)
    treasurer, now = joining.founder(session, "treasurer"), cooperative.today(session)
    new = NewFund("wetlands", FundText("Wetlands", "Te Puna Fund"), GRANTS_UNSPENT, now)
    with pytest.raises(PowerMissing):
        fund_operations.add(session, joining.founder(session, "board"), new)
    fund_id = fund_operations.add(session, treasurer, new)
    fund_operations.receive(
        session, treasurer, fund_id=fund_id, amount_minor=5_000, booked_on=now, text="Grant", form_token=uuid4()
    )
    spend(session, 2_000)
    year_id = periods.fiscal_years(session)[0].id
    assert [item.refusal for item in closing.open_items(session, year_id) if item.code == "funds"] != []
    fund_operations.release(session, treasurer, fund_id=fund_id, booked_on=now, form_token=uuid4())
    assert not any(isinstance(item.refusal, errors.FundsNotReleased) for item in closing.open_items(session, year_id))
    fund_operations.change(
        session,
        treasurer,
        fund_id=fund_id,
        text=FundText("Wetlands", "Te Puna"),
        ends_on=now + timedelta(days=3),
    )
    assert fund_operations.words_of(session, fund_id).funder == "Te Puna"
