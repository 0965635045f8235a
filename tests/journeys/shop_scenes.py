"""Services and the marketplace, in scenes through the pages alone: offered, bought by card and by invoice, delivered, refunded."""

from dataclasses import dataclass
from datetime import date

from tests.journeys.scenes import Newcomer, follow_to, go, press, read
from tests.visitors import Stage, Values, Visitor

FELLOWSHIP, COACHING, TRAP = "River fellowship", "Prototyping coaching", "Stoat trap, hand-made"
PURCHASE_ORDER = "PO-2207/b"
NO_GST = "Kanopi is not registered for GST"


@dataclass(frozen=True)
class Bought:
    """An order as its buyer sees it, and its number."""

    path: str
    number: str

    @property
    def id(self) -> str:
        """Return the id in the address."""
        return self.path.rpartition("/")[2]


def offer_services(stage: Stage, meetings: tuple[date, date]) -> None:
    """Let the secretary offer a fellowship of two meetings and coaching, at prices by kind of participant and for members."""
    secretary = go(stage.founder("secretary"), "/services")
    secretary.follow("Offer a fellowship")
    words = {"summary": "Two days by the river.", "description": "Bring *boots*."}
    days = "\n".join(str(day) for day in meetings)
    prices = {"individual": "600.00", "individual_members": "480.00", "group": "900.00"}
    press(secretary, "Put on offer", {"title": FELLOWSHIP, **words, "meetings": days, "places": "5", **prices})
    assert "5 of 5 left" in secretary.text
    go(secretary, "/services").follow("Offer coaching")
    coach = {"coach": str(stage.participants["board2"]), "minutes": "60", "coach_fee": "80.00"}
    prices = {"individual": "150.00", "individual_members": "120.00", "group": "110.00"}
    secretary.send("Put on offer", {"title": COACHING, **words, **coach, **prices, "individual": "150.001"})
    assert secretary.status == 422
    press(secretary, "Put on offer", {"individual": "150.00"})
    assert "Wiremu Kererū" in secretary.text
    stranger = go(stage.newcomer(), "/services")
    stranger.follow(FELLOWSHIP)
    assert "Sign in to buy" in stranger.text


def buy_by_card(visitor: Visitor, title: str, name: str, price: str) -> Bought:
    """Buy one of something at one's price, on the page of the practice gateway."""
    _order(visitor, title, name, price, {"by": "card"})
    press(visitor, "Order, and go to pay")
    assert visitor.title == "Practice payment"
    assert "No money moves here" in visitor.text
    press(visitor, "Pay")
    bought = _bought(visitor)
    visitor.follow("Receipt")
    assert NO_GST in visitor.text
    assert f"Paid NZD {price}" in visitor.text
    return bought


def fail_to_pay(visitor: Visitor, title: str, name: str, price: str) -> None:
    """Order something and let the payment fail: nothing is sold."""
    _order(visitor, title, name, price, {"by": "card"})
    press(visitor, "Order, and go to pay")
    press(visitor, "Let it fail")
    assert "The payment failed, and nothing was charged." in visitor.text
    assert "Receipt" not in visitor.links()
    press(visitor, "Yes: Cancel this order")


def buy_by_invoice(visitor: Visitor, name: str) -> tuple[Bought, str]:
    """Buy two sessions of coaching for a group by invoice; return the order and the reference to pay with."""
    _order(visitor, COACHING, name, "110.00", {"by": "invoice", "po_number": PURCHASE_ORDER, "quantity": "2"})
    assert "NZD 220.00" in visitor.text
    press(visitor, "Order, and get the invoice")
    bought = _bought(visitor)
    visitor.follow("Invoice")
    for words in (PURCHASE_ORDER, NO_GST, "12-3456-0123456-00", "Due on 20 "):
        assert words in visitor.text, words
    return bought, read(visitor, r"(KAN-[0-9A-Z]+-[0-9A-Z])")


def receive(stage: Stage, reference: str, amount: str) -> None:
    """Let the treasurer find what an invoice asked for and record that it arrived."""
    treasurer = press(go(stage.founder("treasurer"), "/payments"), "Show", {"q": reference})
    treasurer.follow(reference)
    press(treasurer, "Record the receipt", {"amount": amount})
    assert "Received in full." in treasurer.text


def confirm_meeting(stage: Stage, number: int) -> None:
    """Let the secretary confirm that a meeting of the fellowship was held."""
    secretary = go(stage.founder("secretary"), "/orders/to-deliver")
    secretary.follow(f"Confirm meeting {number} of {FELLOWSHIP}")
    press(secretary, "Confirm that it was held")
    assert f"See meeting {number}" in secretary.links()


def confirm_sessions(stage: Stage, of_group: Bought, of_member: Bought) -> None:
    """Let the secretary confirm a session of the group and the member's, and the coach the other one of the group."""
    secretary = stage.founder("secretary")
    for bought in (of_group, of_member):
        go(secretary, "/orders/to-deliver").follow(f"Confirm a session of order {bought.number}")
        press(secretary, "Confirm that it was held")
    coach = go(stage.founder("board2"), f"/as/{stage.participants['board2']}/sessions")
    follow_to(coach, "Confirm a session with")
    press(coach, "Confirm that it was held")
    assert "Confirm a session with" not in coach.text
    coach.open(f"/as/{stage.participants['board2']}/sessions/{of_member.id}")
    assert "All sessions of this order are held." in coach.text


def list_something(newcomer: Newcomer) -> None:
    """List something for sale as a member."""
    visitor = go(newcomer.visitor, f"{newcomer.acting}/listings")
    visitor.follow("List something")
    assert "of a sale for NZD 100.00 you get NZD 90.00" in visitor.text
    words = {"title": TRAP, "summary": "Of macrocarpa.", "description": "Tested along the Whanganui."}
    press(visitor, "Put up for sale", {**words, "price": "100.00", "places": "2"})


def arrive(newcomer: Newcomer, buyer: Visitor, bought: Bought) -> None:
    """Let the buyer say that it has arrived, and the seller see what they get."""
    press(go(buyer, bought.path), "It has arrived")
    assert "90.00" in go(newcomer.visitor, f"{newcomer.acting}/sales").text


def refund(stage: Stage, buyer: Visitor, bought: Bought) -> None:
    """Let the treasurer give a part back, never more than was paid; the buyer reads it."""
    treasurer = go(stage.founder("treasurer"), f"/orders/{bought.id}/refund")
    treasurer.send("Yes: Refund", {"amount": "100.01", "reason": "The spring was bent."})
    assert treasurer.status == 422, "no more is refunded than was paid"
    press(treasurer, "Yes: Refund", {"amount": "20.00"})
    stage.work()
    assert "NZD 20.00 goes back to your card." in go(buyer, bought.path).text
    buyer.follow("Receipt")
    assert "Remains paid NZD 80.00" in buyer.text


def _order(visitor: Visitor, title: str, name: str, price: str, values: Values) -> None:
    go(visitor, "/services").follow(title)
    visitor.follow(f"Buy for {name}")
    assert f"Your price NZD {price}" in visitor.text
    press(visitor, "See what it comes to", values)
    assert visitor.title == "Please check your order"


def _bought(visitor: Visitor) -> Bought:
    return Bought(visitor.path, read(visitor, r"Order (\d+)"))
