"""Payments by card: one paid, one refunded, one on suspense with its message waiting, others that failed, ran out or are open."""

from datetime import timedelta
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.database import write
from coop.payments.cards import checkouts, practice
from coop.payments.cards.models import CardRefund, GatewayEvent
from ledger import chart
from tests import joining
from tests.paying import begin as begin_for
from tests.paying import book, open_shop
from tests.world_contents import Address, World

NO_PAGES = {"cards.payments_file"}


def build(app: Flask, world: World) -> None:
    """Let the treasurer buy honey."""
    shop = open_shop()

    def work(session: Session) -> list[UUID]:
        payer, gone = world.participants["treasurer"], uuid4()
        shop.sold_out.add(gone)
        paid, failed, expired = (begin_for(session, payer) for _ in range(3))
        is_open = begin_for(session, payer, lasting=timedelta(hours=20))
        lost = begin_for(session, payer, subject_id=gone)
        practice.pay(session, paid)
        practice.pay(session, lost)
        practice.fail(session, failed)
        _refund(session, shop.sold[-1].payment_id)
        world.things["refund_id"] = list(session.scalars(select(CardRefund.id)))
        world.things["message_id"] = list(session.scalars(select(GatewayEvent.id)))
        return [paid, lost, failed, expired, is_open]

    world.things["checkout_id"] = write(work)


def _refund(session: Session, payment_id: UUID) -> None:
    treasurer = joining.founder(session, "treasurer")
    refund_id = checkouts.refund_card(session, treasurer, payment_id=payment_id, amount_minor=300, key="honey")
    book(session, f"honey-back:{refund_id}", {chart.OTHER_INCOME: 300, chart.STRIPE_BALANCE: -300})


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages."""
    made = world.things["checkout_id"]
    shown = ("paid", "attention", "refunded", "unpaid")
    return {
        "cards.payments": [
            *(Address("treasurer", f"/payments/cards?show={show}") for show in shown),
            Address("auditor", "/payments/cards?q=nobody+at+all"),
        ],
        "cards.payment": [
            *(Address("treasurer", f"/payments/cards/{checkout_id}") for checkout_id in made),
            Address("auditor", f"/payments/cards/{made[1]}"),
        ],
        "paying.practice_page": [Address("treasurer", f"/payments/fake/{made[place]}") for place in (0, 2, 3, 4)],
    }


def files(world: World) -> list[Address]:
    """Return what is downloaded."""
    return [Address("auditor", "/payments/cards.csv")]
