"""What is paid by card: checkouts, what the gateway told about them, payments and refunds.

Rows are only ever added; how a checkout or a refund stands follows from which rows there are. What a person could recognise (the
words of a checkout, the gateway's own message, a treasurer's note) lies in tables of its own that can be erased.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment, text_enum
from evidence.messages import N_


class EventKind(StrEnum):
    """What an event says, whatever the gateway calls it."""

    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUND = "refund"
    DISPUTE = "dispute"
    #: Nothing that concerns us.
    OTHER = "other"


class Outcome(StrEnum):
    """What came of an event here."""

    BOOKED = "booked"
    #: Paid, but what it was for could not be delivered any more: booked to suspense.
    SUSPENSE = "suspense"
    #: Another amount, currency or payment than the checkout's: nothing was booked.
    MISMATCH = "mismatch"
    NOTED = "noted"
    #: Says what another event had said already.
    REPEATED = "repeated"
    #: Of no checkout of ours, or of a kind that does not concern us.
    IGNORED = "ignored"
    DISPUTED = "disputed"
    REFUND_FAILED = "refund-failed"
    #: More was refunded at the gateway than is recorded here.
    REFUND_ELSEWHERE = "refund-elsewhere"
    #: The gateway did not tell what it keeps for itself, asked again and again.
    FEE_UNKNOWN = "fee-unknown"

    @property
    def label(self) -> str:
        """Return the untranslated words for it."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.BOOKED: N_("Booked"),
    Outcome.SUSPENSE: N_("Paid, but could not be delivered: on the suspense account"),
    Outcome.MISMATCH: N_("Not what was asked for: nothing was booked"),
    Outcome.NOTED: N_("Noted"),
    Outcome.REPEATED: N_("Was known already"),
    Outcome.IGNORED: N_("Not ours"),
    Outcome.DISPUTED: N_("The payer disputes the payment with their bank"),
    Outcome.REFUND_FAILED: N_("A refund did not reach the payer"),
    Outcome.REFUND_ELSEWHERE: N_("Refunded at the card processor, not here"),
    Outcome.FEE_UNKNOWN: N_("The card processor did not tell its fee"),
}

#: What somebody has to look at; it waits until the treasurer says what was done about it.
NEEDS_ATTENTION = frozenset(
    {
        Outcome.SUSPENSE,
        Outcome.MISMATCH,
        Outcome.DISPUTED,
        Outcome.REFUND_FAILED,
        Outcome.REFUND_ELSEWHERE,
        Outcome.FEE_UNKNOWN,
    }
)


