"""Whose power of the board ends when an election is recorded."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import cooperative
from coop.assembly.resolutions import Resolution
from coop.database import db
from coop.identity import powers
from coop.identity.models import PowerEnding, PowerGrant
from coop.permissions import Power
from tests.coop.assembly.conftest import Assembly, motion_id
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


def recorded(assembly: Assembly, sign_in: SignIn, seats: int, *candidates: str) -> str:
    """Elect candidates and record the board."""
    path = assembly.call_election(seats, candidates)
    assembly.open(path)
    assembly.rank(path, "administrator", *candidates)
    assembly.close(path)
    page = sign_in("secretary").post(f"/elections/{motion_id(path)}/board")
    assert "The board was recorded" in page.text
    return path


def board(app: Flask, people: dict[str, UUID]) -> set[str]:
    """Return who holds the power of the board today, by how tests call them."""
    with app.app_context():
        today = cooperative.today(db.session())
        return {
            name
            for name, person_id in people.items()
            if Power.BOARD in powers.powers_of(db.session(), person_id, today)
        }


def test_the_interim_board_makes_way_and_who_is_elected_again_stays(
    app: Flask, assembly: Assembly, people: dict[str, UUID], sign_in: SignIn
) -> None:
    assert board(app, people) == {"board", "board2"}
    recorded(assembly, sign_in, 5, "board", "treasurer", "secretary", "administrator", "scrutineer")
    assert board(app, people) == {"board", "treasurer", "secretary", "administrator", "scrutineer"}
    assert sign_in("board2").get("/applications").status == 403
    with app.app_context():
        endings = db.session.execute(
            select(PowerEnding, PowerGrant).join(PowerGrant, PowerGrant.id == PowerEnding.grant_id)
        ).all()
        assert {grant.person_id for _, grant in endings} == {people["board"], people["board2"]}
        resolutions = {ending.resolution_id for ending, _ in endings}
        numbers = db.session.scalars(select(Resolution.number).where(Resolution.id.in_(resolutions))).all()
        assert len(numbers) == 1
        assert numbers[0] > 1


@pytest.mark.parametrize(("seats", "ends"), [(2, "nobody"), (5, "Wiremu Kererū")])
def test_who_begins_stays_and_ends_is_said_before_a_board_is_recorded(
    assembly: Assembly, sign_in: SignIn, seats: int, ends: str
) -> None:
    path = assembly.call_election(seats, ("board", "treasurer"))
    assembly.open(path)
    assembly.rank(path, "administrator", "board", "treasurer")
    assembly.close(path)
    said = sign_in("secretary").get(path).text
    stays = "Ana Tūī" if seats == 5 else "Ana Tūī, Wiremu Kererū"
    assert f"Begins Hana Mōrepōrepo Stays {stays} Ends {ends} " in said
    assert ("by-election" in said) == (seats == 2)


def test_an_election_without_a_ballot_shows_neither_quota_nor_chart(assembly: Assembly, sign_in: SignIn) -> None:
    path = assembly.call_election(2, ("board", "treasurer"))
    assembly.open(path)
    assembly.close(path)
    said = sign_in("secretary").get(path).text
    assert "No ballot was cast; there are as many candidates as seats." in said
    assert "quota" not in said


@pytest.mark.parametrize("seats", [1, 4])
def test_a_by_election_leaves_the_others_in_office(
    app: Flask, assembly: Assembly, people: dict[str, UUID], sign_in: SignIn, seats: int
) -> None:
    recorded(assembly, sign_in, seats, "treasurer")
    assert board(app, people) == {"board", "board2", "treasurer"}
