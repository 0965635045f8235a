"""The ages of what suppliers are owed: bill by bill, on any day, and never another sum than that of the account."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.approvals.models import TwoPersonAct
from coop.books.operations import NewEntry, record_entry
from coop.database import write
from coop.payments.bills import queries, taking_back
from coop.payments.bills.ages import open_bills
from coop.payments.bills.rows import BillFilter
from coop.payments.bills.taking_back import What
from ledger.chart import HOSTING, PAYABLE
from ledger.drafts import Line
from ledger.statements import AgedBalances, Side, aged_balances
from ledger.totals import balance_of
from tests.billing import SUPPLIER, Billing
from tests.html_client import Browser

DAY = timedelta(days=1)


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def aged(house: Billing, at: date) -> AgedBalances:
    """Return the ages of a day, having looked whether they add up."""
    found = aged_balances(house.session, Side.PAYABLE, at, open_items=open_bills(house.session, at))
    sums = {account.code: sum(account.parts_minor) for account in found.accounts}
    assert sums.get(PAYABLE, 0) == -balance_of(house.session, PAYABLE, at)
    return found


def parts(house: Billing, at: date) -> list[tuple[int, ...]]:
    return [row.parts_minor for account in aged(house, at).accounts for row in account.rows]


def test_a_bill_that_is_not_paid_stays_as_old_as_it_is_when_a_later_one_is_paid(house: Billing) -> None:
    early, late = house.today, house.today + 30 * DAY
    house.entered_and_approved(Line(HOSTING, 700), due_on=early)
    paid = house.entered_and_approved(Line(HOSTING, 900), due_on=late)
    assert parts(house, late) == [(900, 700, 0, 0, 0)]
    house.pay(paid)
    assert parts(house, late) == [(0, 700, 0, 0, 0)]
    (row,) = aged(house, early + 95 * DAY).accounts[0].rows
    assert (row.parts_minor, row.oldest_on) == ((0, 0, 0, 0, 700), house.today)


def test_a_bill_taken_back_is_open_up_to_the_day_before(house: Billing) -> None:
    bill_id = house.entered_and_approved(due_on=house.today)
    gone_on = house.today + 2 * DAY
    act_id = taking_back.prepare(
        house.session, house.treasurer, What.BILL, bill_id, booked_on=gone_on, reason="Not ours."
    )
    approvals.approve(
        house.session, house.board, act_id=act_id, seen=house.session.get_one(TwoPersonAct, act_id).digest
    )
    assert parts(house, house.today - DAY) == []
    assert parts(house, gone_on - DAY) == [(0, 11_500, 0, 0, 0)]
    assert parts(house, gone_on) == []
    (row,) = queries.all_bills(house.session, BillFilter())
    assert (row.booked_on, row.paid_on, row.taken_back_on) == (house.today, None, gone_on)


def test_what_names_no_supplier_stands_beside_the_bills(house: Billing) -> None:
    house.entered_and_approved(due_on=house.today)
    by_hand = (Line(HOSTING, 2_000), Line(PAYABLE, -2_000))
    record_entry(house.session, house.treasurer, NewEntry(house.today, "A bill of before", by_hand, uuid4()))
    assert parts(house, house.today) == [(11_500, 0, 0, 0, 0), (2_000, 0, 0, 0, 0)]


def test_the_page_and_the_file_add_up_and_lead_to_the_bills(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    def live(session: Session) -> date:
        house = Billing(session, is_founded=True)
        house.entered_and_approved(due_on=house.today)
        by_hand = (Line(HOSTING, 2_000), Line(PAYABLE, -2_000))
        record_entry(session, house.treasurer, NewEntry(house.today, "A bill of before", by_hand, uuid4()))
        return house.today

    with app.app_context():
        today = write(live)
    auditor = sign_in("auditor")
    page = auditor.get(f"/books/payables?at={today + 40 * DAY}")
    for words in ("no party named", "20.00", "115.00", "135.00", "its own due date", SUPPLIER):
        assert words in page.text
    assert page.links["Bills to be paid"] == "/bills/due"
    table = auditor.get(page.links["What the co-op owes as CSV"]).html.splitlines()
    assert table[1].endswith(f",{SUPPLIER},0.00,0.00,115.00,0.00,0.00,115.00,{today},NZD")
    assert table[2].endswith(f",,no party named,0.00,0.00,20.00,0.00,0.00,20.00,{today},NZD")
    assert "Bills to be paid" not in auditor.get("/books/receivables").links
