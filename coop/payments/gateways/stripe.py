"""Stripe as card processor: Checkout for paying, its interface for refunds and fees, its signed messages for what happened.

Nothing that Stripe sends reaches a log: its errors are told by their kind only. Each write carries a key of ours, for the library
would invent a new one each time.
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import stripe
from stripe import RequestsClient, StripeClient, StripeError, WebhookSignature
from stripe.params.checkout import SessionCreateParams

from coop import clock
from coop.config import Config
from coop.payments.cards.errors import CardsNotOffered, MessageNotTrusted, ProcessorUnreachable
from coop.payments.cards.models import EventKind
from coop.payments.gateways.interface import CheckoutAsked, CheckoutBegun, GatewayEvent, RefundAsked

NAME = "stripe"
#: A message that was signed longer ago, or that long ahead of our clock, is not believed.
TOLERANCE = timedelta(minutes=5)
PATIENCE_SECONDS = 20.0
MOST_RETRIES = 2

_SESSION_EVENTS = {
    "checkout.session.completed": EventKind.PAID,
    "checkout.session.async_payment_succeeded": EventKind.PAID,
    "checkout.session.async_payment_failed": EventKind.FAILED,
    "checkout.session.expired": EventKind.EXPIRED,
}
#: The events that say something to us; the endpoint at Stripe should send these.
UNDERSTOOD = {
    **_SESSION_EVENTS,
    "charge.refunded": EventKind.REFUND,
    "refund.updated": EventKind.REFUND,
    "refund.failed": EventKind.REFUND,
    "charge.dispute.created": EventKind.DISPUTE,
    "charge.dispute.closed": EventKind.DISPUTE,
}
#: Under which name the subject of an event has its amount: `amount`, but for these.
_AMOUNTS = {"charge.refunded": "amount_refunded", **dict.fromkeys(_SESSION_EVENTS, "amount_total")}
_NOT_REFUNDED = frozenset({"failed", "canceled"})
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,200}")
#: Whose smallest unit is another one at Stripe than in ISO 4217, by which we count.
OTHER_UNITS = frozenset({"ISK", "MGA", "UGX"})

# The library tells what it sends and receives to this logger.
logging.getLogger("stripe").setLevel(logging.WARNING)


class StripeGateway:
    """Talks to Stripe with the library of Stripe."""

    name = NAME

    def __init__(self, config: Config) -> None:
        self._webhook_secret = config.stripe_webhook_secret
        self._client = StripeClient(
            config.stripe_secret_key,
            base_addresses={"api": config.stripe_api_base or stripe.DEFAULT_API_BASE},
            max_network_retries=MOST_RETRIES,
            http_client=RequestsClient(timeout=PATIENCE_SECONDS),
        )

    def begin(self, asked: CheckoutAsked) -> CheckoutBegun:
        """Open a Checkout Session.

        Raises:
            CardsNotOffered, ProcessorUnreachable
        """
        if asked.currency in OTHER_UNITS:
            raise CardsNotOffered
        reference = str(asked.checkout_id)
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": reference,
            "metadata": {"checkout": reference},
            "payment_intent_data": {"metadata": {"checkout": reference}},
            # What was agreed on is what is charged, in the currency it was agreed in.
            "adaptive_pricing": {"enabled": False},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": asked.currency.lower(),
                        "unit_amount": asked.amount_minor,
                        "product_data": {"name": asked.description},
                    },
                }
            ],
            "expires_at": int(asked.expires_at.timestamp()),
            "success_url": asked.return_url,
            "cancel_url": asked.return_url,
        }
        try:
            session = self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": f"checkout-{asked.idempotency_key}"}
            )
        except StripeError as error:
            raise _unreachable(error) from None
        if session.url is None:
            raise ProcessorUnreachable("a session without an address")
        return CheckoutBegun(session.id, session.url, datetime.fromtimestamp(session.expires_at, UTC))

    def expire(self, ref: str) -> None:
        """Expire a Checkout Session.

        Stripe refuses this for one that is paid or expired, so it is looked at first.

        Raises:
            ProcessorUnreachable
        """
        try:
            if self._client.v1.checkout.sessions.retrieve(ref).status == "open":
                self._client.v1.checkout.sessions.expire(ref, options={"idempotency_key": f"expire-{ref}"})
        except StripeError as error:
            raise _unreachable(error) from None

    def refund(self, asked: RefundAsked) -> str:
        """Refund to the card.

        Stripe forgets idempotency keys after a day, so a refund of ours that it has already is looked for first.

        Raises:
            ProcessorUnreachable
        """
        reference = str(asked.refund_id)
        try:
            known = self._client.v1.refunds.list({"payment_intent": asked.payment_ref, "limit": 100})
            ours = [refund for refund in known.auto_paging_iter() if _metadata(refund).get("refund") == reference]
            for refund in ours:
                if refund.status not in _NOT_REFUNDED:
                    return refund.id
            refund = self._client.v1.refunds.create(
                {
                    "payment_intent": asked.payment_ref,
                    "amount": asked.amount_minor,
                    "metadata": {"refund": reference},
                },
                # A try that failed for good would be answered with the same failure.
                {"idempotency_key": f"refund-{reference}-{len(ours)}"},
            )
        except StripeError as error:
            raise _unreachable(error) from None
        if refund.status in _NOT_REFUNDED:
            raise ProcessorUnreachable(f"refund {refund.status}")
        return refund.id

    def fee_of(self, payment_ref: str) -> int | None:
        """Return the fee of the charge behind a payment; nothing before it is settled, or if it is in another currency.

        Raises:
            ProcessorUnreachable
        """
        try:
            intent = self._client.v1.payment_intents.retrieve(
                payment_ref, {"expand": ["latest_charge.balance_transaction"]}
            )
        except StripeError as error:
            raise _unreachable(error) from None
        charge = intent.to_dict().get("latest_charge")
        settled = charge.get("balance_transaction") if isinstance(charge, dict) else None
        if not isinstance(settled, dict) or settled["currency"] != intent.currency:
            return None
        return int(settled["fee"])

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> GatewayEvent:
        """Verify the signature and the time of a message and return what it says.

        The library would believe a time in the future, so both directions are looked at here.

        Raises:
            MessageNotTrusted
        """
        signature = headers.get("Stripe-Signature", "")
        if not signature.isascii():
            # The library would compare it all the same, and fail on it.
            raise MessageNotTrusted
        try:
            WebhookSignature.verify_header(body, signature, self._webhook_secret)
            text = body.decode()
            event = _event(json.loads(text), text)
        except (StripeError, ValueError):
            # A ValueError also where the bytes are no text.
            raise MessageNotTrusted from None
        away = abs(clock.now().timestamp() - _signed_at(signature))
        if event is None or away > TOLERANCE.total_seconds():
            raise MessageNotTrusted
        return event


def _signed_at(signature: str) -> int:
    """Return the time that was signed: the first one in the header, as the library takes it, or a second could replace it."""
    stamp = next(item for item in signature.split(",") if item.startswith("t="))
    return int(stamp.split("=")[1])


def _event(message: Any, body: str) -> GatewayEvent | None:
    """Read a message; nothing where it has not the shape of one."""
    subject = _at(message, "data", "object")
    ref, name = _text(message, "id"), _text(message, "type")
    if not (isinstance(subject, dict) and ref and name):
        return None
    kind = UNDERSTOOD.get(name, EventKind.OTHER)
    if name == "checkout.session.completed" and subject.get("payment_status") != "paid":
        # The payer is through, the money is not: another event will tell.
        kind = EventKind.OTHER
    amount = subject.get(_AMOUNTS.get(name, "amount"))
    return GatewayEvent(
        ref=ref,
        kind=kind,
        name=name,
        checkout_id=_uuid(_text(subject, "client_reference_id")),
        payment_ref=_text(subject, "payment_intent"),
        amount_minor=amount if isinstance(amount, int) and abs(amount) < 2**63 else None,
        currency=_text(subject, "currency").upper()[:3],
        fee_minor=None,
        has_failed=name.startswith("refund.") and subject.get("status") in _NOT_REFUNDED,
        body=body,
    )


def _metadata(refund: stripe.Refund) -> dict[str, str]:
    return refund.metadata.to_dict() if refund.metadata else {}


def _at(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any, key: str) -> str:
    """Return one of Stripe's names or codes; nothing where it is none."""
    found = _at(value, key)
    return found if isinstance(found, str) and _NAME.fullmatch(found) else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _unreachable(error: StripeError) -> ProcessorUnreachable:
    """Say what kind of failure it was, without a word of Stripe's."""
    return ProcessorUnreachable(f"{type(error).__name__} {error.http_status or ''} {error.code or ''}".strip())
