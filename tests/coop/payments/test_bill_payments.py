"""Bills that are paid, once and whole, or taken back by two."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop.books.errors import BookedElsewhere
from coop.books.operations import reverse_entry
from coop.database import write_with
from coop.payments.bills import checks, errors, queries, taking_back
from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.taking_back import What
from coop.payments.payouts.errors import NobodyTicked, PaidInFuture, PaymentFormUsed
from coop.permissions import Actor, NotFound, PowerMissing
from evidence.rules import drop_rules
from ledger.chart import BANK, HOSTING, INSURANCE, PAYABLE
from ledger.drafts import Line
from ledger.errors import ReversedBeforeBooked
from ledger.models import Entry
from ledger.statements import Side, aged_balances
from tests import joining
from tests.billing import Billing
from tests.databases import TestDatabase


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def test_the_whole_way_ends_with_nothing_owed(house: Billing) -> None:
    first, second = house.entered_and_approved(), house.entered_and_approved(Line(INSURANCE, 500))
    other = house.entered_and_approved(Line(HOSTING, 700), supplier="Tūī Hosting")
    aged = aged_balances(house.session, Side.PAYABLE, house.today)
    assert sorted(row.total_minor for account in aged.accounts for row in account.rows) == [700, 12_000]
    run_id = house.pay(first, second, other)
    entry = house.session.scalars(select(Entry).where(Entry.source_kind == "bill_payment_run")).one()
    assert (entry.source_id, entry.kind, entry.booked_on) == (run_id, "bill-payment", house.today)
    assert sorted((code, amount) for code, amount, _ in house.lines_of(entry.id)) == [
        (BANK, -12_700),
        (PAYABLE, 700),
        (PAYABLE, 12_000),
    ]
    assert {house.state(one) for one in (first, second, other)} == {"paid"}
    assert aged_balances(house.session, Side.PAYABLE, house.today).accounts == ()
    assert (house.balance(), queries.to_pay(house.session), checks.findings(house.session)) == (0, [], [])


def test_a_bill_is_paid_once_and_whole(house: Billing) -> None:
    bill_id, waiting = house.entered_and_approved(), house.enter()
    token = uuid4()
    for refusal, ids, day in (
        (NobodyTicked, [], house.today),
        (PaidInFuture, [bill_id], house.today + timedelta(days=1)),
        (errors.PaidBeforeBooked, [bill_id], house.today - timedelta(days=1)),
        (errors.BillNotOpen, [waiting], house.today),
        (errors.BillNotOpen, [bill_id, waiting], house.today),
        (NotFound, [uuid4()], house.today),
    ):
        with pytest.raises(refusal):
            house.pay(*ids, on=day)
    run_id = house.pay(bill_id, bill_id, token=token)
    assert house.pay(bill_id, token=token) == run_id
    with pytest.raises(PaymentFormUsed):
        house.pay(waiting, token=token)
    with pytest.raises(errors.BillNotOpen):
        house.pay(bill_id)
    with pytest.raises(PowerMissing):
        paying.record_payment(
            house.session, house.actor("auditor"), bills=house.to_pay(bill_id), paid_on=house.today, form_token=uuid4()
        )
    assert (house.count(BillPaymentRun), house.count(BillPayment)) == (1, 1)


def take_back(house: Billing, bill_id: UUID, on: date | None = None, actor: Actor | None = None) -> UUID:
    return taking_back.prepare(
        house.session, actor or house.treasurer, What.BILL, bill_id, booked_on=on or house.today, reason="Credit note"
    )


def test_a_booked_bill_is_taken_back_by_two_unless_it_is_paid(house: Billing) -> None:
    bill_id, paid, waiting = house.entered_and_approved(number="17"), house.entered_and_approved(), house.enter()
    house.pay(paid)
    with pytest.raises(errors.BillPaid):
        take_back(house, paid)
    with pytest.raises(errors.BillNotOpen):
        take_back(house, waiting)
    with pytest.raises(PowerMissing):
        take_back(house, bill_id, actor=house.board)
    with pytest.raises(ReversedBeforeBooked):
        take_back(house, bill_id, on=house.today - timedelta(days=1))
    entry_id = queries.bill(house.session, bill_id).entry_id
    assert entry_id is not None
    with pytest.raises(BookedElsewhere):
        reverse_entry(house.session, house.treasurer, entry_id=entry_id, booked_on=house.today, reason="Wrong")
    act_id = take_back(house, bill_id)
    assert (house.state(bill_id), house.balance()) == ("open", -11_500)
    house.approve_act(act_id)
    assert (house.state(bill_id), house.balance()) == ("taken-back", 0)
    with pytest.raises(errors.BillNotOpen):
        house.pay(bill_id)
    assert house.enter(number="17")
    assert checks.findings(house.session) == []


def test_a_bill_that_was_paid_meanwhile_is_not_taken_back(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    act_id = take_back(house, bill_id)
    house.pay(bill_id)
    with pytest.raises(errors.BillPaid), house.session.begin_nested():
        house.approve_act(act_id)
    assert (house.state(bill_id), checks.findings(house.session)) == ("paid", [])


@pytest.mark.tampers
def test_the_database_keeps_bills_and_the_checks_see_what_was_bent(house: Billing) -> None:
    bill_id, waiting = house.entered_and_approved(number="17"), house.enter()
    house.pay(bill_id)
    for statement in (
        "UPDATE bill SET total_minor = 1",
        "DELETE FROM bill_payment",
        "UPDATE bill_payment_run SET paid_on = '2001-01-01'",
        "DELETE FROM bill",
    ):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    row = house.session.get_one(Bill, bill_id)
    copied = ("supplier_id", "number", "number_key", "billed_on", "due_on", "total_minor", "currency")
    again = Bill(
        **{name: getattr(row, name) for name in copied},
        id=uuid4(),
        attempt=7,
        form_token=uuid4(),
        act_id=house.act_of(waiting).id,
    )
    with pytest.raises(DBAPIError, match="this number of the supplier stands already"), house.session.begin_nested():
        house.session.add(again)
    run_id = house.session.scalars(select(BillPaymentRun.id)).one()
    with pytest.raises(DBAPIError, match="only an approved bill is paid"), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=waiting, run_id=run_id, amount_minor=11_500))
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE bill SET total_minor = 11501"))
    found = {finding.check for finding in checks.findings(house.session)}
    assert found == {"bill-not-booked", "bills-not-owed"}


def test_two_who_pay_at_once_pay_once(database: TestDatabase) -> None:
    bills = write_with(database.engine, _two_approved)

    def pay(*ids: UUID) -> Any:
        return lambda session: Billing(session, is_founded=True).pay(*ids)

    results = joining.at_once(database.engine, pay(*bills), pay(*reversed(bills)), pay(bills[0]))
    done, refused = joining.outcomes(results)
    assert (done, refused) == (1, {errors.BillNotOpen})
    assert write_with(database.engine, checks.findings) == []


def test_paying_and_taking_back_at_once_does_one_of_them(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID]:
        house = Billing(session)
        bill_id = house.entered_and_approved()
        return bill_id, take_back(house, bill_id)

    bill_id, act_id = write_with(database.engine, prepare)
    results = joining.at_once(
        database.engine,
        lambda session: Billing(session, is_founded=True).pay(bill_id),
        lambda session: Billing(session, is_founded=True).approve_act(act_id),
    )
    assert joining.outcomes(results)[0] == 1
    assert write_with(database.engine, checks.findings) == []


def _two_approved(session: Session) -> list[UUID]:
    house = Billing(session)
    return [house.entered_and_approved(), house.entered_and_approved()]
