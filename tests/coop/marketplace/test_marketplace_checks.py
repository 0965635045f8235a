"""What `coop check` finds in a marketplace whose rows or books were bent with the rules switched off."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from coop import clock
from coop.marketplace import orders
from coop.marketplace.checks import findings
from coop.marketplace.models import Offering
from coop.marketplace.order_models import Delivery, OrderPayment, OrderRefund, SalesOrder
from coop.payments.cards.inbox import receive
from coop.payments.cards.models import Checkout, EventKind, Outcome
from coop.payments.gateways import fake
from coop.payments.models import PaymentCredit
from coop.permissions import WORKER
from evidence.columns import table_of
from evidence.identifiers import new_id
from ledger import chart
from ledger.posting import Draft, Line, post
from tests import joining, selling
from tests.coop.marketplace.conftest import Shop


@pytest.fixture
def sold(shop: Shop) -> Session:
    """One of everything: a delivered session, a cohort that met, a member's sale, a refund, an invoice and a credit."""
    session, buyer = shop.session, shop.buyer
    coached = selling.bought(
        session, buyer.person_id, buyer.participant_id, selling.coaching(session, shop.coach.participant_id), quantity=2
    )
    selling.hold_session(session, coached)
    selling.refund(session, coached, 15_000)
    cohort = selling.fellowship(session, places=5)
    selling.bought(session, buyer.person_id, buyer.participant_id, cohort)
    group = selling.organisation(session, buyer.person_id)
    invoiced = selling.buy(session, buyer.person_id, group, cohort, po="PO 1")
    selling.refund(session, invoiced.order_id, 500)
    cancelled = selling.buy(session, buyer.person_id, group, cohort, po="PO 2")
    orders.cancel(session, joining.actor_of(session, buyer.person_id), order_id=cancelled.order_id)
    selling.hold_meeting(session, selling.meetings(session, cohort)[0])
    listing = selling.listing(session, "board", shop.seller.participant_id)
    selling.bought(session, buyer.person_id, buyer.participant_id, listing)
    assert findings(session) == []
    return session


def without_rules(session: Session, table: str, work: Callable[[], object]) -> None:
    """Do something that the database refuses."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    else:
        rules = session.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"), {"table": table}
        )
        for (name,) in rules.all():
            session.execute(text(f"DROP TRIGGER {name}"))
    work()
    session.expire_all()


def bend(session: Session) -> dict[str, tuple[str, Callable[[], object]]]:
    """Return what is bent, by the check that sees it."""
    amount = {"amount_minor": 1}

    def stray() -> None:
        lines = [Line(chart.BANK, 1), Line(chart.OTHER_COSTS, -1)]
        draft = Draft(clock.now().date(), "Stray", "sale", "NZD", lines, "stray", "sales_order", new_id())
        post(session, draft, now=clock.now())

    def repeated() -> None:
        one = session.scalars(select(Delivery)).first()
        assert one is not None
        columns = {column.name: getattr(one, column.name) for column in table_of(Delivery).columns}
        session.execute(table_of(Delivery).insert().values({**columns, "id": new_id(), "take": 9}))

    return {
        "order-not-booked": ("delivery", lambda: session.execute(update(Delivery).values(released_minor=1))),
        "order-entry-stray": ("ledger_entry", stray),
        "order-delivered": ("delivery", repeated),
        "order-refund-card": ("order_payment", lambda: session.execute(delete(OrderPayment))),
        "order-credited": ("payment_credit", lambda: session.execute(update(PaymentCredit).values(amount))),
        "offering-oversold": ("offering", lambda: session.execute(update(Offering).values(places=1))),
        "order-number": (
            "sales_order",
            lambda: session.execute(update(SalesOrder).values(number=SalesOrder.number + 9)),
        ),
        "order-refunded": (
            "order_refund",
            lambda: session.execute(
                update(OrderRefund).values(
                    amount_minor=OrderRefund.amount_minor * 9,
                    deferred_minor=OrderRefund.deferred_minor * 9,
                    income_minor=OrderRefund.income_minor * 9,
                )
            ),
        ),
    }


@pytest.mark.tampers
def test_what_was_bent_is_found(sold: Session) -> None:
    for check, (table, work) in bend(sold).items():
        bent = sold.begin_nested()
        without_rules(sold, table, work)
        assert check in {finding.check for finding in findings(sold)}, check
        bent.rollback()
        sold.expire_all()
    assert findings(sold) == []


def test_a_fee_that_the_processor_tells_later_is_no_finding(shop: Shop) -> None:
    session = shop.session
    placed = selling.buy(session, shop.buyer.person_id, shop.buyer.participant_id, selling.fellowship(session))
    assert placed.checkout_id is not None
    checkout = session.get_one(Checkout, placed.checkout_id)
    told = fake.outcome_event(checkout.id, EventKind.PAID, checkout.amount_minor, checkout.currency)
    assert receive(session, WORKER, gateway="stripe", event=replace(told, fee_minor=None)) is Outcome.BOOKED
    assert selling.balance(session, chart.STRIPE_BALANCE) == 30_000
    assert findings(session) == []
