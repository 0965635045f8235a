"""Asking for money and recording what arrived.

A request is never changed: what is outstanding is its amount less its receipts and what was credited. A receipt books bank
against the account that the request names, in the same transaction.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.membership.models import Participant
from coop.payments import errors, references
from coop.payments.models import PaymentCredit, PaymentReceipt, PaymentRequest
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from ledger import chart
from ledger.posting import Draft, Line, post

_MOST_DRAWS = 40


@dataclass(frozen=True)
class Receipt:
    """What the treasurer read on the bank statement."""

    amount_minor: int
    received_on: date
    #: Of the form, so that a form sent twice is one receipt.
    form_token: UUID
    #: The bank account on which it arrived.
    bank: str = chart.BANK


def request_payment(session: Session, *, participant_id: UUID, amount_minor: int, account_code: str) -> PaymentRequest:
    """Ask a participant for a sum under a new reference.

    Part of a larger operation, which has checked the actor and writes the audit row. The unique key decides whether a reference
    is free; they grow longer as the short ones are taken.
    """
    coop = cooperative.current(session)
    for draw in range(_MOST_DRAWS):
        length = min(references.SHORTEST + draw // 5, references.LONGEST)
        request = PaymentRequest(
            id=new_id(),
            reference=references.make_reference(coop.name, length),
            participant_id=participant_id,
            amount_minor=amount_minor,
            currency=coop.currency,
            account_code=account_code,
            requested_at=clock.now(),
        )
        if _is_added(session, request):
            return request
    raise AssertionError("no free payment reference")


def record_receipt(session: Session, actor: Actor, *, request_id: UUID, receipt: Receipt) -> UUID:
    """Record money that arrived for a request, book it, and return the receipt's id.

    The same form sent again returns the receipt that stands already. Part of the sum may come at a time.

    Raises:
        NotFound, ReceiptOfNothing, ReceivedInFuture, AlreadyPaid, MoreThanOutstanding, ReceiptFormUsed, PowerMissing
        LedgerRefusal: the date lies in a locked period or in no open year.
    """
    power = actor.need(Power.TREASURER)
    request = session.get(PaymentRequest, request_id, with_for_update=True)
    if request is None:
        raise NotFound
    known = _recorded_by_form(session, request_id, receipt)
    if known is not None:
        return known
    _check(session, request, receipt)
    row = PaymentReceipt(
        id=new_id(),
        request_id=request_id,
        amount_minor=receipt.amount_minor,
        received_on=receipt.received_on,
        recorded_at=clock.now(),
        form_token=receipt.form_token,
    )
    if not _is_added(session, row):
        # Another request took the same token between the look and the insert: an altered form.
        raise errors.ReceiptFormUsed
    _book(session, actor, request, row, receipt.bank)
    audit.record(
        session,
        actor,
        "receipt.recorded",
        subject=row.id,
        power=power,
        facts={
            "request": request_id,
            "reference": request.reference,
            "amount_minor": receipt.amount_minor,
            "currency": request.currency,
        },
    )
    return row.id


def received_minor(session: Session, request_id: UUID) -> int:
    """Return the sum of what arrived for a request."""
    total = session.scalar(
        select(func.coalesce(func.sum(PaymentReceipt.amount_minor), 0)).where(PaymentReceipt.request_id == request_id)
    )
    return int(total or 0)


def outstanding_minor(session: Session, request: PaymentRequest) -> int:
    """Return what is still to be paid: the amount less what arrived and what was credited."""
    credited = session.scalar(
        select(func.coalesce(func.sum(PaymentCredit.amount_minor), 0)).where(PaymentCredit.request_id == request.id)
    )
    return request.amount_minor - int(credited or 0) - received_minor(session, request.id)


def credit(session: Session, *, request_id: UUID, most_minor: int) -> int:
    """Ask for less: take up to `most_minor` off what is still to be paid on a request, and return how much that was.

    Part of a larger operation, which has checked the actor, books it and writes the audit row. The request's row is held, so
    that no receipt comes in between.

    Raises:
        NotFound
    """
    request = session.get(PaymentRequest, request_id, with_for_update=True)
    if request is None:
        raise NotFound
    amount_minor = min(outstanding_minor(session, request), most_minor)
    if amount_minor:
        session.add(
            PaymentCredit(id=new_id(), request_id=request_id, amount_minor=amount_minor, credited_at=clock.now())
        )
        session.flush()
    return amount_minor


def _recorded_by_form(session: Session, request_id: UUID, receipt: Receipt) -> UUID | None:
    row = session.scalar(select(PaymentReceipt).where(PaymentReceipt.form_token == receipt.form_token))
    if row is None:
        return None
    if (row.request_id, row.amount_minor, row.received_on) != (request_id, receipt.amount_minor, receipt.received_on):
        raise errors.ReceiptFormUsed
    return row.id


def _check(session: Session, request: PaymentRequest, receipt: Receipt) -> None:
    today = cooperative.today(session)
    if receipt.amount_minor <= 0:
        raise errors.ReceiptOfNothing
    if receipt.received_on > today:
        raise errors.ReceivedInFuture(today)
    left_minor = outstanding_minor(session, request)
    if left_minor == 0:
        raise errors.AlreadyPaid(request.reference)
    if receipt.amount_minor > left_minor:
        raise errors.MoreThanOutstanding(left_minor, request.currency)


def _book(session: Session, actor: Actor, request: PaymentRequest, receipt: PaymentReceipt, bank: str) -> None:
    party_ref = session.get_one(Participant, request.participant_id).party_ref
    post(
        session,
        Draft(
            booked_on=receipt.received_on,
            text=gettext("Bank receipt for %(reference)s", reference=request.reference),
            kind="bank-receipt",
            currency=request.currency,
            lines=[
                Line(bank, receipt.amount_minor),
                Line(request.account_code, -receipt.amount_minor, party_ref),
            ],
            idempotency_key=f"payment-receipt:{receipt.id}",
            source_kind="payment_receipt",
            source_id=receipt.id,
        ),
        now=clock.now(),
        recorded_by=actor.person_id,
    )


def _is_added(session: Session, row: PaymentRequest | PaymentReceipt) -> bool:
    """Insert a row whose unique key may be taken: a savepoint keeps the rest of the transaction."""
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True
