"""Members for the tests of the assembly: the founders hold a share each, but for the auditor and one of them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock
from coop.assembly.models import Candidacy, Motion
from coop.assembly.results.keeping import keep_bundle
from coop.assembly.voting import close_motion
from coop.database import db, write
from coop.membership.models import Participant
from coop.permissions import WORKER
from tests import joining, scrutinising
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]

#: Founders who paid for their share.
MEMBERS = ("board", "board2", "treasurer", "secretary", "administrator", "scrutineer")


@pytest.fixture
def members(app: Flask, participants: dict[str, UUID]) -> dict[str, UUID]:
    """The participants of those who are members, by how tests call them."""

    def work(session: object) -> None:
        for name in MEMBERS:
            joining.pay(session, participants[name])  # type: ignore[arg-type]
            joining.issue(session, participants[name])  # type: ignore[arg-type]

    with app.app_context():
        write(work)
    return {name: participants[name] for name in MEMBERS}


class Assembly:
    """Short ways through the pages of the assembly."""

    def __init__(self, app: Flask, sign_in: SignIn, members: dict[str, UUID]) -> None:
        self.app, self.sign_in, self.members = app, sign_in, members

    def write(self, title: str = "Buy a boat", majority: str = "ordinary", author: str = "treasurer") -> str:
        """Write a proposal and return its address."""
        page = self.sign_in(author).submit(
            f"/as/{self.members[author]}/proposals/new",
            {"title": title, "text": "A *small* boat.", "majority": majority},
        )
        assert page.status == 200, page.text
        return page.path

    def call_election(self, seats: int = 2, candidates: tuple[str, ...] = ("board", "board2", "treasurer")) -> str:
        """Call an election, let members stand, and return its address."""
        page = self.sign_in("secretary").submit(
            "/elections/new", {"title": "Election of the board", "text": "Vote!", "seats": str(seats)}
        )
        path = page.path
        for name in candidates:
            stood = self.sign_in(name).submit(
                f"/as/{self.members[name]}/elections/{motion_id(path)}/stand", {"statement": f"I am **{name}**."}
            )
            assert stood.status == 200, stood.text
        return path

    def open(self, path: str, **values: str) -> Page:
        """Put a motion to the vote."""
        return self.sign_in("secretary").submit(f"{path}/open", {"closes_time": "12:00", **values}, having="closes_on")

    def ballot(self, path: str, name: str) -> str:
        """Return the address of a member's ballot."""
        return f"/as/{self.members[name]}/votes/{motion_id(path)}"

    def vote(self, path: str, name: str, choice: str) -> Page:
        """Vote by roll-call."""
        return self.sign_in(name).submit(self.ballot(path, name), {"choice": choice})

    def rank(self, path: str, name: str, *names: str) -> Page:
        """Fill in and cast a secret ranked ballot, candidates by how tests call them, through the confirmation."""
        codes = self.codes(path)
        return self.fill_in(
            path, name, {f"rank-{codes[candidate]}": str(place) for place, candidate in enumerate(names, start=1)}
        )

    def fill_in(self, path: str, name: str, boxes: dict[str, str]) -> Page:
        """Fill in the boxes of a secret ballot, and cast it through the confirmation."""
        browser = self.sign_in(name)
        page = browser.get(self.ballot(path, name))
        checked = browser.send(page, page.form(button="Check my ballot"), boxes, button="Check my ballot")
        assert checked.title == "Check your ballot", checked.text
        return browser.send(checked, checked.form(button="Cast my ballot"), button="Cast my ballot")

    def codes(self, path: str) -> dict[str, str]:
        """Return the codes of the candidates by how tests call them."""
        with self.app.app_context():
            rows = db.session.execute(
                select(Candidacy.participant_id, Candidacy.option_code).where(
                    Candidacy.motion_id == UUID(motion_id(path))
                )
            )
            names = {participant_id: name for name, participant_id in self.members.items()}
            return {names[participant_id]: str(code) for participant_id, code in rows}

    def names(self) -> dict[str, str]:
        """Return the members' names by how tests call them."""
        with self.app.app_context():
            rows = db.session.execute(select(Participant.id, Participant.name))
            found = dict(rows.all())
            return {name: found[participant_id] for name, participant_id in self.members.items()}

    def close(self, path: str) -> None:
        """Let the worker count a vote, after its closing time, and make its bundle."""
        self.count(path)
        with clock.at(self.later()), self.app.app_context():
            proposal_id = db.session.scalar(select(Motion.proposal_id).where(Motion.id == UUID(motion_id(path))))
            assert proposal_id is not None
            keep_bundle(proposal_id)

    def count(self, path: str) -> None:
        """Count a vote after its closing time. Its bundle is still to be made."""
        with clock.at(self.later()), self.app.app_context():
            write(lambda session: close_motion(session, WORKER, UUID(motion_id(path))))

    @staticmethod
    def later() -> datetime:
        """Return a moment after every closing time of these tests."""
        return clock.now() + timedelta(days=30)


def motion_id(path: str) -> str:
    """Return the id at the end of a proposal's address."""
    return path.partition("#")[0].rstrip("/").rpartition("/")[2]


@pytest.fixture
def assembly(app: Flask, sign_in: SignIn, members: dict[str, UUID]) -> Assembly:
    """Short ways through the pages."""
    return Assembly(app, sign_in, members)


@pytest.fixture
def second(app: Flask, members: dict[str, UUID]) -> None:
    """Somebody of the board is a scrutineer as well."""
    with app.app_context():
        write(lambda session: scrutinising.appoint(session, "board2"))
