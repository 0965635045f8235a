"""What suppliers ask for, what participants spent for the co-op, and when bills were paid.

A bill and a claim are written once. Whether they wait, were approved or refused follows from the act of two people behind them,
whether they are booked from the journal, whether a bill is paid from its payments: the one that the bank has not sent back. Names and
words lie in rows that can be erased.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from coop.approvals.models import TwoPersonAct
from coop.attachments.models import Attachment
from coop.database import CoopBase
from coop.identity.models import Person
from coop.membership.models import Participant
from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment
from evidence.identifiers import new_ref
from ledger.chart import BANK

#: The line under which a text says why there is no receipt.
NO_RECEIPT = 0


class Supplier(CoopBase):
    """Somebody who sends bills. Erasable."""

    __tablename__ = "supplier"
    __table_args__ = (Index("ix_supplier_account_ref", "account_ref", unique=True),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Line]
    #: The name without case and macrons, by which a supplier is known once.
    name_key: Mapped[Line] = mapped_column(unique=True)
    created_at: Mapped[Moment]
    bank_account: Mapped[Line] = mapped_column(default="")
    #: Of the bank account, anew with each change: it is paid to once somebody has confirmed this reference. None without an account.
    account_ref: Mapped[UUID | None] = mapped_column(Uuid, default=None)
    account_changed_at: Mapped[Moment | None] = mapped_column(default=None)
    #: Who does not confirm it.
    account_changed_by: Mapped[UUID | None] = mapped_column(ForeignKey(Person.id), default=None)
    #: None while it has the name under which it was added.
    name_changed_at: Mapped[Moment | None] = mapped_column(default=None)
    tax_number: Mapped[Code] = mapped_column(default="")
    email: Mapped[Line] = mapped_column(default="")
    #: How the ledger knows it.
    party_ref: Mapped[UUID] = mapped_column(Uuid, unique=True, default_factory=new_ref)


class Bill(CoopBase):
    """A supplier's bill as it was entered, or its credit note with a total below zero. Its lines are the arguments of its act: exactly what the second person approves."""

    __tablename__ = "bill"
    __table_args__ = (
        # A number comes again only once the bill before it was refused, withdrawn or taken back: then under the next attempt.
        UniqueConstraint("supplier_id", "number_key", "attempt"),
        CheckConstraint("total_minor <> 0", name="total"),
        CheckConstraint("due_on >= billed_on", name="due"),
        Index("ix_bill_billed_on", "billed_on", "id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(ForeignKey(Supplier.id))
    #: The supplier's number of it, and its letters and digits without case.
    number: Mapped[Line]
    number_key: Mapped[Line]
    attempt: Mapped[int] = mapped_column(SmallInteger)
    billed_on: Mapped[date]
    due_on: Mapped[date]
    #: With tax.
    total_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: The act that posts it.
    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), unique=True)
    #: The form that entered it, so that a form sent twice is one bill.
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    #: What the supplier wants to read on the payment; its number, where nothing else was said.
    bank_reference: Mapped[Code] = mapped_column(default="")
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Attachment.id), default=None)


class BillText(CoopBase):
    """What a line of a bill was for, or why there is no receipt. Erasable."""

    __tablename__ = "bill_text"

    bill_id: Mapped[UUID] = mapped_column(ForeignKey(Bill.id), primary_key=True)
    #: 1, 2, 3 ... as the act has the lines; see `NO_RECEIPT`.
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    text: Mapped[LongText]


class BillPaymentRun(CoopBase):
    """Payments of bills that left a bank account on one day, as one entry."""

    __tablename__ = "bill_payment_run"

    id: Mapped[Id] = mapped_column(primary_key=True)
    paid_on: Mapped[date]
    recorded_at: Mapped[Moment]
    #: The form that recorded it, so that a form sent twice is one run.
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    #: The account of the books that it left from.
    bank_code: Mapped[Code] = mapped_column(default=BANK)


class BillPayment(CoopBase):
    """What was paid of a bill, or taken off for a credit note. A rule decides that it is never more than what is left of it."""

    __tablename__ = "bill_payment"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_bill_payment_run_id", "run_id"),
    )

    bill_id: Mapped[UUID] = mapped_column(ForeignKey(Bill.id), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey(BillPaymentRun.id), primary_key=True)
    #: Below zero for a credit note.
    amount_minor: Mapped[Minor]
    #: To which account of the supplier. None where it had none, or where that was not kept.
    account_ref: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class BillReturn(CoopBase):
    """Payments of bills that the bank sent back on one day, as one entry."""

    __tablename__ = "bill_return"

    id: Mapped[Id] = mapped_column(primary_key=True)
    returned_on: Mapped[date]
    recorded_at: Mapped[Moment]


class BillReturnLine(CoopBase):
    """A payment of a bill that was sent back, whole. Its key decides that it is sent back once."""

    __tablename__ = "bill_return_line"
    __table_args__ = (
        ForeignKeyConstraint(["bill_id", "run_id"], [BillPayment.bill_id, BillPayment.run_id]),
        Index("ix_bill_return_line_return_id", "return_id"),
    )

    bill_id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    return_id: Mapped[UUID] = mapped_column(ForeignKey(BillReturn.id))


class BillReturnReason(CoopBase):
    """Why the bank sent payments back. Erasable."""

    __tablename__ = "bill_return_reason"

    return_id: Mapped[UUID] = mapped_column(ForeignKey(BillReturn.id), primary_key=True)
    text: Mapped[LongText]


class ExpenseClaim(CoopBase):
    """What a participant spent for the co-op and wants back."""

    __tablename__ = "expense_claim"
    __table_args__ = (
        CheckConstraint("total_minor > 0", name="total"),
        Index("ix_expense_claim_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    claimed_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    claimed_at: Mapped[Moment]
    total_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey(Attachment.id), default=None)


class ExpenseClaimLine(CoopBase):
    """Something that was bought on a day, with tax."""

    __tablename__ = "expense_claim_line"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(ExpenseClaim.id), primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    spent_on: Mapped[date]
    amount_minor: Mapped[Minor]


class ExpenseClaimText(CoopBase):
    """What a line of a claim was for, or why there is no receipt. Erasable."""

    __tablename__ = "expense_claim_text"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(ExpenseClaim.id), primary_key=True)
    #: See `NO_RECEIPT`.
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    text: Mapped[LongText]


class ClaimCoding(CoopBase):
    """That an act posts a claim: its arguments say to which accounts. Another one follows where it was refused."""

    __tablename__ = "claim_coding"
    __table_args__ = (Index("ix_claim_coding_claim_id", "claim_id"),)

    act_id: Mapped[UUID] = mapped_column(ForeignKey(TwoPersonAct.id), primary_key=True)
    claim_id: Mapped[UUID] = mapped_column(ForeignKey(ExpenseClaim.id))


class ClaimEnding(CoopBase):
    """The end of a claim that is not paid: withdrawn by the claimant, or refused by the treasurer."""

    __tablename__ = "claim_ending"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(ExpenseClaim.id), primary_key=True)
    ended_by: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    ended_at: Mapped[Moment]
    is_refused: Mapped[bool]


class ClaimEndingReason(CoopBase):
    """Why a claim was refused. Erasable."""

    __tablename__ = "claim_ending_reason"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey(ClaimEnding.claim_id), primary_key=True)
    text: Mapped[LongText]
