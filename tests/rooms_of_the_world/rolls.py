"""Challenges of voting rolls in the world of the tests: one that waits for its answer, and one that was not upheld."""

from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly.rolls import challenges as roll_challenges
from coop.database import write
from coop.membership.models import Participant
from governance.challenges.models import Asks
from tests import joining
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Challenge the roll of the vote that is open, twice, and answer one of the two."""
    with clock.at(world.now - timedelta(minutes=30)):
        answered = write(lambda session: _challenge(session, world, "board", "board2"))
        write(lambda session: _answer(session, answered))
        waiting = write(lambda session: _challenge(session, world, "treasurer", "scrutineer"))
    world.things["challenge_id"] = [waiting, answered]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of voting rolls."""
    motions = {name: f"/proposals/{motion_id}" for name, motion_id in world.motions.items()}
    waiting, answered = world.things["challenge_id"]
    return {
        "assembly.roll": [
            Address("secretary", f"{motions['open']}/roll"),
            Address("treasurer", f"{motions['open']}/roll"),
            Address("board2", f"{motions['electing']}/roll"),
            Address("auditor", f"{motions['decided']}/roll"),
            Address("newcomer", f"{motions['open']}/roll", 404),
        ],
        "assembly.challenge_roll": [
            Address("board", f"/as/{world.participants['board']}{motions['open']}/roll/challenge"),
            Address("board", f"/as/{world.participants['board']}{motions['decided']}/roll/challenge", 404),
        ],
        "assembly.answer_challenge": [
            Address("secretary", f"/challenges/{waiting}/answer"),
            Address("secretary", f"/challenges/{answered}/answer"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return the files to download."""
    roll = f"/proposals/{world.motions['open']}/roll"
    return [Address("board", f"{roll}.json"), Address("board", f"{roll}.csv")]


NO_PAGES = {"assembly.roll_json", "assembly.roll_csv"}


def _challenge(session: Session, world: World, by: str, about: str) -> UUID:
    return roll_challenges.challenge_roll(
        session,
        joining.founder(session, by),
        motion_id=world.motions["open"],
        by_id=world.participants[by],
        whom=session.get_one(Participant, world.participants[about]).name,
        asks=Asks.STRIKE,
        grounds="They told me that they have left the region, and with it us.",
    )


def _answer(session: Session, challenge_id: UUID) -> None:
    secretary = joining.founder(session, "secretary")
    reasons = "They are a member wherever they live."
    roll_challenges.answer_challenge(session, secretary, challenge_id=challenge_id, upheld=False, reasons=reasons)
