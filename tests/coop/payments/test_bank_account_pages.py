"""The pages of several bank accounts: one account is as it ever was, another is marked, read, matched and ended."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import write
from coop.payments.bank.accounts import mark
from coop.payments.bank.lines import enter_line
from coop.payments.bank.statements import NewLine
from ledger.chart import BANK, SUSPENSE
from tests import joining
from tests.html_client import Browser
from tests.rooms_of_the_world.bank_accounts import SAVINGS, TILL, open_accounts

SignIn = Callable[[str], Browser]
HERE = f"/payments/bank/{SAVINGS}"


@pytest.fixture
def day(app: Flask) -> date:
    """Today, on which the chart has accounts that could be at a bank."""

    def work(session: Session) -> date:
        today = cooperative.today(session)
        open_accounts(session, joining.founder(session, "treasurer"), today)
        return today

    with app.app_context():
        return write(work)


@pytest.fixture
def savings(app: Flask, day: date) -> str:
    """A second bank account, with a line of 9.00 on its statement and one of -9.00 on the first."""

    def work(session: Session) -> None:
        treasurer = joining.founder(session, "treasurer")
        mark(session, treasurer, code=SAVINGS, number="77-7")
        enter_line(session, treasurer, NewLine(day, -900, "TO SAVINGS"))
        enter_line(session, treasurer, NewLine(day, 900, "FROM CHEQUE"), account=SAVINGS)

    with app.app_context():
        write(work)
    return SAVINGS


def test_with_one_bank_account_nothing_names_it(sign_in: SignIn, day: date) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/payments/bank/{BANK}")
    assert page.title.startswith("Bank statement")
    assert "Bank statement:" not in page.text
    assert page.links["Bank statement"] == f"/payments/bank/{BANK}"
    assert "Bank accounts" not in treasurer.get("/books").links


def test_an_account_of_the_chart_is_marked_and_has_its_own_statement(sign_in: SignIn, day: date) -> None:
    treasurer = sign_in("treasurer")
    overview = treasurer.get(treasurer.get(f"/payments/bank/{BANK}").links["Bank accounts"])
    asked = treasurer.get(overview.links[f"{SAVINGS} Savings"])
    assert "Make it a bank account?" in asked.text
    done = treasurer.send(asked, asked.form(button="Yes, it is a bank account"), {"number": "77-7"})
    assert "It is a bank account now." in done.text
    assert done.links[f"{SAVINGS} Savings"] == HERE
    assert "77-7" in done.text
    entered = treasurer.submit(f"{HERE}/new", {"booked_on": day.isoformat(), "amount": "5.00", "text": "INTEREST"})
    assert entered.path.startswith(f"{HERE}/")
    booked = treasurer.send(entered, entered.form(having="account"), {"account": "4900", "text": "Interest"})
    assert booked.path == HERE
    assert f"Bank statement: {SAVINGS} Savings" in booked.text
    assert "nothing is missing" in booked.text
    assert "INTEREST" not in treasurer.get(f"/payments/bank/{BANK}?state=matched").text
    assert treasurer.get("/books").links["Bank accounts"] == "/payments/bank"


def test_a_transfer_is_booked_on_one_page_and_matched_on_the_other(sign_in: SignIn, savings: str) -> None:
    treasurer = sign_in("treasurer")
    tasks = treasurer.get("/").text
    assert f"On account {BANK} Bank account." in tasks
    assert f"On account {savings} Savings." in tasks
    out = treasurer.get(treasurer.get(f"/payments/bank/{BANK}").links["TO SAVINGS"])
    treasurer.send(out, out.form(having="account"), {"account": savings, "text": "To the savings"})
    into = treasurer.get(treasurer.get(HERE).links["FROM CHEQUE"])
    refused = treasurer.send(into, into.form(having="account"), {"account": BANK, "text": "From the cheque account"})
    assert (refused.status, "moved this amount between the two accounts" in refused.text) == (422, True)
    done = treasurer.send(refused, refused.form(button="Yes, that is it"))
    assert "1 line is matched." in done.text
    entry = treasurer.get(treasurer.get(f"{HERE}?state=matched").links["entry"])
    for code in (BANK, savings):
        assert treasurer.get(entry.links[f"see the line of {code}"]).path.startswith(f"/payments/bank/{code}/")
    assert "Every line is an entry" in treasurer.get(HERE).text


def test_a_page_is_of_its_own_account_alone(sign_in: SignIn, savings: str) -> None:
    treasurer = sign_in("treasurer")
    line = treasurer.get(HERE).links["FROM CHEQUE"]
    elsewhere = line.replace(savings, BANK)
    assert (treasurer.get(line).status, treasurer.get(elsewhere).status) == (200, 404)
    for path in ("match", "receive", "classify", "unmatch", "remove"):
        assert treasurer.post(f"{elsewhere}/{path}", {"chosen": ""}).status == 404, path
    for code in (TILL, "9999", "accounts", "x"):
        assert treasurer.get(f"/payments/bank/{code}").status == 404
        assert treasurer.get(f"/payments/bank/{code}/entries").status == 404


def test_an_account_is_ended_when_its_lines_are_explained(sign_in: SignIn, savings: str) -> None:
    treasurer = sign_in("treasurer")
    changed = treasurer.submit(f"/payments/bank/accounts/{savings}", {"number": "88-8"})
    assert "88-8" in changed.text
    page = treasurer.get(changed.links["Number, or end"])
    open_still = treasurer.send(page, page.form(button="Yes: End the bank account"))
    assert (open_still.status, "still has lines without an entry (1)" in open_still.text) == (409, True)
    line = treasurer.get(treasurer.get(HERE).links["FROM CHEQUE"])
    treasurer.send(line, line.form(button="Yes: Remove the line"))
    page = treasurer.get(f"/payments/bank/accounts/{savings}")
    done = treasurer.send(page, page.form(button="Yes: End the bank account"))
    assert "It is no bank account any more." in done.text
    read = treasurer.get(f"{HERE}?state=removed")
    assert (read.status, "FROM CHEQUE" in read.text, "Enter one line" in read.links) == (200, True, False)
    late = treasurer.submit(f"{HERE}/new", {"amount": "1.00", "text": "LATE"})
    assert (late.status, "is no bank account any more" in late.text) == (409, True)


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        (SUSPENSE, 422, "serves another purpose"),
        ("4900", 422, "cannot be a bank account"),
        (BANK, 409, "is a bank account already"),
        ("9999", 404, ""),
    ],
)
def test_what_cannot_be_a_bank_account_is_told(
    sign_in: SignIn, day: date, code: str, status: int, message: str
) -> None:
    page = sign_in("treasurer").get(f"/payments/bank/accounts/{code}/mark")
    assert (page.status, message in page.text) == (status, True)


def test_a_number_that_another_account_has_is_told_beside_its_field(sign_in: SignIn, savings: str) -> None:
    page = sign_in("treasurer").submit(f"/payments/bank/accounts/{TILL}/mark", {"number": "7 77"})
    assert (page.status, f"Account {savings} has this number already." in page.text) == (422, True)


@pytest.mark.parametrize("who", ["board", "auditor"])
def test_the_board_and_the_auditor_read_the_accounts_and_change_nothing(
    sign_in: SignIn, savings: str, who: str
) -> None:
    reader = sign_in(who)
    page = reader.get("/payments/bank")
    assert (page.status, f"{TILL} Till" in page.links, "Number, or end" in page.links) == (200, False, False)
    assert reader.get(HERE).status == 200
    for path in (f"{TILL}/mark", savings):
        assert reader.get(f"/payments/bank/accounts/{path}").status == 403


def test_who_may_not_read_them_is_not_told_which_accounts_there_are(sign_in: SignIn) -> None:
    secretary = sign_in("secretary")
    assert {secretary.get(f"/payments/bank/{code}").status for code in (BANK, "9999")} == {403}
