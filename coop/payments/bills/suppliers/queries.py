"""Reading suppliers: who they are, and what each is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.identity.models import Person
from coop.payments.bills.models import Supplier
from coop.payments.bills.queries import standing
from coop.payments.bills.rows import BillState
from coop.payments.confirming.models import AccountConfirmation
from coop.permissions import NotFound


@dataclass(frozen=True)
class SupplierRow:
    """A supplier in the list, and what it is owed."""

    id: UUID
    name: str
    bank_account: str
    tax_number: str
    email: str
    bills: int
    open_minor: int


def suppliers(session: Session) -> list[SupplierRow]:
    """Return all suppliers by name."""
    of_bills = standing()
    bills = of_bills.c
    rows = session.execute(
        select(
            *(Supplier.id, Supplier.name, Supplier.bank_account, Supplier.tax_number, Supplier.email),
            func.count(bills.id).label("bills"),
            func.coalesce(func.sum(bills.open_minor), 0).label("open_minor"),
        )
        .outerjoin(of_bills, bills.supplier_id == Supplier.id)
        .group_by(Supplier.id)
        .order_by(Supplier.name_key)
    )
    return [SupplierRow(**{**row._mapping, "open_minor": int(row.open_minor)}) for row in rows]


def supplier(session: Session, supplier_id: UUID) -> Supplier:
    """Return a supplier.

    Raises:
        NotFound
    """
    found = session.get(Supplier, supplier_id)
    if found is None:
        raise NotFound
    return found


def confirmed(session: Session, found: Supplier) -> tuple[datetime | None, str | None]:
    """Return when the account of a supplier was confirmed, and by whom."""
    query = (
        select(AccountConfirmation.confirmed_at, Person.name)
        .outerjoin(Person, Person.id == AccountConfirmation.confirmed_by)
        .where(AccountConfirmation.account_ref == found.account_ref)
    )
    row = session.execute(query).one_or_none()
    return (None, None) if row is None else (row.confirmed_at, row.name)


def supplier_names(session: Session) -> Sequence[tuple[UUID, str]]:
    """Return the suppliers that a form offers, by name."""
    rows = session.execute(select(Supplier.id, Supplier.name).order_by(Supplier.name_key))
    return [(row.id, row.name) for row in rows]


def has_unpaid(session: Session, supplier_id: UUID) -> bool:
    """Say whether a supplier has a bill that waits for approval or is to be paid."""
    bills, unpaid = standing().c, (BillState.WAITING.value, BillState.OPEN.value)
    query = select(bills.id).where(bills.supplier_id == supplier_id, bills.state.in_(unpaid))
    return session.execute(query.limit(1)).first() is not None
