"""What Stripe tells of a payment before the payment itself: kept, and judged when the payment comes."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.checking import all_findings
from coop.database import db, write, write_with
from coop.payments.cards import checkouts, inbox
from coop.payments.cards import queries as card_queries
from coop.payments.cards.models import CheckoutSession, EventKind, GatewayEvent, Outcome
from coop.payments.gateways import GatewayEvent as Told
from coop.payments.gateways import fake
from coop.permissions import WORKER
from tests import joining
from tests.databases import TestDatabase
from tests.paying import Shop, begin
from tests.stripe_server import StripeServer

Event = dict[str, Any]


@pytest.fixture
def checkout_id(with_stripe: Flask) -> Iterator[UUID]:
    """A checkout for NZD 10.00 whose page at Stripe is open; the application's context is open too."""
    with with_stripe.app_context():
        made = write(lambda session: begin(session, next(iter(joining.founder(session, "founder").represents))))
        checkouts.send(made)
        yield made


@pytest.fixture
def paid(stripe: StripeServer, checkout_id: UUID) -> Event:
    """The event that it was paid."""
    row = db.session.get(CheckoutSession, checkout_id)
    assert row is not None
    db.session.remove()
    return stripe.paid(row.ref)


@pytest.fixture
def tell(with_stripe: Flask, stripe: StripeServer) -> Callable[[Event], Outcome]:
    """Tell an event as Stripe does, and return what came of it."""
    client: FlaskClient = with_stripe.test_client()

    def send(event: Event) -> Outcome:
        body, headers = stripe.signed(event)
        answer = client.post("/payments/webhook/stripe", data=body, headers=headers)
        assert answer.status_code == 200
        words = answer.get_data(as_text=True).strip()
        return next(outcome for outcome in Outcome if outcome.label == words)

    return send


def of_payment(stripe: StripeServer, paid: Event, name: str, **subject: Any) -> Event:
    """Make an event of a payment, which names nothing else of ours."""
    payment = paid["data"]["object"]["payment_intent"]
    return stripe.event(name, {"payment_intent": payment, "currency": "nzd", **subject})


def refunded(stripe: StripeServer, paid: Event, amount_minor: int = 400) -> Event:
    return of_payment(stripe, paid, "charge.refunded", amount=1000, amount_refunded=amount_minor)


def shown(checkout_id: UUID) -> list[Outcome]:
    """Return what the treasurer sees of a checkout, without what had been known."""
    db.session.remove()
    events = card_queries.events(db.session(), checkout_id)
    return sorted(event.outcome for event in events if event.outcome is not Outcome.REPEATED)


@pytest.mark.parametrize("order", list(permutations(("paid", "refund", "repeated"))))
def test_a_refund_made_at_stripe_waits_for_the_treasurer_in_whatever_order_it_is_told(
    tell: Callable[[Event], Outcome],
    stripe: StripeServer,
    shop: Shop,
    paid: Event,
    checkout_id: UUID,
    order: tuple[str, ...],
) -> None:
    refund = refunded(stripe, paid)
    for name in order:
        tell(paid if name == "paid" else refund)
    assert shown(checkout_id) == sorted([Outcome.BOOKED, Outcome.REFUND_ELSEWHERE])
    assert card_queries.waiting_count(db.session()) == 1
    assert len(shop.sold) == 1
    # All of it again changes nothing.
    assert {tell(event) for event in (refund, paid, refund)} == {Outcome.REPEATED}
    assert shown(checkout_id) == sorted([Outcome.BOOKED, Outcome.REFUND_ELSEWHERE])
    assert card_queries.waiting_count(db.session()) == 1


