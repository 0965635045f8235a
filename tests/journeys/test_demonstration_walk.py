"""The README's walk through the second year, in the demonstration as it is built: by its buttons and pages alone."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock, cooperative, worker
from coop.checking import all_findings
from coop.database import db
from coop.demonstration.build import build
from coop.demonstration.roles import ROLES
from coop.identity.models import Person
from coop.membership.models import Representative
from tests.databases import TestDatabase
from tests.founded import make_test_app
from tests.html_client import Browser
from tests.journeys import voting_scenes
from tests.journeys.scenes import confirm_accounts, follow_to, go, press
from tests.journeys.year_scenes import approve, publish_report, state_solvency
from tests.visitors import ClientVisitor, Stage

ELECTION = "Election of two directors"
#: How the scenes call whom the demonstration calls otherwise.
_CALLED = {"director": "board2"}


@pytest.fixture
def demonstration(database: TestDatabase, tmp_path: Path) -> Iterator[Flask]:
    """The demonstration, just built; every check holds after the walk."""
    empty = make_test_app(database, tmp_path)
    build(empty, lambda _: None)
    app = make_test_app(database, tmp_path)
    yield app
    with app.app_context():
        cooperative.set_clock(db.session())
        assert all_findings(db.session()) == []
    clock.run_ahead(timedelta(0))
    for one in (empty, app):
        with one.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def stage(demonstration: Flask) -> Stage:
    """Where the demonstration's people come, each signed in by their button."""

    def come(person_id: UUID | None) -> ClientVisitor:
        visitor = ClientVisitor(Browser(demonstration))
        if person_id is not None:
            press(go(visitor, "/"), labels[person_id])
        return visitor

    with demonstration.app_context():
        ids = dict(db.session.execute(select(Person.email, Person.id)).all())
        themselves = dict(db.session.execute(select(Representative.person_id, Representative.participant_id)).all())
        db.session.remove()
    people = {_CALLED.get(role.code, role.code): ids[role.email] for role in ROLES}
    labels = {ids[role.email]: role.label for role in ROLES}
    return Stage(demonstration, people, {name: themselves[one] for name, one in people.items()}, come)


def move_date(stage: Stage, place: str) -> None:
    """Press the button that moves the demonstration's date; the worker does what has become due."""
    visitor = go(stage.founder("member"), "/")
    assert isinstance(visitor, ClientVisitor)
    buttons = [words for form in visitor.page.forms for _, _, words in form.buttons]
    press(visitor, next(words for words in buttons if words.startswith(place)))
    while worker.run_once(stage.app):
        pass


def confirm_deliveries(stage: Stage) -> None:
    """Let the secretary confirm every meeting and session whose day has come."""
    secretary = go(stage.founder("secretary"), "/orders/to-deliver")
    for beginning, button in (
        ("Confirm meeting", "Confirm that it was held"),
        ("Confirm a session", "Confirm that it was held"),
    ):
        while found := [href for words, href in secretary.links().items() if words.startswith(beginning)]:
            press(go(secretary, found[0]), button)
            go(secretary, "/orders/to-deliver")


def test_the_second_year_is_walked_as_the_readme_says(stage: Stage) -> None:
    move_date(stage, "To the first day of the next year")
    year = (today_of(stage) - timedelta(days=1)).year
    warned = follow_to(go(stage.founder("treasurer"), "/"), "Close the year")
    assert "4 meetings of cohorts are not confirmed; 1 order of coaching has sessions to come." in warned.text
    confirm_deliveries(stage)
    decide_what_waits(stage)
    close_the_year(stage)
    approve_accounts(stage)
    plan = plan_the_surplus(stage)
    meeting, surplus, election = prepare_the_meeting(stage)
    move_date(stage, "To the next meeting")
    press(go(stage.founder("secretary"), f"{meeting}/open"), "Open the meeting and its votes")
    for name in ("member", "treasurer"):
        voting_scenes.vote(stage, surplus, name, "for")
    move_date(stage, "To the next closing of a vote")
    assert "Carried" in go(stage.founder("member"), surplus).text, "others have voted, so there is a quorum"
    assert "Elected: " in go(stage.founder("member"), election).text
    post_and_pay(stage, plan)
    reason = "The members have decided."
    edition = publish_report(stage, year, 2, reason=reason)
    assert reason in go(stage.newcomer(), edition).text


