"""The invariants of payments by card: what was told, what was booked and what was refunded agree."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from coop.payments.cards.entries import FEE, REFUND_SOURCE, SOURCE, SUSPENSE
from coop.payments.cards.models import CardFee, CardPayment, CardRefund, Checkout
from evidence.findings import Finding
from ledger import chart
from ledger.models import Account, Entry, Posting

#: Kinds of entry that name a payment and are not what it was booked as.
_BESIDE = (FEE, "reversal")


def findings(session: Session) -> list[Finding]:
    """Check payments by card."""
    checks = (_amounts, _booked, _fees, _refunds, _strays)
    return [finding for check in checks for finding in check(session)]


def _amounts(session: Session) -> Iterator[Finding]:
    """Look for payments that are not what their checkout asked for."""
    rows = session.scalars(
        select(CardPayment.id)
        .join(Checkout, Checkout.id == CardPayment.checkout_id)
        .where(or_(CardPayment.amount_minor != Checkout.amount_minor, CardPayment.currency != Checkout.currency))
    )
    for payment_id in rows:
        yield Finding("card-payment-amount", f"payment {payment_id} is not what its checkout asked for")


def _booked(session: Session) -> Iterator[Finding]:
    """Look for payments that are not one entry on their day: of their purpose or on suspense, with the fee that was told."""
    booked = _entries(Entry.kind.not_in(_BESIDE))
    rows = session.execute(
        select(CardPayment.id, booked.c.entries)
        .outerjoin(booked, booked.c.source_id == CardPayment.id)
        .where(
            or_(
                booked.c.entries.is_(None),
                booked.c.entries != 1,
                booked.c.first_on != CardPayment.paid_on,
                booked.c.balance_minor != CardPayment.amount_minor - func.coalesce(CardPayment.fee_minor, 0),
                booked.c.fee_minor != func.coalesce(CardPayment.fee_minor, 0),
                booked.c.suspended != case((CardPayment.refused_because.is_(None), 0), else_=1),
            )
        )
    )
    for payment_id, entries in rows:
        yield Finding("card-payment-not-booked", f"payment {payment_id} has {entries or 0} entries that should be one")


def _fees(session: Session) -> Iterator[Finding]:
    """Look for fees that became known later and are not one entry of their own."""
    booked = _entries(Entry.kind == FEE)
    rows = session.scalars(
        select(CardPayment.id)
        .outerjoin(CardFee, CardFee.payment_id == CardPayment.id)
        .outerjoin(booked, booked.c.source_id == CardPayment.id)
        .where(
            or_(
                CardPayment.fee_minor.is_not(None) & CardFee.payment_id.is_not(None),
                func.coalesce(CardFee.amount_minor, 0) != func.coalesce(booked.c.fee_minor, 0),
                func.coalesce(CardFee.amount_minor, 0) != -func.coalesce(booked.c.balance_minor, 0),
                booked.c.entries > 1,
                booked.c.first_on != CardFee.booked_on,
            )
        )
    )
    for payment_id in rows:
        yield Finding("card-fee", f"the fee of payment {payment_id} and its entry do not agree")


def _refunds(session: Session) -> Iterator[Finding]:
    """Look for payments of which more was refunded than was paid."""
    rows = session.scalars(
        select(CardPayment.id)
        .join(CardRefund, CardRefund.payment_id == CardPayment.id)
        .group_by(CardPayment.id, CardPayment.amount_minor)
        .having(func.sum(CardRefund.amount_minor) > CardPayment.amount_minor)
    )
    for payment_id in rows:
        yield Finding("card-refund", f"more than payment {payment_id} was refunded")


def _strays(session: Session) -> Iterator[Finding]:
    """Look for entries that name a payment or a refund that does not exist."""
    for source, known in ((SOURCE, CardPayment), (REFUND_SOURCE, CardRefund)):
        unknown: Select[Any] = select(Entry.id).where(
            Entry.source_kind == source, Entry.source_id.not_in(select(known.id))
        )
        for entry_id in session.scalars(unknown):
            yield Finding("card-entry", f"entry {entry_id} names a {source} that does not exist")


def _entries(of_kind: Any) -> Subquery:
    """Sum, for each payment, what its entries of a kind moved on the balance with the processor and on the fees."""
    return (
        select(
            Entry.source_id,
            func.count(Entry.id.distinct()).label("entries"),
            func.min(Entry.booked_on).label("first_on"),
            func.sum(case((Account.code == chart.STRIPE_BALANCE, Posting.amount_minor), else_=0)).label(
                "balance_minor"
            ),
            func.sum(case((Account.code == chart.PROCESSING_FEES, Posting.amount_minor), else_=0)).label("fee_minor"),
            func.max(case((Entry.kind == SUSPENSE, 1), else_=0)).label("suspended"),
        )
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == SOURCE, of_kind)
        .group_by(Entry.source_id)
        .subquery()
    )
