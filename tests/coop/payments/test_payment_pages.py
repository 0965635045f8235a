"""Recording a receipt and issuing shares through the pages, and what they refuse."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop.database import write
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def request_id(app: Flask) -> UUID:
    """A request for one share of NZD 50.00."""
    with app.app_context():

        def work(session: Session) -> UUID:
            who = joining.joined(session)
            joining.admitted(session, who)
            return joining.request_of(session, who.participant_id).id

        return write(work)


WRONG_RECEIPTS: list[tuple[dict[str, str], str]] = [
    ({"amount": "50.000"}, "has at most 2 decimals"),
    ({"amount": "-50.00"}, "cannot be less than zero"),
    ({"amount": "0.00"}, "must be more than zero"),
    ({"amount": ""}, "Enter an amount."),
    ({"amount": "fifty"}, "in digits"),
    ({"amount": "50,00"}, "in digits"),
    ({"amount": "50.01"}, "Only NZD 50.00 is still to be paid here"),
    ({"amount": "1000000000000000"}, "too large"),
    ({"amount": "50.00", "received_on": "2999-01-01"}, "cannot be after today"),
    ({"amount": "50.00", "received_on": "1999-01-01"}, "No fiscal year is open"),
    ({"amount": "50.00", "received_on": "yesterday"}, "year-month-day"),
    ({"amount": "50.00", "received_on": ""}, "Enter the date."),
    ({"amount": "50.00", "form_token": "x"}, "Open the page again"),
]


def test_a_receipt_with_something_wrong_says_so_and_is_not_recorded(sign_in: SignIn, request_id: UUID) -> None:
    treasurer = sign_in("treasurer")
    for values, message in WRONG_RECEIPTS:
        page = treasurer.submit(f"/payments/{request_id}", values, having="amount")
        text = page.text.replace("\u00a0", " ")
        assert (page.status, message in text) == (422, True), (values, text)
    assert "Receipts" not in treasurer.get(f"/payments/{request_id}").text


def test_a_date_that_the_books_refuse_is_told_beside_it(sign_in: SignIn, request_id: UUID) -> None:
    page = sign_in("treasurer").submit(
        f"/payments/{request_id}", {"amount": "50.00", "received_on": "1999-01-01"}, having="amount"
    )
    assert 'id="received_on-error"' in page.html


def test_a_receipt_sent_twice_is_recorded_once(sign_in: SignIn, request_id: UUID) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/payments/{request_id}")
    form = page.form(having="amount")
    assert treasurer.send(page, form, {"amount": "20.00"}).status == 200
    again = treasurer.send(page, form, {"amount": "20.00"})
    assert again.status == 200
    assert "NZD 30.00" in again.text.replace("\u00a0", " ")
    assert treasurer.send(page, form, {"amount": "30.00"}).status == 409


def test_only_the_treasurer_records_and_others_may_read(sign_in: SignIn, request_id: UUID) -> None:
    board = sign_in("board")
    page = board.get(f"/payments/{request_id}")
    assert (page.status, "amount" in {name for form in page.forms for name in form.names()}) == (200, False)
    assert board.post(f"/payments/{request_id}", {"amount": "50.00"}).status == 403
    assert sign_in("founder").get(f"/payments/{request_id}").status == 403
    assert sign_in("treasurer").get(f"/payments/{uuid4()}").status == 404
    assert sign_in("treasurer").post(f"/payments/{uuid4()}", {"amount": "50.00"}).status == 404


def test_a_mistyped_reference_is_pointed_out(sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    assert "is mistyped" in treasurer.get("/payments?q=kan-2222-3").text
    assert "is mistyped" not in treasurer.get("/payments?q=2222").text


def test_shares_are_issued_together_once_and_never_unpaid(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():

        def work(session: Session) -> UUID:
            unpaid = []
            for name in ("Aroha One", "Hēmi Two", "Mere Three"):
                who = joining.joined(session, name)
                joining.admitted(session, who)
                if name == "Mere Three":
                    unpaid.append(joining.subscription_id(session, who.participant_id))
                else:
                    joining.pay(session, who.participant_id)
            return unpaid[0]

        unpaid_id = write(work)
    secretary = sign_in("secretary")
    page = secretary.get("/shares/to-issue")
    form = page.form(button="Yes: Issue all")
    assert "2 issues are in the register" in secretary.send(page, form).text
    assert secretary.send(page, form).status == 409
    assert secretary.post("/shares/to-issue", {"subscriptions": str(unpaid_id)}).status == 409
    assert secretary.post("/shares/to-issue", {"subscriptions": ""}).status == 409
    assert secretary.post("/shares/to-issue", {"subscriptions": str(uuid4())}).status == 404
    assert secretary.post("/shares/to-issue", {"subscriptions": "nonsense"}).status == 404
