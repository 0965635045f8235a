"""Stripe's messages: believed only when signed just now, taken once, in any order, and booked only when they fit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, outbox, worker
from coop.checking import all_findings
from coop.database import db, write, write_with
from coop.payments.cards import checkouts, inbox
from coop.payments.cards import queries as card_queries
from coop.payments.cards.checkouts import CheckoutState, state_of
from coop.payments.cards.models import (
    CardFee,
    CardPayment,
    CheckoutSession,
    EventKind,
    GatewayEvent,
    GatewayEventBody,
    Outcome,
)
from coop.payments.gateways import fake
from coop.payments.gateways import stripe as gateway
from coop.permissions import WORKER
from ledger.models import Entry
from tests import joining
from tests.databases import TestDatabase
from tests.paying import Shop, begin
from tests.stripe_server import StripeServer

WEBHOOK = "/payments/webhook/stripe"


@pytest.fixture
def payer(with_stripe: Flask) -> UUID:
    """The participant who pays."""
    with with_stripe.app_context():

        def work(session: Session) -> UUID:
            return next(iter(joining.founder(session, "founder").represents))

        return write(work)


@pytest.fixture
def checkout_id(with_stripe: Flask, payer: UUID) -> UUID:
    """A checkout for NZD 10.00 whose page at Stripe is open."""
    with with_stripe.app_context():
        made = write(lambda session: begin(session, payer))
        checkouts.send(made)
        return made


@pytest.fixture
def ref(with_stripe: Flask, checkout_id: UUID) -> str:
    """Stripe's name for it."""
    with with_stripe.app_context():
        row = db.session.get(CheckoutSession, checkout_id)
        assert row is not None
        return row.ref


@pytest.fixture
def machine(with_stripe: Flask) -> FlaskClient:
    """Whoever sends messages: no cookie, no token."""
    return with_stripe.test_client()


