"""Choices between options, through the pages: asking, discussing, opening by every rule, voting by name or in secret, the result."""

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from coop import clock
from coop.assembly.checks import findings as assembly_findings
from coop.assembly.meetings import agenda
from coop.assembly.meetings.clear_days import earliest_day
from coop.assembly.meetings.errors import ChoiceDecidesNothing
from coop.assembly.models import Motion, MotionWords
from coop.assembly.resolutions import Resolution
from coop.database import db, write
from coop.demonstration import neighbours
from coop.outbox import OutboxJob
from coop.permissions import Actor, Power
from evidence.columns import table_of
from governance.checks import findings
from governance.methods import METHODS, Form
from governance.models import Kind, OpenBallot, Proposal
from tests.coop.assembly.conftest import motion_id
from tests.coop.assembly.test_rules_of_elections import BOXES, VOTERS, boxes
from tests.governance.bundled import ELECTIONS, both
from tests.html_client import Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn

ASKED = {
    "title": "When do we meet?",
    "text": "Once a year, in *person*.",
    "options": "In May\nIn August\n\nIn November\n",
    "seats": "1",
}


def ask(assembly: "Assembly", author: str = "treasurer", **changes: str) -> Page:
    """Write a choice of three options."""
    address = f"/as/{assembly.members[author]}/choices/new"
    return assembly.sign_in(author).submit(address, {**ASKED, **changes}, having="options")


def vote(assembly: "Assembly", path: str, name: str, fields: dict[str, str]) -> Page:
    """Vote by roll-call."""
    browser = assembly.sign_in(name)
    return browser.post(assembly.ballot(path, name), fields)


@pytest.mark.parametrize(("rule", "seats"), ELECTIONS)
def test_a_choice_is_held_by_roll_call_by_every_rule_and_says_who_voted_how(
    app: Flask, assembly: "Assembly", sign_in: "SignIn", rule: str, seats: int
) -> None:
    path, form = ask(assembly, seats=str(seats)).path, METHODS[rule].form
    assert "Voting is open" in assembly.open(path, rule=rule).text
    for voter, cells in zip(VOTERS, BOXES[form], strict=True):
        page = vote(assembly, path, voter, boxes(form, cells))
        assert "Your vote is recorded" in page.text, page.text
        assert "In " in page.text
    assembly.close(path)
    page = sign_in("board").get(path)
    assert "Chosen: In " in page.text
    assert "Who voted how" in page.text
    assert not [
        word for word in ("candidate", "elected", "Elected") if word in page.text.partition("Digest of the result")[0]
    ]
    with app.app_context():
        mails = db.session.scalars(select(OutboxJob).where(OutboxJob.key.like("motion-counted:%"))).all()
        assert mails
        assert all("Chosen: In " in str(mail.payload) and "4 ballots were cast." in str(mail.payload) for mail in mails)
    said = {
        Form.ONE: "In May",
        Form.APPROVED: "In May, In August",
        Form.RANKED: "1. In May, 2. In August, 3. In November",
        Form.POINTS: "In May 3, In August 1",
    }
    assert said[form] in page.text.partition("Who voted how")[2]
    assert "Who voted how" not in sign_in("founder").get(path).text
    assert both(sign_in("board").get(f"{path}/bundle.zip").response.data) == []
    with app.app_context():
        assert findings(db.session()) == []
        assert assembly_findings(db.session()) == []
        assert db.session.scalar(select(func.count()).where(Resolution.proposal_id.is_not(None))) == 0
        assert db.session.scalars(select(Proposal.kind)).one() is Kind.CHOICE


