"""What was bought and what came of it: orders, payments by card, cancellations, deliveries, refunds.

Rows are only ever added, and there is no column for the state of an order: it follows from which rows there are. What a person
wrote lies in tables of its own that can be erased.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.marketplace.models import MeetingHeld, Offering
from coop.membership.models import Participant
from coop.payments.cards.models import CardPayment, CardRefund, Checkout
from coop.payments.models import PaymentRequest
from evidence.columns import CurrencyCode, Id, Line, LongText, Minor, Moment, text_enum
from evidence.messages import N_
from ledger.models import TaxCode


class PaidBy(StrEnum):
    """How an order is paid."""

    CARD = "card"
    INVOICE = "invoice"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _PAID_BY[self]


_PAID_BY = {PaidBy.CARD: N_("By card"), PaidBy.INVOICE: N_("By invoice")}


class SalesOrder(CoopBase):
    """A participant bought something, at the price of the day, which is copied here."""

    __tablename__ = "sales_order"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("quantity > 0 AND units > 0 AND price_minor > 0", name="quantity"),
        CheckConstraint("fee_minor >= 0 AND fee_minor <= quantity * price_minor", name="fee"),
        CheckConstraint(
            "tax_minor >= 0 AND (tax_code_id IS NOT NULL OR (tax_minor = 0 AND NOT is_tax_added))", name="tax"
        ),
        CheckConstraint("(paid_by = 'card') = (checkout_id IS NOT NULL AND holds_until IS NOT NULL)", name="card"),
        CheckConstraint("(paid_by = 'invoice') = (request_id IS NOT NULL AND due_on IS NOT NULL)", name="invoice"),
        Index("ix_sales_order_offering_id", "offering_id"),
        Index("ix_sales_order_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    #: 1, 2, 3 ...: also the number of the invoice and of the receipt.
    number: Mapped[int] = mapped_column(unique=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey(Offering.id))
    #: The buyer.
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    was_member: Mapped[bool]
    quantity: Mapped[int]
    price_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: In how many parts it is delivered: sessions, or meetings of the cohort; one for a listing.
    units: Mapped[int] = mapped_column(SmallInteger)
    #: What the co-op keeps of a member's sale; none where it sells itself.
    fee_minor: Mapped[Minor]
    ordered_on: Mapped[date]
    ordered_at: Mapped[Moment]
    paid_by: Mapped[PaidBy] = mapped_column(text_enum(PaidBy, "paid_by"))
    #: The form that placed it, so that a form sent twice is one order.
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    #: By card: until when the place is held for the payment.
    checkout_id: Mapped[UUID | None] = mapped_column(ForeignKey(Checkout.id), default=None, unique=True)
    holds_until: Mapped[Moment | None] = mapped_column(default=None)
    #: By invoice: what is asked for, and by when.
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey(PaymentRequest.id), default=None, unique=True)
    due_on: Mapped[date | None] = mapped_column(default=None)
    #: The version of the tax code under which the co-op sells: code and rate of the day, which no later one changes.
    tax_code_id: Mapped[UUID | None] = mapped_column(ForeignKey(TaxCode.id), default=None)
    #: The tax of what the co-op sells; of a member's sale, that of its fee.
    tax_minor: Mapped[Minor] = mapped_column(server_default=text("0"), default=0)
    #: Whether it is added to the prices; else they contain it.
    is_tax_added: Mapped[bool] = mapped_column(server_default=false(), default=False)

    @property
    def amount_minor(self) -> int:
        """Return what the buyer pays."""
        return self.quantity * self.price_minor + (self.tax_minor if self.is_tax_added else 0)


class OrderText(CoopBase):
    """What was bought, and from whom, in the words of the day: later ones of the offering or the seller change no receipt.

    It may name a person, so it can be erased; nothing edits it.
    """

    __tablename__ = "sales_order_text"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id), primary_key=True)
    title: Mapped[Line]
    #: The member who sold it, or the co-operative.
    seller: Mapped[Line]
    #: The title without case and macrons: what the search looks through.
    search_text: Mapped[LongText]


class PurchaseOrder(CoopBase):
    """The buyer's own number for an order, which their accounts want on the invoice. Erasable."""

    __tablename__ = "purchase_order"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id), primary_key=True)
    number: Mapped[Line]


