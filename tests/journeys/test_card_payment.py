"""Paying at Stripe in Chromium: from a form of ours over a redirect to another origin, which the page's policy must allow."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, redirect, render_template_string
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.wrappers import Response

from coop.app import create_app
from coop.checking import all_findings
from coop.database import db, write
from coop.identity.models import Person
from coop.payments.cards import checkouts
from coop.permissions import public
from tests import joining
from tests.browser import CHROMIUM, MISSING, Served, Window, chromium
from tests.conftest import leave_out
from tests.databases import Templates, TestDatabase
from tests.founded import make_config
from tests.html_client import Browser
from tests.paying import Shop, begin, open_shop
from tests.stripe_server import StripeServer, stripe_server

_FORM = """{% extends "base.html" %}{% block main %}<h1>Honey</h1>
<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"><button>Buy by card</button></form>
{% endblock %}"""


@pytest.fixture
def kind(templates: Templates) -> str:
    """Use SQLite alone: the browser sees no difference."""
    return "sqlite"


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    """A pretended Stripe."""
    with stripe_server() as server:
        yield server


@pytest.fixture
def served(founded: TestDatabase, tmp_path: Path, stripe: StripeServer) -> Iterator[Served]:
    """The application with Stripe set up and a page where honey is bought, behind a port."""
    config = replace(
        make_config(founded, tmp_path),
        payments="",
        stripe_secret_key=stripe.secret_key,
        stripe_webhook_secret=stripe.webhook_secret,
        stripe_api_base=stripe.api_base,
        stripe_checkout_origin=stripe.checkout_origin,
    )
    made = Served(create_app(config))
    # The port is known only now, and the payer has to come back to it.
    made.app.extensions["coop_config"] = replace(config, base_url=made.address)
    stripe.webhook_url = f"{made.address}/payments/webhook/stripe"
    yield made
    made.stop()
    with made.app.app_context():
        assert all_findings(db.session()) == []
        db.session.remove()
        db.engine.dispose()


def _open_counter(app: Flask) -> UUID:
    """Add the page where honey is bought, and return the person who buys."""
    with app.app_context():
        person_id = db.session.scalars(select(Person.id).where(Person.email == "founder@kanopi.example")).one()
        payer = joining.participant_of(db.session(), person_id)
        db.session.remove()

    @public
    def buy() -> Response:
        checkout_id = write(lambda session: begin(session, payer))
        return redirect(checkouts.send(checkout_id), 303)

    app.add_url_rule("/honey", "honey", public(lambda: render_template_string(_FORM)))
    app.add_url_rule("/honey", "honey_bought", buy, methods=["POST"])
    return person_id


@pytest.mark.parametrize("has_script", [True, False], ids=["with-script", "without-script"])
def test_a_payer_is_sent_to_stripe_and_comes_back_with_the_payment_booked(
    served: Served, stripe: StripeServer, has_script: bool
) -> None:
    if CHROMIUM is None:
        leave_out(MISSING)
    shop: Shop = open_shop()
    person_id = _open_counter(served.app)
    cookie = Browser(served.app).sign_in_as(person_id).client.get_cookie("session")
    assert cookie is not None
    with chromium() as browser:
        context = browser.new_context(java_script_enabled=has_script)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": served.address}])
        window = Window(context, served.address)
        assert window.open("/honey") == 200
        window.page.get_by_role("button", name="Buy by card").click()
        expect(window.page.get_by_role("heading")).to_have_text("Pay NZD 10.00")
        assert window.page.url.startswith(stripe.checkout_origin)
        window.page.get_by_role("button", name="Pay now").click()
        window.page.wait_for_url(f"{served.address}/membership/terms")
        context.close()
    assert [sold.amount_minor for sold in shop.sold] == [1000]
    elsewhere = [complaint for complaint in window.complaints if stripe.checkout_origin not in complaint]
    assert elsewhere == []


def test_a_policy_that_does_not_name_stripe_stops_the_browser(served: Served, stripe: StripeServer) -> None:
    """Otherwise the test above would prove nothing."""
    if CHROMIUM is None:
        leave_out(MISSING)
    open_shop()
    _open_counter(served.app)

    @served.app.after_request
    def forget_stripe(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = "default-src 'none'; form-action 'self'"
        return response

    with chromium() as browser:
        context = browser.new_context()
        window = Window(context, served.address)
        assert window.open("/honey") == 200
        with window.page.expect_event("console", lambda message: "form-action" in message.text):
            window.page.get_by_role("button", name="Buy by card").click()
        assert window.page.url == f"{served.address}/honey"
        context.close()
