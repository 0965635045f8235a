"""Stripe through its own library: what it is asked, and what is said when it does not answer."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from coop import clock
from coop.config import Config
from coop.payments.cards.errors import CardsNotOffered, ProcessorUnreachable
from coop.payments.gateways import CheckoutAsked, RefundAsked
from coop.payments.gateways.stripe import StripeGateway
from tests.stripe_server import StripeServer, stripe_server


@pytest.fixture(scope="module")
def server() -> Iterator[StripeServer]:
    """One pretended Stripe for all."""
    with stripe_server() as made:
        yield made


@pytest.fixture
def stripe(server: StripeServer) -> StripeServer:
    """It, in good health."""
    server.ill_with = server.fee_minor = server.settles_in = None
    return server


def gateway(server: StripeServer, *, key: str = "", api_base: str = "") -> StripeGateway:
    return StripeGateway(
        Config(
            database_url="",
            secret_key="",
            instance_path=Path("/nonexistent"),
            stripe_secret_key=key or server.secret_key,
            stripe_webhook_secret=server.webhook_secret,
            stripe_api_base=api_base or server.api_base,
        )
    )


def asked(*, key: UUID | None = None, amount_minor: int = 1000, currency: str = "NZD") -> CheckoutAsked:
    return CheckoutAsked(
        checkout_id=uuid4(),
        amount_minor=amount_minor,
        currency=currency,
        description="Coaching, two sessions",
        return_url="http://127.0.0.1:5000/orders/1",
        expires_at=clock.now() + timedelta(minutes=40),
        idempotency_key=key or uuid4(),
    )


def paid(server: StripeServer) -> str:
    """Return the name of a payment that was made."""
    begun = gateway(server).begin(asked())
    server.paid(begun.ref)
    return str(server.sessions[begun.ref]["payment_intent"])


def test_a_session_is_for_exactly_what_was_asked(stripe: StripeServer) -> None:
    one = asked()
    begun = gateway(stripe).begin(one)
    session = stripe.sessions[begun.ref]
    assert (session["amount_total"], session["currency"], session["mode"]) == (1000, "nzd", "payment")
    assert session["client_reference_id"] == session["metadata"]["checkout"] == str(one.checkout_id)
    assert begun.url == f"{stripe.checkout_origin}/pay/{begun.ref}"
    assert begun.expires_at == one.expires_at.replace(microsecond=0)
    # After a crash the same is asked again.
    assert gateway(stripe).begin(one) == begun
    assert gateway(stripe).begin(asked()).ref != begun.ref


def test_an_open_session_is_expired_once_and_one_that_is_paid_stays_as_it_is(stripe: StripeServer) -> None:
    begun = gateway(stripe).begin(asked())
    for _ in range(2):
        gateway(stripe).expire(begun.ref)
        assert stripe.sessions[begun.ref]["status"] == "expired"
    assert stripe.asked.count(f"POST /v1/checkout/sessions/{begun.ref}/expire") == 1
    other = gateway(stripe).begin(asked())
    stripe.paid(other.ref)
    gateway(stripe).expire(other.ref)
    assert stripe.sessions[other.ref]["status"] == "complete"


def test_the_fee_is_what_stripe_settled_with_and_nothing_before_or_in_another_currency(stripe: StripeServer) -> None:
    payment = paid(stripe)
    assert gateway(stripe).fee_of(payment) is None
    stripe.fee_minor = 59
    assert gateway(stripe).fee_of(payment) == 59
    stripe.settles_in = "aud"
    assert gateway(stripe).fee_of(payment) is None


def test_a_refund_asked_twice_is_one_even_after_its_key_was_forgotten(stripe: StripeServer) -> None:
    payment = paid(stripe)
    refund = RefundAsked(uuid4(), payment, 400)
    ref = gateway(stripe).refund(refund)
    stripe._answers.clear()
    assert gateway(stripe).refund(refund) == ref
    assert sum(one["amount"] for one in stripe.refunds.values() if one["payment_intent"] == payment) == 400
    # One that failed at the bank may be asked for again.
    stripe.refunds[ref]["status"] = "failed"
    assert gateway(stripe).refund(refund) != ref
    with pytest.raises(ProcessorUnreachable):
        gateway(stripe).refund(RefundAsked(uuid4(), payment, 900))


def test_whatever_goes_wrong_is_told_without_a_word_of_stripes(
    stripe: StripeServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    payment = paid(stripe)
    wrong_key = gateway(stripe, key="sk_test_wrong")
    away = gateway(stripe, api_base="http://127.0.0.1:1")
    away._client._requestor._options.max_network_retries = 0
    stripe.ill_with = None
    failures = []
    for broken in (wrong_key, away):
        failures += [
            _failure(lambda broken=broken: broken.begin(asked())),
            _failure(lambda broken=broken: broken.expire("cs_test_1")),
            _failure(lambda broken=broken: broken.refund(RefundAsked(uuid4(), payment, 1))),
            _failure(lambda broken=broken: broken.fee_of(payment)),
        ]
    stripe.ill_with = 500
    failures.append(_failure(lambda: gateway(stripe).begin(asked())))
    assert [failure.reason.split()[0] for failure in failures] == [
        *["AuthenticationError"] * 4,
        *["APIConnectionError"] * 4,
        "APIError",
    ]
    assert "nothing was charged" in str(failures[0])
    told = caplog.text + "".join(capsys.readouterr()) + "".join(map(repr, failures))
    for secret in ("payer@kanopi.example", "The words of Stripe", stripe.secret_key, "sk_test_wrong"):
        assert secret not in told


def test_a_currency_that_stripe_counts_in_another_unit_is_not_charged(stripe: StripeServer) -> None:
    before = len(stripe.sessions)
    with pytest.raises(CardsNotOffered):
        gateway(stripe).begin(asked(currency="ISK"))
    assert len(stripe.sessions) == before


def _failure(question: object) -> ProcessorUnreachable:
    assert callable(question)
    with pytest.raises(ProcessorUnreachable) as caught:
        question()
    assert caught.value.__cause__ is None
    return caught.value
