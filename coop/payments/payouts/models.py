"""Money that leaves: where a participant is paid to, and what was paid out.

What was paid, and what the bank sent back of it, is only ever added. The account of a participant is theirs to change and to remove, and
is kept nowhere else.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.identity.models import Person
from coop.membership.models import Participant
from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment
from evidence.identifiers import new_ref
from ledger.chart import BANK


class PayoutAccount(CoopBase):
    """The bank account to which a participant wants to be paid. Erasable."""

    __tablename__ = "payout_account"
    __table_args__ = (Index("ix_payout_account_account_ref", "account_ref", unique=True),)

    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    bank_account: Mapped[Line]
    changed_at: Mapped[Moment]
    #: Anew with each change: it is paid to once somebody has confirmed this reference.
    account_ref: Mapped[UUID] = mapped_column(Uuid, default_factory=new_ref)
    #: Who does not confirm it. None where that was not kept.
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), default=None)


class Disbursement(CoopBase):
    """Payments to several that left a bank account on one day, as one entry."""

    __tablename__ = "disbursement"

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: What was owed: to sellers, to coaches, to clients as refunds, or to members from the surplus.
    account_code: Mapped[Code]
    currency: Mapped[CurrencyCode]
    paid_on: Mapped[date]
    recorded_at: Mapped[Moment]
    #: The form that recorded it, so that a form sent twice is one disbursement.
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    #: The account of the books that it left from.
    bank_code: Mapped[Code] = mapped_column(default=BANK)


class DisbursementLine(CoopBase):
    """What one participant was paid."""

    __tablename__ = "disbursement_line"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_disbursement_line_participant_id", "participant_id"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(ForeignKey(Disbursement.id), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    amount_minor: Mapped[Minor]
    #: To which account of theirs. None where they had given none, or where that was not kept.
    account_ref: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class DisbursementReturn(CoopBase):
    """Payments that the bank sent back on one day, as one entry."""

    __tablename__ = "disbursement_return"

    id: Mapped[Id] = mapped_column(primary_key=True)
    returned_on: Mapped[date]
    recorded_at: Mapped[Moment]


class DisbursementReturnLine(CoopBase):
    """A payment to one participant that was sent back, whole. Its key decides that it is sent back once."""

    __tablename__ = "disbursement_return_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["disbursement_id", "participant_id"], [DisbursementLine.disbursement_id, DisbursementLine.participant_id]
        ),
        Index("ix_disbursement_return_line_return_id", "return_id"),
    )

    disbursement_id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    return_id: Mapped[UUID] = mapped_column(ForeignKey(DisbursementReturn.id))


class DisbursementReturnReason(CoopBase):
    """Why the bank sent payments back. Erasable."""

    __tablename__ = "disbursement_return_reason"

    return_id: Mapped[UUID] = mapped_column(ForeignKey(DisbursementReturn.id), primary_key=True)
    text: Mapped[LongText]
