"""The pages of suppliers and bills: entering one, approving it beside its receipt, the list for the bank, and paying."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.payments.bills.models import Bill, BillPaymentRun, BillReturn, Supplier
from ledger.chart import HOSTING, INSURANCE
from tests.billing import Billing
from tests.confirming import confirm_accounts
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]
PDF = b"%PDF-1.4\n% the bill\n%%EOF\n"
NEW = "/bills/new"
NO_BILL = uuid4()


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def values(**other: Any) -> dict[str, Any]:
    """Return a bill of 115.00 as its form sends it, with a receipt."""
    return {
        "supplier": "Rākau Print",
        "is_new": "y",
        "number": "A 17",
        "total": "115.00",
        "lines-0-account": HOSTING,
        "lines-0-text": "Posters",
        "lines-0-amount": "100.00",
        "lines-1-account": INSURANCE,
        "lines-1-text": "Cover",
        "lines-1-amount": "15.00",
        "file": (io.BytesIO(PDF), "bill.pdf"),
        **other,
    }


def send(browser: Browser, path: str = NEW, **other: Any) -> Page:
    """Send a form with its receipt, as a browser does."""
    page = browser.get(path)
    form = page.form(having="form_token")
    sent: dict[str, Any] = {**dict(form.values), **other}
    sent = {name: value for name, value in sent.items() if value is not None}
    answer = browser.client.post(path, data=sent, content_type="multipart/form-data", follow_redirects=True)
    return browser._page(answer)


def test_a_bill_goes_from_the_form_by_approval_and_bank_to_paid(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer, board = sign_in("treasurer"), sign_in("board")
    made = send(treasurer, **values(due_on=str(today)))
    assert (made.status, made.title) == (200, "Bill A 17 of Rākau Print")
    assert "Waiting for approval" in made.text
    assert "Approve and book it" not in made.text, "nobody approves their own"
    supplier = treasurer.get(treasurer.get("/suppliers").links["Rākau Print"])
    edited = treasurer.submit(supplier.links["Change"], {"bank_account": "12-3456-0123456-00"})
    assert "The supplier is saved." in edited.text
    home = board.get("/")
    assert home.links["Confirm 1 bank account"] == "/payments/accounts"
    assert "Confirm 1 bank account" not in treasurer.get("/").links, "nobody confirms what they gave"
    confirmed = confirm_accounts(board)
    assert ("Confirmed: 1 account can be paid to." in confirmed.text, "No account waits" in confirmed.text) == (
        True,
        True,
    )
    assert home.links["Approve or refuse 1 bill or claim"] == "/bills/waiting"
    waiting = board.get("/bills/waiting")
    page = board.get(waiting.links["Rākau Print"])
    assert "Posters" in page.text
    assert "12-3456-0123456-00" in page.text, "whoever approves sees where it is paid"
    assert "100.00" in page.text
    assert board.client.get(page.links["bill.pdf"]).get_data() == PDF
    done = board.send(page, page.form(button="Yes: Approve and book it"))
    assert "Approved, and booked" in done.text
    assert board.send(page, page.form(button="Yes: Approve and book it")).status == 409
    assert treasurer.get("/").links["Pay 1 bill that is due this week"] == "/bills/due"
    due = treasurer.get("/bills/due")
    assert "Owed in all NZD 115.00" in due.text
    listed = [
        "name,account,amount,reference,particulars,note",
        "Rākau Print,12-3456-0123456-00,115.00,A 17,KANOPI,",
    ]
    assert treasurer.get(due.links["List for the bank as CSV"]).html.splitlines() == listed
    form = due.form(having="pay")
    row = {"pay": form.choices["pay"][0]}
    ticked = treasurer.send(due, form, row, button="List for the bank, of the ticked ones")
    assert ticked.html.splitlines() == listed
    confirmation = treasurer.send(due, form, row)
    assert confirmation.title == "Has the bank paid these bills?"
    assert "12-3456-0123456-00" in confirmation.text
    assert "changed after approval" not in due.text + confirmation.text
    assert count(app, BillPaymentRun) == 0
    yes = confirmation.form(having="pay")
    paid = treasurer.send(confirmation, yes, button="Yes, record it")
    assert "Nothing is to be paid" in paid.text
    assert treasurer.send(confirmation, yes, button="Yes, record it").status == 200
    assert count(app, BillPaymentRun) == 1, "a form sent twice is one payment"
    assert "Nothing is owed" in treasurer.get("/books/payables").text
    journal = treasurer.get("/books/journal?kind=bill-payment")
    entry = treasurer.get(journal.links["Bills paid: Rākau Print"])
    assert "Bills paid on" in treasurer.get(entry.links["A payment of bills"]).title
    csv = treasurer.get("/bills.csv?state=paid").html.splitlines()
    assert csv[0] == "supplier,number,date,due,total,state,paid,entry,booked,taken_back,left,sent_back,payments"
    assert csv[1].startswith(f"Rākau Print,A 17,{today},{today},115.00,paid,{today},")
    assert csv[1].endswith(f",{today},,0.00,,{today}=115.00")


def test_a_payment_that_the_bank_sent_back_is_recorded_from_the_bill_and_paid_anew(
    app: Flask, sign_in: SignIn, today: date
) -> None:
    treasurer = sign_in("treasurer")
    with app.app_context():
        house = write(lambda session: paid_bills(session, "A 1", "A 2"))
    page = treasurer.get(house["A 1"])
    form = treasurer.get(page.links["It came back, or never left"])
    assert form.title == "Did this payment come back?"
    sent = form.form(having="returned_on")
    assert [value for name, value in sent.values if name == "back"] == [house["A 1"].removeprefix("/bills/")]
    for field, wrong, words in (
        ("returned_on", "", "Enter the date."),
        ("returned_on", str(today + timedelta(days=1)), "The date cannot be after today"),
        ("returned_on", "2001-01-01", "It cannot have come back before that."),
        ("reason", " ", "Say why, in a few words."),
        ("back", "nonsense", "the form is not complete"),
        ("back", str(uuid4()), None),
    ):
        refused = treasurer.send(form, sent, {"reason": "Closed", field: wrong})
        assert refused.status == (422 if words else 404)
        assert words is None or words in refused.text
    assert count(app, BillReturn) == 0
    done = treasurer.send(form, sent, {"reason": "The account is closed"})
    assert "Recorded: the bills are to be paid again." in done.text
    assert ("sent back" in done.text, "The account is closed" in done.text) == (True, True)
    again = treasurer.send(form, sent, {"reason": "The account is closed"})
    assert (again.status, "came back on" in again.text, count(app, BillReturn)) == (409, True, 1)
    page = sign_in("auditor").get(house["A 1"])
    assert ("To be paid" in page.text, "The account is closed" in page.text) == (True, True)
    assert "It came back, or never left" not in sign_in("auditor").get(done.path).text
    due = treasurer.get("/bills/due")
    assert ("A 1" in due.text, "A 2" in due.text) == (True, False)
    csv = treasurer.get("/bills.csv?state=open").html.splitlines()
    assert csv[1].endswith(f",{today}/{today},{today}=115.00")
    entry = treasurer.get(
        treasurer.get("/books/journal?kind=bill-return").links[
            "Payment of bills sent back by the bank: Rākau Print Ltd"
        ]
    )
    assert treasurer.get(entry.links["A payment of bills that was sent back"]).path == done.path


def paid_bills(session: Session, *numbers: str) -> dict[str, str]:
    """Enter bills, pay them together, and return the address of each."""
    house = Billing(session, is_founded=True)
    ids = {number: house.entered_and_approved(number=number) for number in numbers}
    house.pay(*ids.values())
    return {number: f"/bills/{bill_id}" for number, bill_id in ids.items()}


def test_an_account_that_was_exchanged_after_the_approval_is_noticed_wherever_it_is_paid(
    app: Flask, sign_in: SignIn, today: date
) -> None:
    treasurer, board = sign_in("treasurer"), sign_in("board")
    made = send(treasurer, **values(due_on=str(today)))
    page = board.get(made.path)
    board.send(page, page.form(button="Yes: Approve and book it"))
    supplier = treasurer.get(treasurer.get("/suppliers").links["Rākau Print"])
    treasurer.submit(supplier.links["Change"], {"bank_account": "12-9999-0666666-66"})
    assert "account changed after approval" in board.get(made.path).text
    due = treasurer.get("/bills/due")
    assert ("account changed after approval" in due.text, "An account is not confirmed" in due.text) == (True, True)
    assert "List for the bank as CSV" not in due.links
    form = due.form(having="pay")
    assert [value for name, value in form.values if name == "pay"] == [], "nothing is ticked beforehand"
    ticked = {"pay": form.choices["pay"][0]}
    for button in ("Continue", "List for the bank, of the ticked ones"):
        refused = treasurer.send(due, form, ticked, button=button)
        assert (refused.status, "Nobody has confirmed the bank account" in refused.text) == (409, True)
    own = treasurer.get("/payments/accounts")
    assert "somebody else's to confirm" in own.text
    assert ("I have compared them" in own.text, "who did not give them confirms them" in own.text) == (False, True)
    answer = treasurer.send(own, own.form(action="/payments/accounts"), {"accounts": ticked["pay"].partition(":")[2]})
    assert (answer.status, "You gave the account of Rākau Print" in answer.text) == (403, True)
    confirm_accounts(board)
    due = treasurer.get("/bills/due")
    assert "account changed after approval" in due.text
    form = due.form(having="pay")
    assert [value for name, value in form.values if name == "pay"] == form.choices["pay"]
    treasurer.submit(supplier.links["Change"], {"bank_account": "12-9999-0777777-77"})
    late = treasurer.send(due, form, ticked)
    assert (late.status, "was changed after this list was made" in late.text) == (409, True)
    confirm_accounts(board)
    due = treasurer.get("/bills/due")
    confirmation = treasurer.send(due, due.form(having="pay"))
    assert "12-9999-0777777-77" in confirmation.text
    treasurer.send(confirmation, confirmation.form(having="pay"), button="Yes, record it")
    assert count(app, BillPaymentRun) == 1
    send(treasurer, **values(number="A 18", is_new=None))
    treasurer.submit(supplier.links["Change"], {"bank_account": "12-9999-0888888-88"})
    assert "changed since last paid" in board.get("/payments/accounts").text


def test_a_receipt_is_handed_out_under_a_name_that_is_harmless_in_ascii_too(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    name = "\uff0e\uff0e\uff0fetc\uff0fa\uff02; x=\uff02b\uff0ehtml\uff0epdf.pdf"
    made = send(treasurer, **values(file=(io.BytesIO(PDF), name)))
    header = treasurer.client.get(made.links[name]).headers["Content-Disposition"]
    plain = header.partition("filename=")[2].partition("; filename*")[0].strip('"')
    assert not set(plain) & set('/\\"'), header
    assert plain.endswith(".pdf")


def test_a_payment_of_bills_is_matched_with_the_line_of_the_bank(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer = sign_in("treasurer")
    send(treasurer, **values())
    page = sign_in("board").get("/bills/waiting")
    bill = sign_in("board").get(page.links["Rākau Print"])
    sign_in("board").post(bill.path, {"seen": dict(bill.form(having="seen").values)["seen"]})
    due = treasurer.get("/bills/due")
    chosen = {"pay": due.form(having="pay").choices["pay"][0]}
    confirmation = treasurer.send(due, due.form(having="pay"), chosen)
    treasurer.send(confirmation, confirmation.form(having="pay"), button="Yes, record it")
    line = {"booked_on": str(today), "amount": "-115.00", "text": "RAKAU PRINT A17"}
    entered = treasurer.submit("/payments/bank/1000/new", line)
    assert "Bills paid: Rākau Print" in entered.text
    suggested = treasurer.get("/payments/bank/1000/suggestions")
    assert "Bills paid: Rākau Print" in suggested.text


@pytest.mark.parametrize(
    ("other", "status", "message"),
    [
        ({"supplier": ""}, 422, "Say whose bill it is."),
        ({"is_new": None}, 422, "No supplier is known by this name."),
        ({"number": ""}, 422, "Enter the supplier's number."),
        ({"number": "x" * 41}, 422, "under 40 characters"),
        ({"billed_on": "2999-01-01"}, 422, "cannot be after today"),
        ({"billed_on": "tomorrow"}, 422, "Enter a date"),
        ({"billed_on": ""}, 422, "Enter the date of the bill."),
        ({"billed_on": "1999-01-01"}, 422, "lies before these books"),
        ({"due_on": "2001-01-01"}, 422, "It cannot be due before"),
        ({"total": "115.01"}, 422, "they differ by"),
        ({"total": ""}, 422, "Enter the total of the bill."),
        ({"total": "-1"}, 422, ""),
        ({"lines-0-amount": "nonsense"}, 422, ""),
        ({"lines-0-amount": "0"}, 422, "Enter an amount"),
        ({"lines-0-text": ""}, 422, "Say what it was for."),
        ({"lines-0-account": ""}, 422, "Choose an account for this line."),
        ({"lines-1-account": "1000"}, 422, "Account 1000 takes no bill."),
        ({"lines-1-account": "nonsense\x00"}, 422, "takes no bill"),
        ({"lines-1-amount": "99999999999999999"}, 422, ""),
        ({"file": None}, 422, "Add the receipt, or say why there is none."),
        ({"file": (io.BytesIO(b"MZ nonsense"), "bill.pdf")}, 422, "This file holds none of them"),
        ({"file": (io.BytesIO(b""), "bill.pdf")}, 422, ""),
        ({"form_token": "x"}, 422, "the form is not complete"),
        ({"bank_reference": "x" * 26}, 422, "under 25 characters"),
    ],
)
def test_what_is_wrong_with_a_bill_is_said_beside_it_and_nothing_is_entered(
    app: Flask, sign_in: SignIn, other: dict[str, Any], status: int, message: str
) -> None:
    sent = values(**{name: _fresh(value) for name, value in other.items()})
    answer = send(sign_in("treasurer"), **sent)
    assert (answer.status, message in answer.text) == (status, True), answer.text
    assert count(app, Bill) == (status == 200)
    assert count(app, Supplier) == (status == 200)


def _fresh(value: Any) -> Any:
    """Return a file that can be read again: each database has a run of its own."""
    return (io.BytesIO(value[0].getvalue()), value[1]) if isinstance(value, tuple) else value


def test_more_lines_and_a_look_enter_nothing(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    more = send(treasurer, **values(add="1"))
    assert more.status == 200
    assert "lines-8-amount" in more.form(having="form_token").names()
    looked = send(treasurer, **values(check="1"))
    assert "The lines add up to the total: NZD 115.00. Nothing is entered yet." in looked.text
    other = send(treasurer, **values(check="1", total="100"))
    assert "which is not the total of the bill" in other.text
    assert count(app, Bill) == 0


def test_the_same_number_again_leads_to_the_first(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    first = send(treasurer, **values())
    again = send(treasurer, **values(number="a17"))
    assert (again.status, "It is not paid twice." in again.text) == (409, True)
    assert again.links["See the bill with this number"] == first.path
    assert count(app, Bill) == 1


def test_a_bill_is_refused_with_a_reason_or_withdrawn(app: Flask, sign_in: SignIn) -> None:
    treasurer, board = sign_in("treasurer"), sign_in("board")
    first = send(treasurer, **values())
    silent = board.submit(first.path, {"reason": ""}, action="/refuse")
    assert (silent.status, "Please say why" in silent.text) == (422, True)
    refused = board.submit(first.path, {"reason": "We did not order it."}, action="/refuse")
    assert "Refused" in refused.text
    assert "We did not order it." in treasurer.get(first.path).text
    second = send(treasurer, **values())
    withdrawn = treasurer.send(second, second.form(button="Yes: Withdraw it"))
    assert "Withdrawn" in withdrawn.text


def test_taking_a_bill_back_asks_the_board(app: Flask, sign_in: SignIn, today: date) -> None:
    treasurer, board = sign_in("treasurer"), sign_in("board")
    bill = send(treasurer, **values())
    page = board.get(bill.path)
    board.send(page, page.form(button="Yes: Approve and book it"))
    path = f"{bill.path}/take-back"
    early = treasurer.submit(path, {"booked_on": str(today - timedelta(days=1)), "reason": "Credit note"})
    assert early.status == 422
    asked = treasurer.submit(path, {"reason": "Credit note 5"})
    assert asked.title == "Take back a bill or a claim that was booked"
    again = treasurer.submit(path, {"reason": "Credit note 5"})
    assert again.path == asked.path
    approved = board.get(asked.path)
    board.send(approved, approved.form(button="Yes: Approve and do it"))
    assert "Taken back" in treasurer.get(bill.path).text
    assert treasurer.submit(path, {"reason": "Once more"}).status == 409


def test_bills_are_for_officers_only(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    bill = send(treasurer, **values())
    receipt = f"{bill.path}/receipt"
    for path in ("/bills", bill.path, receipt, "/suppliers", "/bills/due", "/bills/waiting", "/bills.csv"):
        assert sign_in("auditor").client.get(path).status_code == 200, path
        assert sign_in("founder").client.get(path).status_code == 403, path
        assert Browser(app).client.get(path).status_code == 303, path
    for path in (NEW, "/suppliers/new", f"{bill.path}/take-back"):
        assert sign_in("board").client.get(path).status_code == 403, path
    assert sign_in("auditor").post("/bills/due").status == 403
    assert sign_in("board").post(f"{bill.path}/take-back").status == 403
    assert sign_in("auditor").post(bill.path, {"seen": ""}).status == 403
    missing = uuid4()
    for path in (
        f"/bills/{missing}",
        f"/bills/{missing}/receipt",
        f"/suppliers/{missing}",
        f"/bills/payments/{missing}",
    ):
        assert treasurer.client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("other", "status", "message"),
    [
        ({"pay": None}, 422, "Tick at least one row."),
        ({"pay": "nonsense"}, 422, "Open the list again"),
        ({"pay": str(uuid4())}, 422, "Open the list again"),
        ({"pay": str(NO_BILL), f"amount-{NO_BILL}": "1.00"}, 404, ""),
        ({"amount": "nonsense"}, 422, "Put the amounts right"),
        ({"amount": ""}, 422, "Put the amounts right"),
        ({"amount": "115.01"}, 409, "NZD 115.00 is left of bill A 17"),
        ({"amount": "0"}, 409, "so NZD 0.00 of it cannot be paid"),
        ({"paid_on": "2999-01-01"}, 422, "cannot be after today"),
        ({"paid_on": ""}, 422, "Enter the date."),
        ({"paid_on": "1999-01-01"}, 422, "cannot be before that"),
        ({"form_token": "x"}, 422, "the form is not complete"),
    ],
)
def test_a_wrong_payment_says_so_and_records_nothing(
    app: Flask, sign_in: SignIn, other: dict[str, Any], status: int, message: str
) -> None:
    treasurer, board = sign_in("treasurer"), sign_in("board")
    bill = send(treasurer, **values())
    page = board.get(bill.path)
    board.send(page, page.form(button="Yes: Approve and book it"))
    due = treasurer.get("/bills/due")
    form = due.form(having="pay")
    for confirmed in ({}, {"confirmed": "yes"}, {"list": "1"}):
        sent = {"pay": form.choices["pay"][0], **other}
        if "amount" in sent:
            sent[f"amount-{bill.path.removeprefix('/bills/')}"] = sent.pop("amount")
        answer = treasurer.send(due, form, {**sent, **confirmed})
        assert (answer.status, message in answer.text) == (status, True), answer.text
    assert count(app, BillPaymentRun) == 0


def test_filters_take_nonsense_and_a_supplier_is_known_once(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    send(treasurer, **values())
    assert "No bill matches" in treasurer.get("/bills?state=paid").text
    assert treasurer.get("/bills?state=nonsense&supplier=nonsense").status == 200
    assert treasurer.get("/bills?from=2026-02-02&to=2026-01-01").status == 422
    assert treasurer.get("/bills?from=nonsense").status == 422
    twice = treasurer.submit("/suppliers/new", {"name": "RAKAU print"})
    assert (twice.status, "is there already" in twice.text) == (409, True)
    wrong = treasurer.submit("/suppliers/new", {"name": "Other", "bank_account": "1", "email": "x"})
    assert wrong.status == 422
    added = treasurer.submit("/suppliers/new", {"name": "Other", "email": "a@b.example"})
    assert added.title == "Other"
    assert count(app, Supplier) == 2