@pytest.mark.parametrize("rule", ["plurality", "irv", "star"])
def test_the_other_members_of_a_demonstration_vote_in_a_choice_by_roll_call(
    app: Flask, assembly: "Assembly", monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.setattr(neighbours, "_SHARE", 1.1)
    path = ask(assembly).path
    assembly.open(path, rule=rule)
    with app.app_context():
        closes_at = db.session.scalars(select(Proposal.closes_at)).one()
        cast = write(lambda session: neighbours.vote(session, closes_at))
        assert cast > 0
        assert db.session.scalar(select(func.count()).select_from(OpenBallot)) == cast


@pytest.mark.parametrize("rule", ["approval", "score", "schulze"])
def test_a_choice_can_be_secret(app: Flask, assembly: "Assembly", sign_in: "SignIn", rule: str) -> None:
    path, form = ask(assembly).path, METHODS[rule].form
    assembly.open(path, rule=rule, secrecy="secret")
    for voter, cells in zip(VOTERS, BOXES[form], strict=True):
        assert assembly.fill_in(path, voter, boxes(form, cells)).title == "Your ballot is in the urn"
    assembly.close(path)
    page = sign_in("founder").get(path)
    assert "Chosen: In " in page.text
    assert "In May" in sign_in("founder").get(f"{path}/ballots").text
    assert sign_in("founder").get(f"{path}/ballots.csv").status == 200
    assert both(sign_in("founder").get(f"{path}/bundle.zip").response.data) == []


def test_a_vote_is_changed_and_the_ballot_shows_what_is_recorded(app: Flask, assembly: "Assembly") -> None:
    path = ask(assembly).path
    assembly.open(path, rule="approval")
    vote(assembly, path, "board", {"approve-c1": "1", "approve-c2": "1"})
    page = assembly.sign_in("board").get(assembly.ballot(path, "board"))
    assert "Recorded: In May, In August" in page.text
    values = dict(page.form(button="Change the vote").values)
    assert (values.get("approve-c1"), values.get("approve-c3")) == ("1", None)
    vote(assembly, path, "board", {"approve-c3": "1"})
    with app.app_context():
        assert db.session.scalars(select(OpenBallot.choice).order_by(OpenBallot.version)).all() == [
            '["c1","c2"]',
            '["c3"]',
        ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"options": "In May"}, "at least 2 options"),
        ({"options": "In May\nin  may\n"}, "is there twice"),
        ({"options": "\n".join(f"Option {n}" for n in range(21))}, "These are 21 options"),
        ({"options": ""}, "Please fill this in"),
        ({"options": "x" * 300 + "\ny"}, "120 characters"),
        ({"seats": "3"}, "from 1 to 2"),
        ({"seats": "0"}, "whole number"),
        ({"title": "x"}, "at least 3 characters"),
    ],
)
def test_what_is_no_choice_is_refused_beside_its_field(
    app: Flask, assembly: "Assembly", changes: dict[str, str], message: str
) -> None:
    page = ask(assembly, **changes)
    assert (page.status, message in page.text) == (422, True), page.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Motion)) == 0


def test_only_members_ask_and_only_the_author_edits(assembly: "Assembly", sign_in: "SignIn") -> None:
    assert sign_in("founder").get(f"/as/{assembly.members['board']}/choices/new").status == 404
    path = ask(assembly).path
    assert sign_in("board").get(f"{path}/edit").status == 404
    page = sign_in("treasurer").submit(f"{path}/edit", {"options": "In June\nIn July"}, having="options")
    assert ("In July" in page.text, "In November" in page.text) == (True, False)
    page = sign_in("treasurer").submit(f"{path}/edit", {"options": "In June"}, having="options")
    assert (page.status, "at least 2 options" in page.text) == (422, True)


@pytest.mark.tampers
def test_the_options_are_frozen_with_the_words(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = ask(assembly).path
    seen = sign_in("secretary").get(f"{path}/open")
    sign_in("treasurer").submit(f"{path}/edit", {"options": "In June\nIn July"}, having="options")
    secretary = sign_in("secretary")
    fields = {**dict(secretary.get(f"{path}/open").form(having="closes_on").values), "closes_time": "12:00"}
    stale = secretary.post(f"{path}/open", {**fields, "seen": dict(seen.form(having="closes_on").values)["seen"]})
    assert stale.status == 409
    assert "Voting is open" in assembly.open(path).text
    with app.app_context():
        write(lambda session: session.execute(update(table_of(MotionWords)).values(options="In June\nNever")))
        assert "assembly-words" in {found.check for found in assembly_findings(db.session())}


def test_a_choice_whose_words_are_erased_keeps_its_result(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = ask(assembly).path
    assembly.open(path, rule="plurality")
    for voter in VOTERS:
        vote(assembly, path, voter, {"choice": "c2"})
    assembly.close(path)
    with app.app_context():
        write(lambda session: session.execute(table_of(MotionWords).delete()))
    assert "Chosen: (erased) c2." in sign_in("board").get(path).text


def test_a_choice_is_not_put_to_a_meeting(app: Flask, assembly: "Assembly", sign_in: "SignIn") -> None:
    path = ask(assembly).path
    held_on = earliest_day(clock.today("Pacific/Auckland"), 14)
    held = {"kind": "general", "held_on": held_on.isoformat(), "held_time": "18:30", "place": "Town hall"}
    called = sign_in("secretary").submit("/meetings/new", held, having="held_on").path
    assert "When do we meet?" not in sign_in("secretary").get(called).text
    meeting_id = UUID(called.removesuffix("/agenda").rpartition("/")[2])
    secretary = Actor(person_id=None, channel="command", powers=frozenset({Power.SECRETARY}))
    with app.app_context(), pytest.raises(ChoiceDecidesNothing):
        write(lambda s: agenda.add_motion(s, secretary, meeting_id=meeting_id, motion_id=UUID(motion_id(path))))


def test_nobody_sees_how_a_choice_is_going(assembly: "Assembly", sign_in: "SignIn") -> None:
    path = ask(assembly).path
    assembly.open(path, rule="score")
    vote(assembly, path, "board", {"points-c2": "5"})
    for reader in ("secretary", "auditor", "treasurer"):
        page = sign_in(reader).get(path).text
        assert ("Chosen" in page, "Who voted how" in page) == (False, False)
        assert sign_in(reader).get(f"{path}/bundle.zip").status == 409
