"""Buying, selling, delivering and refunding through the pages, and what they refuse."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.marketplace import offers
from coop.marketplace.models import Offering
from coop.marketplace.offers import Price
from coop.marketplace.order_models import Delivery, OrderRefund, SalesOrder
from coop.membership.models import ParticipantKind
from coop.outbox import OutboxJob
from coop.payments.cards.models import Checkout
from ledger.models import Entry
from tests import joining, selling
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


class Market:
    """A buyer who is no member, a seller who is one, and a coach."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.buyer = self.do(joining.joined)
        self.coach = self.do(lambda session: joining.joined(session, "Pania Reef"))
        self.mine = f"/as/{self.buyer.participant_id}"
        self.browser = Browser(app).sign_in_as(self.buyer.person_id)

    def do(self, work: Callable[[Session], Any]) -> Any:
        """Do something by an operation."""
        with self.app.test_request_context():
            return write(work)

    def rows(self) -> list[int]:
        """Count what an order, a delivery or a refund leaves behind."""
        with self.app.app_context():
            mapped = (SalesOrder, Checkout, Delivery, OrderRefund, Offering, Entry, OutboxJob)
            return [db.session.scalar(select(func.count()).select_from(one)) or 0 for one in mapped]

    def coaching(self, **values: Any) -> UUID:
        """Offer coaching at 120.00."""
        offering_id: UUID = self.do(lambda session: selling.coaching(session, self.coach.participant_id, **values))
        return offering_id

    def bought(self, offering_id: UUID, quantity: int = 1) -> UUID:
        """Let the buyer buy and pay by card."""
        buyer = self.buyer
        order_id: UUID = self.do(
            lambda s: selling.bought(s, buyer.person_id, buyer.participant_id, offering_id, quantity=quantity)
        )
        return order_id

    def member_seller(self) -> UUID:
        """Make the board a member and return its participant."""

        def work(session: Session) -> UUID:
            actor = joining.founder(session, "board")
            assert actor.person_id is not None
            participant_id = joining.participant_of(session, actor.person_id)
            joining.pay(session, participant_id)
            joining.issue(session, participant_id)
            return participant_id

        seller_id: UUID = self.do(work)
        return seller_id


@pytest.fixture
def market(app: Flask) -> Market:
    return Market(app)


def words(page: Page) -> str:
    return page.text.replace("\u00a0", " ")


def choose(browser: Browser, path: str, **values: str) -> Page:
    """Fill in the first form of buying: what it comes to is shown, and nothing is ordered."""
    return browser.submit(path, {"by": "card", **values}, having="form_token")


def test_a_session_is_bought_by_card_delivered_and_receipted(market: Market, sign_in: SignIn) -> None:
    offering_id, buyer = market.coaching(), market.browser
    assert "Individual 120.00" in words(Browser(market.app).get(f"/services/{offering_id}"))
    path = buyer.get(f"/services/{offering_id}").links["Buy for Hēmi Mōhua"]
    summary = choose(buyer, path, quantity="2")
    assert summary.title == "Please check your order"
    assert "NZD 240.00" in words(summary)
    assert "not registered for GST" in words(summary)
    practice = buyer.send(summary, summary.form(having="confirmed"))
    paid = buyer.send(practice, practice.form(button="Pay"), button="Pay")
    assert paid.path.startswith(f"{market.mine}/orders/")
    assert "Paid by card" in words(paid)
    receipt = buyer.get(paid.links["Receipt"])
    assert receipt.title == "Receipt 1"
    for said in ("Kanopi is not registered for GST", "Hēmi Mōhua", "NZD 240.00", "by card"):
        assert said in words(receipt)
    secretary = sign_in("secretary")
    orders = secretary.get("/orders/to-deliver")
    done = secretary.submit(orders.links["Confirm a session of order 1"], having="delivered_on")
    assert "Session 1 held" in words(done)
    assert "1 session to come" in words(buyer.get(f"{market.mine}/orders/{_only_order(market)}"))


