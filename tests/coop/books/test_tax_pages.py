"""The pages of tax: nothing but a sentence for a co-op that is not registered, codes, rates, and the return with its postings."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.books.tax import operations
from coop.books.tax.operations import NotTaxRegistered
from coop.database import db, write
from coop.permissions import Actor, Power, PowerMissing
from ledger.chart import BANK, COACHING_INCOME
from ledger.drafts import Line
from ledger.models import TaxCode, TaxUse
from ledger.posting import Draft, post
from ledger.tax.arithmetic import taxed_lines
from ledger.tax.codes import NewCode
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    return sign_in("treasurer")


@pytest.fixture
def registered(app: Flask) -> None:
    with app.app_context():
        write(_register)


def _register(session: Session) -> None:
    cooperative.current(session, lock=True).is_tax_registered = True


def _codes(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(TaxCode.code).order_by(TaxCode.code, TaxCode.valid_from)))


def _sell(session: Session, gross_minor: int = 23_000) -> None:
    lines = taxed_lines(Line(COACHING_INCOME, -gross_minor, tax="GST15-S"), 1500, is_included=True)
    today = cooperative.today(session)
    post(session, Draft(today, "Sold", "manual", "NZD", [*lines, Line(BANK, gross_minor)], "sold"), now=clock.now())


@pytest.fixture
def sold(app: Flask, treasurer: Browser, registered: None) -> str:
    """Sell something with tax; return the days of this month as an address says them."""
    treasurer.submit("/books/tax", {}, button="Add the codes for New Zealand")
    with app.app_context():
        write(_sell)
        today = cooperative.today(db.session())
    return f"from={today.replace(day=1)}&to={today}"


def test_a_coop_that_is_not_registered_sees_one_sentence(app: Flask, treasurer: Browser) -> None:
    for path in ("/books/tax", "/books/tax/new", "/books/tax/return", "/books/tax/return/postings"):
        page = treasurer.get(path)
        assert page.status == 200
        assert "coop tax --registered" in page.text
        assert len([form for form in page.forms if "tax" in (form.action or "")]) == 0
    assert treasurer.get("/books/tax/return.csv").status == 404
    assert treasurer.post("/books/tax/install", {"csrf_token": treasurer.token()}).status == 422
    assert _codes(app) == []


@pytest.mark.usefixtures("registered")
def test_the_codes_of_new_zealand_are_one_click(app: Flask, treasurer: Browser) -> None:
    page = treasurer.submit("/books/tax", {}, button="Add the codes for New Zealand")
    assert "7 tax codes are added." in page.text
    assert "GST15-S" in page.text
    assert "15% from 1 October 2010" in page.text
    assert "Add the codes for New Zealand" not in page.text
    with app.app_context():
        assert db.session.scalar(select(AuditEvent.action).where(AuditEvent.action == "tax-code.set-installed"))


@pytest.mark.usefixtures("registered")
def test_a_code_and_a_new_rate_are_added(app: Flask, treasurer: Browser) -> None:
    new = {
        "code": "VAT",
        "name": "Value added",
        "use": "sale",
        "rate": "12.5",
        "valid_from": "2026-01-01",
        "box_tax": "1",
    }
    assert "Tax code VAT is added." in treasurer.submit("/books/tax/new", new).text
    assert "12.5%" in treasurer.get("/books/tax").text
    assert treasurer.submit("/books/tax/new", new).status == 409
    page = treasurer.submit("/books/tax/codes/VAT/rate", {"rate": "20", "valid_from": "2027-01-01"})
    assert "12.5% from 1 January 2026 to 31 December 2026" in page.text
    assert "Add the codes for New Zealand" in page.text
    assert _codes(app) == ["VAT", "VAT"]
    assert treasurer.get("/books/tax/codes/nothing/rate").status == 404


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("rate", text) for text in ("", "x", "-1", "12.345", "101", "1e1", "１５")),
        *(("code", "a b"), ("name", ""), ("valid_from", "soon"), ("use", "other"), ("box_gross", "1")),
    ],
)
def test_a_wrong_code_changes_nothing(app: Flask, treasurer: Browser, field: str, wrong: str) -> None:
    values = {"code": "VAT", "name": "VAT", "use": "sale", "rate": "20", "valid_from": "2026-01-01", "box_tax": "1"}
    page = treasurer.submit("/books/tax/new", {**values, field: wrong})
    assert page.status == 422
    assert "Please put this right" in page.text
    assert _codes(app) == []


def test_a_rate_cannot_begin_before_what_is_booked(app: Flask, treasurer: Browser, sold: str) -> None:
    today = sold.rpartition("=")[2]
    page = treasurer.submit("/books/tax/codes/GST15-S/rate", {"rate": "20", "valid_from": today})
    assert page.status == 409
    assert "Under the present rate" in page.text
    assert len(_codes(app)) == 7


def test_the_return_leads_from_each_figure_to_its_postings(treasurer: Browser, sign_in: SignIn, sold: str) -> None:
    page = sign_in("auditor").get(f"/books/tax/return?{sold}")
    assert "To pay" in page.text
    assert "NZD 30.00" in page.text
    assert "The return and the tax account agree." in page.text
    postings = treasurer.get(f"/books/tax/return/postings?{sold}&box=5")
    assert "2 postings" in postings.text
    assert "Sold" in postings.text
    assert "200.00" in postings.text
    assert "1 posting" in treasurer.get(f"/books/tax/return/postings?{sold}&code=GST15-S&part=tax").text
    assert "No postings" in treasurer.get(f"/books/tax/return/postings?{sold}&outside=1").text
    for nonsense in ("box=99", "code=%20&part=tax", "code=GST15-S&part=x"):
        assert treasurer.get(f"/books/tax/return/postings?{sold}&{nonsense}").status == 404
    assert treasurer.get("/books/tax/return/postings?box=5").status == 404


def test_the_return_is_a_table_too(treasurer: Browser, sold: str) -> None:
    lines = treasurer.client.get(f"/books/tax/return.csv?{sold}").text.splitlines()
    assert 'box,5,"Total sales and income, with GST and zero-rated supplies",230.00,,NZD' in lines
    assert "box,15,Difference between box 10 and box 14,30.00,,NZD" in lines
    assert "code,GST15-S,GST on sales 15%,230.00,30.00,NZD" in lines


def test_wrong_days_are_told_beside_the_field(treasurer: Browser, sold: str) -> None:
    assert treasurer.get("/books/tax/return?from=soon").status == 422
    assert treasurer.get("/books/tax/return?from=2026-05-02&to=2026-05-01").status == 422


def test_a_coop_that_was_registered_still_reads_its_returns_and_adds_nothing(
    app: Flask, treasurer: Browser, sold: str
) -> None:
    with app.app_context():
        write(lambda session: setattr(cooperative.current(session), "is_tax_registered", False))
    assert "NZD 30.00" in treasurer.get(f"/books/tax/return?{sold}").text
    assert "New rate" not in treasurer.get("/books/tax").text
    page = treasurer.submit("/books/tax/codes/GST15-S/rate", {"rate": "20", "valid_from": "2090-01-01"})
    assert page.status == 422
    assert "not registered" in page.text


def test_each_operation_needs_the_treasurer_and_a_registered_coop(app: Flask, people: dict[str, UUID]) -> None:
    new = NewCode("VAT", "VAT", TaxUse.SALE, 2000, date(2026, 1, 1))
    board, treasurer = (
        Actor(person_id=people[name], channel="web", powers=frozenset({power}))
        for name, power in (("board", Power.BOARD), ("treasurer", Power.TREASURER))
    )
    with app.app_context():
        for act in (
            lambda who: write(lambda s: operations.add_code(s, who, new)),
            lambda who: write(lambda s: operations.add_rate(s, who, code="X", rate_bp=1, valid_from=date(2026, 1, 1))),
            lambda who: write(lambda s: operations.install_new_zealand(s, who)),
        ):
            with pytest.raises(PowerMissing):
                act(board)
            with pytest.raises(NotTaxRegistered):
                act(treasurer)
