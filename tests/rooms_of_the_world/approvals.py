"""Acts of two people in the world of the tests: one waits, one is done, one was refused; and the pages of second factors."""

from dataclasses import replace

from flask import Flask
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations
from coop.approvals.models import TwoPersonAct
from coop.database import write
from coop.identity.forms import GrantAsked
from coop.identity.operations import prepare_grant
from coop.permissions import Power
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Prepare three powers, and let two of them come to an end."""

    def work(session: Session) -> None:
        today = cooperative.today(session)
        asked = GrantAsked(world.people["founder"], Power.SCRUTINEER, today, None, today, "As the board decided.")
        secretary, board = joining.founder(session, "secretary"), joining.founder(session, "board")
        waiting, done, refused = (
            prepare_grant(session, secretary, replace(asked, power=power))
            for power in (Power.SCRUTINEER, Power.AUDITOR, Power.BOARD)
        )
        operations.approve(session, board, act_id=done, seen=session.get_one(TwoPersonAct, done).digest)
        operations.withdraw(session, board, act_id=refused, reason="The board is elected.")
        world.things["act_id"] = [waiting, done, refused]

    write(work)


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of this room, and those of second factors."""
    waiting, done, refused = (f"/approvals/{act_id}" for act_id in world.things["act_id"])
    return {
        "approvals.acts": [Address(name, "/approvals") for name in ("board", "secretary", "treasurer", "auditor")],
        "approvals.done": [Address("auditor", "/approvals/done"), Address("board", "/approvals/done?q=zzzz")],
        "approvals.act": [
            Address("board", waiting),
            Address("secretary", waiting),
            Address("auditor", waiting),
            Address("auditor", done),
            Address("secretary", refused),
        ],
        "factor.overview": [
            Address("treasurer", "/account/second-factor"),
            Address("newcomer", "/account/second-factor"),
        ],
        "factor.set_up": [
            Address("treasurer", "/account/second-factor/set-up"),
            Address("newcomer", "/account/second-factor/set-up"),
        ],
        "factor.reset": [Address("administrator", "/second-factors/reset")],
    }


def files(world: World) -> list[Address]:
    """Return nothing: there are no files here."""
    return []


#: The second step of signing in, which nobody reaches without the first, and pages of the library that ours replace.
NO_PAGES = {
    "security.two_factor_token_validation",
    "security.mf_recovery",
    "security.two_factor_setup",
    "security.two_factor_rescue",
    "security.tf_select",
    "security.mf_recovery_codes",
}
