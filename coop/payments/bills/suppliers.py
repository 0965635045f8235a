"""Suppliers: adding one, and changing what is known of it.

A name is known once, whatever its case and macrons, so that bills and what is owed stand in one place. A new bank account is a
matter of record: the trail says who changed it and when, and the list of payments shows since when it holds.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, texts
from coop.payments.bills import errors
from coop.payments.bills.models import Supplier
from coop.payments.payouts.accounts import read_account
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id

LONGEST_TAX_NUMBER = 30
LONGEST_EMAIL = 120
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class SupplierText:
    """What is written down of a supplier; only the name is needed."""

    name: str
    bank_account: str = ""
    tax_number: str = ""
    email: str = ""


def add(session: Session, actor: Actor, text: SupplierText) -> UUID:
    """Add a supplier and return its id.

    Raises:
        PowerMissing, SupplierKnown, AccountMalformed, EmailMalformed, TextMissing, TextTooLong
    """
    power = actor.need(Power.TREASURER)
    text = _read(text)
    row = Supplier(
        id=new_id(),
        name=text.name,
        name_key=texts.fold(text.name),
        created_at=clock.now(),
        bank_account=text.bank_account,
        account_changed_at=clock.now() if text.bank_account else None,
        tax_number=text.tax_number,
        email=text.email,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody added the name before we did, or at the same moment.
        raise errors.SupplierKnown(_known(session, row.name_key)) from None
    audit.record(session, actor, "supplier.added", subject=row.id, power=power)
    return row.id


def edit(session: Session, actor: Actor, *, supplier_id: UUID, text: SupplierText) -> None:
    """Change what is known of a supplier.

    Raises:
        PowerMissing, NotFound, SupplierKnown, AccountMalformed, EmailMalformed, TextMissing, TextTooLong
    """
    power = actor.need(Power.TREASURER)
    text = _read(text)
    row = session.get(Supplier, supplier_id, with_for_update=True)
    if row is None:
        raise NotFound
    changed = [
        name for name in ("name", "bank_account", "tax_number", "email") if getattr(row, name) != getattr(text, name)
    ]
    if not changed:
        return
    name_key = texts.fold(text.name)
    known = session.scalar(select(Supplier.id).where(Supplier.name_key == name_key, Supplier.id != supplier_id))
    if known is not None:
        raise errors.SupplierKnown(known)
    try:
        with session.begin_nested():
            row.name, row.name_key = text.name, name_key
            row.tax_number, row.email = text.tax_number, text.email
            if "bank_account" in changed:
                row.bank_account, row.account_changed_at = text.bank_account, clock.now()
    except IntegrityError:
        raise errors.SupplierKnown(_known(session, name_key)) from None
    facts = {"changed": ", ".join(changed)}
    audit.record(session, actor, "supplier.changed", subject=supplier_id, power=power, facts=facts)


def find(session: Session, name: str) -> UUID | None:
    """Return the supplier of a name, whatever its case and macrons."""
    return session.scalar(select(Supplier.id).where(Supplier.name_key == texts.fold(name)))


def _read(text: SupplierText) -> SupplierText:
    email = texts.line(text.email, about="email", longest=LONGEST_EMAIL, least=0)
    if email and not _EMAIL.fullmatch(email):
        raise errors.EmailMalformed
    return SupplierText(
        name=texts.line(text.name, about="name"),
        bank_account=read_account(text.bank_account),
        tax_number=texts.line(text.tax_number, about="tax_number", longest=LONGEST_TAX_NUMBER, least=0),
        email=email,
    )


def _known(session: Session, name_key: str) -> UUID:
    return session.scalars(select(Supplier.id).where(Supplier.name_key == name_key)).one()
