"""Suppliers: known once by a name, and paid where a second person saw it."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.audit import AuditEvent
from coop.outbox import OutboxJob
from coop.payments.bills import checks, errors, queries
from coop.payments.bills.models import Supplier
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers.operations import SupplierText
from coop.payments.payouts.errors import AccountMalformed
from coop.permissions import Actor, NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong, line
from tests.billing import SUPPLIER, Billing

OLD, THIEFS = "12-3456-0123456-0100", "12-9999-0666666-0666"


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def test_what_cannot_be_seen_makes_no_second_supplier_and_no_name(house: Billing) -> None:
    house.enter()
    house.enter(supplier="R\u00adākau\u200b Print\u202e Ltd", is_new_supplier=False)
    assert suppliers.find(house.session, "Rākau\u2060 Print Ltd") == suppliers.find(house.session, SUPPLIER)
    with pytest.raises(errors.SupplierKnown):
        suppliers.add(house.session, house.treasurer, SupplierText("Rākau\ufeff Print Ltd"))
    assert line("\u202eTūī\u00ad Hosting\u200d", about="name") == "Tūī Hosting"
    with pytest.raises(TextMissing):
        line("\u200b\u00ad", about="name")


def test_a_supplier_is_known_once_by_its_name(house: Billing) -> None:
    house.enter()
    house.enter(supplier="rakau PRINT  ltd", is_new_supplier=False)
    assert house.count(Supplier) == 1
    with pytest.raises(errors.SupplierKnown) as refused:
        suppliers.add(house.session, house.treasurer, SupplierText("RAKAU print ltd"))
    other = suppliers.add(house.session, house.treasurer, SupplierText("Tūī Hosting", "12-3456-0123456-00"))
    with pytest.raises(errors.SupplierKnown):
        suppliers.edit(house.session, house.treasurer, supplier_id=other, text=SupplierText(SUPPLIER))
    for refusal, wrong in (
        (AccountMalformed, SupplierText("A", "12")),
        (errors.EmailMalformed, SupplierText("A", email="nobody")),
        (TextMissing, SupplierText(" ")),
        (TextTooLong, SupplierText("x" * 121)),
    ):
        with pytest.raises(refusal):
            suppliers.add(house.session, house.treasurer, wrong)
    for action in (
        lambda who: suppliers.add(house.session, who, SupplierText("B")),
        lambda who: suppliers.edit(house.session, who, supplier_id=other, text=SupplierText("B")),
    ):
        with pytest.raises(PowerMissing):
            action(house.board)
    with pytest.raises(NotFound):
        suppliers.edit(house.session, house.treasurer, supplier_id=uuid4(), text=SupplierText("B"))
    assert refused.value.supplier_id == suppliers.find(house.session, SUPPLIER)


def with_account(house: Billing, account: str, name: str = SUPPLIER, actor: Actor | None = None) -> UUID:
    """Change the account or the name of the supplier."""
    supplier_id = house.session.scalars(select(Supplier.id)).one()
    text = SupplierText(name, account)
    suppliers.edit(house.session, actor or house.treasurer, supplier_id=supplier_id, text=text)
    return supplier_id


def test_an_account_and_a_name_after_the_approval_are_noticed(house: Billing) -> None:
    before = house.enter()
    with_account(house, OLD)
    house.approve(before)
    assert not queries.bill(house.session, before).is_payee_new, "the second person saw this account"
    bill_id = house.entered_and_approved()
    with_account(house, OLD, "Rakau Print Limited")
    row = queries.bill(house.session, bill_id)
    assert (row.is_name_new, row.is_account_new, row.is_payee_new) == (True, False, True)
    with_account(house, THIEFS, "Rakau Print Limited")
    row = queries.bill(house.session, bill_id)
    assert (row.is_account_new, row.is_unconfirmed, row.bank_account) == (True, True, THIEFS)
    house.confirm()
    row = queries.bill(house.session, bill_id)
    assert (row.is_account_new, row.is_unconfirmed) == (True, False)


def test_who_removed_the_account_after_the_approval_does_not_record_the_payment(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    with_account(house, OLD)
    house.confirm()
    with_account(house, "")
    with pytest.raises(errors.AccountRemovedByYou):
        house.pay(bill_id)
    paying.record_payment(
        house.session, house.board, bills=house.to_pay(bill_id), paid_on=house.today, form_token=uuid4()
    )
    assert (house.state(bill_id), checks.findings(house.session)) == ("paid", [])


def test_a_changed_account_with_unpaid_bills_is_told_and_leaves_a_trace_without_the_account(house: Billing) -> None:
    house.enter()
    supplier_id = with_account(house, OLD)
    with_account(house, THIEFS)
    query = select(OutboxJob).where(OutboxJob.key.like("supplier-account:%")).order_by(OutboxJob.id)
    mails = [job.payload for job in house.session.scalars(query)]
    to = {mail["to"] for mail in mails}
    assert {"board@kanopi.example", "board2@kanopi.example"} <= to
    assert "treasurer@kanopi.example" not in to
    last = mails[-1]
    assert ("0100" in last["text"], "0666" in last["text"]) == (True, True)
    assert (OLD in last["text"], THIEFS in last["text"], SUPPLIER in last["text"]) == (False, False, False)
    trail = select(AuditEvent).where(AuditEvent.action == "supplier.changed").order_by(AuditEvent.id)
    event = list(house.session.scalars(trail))[-1]
    assert (event.subject_id, event.facts["old_account_end"], event.facts["new_account_end"]) == (
        supplier_id,
        "0100",
        "0666",
    )


def test_a_changed_account_without_unpaid_bills_is_told_nobody(house: Billing) -> None:
    suppliers.add(house.session, house.treasurer, SupplierText(SUPPLIER, OLD))
    with_account(house, THIEFS)
    assert house.session.scalars(select(OutboxJob).where(OutboxJob.key.like("supplier-account:%"))).all() == []
