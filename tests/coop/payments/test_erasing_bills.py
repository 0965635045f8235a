"""Erasing the receipt and the words of a bill or a claim: what may name a person goes, and the books stay as they are."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.approvals.models import ActWords, WithdrawalReason
from coop.attachments.models import AttachmentErasure, AttachmentName
from coop.audit import AuditEvent
from coop.checking import all_findings
from coop.config import configuration
from coop.database import db, write, write_with
from coop.payments.bills import erasing, errors, queries, taking_back
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.models import Bill, BillReturnReason, BillText, ClaimEndingReason, ExpenseClaimText
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying import returning
from coop.payments.bills.taking_back import What
from coop.payments.payouts import returning as payouts_returning
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.models import DisbursementReturnReason
from coop.permissions import NotFound, PowerMissing
from ledger.chart import EXPENSE_CLAIMS, PAYABLE
from ledger.models import Entry, EntryText
from tests import joining
from tests.billing import Billing, paper
from tests.databases import TestDatabase
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def entry_texts(house: Billing, source_kind: str) -> int:
    query = select(func.count()).select_from(EntryText).join(Entry, Entry.id == EntryText.entry_id)
    return house.session.scalar(query.where(Entry.source_kind == source_kind)) or 0


def test_a_decided_bill_loses_its_words_and_nothing_else(house: Billing) -> None:
    bill_id, other = house.entered_and_approved(number="17"), house.entered_and_approved()
    before, costs = (
        queries.bill(house.session, bill_id),
        queries.costs_of(house.session, queries.bill(house.session, bill_id)),
    )
    erasing.erase_bill(house.session, house.treasurer, bill_id=bill_id)
    assert queries.bill(house.session, bill_id) == before
    after = queries.costs_of(house.session, before)
    assert (after.lines, after.texts) == (costs.lines, [""])
    assert queries.texts(house.session, bill_id) == {}
    assert queries.texts(house.session, other) != {}, "of no other bill"
    assert entry_texts(house, "bill") == 1
    event = house.session.scalars(select(AuditEvent).where(AuditEvent.action == "bill.erased")).one()
    assert (event.subject_id, event.facts) == (bill_id, {"texts": 3})
    with pytest.raises(errors.NothingLeft):
        erasing.erase_bill(house.session, house.treasurer, bill_id=bill_id)
    house.pay(bill_id, other)
    assert (house.state(bill_id), house.balance()) == ("paid", 0)


def test_a_bill_that_waits_keeps_its_words(house: Billing) -> None:
    bill_id = house.enter()
    with pytest.raises(errors.NotDecided):
        erasing.erase_bill(house.session, house.treasurer, bill_id=bill_id)
    for name in ("board", "auditor"):
        with pytest.raises(PowerMissing):
            erasing.erase_bill(house.session, house.actor(name), bill_id=bill_id)
    assert house.count(BillText) == 2


def test_the_reasons_for_refusing_and_for_taking_back_go_as_well(house: Billing) -> None:
    refused = house.enter()
    approvals.withdraw(house.session, house.board, act_id=house.act_of(refused).id, reason="Ana did not order it.")
    erasing.erase_bill(house.session, house.treasurer, bill_id=refused)
    assert house.count(WithdrawalReason) == 0

    def ask(bill_id: UUID) -> UUID:
        return taking_back.prepare(
            house.session, house.treasurer, What.BILL, bill_id, booked_on=house.today, reason="For Ana"
        )

    taken, waiting = house.entered_and_approved(), house.entered_and_approved()
    house.approve_act(ask(taken))
    act_id = ask(waiting)
    for bill_id in (taken, waiting):
        erasing.erase_bill(house.session, house.treasurer, bill_id=bill_id)
    assert entry_texts(house, "bill") == 0, "its reversal says why it was taken back"
    assert [row.act_id for row in house.session.scalars(select(ActWords))] == [act_id], "an act that waits needs them"
    house.approve_act(act_id)
    assert house.state(waiting) == "taken-back"
    assert entry_texts(house, "bill") == 1
    erasing.erase_bill(house.session, house.treasurer, bill_id=waiting)
    assert (entry_texts(house, "bill"), house.count(ActWords)) == (0, 0)


def test_why_the_bank_sent_a_payment_back_goes_as_well(house: Billing) -> None:
    bill_id, claim_id, participant_id = house.entered_and_approved(), house.claim(), house.participant("secretary")
    house.approve_act(house.assign(claim_id))
    who = house.treasurer
    told: dict[str, Any] = {"returned_on": house.today, "reason": "Ana has moved"}
    returning.record_return(house.session, who, run_id=house.pay(bill_id), bill_ids=[bill_id], **told)
    paid: dict[str, Any] = {"account_code": EXPENSE_CLAIMS, "paid_on": house.today, "form_token": uuid4()}
    disbursement_id = record_payment(house.session, who, lines=[ToPay(participant_id, 4_600)], **paid)
    back: dict[str, Any] = {"disbursement_id": disbursement_id, "participant_ids": [participant_id], **told}
    payouts_returning.record_return(house.session, who, **back)
    erasing.erase_bill(house.session, who, bill_id=bill_id)
    erasing.erase_claim(house.session, who, claim_id=claim_id)
    assert [house.count(one) for one in (BillReturnReason, DisbursementReturnReason)] == [0, 0]
    (one,) = claim_payments.sent_back(house.session, claim_queries.claim(house.session, claim_id))
    assert (one.returned_on, one.reason) == (house.today, None)
    assert payments.payments_of(house.session, bill_id)[0].returned_on == house.today


def test_a_decided_claim_loses_its_words(house: Billing) -> None:
    claim_id, refused, waiting = house.claim(), house.claim(), house.claim()
    house.approve_act(house.assign(claim_id))
    claiming.refuse(house.session, house.treasurer, claim_id=refused, reason="It was a holiday.")
    for one in (claim_id, refused):
        erasing.erase_claim(house.session, house.treasurer, claim_id=one)
        assert [(line.text, line.amount_minor) for line in claim_queries.lines(house.session, one)] == [("", 4_600)]
    assert (house.count(ClaimEndingReason), house.count(ExpenseClaimText), entry_texts(house, "expense_claim")) == (
        0,
        2,
        0,
    )
    with pytest.raises(errors.NotDecided):
        erasing.erase_claim(house.session, house.treasurer, claim_id=waiting)
    with pytest.raises(errors.NothingLeft):
        erasing.erase_claim(house.session, house.treasurer, claim_id=refused)
    assert (house.claim_state(claim_id), house.claim_state(refused)) == ("approved", "refused")


def test_a_claimant_erases_what_nobody_has_decided_which_ends_the_claim(house: Billing) -> None:
    mine: dict[str, Any] = {"participant_id": house.participant("secretary")}
    claim_id, withdrawn, prepared, refused = (house.claim() for _ in range(4))
    claiming.withdraw(house.session, house.actor("secretary"), claim_id=withdrawn, **mine)
    house.assign(prepared)
    claiming.refuse(house.session, house.treasurer, claim_id=refused, reason="It was a holiday.")
    for one in (claim_id, withdrawn):
        erasing.erase_own_claim(house.session, house.actor("secretary"), claim_id=one, **mine)
        assert house.claim_state(one) == "withdrawn"
        assert claim_queries.lines(house.session, one)[0].text == ""
    for refusal, one in (
        (claim_errors.ClaimPrepared, prepared),
        (claim_errors.ClaimSettled, refused),
        (errors.NothingLeft, claim_id),
    ):
        with pytest.raises(refusal):
            erasing.erase_own_claim(house.session, house.actor("secretary"), claim_id=one, **mine)
    with pytest.raises(NotFound):
        erasing.erase_own_claim(house.session, house.actor("board"), claim_id=prepared, **mine)
    other = {"participant_id": house.participant("board")}
    with pytest.raises(NotFound):
        erasing.erase_own_claim(house.session, house.actor("board"), claim_id=prepared, **other)


def test_the_file_and_its_name_go_and_its_hash_stays(app: Flask, sign_in: SignIn) -> None:
    def enter(session: Session) -> tuple[UUID, UUID]:
        house = Billing(session, is_founded=True)
        config = configuration(current_app)
        bill_id = house.entered_and_approved(receipt=paper(config), no_receipt="", number="A 1")
        return bill_id, house.claim("secretary", receipt=paper(config, "other"), no_receipt="")

    with app.app_context():
        bill_id, claim_id = write(enter)
        db.session.remove()
    treasurer = sign_in("treasurer")
    page = treasurer.get(f"/bills/{bill_id}")
    assert "receipt.pdf" in page.links
    question = treasurer.get(page.links["Erase its receipt and words"])
    assert ("What stays" in question.text, "the SHA-256 of the file" in question.text) == (True, True)
    done = treasurer.send(question, question.form(button="Erase"))
    assert ("The receipt was erased on" in done.text, "(text erased)" in done.text) == (True, True)
    assert treasurer.client.get(f"/bills/{bill_id}/receipt").status_code == 404
    assert treasurer.send(question, question.form(button="Erase")).status == 409
    for path in (
        "/books/journal",
        "/bills.csv",
        f"/books/general-ledger?account={PAYABLE}",
        "/books/payables",
        "/bills/due",
    ):
        assert treasurer.get(path).status == 200
    assert treasurer.get(f"/claims/{claim_id}/erase").status == 200
    waiting = treasurer.get(f"/claims/{claim_id}/erase")
    assert treasurer.send(waiting, waiting.form(button="Erase")).status == 409, "it waits for a decision"
    secretary = sign_in("secretary")
    with app.app_context():
        mine = f"/as/{joining.participant_of(db.session(), secretary_id(db.session()))}/claims/{claim_id}"
        db.session.remove()
    question = secretary.get(secretary.get(mine).links["Erase its receipt and words"])
    assert "it is withdrawn at the same time" in question.text
    assert "Withdrawn" in secretary.send(question, question.form(button="Erase")).text
    assert treasurer.get(mine + "/erase").status == 404
    for path in (f"/bills/{bill_id}/erase", f"/claims/{claim_id}/erase"):
        assert sign_in("board").get(path).status == 403
    with app.app_context():
        session = db.session()
        counted = [session.scalar(select(func.count()).select_from(one)) for one in (AttachmentErasure, AttachmentName)]
        assert (counted, all_findings(session)) == ([2, 0], [])
        assert session.get_one(Bill, bill_id).attachment_id is not None
        db.session.remove()


def secretary_id(session: Session) -> UUID:
    person_id = joining.founder(session, "secretary").person_id
    assert person_id is not None
    return person_id


def test_two_who_erase_at_once_erase_once(database: TestDatabase) -> None:
    bill_id = write_with(database.engine, lambda session: Billing(session).entered_and_approved())

    def work(session: Session) -> None:
        erasing.erase_bill(session, Billing(session, is_founded=True).treasurer, bill_id=bill_id)

    done, refused = joining.outcomes(joining.at_once(database.engine, work, work))
    assert (done, refused) == (1, {errors.NothingLeft})
