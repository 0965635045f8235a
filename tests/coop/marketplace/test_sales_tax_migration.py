"""The revision that brought the tax of sales: what was sold before has none, and what was sold with tax does not go back."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, migrating
from coop.database import db, write
from coop.marketplace.order_models import OrderRefund, SalesOrder
from tests import joining, selling, taxing
from tests.databases import TestDatabase


def _sold_and_refunded(session: Session) -> UUID:
    buyer, coach = joining.joined(session), joining.joined(session, "Pania Reef")
    order_id = selling.bought(
        session, buyer.person_id, buyer.participant_id, selling.coaching(session, coach.participant_id), quantity=2
    )
    selling.refund(session, order_id, 1_000)
    return order_id


def _migrate(app: Flask, founded: TestDatabase, revision: str) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    founded.engine.dispose()
    (migrating.downgrade if revision < "0017" else migrating.upgrade)(founded.url, revision)


def test_orders_and_refunds_of_before_carry_no_tax(app: Flask, founded: TestDatabase) -> None:
    with app.test_request_context(), clock.at(clock.now() + timedelta(days=1)):
        order_id = write(_sold_and_refunded)
    _migrate(app, founded, "0016")
    _migrate(app, founded, "head")
    with app.app_context():
        order = db.session.get_one(SalesOrder, order_id)
        assert (order.tax_code_id, order.tax_minor, order.is_tax_added, order.amount_minor) == (None, 0, False, 24_000)
        assert db.session.scalars(select(OrderRefund.tax_minor)).all() == [0]


def test_orders_with_tax_do_not_go_back(app: Flask, founded: TestDatabase) -> None:
    with app.test_request_context(), clock.at(clock.now() + timedelta(days=1)):
        write(taxing.register)
        order_id = write(_sold_and_refunded)
    with pytest.raises(RuntimeError, match="order 1 was sold with tax"):
        _migrate(app, founded, "0016")
    with app.app_context():
        assert db.session.get_one(SalesOrder, order_id).tax_minor == 3_130
    assert migrating.current_revision(founded.engine) == migrating.head_revision()