def test_an_enterprise_buys_by_invoice_with_its_number(market: Market) -> None:
    offering_id = market.do(selling.fellowship)
    enterprise = market.do(lambda s: selling.organisation(s, market.buyer.person_id))
    path = f"/as/{enterprise}/services/{offering_id}/buy"
    missing = choose(market.browser, path, by="invoice")
    assert (missing.status, "Enter your purchase order number" in missing.text) == (422, True)
    summary = choose(market.browser, path, by="invoice", po_number="PO-77")
    ordered = market.browser.send(summary, summary.form(having="confirmed"))
    assert "the invoice is ready" in ordered.text
    invoice = words(market.browser.get(ordered.links["Invoice"]))
    for said in ("Invoice 1", "PO-77", "12-3456-0123456-00", "NZD 900.00", "20 ", "KAN-", "not registered for GST"):
        assert said in invoice
    task = next(words for words in market.browser.get("/").links if words.startswith("Pay NZD"))
    assert market.browser.get(market.browser.get("/").links[task]).path == ordered.path
    cancelled = market.browser.send(ordered, ordered.form(action="/cancel"))
    assert "Cancelled" in cancelled.text
    assert "was cancelled on" in market.browser.get(ordered.links["Invoice"]).text


def test_an_individual_is_not_offered_an_invoice_nor_gets_one_by_force(market: Market) -> None:
    path = f"{market.mine}/services/{market.coaching()}/buy"
    before = market.rows()
    page = market.browser.get(path)
    assert "invoice" not in page.form(having="form_token").choices["by"]
    forced = market.browser.send(page, page.form(having="form_token"), {"by": "invoice", "confirmed": "yes"})
    assert (forced.status, market.rows()) == (422, before)


WRONG_ORDERS: list[tuple[dict[str, str], str]] = [
    ({"quantity": "0"}, "whole number from 1 to 100"),
    ({"quantity": "101"}, "whole number from 1 to 100"),
    ({"quantity": "-1"}, "whole number"),
    ({"quantity": "x"}, "whole number"),
    ({"quantity": "6"}, "Only 5 are left"),
    ({"by": "cheque"}, "Not a valid choice"),
    ({"form_token": "x"}, "Open the page again"),
    ({"seen": "-5"}, "Open the page again"),
]


def test_an_order_form_with_something_wrong_says_so(market: Market) -> None:
    path = f"{market.mine}/services/{market.coaching(places=5)}/buy"
    before = market.rows()
    for values, message in WRONG_ORDERS:
        page = choose(market.browser, path, **values)
        assert (page.status, message in words(page)) == (422, True), words(page)
    assert market.rows() == before


def test_what_changes_while_somebody_buys_is_told_and_nothing_is_ordered(market: Market) -> None:
    offering_id = market.coaching(places=1)
    path = f"{market.mine}/services/{offering_id}/buy"
    summary = choose(market.browser, path)
    before = market.rows()

    def raise_price(session: Session) -> None:
        prices = [Price(ParticipantKind.INDIVIDUAL, 13_000)]
        secretary, said = joining.founder(session, "secretary"), selling.words("Coaching")
        offers.edit(session, secretary, offering_id=offering_id, words=said, prices=prices, places=1)

    market.do(raise_price)
    changed = market.browser.send(summary, summary.form(having="confirmed"))
    assert (changed.status, market.rows()) == (409, before)
    assert "The price has changed from NZD 120.00 to NZD 130.00" in words(changed)
    summary = market.browser.send(changed, changed.form(having="form_token"), {"by": "card"})
    assert "NZD 130.00" in words(summary)
    other = market.coach
    market.do(lambda s: selling.buy(s, other.person_id, other.participant_id, offering_id))
    before = market.rows()
    sold_out = market.browser.send(summary, summary.form(having="confirmed"))
    assert (sold_out.status, "This is sold out" in sold_out.text, market.rows()) == (409, True, before)
    market.do(lambda s: offers.withdraw(s, joining.founder(s, "secretary"), offering_id=offering_id))
    before = market.rows()
    withdrawn = market.browser.send(summary, summary.form(having="confirmed"))
    assert (withdrawn.status, "no longer on offer" in withdrawn.text, market.rows()) == (409, True, before)


def test_an_order_form_sent_twice_is_one_order(market: Market) -> None:
    summary = choose(market.browser, f"{market.mine}/services/{market.coaching()}/buy")
    first = market.browser.send(summary, summary.form(having="confirmed"))
    again = market.browser.send(summary, summary.form(having="confirmed"))
    assert first.path == again.path
    assert market.rows()[:2] == [1, 1]


