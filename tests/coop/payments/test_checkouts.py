"""Paying by card in pretence: checkouts, their page, and what it refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, worker
from coop.config import Config, configuration
from coop.database import db, write
from coop.outbox import OutboxJob
from coop.payments import gateways
from coop.payments.cards import checkouts, inbox, practice
from coop.payments.cards.checkouts import CheckoutState, PaidCheckout, card_payment_of, state_of
from coop.payments.cards.errors import CheckoutOver
from coop.payments.cards.models import (
    CardPayment,
    Checkout,
    CheckoutEnded,
    CheckoutSession,
    CheckoutText,
    EventKind,
    GatewayEvent,
    Outcome,
)
from coop.payments.gateways import CheckoutAsked, CheckoutBegun, fake
from coop.permissions import WORKER, Actor, NotFound
from ledger.models import Account, Entry, Posting
from tests import joining
from tests.html_client import Browser
from tests.paying import CODE, DESCRIPTION, Shop, begin
from tests.stripe_server import StripeServer

SignIn = Callable[[str], Browser]


@pytest.fixture
def checkout_id(app: Flask, shop: Shop, participants: dict[str, UUID]) -> UUID:
    """A checkout of the founder's, for NZD 10.00."""
    with app.app_context():
        return write(lambda session: begin(session, participants["founder"]))


def count(mapped: type) -> int:
    db.session.remove()
    return db.session.scalar(select(func.count()).select_from(mapped)) or 0


def balances() -> dict[str, int]:
    """Return what stands on the accounts that payments by card move."""
    db.session.remove()
    rows = db.session.execute(
        select(Account.code, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .group_by(Account.code)
    )
    return {code: int(total) for code, total in rows if total}


def jobs() -> list[tuple[str, bool]]:
    """Return what the worker has to do and whether it is done, but for mail."""
    db.session.remove()
    found = db.session.scalars(select(OutboxJob).where(OutboxJob.kind.startswith("card-")))
    return [(job.kind, job.done_at is not None) for job in found]


def state(checkout_id: UUID) -> CheckoutState:
    db.session.remove()
    return state_of(db.session(), checkout_id)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "fee_minor"),
    # 2.9 % and 0.30: 10.00 -> 0.59; 0.50 -> 0.3145; 5.00 -> 0.445, half up; 0.05 -> all of it; yen have no cents.
    [(1000, "NZD", 59), (50, "NZD", 31), (500, "NZD", 45), (5, "NZD", 5), (1000, "JPY", 29), (1000, "KWD", 329)],
)
def test_the_pretended_processor_keeps_a_fee_rounded_half_up(amount_minor: int, currency: str, fee_minor: int) -> None:
    assert fake.fee(amount_minor, currency) == fee_minor


def test_the_page_says_that_no_money_moves_and_pays(app: Flask, sign_in: SignIn, shop: Shop, checkout_id: UUID) -> None:
    founder = sign_in("founder")
    with app.app_context():
        address = checkouts.send(checkout_id)
        assert checkouts.send(checkout_id) == address
        assert count(CheckoutSession) == 1
    page = founder.get(address)
    assert page.status == 200
    assert "No money moves here" in page.text
    assert DESCRIPTION in page.text
    assert "NZD 10.00" in page.text.replace("\u00a0", " ")
    done = founder.send(page, page.form(button="Pay"), button="Pay")
    assert done.path == "/membership/terms"
    with app.app_context():
        assert balances() == {"1100": 941, "6200": 59, "4900": -1000}
        payment = card_payment_of(db.session(), shop.sold[0].subject_id)
        assert payment is not None
        assert (payment.id, payment.fee_minor) == (shop.sold[0].payment_id, 59)
    again = founder.send(page, page.form(button="Pay"), button="Pay")
    assert (again.status, "it has been paid" in again.text) == (409, True)
    assert "Paid. Nothing more can be paid here" in founder.get(address).text
    assert len(shop.sold) == 1


def test_a_payment_that_fails_books_nothing_and_is_over(
    app: Flask, sign_in: SignIn, shop: Shop, checkout_id: UUID
) -> None:
    founder = sign_in("founder")
    page = founder.get(f"/payments/fake/{checkout_id}")
    assert founder.send(page, page.form(button="Let it fail"), button="Let it fail").status == 200
    with app.app_context():
        assert state(checkout_id) is CheckoutState.FAILED
        with pytest.raises(CheckoutOver):
            checkouts.send(checkout_id)
        assert (balances(), count(CardPayment), count(GatewayEvent)) == ({}, 0, 1)
    assert "The payment failed. Nothing more" in founder.get(f"/payments/fake/{checkout_id}").text
    assert founder.send(page, page.form(button="Pay"), button="Pay").status == 409
    assert shop.sold == []


