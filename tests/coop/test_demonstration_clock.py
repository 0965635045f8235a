"""The demonstration's date: it moves on to what comes next, never back, and what is due by then happens."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock, cooperative
from coop.assembly.models import Motion
from coop.database import db, write
from coop.demonstration import clockwork
from coop.permissions import NotFound
from governance.models import Outcome
from ledger.years.periods import fiscal_years
from tests import world as worlds
from tests.databases import Templates, TestDatabase
from tests.html_client import Browser
from tests.world_contents import World


@pytest.fixture
def founded(founded: TestDatabase, request: pytest.FixtureRequest) -> TestDatabase:
    """A demonstration, where a test asks for its world."""
    if "world" in request.fixturenames:
        worlds.mark_as_demonstration(founded)
    return founded


@pytest.fixture
def world(kind: str, templates: Templates, app: Flask, tmp_path: Path) -> World:
    """The world of the tests, in a demonstration whose date was moved on to it."""
    made = templates.things_in_world(kind, tmp_path)
    with app.app_context():
        write(lambda session: _move(session, made.now))
        db.session.remove()
    return made


def _move(session: object, moment: datetime) -> None:
    cooperative.current(session).ahead_seconds = int((moment - datetime.now(UTC)).total_seconds())  # type: ignore[arg-type]


def button_to(browser: Browser, place: str) -> str:
    """Return the words of the button that moves the date to a place."""
    return next(
        words for form in browser.get("/").forms for _, _, words in form.buttons if words.startswith(f"To {place}:")
    )


def outcome_of(app: Flask, motion_id: UUID) -> Outcome | None:
    with app.app_context():
        return db.session.scalar(
            select(Outcome).join(Motion, Motion.proposal_id == Outcome.proposal_id).where(Motion.id == motion_id)
        )


def test_at_the_next_closing_the_vote_is_counted_and_nobody_is_signed_out(app: Flask, world: World) -> None:
    browser = Browser(app).sign_in_as(world.people["treasurer"])
    assert outcome_of(app, world.motions["open"]) is None
    page = browser.submit("/", button=button_to(browser, "the next closing of a vote"))
    assert page.status == 200
    assert "It is now" in page.text
    assert page.title != "Sign in"
    assert outcome_of(app, world.motions["open"]) is not None


def test_on_the_first_day_of_the_next_year_its_books_are_open(app: Flask, world: World) -> None:
    browser = Browser(app).sign_in_as(world.people["treasurer"])
    with app.app_context():
        last_known = fiscal_years(db.session())[0].ends_on
    for _ in range(2):
        page = browser.submit("/", button=button_to(browser, "the first day of the next year"))
        assert page.status == 200
    with app.app_context():
        cooperative.set_clock(db.session())
        assert cooperative.today(db.session()) > last_known
        assert fiscal_years(db.session())[0].ends_on > cooperative.today(db.session())


def test_the_date_never_goes_back(app: Flask, world: World) -> None:
    with app.test_request_context():
        cooperative.set_clock(db.session())
        now = clock.now()
        assert all(stop.moment > now for stop in clockwork.stops(db.session()))
        with pytest.raises(NotFound):
            write(lambda session: clockwork.move_on(session, "yesterday"))
        cooperative.set_clock(db.session())
        assert clock.now() - now < timedelta(minutes=1)


def test_a_real_co_operative_keeps_the_real_time(app: Flask) -> None:
    with app.test_request_context():
        write(lambda session: _move(session, datetime.now(UTC) + timedelta(days=400)))
        cooperative.set_clock(db.session())
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
        with pytest.raises(NotFound):
            write(lambda session: clockwork.move_on(session, "year-end"))
    assert Browser(app).client.post("/demo/date/year-end").status_code in {400, 404}
