"""What is asked for and what came in: requests for payment, and receipts on the bank account."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Code, CurrencyCode, Id, Minor, Moment


class PaymentRequest(CoopBase):
    """A sum that a participant is asked to pay by bank transfer, under a reference."""

    __tablename__ = "payment_request"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: What the payer writes on the transfer: short, without letters that look like digits.
    reference: Mapped[Code] = mapped_column(unique=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), index=True)
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: The account that a receipt is credited to until the thing is delivered.
    account_code: Mapped[Code]
    requested_at: Mapped[Moment]

    receipts: Mapped[list["PaymentReceipt"]] = relationship(
        lambda: PaymentReceipt, viewonly=True, default_factory=list, order_by=lambda: PaymentReceipt.recorded_at
    )


class PaymentReceipt(CoopBase):
    """Money that arrived for a request, as the treasurer read it on the bank statement."""

    __tablename__ = "payment_receipt"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_payment_receipt_request_id", "request_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentRequest.id))
    amount_minor: Mapped[Minor]
    received_on: Mapped[date]
    recorded_at: Mapped[Moment]
    #: The form that recorded it, so that a form sent twice is one receipt.
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)


class PaymentCredit(CoopBase):
    """A part of a request that need not be paid any more: a credit note, or all of it where an invoice was cancelled."""

    __tablename__ = "payment_credit"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_payment_credit_request_id", "request_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentRequest.id))
    amount_minor: Mapped[Minor]
    credited_at: Mapped[Moment]
