"""The pages of payments out: the lists, the file for the bank, recording a payment, and a participant's account."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import db, write
from coop.membership.models import Participant
from coop.payments.payouts.models import Disbursement, PayoutAccount
from ledger.chart import COACHES, OWED_TO_COACHES
from ledger.posting import Draft, Line, post
from tests.confirming import confirm_accounts
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]
COACHES_LIST = "/payouts/coaches"


def count(app: Flask, mapped: type) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def today(app: Flask, participants: dict[str, UUID]) -> date:
    """Two coaches are owed money; the day on which they came to be."""

    def work(session: Session) -> date:
        day = cooperative.today(session)
        for name, amount_minor in (("board", 9_000), ("board2", 4_000)):
            party_ref = session.get_one(Participant, participants[name]).party_ref
            lines = [Line(COACHES, amount_minor), Line(OWED_TO_COACHES, -amount_minor, party_ref)]
            post(session, Draft(day, "A session", "manual", "NZD", lines, name), now=clock.now())
        return day

    with app.app_context():
        return write(work)


def give_account(sign_in: SignIn, participants: dict[str, UUID], account: str = "12-3456-0123456-00") -> Page:
    path = f"/as/{participants['board']}/payout-account"
    return sign_in("board").submit(path, {"bank_account": account})


def row_of(app: Flask, participants: dict[str, UUID]) -> str:
    """Return what the row of the coach with an account sends."""
    with app.app_context():
        ref = db.session().scalars(select(PayoutAccount.account_ref)).one()
    return f"{participants['board']}:9000:{ref}"


def test_a_payment_goes_from_the_list_by_the_bank_to_the_payee(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    assert "The account is saved." in give_account(sign_in, participants).text
    treasurer = sign_in("treasurer")
    overview = treasurer.get("/payouts")
    page = treasurer.get(overview.links["Coaches"])
    assert ("An account is not confirmed" in page.text, "List for the bank as CSV" in page.links) == (True, False)
    confirm_accounts(treasurer)
    page = treasurer.get(overview.links["Coaches"])
    assert ("confirmed by" in page.text, "An account is not confirmed" in page.text) == (True, False)
    assert "Owed in all NZD 130.00" in page.text
    assert "12-3456-0123456-00" in page.text
    asked = treasurer.send(page, page.form(button="Ask Wiremu Kererū"))
    assert "asked by mail" in asked.text
    file = treasurer.get(page.links["List for the bank as CSV"]).html
    assert file.splitlines() == [
        "name,account,amount,reference,particulars",
        "Ana Tūī,12-3456-0123456-00,90.00,KAN COACHING,KANOPI",
    ]
    form = page.form(having="pay")
    assert [value for name, value in form.values if name == "pay"] == [row_of(app, participants)]
    confirmation = treasurer.send(page, form)
    assert confirmation.title == "Has the bank paid this?"
    assert count(app, Disbursement) == 0, "nothing is recorded before it is confirmed"
    yes = confirmation.form(having="pay")
    done = treasurer.send(confirmation, yes, button="Yes, record it")
    assert "Recorded: NZD 90.00 was paid" in done.text
    assert "Owed in all NZD 40.00" in done.text
    assert treasurer.send(confirmation, yes, button="Yes, record it").status == 200
    assert count(app, Disbursement) == 1, "a form sent twice is one payment"
    payment = treasurer.get(next(href for href in done.links.values() if href.startswith("/payouts/payments/")))
    entry = treasurer.get(payment.links["In the books"])
    assert entry.links["A payment out"] == payment.path
    assert "Paid out: Coaches" in sign_in("board").get(f"/as/{participants['board']}/statement").text
    page = treasurer.get(payment.links["It came back, or never left"])
    sent = page.form(having="returned_on")
    refused = treasurer.send(page, sent, {"reason": ""})
    assert (refused.status, "Say why, in a few words." in refused.text) == (422, True)
    back = treasurer.send(page, sent, {"reason": "No such account"})
    assert "Recorded: it is owed again, and each was told by mail." in back.text
    assert "No such account" in back.text
    assert treasurer.send(page, sent, {"reason": "No such account"}).status == 409
    assert "Owed in all NZD 130.00" in treasurer.get(COACHES_LIST).text
    assert treasurer.get(f"/payouts/payments/{uuid4()}").status == 404


def test_the_confirmation_marks_who_has_given_no_account(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    """The bank's list leaves them out, so what is recorded for them was paid in another way, or not at all."""
    give_account(sign_in, participants)
    treasurer = sign_in("treasurer")
    confirm_accounts(treasurer)
    page = treasurer.get(COACHES_LIST)
    rows = {"board": row_of(app, participants), "board2": f"{participants['board2']}:4000:"}
    given = treasurer.send(page, page.form(having="pay"), {"pay": rows["board"]})
    assert "No account given" not in given.text
    missing = treasurer.send(page, page.form(having="pay"), {"pay": rows["board2"]})
    assert missing.text.count("No account given") == 1
    assert "1 payee has given no account" in missing.text


