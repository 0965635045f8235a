"""Reading bills: how each stands, what is to be paid when, and which paper came twice."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, Subquery, and_, case, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from coop.approvals.models import ActApproval, ActWithdrawal, TwoPersonAct
from coop.attachments.models import Attachment
from coop.identity.models import Person
from coop.paging import Part, part_of
from coop.payments.bills import booking
from coop.payments.bills.booking import Costs
from coop.payments.bills.models import (
    NO_RECEIPT,
    Bill,
    BillPayment,
    BillPaymentRun,
    BillReturn,
    BillReturnLine,
    BillText,
    ExpenseClaim,
    Supplier,
)
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.rows import BillFilter, BillRow, BillState
from coop.payments.confirming.models import AccountConfirmation
from coop.permissions import NotFound
from ledger.models import Entry

PAGE_SIZE = 50


@dataclass(frozen=True)
class SamePaper:
    """Another bill or claim that came with the very same file."""

    bill_id: UUID | None
    claim_id: UUID | None


_BOOKED, _REVERSAL = aliased(Entry), aliased(Entry)
_SENT_BACK_ON = (
    select(func.max(BillReturn.returned_on))
    .join(BillReturnLine, BillReturnLine.return_id == BillReturn.id)
    .where(BillReturnLine.bill_id == Bill.id)
    .correlate(Bill)
    .scalar_subquery()
    .label("sent_back_on")
)
_EARLIER, _PAID_BILL = aliased(BillPayment), aliased(Bill)
_WAS_PAID = (
    exists()
    .where(_EARLIER.bill_id == _PAID_BILL.id, _PAID_BILL.supplier_id == Supplier.id)
    .correlate(Supplier)
    .label("was_paid")
)
_WAS_PAID_HERE = exists().where(_EARLIER.account_ref == Supplier.account_ref).correlate(Supplier).label("was_paid_here")
_PAID = (
    select(func.coalesce(func.sum(BillPayment.amount_minor), 0))
    .where(BillPayment.bill_id == Bill.id, payments.stands())
    .correlate(Bill)
    .scalar_subquery()
)
_PAID_ON = (
    select(func.max(BillPaymentRun.paid_on))
    .join(BillPayment, BillPayment.run_id == BillPaymentRun.id)
    .where(BillPayment.bill_id == Bill.id, payments.stands())
    .correlate(Bill)
    .scalar_subquery()
    .label("paid_on")
)
_state = case(
    (Bill.total_minor == _PAID, BillState.PAID.value),
    (_REVERSAL.id.is_not(None), BillState.TAKEN_BACK.value),
    (_BOOKED.id.is_not(None), BillState.OPEN.value),
    (ActWithdrawal.withdrawn_by == TwoPersonAct.prepared_by, BillState.WITHDRAWN.value),
    (ActWithdrawal.act_id.is_not(None), BillState.REFUSED.value),
    else_=BillState.WAITING.value,
)
_OPEN = case((_state == BillState.OPEN.value, Bill.total_minor - _PAID), else_=0)


def bills(session: Session, wanted: BillFilter, *, page: int = 1) -> Part[BillRow]:
    """Return a page of the bills that match, the latest first."""
    part = part_of(session, _latest_first(wanted), number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def all_bills(session: Session, wanted: BillFilter) -> list[BillRow]:
    """Return all bills that match, the latest first."""
    return [_row(row) for row in session.execute(_latest_first(wanted))]


def bill(session: Session, bill_id: UUID) -> BillRow:
    """Return a bill.

    Raises:
        NotFound
    """
    row = session.execute(_rows().where(Bill.id == bill_id)).one_or_none()
    if row is None:
        raise NotFound
    return _row(row)


def to_pay(session: Session) -> list[BillRow]:
    """Return the bills that are approved and not paid whole, and the credit notes that are not used up, the one that is due first at the top."""
    query = _rows().where(_state == BillState.OPEN.value)
    return [_row(row) for row in session.execute(query.order_by(Bill.due_on, Supplier.name_key, Bill.id))]


def is_ended(session: Session, found: Bill) -> bool:
    """Say whether a bill came to nothing, so that its number is free again."""
    ended = (BillState.REFUSED, BillState.WITHDRAWN, BillState.TAKEN_BACK)
    return bill(session, found.id).state in ended


def costs_of(session: Session, found: BillRow) -> Costs:
    """Return what a bill is for, line by line."""
    said = texts(session, found.id)
    arguments = session.get_one(TwoPersonAct, found.act_id).arguments
    return booking.costs_of(arguments, [said.get(line, "") for line in range(1, len(arguments["lines"]) + 1)])


def texts(session: Session, bill_id: UUID) -> dict[int, str]:
    """Return what the lines of a bill were for, and under `NO_RECEIPT` why there is none, as far as it was not erased."""
    rows = session.execute(select(BillText.line, BillText.text).where(BillText.bill_id == bill_id))
    return {row.line: row.text for row in rows}


def why_no_receipt(session: Session, bill_id: UUID) -> str:
    """Return why a bill has no receipt; nothing where it has one."""
    return texts(session, bill_id).get(NO_RECEIPT, "")


def waiting_to(session: Session, day: date) -> int:
    """Return how many bills written up to a day wait for a second person."""
    query = _rows().where(_state == BillState.WAITING.value, Bill.billed_on <= day)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def due_to(session: Session, day: date) -> int:
    """Return how many bills are to be paid up to a day, credit notes apart."""
    query = _rows().where(_state == BillState.OPEN.value, Bill.due_on <= day, Bill.total_minor > 0)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def standing() -> Subquery:
    """Return all bills with how each stands, for other reads to join."""
    return _rows().subquery()


def same_paper(session: Session, attachment_id: UUID | None) -> list[SamePaper]:
    """Return the other bills and claims that came with the same file: one of them may be the other."""
    if attachment_id is None:
        return []
    sha256 = select(Attachment.sha256).where(Attachment.id == attachment_id).scalar_subquery()
    same = select(Attachment.id).where(Attachment.sha256 == sha256, Attachment.id != attachment_id)
    of_bills = session.scalars(select(Bill.id).where(Bill.attachment_id.in_(same)).order_by(Bill.id))
    of_claims = session.scalars(
        select(ExpenseClaim.id).where(ExpenseClaim.attachment_id.in_(same)).order_by(ExpenseClaim.id)
    )
    return [*(SamePaper(id_, None) for id_ in of_bills), *(SamePaper(None, id_) for id_ in of_claims)]


def _latest_first(wanted: BillFilter) -> Select[*tuple[Any, ...]]:
    query = _rows().order_by(Bill.billed_on.desc(), Bill.id.desc())
    if wanted.state is not None:
        query = query.where(_state == wanted.state.value)
    if wanted.supplier_id is not None:
        query = query.where(Bill.supplier_id == wanted.supplier_id)
    if wanted.starts_on is not None:
        query = query.where(Bill.billed_on >= wanted.starts_on)
    if wanted.ends_on is not None:
        query = query.where(Bill.billed_on <= wanted.ends_on)
    return query


def _rows() -> Select[*tuple[Any, ...]]:
    of_bill = and_(_BOOKED.source_kind == "bill", _BOOKED.source_id == Bill.id, _BOOKED.reverses_id.is_(None))
    return (
        select(
            *(Bill.id, Bill.supplier_id, Supplier.name.label("supplier"), Supplier.party_ref),
            *(Supplier.bank_account, Supplier.account_ref, Supplier.account_changed_at, Supplier.account_changed_by),
            *(AccountConfirmation.confirmed_at, Person.name.label("confirmed_by"), _WAS_PAID, _WAS_PAID_HERE),
            *(Supplier.name_changed_at, ActApproval.approved_at),
            *(Bill.number, Bill.billed_on, Bill.due_on, Bill.total_minor, Bill.currency),
            *(Bill.bank_reference, Bill.act_id, Bill.attachment_id, _state.label("state")),
            cast(_OPEN, BigInteger).label("open_minor"),
            *(_PAID_ON, _SENT_BACK_ON, _BOOKED.id.label("entry_id"), _BOOKED.booked_on),
            _REVERSAL.booked_on.label("taken_back_on"),
        )
        .join(Supplier, Supplier.id == Bill.supplier_id)
        .join(TwoPersonAct, TwoPersonAct.id == Bill.act_id)
        .outerjoin(ActApproval, ActApproval.act_id == Bill.act_id)
        .outerjoin(ActWithdrawal, ActWithdrawal.act_id == Bill.act_id)
        .outerjoin(_BOOKED, of_bill)
        .outerjoin(_REVERSAL, _REVERSAL.reverses_id == _BOOKED.id)
        .outerjoin(AccountConfirmation, AccountConfirmation.account_ref == Supplier.account_ref)
        .outerjoin(Person, Person.id == AccountConfirmation.confirmed_by)
    )


def _row(row: Any) -> BillRow:
    values = dict(row._mapping)
    return BillRow(**{**values, "state": BillState(values["state"])})
