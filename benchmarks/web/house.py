"""A co-operative to send requests to: its members signed in, and what the pages show.

Everything is made by the operations behind the pages. Signing in is left out: a session is begun, and its cookie signed as the
application signs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask import session as cookie
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from benchmarks.ledger.books import Place
from coop import clock, migrating
from coop.app import create_app
from coop.assembly import operations, voting
from coop.assembly.models import MotionWords
from coop.assembly.operations import Words
from coop.assembly.voting import Casting
from coop.config import read_config
from coop.database import write
from coop.identity import accounts
from coop.identity.models import Person
from governance.models import Secrecy
from tests import joining


@dataclass(frozen=True)
class Visitor:
    """A person who is signed in: their cookie, and their token against forgery."""

    cookie: str
    token: str


@dataclass(frozen=True)
class House:
    """A co-operative on a database of its own, and the environment in which it is served."""

    app: Flask
    environ: Mapping[str, str]


def founded(place: Place) -> House:
    """Found a co-operative whose members need no share."""
    folder = place.folder / f"instance-{uuid4().hex}"
    folder.mkdir()
    environ = {
        "COOP_DATABASE_URL": place.new_url(),
        "COOP_SECRET_KEY": "a secret of the benchmark alone, " + uuid4().hex,
        "COOP_INSTANCE_PATH": str(folder),
        "COOP_BASE_URL": "http://127.0.0.1",
        "COOP_MAIL_URL": f"file:{folder / 'mail'}",
    }
    migrating.upgrade(environ["COOP_DATABASE_URL"])
    app = create_app(read_config(environ))
    with app.app_context():
        write(lambda session: joining.found(session, share_price_minor=None))
    return House(app, environ)


def members(house: House, count: int) -> list[joining.Joined]:
    """Let so many people join, and return them."""

    def work(session: Session) -> list[joining.Joined]:
        found = [joining.joined(session, f"Voter{number} Benchmark") for number in range(count)]
        for one in found:
            joining.enrolled(session, one, shares=0)
        return found

    with house.app.app_context():
        return write(work)


def signed_in(house: House, *person_ids: UUID) -> list[Visitor]:
    """Sign people in, with a second factor."""

    def work(session: Session) -> list[tuple[str, str]]:
        people = [session.get_one(Person, person_id) for person_id in person_ids]
        return [(accounts.sign_in_as(session, one, clock.now(), with_factor=True), one.fs_uniquifier) for one in people]

    with house.app.app_context():
        begun = write(work)
    return [_visitor(house.app, token, uniquifier) for token, uniquifier in begun]


def _visitor(app: Flask, token: str, uniquifier: str) -> Visitor:
    interface: Any = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    signing = interface.get_signing_serializer(app)
    assert signing is not None
    with app.test_request_context():
        accounts.begin_cookie(token, uniquifier)
        against_forgery = generate_csrf()
        return Visitor(f"{app.config['SESSION_COOKIE_NAME']}={signing.dumps(dict(cookie))}", against_forgery)


def put_to_vote(house: House, secrecy: Secrecy, title: str = "Buy a boat") -> UUID:
    """Open a vote and return its motion."""

    def work(session: Session) -> UUID:
        secretary = joining.founder(session, "secretary")
        motion_id = operations.table_motion(session, Words(title, "A small one, for the river."))
        session.flush()
        seen = voting.words_digest(session.get_one(MotionWords, motion_id))
        closes_at = clock.now() + timedelta(days=7)
        casting = Casting(secrecy)
        voting.open_motion(session, secretary, motion_id=motion_id, closes_at=closes_at, seen=seen, casting=casting)
        return motion_id

    with house.app.app_context():
        return write(work)
