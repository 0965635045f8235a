"""The scrutineers' desk in the world of the tests: a roll-call whose sheets differ, an election on paper, one that nobody marked."""

from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop.assembly import operations, voting
from coop.assembly.elections import operations as elections
from coop.assembly.models import Majority
from coop.assembly.operations import Words
from coop.database import write
from governance.paper.sheets import BallotsFound, Pile, VotesFound
from tests import joining, scrutinising
from tests.world_contents import Address, World


def build(app: Flask, world: World) -> None:
    """Open three votes with paper, hand out ballots in two of them, and enter sheets."""
    write(lambda session: scrutinising.appoint(session, "board2"))
    roll_call = write(lambda session: _propose(session, world, "Vote by hand"))
    election = write(lambda session: _elect(session, world))
    untouched = write(lambda session: _propose(session, world, "Vote by nobody"))
    for motion_id in (roll_call, election, untouched):
        write(lambda session, motion_id=motion_id: scrutinising.open_vote(session, motion_id))  # type: ignore[misc]
    write(lambda session: _vote(session, world, election))
    members = [world.participants[name] for name in ("treasurer", "secretary", "administrator")]
    for motion_id in (roll_call, election):
        write(lambda session, motion_id=motion_id: scrutinising.mark(session, motion_id, *members))  # type: ignore[misc]
    write(lambda session: _disagree(session, roll_call, members))
    found = BallotsFound({Pile("member", 1, '["c2","c1"]'): 2}, spoilt=1)
    write(lambda session: scrutinising.enter(session, election, "scrutineer", found))
    world.things["desk"] = [roll_call, election, untouched]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages of the desk: for who has entered a sheet and who has not."""
    roll_call, election, untouched = (f"/desk/{motion_id}" for motion_id in world.things["desk"])
    no_paper = f"/desk/{world.motions['open']}"
    return {
        # The election takes paper: who has voted on the screen can take that ballot back, and nobody else.
        "assembly.withdraw_ballot": [
            Address("board", f"/as/{world.participants['board']}/votes/{world.things['desk'][1]}/withdraw"),
            Address(
                "treasurer", f"/as/{world.participants['treasurer']}/votes/{world.things['desk'][1]}/withdraw", 409
            ),
        ],
        "assembly.desk": [Address("scrutineer", "/desk"), Address("board2", "/desk")],
        "assembly.desk_vote": [
            *(Address("scrutineer", path) for path in (roll_call, election, untouched)),
            Address("board2", f"{election}?q=zzzz"),
            Address("scrutineer", no_paper, 404),
        ],
        "assembly.door_list": [Address("board2", f"{roll_call}/roll"), Address("board2", f"{election}/roll")],
        "assembly.paper_ballots": [
            Address("board2", f"{roll_call}/ballots"),
            Address("board2", f"{election}/ballots?copies=7&group=4"),
        ],
        "assembly.sheet": [
            *(Address(name, f"{path}/sheet") for path in (roll_call, election) for name in ("scrutineer", "board2"))
        ],
        "assembly.sheets": [
            Address("scrutineer", f"{roll_call}/sheets"),
            Address("scrutineer", f"{election}/sheets"),
            Address("board2", f"{election}/sheets", 409),
        ],
    }


NO_PAGES: set[str] = set()


def files(world: World) -> list[Address]:
    """Return nothing: there are no files here."""
    return []


def _propose(session: Session, world: World, title: str) -> UUID:
    return operations.write_motion(
        session,
        joining.founder(session, "treasurer"),
        author_id=world.participants["treasurer"],
        words=Words(title, "We meet in the hall."),
        majority=Majority.ORDINARY,
    )


def _elect(session: Session, world: World) -> UUID:
    secretary = joining.founder(session, "secretary")
    motion_id = operations.call_election(session, secretary, words=Words("An election on paper", "Vote!"), seats=1)
    for name in ("board", "treasurer"):
        elections.stand(
            session,
            joining.founder(session, name),
            motion_id=motion_id,
            participant_id=world.participants[name],
            statement="I stand.",
        )
    return motion_id


def _vote(session: Session, world: World, election: UUID) -> None:
    """Let one who was given no paper vote on the screen."""
    board = joining.founder(session, "board")
    voting.cast_ballot(session, board, motion_id=election, participant_id=world.participants["board"], choice=["c1"])


def _disagree(session: Session, motion_id: UUID, members: list[UUID]) -> None:
    entries = [scrutinising.entry_of(session, motion_id, one) for one in members]
    scrutinising.enter(
        session, motion_id, "scrutineer", VotesFound(dict(zip(entries, ('"for"', "null", '"against"'), strict=True)))
    )
    scrutinising.enter(session, motion_id, "board2", VotesFound(dict.fromkeys(entries, '"for"')))
