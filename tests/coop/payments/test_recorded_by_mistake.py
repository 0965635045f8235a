"""Payments that never left: undone whole by the reversal of their entry, so that no statement is expected to show either."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock
from coop.audit import AuditEvent
from coop.database import write
from coop.outbox import OutboxJob
from coop.payments.bank.lines import enter_line
from coop.payments.bank.matching import match
from coop.payments.bank.queries import unmatched_entries
from coop.payments.bank.statements import NewLine
from coop.payments.bills import checks
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying import returning
from coop.payments.payouts import checks as payout_checks
from coop.payments.payouts import disbursements
from coop.payments.payouts import returning as payouts_returning
from coop.payments.payouts.errors import LeftTheBank, ReturnedAlready, UndoneInPart
from ledger.chart import BANK, EXPENSE_CLAIMS, HOSTING
from ledger.drafts import Line
from ledger.models import Entry
from ledger.totals import balance_of
from tests.billing import Billing
from tests.html_client import Browser

DAY = timedelta(days=1)


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def undo(house: Billing, run_id: UUID, *bill_ids: UUID, never_left: bool = True) -> UUID:
    return returning.record_return(
        house.session,
        house.treasurer,
        run_id=run_id,
        bill_ids=bill_ids,
        returned_on=house.today,
        reason="Ticked the wrong row",
        never_left=never_left,
    )


def entry_of(house: Billing, source_id: UUID) -> Entry:
    return house.session.scalars(select(Entry).where(Entry.source_id == source_id)).one()


def test_a_run_that_never_left_is_undone_and_the_statement_expects_nothing(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(), house.entered_and_approved(Line(HOSTING, 700))
    run_id = house.pay(bill_id, other)
    assert unmatched_entries(house.session, BANK).total == 1
    with clock.at(clock.now() + 2 * DAY):
        house = Billing(house.session, is_founded=True)
        with pytest.raises(UndoneInPart), house.session.begin_nested():
            undo(house, run_id, bill_id)
        return_id = undo(house, run_id, bill_id, other)
        reversal = entry_of(house, return_id)
        assert (reversal.reverses_id, reversal.booked_on) == (entry_of(house, run_id).id, house.today)
        assert unmatched_entries(house.session, BANK).total == 0
        assert (balance_of(house.session, BANK), house.balance(), house.state(bill_id)) == (0, -12_200, "open")
        (paid,) = payments.payments_of(house.session, bill_id)
        assert (paid.never_left, paid.returned_on, paid.reason) == (True, house.today, "Ticked the wrong row")
        with pytest.raises(ReturnedAlready), house.session.begin_nested():
            undo(house, run_id, bill_id, other)
        house.pay(bill_id, other)
        assert (house.balance(), checks.findings(house.session)) == (0, [])
    event = house.session.scalars(select(AuditEvent).where(AuditEvent.action == "bill-payment.undone")).one()
    assert (event.subject_id, event.facts["amount_minor"]) == (return_id, 12_200)


def test_what_the_statement_shows_did_leave_and_what_came_back_in_part_too(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(), house.entered_and_approved(supplier="Tūī Hosting")
    run_id = house.pay(bill_id)
    line_id = enter_line(house.session, house.treasurer, NewLine(house.today, -11_500, "RAKAU"))
    match(house.session, house.treasurer, line_id=line_id, entry_id=entry_of(house, run_id).id)
    with pytest.raises(LeftTheBank), house.session.begin_nested():
        undo(house, run_id, bill_id)
    assert house.state(bill_id) == "paid"
    both = [house.entered_and_approved(), other]
    run_id = house.pay(*both)
    undo(house, run_id, other, never_left=False)
    with pytest.raises(UndoneInPart), house.session.begin_nested():
        undo(house, run_id, both[0])
    assert checks.findings(house.session) == []


def test_a_payee_is_told_that_nothing_was_paid_yet(house: Billing) -> None:
    house.approve_act(house.assign(house.claim("secretary")))
    who = house.participant("secretary")
    paid: dict[str, Any] = {"account_code": EXPENSE_CLAIMS, "lines": [disbursements.ToPay(who, 4_600)]}
    disbursement_id = disbursements.record_payment(
        house.session, house.treasurer, paid_on=house.today, form_token=uuid4(), **paid
    )
    return_id = payouts_returning.record_return(
        house.session,
        house.treasurer,
        disbursement_id=disbursement_id,
        participant_ids=[who],
        returned_on=house.today,
        reason="Wrong list",
        never_left=True,
    )
    assert entry_of(house, return_id).reverses_id == entry_of(house, disbursement_id).id
    jobs = house.session.scalars(select(OutboxJob).where(OutboxJob.key.like("disbursement-return:%")))
    assert ["recorded by mistake" in job.payload["text"] for job in jobs] == [True]
    assert (balance_of(house.session, BANK), payout_checks.findings(house.session)) == (0, [])
    assert unmatched_entries(house.session, BANK).total == 0


def test_the_page_undoes_a_payment_that_never_left(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    def live(session: Session) -> str:
        house = Billing(session, is_founded=True)
        bill_id = house.entered_and_approved(number="A 1")
        house.pay(bill_id)
        return f"/bills/{bill_id}"

    with app.app_context():
        path = write(live)
    treasurer = sign_in("treasurer")
    page = treasurer.get(path)
    form = treasurer.get(page.links["It came back, or never left"])
    done = treasurer.send(form, form.form(having="returned_on"), {"reason": "Wrong row", "never_left": "y"})
    assert ("recorded by mistake" in done.text, "Wrong row" in done.text) == (True, True)
    page = treasurer.get(path)
    assert ("To be paid" in page.text, "recorded by mistake" in page.text) == (True, True)