def test_only_who_represents_the_payer_reaches_the_page(sign_in: SignIn, client: Browser, checkout_id: UUID) -> None:
    path = f"/payments/fake/{checkout_id}"
    assert sign_in("treasurer").get(path).status == 404
    assert sign_in("treasurer").post(path, {"outcome": "pay"}).status == 404
    assert sign_in("founder").get(f"/payments/fake/{uuid4()}").status == 404
    assert sign_in("founder").post(path, {"outcome": "steal"}).status == 400
    assert client.get(path).path.startswith("/login")


def test_a_checkout_whose_time_is_over_cannot_be_paid(app: Flask, sign_in: SignIn, checkout_id: UUID) -> None:
    founder = sign_in("founder")
    page = founder.get(f"/payments/fake/{checkout_id}")
    with clock.at(clock.now() + timedelta(hours=1, seconds=1)):
        assert "Not paid in time" in founder.get(f"/payments/fake/{checkout_id}").text
        assert founder.send(page, page.form(button="Pay"), button="Pay").status == 409
        with app.app_context():
            with pytest.raises(CheckoutOver):
                checkouts.send(checkout_id)
            assert (state(checkout_id), count(GatewayEvent)) == (CheckoutState.EXPIRED, 0)


def test_the_time_to_pay_is_brought_within_what_gateways_take(
    app: Flask, shop: Shop, participants: dict[str, UUID]
) -> None:
    now = clock.now()
    with app.app_context(), clock.at(now):

        def lasting(span: timedelta) -> timedelta:
            def work(session: Session) -> UUID:
                return checkouts.begin(
                    session,
                    participant_id=participants["founder"],
                    amount_minor=1,
                    description="x" * 300,
                    purpose="test-goods",
                    subject_id=uuid4(),
                    expires_at=now + span,
                )

            made = db.session.get(Checkout, write(work))
            assert made is not None
            return made.expires_at - now.replace(microsecond=0)

        assert lasting(timedelta(minutes=1)) == checkouts.SHORTEST
        assert lasting(timedelta(days=3)) == checkouts.LONGEST
        assert lasting(timedelta(hours=2)) == timedelta(hours=2)


def test_a_checkout_that_has_ended_is_over_on_every_way(app: Flask, sign_in: SignIn, checkout_id: UUID) -> None:
    founder = sign_in("founder")
    with app.app_context():
        path = checkouts.send(checkout_id)
        page = founder.get(path)
        for _ in range(2):
            write(lambda session: checkouts.end(session, checkout_id))
        assert state(checkout_id) is CheckoutState.CANCELLED
        assert count(CheckoutEnded) == 1
        with pytest.raises(CheckoutOver):
            checkouts.send(checkout_id)
    assert "Cancelled. Nothing more can be paid here" in founder.get(path).text
    for button in ("Pay", "Let it fail"):
        refused = founder.send(page, page.form(button=button), button=button)
        assert (refused.status, "was cancelled" in refused.text) == (409, True)
    assert "Cancelled" in sign_in("treasurer").get("/payments/cards?show=unpaid").text
    with app.app_context():
        assert (balances(), count(CardPayment), count(GatewayEvent)) == ({}, 0, 0)
        with pytest.raises(NotFound):
            write(lambda session: checkouts.end(session, uuid4()))
        # The worker closes its page, as often as it is asked to.
        worker.run_once(app)
        assert jobs() == [("card-expire", True)]


def test_the_page_at_stripe_is_expired_by_the_worker_and_a_paid_one_is_left(
    with_stripe: Flask, stripe: StripeServer, shop: Shop
) -> None:
    with with_stripe.app_context():
        payer = next(iter(joining.founder(db.session(), "founder").represents))
        first, second, third = (write(lambda session: begin(session, payer)) for _ in range(3))
        refs = {made: _opened_at_stripe(made) for made in (first, second, third)}
        for made in refs:
            write(partial(checkouts.end, checkout_id=made))
        stripe.paid(refs[second])
        stripe.ill_with = 503
        worker.run_once(with_stripe)
        assert jobs() == [("card-expire", False)] * 3
        stripe.ill_with = None
        with clock.at(clock.now() + timedelta(minutes=5)):
            worker.run_once(with_stripe)
            worker.run_once(with_stripe)
        assert jobs() == [("card-expire", True)] * 3
        found = {made: stripe.sessions[ref]["status"] for made, ref in refs.items()}
        assert found == {first: "expired", second: "complete", third: "expired"}
        # Who was quicker has paid: it is booked, and what was bought decides.
        body, headers = stripe.signed(stripe.session_event(refs[second]))
        assert with_stripe.test_client().post("/payments/webhook/stripe", data=body, headers=headers).status_code == 200
        assert (state(second), len(shop.sold)) == (CheckoutState.PAID, 1)