def test_only_an_order_that_waits_for_its_payment_leads_to_paying(market: Market) -> None:
    offering_id, buyer = market.coaching(), market.buyer
    placed = market.do(lambda s: selling.buy(s, buyer.person_id, buyer.participant_id, offering_id))
    mine = f"{market.mine}/orders/{placed.order_id}"
    page = market.browser.get(mine)
    practice = market.browser.send(page, page.form(action="/pay"))
    assert practice.title == "Practice payment"
    assert "The order is cancelled" in market.browser.send(page, page.form(action="/cancel")).text
    before = market.rows()
    refused = market.browser.send(page, page.form(action="/pay"))
    assert (refused.status, "Order 1 does not wait for a payment by card" in refused.text) == (409, True)
    assert "Cancelled. Nothing more can be paid here" in market.browser.get(practice.path).text
    late = market.browser.send(practice, practice.form(button="Pay"), button="Pay")
    assert (late.status, market.rows()) == (409, before)
    paid = market.bought(offering_id)
    group = market.do(lambda s: selling.organisation(s, buyer.person_id, ParticipantKind.GROUP))
    invoiced = market.do(lambda s: selling.buy(s, buyer.person_id, group, offering_id, po="")).order_id
    for path in (f"{market.mine}/orders/{paid}", f"/as/{group}/orders/{invoiced}"):
        before = market.rows()
        assert (market.browser.post(f"{path}/pay").status, market.rows()) == (409, before)


def test_a_second_order_while_one_waits_is_led_back_to_it(market: Market) -> None:
    offering_id = market.coaching(places=2)
    path = f"{market.mine}/services/{offering_id}/buy"
    summary, same, other = (choose(market.browser, path, quantity=number) for number in ("2", "2", "1"))
    first = market.browser.send(summary, summary.form(having="confirmed"))
    before = market.rows()
    # The same from another window is the same order; another one is refused, with the way to the first.
    assert market.browser.send(same, same.form(having="confirmed")).path == first.path
    for refused in (
        market.browser.send(other, other.form(having="confirmed")),
        market.browser.get(path),
    ):
        assert (refused.status, "order 1 waits for its payment" in refused.text) == (409, True)
        assert "This is sold out" not in refused.text
        order = market.browser.get(refused.links["Go to order 1"])
        assert order.form(action="/cancel")
    assert market.rows() == before
    again = market.browser.send(order, order.form(action="/pay"))
    assert again.path == first.path


def test_what_the_seller_writes_later_does_not_change_a_receipt(market: Market, sign_in: SignIn) -> None:
    seller_id, seller = market.member_seller(), sign_in("board")
    offering_id = market.do(lambda s: selling.listing(s, "board", seller_id, places=5))
    order_id = market.bought(offering_id)
    path = f"{market.mine}/orders/{order_id}/receipt"
    before = market.browser.get(path).text
    assert "Stoat trap, hand-made" in before
    edited = seller.submit(f"/as/{seller_id}/listings/{offering_id}/edit", {"title": "A used pencil"}, having="title")
    assert edited.title == "A used pencil"
    assert market.browser.get(path).text == before
    for who, page in (
        (market.browser, f"{market.mine}/orders"),
        (market.browser, f"{market.mine}/orders/{order_id}"),
        (seller, f"/as/{seller_id}/sales"),
        (sign_in("treasurer"), f"/orders/{order_id}"),
        (sign_in("auditor"), "/orders"),
    ):
        shown = who.get(page).text
        assert ("Stoat trap" in shown, "pencil" in shown) == (True, False), page


def test_the_secretary_edits_a_fellowship_and_an_invoice_stays(market: Market, sign_in: SignIn) -> None:
    offering_id = market.do(selling.fellowship)
    group = market.do(lambda s: selling.organisation(s, market.buyer.person_id, ParticipantKind.GROUP))
    order_id = market.do(lambda s: selling.buy(s, market.buyer.person_id, group, offering_id, po="")).order_id
    path = f"/as/{group}/orders/{order_id}/invoice"
    before = market.browser.get(path).text
    assert "River fellowship" in before
    sign_in("secretary").submit(f"/services/{offering_id}/edit", {"title": "Another one"}, having="title")
    assert market.browser.get(path).text == before


def test_a_payment_that_failed_is_told_and_the_order_can_be_cancelled(market: Market) -> None:
    summary = choose(market.browser, f"{market.mine}/services/{market.coaching()}/buy")
    practice = market.browser.send(summary, summary.form(having="confirmed"))
    back = market.browser.send(practice, practice.form(button="Let it fail"), button="Let it fail")
    assert back.path.startswith(f"{market.mine}/orders/")
    assert "The payment failed, and nothing was charged." in back.text
    cancelled = market.browser.send(back, back.form(action="/cancel"))
    assert "The order is cancelled" in cancelled.text


