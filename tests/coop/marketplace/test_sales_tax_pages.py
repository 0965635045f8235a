"""What buyers, sellers and officers are shown about tax: before they order, on receipts and invoices, and in the files."""

import csv
import io
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.marketplace.models import Offering
from ledger.models import TaxCode
from tests import selling, taxing
from tests.coop.marketplace.test_marketplace_pages import Market, choose, words
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def market(app: Flask) -> Market:
    """The market of a co-op that is registered for GST."""
    made = Market(app)
    made.do(taxing.register)
    return made


def offering(market: Market, code: str | None = None, *, is_added: bool = False) -> UUID:
    """Offer coaching at 120.00 under a tax code."""
    offering_id = market.coaching()
    market.do(lambda session: taxing.set_tax(session, offering_id, code, is_added=is_added))
    return offering_id


def test_the_tax_that_prices_contain_is_told_before_and_after_ordering(market: Market) -> None:
    offering_id, buyer = offering(market), market.browser
    service = words(buyer.get(f"/services/{offering_id}"))
    assert "NZD 120.00 including GST of NZD 15.65" in service
    assert "These prices contain GST at 15%." in service
    summary = choose(buyer, f"{market.mine}/services/{offering_id}/buy", quantity="2")
    for said in ("Without GST NZD 208.70", "GST at 15% NZD 31.30", "To pay NZD 240.00"):
        assert said in words(summary)
    assert "not registered" not in words(summary)
    practice = buyer.send(summary, summary.form(having="confirmed"))
    paid = buyer.send(practice, practice.form(button="Pay"), button="Pay")
    assert "GST at 15% NZD 31.30 of the amount" in words(paid)
    receipt = words(buyer.get(paid.links["Receipt"]))
    for said in (
        "Taxable supply information",
        "Seller Kanopi",
        f"GST number {taxing.NUMBER}",
        "Without GST NZD 208.70",
        "GST at 15% NZD 31.30",
        "With GST NZD 240.00",
    ):
        assert said in receipt
    assert "not registered" not in receipt


def test_the_tax_that_is_added_is_told_beside_each_price(market: Market) -> None:
    offering_id = offering(market, is_added=True)
    assert "from NZD 120.00 plus GST" in words(Browser(market.app).get("/services"))
    service = words(market.browser.get(f"/services/{offering_id}"))
    assert "NZD 120.00 plus GST of NZD 18.00: NZD 138.00" in service
    assert "GST at 15% is added to these prices." in service
    enterprise = market.do(lambda s: selling.organisation(s, market.buyer.person_id))
    summary = choose(market.browser, f"/as/{enterprise}/services/{offering_id}/buy", by="invoice", po_number="PO-77")
    for said in ("Without GST NZD 360.00", "GST at 15% NZD 54.00", "To pay NZD 414.00"):
        assert said in words(summary)
    ordered = market.browser.send(summary, summary.form(having="confirmed"))
    invoice = words(market.browser.get(ordered.links["Invoice"]))
    for said in ("Taxable supply information", "Still to pay NZD 414.00", "With GST NZD 414.00", taxing.NUMBER):
        assert said in invoice


def test_a_refund_is_a_correction_on_the_receipt_with_its_tax(market: Market) -> None:
    order_id = market.bought(offering(market))
    market.do(lambda session: selling.refund(session, order_id, 2_300))
    receipt = words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert "NZD 23.00 less, NZD 3.00 of it GST." in receipt


def test_what_is_exempt_says_so(market: Market) -> None:
    offering_id = offering(market, "EXEMPT-S", is_added=True)
    assert "plus GST" not in words(market.browser.get("/services"))
    assert "No GST is charged: Exempt sales" in words(market.browser.get(f"/services/{offering_id}"))
    order_id = market.bought(offering_id)
    assert "Exempt sales, outside the return NZD 0.00" in words(
        market.browser.get(f"{market.mine}/orders/{order_id}/receipt")
    )


def test_a_seller_reads_the_tax_of_the_fee_and_the_buyer_is_told_to_ask_the_seller(market: Market) -> None:
    seller_id = market.member_seller()
    order_id = market.bought(market.do(lambda s: selling.listing(s, "board", seller_id)))
    receipt = words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert "Ask Ana Tūī whether their price contains any GST." in receipt
    assert "Taxable supply information" not in receipt
    with market.app.app_context():
        from tests.joining import founder

        person_id = founder(db.session(), "board").person_id
        db.session.remove()
    assert person_id is not None
    sales = words(Browser(market.app).sign_in_as(person_id).get(f"/as/{seller_id}/sales"))
    assert "1.30" in sales
    assert taxing.NUMBER in sales


def test_a_receipt_of_before_the_registration_speaks_of_no_tax(app: Flask) -> None:
    market = Market(app)
    order_id = market.bought(market.coaching())
    market.do(taxing.register)
    receipt = words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert "GST" not in receipt


def test_a_receipt_keeps_its_tax_after_the_registration(market: Market) -> None:
    order_id = market.bought(offering(market))
    market.do(taxing.deregister)
    receipt = words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert taxing.NUMBER in receipt
    assert "GST at 15% NZD 15.65" in receipt
    assert "not registered" not in receipt