def test_what_was_kept_stays_and_a_row_points_back_at_it(
    tell: Callable[[Event], Outcome], stripe: StripeServer, paid: Event, checkout_id: UUID
) -> None:
    told = [
        refunded(stripe, paid, 300),
        refunded(stripe, paid, 700),
        refunded(stripe, paid, 500),
        of_payment(stripe, paid, "refund.updated", amount=300, status="failed"),
        of_payment(stripe, paid, "charge.dispute.created", amount=1000),
        stripe.event("charge.refunded", {"payment_intent": "pi_of_another_shop", "currency": "nzd"}),
    ]
    assert {tell(event) for event in told} == {Outcome.IGNORED}
    before = _kept()
    assert tell(paid) is Outcome.BOOKED
    after = _kept()
    assert {ref: after[ref] for ref in before} == before
    judged = {row.earlier_id: row for row in _rows() if row.earlier_id is not None}
    outcomes = [judged[row.id].outcome for row in _rows() if row.ref in {event["id"] for event in told[:5]}]
    assert outcomes == [
        *(Outcome.REFUND_ELSEWHERE, Outcome.REFUND_ELSEWHERE, Outcome.NOTED),
        *(Outcome.REFUND_FAILED, Outcome.DISPUTED),
    ]
    assert {row.checkout_id for row in judged.values()} == {checkout_id}
    assert card_queries.waiting_count(db.session()) == 4


def test_of_a_payment_that_does_not_fit_refunds_and_disputes_wait_too(
    tell: Callable[[Event], Outcome],
    stripe: StripeServer,
    paid: Event,
    checkout_id: UUID,
) -> None:
    paid["data"]["object"]["amount_total"] = 1001
    assert tell(of_payment(stripe, paid, "charge.dispute.created", amount=1001)) is Outcome.IGNORED
    assert tell(refunded(stripe, paid)) is Outcome.IGNORED
    assert tell(paid) is Outcome.MISMATCH
    # And after it.
    assert tell(refunded(stripe, paid, 1001)) is Outcome.REFUND_ELSEWHERE
    assert shown(checkout_id) == sorted(
        [Outcome.MISMATCH, Outcome.DISPUTED, Outcome.REFUND_ELSEWHERE, Outcome.REFUND_ELSEWHERE]
    )
    assert card_queries.waiting_count(db.session()) == 4


@pytest.mark.parametrize("changes", [{"currency": "aud"}, {"amount_refunded": None}])
def test_a_refund_that_cannot_be_compared_waits(
    tell: Callable[[Event], Outcome], stripe: StripeServer, paid: Event, checkout_id: UUID, changes: Event
) -> None:
    for early in (True, False):
        event = refunded(stripe, paid)
        event["data"]["object"] |= changes
        assert tell(event) is (Outcome.IGNORED if early else Outcome.REFUND_ELSEWHERE)
        tell(paid)
    assert card_queries.waiting_count(db.session()) == 2


def test_a_payment_and_its_refund_told_at_once_never_miss_each_other(founded: TestDatabase, shop: Shop) -> None:
    checkout_ids = write_with(founded.engine, lambda session: [_begun(session) for _ in range(6)])
    for checkout_id in checkout_ids:
        paid = fake.outcome_event(checkout_id, EventKind.PAID, 1000, "NZD")
        results = joining.at_once(founded.engine, _take(paid), _take(_refund(paid.payment_ref)))
        assert results[0] is Outcome.BOOKED
        assert results[1] in {Outcome.IGNORED, Outcome.REFUND_ELSEWHERE}
        with Session(founded.engine) as session:
            found = card_queries.events(session, checkout_id)
            assert sorted(event.outcome for event in found) == sorted([Outcome.BOOKED, Outcome.REFUND_ELSEWHERE])
    with Session(founded.engine) as session:
        assert all_findings(session) == []


def _begun(session: Session) -> UUID:
    return begin(session, next(iter(joining.founder(session, "founder").represents)))


def _take(event: Told) -> Callable[[Session], Outcome]:
    return lambda session: inbox.receive(session, WORKER, gateway=fake.NAME, event=event)


def _refund(payment_ref: str) -> Told:
    return Told(
        ref=f"fake_refund_{payment_ref}",
        kind=EventKind.REFUND,
        name="practice.refund",
        checkout_id=None,
        payment_ref=payment_ref,
        amount_minor=400,
        currency="NZD",
        fee_minor=None,
        has_failed=False,
        body="",
    )


def _rows() -> list[GatewayEvent]:
    db.session.remove()
    return list(db.session.scalars(select(GatewayEvent).order_by(GatewayEvent.received_at, GatewayEvent.id)))


def _kept() -> dict[str, tuple[object, ...]]:
    return {row.ref: (row.id, row.outcome, row.checkout_id, row.received_at, row.earlier_id) for row in _rows()}
