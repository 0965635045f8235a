"""The scrutineers' desk through its pages: opening a vote with paper, marking, sheets, differences, the count."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from coop import clock
from coop.audit import AuditEvent
from coop.database import db, write
from coop.outbox import OutboxJob
from coop.worker import run_once
from governance.counts import options_of, standing_open_ballots
from governance.models import Ballot, OpenBallot, Outcome
from governance.paper.models import PaperMark, PaperSheet
from tests import scrutinising
from tests.html_client import Browser, Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

SignIn = Callable[[str], Browser]


def _id(path: str) -> str:
    return path.partition("#")[0].rpartition("/")[2]


def _resolution(assembly: "Assembly") -> str:
    path = assembly.write()
    assert "Voting is open" in assembly.open(path, takes_paper="y").text
    return path


def _election(assembly: "Assembly") -> str:
    path = assembly.call_election()
    assert "Voting is open" in assembly.open(path, takes_paper="y").text
    return path


def _desk(path: str, rest: str = "") -> str:
    return f"/desk/{_id(path)}{rest}"


def _mark(sign_in: SignIn, assembly: "Assembly", path: str, *names: str) -> Page:
    """Find members by their names and hand a ballot to each."""
    browser = sign_in("scrutineer")
    called = assembly.names()
    for name in names:
        found = browser.get(f"{_desk(path)}?q={called[name].split()[0]}")
        page = browser.send(found, found.form(having="entry_id"))
        assert f"{called[name]} is marked." in page.text
    return page


def _sheet(app: Flask, assembly: "Assembly", path: str, **answers: str) -> dict[str, str]:
    """Return the boxes of a sheet of a roll-call by how tests call members."""
    with app.app_context():
        return {
            f"vote-{scrutinising.entry_of(db.session(), UUID(_id(path)), assembly.members[name])}": answer
            for name, answer in answers.items()
        }


def _enter(sign_in: SignIn, name: str, path: str, boxes: dict[str, str]) -> Page:
    browser = sign_in(name)
    page = browser.get(_desk(path, "/sheet"))
    return browser.send(page, page.form(button="Enter the sheet"), boxes)


def test_a_vote_with_paper_needs_two_scrutineers_in_office(app: Flask, assembly: "Assembly") -> None:
    path = assembly.write()
    refused = assembly.open(path, takes_paper="y")
    assert (refused.status, "so many hold the power now: 1" in refused.text) == (409, True)
    with app.app_context():
        write(lambda session: scrutinising.appoint(session, "board2"))
    assert "Voting is open" in assembly.open(path, takes_paper="y").text


@pytest.mark.usefixtures("second")
def test_the_desk_is_the_scrutineers_and_lists_votes_that_take_paper(
    app: Flask, assembly: "Assembly", sign_in: SignIn
) -> None:
    assert "No vote takes paper at the moment" in sign_in("scrutineer").get("/desk").text
    path, without = _resolution(assembly), assembly.write("Without paper")
    assembly.open(without)
    desk = sign_in("scrutineer").get("/desk")
    assert ("Buy a boat" in desk.links, "Without paper" in desk.links) == (True, False)
    assert "Scrutineers’ desk" in sign_in("scrutineer").get("/").links
    assert "Scrutineers’ desk" not in sign_in("secretary").get("/").links
    assert sign_in("scrutineer").get(_desk(without)).status == 404
    assert sign_in("scrutineer").get("/desk/00000000-0000-0000-0000-000000000000").status == 404
    for rest in ("", "/roll", "/ballots", "/sheet", "/sheets"):
        for name in ("secretary", "board", "administrator", "auditor", "founder"):
            assert sign_in(name).get(_desk(path, rest)).status == 403
    secretary = sign_in("secretary")
    assert secretary.post(_desk(path, "/marks"), {"entry_id": "x"}).status == 403
    assert secretary.post(_desk(path, "/sheet"), {}).status == 403


@pytest.mark.usefixtures("second")
def test_who_asks_for_a_ballot_is_found_by_name_and_marked_once(
    app: Flask, assembly: "Assembly", sign_in: SignIn
) -> None:
    path = _election(assembly)
    name = assembly.names()["treasurer"]
    scrutineer = sign_in("scrutineer")
    found = scrutineer.get(f"{_desk(path)}?q={name.split()[0]}")
    assert f"{name}, member number" in found.text
    form = found.form(having="entry_id")
    assert "has one on paper" in scrutineer.send(found, form).text
    again = scrutineer.send(found, form)
    assert (again.status, "marked already" in again.text) == (409, True)
    assert "Nobody found" in scrutineer.get(f"{_desk(path)}?q=zzzz").text
    for entry in ("", "x", "00000000-0000-0000-0000-000000000000"):
        assert scrutineer.post(_desk(path, "/marks"), {"entry_id": entry}).status == 404
    other = _resolution(assembly)
    elsewhere = dict(form.values)["entry_id"]
    assert scrutineer.post(_desk(other, "/marks"), {"entry_id": elsewhere}).status == 404
    # Whoever has a ballot on paper gets none on the screen.
    refused = assembly.sign_in("treasurer").get(assembly.ballot(path, "treasurer"))
    codes = assembly.codes(path)
    if refused.status == 200:
        cast = {f"rank-{codes['board']}": "1", "step": "confirm"}
        refused = sign_in("treasurer").post(assembly.ballot(path, "treasurer"), cast)
    assert (refused.status, "on paper or in the room" in refused.text) == (409, True)
    for there in (path, "/proposals"):
        assert f"{name} has a ballot on paper, and votes with that." in sign_in("treasurer").get(there).text
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "motion.paper-marked")).all()
        # Of a secret vote the trail does not say for whom: its rows have a time.
        assert [event.facts for event in events] == [{"marked": 1}]
        assert db.session.scalars(select(PaperMark.marked_at)).all() == [None]


@pytest.mark.usefixtures("second")
def test_who_voted_in_secret_on_the_screen_gets_no_ballot_and_the_desk_shows_no_turnout(
    assembly: "Assembly", sign_in: SignIn
) -> None:
    path, roll_call = _election(assembly), _resolution(assembly)
    assembly.rank(path, "board", "board2")
    assembly.vote(roll_call, "board", "for")
    names = assembly.names()
    scrutineer = sign_in("scrutineer")
    page = scrutineer.get(f"{_desk(path)}?q={names['board'].replace(' ', '+')}")
    assert "voted on the screen" in page.text
    assert not [form for form in page.forms if "entry_id" in form.names()]
    assert page.text.count("voted on the screen") == 1
    assert "no: voted on the screen" in scrutineer.get(_desk(path, "/roll")).text
    # In a roll-call the last vote counts, so nobody at the desk needs to know who voted already.
    page = scrutineer.get(f"{_desk(roll_call)}?q={names['board'].replace(' ', '+')}")
    assert "voted on the screen" not in page.text
    assert [form for form in page.forms if "entry_id" in form.names()]


@pytest.mark.usefixtures("second")
def test_ballots_and_the_list_for_the_door_are_printed(assembly: "Assembly", sign_in: SignIn) -> None:
    path, roll_call = _election(assembly), _resolution(assembly)
    scrutineer = sign_in("scrutineer")
    page = scrutineer.get(_desk(path, "/ballots?copies=3"))
    assert page.html.count('class="paper-ballot"') == 3
    assert re.search(r"A</strong> .*B</strong> .*C</strong>", page.html, re.DOTALL)
    assert "Name and signature" not in page.text
    assert "Name and signature" in scrutineer.get(_desk(roll_call, "/ballots")).text
    for copies in ("0", "-1", "x", "99999999", "９", "1e3"):
        assert scrutineer.get(_desk(path, f"/ballots?copies={copies}&group={copies}")).status == 200
    roll = scrutineer.get(_desk(path, "/roll"))
    assert all(name in roll.text for name in assembly.names().values())


@pytest.mark.usefixtures("second")
def test_an_election_on_paper_from_the_desk_to_the_result(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _election(assembly)
    assembly.rank(path, "board", "board2", "board")
    _mark(sign_in, assembly, path, "treasurer", "secretary", "administrator")
    scrutineer = sign_in("scrutineer")
    page = scrutineer.get(_desk(path, "/sheet"))
    letters = _letters(page, assembly)
    boxes = {
        "rank-0": f"{letters['treasurer']}, {letters['board']}".lower(),
        "many-0": "1",
        "rank-2": letters["treasurer"] + letters["board"],
        "many-2": "1",
        "spoilt": "1",
    }
    more = scrutineer.send(page, page.form(button="Enter the sheet"), boxes, button="More rows")
    assert (more.status, "rank-15" in more.form(button="More rows").names()) == (200, True)
    entered = scrutineer.send(more, more.form(button="Enter the sheet"))
    assert "Your sheet is entered." in entered.text
    assert "Yours is the only sheet so far" in entered.text
    assert sign_in("board2").get(_desk(path, "/sheets")).status == 409
    other = {"rank-0": f"{letters['treasurer']} {letters['board']}", "many-0": "2", "not_returned": "1"}
    differs = _enter(sign_in, "board2", path, other)
    assert "2 lines differ" in differs.text
    assert assembly.names()["scrutineer"] in differs.text
    agrees = _enter(sign_in, "board2", path, {**other, "not_returned": "", "spoilt": "1"})
    assert ("All sheets say the same." in agrees.text, "Sheets agree" in agrees.text) == (True, True)
    assembly.close(path)
    result = sign_in("treasurer").get(path)
    assert "2 of the votes were cast on paper or in the room. 1 more was spoilt." in " ".join(result.text.split())
    with app.app_context():
        assert len(db.session.scalars(select(Ballot)).all()) == 3
        trail = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "motion.sheet-entered")).all()
        # What was found stands in the sheets alone.
        assert [set(event.facts) for event in trail] == [{"sheet", "voters"}] * 3
    assert sign_in("scrutineer").get("/desk").links.get("Election of the board") is None
    done = sign_in("scrutineer").get(_desk(path))
    assert "Counted" in done.text
    assert sign_in("scrutineer").get(_desk(path, "/sheet")).path == _desk(path)


def _letters(page: Page, assembly: "Assembly") -> dict[str, str]:
    """Return the candidates' letters by how tests call them."""
    shown = dict(re.findall(r"<li><strong>([A-Z]+)</strong> ([^<]+)</li>", page.html))
    named = {name: letter for letter, name in shown.items()}
    return {called: named[name] for called, name in assembly.names().items() if name in named}


