"""Reading accounts: which wait for a second person, of whom, and whether the payee was paid to another one before."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import SQLCoreOperations

from coop.identity.models import Person
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.payments.bills.models import Bill, BillPayment, Supplier
from coop.payments.confirming import errors
from coop.payments.confirming.models import AccountConfirmation
from coop.payments.payouts.models import DisbursementLine, PayoutAccount
from coop.permissions import Actor


@dataclass(frozen=True)
class PayeeAccount:
    """An account that the co-op is to pay to, and that nobody has confirmed."""

    account_ref: UUID
    supplier_id: UUID | None
    participant_id: UUID | None
    name: str
    bank_account: str
    #: None where that was not kept, as of accounts of before.
    changed_at: datetime | None
    changed_by: UUID | None
    changed_by_name: str | None
    #: Whether the payee was paid before, to another account or in another way.
    was_paid: bool

    def concerns(self, actor: Actor) -> bool:
        """Say whether the actor gave the account, or acts for whose it is."""
        return actor.person_id == self.changed_by or self.participant_id in actor.represents


def waiting(session: Session, among: Iterable[UUID] | None = None) -> list[PayeeAccount]:
    """Return the accounts that nobody has confirmed, by name; or those of these references."""
    query = _by_name()
    if among is not None:
        query = query.where(query.selected_columns.account_ref.in_(among))
    return [PayeeAccount(*row) for row in session.execute(query)]


def waiting_part(session: Session, *, number: int, size: int) -> Part[PayeeAccount]:
    """Return a page of the accounts that nobody has confirmed, by name; see `part_of`."""
    part = part_of(session, _by_name(), number=number, size=size)
    return replace(part, rows=tuple(PayeeAccount(*row) for row in part.rows))


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many accounts wait that this person can confirm: see `PayeeAccount.concerns`."""
    found = _unconfirmed().c
    query = select(func.count()).where(
        func.coalesce(found.changed_by != actor.person_id, true()),
        or_(found.participant_id.is_(None), found.participant_id.not_in(list(actor.represents))),
    )
    return session.scalar(query) or 0


def _by_name() -> Select[*tuple[Any, ...]]:
    found = _unconfirmed().c
    return select(*(found[key] for key in _FIELDS)).order_by(found.name_key, found.account_ref)


def _unconfirmed() -> Subquery:
    giver = aliased(Person)
    suppliers = (
        select(
            *(
                Supplier.account_ref,
                Supplier.id.label("supplier_id"),
                cast(null(), Uuid).label("participant_id"),
                Supplier.name,
            ),
            *(Supplier.name_key, Supplier.bank_account, Supplier.account_changed_at.label("changed_at")),
            *(Supplier.account_changed_by.label("changed_by"), giver.name.label("changed_by_name")),
            exists()
            .where(BillPayment.bill_id == Bill.id, Bill.supplier_id == Supplier.id)
            .correlate(Supplier)
            .label("was_paid"),
        )
        .outerjoin(giver, giver.id == Supplier.account_changed_by)
        .where(Supplier.account_ref.is_not(None), ~is_confirmed(Supplier.account_ref))
    )
    participants = (
        select(
            *(
                PayoutAccount.account_ref,
                cast(null(), Uuid),
                PayoutAccount.participant_id,
                Participant.name,
                Participant.name_key,
            ),
            *(PayoutAccount.bank_account, PayoutAccount.changed_at, PayoutAccount.changed_by, giver.name),
            exists()
            .where(DisbursementLine.participant_id == PayoutAccount.participant_id)
            .correlate(PayoutAccount)
            .label("was_paid"),
        )
        .join(Participant, Participant.id == PayoutAccount.participant_id)
        .outerjoin(giver, giver.id == PayoutAccount.changed_by)
        .where(~is_confirmed(PayoutAccount.account_ref))
    )
    return union_all(suppliers, participants).subquery()


def is_confirmed(account_ref: SQLCoreOperations[Any]) -> ColumnElement[bool]:
    """Return the condition that an account was confirmed."""
    return exists(select(literal(1)).where(AccountConfirmation.account_ref == account_ref))


def check_payee(name: str, *, account_ref: UUID | None, seen: UUID | None, is_confirmed: bool) -> None:
    """Refuse to pay to an account that is not the one of the list, or that nobody has confirmed.

    A payee without an account is paid in another way, which no list for the bank names.

    Raises:
        PaidElsewhere, AccountUnconfirmed
    """
    if account_ref != seen:
        raise errors.PaidElsewhere(name)
    if account_ref is not None and not is_confirmed:
        raise errors.AccountUnconfirmed(name)


_FIELDS = tuple(PayeeAccount.__dataclass_fields__)
