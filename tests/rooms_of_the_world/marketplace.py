"""A marketplace in the middle of its life: every kind of offering, and an order in every state."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.database import write
from coop.marketplace import offers, orders
from coop.marketplace.order_models import Delivery
from tests import joining, selling
from tests.world_contents import Address, World

NO_PAGES = {"marketplace.order_file", "marketplace.after_payment"}


def build(app: Flask, world: World) -> None:
    """Offer, sell, deliver and refund."""
    fellowship = write(lambda session: selling.fellowship(session, members=25_000, places=20))
    # The group has been there for days, whatever hour it is now.
    treasurer_id, group_id = world.people["treasurer"], world.participants["group"]
    with clock.at(world.now - timedelta(hours=4)):
        expired = write(lambda session: selling.buy(session, treasurer_id, group_id, fellowship)).order_id
    # So late that who is about to pay still has the time.
    with clock.at(world.now - timedelta(minutes=5)):
        world.things.update(write(lambda session: _sell(session, world, fellowship, expired)))


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the marketplace."""
    mine = {name: f"/as/{participant_id}" for name, participant_id in world.participants.items()}
    fellowship, coaching, listing, withdrawn, sold_out = world.things["offering_id"]
    bought = world.things["order_id"]
    coached, invoice, paid, listed, cancelled, expired, paying, refunded, owed = bought
    held, planned = world.things["cohort_meeting_id"]
    of = {coached: "newcomer", listed: "newcomer", paid: "newcomer", paying: "newcomer", expired: "group"}
    of |= {invoice: "group", cancelled: "group", refunded: "newcomer", owed: "group"}
    return {
        "marketplace.services": [
            Address(None, "/services"),
            Address("secretary", "/services?kind=coaching"),
            Address("newcomer", "/services?q=nothing+at+all"),
        ],
        "marketplace.service": [
            Address(None, f"/services/{coaching}"),
            *(Address("newcomer", f"/services/{one}") for one in (fellowship, listing, withdrawn, sold_out)),
            Address("secretary", f"/services/{fellowship}"),
            Address("board", f"/services/{listing}"),
        ],
        "marketplace.new_fellowship": [Address("secretary", "/fellowships/new")],
        "marketplace.new_coaching": [Address("board", "/coaching/new")],
        "marketplace.edit_service": [Address("secretary", f"/services/{coaching}/edit")],
        "marketplace.service_tax": [Address("treasurer", f"/services/{coaching}/tax", 404)],
        "marketplace.hold_meeting": [
            Address("secretary", f"/cohort-meetings/{held}"),
            Address("board", f"/cohort-meetings/{planned}"),
        ],
        "marketplace.buy": [
            Address("newcomer", f"{mine['newcomer']}/services/{coaching}/buy"),
            Address("treasurer", f"{mine['group']}/services/{coaching}/buy"),
            Address("newcomer", f"{mine['newcomer']}/services/{withdrawn}/buy", 409),
            Address("newcomer", f"{mine['newcomer']}/services/{sold_out}/buy", 409),
            Address("board", f"{mine['board']}/services/{listing}/buy", 403),
        ],
        "marketplace.my_orders": [
            Address("newcomer", f"{mine['newcomer']}/orders"),
            Address("board", f"{mine['board']}/orders"),
            Address("founder", f"{mine['founder']}/orders"),
        ],
        "marketplace.my_order": [
            Address("treasurer" if name == "group" else name, f"{mine[name]}/orders/{order_id}")
            for order_id, name in of.items()
        ],
        "marketplace.receipt": [
            Address("newcomer", f"{mine['newcomer']}/orders/{listed}/receipt"),
            Address("newcomer", f"{mine['newcomer']}/orders/{refunded}/receipt"),
            Address("treasurer", f"{mine['group']}/orders/{owed}/receipt"),
            Address("treasurer", f"{mine['group']}/orders/{expired}/receipt", 404),
        ],
        "marketplace.invoice": [
            Address("treasurer", f"{mine['group']}/orders/{invoice}/invoice"),
            Address("treasurer", f"{mine['group']}/orders/{cancelled}/invoice"),
            Address("newcomer", f"{mine['newcomer']}/orders/{paid}/invoice", 404),
        ],
        "marketplace.my_listings": [
            Address("board", f"{mine['board']}/listings"),
            Address("newcomer", f"{mine['newcomer']}/listings"),
            Address("treasurer", f"{mine['treasurer']}/listings"),
        ],
        "marketplace.new_listing": [
            Address("board", f"{mine['board']}/listings/new"),
            Address("newcomer", f"{mine['newcomer']}/listings/new", 403),
        ],
        "marketplace.edit_listing": [Address("board", f"{mine['board']}/listings/{listing}/edit")],
        "marketplace.my_sales": [
            Address("board", f"{mine['board']}/sales"),
            Address("newcomer", f"{mine['newcomer']}/sales"),
        ],
        "marketplace.my_sessions": [
            Address("board2", f"{mine['board2']}/sessions"),
            Address("newcomer", f"{mine['newcomer']}/sessions"),
        ],
        "marketplace.confirm_session": [Address("board2", f"{mine['board2']}/sessions/{coached}")],
        "marketplace.order_list": [
            Address("secretary", "/orders"),
            Address("treasurer", "/orders?state=paid&kind=coaching"),
            Address("auditor", "/orders?q=zzzz"),
        ],
        "marketplace.to_deliver": [
            Address("secretary", "/orders/to-deliver"),
            Address("auditor", "/orders/to-deliver"),
        ],
        "marketplace.order": [
            *(Address("treasurer", f"/orders/{order_id}") for order_id in bought),
            Address("secretary", f"/orders/{coached}"),
        ],
        "marketplace.deliver": [Address("secretary", f"/orders/{coached}/deliver")],
        "marketplace.refund": [
            Address("treasurer", f"/orders/{coached}/refund"),
            Address("treasurer", f"/orders/{cancelled}/refund"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return the list of orders as a file."""
    return [Address("treasurer", "/orders.csv"), Address("auditor", "/orders.csv?state=paid")]


def _sell(session: Session, world: World, fellowship: UUID, expired: UUID) -> dict[str, list[Any]]:
    person_id, buyer_id = world.people["newcomer"], world.participants["newcomer"]
    treasurer_id, group_id = world.people["treasurer"], world.participants["group"]
    coaching = selling.coaching(session, world.participants["board2"])
    listing = selling.listing(session, "board", world.participants["board"], places=5)
    withdrawn, sold_out = selling.fellowship(session), selling.fellowship(session, places=1)
    offers.withdraw(session, joining.founder(session, "secretary"), offering_id=withdrawn)
    coached = selling.bought(session, person_id, buyer_id, coaching, quantity=3)
    delivery_id = selling.hold_session(session, coached, 1)
    assert session.get(Delivery, delivery_id) is not None
    invoice = selling.buy(session, treasurer_id, group_id, fellowship, po="PO-2026-7").order_id
    paid = selling.bought(session, person_id, buyer_id, fellowship)
    listed = selling.bought(session, person_id, buyer_id, listing)
    cancelled = selling.buy(session, treasurer_id, group_id, coaching, po="").order_id
    orders.cancel(session, joining.actor_of(session, treasurer_id), order_id=cancelled)
    paying = selling.buy(session, person_id, buyer_id, sold_out).order_id
    refunded = selling.bought(session, person_id, buyer_id, listing)
    selling.refund(session, refunded, 10_000)
    owed = selling.buy(session, treasurer_id, group_id, coaching, po="").order_id
    joining.pay(session, group_id)
    selling.refund(session, owed, 1000)
    meetings = selling.meetings(session, fellowship)
    selling.hold_meeting(session, meetings[0], on=cooperative.today(session))
    return {
        "offering_id": [fellowship, coaching, listing, withdrawn, sold_out],
        "order_id": [coached, invoice, paid, listed, cancelled, expired, paying, refunded, owed],
        "cohort_meeting_id": meetings[:2],
        "delivery_id": [delivery_id],
    }
