"""Reading payments out: who was paid what together, and what the bank sent back of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.payments.payouts.models import (
    Disbursement,
    DisbursementLine,
    DisbursementReturn,
    DisbursementReturnLine,
    DisbursementReturnReason,
)
from ledger.models import Entry

_OF_PAYMENT = and_(
    DisbursementReturnLine.disbursement_id == DisbursementLine.disbursement_id,
    DisbursementReturnLine.participant_id == DisbursementLine.participant_id,
)


@dataclass(frozen=True)
class PaidPayee:
    """What a payee was paid, and what became of it."""

    disbursement_id: UUID
    paid_on: date
    participant_id: UUID
    name: str
    party_ref: UUID
    amount_minor: int
    currency: str
    #: None while it stands.
    return_id: UUID | None
    returned_on: date | None
    #: Why the bank sent it back; none where that was erased.
    reason: str | None
    #: The entry by which it was sent back.
    entry_id: UUID | None
    #: Whether it was recorded by mistake, and undone.
    never_left: bool


def stands() -> ColumnElement[bool]:
    """Return the condition that what a payee was paid was not sent back."""
    return ~exists().where(_OF_PAYMENT).correlate(DisbursementLine)


def paid_in(session: Session, disbursement_id: UUID) -> list[PaidPayee]:
    """Return who was paid together, by name."""
    query = _payments().where(Disbursement.id == disbursement_id).order_by(Participant.name_key, Participant.id)
    return [PaidPayee(*row) for row in session.execute(query)]


def returned_to(session: Session, participant_id: UUID, account_code: str) -> list[PaidPayee]:
    """Return what a participant was paid from a list and the bank sent back, the first one first."""
    query = _payments().where(
        DisbursementLine.participant_id == participant_id,
        Disbursement.account_code == account_code,
        DisbursementReturn.id.is_not(None),
    )
    return [PaidPayee(*row) for row in session.execute(query.order_by(Disbursement.paid_on, Disbursement.id))]


def entry_of(session: Session, disbursement_id: UUID) -> UUID:
    """Return the entry by which a payment left."""
    query = select(Entry.id).where(Entry.source_kind == "disbursement", Entry.source_id == disbursement_id)
    return session.scalars(query).one()


def disbursement_of_return(session: Session, return_id: UUID) -> UUID:
    """Return the payment of which a part, or all, was sent back together."""
    query = select(DisbursementReturnLine.disbursement_id).where(DisbursementReturnLine.return_id == return_id)
    return session.scalars(query.limit(1)).one()


def _payments() -> Select[*tuple[Any, ...]]:
    of_return = and_(Entry.source_kind == "disbursement_return", Entry.source_id == DisbursementReturn.id)
    return (
        select(
            *(Disbursement.id.label("disbursement_id"), Disbursement.paid_on, Participant.id.label("participant_id")),
            *(Participant.name, Participant.party_ref, DisbursementLine.amount_minor, Disbursement.currency),
            *(DisbursementReturn.id, DisbursementReturn.returned_on, DisbursementReturnReason.text, Entry.id),
            Entry.reverses_id.is_not(None),
        )
        .join(DisbursementLine, DisbursementLine.disbursement_id == Disbursement.id)
        .join(Participant, Participant.id == DisbursementLine.participant_id)
        .outerjoin(DisbursementReturnLine, _OF_PAYMENT)
        .outerjoin(DisbursementReturn, DisbursementReturn.id == DisbursementReturnLine.return_id)
        .outerjoin(DisbursementReturnReason, DisbursementReturnReason.return_id == DisbursementReturn.id)
        .outerjoin(Entry, of_return)
    )
