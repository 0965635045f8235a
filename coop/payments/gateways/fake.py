"""A card processor that moves no money: for demonstrations and rehearsals. Its page is one of ours, and says so."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from coop.payments.cards.errors import MessageNotTrusted
from coop.payments.cards.models import EventKind
from coop.payments.gateways.interface import CheckoutAsked, CheckoutBegun, GatewayEvent, RefundAsked
from evidence.currencies import exponent

NAME = "fake"
#: What it keeps, so that the books of a demonstration have fees: 2.9 % and 0.30.
FEE_PER_MILLE = 29
FEE_FIXED = Decimal("0.30")


class FakeGateway:
    """Says yes to everything that a real processor is asked, and keeps a fee."""

    name = NAME

    def begin(self, asked: CheckoutAsked) -> CheckoutBegun:
        """Return our own page."""
        ref = f"fake_checkout_{asked.checkout_id}"
        return CheckoutBegun(ref, f"/payments/fake/{asked.checkout_id}", asked.expires_at)

    def expire(self, ref: str) -> None:
        """Do nothing: its page is one of ours, and asks how the checkout stands."""

    def refund(self, asked: RefundAsked) -> str:
        """Refund nothing."""
        return f"fake_refund_{asked.refund_id}"

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Refuse: it sends no messages, its page makes the events."""
        raise MessageNotTrusted

    def fee_of(self, payment_ref: str) -> int | None:
        """Return nothing: its events have said it."""
        return None


def outcome_event(checkout_id: UUID, kind: EventKind, amount_minor: int, currency: str) -> GatewayEvent:
    """Make the event by which a practice payment succeeds or fails, such as a real gateway would send."""
    return GatewayEvent(
        ref=f"fake_{kind}_{checkout_id}",
        kind=kind,
        name=f"practice.{kind}",
        checkout_id=checkout_id,
        payment_ref=f"fake_payment_{checkout_id}",
        amount_minor=amount_minor,
        currency=currency,
        fee_minor=fee(amount_minor, currency) if kind is EventKind.PAID else None,
        has_failed=False,
        body="",
    )


def fee(amount_minor: int, currency: str) -> int:
    """Return what it keeps of a payment: rounded half up, and never more than the payment."""
    fixed = FEE_FIXED * 10 ** exponent(currency)
    kept = (Decimal(amount_minor) * FEE_PER_MILLE / 1000 + fixed).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(kept), amount_minor)
