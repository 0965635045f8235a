"""The invariants of requests and receipts, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.payments.models import PaymentCredit, PaymentReceipt, PaymentRequest
from coop.payments.references import is_mistyped
from evidence.findings import Finding
from ledger.models import Account, Entry, Posting


def findings(session: Session) -> list[Finding]:
    """Check the payments room."""
    return [finding for check in (_overpaid, _booked, _references) for finding in check(session)]


def _overpaid(session: Session) -> Iterator[Finding]:
    received, credited = (
        select(func.coalesce(func.sum(mapped.amount_minor), 0))
        .where(mapped.request_id == PaymentRequest.id)
        .scalar_subquery()
        for mapped in (PaymentReceipt, PaymentCredit)
    )
    references = session.scalars(
        select(PaymentRequest.reference).where(received + credited > PaymentRequest.amount_minor)
    )
    for reference in references:
        yield Finding("payment-overpaid", f"more was received and credited under {reference} than was asked for")


def _booked(session: Session) -> Iterator[Finding]:
    """Each receipt is one entry: its amount, on its day, credited to the account of the request for the payer."""
    credited = (
        select(Entry.source_id, func.count().label("entries"))
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .join(PaymentReceipt, PaymentReceipt.id == Entry.source_id)
        .join(PaymentRequest, PaymentRequest.id == PaymentReceipt.request_id)
        .join(Participant, Participant.id == PaymentRequest.participant_id)
        .where(
            Entry.source_kind == "payment_receipt",
            Entry.kind == "bank-receipt",
            Entry.booked_on == PaymentReceipt.received_on,
            Account.code == PaymentRequest.account_code,
            Posting.party_ref == Participant.party_ref,
            Posting.amount_minor == -PaymentReceipt.amount_minor,
            Posting.currency == PaymentRequest.currency,
        )
        .group_by(Entry.source_id)
        .subquery()
    )
    rows = session.execute(
        select(PaymentReceipt.id, credited.c.entries)
        .outerjoin(credited, credited.c.source_id == PaymentReceipt.id)
        .where(or_(credited.c.entries.is_(None), credited.c.entries != 1))
    )
    for receipt_id, entries in rows:
        yield Finding("payment-not-booked", f"receipt {receipt_id} has {entries or 0} entries that match it")
    stray = session.scalars(
        select(Entry.id)
        .outerjoin(PaymentReceipt, PaymentReceipt.id == Entry.source_id)
        .where(and_(Entry.source_kind == "payment_receipt", PaymentReceipt.id.is_(None)))
    )
    for entry_id in stray:
        yield Finding("payment-without-receipt", f"entry {entry_id} names a receipt that does not exist")


def _references(session: Session) -> Iterator[Finding]:
    for reference in session.scalars(select(PaymentRequest.reference)):
        if is_mistyped(reference):
            yield Finding("payment-reference", f"{reference} has a wrong check character")