class OrderPayment(CoopBase):
    """An order was paid by card, once."""

    __tablename__ = "order_payment"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id), primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(CardPayment.id), unique=True)
    paid_on: Mapped[date]


class OrderCancellation(CoopBase):
    """An order that was not paid was taken back."""

    __tablename__ = "order_cancellation"

    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id), primary_key=True)
    cancelled_on: Mapped[date]
    cancelled_at: Mapped[Moment]


class Delivery(CoopBase):
    """A part of an order was delivered: a session was held, a meeting of the cohort, or a parcel arrived."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("order_id", "unit", "take"),
        CheckConstraint("unit > 0 AND take > 0 AND released_minor >= 0", name="unit"),
        CheckConstraint("(coach_id IS NULL) = (coach_fee_minor IS NULL)", name="coach"),
        CheckConstraint("coach_fee_minor >= 0", name="coach_fee"),
        Index("ix_delivery_held_id", "held_id"),
        Index("ix_delivery_coach_id", "coach_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id))
    unit: Mapped[int] = mapped_column(SmallInteger)
    #: 1, and one more each time that it was taken back before; of two who confirm at once one finds it taken.
    take: Mapped[int] = mapped_column(SmallInteger)
    delivered_on: Mapped[date]
    #: What became income by it.
    released_minor: Mapped[Minor]
    recorded_at: Mapped[Moment]
    coach_id: Mapped[UUID | None] = mapped_column(ForeignKey(Participant.id), default=None)
    coach_fee_minor: Mapped[Minor | None] = mapped_column(default=None)
    held_id: Mapped[UUID | None] = mapped_column(ForeignKey(MeetingHeld.id), default=None)


class DeliveryTakenBack(CoopBase):
    """A delivery was confirmed by mistake."""

    __tablename__ = "delivery_taken_back"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey(Delivery.id), primary_key=True)
    taken_back_at: Mapped[Moment]


class OrderRefund(CoopBase):
    """Money that the buyer gets back, or need no longer pay.

    It comes from what was paid ahead and from what was income already, and from their tax; of a member's sale from the seller's part,
    and from the co-op's fee and its tax. It goes to the card, off an unpaid invoice, or stands as owed to the buyer.
    """

    __tablename__ = "order_refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint(
            "deferred_minor >= 0 AND income_minor >= 0 AND seller_minor >= 0"
            " AND tax_minor >= 0 AND deferred_minor + income_minor + seller_minor + tax_minor = amount_minor",
            name="sources",
        ),
        CheckConstraint("credited_minor >= 0 AND credited_minor <= amount_minor", name="credited"),
        CheckConstraint("card_refund_id IS NULL OR credited_minor = 0", name="ways"),
        Index("ix_order_refund_order_id", "order_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey(SalesOrder.id))
    amount_minor: Mapped[Minor]
    #: From what was paid ahead; from the co-op's income (the marketplace fee too); from what the seller is owed.
    deferred_minor: Mapped[Minor]
    income_minor: Mapped[Minor]
    seller_minor: Mapped[Minor]
    #: Off the unpaid part of the invoice. The rest goes to the card, or without one is owed to the buyer.
    credited_minor: Mapped[Minor]
    refunded_on: Mapped[date]
    recorded_at: Mapped[Moment]
    form_token: Mapped[UUID] = mapped_column(Uuid, unique=True)
    card_refund_id: Mapped[UUID | None] = mapped_column(ForeignKey(CardRefund.id), default=None, unique=True)
    #: From the tax of the order.
    tax_minor: Mapped[Minor] = mapped_column(server_default=text("0"), default=0)


class RefundReason(CoopBase):
    """Why something was refunded; erasable."""

    __tablename__ = "refund_reason"

    refund_id: Mapped[UUID] = mapped_column(ForeignKey(OrderRefund.id), primary_key=True)
    text: Mapped[LongText]
