"""Suppliers, bills in every state and expense claims in the world of the tests."""

from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.approvals import operations as approvals
from coop.config import configuration
from coop.database import write
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.models import BillPaymentRun, Supplier
from ledger.chart import HOSTING
from ledger.drafts import Line
from tests.billing import Billing, paper
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Enter bills: one waits, one is to be paid, one is paid, one was refused; and claims likewise."""
    write(lambda session: _bills(session, world))
    write(lambda session: _claims(session, world))


def _bills(session: Session, world: World) -> None:
    house = Billing(session, is_founded=True)
    receipt = paper(configuration(current_app), "a bill")
    waiting = house.enter(Line(HOSTING, 9_000), Line("6300", 2_500), receipt=receipt, number="2026-104")
    due = house.entered_and_approved(number="17", due_on=house.today)
    paid = house.entered_and_approved(supplier="Tūī Hosting", number="A 9")
    house.pay(paid)
    part = house.entered_and_approved(number="19")
    house.pay(parts={part: 5_000})
    note = house.entered_and_approved(Line(HOSTING, -2_500), number="C 20")
    refused = house.enter(number="18")
    approvals.withdraw(session, house.board, act_id=house.act_of(refused).id, reason="We did not order it.")
    world.things["bill_id"] = [waiting, due, paid, refused, part, note]
    world.things["run_id"] = [session.scalars(select(BillPaymentRun.id).order_by(BillPaymentRun.id)).first()]
    world.things["supplier_id"] = list(session.scalars(select(Supplier.id).order_by(Supplier.name_key)))


def _claims(session: Session, world: World) -> None:
    house = Billing(session, is_founded=True)
    receipt = paper(configuration(current_app), "a claim")
    waiting = house.claim("secretary", house.spent(), house.spent(700), receipt=receipt)
    prepared = house.claim("secretary")
    house.assign(prepared)
    approved = house.claim("secretary")
    house.approve_act(house.assign(approved))
    refused = house.claim("secretary")
    claiming.refuse(session, house.treasurer, claim_id=refused, reason="It was a holiday.")
    world.things["claim_id"] = [waiting, prepared, approved, refused]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of suppliers, bills and claims."""
    bills: list[UUID] = world.things["bill_id"]
    claims: list[UUID] = world.things["claim_id"]
    run_id, supplier_id = world.things["run_id"][0], world.things["supplier_id"][0]
    mine = f"/as/{world.participants['secretary']}/claims"
    return {
        "bills.bills": [
            Address("treasurer", "/bills"),
            Address("auditor", "/bills?state=paid"),
            Address("board", "/bills?state=taken-back"),
        ],
        "bills.waiting": [Address("board", "/bills/waiting"), Address("treasurer", "/bills/waiting")],
        "bills.new_bill": [Address("treasurer", "/bills/new")],
        "bills.bill": [
            *(Address("treasurer", f"/bills/{bill_id}") for bill_id in bills),
            Address("board", f"/bills/{bills[0]}"),
            Address("auditor", f"/bills/{bills[0]}"),
        ],
        "bills.confirm_taking_back": [Address("treasurer", f"/bills/{bills[1]}/take-back")],
        "bills.due": [Address("treasurer", "/bills/due"), Address("auditor", "/bills/due")],
        "bills.payment": [Address("auditor", f"/bills/payments/{run_id}")],
        "bills.confirm_erasing_bill": [Address("treasurer", f"/bills/{bill_id}/erase") for bill_id in bills[1:]],
        "bills.confirm_erasing_claim": [Address("treasurer", f"/claims/{claim_id}/erase") for claim_id in claims[2:]],
        "bills.confirm_erasing_own_claim": [Address("secretary", f"{mine}/{claims[0]}/erase")],
        "bills.confirm_return": [
            Address("treasurer", f"/bills/payments/{run_id}/sent-back"),
            Address("board", f"/bills/payments/{run_id}/sent-back?bill={bills[2]}"),
        ],
        "bills.supplier_list": [Address("treasurer", "/suppliers"), Address("auditor", "/suppliers")],
        "bills.new_supplier": [Address("treasurer", "/suppliers/new")],
        "bills.supplier": [Address("treasurer", f"/suppliers/{supplier_id}")],
        "bills.edit_supplier": [Address("treasurer", f"/suppliers/{supplier_id}/edit")],
        "bills.claims": [Address("treasurer", "/claims"), Address("auditor", "/claims?state=taken-back")],
        "bills.claim": [
            *(Address("treasurer", f"/claims/{claim_id}") for claim_id in claims),
            Address("board", f"/claims/{claims[1]}"),
            Address("auditor", f"/claims/{claims[0]}"),
        ],
        "bills.confirm_taking_claim_back": [Address("treasurer", f"/claims/{claims[2]}/take-back")],
        "bills.my_claims": [
            Address("secretary", mine),
            Address("newcomer", f"/as/{world.participants['newcomer']}/claims"),
        ],
        "bills.new_claim": [Address("secretary", f"{mine}/new")],
        "bills.my_claim": [Address("secretary", f"{mine}/{claim_id}") for claim_id in claims],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    bill_id, claim_id = world.things["bill_id"][0], world.things["claim_id"][0]
    mine = f"/as/{world.participants['secretary']}/claims"
    return [
        Address("auditor", "/bills.csv"),
        Address("auditor", "/claims.csv"),
        Address("auditor", "/suppliers.csv"),
        Address("treasurer", "/bills/due/bank-list.csv"),
        Address("board", f"/bills/{bill_id}/receipt"),
        Address("auditor", f"/claims/{claim_id}/receipt"),
        Address("secretary", f"{mine}/{claim_id}/receipt"),
    ]


NO_PAGES = {
    "bills.bills_csv",
    "bills.claims_csv",
    "bills.suppliers_csv",
    "bills.bank_list",
    "bills.receipt",
    "bills.claim_receipt",
    "bills.my_receipt",
}
