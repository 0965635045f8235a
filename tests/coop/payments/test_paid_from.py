"""Payments from another bank account than the first: booked there, matched there, and sent back to there."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.database import db, write
from coop.payments.bank import account_errors
from coop.payments.bank.accounts import end, mark
from coop.payments.bank.queries import unmatched_entries
from coop.payments.bills import checks
from coop.payments.bills.models import BillPaymentRun
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying import returning
from coop.payments.payouts import checks as payout_checks
from coop.payments.payouts import disbursements
from coop.payments.payouts import returning as payouts_returning
from coop.payments.payouts.errors import PaymentFormUsed
from coop.permissions import NotFound
from ledger.chart import BANK, EXPENSE_CLAIMS, HOSTING, PAYABLE
from ledger.drafts import Line
from ledger.totals import balance_of
from tests.billing import Billing
from tests.html_client import Browser
from tests.rooms_of_the_world.bank_accounts import SAVINGS, TILL, open_accounts


@pytest.fixture
def house(session: Session) -> Billing:
    return with_savings(Billing(session))


def with_savings(house: Billing) -> Billing:
    """Mark a second bank account."""
    open_accounts(house.session, house.treasurer, house.today)
    mark(house.session, house.treasurer, code=SAVINGS, number="")
    return house


def pay(house: Billing, *bill_ids: UUID, bank: str = SAVINGS, token: UUID | None = None) -> UUID:
    bills = house.to_pay(*bill_ids)
    return paying.record_payment(
        house.session, house.treasurer, bills=bills, paid_on=house.today, form_token=token or uuid4(), bank=bank
    )


def balances(house: Billing) -> tuple[int, int]:
    return balance_of(house.session, BANK), balance_of(house.session, SAVINGS)


def test_bills_are_paid_from_the_account_that_was_chosen_and_come_back_to_it(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(), house.entered_and_approved(Line(HOSTING, 700))
    run_id, _ = pay(house, bill_id), house.pay(other)
    assert balances(house) == (-700, -11_500)
    assert unmatched_entries(house.session, SAVINGS).total == 1
    assert checks.findings(house.session) == []
    returning.record_return(
        house.session, house.treasurer, run_id=run_id, bill_ids=[bill_id], returned_on=house.today, reason="Closed"
    )
    assert (balances(house), house.balance(PAYABLE), checks.findings(house.session)) == ((-700, 0), -11_500, [])


def test_only_a_bank_account_pays_and_the_same_form_from_another_is_refused(house: Billing) -> None:
    bill_id, token = house.entered_and_approved(), uuid4()
    for code in (TILL, HOSTING, "nonsense"):
        with pytest.raises(NotFound):
            pay(house, bill_id, bank=code)
    run_id = pay(house, bill_id, token=token)
    assert pay(house, bill_id, token=token) == run_id
    with pytest.raises(PaymentFormUsed):
        pay(house, bill_id, bank=BANK, token=token)
    end(house.session, house.treasurer, code=SAVINGS)
    with pytest.raises(account_errors.BankAccountEnded):
        pay(house, house.entered_and_approved())


def test_payees_are_paid_from_the_account_that_was_chosen(house: Billing) -> None:
    house.approve_act(house.assign(house.claim("secretary")))
    who = house.participant("secretary")
    disbursement_id = disbursements.record_payment(
        house.session,
        house.treasurer,
        account_code=EXPENSE_CLAIMS,
        lines=[disbursements.ToPay(who, 4_600)],
        paid_on=house.today,
        form_token=uuid4(),
        bank=SAVINGS,
    )
    assert (balances(house), payout_checks.findings(house.session)) == ((0, -4_600), [])
    payouts_returning.record_return(
        house.session,
        house.treasurer,
        disbursement_id=disbursement_id,
        participant_ids=[who],
        returned_on=house.today,
        reason="Closed",
    )
    assert (balances(house), payout_checks.findings(house.session)) == ((0, 0), [])


def test_the_page_asks_which_account_only_where_there_are_several(
    app: Flask, sign_in: Callable[[str], Browser]
) -> None:
    def live(session: Session) -> str:
        return str(Billing(session, is_founded=True).entered_and_approved(number="17"))

    with app.app_context():
        bill_id = write(live)
    treasurer = sign_in("treasurer")
    assert "bank" not in treasurer.get("/bills/due").form(having="pay").names()
    with app.app_context():
        write(lambda session: with_savings(Billing(session, is_founded=True)).today)
    due = treasurer.get("/bills/due")
    wanted = {"pay": f"{bill_id}:", "bank": SAVINGS}
    refused = treasurer.send(due, due.form(having="pay"), {**wanted, "bank": TILL})
    assert refused.status == 422
    confirmation = treasurer.send(due, due.form(having="pay"), wanted)
    assert f"Paid from {SAVINGS} Savings." in confirmation.text
    treasurer.send(confirmation, confirmation.form(having="pay"), button="Yes, record it")
    with app.app_context():
        assert db.session().scalars(select(BillPaymentRun.bank_code)).all() == [SAVINGS]
        db.session.remove()
