"""Reading the payments of bills: what left together, what the bank sent back of it, and which payment of a bill stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased

from coop.payments.bills.models import (
    Bill,
    BillPayment,
    BillPaymentRun,
    BillReturn,
    BillReturnLine,
    BillReturnReason,
    Supplier,
)
from ledger.models import Entry


@dataclass(frozen=True)
class PaidBill:
    """What was paid of a bill in a run, below zero for a credit note, and what became of it."""

    run_id: UUID
    paid_on: date
    bill_id: UUID
    supplier: str
    party_ref: UUID
    number: str
    amount_minor: int
    currency: str
    #: None while it stands.
    returned_on: date | None
    #: Why the bank sent it back; none where that was erased.
    reason: str | None
    #: The entry by which it was sent back.
    entry_id: UUID | None
    #: Whether it was recorded by mistake, and undone.
    never_left: bool


def stands() -> ColumnElement[bool]:
    """Return the condition that a payment was not sent back."""
    of_payment = (BillReturnLine.bill_id == BillPayment.bill_id) & (BillReturnLine.run_id == BillPayment.run_id)
    return ~exists().where(of_payment).correlate(BillPayment)


def of_return() -> ColumnElement[bool]:
    """Return the condition that a line of a return is of a payment."""
    return (BillReturnLine.bill_id == BillPayment.bill_id) & (BillReturnLine.run_id == BillPayment.run_id)


def paid_in(session: Session, run_id: UUID) -> list[PaidBill]:
    """Return the payments that left together, by supplier."""
    query = _payments().where(BillPaymentRun.id == run_id).order_by(Supplier.name_key, Bill.due_on, Bill.id)
    return [PaidBill(*row) for row in session.execute(query)]


def payments_of(session: Session, bill_id: UUID) -> list[PaidBill]:
    """Return the payments of a bill, the first one first."""
    query = _payments().where(Bill.id == bill_id).order_by(BillPaymentRun.recorded_at, BillPaymentRun.id)
    return [PaidBill(*row) for row in session.execute(query)]


def of_bills(session: Session) -> dict[UUID, list[PaidBill]]:
    """Return all payments, bill by bill, the first one first."""
    found: dict[UUID, list[PaidBill]] = {}
    for row in session.execute(_payments().order_by(BillPaymentRun.recorded_at, BillPaymentRun.id)):
        found.setdefault(row.bill_id, []).append(PaidBill(*row))
    return found


def run_of_return(session: Session, return_id: UUID) -> UUID:
    """Return the run whose payments were sent back together."""
    query = select(BillReturnLine.run_id).where(BillReturnLine.return_id == return_id)
    return session.scalars(query.limit(1)).one()


def _payments() -> Select[*tuple[Any, ...]]:
    of_payment = and_(BillReturnLine.bill_id == BillPayment.bill_id, BillReturnLine.run_id == BillPayment.run_id)
    entry = aliased(Entry)
    return (
        select(
            *(BillPaymentRun.id.label("run_id"), BillPaymentRun.paid_on, BillPayment.bill_id),
            *(Supplier.name, Supplier.party_ref, Bill.number, BillPayment.amount_minor, Bill.currency),
            *(BillReturn.returned_on, BillReturnReason.text, entry.id, entry.reverses_id.is_not(None)),
        )
        .join(BillPayment, BillPayment.run_id == BillPaymentRun.id)
        .join(Bill, Bill.id == BillPayment.bill_id)
        .join(Supplier, Supplier.id == Bill.supplier_id)
        .outerjoin(BillReturnLine, of_payment)
        .outerjoin(BillReturn, BillReturn.id == BillReturnLine.return_id)
        .outerjoin(BillReturnReason, BillReturnReason.return_id == BillReturn.id)
        .outerjoin(entry, and_(entry.source_kind == "bill_return", entry.source_id == BillReturn.id))
    )
