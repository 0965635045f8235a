"""Bills that are paid in parts: what is left is said everywhere, and never more than that is paid."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock
from coop.database import write_with
from coop.payments.bills import checks, errors, queries, taking_back
from coop.payments.bills.ages import open_bills
from coop.payments.bills.models import BillPayment
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying import returning
from coop.payments.bills.paying.netting import ToPay
from coop.payments.bills.suppliers import queries as supplier_queries
from coop.payments.bills.taking_back import What
from coop.payments.payouts.errors import PaymentFormUsed
from evidence.rules import drop_rules
from ledger.chart import PAYABLE
from ledger.statements import Side, aged_balances
from ledger.totals import balance_of
from tests import joining
from tests.billing import Billing
from tests.databases import TestDatabase

DAY = timedelta(days=1)


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def left(house: Billing, bill_id: UUID) -> tuple[str, str, int]:
    row = queries.bill(house.session, bill_id)
    return row.state.value, row.label, row.open_minor


def test_a_part_now_and_the_rest_later(house: Billing) -> None:
    bill_id = house.entered_and_approved(due_on=house.today)
    house.pay(parts={bill_id: 5_000})
    assert left(house, bill_id) == ("open", "Paid in part", 6_500)
    assert [row.open_minor for row in queries.to_pay(house.session)] == [6_500]
    assert supplier_queries.suppliers(house.session)[0].open_minor == 6_500
    assert (house.balance(), checks.findings(house.session)) == (-6_500, [])
    with pytest.raises(errors.MoreThanLeft) as refused:
        house.pay(parts={bill_id: 6_501})
    assert (refused.value.left_minor, refused.value.amount_minor) == (6_500, 6_501)
    house.pay(bill_id)
    assert left(house, bill_id) == ("paid", "Paid", 0)
    assert [one.amount_minor for one in payments.payments_of(house.session, bill_id)] == [5_000, 6_500]
    assert (house.balance(), checks.findings(house.session)) == (0, [])


def test_a_form_sent_twice_is_one_part_and_with_another_part_it_is_refused(house: Billing) -> None:
    bill_id, token = house.entered_and_approved(), uuid4()
    shown = [ToPay(bill_id, 5_000, None)]

    def pay(bills: list[ToPay]) -> UUID:
        return paying.record_payment(house.session, house.treasurer, bills=bills, paid_on=house.today, form_token=token)

    assert pay(shown) == pay(shown)
    with pytest.raises(PaymentFormUsed):
        pay([ToPay(bill_id, 6_000, None)])
    with pytest.raises(errors.BillTwice):
        paying.plan_payment(
            house.session, bills=[ToPay(bill_id, 1, None), ToPay(bill_id, 2, None)], paid_on=house.today
        )
    assert left(house, bill_id) == ("open", "Paid in part", 6_500)


def test_what_is_left_is_as_old_as_the_bill_on_every_day(house: Billing) -> None:
    bill_id, paid_on = house.entered_and_approved(due_on=house.today), house.today
    run_id = house.pay(parts={bill_id: 5_000})
    with clock.at(clock.now() + 10 * DAY):
        returning.record_return(
            house.session,
            house.treasurer,
            run_id=run_id,
            bill_ids=[bill_id],
            returned_on=paid_on + 4 * DAY,
            reason="Closed",
        )
        house.pay(on=paid_on + 6 * DAY, parts={bill_id: 1_500})
        house.pay(bill_id, on=paid_on + 8 * DAY)
        for days, open_minor in ((0, 6_500), (3, 6_500), (4, 11_500), (6, 10_000), (8, 0)):
            at = paid_on + days * DAY
            aged = aged_balances(house.session, Side.PAYABLE, at, open_items=open_bills(house.session, at))
            assert sum(aged.parts_minor) == -balance_of(house.session, PAYABLE, at) == open_minor
            assert aged.parts_minor[1 if days else 0] == open_minor
        assert (left(house, bill_id), checks.findings(house.session)) == (("paid", "Paid", 0), [])


def test_a_bill_that_is_paid_in_part_is_not_taken_back(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    run_id = house.pay(parts={bill_id: 5_000})

    def prepare() -> UUID:
        return taking_back.prepare(
            house.session, house.treasurer, What.BILL, bill_id, booked_on=house.today, reason="Wrong"
        )

    with pytest.raises(errors.BillPaid):
        prepare()
    returning.record_return(
        house.session, house.treasurer, run_id=run_id, bill_ids=[bill_id], returned_on=house.today, reason="Closed"
    )
    house.approve_act(prepare())
    assert (house.state(bill_id), house.balance(), checks.findings(house.session)) == ("taken-back", 0, [])


@pytest.mark.tampers
def test_the_database_refuses_more_than_is_left_and_the_checks_find_it(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(), house.entered_and_approved()
    house.pay(parts={bill_id: 5_000})
    run_id = house.pay(other)
    for wrong in (6_501, -1, 11_500):
        with pytest.raises(DBAPIError, match="no more is paid than is left"), house.session.begin_nested():
            house.session.add(BillPayment(bill_id=bill_id, run_id=run_id, amount_minor=wrong))
    with pytest.raises(DBAPIError), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=bill_id, run_id=run_id, amount_minor=0))
    drop_rules(house.session.connection())
    house.session.add(BillPayment(bill_id=bill_id, run_id=run_id, amount_minor=6_501))
    house.session.flush()
    found = {finding.check for finding in checks.findings(house.session)}
    assert found == {"bill-overpaid", "bill-payment-not-booked", "bills-not-owed"}


def test_of_two_parts_at_once_that_are_too_much_together_one_is_paid(database: TestDatabase) -> None:
    def prepare(session: Session) -> UUID:
        return Billing(session).entered_and_approved()

    bill_id = write_with(database.engine, prepare)
    results = joining.at_once(
        database.engine,
        *(lambda session: Billing(session, is_founded=True).pay(parts={bill_id: 7_000}) for _ in range(3)),
    )
    assert joining.outcomes(results) == (1, {errors.MoreThanLeft})
    assert write_with(database.engine, checks.findings) == []
