"""The pages of expense claims: making one, assigning and approving it, being paid, and who sees it."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import db, write
from coop.payments.bills.models import ClaimCoding, ExpenseClaim
from ledger.chart import BANK, HOSTING, VENUE_AND_TRAVEL
from ledger.years import periods
from tests.confirming import confirm_accounts
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 32


@pytest.fixture
def today(app: Flask) -> date:
    with app.app_context():
        return cooperative.today(db.session())


def count(app: Flask) -> int:
    with app.app_context():
        return db.session().scalar(select(func.count()).select_from(ExpenseClaim)) or 0


def values(today: date, **other: Any) -> dict[str, Any]:
    """Return a claim of 58.00 as its form sends it, with a picture of the receipt."""
    return {
        "lines-0-spent_on": str(today),
        "lines-0-text": "Bus to the field day",
        "lines-0-amount": "46.00",
        "lines-1-spent_on": str(today),
        "lines-1-text": "Ferry",
        "lines-1-amount": "12.00",
        "file": (io.BytesIO(PNG), "photo.png"),
        **other,
    }


def send(browser: Browser, path: str, sent: dict[str, Any]) -> Page:
    """Send a form with its receipt, as a browser does."""
    form = browser.get(path).form(having="form_token")
    fields: dict[str, Any] = {**dict(form.values), **sent}
    fields = {name: value for name, value in fields.items() if value is not None}
    answer = browser.client.post(path, data=fields, content_type="multipart/form-data", follow_redirects=True)
    return browser._page(answer)


def test_a_claim_goes_from_a_member_by_two_people_to_the_bank(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    member, treasurer, board = sign_in("founder"), sign_in("treasurer"), sign_in("board")
    mine = f"/as/{participants['founder']}/claims"
    made = send(member, f"{mine}/new", values(today))
    assert "You are told by mail what becomes of it." in made.text
    assert "Waiting for the treasurer" in made.text
    assert member.client.get(made.links["photo.png"]).get_data() == PNG
    assert treasurer.get("/").links["Look at 1 expense claim"] == "/claims?state=waiting"
    page = treasurer.get(treasurer.get("/claims?state=waiting").links["Aroha Hihi"])
    coding = {"lines-0-account": VENUE_AND_TRAVEL, "lines-1-account": HOSTING}
    assigned = treasurer.send(page, page.form(action="/assign"), coding)
    assert "Somebody else approves it now" in assigned.text
    page = board.get(board.get("/bills/waiting").links["Aroha Hihi"])
    assert "photo.png" in page.links
    approved = board.send(page, page.form(button="Yes: Approve and book it"))
    assert "Approved, and booked." in approved.text
    assert "does not know where to pay you" in member.get(made.path).text
    member.submit(f"/as/{participants['founder']}/payout-account", {"bank_account": "12-3456-0123456-00"})
    confirm_accounts(board)
    due = treasurer.get("/payouts/claimants")
    assert "58.00" in due.text
    confirmation = treasurer.send(due, due.form(having="pay"))
    treasurer.send(confirmation, confirmation.form(having="pay"), button="Yes, record it")
    assert "paid on" in member.get(mine).text
    assert ",58.00,approved," in treasurer.get("/claims.csv").html
    entry = treasurer.get(treasurer.get("/claims").links["Aroha Hihi"])
    assert "entry of" in entry.text


def test_a_claim_of_a_locked_month_says_on_which_day_it_will_be_booked(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    send(sign_in("founder"), f"/as/{participants['founder']}/claims/new", values(today))
    treasurer, notice = sign_in("treasurer"), "The month of this claim is locked. It will be booked on"
    page = treasurer.get(treasurer.get("/claims?state=waiting").links["Aroha Hihi"])
    assert notice not in page.text
    month_end = periods.month_end(today)

    def lock(session: Session) -> None:
        year = periods.fiscal_year_of(session, today)
        assert year is not None
        next_year = year.ends_on + timedelta(days=1)
        periods.open_fiscal_year(session, next_year, periods.year_dates(next_year, 3, 31)[1])
        while (period := periods.next_to_lock(session)) is not None and period.ends_on <= month_end:
            periods.lock_period(session, period.ends_on, now=clock.now())

    with app.app_context():
        write(lock)
    assert f"{notice} 1 {month_end + timedelta(days=1):%B %Y}" in treasurer.get(page.path).text


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"lines-0-amount": "0"}, "Enter an amount above zero."),
        ({"lines-0-amount": "-5"}, ""),
        ({"lines-0-amount": "1e5"}, ""),
        ({"lines-0-text": ""}, "Say what it was for."),
        ({"lines-0-text": "x" * 121}, "under 120 characters"),
        ({"lines-1-spent_on": ""}, "Enter the day."),
        ({"lines-1-spent_on": "2999-01-01"}, "The day cannot be after today"),
        ({"file": None}, "Add the receipt, or say why there is none."),
        ({"file": (io.BytesIO(b"<html>"), "photo.png")}, "This file holds none of them"),
        ({"form_token": "x"}, "the form is not complete"),
        ({"lines-0-spent_on": "", "lines-0-text": "", "lines-0-amount": "nonsense"}, ""),
    ],
)
def test_what_is_wrong_with_a_claim_is_said_beside_it_and_nothing_is_claimed(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date, other: dict[str, Any], message: str
) -> None:
    path = f"/as/{participants['founder']}/claims/new"
    fresh = {n: (io.BytesIO(v[0].getvalue()), v[1]) if isinstance(v, tuple) else v for n, v in other.items()}
    answer = send(sign_in("founder"), path, values(today, **fresh))
    assert (answer.status, message in answer.text) == (422, True), answer.text
    assert count(app) == 0


def test_more_lines_claim_nothing_and_the_same_receipt_leads_to_the_first(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    member, path = sign_in("founder"), f"/as/{participants['founder']}/claims/new"
    more = send(member, path, values(today, add="1"))
    assert "lines-8-amount" in more.form(having="form_token").names()
    assert count(app) == 0
    first = send(member, path, values(today))
    again = send(member, path, values(today))
    assert (again.status, "Nothing is paid back twice." in again.text) == (409, True)
    assert again.links["See the claim with this receipt"] == first.path


def test_a_claim_is_seen_by_the_claimant_and_the_officers_and_nobody_else(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    member, mine = sign_in("founder"), f"/as/{participants['founder']}"
    made = send(member, f"{mine}/claims/new", values(today))
    claim_id = made.path.rpartition("/")[2]
    for name in ("treasurer", "board", "auditor"):
        for path in (f"/claims/{claim_id}", f"/claims/{claim_id}/receipt", "/claims", "/claims.csv"):
            assert sign_in(name).client.get(path).status_code == 200, path
        for path in (made.path, f"{made.path}/receipt", f"{mine}/claims"):
            assert sign_in(name).client.get(path).status_code == 404, path
    for path in (f"/claims/{claim_id}", f"/claims/{claim_id}/receipt", "/claims"):
        assert sign_in("secretary").client.get(path).status_code == 403, path
        assert sign_in("founder").client.get(path).status_code == 403, path
    other = f"/as/{participants['secretary']}/claims/{claim_id}"
    assert sign_in("secretary").client.get(other).status_code == 404
    assert sign_in("secretary").client.get(f"{other}/receipt").status_code == 404
    assert sign_in("secretary").post(f"{other}/withdraw").status == 404
    assert sign_in("board").post(f"/claims/{claim_id}/assign").status == 403
    assert sign_in("treasurer").client.get(f"/claims/{uuid4()}").status_code == 404


def test_the_treasurer_assigns_every_line_or_refuses_and_the_claimant_reads_why(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    member, treasurer, board = sign_in("founder"), sign_in("treasurer"), sign_in("board")
    mine = f"/as/{participants['founder']}/claims"
    made = send(member, f"{mine}/new", values(today))
    path = f"/claims/{made.path.rpartition('/')[2]}"
    page = treasurer.get(path)
    assign = page.form(action="/assign")
    for coding, message in (
        ({"lines-0-account": HOSTING}, "Choose an account for this line."),
        ({"lines-0-account": HOSTING, "lines-1-account": BANK}, "Account 1000 takes no bill."),
    ):
        wrong = treasurer.send(page, assign, coding)
        assert (wrong.status, message in wrong.text) == (422, True)
    extra = {f"lines-{number}-account": HOSTING for number in range(60)}
    assert "Somebody else approves it now" in treasurer.send(page, assign, extra).text
    assert treasurer.send(page, assign, extra).status == 409
    silent = board.submit(path, {"reason": ""}, action="/send-back")
    assert silent.status == 422
    back = board.submit(path, {"reason": "Travel is 5200."}, action="/send-back")
    assert "waits for the treasurer again" in back.text
    silent = treasurer.submit(path, {"reason": " "}, action="/refuse")
    assert (silent.status, "Please say why" in silent.text) == (422, True)
    refused = treasurer.submit(path, {"reason": "It was a holiday."}, action="/refuse")
    assert "The claim is refused." in refused.text
    assert "It was a holiday." in member.get(made.path).text
    again = send(member, f"{mine}/new", values(today))
    gone = member.send(again, again.form(button="Yes: Withdraw the claim"))
    assert "Withdrawn" in gone.text
    assert treasurer.post(path, {"seen": ""}).status == 404, "nothing is prepared"


def test_nobody_approves_their_own_claim_through_any_page(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID], today: date
) -> None:
    board, treasurer = sign_in("board"), sign_in("treasurer")
    made = send(board, f"/as/{participants['board']}/claims/new", values(today))
    path = f"/claims/{made.path.rpartition('/')[2]}"
    page = treasurer.get(path)
    accounts = {"lines-0-account": HOSTING, "lines-1-account": HOSTING}
    treasurer.send(page, page.form(action="/assign"), accounts)
    director = sign_in("board2")
    other = director.get(path)
    seen = dict(other.form(having="seen").values)["seen"]
    own = board.get(path)
    assert "Approve and book it" not in own.text
    assert board.post(path, {"seen": seen}).status == 403
    with app.app_context():
        act_id = db.session().scalars(select(ClaimCoding.act_id)).one()
    assert board.post(f"/approvals/{act_id}", {"seen": seen}).status == 403
    assert board.get(f"/approvals/{act_id}").path == path, "the act is looked at beside its receipt"
    assert treasurer.post(path, {"seen": seen}).status == 403
    assert director.post(path, {"seen": "0" * 64}).status == 409
    done = director.send(other, other.form(button="Yes: Approve and book it"))
    assert "Approved, and booked." in done.text