def decide_what_waits(stage: Stage) -> None:
    """Let the treasurer assign the accounts of the claim, and the chair approve it and the bill that waits."""
    treasurer = go(stage.founder("treasurer"), "/claims?state=waiting")
    claim = next(href for href in treasurer.links().values() if re.fullmatch("/claims/[0-9a-f-]{36}", href))
    press(go(treasurer, claim), "Ask for approval", {"lines-0-account": "5200", "lines-1-account": "6900"})
    board = go(stage.founder("board"), "/bills/waiting")
    for href in sorted(set(board.links().values())):
        if re.fullmatch("/(bills|claims)/[0-9a-f-]{36}", href):
            press(go(board, href), "Yes: Approve and book it")
    assert "Nothing waits" in go(board, "/bills/waiting").text


def close_the_year(stage: Stage) -> None:
    """Explain the line of the bank that waits, and close the year by two people."""
    treasurer = follow_to(go(stage.founder("treasurer"), "/"), "Close the year")
    closing = treasurer.path
    follow_to(treasurer, "Go there")
    follow_to(treasurer, "A/P DEPOSIT")
    press(treasurer, "Book and match", {"account": "4400"})
    press(go(treasurer, closing), "Prepare the closing")
    assert "The year is closed." in approve(stage, treasurer.path).text


def approve_accounts(stage: Stage) -> None:
    """Approve and sign the accounts, as two directors."""
    director = follow_to(go(stage.founder("board"), "/"), "Approve the accounts of")
    accounts = director.path
    press(director, "Record the approval", {"minute": "We approve the accounts."})
    for name in ("board", "board2"):
        press(go(stage.founder(name), accounts), "Yes: Sign these accounts")


def plan_the_surplus(stage: Stage) -> str:
    """Plan the surplus; return the plan's address."""
    treasurer = follow_to(go(stage.founder("treasurer"), "/books/surplus"), "Prepare a plan")
    press(treasurer, "Prepare the plan", {"reserve": "20", "fund": "10", "cash": "50"})
    return treasurer.path


def prepare_the_meeting(stage: Stage) -> tuple[str, str, str]:
    """Call the meeting, stand, state the solvency, publish the report, send the notice; return meeting, surplus and election."""
    today = today_of(stage)
    secretary = go(stage.founder("secretary"), "/meetings")
    secretary.follow("Call a meeting")
    when = {"held_on": str(today + timedelta(days=45)), "held_time": "18:30", "place": "Community hall"}
    press(secretary, "Call the meeting", {"kind": "annual", **when, "opening": "Nau mai."})
    press(secretary, "Add the accounts of the year")
    press(secretary, "Add the surplus")
    meeting = secretary.path.removesuffix("/agenda")
    secretary.follow("Add an election")
    press(secretary, "Call for nominations", {"title": ELECTION, "text": "We meet *monthly*.", "seats": "2"})
    state_solvency(stage)
    publish_report(stage, (today - timedelta(days=1)).year, 1)
    go(secretary, meeting).follow("Send the notice")
    press(secretary, "Fix the agenda and send the notice")
    votes = {words: href for words, href in secretary.links().items() if href.startswith("/proposals/")}
    surplus, election = (next(votes[one] for one in votes if name in one) for name in ("surplus", ELECTION))
    voting_scenes.stand_for_election(stage, election, ("secretary", "member", "treasurer"))
    return meeting, surplus, election


def post_and_pay(stage: Stage, plan: str) -> None:
    """Post exactly what was carried, take the list to the bank, record the payment; the member sees it."""
    own = f"/as/{stage.participants['member']}"
    press(go(stage.founder("member"), f"{own}/payout-account"), "Save", {"bank_account": "12-3141-0592653-00"})
    confirm_accounts(stage)
    treasurer = press(go(stage.founder("treasurer"), plan), "Prepare the posting")
    approve(stage, treasurer.path)
    go(treasurer, "/payouts/members")
    assert b"12-3141-0592653-00" in treasurer.download("List for the bank as CSV")
    press(treasurer, "Continue")
    press(treasurer, "Yes, record it")
    assert "Paid on" in go(stage.founder("member"), f"{own}/surplus").text


def today_of(stage: Stage) -> date:
    """Return the day that the demonstration's calendar shows."""
    with stage.app.app_context():
        cooperative.set_clock(db.session())
        day = cooperative.today(db.session())
        db.session.remove()
    return day
