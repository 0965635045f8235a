"""Paying by card in pretence: checkouts, their page, and what it refuses."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock
from coop.config import Config, configuration
from coop.database import db, write
from coop.payments import gateways
from coop.payments.cards import checkouts, practice
from coop.payments.cards.checkouts import CheckoutState, PaidCheckout, card_payment_of, state_of
from coop.payments.cards.errors import CheckoutOver
from coop.payments.cards.models import CardPayment, Checkout, CheckoutSession, CheckoutText, GatewayEvent, Outcome
from coop.payments.gateways import fake
from coop.permissions import Actor, NotFound
from ledger.models import Account, Entry, Posting
from tests.html_client import Browser
from tests.paying import CODE, DESCRIPTION, Shop, begin

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
