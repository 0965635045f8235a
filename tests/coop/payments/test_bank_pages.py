"""The pages of the bank statement: entering, matching, booking, and what they refuse."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.payments.bank.lines import enter_line
from coop.payments.bank.models import BankLine, BankMatch
from coop.payments.bank.statements import NewLine
from coop.payments.models import PaymentRequest
from ledger.models import Entry
from tests import joining
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


def today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def line_id(app: Flask) -> UUID:
    """A line of NZD -45.00, as the treasurer entered it."""

    def work(session: Session) -> UUID:
        treasurer = joining.founder(session, "treasurer")
        return enter_line(session, treasurer, NewLine(cooperative.today(session), -4500, "MONTHLY FEE"))

    with app.app_context():
        return write(work)


def test_a_statement_is_pasted_matched_and_nothing_is_left(app: Flask, sign_in: SignIn) -> None:
    treasurer, day = sign_in("treasurer"), today(app)
    with app.app_context():
        request = db.session.scalars(select(PaymentRequest).order_by(PaymentRequest.id)).all()[0]
        reference = request.reference
    text = f"date,amount,text\n{day},50.00,SHARE {reference.replace('-', ' ')}\n{day:%d/%m/%Y},-45.00,FEE"
    page = treasurer.submit("/payments/bank/1000/paste", {"statement": text})
    assert "2 lines entered." in page.text
    again = treasurer.submit("/payments/bank/1000/paste", {"statement": text})
    assert "0 lines entered. 2 were there already." in again.text
    asked = treasurer.get(page.links[f"SHARE {reference.replace('-', ' ')}"])
    assert asked.links[reference] == f"/payments/{request.id}"
    done = treasurer.send(asked, asked.form(button=f"Record {reference}"))
    assert "The line is matched." in done.text
    fee = treasurer.get(done.links["FEE"])
    booked = treasurer.send(fee, fee.form(having="account"), {"account": "6900", "text": "Bank fee"})
    assert "Every line is an entry" in booked.text
    assert "nothing is missing" in booked.text
    matched = treasurer.get("/payments/bank/1000?state=matched")
    entry = treasurer.get(matched.links["entry"])
    assert treasurer.get(entry.links["see the line"]).status == 200
    assert treasurer.get(f"/payments/{request.id}").text.count("Received in full") == 1


def test_a_wrong_statement_says_row_by_row_what_is_wrong_and_keeps_what_was_pasted(app: Flask, sign_in: SignIn) -> None:
    text = f"{today(app)},5.00,right\n2026-02-30,5.00,x\n{today(app)},5.001,y"
    page = sign_in("treasurer").submit("/payments/bank/1000/paste", {"statement": text})
    assert page.status == 422
    assert "Nothing was entered. Rows that could not be read: 2." in page.text
    assert "2 date Write the date as 2026-03-31 or as 31/03/2026, day first." in page.text
    assert "3 amount An amount in NZD has at most 2 decimals." in page.text
    assert dict(page.form(having="statement").values)["statement"] == text
    assert count(app, BankLine) == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"amount": "0"}, "The amount cannot be zero"),
        ({"amount": ""}, "Enter an amount."),
        ({"amount": "1.234"}, "at most 2 decimals"),
        ({"amount": "1000000000001"}, "The amount is too large"),
        ({"booked_on": "2999-01-01"}, "cannot be after today"),
        ({"booked_on": "1999-01-01"}, "The books begin on"),
        ({"booked_on": "yesterday"}, "year-month-day"),
        ({"booked_on": ""}, "Enter the date."),
        ({"text": "x" * 201}, "under 200 characters"),
    ],
)
def test_a_wrong_line_says_so_and_is_not_entered(
    app: Flask, sign_in: SignIn, values: dict[str, str], message: str
) -> None:
    page = sign_in("treasurer").submit("/payments/bank/1000/new", {"amount": "-5.00", "text": "FEE", **values})
    assert (page.status, message in page.text) == (422, True), page.text
    assert count(app, BankLine) == 0


def test_a_line_sent_twice_is_one_line(app: Flask, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get("/payments/bank/1000/new")
    form = page.form(having="amount")
    assert treasurer.send(page, form, {"amount": "-5.00", "text": "FEE"}).title == "FEE"
    again = treasurer.send(page, form, {"amount": "-5.00", "text": "FEE"})
    assert (again.status, "This line was entered before." in again.text) == (422, True)
    assert count(app, BankLine) == 1


@pytest.mark.parametrize(
    ("values", "message", "beside"),
    [
        ({"account": ""}, "Choose an account.", "account"),
        ({"account": "1000"}, "the bank account itself", "account"),
        ({"account": "3000"}, "follows the share register", None),
        ({"account": "9999"}, "There is no account 9999", "account"),
        ({"account": "1200"}, "say whom the line is about", "party"),
        ({"account": "1200", "party": "Nobody"}, "Nobody is known", "party"),
        ({"text": ""}, "Say what happened", "text"),
        ({"booked_on": "1999-01-01"}, "No fiscal year is open", "booked_on"),
        ({"booked_on": ""}, "Enter the date of the entry.", "booked_on"),
    ],
)
def test_a_wrong_reason_is_told_beside_its_field_and_books_nothing(
    app: Flask, sign_in: SignIn, line_id: UUID, values: dict[str, str], message: str, beside: str | None
) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/payments/bank/1000/{line_id}")
    answer = treasurer.send(page, page.form(having="account"), {"account": "6900", **values})
    assert (answer.status, message in answer.text) == (422, True), answer.text
    assert beside is None or f'id="{beside}-error"' in answer.html
    assert (count(app, Entry), count(app, BankMatch)) == (0, 0)


def test_a_large_line_that_was_typed_leads_to_an_entry_by_two(app: Flask, sign_in: SignIn) -> None:
    def work(session: Session) -> UUID:
        treasurer = joining.founder(session, "treasurer")
        return enter_line(session, treasurer, NewLine(cooperative.today(session), -1_000_001, "A HOUSE"))

    with app.app_context():
        line_id = write(work)
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/payments/bank/1000/{line_id}")
    assert page.links["Record the entry"] == "/books/entries/new"
    assert "Book and match" not in page.text
    sent = treasurer.post(
        f"/payments/bank/1000/{line_id}/classify",
        {"booked_on": today(app).isoformat(), "account": "6900", "text": "A house"},
    )
    assert sent.status == 422
    assert "more than NZD\xa010,000.00 is recorded by two people" in sent.text.replace("NZD 1", "NZD\xa01")
    assert count(app, BankMatch) == 0


def test_what_was_settled_in_another_window_is_told_and_changes_nothing(
    app: Flask, sign_in: SignIn, line_id: UUID
) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/payments/bank/1000/{line_id}")
    form = page.form(having="account")
    assert treasurer.send(page, form, {"account": "6900"}).path == "/payments/bank/1000"
    assert treasurer.send(page, form, {"account": "6900"}).status == 409
    assert treasurer.send(page, page.form(button="Yes: Remove the line")).status == 409
    matched = treasurer.get(f"/payments/bank/1000/{line_id}")
    unmatch = matched.form(button="Yes: Take the match back")
    assert "The match is taken back." in treasurer.send(matched, unmatch).text
    assert treasurer.send(matched, unmatch).status == 409
    assert (count(app, Entry), count(app, BankMatch)) == (1, 1)
    offered = treasurer.get(f"/payments/bank/1000/{line_id}")
    choose = offered.form(action="/match")
    assert "The line is matched." in treasurer.send(offered, choose).text


def test_an_altered_choice_is_refused(app: Flask, sign_in: SignIn, line_id: UUID) -> None:
    treasurer, path = sign_in("treasurer"), f"/payments/bank/1000/{line_id}"
    for act in ("match", "receive"):
        assert treasurer.post(f"{path}/{act}", {"chosen": "nonsense"}).status == 422
        assert treasurer.post(f"{path}/{act}", {}).status == 422
    assert treasurer.post(f"{path}/match", {"chosen": str(uuid4())}).status == 404
    assert treasurer.post(f"{path}/receive", {"chosen": str(uuid4())}).status == 422
    assert treasurer.post(f"/payments/bank/1000/{uuid4()}/match", {"chosen": str(uuid4())}).status == 404
    assert (count(app, Entry), count(app, BankMatch)) == (0, 0)


@pytest.mark.parametrize("who", ["board", "auditor"])
def test_the_board_and_the_auditor_read_and_do_not_write(app: Flask, sign_in: SignIn, line_id: UUID, who: str) -> None:
    reader, path = sign_in(who), f"/payments/bank/1000/{line_id}"
    for readable in ("/payments/bank/1000", path, "/payments/bank/1000/entries", "/payments/bank/1000/lines.csv"):
        assert reader.get(readable).status == 200
    assert "Book and match" not in reader.get(path).text
    assert "Paste a statement" not in reader.get("/payments/bank/1000").links
    for closed in ("/payments/bank/1000/new", "/payments/bank/1000/paste"):
        assert (reader.get(closed).status, reader.post(closed).status) == (403, 403)
    for act in ("match", "receive", "classify", "unmatch", "remove"):
        assert reader.post(f"{path}/{act}", {"chosen": str(uuid4())}).status == 403
    assert sign_in("founder").get("/payments/bank/1000").status == 403
    assert count(app, BankMatch) == 0


def test_the_list_is_filtered_and_downloaded(app: Flask, sign_in: SignIn, line_id: UUID) -> None:
    treasurer, day = sign_in("treasurer"), today(app)
    treasurer.submit("/payments/bank/1000/new", {"amount": "5.00", "text": "=1+1"})
    page = treasurer.get("/payments/bank/1000?text=fee")
    assert ("MONTHLY FEE" in page.text, "=1+1" in page.text) == (True, False)
    file = treasurer.get("/payments/bank/1000/lines.csv")
    assert f"{day},5.00,'=1+1,unmatched," in file.html
    assert treasurer.get(page.links["Lines as CSV"]).html.count("\n") == 2
    assert treasurer.get("/payments/bank/1000?from=2026-13-01").status == 422
    assert "No line matches" in treasurer.get("/payments/bank/1000?to=2001-01-01").text