class Stripe:
    """Sends messages as Stripe does."""

    def __init__(self, app: Flask, server: StripeServer) -> None:
        self.app, self.server, self.client = app, server, app.test_client()

    def tell(self, event: dict[str, Any], **options: Any) -> tuple[int, str]:
        """Send an event and return status and words of the answer."""
        body, headers = self.server.signed(event, **options)
        return self.send(body, headers)

    def send(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Send bytes."""
        answer = self.client.post(WEBHOOK, data=body, headers=headers)
        assert answer.mimetype == "text/plain"
        assert "Set-Cookie" not in answer.headers
        return answer.status_code, answer.get_data(as_text=True).strip()


@pytest.fixture
def tells(with_stripe: Flask, stripe: StripeServer) -> Stripe:
    """Stripe, who tells."""
    return Stripe(with_stripe, stripe)


@pytest.fixture
def inside(with_stripe: Flask) -> Iterator[None]:
    """The context of the application, to look at the database."""
    with with_stripe.app_context():
        yield


def outcomes() -> list[Outcome]:
    db.session.remove()
    return list(db.session.scalars(select(GatewayEvent.outcome).order_by(GatewayEvent.received_at, GatewayEvent.id)))


def counts() -> tuple[int, ...]:
    db.session.remove()
    return tuple(
        db.session.scalar(select(func.count()).select_from(mapped)) or 0
        for mapped in (GatewayEvent, GatewayEventBody, CardPayment, Entry)
    )


@pytest.mark.usefixtures("inside")
def test_a_paid_session_is_booked_once_and_its_fee_when_stripe_tells_it(
    with_stripe: Flask, tells: Stripe, stripe: StripeServer, shop: Shop, ref: str
) -> None:
    event = stripe.paid(ref)
    assert tells.tell(event) == (200, "Booked")
    assert tells.tell(event) == (200, "Was known already")
    again = stripe.session_event(ref, "async_payment_succeeded")
    assert tells.tell(again) == (200, "Was known already")
    assert outcomes() == [Outcome.BOOKED, Outcome.REPEATED]
    assert [sold.fee_minor for sold in shop.sold] == [None]
    worker.run_once(with_stripe)
    assert db.session.scalars(select(CardFee)).all() == []
    stripe.fee_minor = 59
    with clock.at(clock.now() + outbox.LONGEST_DELAY):
        worker.run_once(with_stripe)
        worker.run_once(with_stripe)
    db.session.remove()
    assert [fee.amount_minor for fee in db.session.scalars(select(CardFee))] == [59]
    assert list(db.session.scalars(select(Entry.kind).where(Entry.source_kind == "card_payment"))) == [
        "sale",
        "card-fee",
    ]


@pytest.mark.usefixtures("inside")
def test_a_forged_or_old_message_is_refused_and_not_kept(tells: Stripe, stripe: StripeServer, ref: str) -> None:
    event = stripe.paid(ref)
    whole = stripe.event("checkout.session.completed", {"id": "cs_1"})
    before = counts()
    moment = clock.now().replace(microsecond=0)
    wrong = [
        *_forged(stripe, event),
        # In both directions: the library itself believes the future.
        *(stripe.signed(event, at=moment.timestamp() + seconds) for seconds in (-86_400, -301, 301, 86_400)),
        *_rejuvenated(stripe, event, moment.timestamp()),
        # Signed, and no event.
        *map(stripe.signed, ([], "text", {}, {**whole, "id": 7}, {**whole, "id": "evt_\x00"}, {**whole, "id": ""})),
        *map(stripe.signed, ({**whole, "type": None}, {**whole, "data": {}}, {**whole, "data": {"object": []}})),
    ]
    with clock.at(moment):
        for body, headers in wrong:
            status, words = tells.send(body, headers)
            assert (status, "was not signed by the card processor within" in words) == (400, True), (body, headers)
        assert counts() == before
        assert tells.tell(event, at=moment.timestamp() - 300) == (200, "Booked")


def _forged(stripe: StripeServer, event: Any) -> list[tuple[bytes, dict[str, str]]]:
    body, headers = stripe.signed(event)
    signature = headers["Stripe-Signature"]
    dearer = body.replace(b'"amount_total": 1000', b'"amount_total": 9000')
    assert dearer != body
    return [
        (dearer, headers),
        (body, {}),
        *(
            (body, {"Stripe-Signature": forged})
            for forged in (
                "",
                "nonsense",
                signature.partition(",")[0],
                signature.replace("v1=", "v0="),
                "t=99999999999999999999999999," + signature.partition(",")[2],
                # The library compares digests of ASCII only.
                signature[:-1] + "\u00e9",
                signature + ",v1=\u00ff",
                "\u00e9",
            )
        ),
        (b"\xff\xfe", headers),
        (b"", headers),
    ]


def _rejuvenated(stripe: StripeServer, event: Any, now: float) -> list[tuple[bytes, dict[str, str]]]:
    """An old message with a second, young time in its header."""
    body, headers = stripe.signed(event, at=now - 3600)
    old, young = headers["Stripe-Signature"], f"t={int(now)}"
    stamps = (f"{young},{old}", f" {young},{old}", f"{old},{young}", f"t,{young},{old}")
    return [(body, {"Stripe-Signature": stamp}) for stamp in stamps]


@pytest.mark.usefixtures("inside")
def test_a_message_for_an_unknown_checkout_is_kept_as_not_ours(tells: Stripe, stripe: StripeServer, ref: str) -> None:
    stripe.paid(ref)
    for reference in (str(uuid4()), "somebody-else's", None, "\x00", 12):
        event = stripe.session_event(ref, client_reference_id=reference)
        assert tells.tell(event) == (200, "Not ours")
    assert counts()[2:] == (0, 0)
    assert set(outcomes()) == {Outcome.IGNORED}


@pytest.mark.usefixtures("inside")
def test_another_amount_or_currency_books_nothing_and_waits_for_the_treasurer(
    tells: Stripe, stripe: StripeServer, ref: str, checkout_id: UUID
) -> None:
    stripe.paid(ref)
    wrong: list[dict[str, Any]] = [
        *({"amount_total": amount} for amount in (999, 1001, None, "1000", 10**30)),
        *({"currency": currency} for currency in ("aud", None)),
        *({"payment_intent": payment} for payment in (None, "pi_\x00")),
    ]
    for changes in wrong:
        told = tells.tell(stripe.session_event(ref, **changes))
        assert told == (200, "Not what was asked for: nothing was booked"), changes
    assert counts()[2:] == (0, 0)
    assert card_queries.waiting_count(db.session()) == len(wrong)
    assert state_of(db.session(), checkout_id) is CheckoutState.OPEN


@pytest.mark.usefixtures("inside")
def test_the_order_of_events_does_not_matter(
    tells: Stripe, stripe: StripeServer, shop: Shop, ref: str, checkout_id: UUID
) -> None:
    expired = stripe.session_event(ref, "expired", payment_status="unpaid", status="expired")
    assert tells.tell(expired) == (200, "Noted")
    assert state_of(db.session(), checkout_id) is CheckoutState.EXPIRED
    paid = stripe.paid(ref)
    # The payer is through, the money is not: nothing yet.
    assert tells.tell(stripe.session_event(ref, payment_status="unpaid")) == (200, "Noted")
    assert shop.sold == []
    assert tells.tell(paid) == (200, "Booked")
    failed = stripe.session_event(ref, "async_payment_failed", payment_status="unpaid")
    assert tells.tell(failed) == (200, "Noted")
    assert tells.tell(stripe.session_event(ref, "expired")) == (200, "Noted")
    db.session.remove()
    assert state_of(db.session(), checkout_id) is CheckoutState.PAID
    assert len(shop.sold) == 1


@pytest.mark.usefixtures("inside")
def test_a_second_payment_is_not_booked_nor_one_payment_for_two_checkouts(
    tells: Stripe, stripe: StripeServer, shop: Shop, ref: str, payer: UUID
) -> None:
    tells.tell(stripe.paid(ref))
    other = write(lambda session: begin(session, payer))
    for changes in ({"payment_intent": "pi_another"}, {"client_reference_id": str(other)}):
        assert tells.tell(stripe.session_event(ref, **changes))[1].startswith("Not what was asked for")
    assert (counts()[2], len(shop.sold), card_queries.waiting_count(db.session())) == (1, 1, 2)


@pytest.mark.usefixtures("inside")
def test_disputes_and_refunds_made_at_stripe_wait_for_the_treasurer(
    tells: Stripe, stripe: StripeServer, ref: str
) -> None:
    tells.tell(stripe.paid(ref))
    payment = {"payment_intent": stripe.sessions[ref]["payment_intent"], "currency": "nzd"}
    stranger = {**payment, "payment_intent": "pi_of_another_shop"}
    told = [
        (stripe.event("charge.dispute.created", {**payment, "amount": 1000}), Outcome.DISPUTED),
        (stripe.event("charge.dispute.updated", {**payment, "amount": 1000}), Outcome.NOTED),
        (stripe.event("charge.dispute.closed", {**payment, "amount": 1000}), Outcome.DISPUTED),
        (
            stripe.event("charge.refunded", {**payment, "amount": 1000, "amount_refunded": 400}),
            Outcome.REFUND_ELSEWHERE,
        ),
        (stripe.event("refund.updated", {**payment, "amount": 400, "status": "succeeded"}), Outcome.NOTED),
        (stripe.event("refund.failed", {**payment, "amount": 400, "status": "failed"}), Outcome.REFUND_FAILED),
        (stripe.event("charge.dispute.created", stranger), Outcome.IGNORED),
        (stripe.event("charge.refunded", stranger), Outcome.IGNORED),
        (stripe.event("payout.paid", {"amount": 5}), Outcome.IGNORED),
    ]
    for event, outcome in told:
        assert tells.tell(event) == (200, outcome.label)
    assert card_queries.waiting_count(db.session()) == 4


@pytest.mark.usefixtures("inside")
def test_a_message_that_is_too_long_is_refused_and_a_form_cannot_be_sent_to_it(
    machine: FlaskClient, stripe: StripeServer
) -> None:
    body, headers = stripe.signed(stripe.event("x", {"padding": "x" * 300_000}))
    assert machine.post(WEBHOOK, data=body, headers=headers).status_code == 413
    assert machine.post(WEBHOOK, data={"csrf_token": "x"}).status_code == 400
    assert machine.get(WEBHOOK).status_code == 405


def test_json_and_a_missing_token_are_refused_everywhere_else(machine: FlaskClient) -> None:
    assert machine.post("/login", json={"email": "x"}).status_code in {400, 415}
    assert machine.post("/login", data={"email": "x"}).status_code == 400


def test_without_stripe_there_is_no_such_address_and_no_form_leads_out(app: Flask) -> None:
    client = app.test_client()
    assert client.post(WEBHOOK, data=b"{}").status_code == 404
    assert "form-action 'self';" in client.get("/login").headers["Content-Security-Policy"]


def test_forms_may_lead_to_stripes_page_where_stripe_is_set_up(machine: FlaskClient, stripe: StripeServer) -> None:
    policy = machine.get("/login").headers["Content-Security-Policy"]
    assert f"form-action 'self' {stripe.checkout_origin};" in policy
    assert policy.count(stripe.checkout_origin) == 1


def test_the_same_event_twice_at_once_has_one_effect(founded: TestDatabase, shop: Shop) -> None:
    def prepare(session: Session) -> UUID:
        return begin(session, next(iter(joining.founder(session, "founder").represents)))

    checkout_id = write_with(founded.engine, prepare)
    event = fake.outcome_event(checkout_id, EventKind.PAID, 1000, "NZD")

    def tell(session: Session) -> Outcome:
        return inbox.receive(session, WORKER, gateway="fake", event=event)

    results = joining.at_once(founded.engine, *[tell] * 4)
    assert sorted(map(str, results)) == ["booked", "repeated", "repeated", "repeated"]
    with Session(founded.engine) as session:
        assert session.scalar(select(func.count()).select_from(CardPayment)) == 1
        assert all_findings(session) == []


def test_the_same_foreign_event_twice_at_once_is_kept_once(founded: TestDatabase) -> None:
    event = fake.outcome_event(uuid4(), EventKind.PAID, 1000, "NZD")

    def tell(session: Session) -> Outcome:
        return inbox.receive(session, WORKER, gateway="fake", event=event)

    results = joining.at_once(founded.engine, *[tell] * 4)
    assert sorted(map(str, results)) == ["ignored", "repeated", "repeated", "repeated"]


def test_the_names_of_the_events_to_tick_are_those_we_understand() -> None:
    documents = (Path(__file__).parents[3] / "docs" / "running.md").read_text(encoding="utf-8")
    assert [name for name in gateway.UNDERSTOOD if f"`{name}`" not in documents] == []