def test_the_office_chooses_how_a_service_is_taxed(market: Market, sign_in: SignIn) -> None:
    offering_id, secretary = market.coaching(), sign_in("secretary")
    path = f"/services/{offering_id}/edit"
    assert "GST15-S GST on sales (15%)" in secretary.get(path).text
    secretary.submit(path, {"tax_code": "GST0-S", "tax_is": "added"}, having="title")
    assert _tax(market, offering_id) == ("GST0-S", True)
    wrong = secretary.submit(path, {"tax_code": "GST15-P"}, having="title")
    assert (wrong.status, "There is no tax code GST15-P for sales" in wrong.text) == (422, True)
    assert _tax(market, offering_id) == ("GST0-S", True)
    market.do(taxing.deregister)
    assert "Tax code" not in secretary.get(path).text
    secretary.submit(path, {"title": "Another name"}, having="title")
    assert _tax(market, offering_id) == ("GST0-S", True)


def test_the_treasurer_chooses_it_too_and_edits_nothing_else(market: Market, sign_in: SignIn) -> None:
    offering_id, treasurer = market.coaching(), sign_in("treasurer")
    service = treasurer.get(f"/services/{offering_id}")
    assert "Edit" not in service.links
    path = service.links["How it is taxed"]
    done = treasurer.submit(path, {"tax_code": "EXEMPT-S", "tax_is": "added"})
    assert "No GST is charged: Exempt sales" in words(done)
    assert _tax(market, offering_id) == ("EXEMPT-S", True)
    wrong = treasurer.submit(path, {"tax_code": "nothing"})
    assert (wrong.status, "There is no tax code nothing for sales" in wrong.text) == (422, True)
    assert market.browser.get(path).status == 403
    seller_id = market.member_seller()
    listing_id = market.do(lambda s: selling.listing(s, "board", seller_id))
    assert treasurer.get(f"/services/{listing_id}/tax").status == 404
    market.do(taxing.deregister)
    assert treasurer.get(path).status == 404
    assert _tax(market, offering_id) == ("EXEMPT-S", True)


def test_the_file_of_orders_has_columns_of_tax(market: Market, sign_in: SignIn) -> None:
    order_id = market.bought(offering(market), quantity=2)
    market.do(lambda session: selling.refund(session, order_id, 2_300))
    (row,) = csv.DictReader(io.StringIO(sign_in("auditor").get("/orders.csv").html))
    assert [row[name] for name in ("amount", "tax_code", "tax_rate", "tax", "refunded_tax")] == [
        *("240.00", "GST15-S", "15%", "31.30", "3.00")
    ]


def test_the_treasurer_declares_the_registration_on_a_page(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    path = treasurer.get("/books/tax").links["Declare it here"]
    wrong = treasurer.submit(path, {"registered": "yes", "number": "123"})
    assert (wrong.status, "This is no GST number" in wrong.text) == (422, True)
    assert treasurer.submit(path, {"registered": "yes"}).status == 422
    assert treasurer.submit(path, {"registered": "perhaps"}).status == 422
    assert _house(app) == (False, "", None)
    done = treasurer.submit(path, {"registered": "yes", "number": taxing.NUMBER})
    assert "GST15-S" in done.text
    assert _house(app) == (True, taxing.NUMBER, "GST15-S")
    treasurer.submit(path, {"registered": "yes", "sales_code": "EXEMPT-S"})
    assert _house(app) == (True, taxing.NUMBER, "EXEMPT-S")
    treasurer.submit(path, {"registered": "no"})
    assert _house(app) == (False, taxing.NUMBER, "EXEMPT-S")
    for name in ("board", "secretary"):
        assert sign_in(name).get(path).status == 403


def test_a_registered_co_op_without_a_code_of_sales_is_reminded_and_sells_as_before(
    app: Flask, sign_in: SignIn
) -> None:
    market = Market(app)
    with app.app_context():
        write(lambda session: setattr(cooperative.current(session), "is_tax_registered", True))
    order_id = market.bought(market.coaching())
    treasurer = sign_in("treasurer")
    assert "Choose the tax code of what the co-op sells" in treasurer.get("/").text
    assert "its orders carry no tax" in treasurer.submit("/books/tax", {}, button="Add the codes for New Zealand").text
    with app.app_context():
        assert selling.order(db.session(), order_id).tax_code_id is None
        assert db.session.scalar(select(TaxCode.id).limit(1)) is not None


def _tax(market: Market, offering_id: UUID) -> tuple[str | None, bool]:
    def read(session: Session) -> tuple[str | None, bool]:
        found = session.get_one(Offering, offering_id)
        return found.tax_code, found.is_tax_added

    found: tuple[str | None, bool] = market.do(read)
    return found


def _house(app: Flask) -> tuple[bool, str, str | None]:
    with app.app_context():
        house = cooperative.current(db.session())
        return house.is_tax_registered, house.tax_number, house.sales_tax_code
