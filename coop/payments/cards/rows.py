"""What pages show of payments by card: a checkout with its payment, an event, a refund."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from coop.payments.cards.checkouts import CheckoutState
from coop.payments.cards.models import NEEDS_ATTENTION, Outcome
from evidence.messages import N_


class Shown(StrEnum):
    """Which payments a list shows."""

    PAID = "paid"
    ATTENTION = "attention"
    REFUNDED = "refunded"
    UNPAID = "unpaid"


class RefundState(StrEnum):
    """How far a refund has come."""

    ASKED = "asked"
    MADE = "made"
    GIVEN_UP = "given-up"

    @property
    def label(self) -> str:
        """Return the untranslated words for it."""
        return _REFUND_STATES[self]


_REFUND_STATES = {
    RefundState.ASKED: N_("On its way to the card processor"),
    RefundState.MADE: N_("Taken by the card processor"),
    RefundState.GIVEN_UP: N_("Not taken by the card processor"),
}


@dataclass(frozen=True)
class CheckoutRow:
    """A checkout, and its payment where there is one."""

    id: UUID
    participant_id: UUID
    payer: str
    description: str
    purpose: str
    subject_id: UUID
    amount_minor: int
    currency: str
    begun_at: datetime
    expires_at: datetime
    state: CheckoutState
    payment_id: UUID | None
    gateway: str | None
    payment_ref: str | None
    paid_on: date | None
    #: What the processor kept; nothing while it is not known.
    fee_minor: int | None
    refunded_minor: int
    #: On the suspense account, because its purpose would not take it.
    is_on_suspense: bool
    #: Events that wait for the treasurer.
    waiting: int


@dataclass(frozen=True)
class EventRow:
    """Something that the gateway told."""

    id: UUID
    name: str
    ref: str
    outcome: Outcome
    amount_minor: int | None
    currency: str
    received_at: datetime
    settled_at: datetime | None
    note: str

    @property
    def waits(self) -> bool:
        """Say whether the treasurer has something to do about it."""
        return self.outcome in NEEDS_ATTENTION and self.settled_at is None


@dataclass(frozen=True)
class RefundRow:
    """A refund to the card."""

    id: UUID
    amount_minor: int
    asked_at: datetime
    made_at: datetime | None
    ref: str | None
    state: RefundState
