"""Paying in pretence: what the page of the gateway that moves no money does, and the building of a demonstration.

The event goes the way of a real one, so that everything after it is the same.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from coop.payments.cards import errors, inbox
from coop.payments.cards.checkouts import CheckoutState, state_of
from coop.payments.cards.models import Checkout, EventKind, Outcome
from coop.payments.gateways import fake
from coop.permissions import WORKER


def pay(session: Session, checkout_id: UUID) -> Outcome:
    """Let a checkout be paid.

    Raises:
        NotFound, CheckoutOver
    """
    return _tell(session, checkout_id, EventKind.PAID)


def fail(session: Session, checkout_id: UUID) -> Outcome:
    """Let the payment of a checkout fail.

    Raises:
        NotFound, CheckoutOver
    """
    return _tell(session, checkout_id, EventKind.FAILED)


def _tell(session: Session, checkout_id: UUID, kind: EventKind) -> Outcome:
    checkout = session.get(Checkout, checkout_id, with_for_update=True)
    if state_of(session, checkout_id) is not CheckoutState.OPEN:
        raise errors.CheckoutOver
    assert checkout is not None
    event = fake.outcome_event(checkout_id, kind, checkout.amount_minor, checkout.currency)
    return inbox.receive(session, WORKER, gateway=fake.NAME, event=event)
