"""Suppliers: adding one, and changing what is known of it.

A name is known once, whatever its case and macrons, so that bills and what is owed stand in one place. A new bank account is a
matter of record: the trail says who changed it, when, and how the old one and the new one end; and it is paid to once somebody else has
confirmed it. Where bills of the supplier are open, whoever pays and approves them is told by mail.
"""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, texts
from coop.payments.bills import errors, notices
from coop.payments.bills.models import Supplier
from coop.payments.payouts.accounts import read_account
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id, new_ref

LONGEST_TAX_NUMBER = 30
LONGEST_EMAIL = 120
#: So many characters of an account are said where it must not stand whole.
_END = 4
_LONGEST_KEY = 200
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
        name_key=name_key(text.name),
        created_at=clock.now(),
        bank_account=text.bank_account,
        account_ref=new_ref() if text.bank_account else None,
        account_changed_at=clock.now() if text.bank_account else None,
        account_changed_by=actor.person_id if text.bank_account else None,
        tax_number=text.tax_number,
        email=text.email,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody added the name before we did, or at the same moment.
        raise errors.SupplierKnown(_known(session, row.name_key)) from None
    facts = {"account": row.account_ref} if row.account_ref else {}
    audit.record(session, actor, "supplier.added", subject=row.id, power=power, facts=facts)
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
    key, before = name_key(text.name), row.bank_account
    known = session.scalar(select(Supplier.id).where(Supplier.name_key == key, Supplier.id != supplier_id))
    if known is not None:
        raise errors.SupplierKnown(known)
    try:
        with session.begin_nested():
            if "name" in changed:
                row.name, row.name_key, row.name_changed_at = text.name, key, clock.now()
            if "bank_account" in changed:
                row.bank_account, row.account_ref = text.bank_account, new_ref() if text.bank_account else None
                row.account_changed_at, row.account_changed_by = clock.now(), actor.person_id
            row.tax_number, row.email = text.tax_number, text.email
    except IntegrityError:
        raise errors.SupplierKnown(_known(session, key)) from None
    facts: dict[str, Canonical] = {"changed": ", ".join(changed)}
    if "bank_account" in changed:
        old_end, new_end = before[-_END:], row.bank_account[-_END:]
        facts |= {"account": row.account_ref, "old_account_end": old_end, "new_account_end": new_end}
        notices.account_changed(session, row, old_end, new_end)
    audit.record(session, actor, "supplier.changed", subject=supplier_id, power=power, facts=facts)


def find(session: Session, name: str) -> UUID | None:
    """Return the supplier of a name, whatever its case and macrons."""
    return session.scalar(select(Supplier.id).where(Supplier.name_key == name_key(name)))


def name_key(name: str) -> str:
    """Return a name as it is compared: without case, macrons and what cannot be seen."""
    return texts.fold(texts.visible(name))[:_LONGEST_KEY]


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


def _known(session: Session, key: str) -> UUID:
    return session.scalars(select(Supplier.id).where(Supplier.name_key == key)).one()