def test_the_secretary_offers_a_fellowship_and_confirms_its_meeting(market: Market, sign_in: SignIn) -> None:
    secretary = sign_in("secretary")
    with market.app.app_context():
        today = cooperative.today(db.session())
    filled = {
        "title": "River fellowship",
        "summary": "Six months along a river.",
        "description": "**Bring boots.**",
        "meetings": f"{today}\n{today + timedelta(days=30)}",
        "places": "12",
        "individual": "300.00",
        "individual_members": "250",
    }
    offered = secretary.submit("/fellowships/new", filled)
    assert offered.title == "River fellowship"
    assert "12 of 12 left" in words(offered)
    assert "250.00" in words(offered)
    edited = secretary.submit(offered.links["Edit"], {"individual": "310.00", "title": "River and sea"}, having="title")
    assert "310.00" in words(edited)
    with market.app.app_context():
        offering_id = db.session.scalars(select(Offering.id)).one()
    market.bought(offering_id)
    held = secretary.submit(edited.links["Confirm meeting 1"], having="delivered_on")
    assert "is delivered" in held.text
    again = secretary.get(held.links["See meeting 1"])
    taken_back = secretary.send(again, again.form(action="/take-back"))
    assert "counts as not held" in taken_back.text
    withdrawn = secretary.get(f"/services/{offering_id}")
    withdrawn = secretary.send(withdrawn, withdrawn.form(action="/withdraw"))
    assert "no longer on offer" in withdrawn.text


WRONG_FELLOWSHIPS: list[tuple[dict[str, str], str]] = [
    ({"meetings": "tomorrow"}, "year-month-day"),
    ({"meetings": "2001-01-01"}, "cannot be before today"),
    ({"meetings": "2090-01-01\n2090-01-01"}, "stands there twice"),
    ({"individual": ""}, "Set at least one price"),
    ({"individual": "", "individual_members": "5"}, "Set the price for everybody as well"),
    ({"individual": "0"}, "must be more than zero"),
    ({"individual": "1.234"}, "at most 2 decimals"),
    ({"places": "0"}, "whole number from 1"),
    ({"title": "x"}, "at least 3 characters"),
    ({"summary": ""}, "Please fill this in"),
]


def test_a_fellowship_with_something_wrong_says_so(market: Market, sign_in: SignIn) -> None:
    before, secretary = market.rows(), sign_in("secretary")
    right = {"title": "River", "summary": "A river.", "meetings": "2090-01-01", "individual": "300.00"}
    for values, message in WRONG_FELLOWSHIPS:
        page = secretary.submit("/fellowships/new", {**right, **values})
        assert (page.status, message in words(page)) == (422, True), words(page)
    assert market.rows() == before


def test_the_secretary_offers_coaching(market: Market, sign_in: SignIn) -> None:
    filled = {
        "title": "Prototyping",
        "summary": "An hour with a maker.",
        "coach": str(market.coach.participant_id),
        "minutes": "60",
        "coach_fee": "80.00",
        "enterprise": "200.00",
    }
    board = sign_in("board")
    offered = board.submit("/coaching/new", filled)
    assert "Pania Reef" in offered.text
    wrong = board.submit("/coaching/new", {**filled, "coach": str(market.app)})
    assert (wrong.status, "choose one of these" in wrong.text) == (422, True)
    assert "not offered to you" in market.browser.get(f"/services/{_only_offering(market)}").text


def test_the_coach_confirms_sessions_and_the_secretary_takes_one_back(market: Market, sign_in: SignIn) -> None:
    order_id = market.bought(market.coaching(), quantity=2)
    coach = Browser(market.app).sign_in_as(market.coach.person_id)
    mine = f"/as/{market.coach.participant_id}/sessions"
    first = coach.get(f"{mine}/{order_id}")
    coach.send(first, first.form(having="delivered_on"))
    before = market.rows()
    twice = coach.send(first, first.form(having="delivered_on"))
    assert (twice.status, "has been confirmed already" in twice.text, market.rows()) == (409, True, before)
    future = coach.submit(f"{mine}/{order_id}", {"delivered_on": "2999-01-01"})
    assert (future.status, "cannot be after today" in future.text, market.rows()) == (422, True, before)
    early = coach.submit(f"{mine}/{order_id}", {"delivered_on": "2001-01-01"})
    assert (early.status, "nothing of it was delivered before" in early.text, market.rows()) == (422, True, before)
    secretary = sign_in("secretary")
    page = secretary.get(f"/orders/{order_id}")
    taken_back = secretary.send(page, page.form(action="/take-back"))
    assert "counts as not held" in taken_back.text
    assert "2 sessions to come" in taken_back.text
    assert market.browser.get(f"{mine}/{order_id}").status == 404