class Checkout(CoopBase):
    """A sum that somebody is about to pay by card, for one subject of one purpose."""

    __tablename__ = "checkout"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("begun_at < expires_at", name="order"),
        Index("ix_checkout_subject_id", "subject_id"),
        Index("ix_checkout_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    #: Who is told that it was paid: the code of a registered purpose, and the id of the thing there.
    purpose: Mapped[Code]
    subject_id: Mapped[UUID] = mapped_column(Uuid)
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: Sent with each try to open the page at the gateway, so that all tries open the same one.
    idempotency_key: Mapped[UUID] = mapped_column(Uuid, unique=True)
    begun_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class CheckoutText(CoopBase):
    """What the payer is shown as bought. May name a person, so it can be erased."""

    __tablename__ = "checkout_text"

    checkout_id: Mapped[UUID] = mapped_column(ForeignKey(Checkout.id), primary_key=True)
    description: Mapped[Line]


class CheckoutSession(CoopBase):
    """The page at the gateway on which a checkout is paid."""

    __tablename__ = "checkout_session"
    __table_args__ = (UniqueConstraint("gateway", "ref"),)

    checkout_id: Mapped[UUID] = mapped_column(ForeignKey(Checkout.id), primary_key=True)
    gateway: Mapped[Code]
    ref: Mapped[Line]
    url: Mapped[LongText]
    begun_at: Mapped[Moment]


class CheckoutEnded(CoopBase):
    """What a checkout was for has been taken back, so it is not to be paid any more."""

    __tablename__ = "checkout_ended"

    checkout_id: Mapped[UUID] = mapped_column(ForeignKey(Checkout.id), primary_key=True)
    ended_at: Mapped[Moment]


class GatewayEvent(CoopBase):
    """Something that the gateway told us, once, and what came of it.

    What is told of a payment before the payment itself is judged when that comes, by a row of its own that points back.
    """

    __tablename__ = "gateway_event"
    __table_args__ = (
        UniqueConstraint("gateway", "ref"),
        Index("ix_gateway_event_checkout_id", "checkout_id"),
        Index("ix_gateway_event_outcome", "outcome"),
        Index("ix_gateway_event_payment_ref", "payment_ref"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    gateway: Mapped[Code]
    #: The gateway's own id of the event. Our own rows have a prefix: `job:` where a job of ours failed, `early:` where an event
    #: is judged that came before its payment.
    ref: Mapped[Line]
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind, "kind"))
    #: What the gateway calls it.
    name: Mapped[Line]
    outcome: Mapped[Outcome] = mapped_column(text_enum(Outcome, "outcome"))
    received_at: Mapped[Moment]
    checkout_id: Mapped[UUID | None] = mapped_column(ForeignKey(Checkout.id), default=None)
    payment_ref: Mapped[Line] = mapped_column(default="")
    amount_minor: Mapped[Minor | None] = mapped_column(default=None)
    currency: Mapped[Code] = mapped_column(default="")
    #: Of a refund: it did not reach the payer.
    has_failed: Mapped[bool] = mapped_column(server_default=false(), default=False)
    #: The event that is judged here, where it had come before its payment; each is judged once.
    earlier_id: Mapped[UUID | None] = mapped_column(ForeignKey("gateway_event.id"), default=None, unique=True)


class GatewayEventBody(CoopBase):
    """The gateway's own words. They hold the payer's name and address, so they can be erased."""

    __tablename__ = "gateway_event_body"

    event_id: Mapped[UUID] = mapped_column(ForeignKey(GatewayEvent.id), primary_key=True)
    body: Mapped[LongText]


class EventSettled(CoopBase):
    """Somebody has done what an event asked for."""

    __tablename__ = "gateway_event_settled"

    event_id: Mapped[UUID] = mapped_column(ForeignKey(GatewayEvent.id), primary_key=True)
    settled_at: Mapped[Moment]
    settled_by: Mapped[UUID | None] = mapped_column(Uuid, default=None)


class EventNote(CoopBase):
    """What was done about an event, in words; erasable."""

    __tablename__ = "gateway_event_note"

    event_id: Mapped[UUID] = mapped_column(ForeignKey(GatewayEvent.id), primary_key=True)
    text: Mapped[LongText]


class CardPayment(CoopBase):
    """Money that arrived for a checkout, at most once."""

    __tablename__ = "card_payment"
    __table_args__ = (
        UniqueConstraint("gateway", "payment_ref"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("fee_minor >= 0", name="fee"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    checkout_id: Mapped[UUID] = mapped_column(ForeignKey(Checkout.id), unique=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey(GatewayEvent.id), unique=True)
    gateway: Mapped[Code]
    payment_ref: Mapped[Line]
    amount_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    #: The day it is booked on, in the co-op's zone.
    paid_on: Mapped[date]
    recorded_at: Mapped[Moment]
    #: What the gateway keeps, where it says so with the payment; else it becomes known by a `card_fee`.
    fee_minor: Mapped[Minor | None] = mapped_column(default=None)
    #: Why its purpose would not take it (the name of the refusal), so that it stands on the suspense account.
    refused_because: Mapped[Line | None] = mapped_column(default=None)


class CardFee(CoopBase):
    """What the gateway kept of a payment, where it told so later."""

    __tablename__ = "card_fee"
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="amount"),)

    payment_id: Mapped[UUID] = mapped_column(ForeignKey(CardPayment.id), primary_key=True)
    amount_minor: Mapped[Minor]
    booked_on: Mapped[date]
    recorded_at: Mapped[Moment]


class CardRefund(CoopBase):
    """Money that goes back to the card it came from."""

    __tablename__ = "card_refund"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_card_refund_payment_id", "payment_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey(CardPayment.id))
    amount_minor: Mapped[Minor]
    #: Of whatever asked for it, so that the same is refunded once.
    key: Mapped[Line] = mapped_column(unique=True)
    asked_at: Mapped[Moment]


class CardRefundMade(CoopBase):
    """The gateway has taken a refund."""

    __tablename__ = "card_refund_made"

    refund_id: Mapped[UUID] = mapped_column(ForeignKey(CardRefund.id), primary_key=True)
    ref: Mapped[Line]
    made_at: Mapped[Moment]