@pytest.mark.usefixtures("second")
def test_in_a_roll_call_the_sheet_has_a_line_for_each_voter(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _resolution(assembly)
    assembly.vote(path, "treasurer", "for")
    assembly.vote(path, "secretary", "for")
    with clock.at(clock.now() + timedelta(minutes=5)):
        _mark(sign_in, assembly, path, "treasurer", "secretary", "administrator")
    missing = _enter(sign_in, "scrutineer", path, _sheet(app, assembly, path, treasurer="against"))
    assert (missing.status, missing.text.count("Say how this member voted") >= 2) == (422, True)
    answers = _sheet(app, assembly, path, treasurer="against", secretary="spoilt", administrator="abstain")
    _enter(sign_in, "scrutineer", path, answers)
    differs = _enter(
        sign_in,
        "board2",
        path,
        _sheet(app, assembly, path, treasurer="against", secretary="against", administrator="abstain"),
    )
    assert "1 line differs" in differs.text
    names = [assembly.names()[name] for name in ("treasurer", "secretary", "administrator")]
    assert sorted(names) == sorted(names, key=differs.text.index), "voters stand by name, as on the sheet"
    _enter(sign_in, "board2", path, answers)
    assembly.close(path)
    with app.app_context():
        outcome = db.session.scalars(select(Outcome)).one()
        query = standing_open_ballots(outcome.proposal_id).subquery()
        choices = sorted(db.session.scalars(select(query.c.choice)))
        # What was spoilt is no vote: the one on the screen stands.
        assert choices == ['"abstain"', '"against"', '"for"']
        assert len(db.session.scalars(select(OpenBallot).where(OpenBallot.on_paper)).all()) == 2


@pytest.mark.usefixtures("second")
def test_a_secret_resolution_has_a_box_for_each_answer(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = assembly.write()
    assert "Voting is open" in assembly.open(path, takes_paper="y", secrecy="secret").text
    _mark(sign_in, assembly, path, "treasurer", "secretary", "administrator")
    boxes = {"pile-0-for": "1", "pile-0-against": "1", "not_returned": "1"}
    assert "Yours is the only sheet" in _enter(sign_in, "scrutineer", path, boxes).text
    # What was entered stands in the boxes again, to be put right by another sheet.
    page = sign_in("scrutineer").get(_desk(path, "/sheet"))
    assert boxes.items() <= dict(page.form(having="pile-0-for").values).items()
    differs = _enter(sign_in, "board2", path, {"pile-0-abstain": "2", "not_returned": "1"}).text
    assert "3 lines differ" in differs
    assert differs.index("For") < differs.index("Against") < differs.index("Abstain") < differs.index("Not returned")
    assert "All sheets say the same." in _enter(sign_in, "board2", path, {**boxes, "pile-0-abstain": ""}).text
    assembly.close(path)
    with app.app_context():
        assert sorted(db.session.scalars(select(Ballot.choice))) == ['"against"', '"for"']


@pytest.mark.usefixtures("second")
def test_two_scrutineers_at_odds_leave_the_vote_pending_and_are_told_once(
    app: Flask, assembly: "Assembly", sign_in: SignIn, people: dict[str, UUID]
) -> None:
    path = _resolution(assembly)
    _mark(sign_in, assembly, path, "treasurer")
    _enter(sign_in, "scrutineer", path, _sheet(app, assembly, path, treasurer="for"))
    _enter(sign_in, "board2", path, _sheet(app, assembly, path, treasurer="against"))
    with clock.at(assembly.later()):
        run_once(app)
        run_once(app)
        with app.app_context():
            assert db.session.scalars(select(Outcome)).all() == []
            keys = db.session.scalars(select(OutboxJob.key).where(OutboxJob.key.like("paper-waits:%"))).all()
            told = {people[name] for name in ("scrutineer", "board2", "secretary")}
            assert {UUID(key.rpartition(":")[2]) for key in keys} == told
        assert "Settle how the sheets differ" in sign_in("scrutineer").get("/").links
        assert "Ask the scrutineers for their sheets" in sign_in("secretary").get("/").links
        waiting = sign_in("secretary").get(path)
        assert "counted once the two have entered the same" in waiting.text
        assert not {"Count the votes now", "in a moment"} & set(
            re.findall("Count the votes now|in a moment", waiting.text)
        )
        refused = sign_in("secretary").post(f"{path}/count")
        assert (refused.status, "once the sheets of two scrutineers agree" in refused.text) == (409, True)
        _enter(sign_in, "board2", path, _sheet(app, assembly, path, treasurer="for"))
        run_once(app)
        with app.app_context():
            assert db.session.scalars(select(Outcome)).one()
        assert "Settle how the sheets differ" not in sign_in("scrutineer").get("/").links


@pytest.mark.usefixtures("second")
def test_bad_boxes_are_said_beside_them_and_change_nothing(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _election(assembly)
    _mark(sign_in, assembly, path, "treasurer", "secretary")
    for boxes, words in (
        ({"rank-0": "Q", "many-0": "2"}, "“Q” is not a letter on the ballot"),
        ({"rank-0": "A A", "many-0": "2"}, "stands twice"),
        ({"rank-0": "A", "many-0": ""}, "Write how many ballots say this"),
        ({"rank-0": "", "many-0": "2"}, "Write what these ballots say"),
        ({"rank-0": "A", "many-0": "-2"}, "is not a number of ballots"),
        ({"rank-0": "A", "many-0": "２"}, "is not a number of ballots"),
        ({"rank-0": "A", "many-0": "9" * 40}, "is not a number of ballots"),
        ({"rank-0": "A", "many-0": "3"}, "only 2 such voters are marked"),
        ({"rank-0": "A", "many-0": "1"}, "are 1 together; 2 voters are marked"),
        ({"spoilt": "many"}, "is not a number of ballots"),
        ({"rank-0": "<b>", "many-0": "1"}, "is not a letter on the ballot"),
        ({}, "are 0 together"),
    ):
        page = _enter(sign_in, "scrutineer", path, boxes)
        assert (page.status, words in page.text) == (422, True), (boxes, page.text)
    for boxes, said in (
        ({"rank-0": "Q", "many-0": "2"}, "Row 1: “Q” is not a letter"),
        ({"rank-0": "A", "many-0": "1", "rank-2": "B", "many-2": ""}, "Row 3: Write how many"),
        ({"spoilt": "many"}, "“many” is not a number"),
        ({}, "are 0 together"),
    ):
        page = _enter(sign_in, "scrutineer", path, boxes)
        words, to = next((words, to) for words, to in page.links.items() if said in words)
        assert f' id="{to.removeprefix("#")}"' in page.html, (words, to)
    garbage = {"rank-99999": "A", "rank-": "x", "group-0": "9", "many-1000": "1", "vote-x": "for", "rank-0\x00": "\x00"}
    assert sign_in("scrutineer").post(_desk(path, "/sheet"), garbage).status == 422
    with app.app_context():
        assert db.session.scalars(select(PaperSheet)).all() == []


@pytest.mark.usefixtures("second")
def test_a_later_mark_asks_for_the_sheet_again(app: Flask, assembly: "Assembly", sign_in: SignIn) -> None:
    path = _election(assembly)
    _mark(sign_in, assembly, path, "treasurer")
    _enter(sign_in, "scrutineer", path, {"rank-0": "A", "many-0": "1"})
    _mark(sign_in, assembly, path, "secretary")
    assert "enter your sheet again" in sign_in("scrutineer").get(_desk(path)).text
    page = sign_in("scrutineer").get(_desk(path, "/sheet"))
    assert dict(page.form(button="More rows").values)["rank-0"] == "A"


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("rule", "printed", "asked", "typed", "stored"),
    [
        ("plurality", "Mark one box. A ballot", "the letter that is marked", "b", '["{b}"]'),
        ("approval", "Mark as many boxes", "the letters that are marked", "cA", '["{a}","{c}"]'),
        ("schulze", "get the same number", "such as B A=C", "B A=C", '["{b}",["{a}","{c}"]]'),
        ("score", "Write from 0 to 5", "such as A5 C3", "a5, C 3", '{"{a}":5,"{c}":3}'),
        ("dots", "You have 5 dots", "such as A5 C3", "A3B2", '{"{a}":3,"{b}":2}'),
    ],
)
def test_ballots_on_paper_are_entered_in_letters_by_every_rule(
    app: Flask, assembly: "Assembly", sign_in: SignIn, rule: str, printed: str, asked: str, typed: str, stored: str
) -> None:
    path = assembly.call_election()
    assembly.open(path, takes_paper="y", rule=rule)
    _mark(sign_in, assembly, path, "treasurer", "secretary", "administrator")
    assert printed in sign_in("scrutineer").get(_desk(path, "/ballots")).text
    for name in ("scrutineer", "board2"):
        assert asked in sign_in(name).get(_desk(path, "/sheet")).text
        page = _enter(sign_in, name, path, {"rank-0": typed, "many-0": "2", "spoilt": "1"})
        assert (page.status, page.path.endswith("/sheets")) == (200, True), page.text
    # The boxes of a sheet that was entered say the same again.
    again = _enter(sign_in, "scrutineer", path, {})
    assert "All sheets say the same" in again.text
    assembly.close(path)
    with app.app_context():
        proposal_id = db.session.scalars(select(Outcome.proposal_id)).one()
        letters = dict(zip("abc", options_of(db.session(), proposal_id), strict=True))
        found = db.session.scalars(select(Ballot.choice)).all()
    # Codes stand in the order in which they were given out, and letters in that of the lot.
    assert [_sorted(json.loads(choice)) for choice in found] == [_sorted(_filled(stored, letters))] * 2


def _filled(stored: str, letters: dict[str, str]) -> Any:
    for letter, code in letters.items():
        stored = stored.replace(f"{{{letter}}}", code)
    return json.loads(stored)


def _sorted(said: Any) -> Any:
    """Return what a ballot says, shared places and ticks in one order."""
    if isinstance(said, dict):
        return sorted(said.items())
    return [sorted(place) for place in said if isinstance(place, list)], {p for p in said if isinstance(p, str)}


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("rule", "typed", "said"),
    [
        ("plurality", "A B", "Choose one only"),
        ("approval", "A D", "“D” is not a letter"),
        ("scottish-stv", "A=B", "Two share a place"),
        ("schulze", "A=", "“=” is not a letter"),
        ("schulze", "=A", "“=” is not a letter"),
        ("score", "A6", "6 are more than the 5"),
        ("score", "A", "“A” is not a letter"),
        ("score", "A5 A4", "is not a letter"),
        ("dots", "A3 B3", "6 dots are given, and there are 5"),
        ("dots", "A3 -B1", "“-” is not a letter"),
    ],
)
def test_what_cannot_be_counted_is_refused_beside_its_row(
    app: Flask, assembly: "Assembly", sign_in: SignIn, rule: str, typed: str, said: str
) -> None:
    path = assembly.call_election()
    assembly.open(path, takes_paper="y", rule=rule)
    _mark(sign_in, assembly, path, "treasurer")
    page = _enter(sign_in, "scrutineer", path, {"rank-0": typed, "many-0": "1"})
    assert (page.status, said in page.text) == (422, True), page.text
    with app.app_context():
        assert db.session.scalars(select(PaperSheet)).all() == []
