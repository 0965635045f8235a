"""What the house asks of a card processor, and what it hears from one. It knows no processor and no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from coop.payments.cards.models import EventKind


@dataclass(frozen=True)
class CheckoutAsked:
    """A page is wanted on which a sum can be paid."""

    checkout_id: UUID
    amount_minor: int
    currency: str
    description: str
    #: Where the payer goes after paying, or after giving up.
    return_url: str
    expires_at: datetime
    #: The same key opens the same page, however often it is asked for.
    idempotency_key: UUID


@dataclass(frozen=True)
class CheckoutBegun:
    """The page on which it is paid."""

    ref: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class RefundAsked:
    """Part or all of a payment is to go back to the card it came from. The same refund asked twice is one."""

    refund_id: UUID
    payment_ref: str
    amount_minor: int


@dataclass(frozen=True)
class GatewayEvent:
    """Something that happened at the gateway, in our words."""

    #: The gateway's id of the event: told twice, it happened once.
    ref: str
    kind: EventKind
    #: What the gateway calls it.
    name: str
    #: The checkout it is about, as we named it to the gateway; none where it names none.
    checkout_id: UUID | None
    #: The payment at the gateway, for refunds and fees.
    payment_ref: str
    #: Paid, or for a refund the sum of all that was refunded so far.
    amount_minor: int | None
    currency: str
    #: What the gateway keeps, where the event says so.
    fee_minor: int | None
    #: A refund that did not reach the payer.
    has_failed: bool
    #: The gateway's own message; not for logs.
    body: str


class Gateway(Protocol):
    """A card processor. Each method may wait for it, so no transaction is open meanwhile."""

    @property
    def name(self) -> str:
        """The code by which payments remember where they were made."""

    def begin(self, asked: CheckoutAsked) -> CheckoutBegun:
        """Open a page for a checkout; the same checkout again returns the same page.

        Raises:
            ProcessorUnreachable
        """

    def expire(self, ref: str) -> None:
        """Close the page of that name, so that nothing can be paid on it any more; one that is paid or over stays as it is.

        Raises:
            ProcessorUnreachable
        """

    def refund(self, asked: RefundAsked) -> str:
        """Send money back and return the gateway's reference; the same refund again is not sent again.

        Raises:
            ProcessorUnreachable
        """

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Return what a message says, once it is certain that the gateway sent it just now.

        Raises:
            MessageNotTrusted
        """

    def fee_of(self, payment_ref: str) -> int | None:
        """Return what the gateway kept of a payment, in the payment's currency; nothing while it does not say.

        Raises:
            ProcessorUnreachable
        """