def test_the_treasurer_refunds_and_no_more_than_the_sale(market: Market, sign_in: SignIn) -> None:
    order_id, treasurer = market.bought(market.coaching()), sign_in("treasurer")
    before = market.rows()
    for values, message in (
        ({"amount": "120.01"}, "At most NZD 120.00 of this order"),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "-1"}, "cannot be less than zero"),
        ({"reason": " "}, "Please fill this in"),
        ({"form_token": ""}, "Open the page again"),
    ):
        page = treasurer.submit(f"/orders/{order_id}/refund", {"amount": "5.00", "reason": "Ill.", **values})
        assert (page.status, message in words(page), market.rows()) == (422, True, before), words(page)
    page = treasurer.get(f"/orders/{order_id}/refund")
    filled = {"amount": "20.00", "reason": "The coach was late."}
    for _ in range(2):
        done = treasurer.send(page, page.form(having="amount"), filled)
    assert "NZD 20.00 refunded" in words(done)
    seen = words(market.browser.get(f"{market.mine}/orders/{order_id}"))
    assert "goes back to your card" in seen
    assert "The coach was late." in seen
    assert "Remains paid NZD 100.00" in words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert sign_in("secretary").get(f"/orders/{order_id}/refund").status == 403


def test_a_member_sells_and_the_co_op_is_their_agent(market: Market, sign_in: SignIn) -> None:
    seller_id, seller = market.member_seller(), sign_in("board")
    new = seller.get(f"/as/{seller_id}/listings/new")
    assert "10.0%" in words(new)
    assert "you get NZD 90.00" in words(new)
    listed = seller.send(
        new, new.form(having="title"), {"title": "Stoat trap", "summary": "Hand-made.", "price": "100.00"}
    )
    assert "Sold by Ana Tūī, a member" in words(listed)
    order_id = market.bought(_only_offering(market))
    receipt = words(market.browser.get(f"{market.mine}/orders/{order_id}/receipt"))
    assert "Sold by Ana Tūī. Kanopi has taken the payment as the seller's agent." in receipt
    sales = words(seller.get(f"/as/{seller_id}/sales"))
    for said in ("Hēmi Mōhua", "100.00", "10.00", "90.00"):
        assert said in sales
    bought = market.browser.get(f"{market.mine}/orders/{order_id}")
    arrived = market.browser.send(bought, bought.form(action="/arrived"))
    assert "Arrived" in arrived.text
    assert market.browser.get(f"{market.mine}/listings/new").status == 403
    assert market.browser.get(f"/as/{seller_id}/sales").status == 404


def test_somebody_elses_order_is_not_there(market: Market) -> None:
    order_id = market.bought(market.coaching())
    other = Browser(market.app).sign_in_as(market.coach.person_id)
    theirs = f"/as/{market.coach.participant_id}/orders/{order_id}"
    for path in (f"{market.mine}/orders/{order_id}", theirs, f"{theirs}/receipt", f"/orders/{order_id}/after-payment"):
        assert other.get(path).status == 404, path
    for action in ("cancel", "pay", "arrived"):
        assert other.post(f"{theirs}/{action}").status == 404, action
    assert other.get(f"/orders/{order_id}").status == 403


def test_the_list_of_orders_is_searched_and_kept_as_a_file(market: Market, sign_in: SignIn) -> None:
    market.bought(market.coaching(), quantity=2)
    auditor = sign_in("auditor")
    assert "Hēmi Mōhua" in auditor.get("/orders?q=hemi&state=paid&kind=coaching").text
    assert "Nothing found" in auditor.get("/orders?state=delivered").text
    table = list(csv.DictReader(io.StringIO(auditor.get("/orders.csv?q=1").html)))
    assert [(row["buyer"], row["amount"], row["state"]) for row in table] == [("Hēmi Mōhua", "240.00", "paid")]


def _only_order(market: Market) -> UUID:
    with market.app.app_context():
        return db.session.scalars(select(SalesOrder.id)).one()


def _only_offering(market: Market) -> UUID:
    with market.app.app_context():
        return db.session.scalars(select(Offering.id)).one()
