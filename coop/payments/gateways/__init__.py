"""Which card processor takes payments here: Stripe, one that only pretends, or none."""

from flask import current_app

from coop import cooperative
from coop.config import Config, configuration
from coop.database import db
from coop.payments.gateways.fake import FakeGateway
from coop.payments.gateways.interface import CheckoutAsked, CheckoutBegun, Gateway, GatewayEvent, RefundAsked
from coop.payments.gateways.stripe import StripeGateway

__all__ = [
    "CheckoutAsked",
    "CheckoutBegun",
    "Gateway",
    "GatewayEvent",
    "RefundAsked",
    "current",
    "gateway",
    "is_offered",
]


def gateway(config: Config, *, is_demo: bool) -> Gateway | None:
    """Return the card processor of an installation; nothing where payment by card is not offered.

    The one that moves no money is never chosen by default in a real co-operative: what it takes is booked like real money. A
    demonstration never reaches a real one, whatever the environment says.
    """
    if is_demo or config.payments == "fake":
        return FakeGateway()
    return StripeGateway(config) if config.stripe_secret_key else None


def current() -> Gateway | None:
    """Return the card processor of the running application. Ends the read transaction, so that none is open while it is asked."""
    found = cooperative.find(db.session())
    is_demo = found is not None and found.is_demo
    db.session.remove()
    return gateway(configuration(current_app), is_demo=is_demo)


def is_offered() -> bool:
    """Say whether anything can be paid by card here."""
    found = cooperative.find(db.session())
    return gateway(configuration(current_app), is_demo=found is not None and found.is_demo) is not None