def test_stripe_is_not_asked_about_a_page_whose_time_is_over(with_stripe: Flask, stripe: StripeServer) -> None:
    with with_stripe.app_context():
        made = write(lambda session: begin(session, next(iter(joining.founder(session, "founder").represents))))
        _opened_at_stripe(made)
        write(lambda session: checkouts.end(session, made))
        asked = list(stripe.asked)
        with clock.at(clock.now() + timedelta(hours=1, seconds=1)):
            worker.run_once(with_stripe)
        assert (jobs(), stripe.asked) == ([("card-expire", True)], asked)


def test_nobody_is_sent_to_a_page_that_was_opened_while_its_checkout_ended(
    with_stripe: Flask, stripe: StripeServer
) -> None:
    with with_stripe.app_context():
        made = write(lambda session: begin(session, next(iter(joining.founder(session, "founder").represents))))
        # Stripe has answered, and before the page is remembered the checkout ends.
        ref = _opened_at_stripe(made, remembered=False)
        write(lambda session: checkouts.end(session, made))
        begun = CheckoutBegun(ref, stripe.sessions[ref]["url"], clock.now())
        assert write(lambda session: checkouts._remember(session, made, "stripe", begun)) is None
        worker.run_once(with_stripe)
        assert stripe.sessions[ref]["status"] == "expired"


def _opened_at_stripe(checkout_id: UUID, *, remembered: bool = True) -> str:
    """Open the page of a checkout at Stripe and return its name there."""
    if remembered:
        checkouts.send(checkout_id)
        row = db.session.get(CheckoutSession, checkout_id)
        assert row is not None
        ref = row.ref
        db.session.remove()
        return ref
    gateway = gateways.current()
    assert gateway is not None
    asked = CheckoutAsked(checkout_id, 1000, "NZD", DESCRIPTION, "http://x", clock.now() + timedelta(hours=1), uuid4())
    return gateway.begin(asked).ref


def test_what_is_paid_after_the_end_is_booked_all_the_same(app: Flask, shop: Shop, checkout_id: UUID) -> None:
    with app.app_context():
        write(lambda session: checkouts.end(session, checkout_id))
        event = fake.outcome_event(checkout_id, EventKind.PAID, 1000, "NZD")
        told = write(lambda session: inbox.receive(session, WORKER, gateway=fake.NAME, event=event))
        assert (told, state(checkout_id), len(shop.sold)) == (Outcome.BOOKED, CheckoutState.PAID, 1)
        # No page was open, so none has to be closed.
        assert jobs() == []


def test_an_unknown_checkout_is_sent_nowhere(app: Flask) -> None:
    with app.app_context(), pytest.raises(NotFound):
        checkouts.send(uuid4())


def test_what_its_purpose_refuses_stands_on_the_suspense_account(
    app: Flask, shop: Shop, participants: dict[str, UUID]
) -> None:
    subject_id = uuid4()
    with app.app_context():
        checkout_id = write(lambda session: begin(session, participants["founder"], subject_id=subject_id))
        shop.sold_out.add(subject_id)
        assert write(lambda session: practice.pay(session, checkout_id)) is Outcome.SUSPENSE
        assert balances() == {"1100": 941, "6200": 59, "1990": -1000}
        assert card_payment_of(db.session(), subject_id) is None
        assert state(checkout_id) is CheckoutState.PAID
        payment = db.session.scalars(select(CardPayment)).one()
        assert payment.refused_because == "SoldOut"


def test_money_is_not_lost_where_a_key_of_the_purpose_refuses(
    app: Flask, shop: Shop, participants: dict[str, UUID]
) -> None:
    def paid(session: Session, _: Actor, told: PaidCheckout) -> None:
        session.add(CheckoutText(checkout_id=told.checkout_id, description="A second one"))
        session.flush()

    with app.app_context():
        checkout_id = write(lambda session: begin(session, participants["founder"]))
        checkouts.register_purpose(replace(checkouts.purpose_named(CODE), paid=paid))
        assert write(lambda session: practice.pay(session, checkout_id)) is Outcome.SUSPENSE
        assert balances() == {"1100": 941, "6200": 59, "1990": -1000}


def test_card_payment_is_offered_by_the_demonstration_a_rehearsal_or_stripe_and_else_not_at_all(app: Flask) -> None:
    plain = Config(database_url="", secret_key="", instance_path=configuration(app).instance_path)
    real = Config(
        database_url="",
        secret_key="",
        instance_path=plain.instance_path,
        stripe_secret_key="sk_test_x",
        stripe_webhook_secret="whsec_x",
    )
    assert gateways.gateway(plain, is_demo=False) is None
    found = [gateways.gateway(real, is_demo=False), gateways.gateway(real, is_demo=True)]
    assert [gateway and gateway.name for gateway in found] == ["stripe", "fake"]
    with app.app_context():
        assert gateways.is_offered()
