"""Fixtures for payments by card: a shop, and the application with a pretended Stripe behind it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from coop.app import create_app
from coop.checking import all_findings
from coop.database import db
from tests import joining
from tests.databases import TestDatabase
from tests.founded import make_config
from tests.html_client import Browser
from tests.paying import Shop, open_shop
from tests.stripe_server import StripeServer, stripe_server


@pytest.fixture
def shop() -> Shop:
    """A shop that takes cards."""
    return open_shop()


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    """A pretended Stripe."""
    with stripe_server() as server:
        yield server


@pytest.fixture
def with_stripe(founded: TestDatabase, tmp_path: Path, stripe: StripeServer, shop: Shop) -> Iterator[Flask]:
    """The application as it runs where Stripe is set up; every check holds after the test."""
    config = replace(
        make_config(founded, tmp_path),
        payments="",
        stripe_secret_key=stripe.secret_key,
        stripe_webhook_secret=stripe.webhook_secret,
        stripe_api_base=stripe.api_base,
        stripe_checkout_origin=stripe.checkout_origin,
    )
    app = create_app(config)
    app.testing = True
    yield app
    with app.app_context():
        assert all_findings(db.session()) == []
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def sign_in_to() -> Callable[[Flask, str], Browser]:
    """Open a browser at an application that is signed in as a founder."""

    def sign_in(app: Flask, name: str) -> Browser:
        with app.app_context():
            person_id = joining.founder(db.session(), name).person_id
            db.session.remove()
        assert person_id is not None
        return Browser(app).sign_in_as(person_id)

    return sign_in