def test_a_row_that_is_owed_no_longer_is_refused_and_nothing_is_recorded(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    treasurer, other = sign_in("treasurer"), sign_in("treasurer")
    page, twin = treasurer.get(COACHES_LIST), other.get(COACHES_LIST)
    row = {"pay": f"{participants['board']}:9000"}
    first = treasurer.send(page, page.form(having="pay"), row)
    second = other.send(twin, twin.form(having="pay"), row)
    assert treasurer.send(first, first.form(having="pay"), button="Yes, record it").status == 200
    late = other.send(second, second.form(having="pay"), button="Yes, record it")
    assert (late.status, "Ana Tūī is owed NZD 0.00" in late.text) == (409, True)
    assert count(app, Disbursement) == 1


def test_a_wrong_payment_says_so_and_records_nothing(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    treasurer, row = sign_in("treasurer"), f"{participants['board']}:9000"
    page = treasurer.get(COACHES_LIST)
    for values, status, message in (
        ({"pay": None}, 422, "Tick at least one row."),
        ({"pay": "nonsense"}, 422, "Open the list again"),
        ({"pay": f"{uuid4()}:1"}, 404, ""),
        ({"pay": f"{participants['board']}:-5"}, 422, "Open the list again"),
        ({"pay": f"{participants['board']}:0"}, 422, "must be more than zero"),
        ({"pay": f"{participants['board']}:9001"}, 409, "not NZD 90.01"),
        ({"pay": [row, row]}, 422, "stands in the list twice"),
        ({"pay": row, "paid_on": "2999-01-01"}, 422, "cannot be after today"),
        ({"pay": row, "paid_on": ""}, 422, "Enter the date."),
        ({"pay": row, "paid_on": "1999-01-01"}, 409, "is owed NZD 0.00"),
        ({"pay": row, "form_token": "x"}, 422, "the form is not complete"),
    ):
        for confirmed in ({}, {"confirmed": "yes"}):
            answer = treasurer.send(page, page.form(having="pay"), {**values, **confirmed})
            assert (answer.status, message in answer.text) == (status, True), (values, answer.text)
    assert count(app, Disbursement) == 0


def test_a_participant_gives_an_account_that_only_they_change(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    path = f"/as/{participants['board']}/payout-account"
    page = sign_in("board").get(path)
    assert "Owed to you: Coaches NZD 90.00" in page.text
    for wrong in ("123", "=2+3+4", "x" * 41, "12_34_56"):
        refused = give_account(sign_in, participants, wrong)
        assert (refused.status, 'id="bank_account-error"' in refused.html) == (422, True)
    assert count(app, PayoutAccount) == 0
    give_account(sign_in, participants)
    for other in ("treasurer", "founder"):
        browser = sign_in(other)
        assert browser.get(path).status == 404
        assert browser.post(path, {"bank_account": "99999999"}).status == 404
    assert "No account is kept." in give_account(sign_in, participants, "").text
    assert count(app, PayoutAccount) == 0


@pytest.mark.parametrize("who", ["board", "auditor"])
def test_the_board_and_the_auditor_read_and_do_not_pay(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date, who: str
) -> None:
    reader = sign_in(who)
    for path in ("/payouts", COACHES_LIST, f"{COACHES_LIST}/bank-list.csv"):
        assert reader.get(path).status == 200
    assert all("pay" not in form.names() for form in reader.get(COACHES_LIST).forms)
    row = {"pay": f"{participants['board']}:9000", "paid_on": str(today), "form_token": str(uuid4()), "confirmed": "1"}
    assert reader.post(COACHES_LIST, row).status == 403
    assert reader.post(f"{COACHES_LIST}/ask/{participants['board']}").status == 403
    assert sign_in("founder").get("/payouts").status == 403
    assert count(app, Disbursement) == 0


def test_a_list_that_is_not_there_is_not_found(sign_in: SignIn, participants: dict[str, UUID]) -> None:
    treasurer = sign_in("treasurer")
    for path in ("/payouts/landlords", "/payouts/landlords/bank-list.csv"):
        assert treasurer.get(path).status == 404
    assert treasurer.post("/payouts/landlords", {}).status == 404
    assert treasurer.post(f"/payouts/landlords/ask/{participants['board']}").status == 404
    assert treasurer.post(f"{COACHES_LIST}/ask/{uuid4()}").status == 404
    assert "Nothing is owed" in treasurer.get("/payouts/members").text


def test_home_tells_the_treasurer_what_is_owed(sign_in: SignIn, today: date) -> None:
    home = sign_in("treasurer").get("/")
    assert home.links["Pay what is owed to coaches, sellers, clients, members and claimants"] == "/payouts"
    assert "NZD 130.00 in all." in home.text
