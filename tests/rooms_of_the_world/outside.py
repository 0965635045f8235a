"""Votes in Belenios in the world of the tests: one just opened, one that members were told of, and one whose result came back."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly import operations as motions
from coop.assembly import voting
from coop.assembly.models import Majority, MotionWords
from coop.assembly.operations import Words
from coop.assembly.outside import archives, operations
from coop.assembly.outside.asking import Told, kept
from coop.assembly.outside.models import OutsideElection
from coop.config import configuration
from coop.database import db, write
from governance.belenios.questions import fingerprint
from governance.models import Secrecy
from tests import joining, papers
from tests.belenios_files import UUID_OF_ELECTION, archive, parameters_of
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Take three proposals as far as each goes."""
    opened, told, waiting, counted = (
        write(partial(_open, world=world, title=title))
        for title in ("Rent a bus", "Plant a hedge", "Build a shed", "Keep bees")
    )
    parameters = {motion_id: write(partial(_tell, motion_id=motion_id)) for motion_id in (told, waiting, counted)}
    with clock.at(world.now + timedelta(days=8)):
        for motion_id in (waiting, counted):
            content = archive(parameters[motion_id], [[2, 1, 0]], voters=3, ballots=[0, 1, 2])
            evidence = archives.receive(configuration(app), papers.upload(content, "election.bel"))
            write(partial(_keep, motion_id=motion_id, evidence=evidence))
        write(partial(_bring_in, motion_id=counted))
    db.session.close()
    world.things["outside"] = [opened, told, waiting, counted]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the steps, and of what would be recorded."""
    opened, told, waiting, counted = (f"/proposals/{motion_id}" for motion_id in world.things["outside"])
    return {
        "assembly.outside": [
            Address(who, f"{path}/outside")
            for who in ("secretary", "board")
            for path in (opened, told, waiting, counted)
        ],
        "assembly.confirm_outside": [
            Address("secretary", f"{waiting}/outside/result"),
            Address("board", f"{counted}/outside/result"),
            Address("secretary", f"{told}/outside/result", 409),
        ],
        "assembly.proposal": [
            Address(who, path) for who in ("treasurer", "secretary") for path in (opened, told, counted)
        ],
    }


def files(world: World) -> list[Address]:
    """Return what is downloaded."""
    _, told, _, counted = (f"/proposals/{motion_id}" for motion_id in world.things["outside"])
    return [
        Address("secretary", f"{told}/outside/questions.json"),
        Address("treasurer", f"{counted}/evidence.bel"),
    ]


NO_PAGES = {"assembly.outside_question", "assembly.outside_evidence"}


def _open(session: Session, *, world: World, title: str) -> UUID:
    motion_id = motions.write_motion(
        session,
        joining.founder(session, "treasurer"),
        author_id=world.participants["treasurer"],
        words=Words(title, "All of us, in *Belenios*."),
        majority=Majority.ORDINARY,
    )
    voting.open_motion(
        session,
        joining.founder(session, "secretary"),
        motion_id=motion_id,
        closes_at=_closing(world.now),
        seen=voting.words_digest(session.get_one(MotionWords, motion_id)),
        casting=voting.Casting(Secrecy.EXTERNAL),
    )
    return motion_id


def _closing(now: datetime) -> datetime:
    return now + timedelta(days=7)


def _tell(session: Session, *, motion_id: UUID) -> bytes:
    secretary = joining.founder(session, "secretary")
    operations.hand_over(session, secretary, motion_id=motion_id)
    parameters = parameters_of(kept(session.get_one(OutsideElection, motion_id)).template("See the proposal."))
    address = f"https://vote.belenios.org/election#{UUID_OF_ELECTION}"
    told = Told(address, fingerprint(parameters), parameters.decode())
    operations.tell_members(session, secretary, motion_id=motion_id, told=told)
    return parameters


def _keep(session: Session, *, motion_id: UUID, evidence: archives.Evidence) -> None:
    operations.keep_evidence(session, joining.founder(session, "board"), motion_id=motion_id, evidence=evidence)


def _bring_in(session: Session, *, motion_id: UUID) -> None:
    seen = session.get_one(OutsideElection, motion_id).evidence_sha256
    assert seen is not None
    operations.bring_in(session, joining.founder(session, "secretary"), motion_id=motion_id, seen=seen)
