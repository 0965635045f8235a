"""Payments that the bank sent back: booked on their own day, owed again, paid anew, and never sent back twice."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.database import write_with
from coop.outbox import OutboxJob
from coop.payments.bills import checks, errors, queries
from coop.payments.bills import taking_back as taking
from coop.payments.bills.ages import open_bills
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.models import BillPayment, BillReturn, BillReturnLine
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying import returning
from coop.payments.bills.rows import BillState
from coop.payments.bills.suppliers.operations import SupplierText, edit
from coop.payments.bills.taking_back import What
from coop.payments.confirming.errors import AccountUnconfirmed
from coop.payments.payouts import checks as payout_checks
from coop.payments.payouts import payees
from coop.payments.payouts import returning as returning_payouts
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.errors import (
    NobodyTicked,
    NotOwed,
    ReturnedAlready,
    ReturnedBeforePaid,
    ReturnedInFuture,
)
from coop.payments.payouts.models import DisbursementReturn
from coop.payments.payouts.payees import Payees
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong
from evidence.rules import drop_rules
from ledger.chart import BANK, EXPENSE_CLAIMS, HOSTING, PAYABLE
from ledger.drafts import Line
from ledger.errors import PeriodLocked
from ledger.models import Account, Entry, Posting
from ledger.statements import Side, aged_balances
from ledger.totals import balance_of
from ledger.years import periods
from tests import joining
from tests.billing import Billing
from tests.databases import TestDatabase

DAY = timedelta(days=1)


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def send_back(house: Billing, run_id: UUID, *bill_ids: UUID, on: date | None = None, **other: Any) -> UUID:
    values: dict[str, Any] = {"reason": "The account is closed", "actor": house.treasurer, **other}
    who = values.pop("actor")
    day = on or cooperative.today(house.session)
    return returning.record_return(house.session, who, run_id=run_id, bill_ids=bill_ids, returned_on=day, **values)


def lines_of(house: Billing, source_kind: str) -> list[tuple[str, int]]:
    rows = house.session.execute(
        select(Account.code, Posting.amount_minor)
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Entry.source_kind == source_kind)
    )
    return sorted((code, amount_minor) for code, amount_minor in rows)


def test_a_bill_that_came_back_is_owed_again_and_paid_to_another_account(house: Billing) -> None:
    bill_id, other = (
        house.entered_and_approved(),
        house.entered_and_approved(Line(HOSTING, 700), supplier="Tūī Hosting"),
    )
    run_id = house.pay(bill_id, other)
    with clock.at(clock.now() + 3 * DAY):
        house = Billing(house.session, is_founded=True)
        return_id = send_back(house, run_id, bill_id)
        row = queries.bill(house.session, bill_id)
        assert (row.state, row.paid_on, row.sent_back_on) == (BillState.OPEN, None, house.today)
        assert house.state(other) == "paid"
        assert lines_of(house, "bill_return") == [(BANK, 11_500), (PAYABLE, -11_500)]
        entry = house.session.scalars(select(Entry).where(Entry.source_kind == "bill_return")).one()
        assert (entry.source_id, entry.booked_on, entry.kind) == (return_id, house.today, "bill-return")
        assert payments.run_of_return(house.session, return_id) == run_id
        assert (house.balance(), findings(house)) == (-11_500, [])
        new = SupplierText(row.supplier, "12-3456-0123456-00")
        edit(house.session, house.treasurer, supplier_id=row.supplier_id, text=new)
        with pytest.raises(AccountUnconfirmed):
            house.pay(bill_id)
        house.confirm()
        with pytest.raises(errors.BeforeSentBack):
            house.pay(bill_id, on=house.today - DAY)
        house.pay(bill_id)
        assert (house.state(bill_id), house.balance()) == ("paid", 0)
        assert [
            (one.run_id == run_id, one.returned_on, one.reason) for one in payments.payments_of(house.session, bill_id)
        ] == [
            (True, house.today, "The account is closed"),
            (False, None, None),
        ]
        assert findings(house) == []
    event = house.session.scalars(select(AuditEvent).where(AuditEvent.action == "bill-payment.sent-back")).one()
    assert (event.subject_id, event.facts["amount_minor"], event.facts["bills"]) == (return_id, 11_500, 1)


def findings(house: Billing) -> list[Any]:
    house.session.flush()
    return [*checks.findings(house.session), *payout_checks.findings(house.session)]


def test_a_whole_run_comes_back_as_one_entry(house: Billing) -> None:
    ids = [house.entered_and_approved(), house.entered_and_approved(), house.entered_and_approved(supplier="Tūī")]
    run_id = house.pay(*ids)
    send_back(house, run_id, *ids)
    assert lines_of(house, "bill_return") == [(BANK, 34_500), (PAYABLE, -23_000), (PAYABLE, -11_500)]
    assert {house.state(one) for one in ids} == {"open"}
    house.pay(*ids)
    assert ({house.state(one) for one in ids}, findings(house)) == ({"paid"}, [])


def test_what_cannot_have_come_back_is_refused_and_leaves_nothing(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(), house.entered_and_approved()
    run_id, other_run = house.pay(bill_id), house.pay(other)
    for refusal, ids, values in (
        (NobodyTicked, [], {}),
        (NotFound, [other], {}),
        (NotFound, [bill_id, other], {}),
        (NotFound, [uuid4()], {}),
        (ReturnedInFuture, [bill_id], {"on": house.today + DAY}),
        (ReturnedBeforePaid, [bill_id], {"on": house.today - DAY}),
        (TextMissing, [bill_id], {"reason": "\u200b "}),
        (TextTooLong, [bill_id], {"reason": "x" * 301}),
        (PowerMissing, [bill_id], {"actor": house.actor("auditor")}),
    ):
        with pytest.raises(refusal):
            send_back(house, run_id, *ids, **values)
    with pytest.raises(NotFound):
        send_back(house, uuid4(), bill_id)
    assert (house.count(BillReturn), house.state(bill_id)) == (0, "paid")
    send_back(house, run_id, bill_id, actor=house.board)
    with pytest.raises(ReturnedAlready):
        send_back(house, run_id, bill_id)
    assert (house.count(BillReturn), payments.paid_in(house.session, other_run)[0].returned_on) == (1, None)


def test_what_came_back_in_a_locked_month_is_booked_after_it(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    run_id, month_end = house.pay(bill_id), periods.month_end(house.today)
    with clock.at(clock.now() + 40 * DAY):
        year = periods.fiscal_year_of(house.session, house.today)
        assert year is not None
        starts_on = year.ends_on + DAY
        periods.open_fiscal_year(house.session, starts_on, periods.year_dates(starts_on, 3, 31)[1])
        while (period := periods.next_to_lock(house.session)) is not None and period.ends_on <= month_end:
            periods.lock_period(house.session, period.ends_on, now=clock.now())
        with pytest.raises(PeriodLocked) as refused, house.session.begin_nested():
            send_back(house, run_id, bill_id, on=house.today)
        assert (refused.value.ends_on, house.state(bill_id)) == (month_end, "paid")
        send_back(house, run_id, bill_id, on=month_end + DAY)
        assert (house.state(bill_id), findings(house)) == ("open", [])


def test_the_ages_add_up_on_every_day_of_a_payment_that_came_back(house: Billing) -> None:
    bill_id = house.entered_and_approved(due_on=house.today)
    run_id, paid_on = house.pay(bill_id), house.today
    with clock.at(clock.now() + 10 * DAY):
        send_back(house, run_id, bill_id, on=paid_on + 4 * DAY)
        house.pay(bill_id, on=paid_on + 8 * DAY)
        for days, open_minor in ((0, 0), (3, 0), (4, 11_500), (7, 11_500), (8, 0)):
            at = paid_on + days * DAY
            aged = aged_balances(house.session, Side.PAYABLE, at, open_items=open_bills(house.session, at))
            assert sum(aged.parts_minor) == -balance_of(house.session, PAYABLE, at) == open_minor
            if open_minor:
                assert aged.parts_minor[1] == open_minor, "it is as old as the bill"


def test_a_bill_that_came_back_can_be_taken_back_but_not_before_that_day(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    run_id, paid_on = house.pay(bill_id), house.today
    with clock.at(clock.now() + 3 * DAY):
        send_back(house, run_id, bill_id)

        def prepare(on: date) -> UUID:
            return taking.prepare(house.session, house.treasurer, What.BILL, bill_id, booked_on=on, reason="Wrong")

        with pytest.raises(errors.BeforeSentBack):
            prepare(paid_on + 2 * DAY)
        house.approve_act(prepare(paid_on + 3 * DAY))
        assert (house.state(bill_id), house.balance(), findings(house)) == ("taken-back", 0, [])


def booked_claim(house: Billing, *amounts: int) -> tuple[UUID, UUID]:
    """Return a claim that was approved, and its claimant."""
    claim_id = house.claim("secretary", *(house.spent(amount) for amount in amounts))
    house.approve_act(house.assign(claim_id, *(HOSTING for _ in amounts)))
    return claim_id, house.participant("secretary")


def pay_claimant(house: Billing, participant_id: UUID, amount_minor: int, on: date | None = None) -> UUID:
    return record_payment(
        house.session,
        house.treasurer,
        account_code=EXPENSE_CLAIMS,
        lines=[ToPay(participant_id, amount_minor)],
        paid_on=on or cooperative.today(house.session),
        form_token=uuid4(),
    )


def send_back_to(house: Billing, disbursement_id: UUID, *participant_ids: UUID, **other: Any) -> UUID:
    values: dict[str, Any] = {"returned_on": cooperative.today(house.session), "reason": "No such account", **other}
    who = values.pop("actor", house.treasurer)
    return returning_payouts.record_return(
        house.session, who, disbursement_id=disbursement_id, participant_ids=participant_ids, **values
    )


def test_a_claim_that_came_back_is_owed_again_and_the_claimant_told(house: Billing) -> None:
    claim_id, participant_id = booked_claim(house, 4_600, 1_200)
    disbursement_id, paid_on = pay_claimant(house, participant_id, 5_800), house.today
    assert claim_payments.paid_on(house.session, [participant_id]) == {claim_id: paid_on}
    with clock.at(clock.now() + 3 * DAY):
        return_id = send_back_to(house, disbursement_id, participant_id)
        assert claim_payments.paid_on(house.session, [participant_id]) == {}
        row = claim_queries.claim(house.session, claim_id)
        assert not claim_payments.is_begun_to_be_paid(house.session, row)
        (back,) = claim_payments.sent_back(house.session, row)
        assert (back.paid_on, back.returned_on, back.reason) == (paid_on, paid_on + 3 * DAY, "No such account")
        assert lines_of(house, "disbursement_return") == [(BANK, 5_800), (EXPENSE_CLAIMS, -5_800)]
        assert [one.owed_minor for one in payees.pay_list(house.session, Payees.CLAIMANTS).rows] == [5_800]
        jobs = house.session.scalars(select(OutboxJob).where(OutboxJob.key.like("disbursement-return:%")))
        (mail,) = (job.payload for job in jobs)
        assert (mail["to"], "the bank sent it back" in mail["text"]) == ("secretary@kanopi.example", True)
        assert "No such account" not in mail["text"]
        with pytest.raises(NotOwed):
            pay_claimant(house, participant_id, 5_800, on=paid_on + 2 * DAY)
        pay_claimant(house, participant_id, 5_800)
        assert claim_payments.paid_on(house.session, [participant_id]) == {claim_id: paid_on + 3 * DAY}
        assert len(claim_payments.sent_back(house.session, row)) == 1, "its history stays"
        assert findings(house) == []
    event = house.session.scalars(select(AuditEvent).where(AuditEvent.action == "disbursement.sent-back")).one()
    assert (event.subject_id, event.facts["amount_minor"]) == (return_id, 5_800)


def test_a_claim_booked_after_a_payment_that_came_back_has_no_part_in_it(house: Billing) -> None:
    first, participant_id = booked_claim(house, 4_600)
    disbursement_id = pay_claimant(house, participant_id, 4_600)
    send_back_to(house, disbursement_id, participant_id)
    with clock.at(clock.now() + 3 * DAY):
        later = Billing(house.session, is_founded=True)
        second, _ = booked_claim(later, 900)
        sent_back = {
            one: claim_payments.sent_back(house.session, claim_queries.claim(house.session, one))
            for one in (first, second)
        }
        assert (len(sent_back[first]), sent_back[second]) == (1, [])


def test_a_claim_that_came_back_can_be_taken_back_but_not_before_that_day(house: Billing) -> None:
    claim_id, participant_id = booked_claim(house, 4_600)
    disbursement_id, paid_on = pay_claimant(house, participant_id, 4_600), house.today
    with clock.at(clock.now() + 3 * DAY):
        send_back_to(house, disbursement_id, participant_id)

        def prepare(on: date) -> UUID:
            return taking.prepare(house.session, house.treasurer, What.CLAIM, claim_id, booked_on=on, reason="Wrong")

        with pytest.raises(claim_errors.ClaimPaid):
            prepare(paid_on + DAY)
        house.approve_act(prepare(paid_on + 3 * DAY))
        assert (house.claim_state(claim_id), house.balance(EXPENSE_CLAIMS)) == ("taken-back", 0)
        assert findings(house) == []


def test_a_payment_out_that_cannot_have_come_back_is_refused(house: Billing) -> None:
    _, participant_id = booked_claim(house, 4_600)
    disbursement_id = pay_claimant(house, participant_id, 4_600)
    for refusal, ids, values in (
        (NobodyTicked, [], {}),
        (NotFound, [house.participant("board")], {}),
        (ReturnedInFuture, [participant_id], {"returned_on": house.today + DAY}),
        (ReturnedBeforePaid, [participant_id], {"returned_on": house.today - DAY}),
        (TextMissing, [participant_id], {"reason": ""}),
        (PowerMissing, [participant_id], {"actor": house.board}),
    ):
        with pytest.raises(refusal):
            send_back_to(house, disbursement_id, *ids, **values)
    assert house.count(DisbursementReturn) == 0
    send_back_to(house, disbursement_id, participant_id)
    with pytest.raises(ReturnedAlready):
        send_back_to(house, disbursement_id, participant_id)


@pytest.mark.tampers
def test_the_database_keeps_what_came_back_and_the_checks_see_what_was_bent(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    run_id, other_run = house.pay(bill_id), house.pay(house.entered_and_approved())
    with pytest.raises(DBAPIError, match="no more is paid than is left"), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=bill_id, run_id=other_run, amount_minor=1))
    return_id = send_back(house, run_id, bill_id)
    _, participant_id = booked_claim(house, 4_600)
    send_back_to(house, pay_claimant(house, participant_id, 4_600), participant_id)
    for statement in (
        "DELETE FROM bill_return_line",
        "UPDATE bill_return SET returned_on = '2001-01-01'",
        "DELETE FROM disbursement_return_line",
        "UPDATE disbursement_return SET returned_on = '2001-01-01'",
    ):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    with pytest.raises(DBAPIError), house.session.begin_nested():
        house.session.add(BillReturnLine(bill_id=bill_id, run_id=run_id, return_id=return_id))
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE bill_return SET returned_on = '2001-01-01'"))
    house.session.execute(text("UPDATE disbursement_return SET returned_on = '2001-01-01'"))
    found = {finding.check for finding in findings(house)}
    assert found == {
        "bill-return-not-booked",
        "bill-return-before-payment",
        "disbursement-return-not-booked",
        "disbursement-return-before-payment",
    }
    house.session.execute(text("DELETE FROM bill_return_line"))
    house.session.add(BillPayment(bill_id=bill_id, run_id=other_run, amount_minor=11_500))
    house.session.flush()
    assert "bill-overpaid" in {finding.check for finding in checks.findings(house.session)}


def test_two_who_record_at_once_that_a_payment_came_back_record_it_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID]:
        house = Billing(session)
        bill_id = house.entered_and_approved()
        return house.pay(bill_id), bill_id

    run_id, bill_id = write_with(database.engine, prepare)

    def work(name: str) -> Any:
        def send(session: Session) -> UUID:
            house = Billing(session, is_founded=True)
            return send_back(house, run_id, bill_id, actor=house.actor(name))

        return send

    done, refused = joining.outcomes(joining.at_once(database.engine, work("treasurer"), work("board"), work("board2")))
    assert (done, refused) == (1, {ReturnedAlready})
    assert write_with(database.engine, checks.findings) == []


def test_two_who_record_at_once_that_a_claimant_was_not_paid_record_it_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID]:
        house = Billing(session)
        _, participant_id = booked_claim(house, 4_600)
        return pay_claimant(house, participant_id, 4_600), participant_id

    disbursement_id, participant_id = write_with(database.engine, prepare)

    def work(session: Session) -> UUID:
        return send_back_to(Billing(session, is_founded=True), disbursement_id, participant_id)

    done, refused = joining.outcomes(joining.at_once(database.engine, work, work))
    assert (done, refused) == (1, {ReturnedAlready})
    assert write_with(database.engine, payout_checks.findings) == []


def test_two_who_pay_anew_at_once_pay_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> UUID:
        house = Billing(session)
        bill_id = house.entered_and_approved()
        send_back(house, house.pay(bill_id), bill_id)
        return bill_id

    bill_id = write_with(database.engine, prepare)

    def pay(session: Session) -> UUID:
        return Billing(session, is_founded=True).pay(bill_id)

    done, refused = joining.outcomes(joining.at_once(database.engine, pay, pay))
    assert (done, refused) == (1, {errors.BillNotOpen})
    assert write_with(database.engine, checks.findings) == []
