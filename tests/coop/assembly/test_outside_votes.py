"""Votes that are counted outside: handed over to Belenios, told to members, brought in with their evidence.

The archives are written by the tests after the published format (tests/belenios_files.py); no server was asked.
"""

import hashlib
import io
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop import clock, files
from coop.assembly import voting
from coop.assembly.duties import due_closings
from coop.assembly.models import Motion, MotionWords
from coop.assembly.outside import checks
from coop.assembly.outside.models import OutsideElection
from coop.audit import AuditEvent
from coop.config import configuration
from coop.database import db, write
from coop.identity.models import Person
from coop.outbox import OutboxJob
from coop.worker import run_once
from governance.belenios.questions import fingerprint
from governance.external import ExternalQuestion, ExternalResult
from governance.models import OpenBallot, Outcome, RollEntry, Secrecy
from tests import joining
from tests.belenios_files import UUID_OF_ELECTION, archive, parameters_of
from tests.html_client import Browser, Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

SignIn = Callable[[str], Browser]
ADDRESS = f"https://vote.belenios.org/election#{UUID_OF_ELECTION}"


class Outside:
    """Short ways through a vote in Belenios."""

    def __init__(self, app: Flask, assembly: "Assembly", sign_in: SignIn, path: str) -> None:
        self.app, self.assembly, self.sign_in, self.path = app, assembly, sign_in, path
        self.motion_id = UUID(path.rpartition("/")[2])

    def open(self) -> None:
        """Put it to the vote, to be counted outside."""

        def work(session: Session) -> None:
            voting.open_motion(
                session,
                joining.founder(session, "secretary"),
                motion_id=self.motion_id,
                closes_at=clock.now() + timedelta(days=7),
                seen=voting.words_digest(session.get_one(MotionWords, self.motion_id)),
                casting=voting.Casting(Secrecy.EXTERNAL),
            )

        with self.app.test_request_context():
            write(work)

    def hand_over(self) -> bytes:
        """Fix what is asked, and return the parameters of an election that asks it."""
        page = self.sign_in("secretary").submit(f"{self.path}/outside", button="Fix what is asked")
        assert page.status == 200, page.text
        return parameters_of(self.template())

    def template(self) -> dict[str, Any]:
        """Return what was handed over, as it is downloaded."""
        answer = self.sign_in("board").client.get(f"{self.path}/outside/questions.json")
        assert answer.status_code == 200
        template: dict[str, Any] = json.loads(answer.data)
        return template

    def tell(self, parameters: bytes, /, **changes: str) -> Page:
        """Tell members where they vote."""
        values = {"address": ADDRESS, "fingerprint": fingerprint(parameters), "parameters": parameters.decode()}
        return self.sign_in("secretary").submit(f"{self.path}/outside", values | changes, having="parameters")

    def upload(self, content: bytes, who: str = "secretary") -> Page:
        """Upload an archive."""
        fields = {"file": (io.BytesIO(content), "election.bel")}
        return self.sign_in(who).post(f"{self.path}/outside/archive", fields)

    def after(self) -> datetime:
        """Return a moment after the closing."""
        return clock.now() + timedelta(days=8)

    def rows(self) -> tuple[int, int, int]:
        """Return how many results, outcomes and archives that wait there are."""
        with self.app.app_context():
            waiting = select(func.count()).where(OutsideElection.evidence_sha256.is_not(None))
            counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (ExternalResult, Outcome)]
            return counts[0] or 0, counts[1] or 0, db.session.scalar(waiting) or 0

    def audited(self) -> list[str]:
        """Return what the audit trail says of the motion."""
        with self.app.app_context():
            query = select(AuditEvent.action).where(AuditEvent.subject_id == self.motion_id).order_by(AuditEvent.at)
            return list(db.session.scalars(query))


@pytest.fixture
def proposal(app: Flask, assembly: "Assembly", sign_in: SignIn) -> Outside:
    """A proposal that is open in Belenios."""
    outside = Outside(app, assembly, sign_in, assembly.write())
    outside.open()
    return outside


@pytest.fixture
def election(app: Flask, assembly: "Assembly", sign_in: SignIn) -> Outside:
    """An election that is open in Belenios."""
    outside = Outside(app, assembly, sign_in, assembly.call_election())
    outside.open()
    return outside


def test_a_proposal_goes_through_belenios_and_comes_back_carried(
    app: Flask, proposal: Outside, sign_in: SignIn
) -> None:
    parameters = proposal.hand_over()
    page = proposal.tell(parameters)
    assert "Members see on the proposal" in page.text
    member = sign_in("board").get(proposal.path)
    assert (member.links["Go to the election in Belenios"], fingerprint(parameters) in member.text) == (ADDRESS, True)
    assert "never opened: only the sum" in member.text
    content = archive(parameters, [[3, 1, 1]], voters=6, ballots=[0, 1, 2, 3, 5, 1])
    with clock.at(proposal.after()):
        shown = proposal.upload(content)
        assert shown.title.startswith("Bring in the result")
        assert "Carried." in shown.text
        assert "5 of 6 on the voting roll" in shown.text
        assert proposal.rows() == (0, 0, 1)
        browser = sign_in("secretary")
        shown = browser.get(f"{proposal.path}/outside/result")
        done = browser.send(shown, shown.form(having="seen"))
        assert done.path.startswith(proposal.path)
        assert "The votes were cast in Belenios." in done.text
        assert "5 of 6 on the voting roll voted" in done.text
        assert "Who voted how" not in done.text
        evidence = sign_in("auditor").client.get(f"{proposal.path}/evidence.bel")
        assert evidence.data == content
        assert hashlib.sha256(content).hexdigest() in done.text
        assert proposal.rows() == (1, 1, 1)
    assert proposal.audited()[-4:] == [
        "motion.handed_over",
        "motion.told_where",
        "motion.evidence_kept",
        "motion.brought_in",
    ]
    with app.app_context():
        assert checks.findings(db.session()) == []
        assert db.session.scalar(select(func.count()).where(OutboxJob.key.like("motion-counted:%")))


def test_an_election_is_counted_here_from_the_ballots_of_belenios(
    app: Flask, election: Outside, sign_in: SignIn, assembly: "Assembly"
) -> None:
    parameters = election.hand_over()
    answers = election.template()["questions"][0]["value"]["answers"]
    assert sorted(answers) == sorted(assembly.names()[name] for name in ("board", "board2", "treasurer"))
    assert election.tell(parameters).status == 200
    ballots = [[1, 2, 3], [1, 2, 0], [1, 0, 0], [2, 1, 0], [0, 0, 0], [1, 1, 1]]
    content = archive(parameters, [ballots], voters=6, ballots=range(6))
    with clock.at(election.after()):
        shown = election.upload(content)
        assert f"Elected: {answers[0]}, {answers[1]}." in shown.text
        assert re.search(r"cannot be counted\s+1", shown.text)
        assert re.search(r"Blank ballots\s+1", shown.text)
        browser = sign_in("board")
        done = browser.send(browser.get(shown.path), browser.get(shown.path).form(having="seen"))
        assert f"Elected: {answers[0]}, {answers[1]}." in done.text
        assert "1 ballot ranked nobody in a way that can be counted" in done.text
        assert "All ballots, to find your own" not in done.text
        for page in ("ballots", "ballots.blt", "ballots.csv"):
            assert sign_in("board").get(f"{election.path}/{page}").status == 404
        assert "Recording the new board" in sign_in("secretary").get(election.path).text


@pytest.mark.parametrize("voters", [2, 4])
def test_the_archive_and_the_bundle_of_so_few_rankings_that_they_name_voters_say_nothing_of_them(
    app: Flask, election: Outside, sign_in: SignIn, voters: int
) -> None:
    parameters = election.hand_over()
    election.tell(parameters)
    ballots = [[1, 2, 3], [2, 1, 0], [1, 0, 0], [1, 2, 0]][:voters]
    content = archive(parameters, [ballots], voters=6, ballots=range(voters))
    with clock.at(election.after()):
        shown = election.upload(content)
        browser = sign_in("board")
        browser.send(shown, browser.get(shown.path).form(having="seen"))
        run_once(app)
        member = sign_in("treasurer")
        evidence, bundle = (member.client.get(f"{election.path}/{name}") for name in ("evidence.bel", "bundle.zip"))
        assert bundle.status_code == 200
        assert (b'"tally":{' in bundle.data) is (voters == 4)
        if voters == 4:
            assert evidence.data == content
        else:
            assert evidence.status_code == 409
            assert "of 2 cast, fewer than 3 share what it would show" in evidence.text
            # What was declared is on the page.
            assert "2 of 6 on the voting roll voted" in member.get(election.path).text


def test_the_list_of_voters_is_for_the_secretary_and_leaves_a_trace(
    app: Flask, proposal: Outside, sign_in: SignIn
) -> None:
    address = f"{proposal.path}/outside/voters"
    for who, status in (("board", 403), ("treasurer", 403), ("auditor", 403)):
        assert sign_in(who).post(address).status == status
    assert "motion.voters_taken" not in proposal.audited()
    browser = sign_in("secretary")
    answer = browser.client.post(address, data={"csrf_token": browser.token()})
    assert answer.headers["Cache-Control"] == "no-store"
    lines = answer.text.splitlines()
    with app.app_context():
        entries = {str(entry) for entry in db.session.scalars(select(RollEntry.id))}
        refs = {str(ref) for ref in db.session.scalars(select(RollEntry.voter_ref))}
    assert {line.split(",")[1] for line in lines} == entries
    assert {line.split(",")[0] for line in lines} == {f"{name}@kanopi.example" for name in proposal.assembly.members}
    assert not any(ref in answer.text for ref in refs)
    assert [len(line.split(",")) for line in lines] == [2] * 6
    assert proposal.audited()[-1] == "motion.voters_taken"
    with clock.at(proposal.after()):
        late = sign_in("secretary")
        assert late.client.post(address, data={"csrf_token": late.token()}).status_code == 409


def test_who_has_no_address_that_belenios_takes_is_listed(app: Flask, proposal: Outside, sign_in: SignIn) -> None:
    def work(session: Session) -> None:
        session.execute(
            update(Person).where(Person.email == "board2@kanopi.example").values(email="böard@kanopi.example")
        )

    with app.app_context():
        write(work)
    page = sign_in("secretary").get(f"{proposal.path}/outside")
    assert f"no mail to: {proposal.assembly.names()['board2']}" in page.text
    browser = sign_in("secretary")
    answer = browser.client.post(f"{proposal.path}/outside/voters", data={"csrf_token": browser.token()})
    assert len(answer.text.splitlines()) == 5


def test_what_is_asked_stays_though_a_candidate_changes_their_name(
    app: Flask, election: Outside, sign_in: SignIn
) -> None:
    election.hand_over()
    before = election.template()

    def work(session: Session) -> None:
        from coop.membership.models import Participant

        session.execute(
            update(Participant).where(Participant.id == election.assembly.members["board"]).values(name="New")
        )

    with app.app_context():
        write(work)
    assert election.template() == before
    assert sign_in("secretary").post(f"{election.path}/outside/questions").status == 200
    assert election.template() == before
    assert election.audited().count("motion.handed_over") == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("address", "", "Please fill this in"),
        ("address", "vote.belenios.org", "no address of a Belenios election"),
        ("address", "http://vote.belenios.org/election#Fv7ZkkNJrFNYk9", "no address of a Belenios election"),
        ("address", "javascript:alert(1)#Fv7ZkkNJrFNYk9", "no address of a Belenios election"),
        ("address", "https://somebody@vote.belenios.org/election#Fv7ZkkNJrFNYk9", "no address of a Belenios election"),
        ("address", "https://[/election#Fv7ZkkNJrFNYk9", "no address of a Belenios election"),
        ("address", "https://vote.belenios.org/election#1111111111111111", "leads to another one"),
        ("fingerprint", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o", "have another fingerprint"),
        ("parameters", "{", "no parameters of a Belenios election"),
        ("parameters", "[]", "no parameters of a Belenios election"),
        ("parameters", "[" * 90_000, "no parameters of a Belenios election"),
        ("parameters", "{}", "no parameters of a Belenios election"),
    ],
)
def test_an_election_that_is_told_wrong_is_refused_beside_its_field(
    proposal: Outside, sign_in: SignIn, field: str, value: str, message: str
) -> None:
    page = proposal.tell(proposal.hand_over(), **{field: value})
    assert (page.status, message in page.text) == (422, True), page.text
    assert "The election there is being set up" in sign_in("board").get(proposal.path).text


def test_an_election_that_asks_something_else_is_refused_before_anybody_votes(proposal: Outside) -> None:
    proposal.hand_over()
    template = proposal.template()
    for change, message in (
        ({"name": "Buy a ship"}, "In Belenios stands “Buy a ship” where “Buy a boat” belongs"),
        ({"questions": template["questions"] * 2}, "exactly one question"),
        ({"questions": [{**template["questions"][0], "max": 2}]}, "exactly one question"),
        (
            {"questions": [{**template["questions"][0], "answers": ["For", "Abstain", "Against"]}]},
            "where “Against” belongs",
        ),
    ):
        page = proposal.tell(parameters_of({**template, **change}))
        assert (page.status, message in page.text) == (422, True), page.text


def _altered(content: bytes) -> bytes:
    place = content.rindex(b"result")
    return content[:place] + b"resumt" + content[place + 6 :]


def test_half_a_character_in_the_parameters_is_a_refusal(proposal: Outside) -> None:
    parameters = proposal.hand_over()
    page = proposal.tell(parameters, parameters=parameters.decode().replace("Buy a", "Buy \\ud800", 1))
    assert (page.status, "no parameters of a Belenios election" in page.text) == (422, True)


@pytest.mark.parametrize(
    ("make", "status", "message"),
    [
        (lambda good, *_: b"", 422, "no archive of a Belenios election"),
        (lambda good, *_: b"PK\x03\x04" + bytes(100), 422, "holds the voters' addresses too"),
        (lambda good, *_: good[:-512], 422, "no archive of a Belenios election"),
        (lambda good, *_: _altered(good), 422, "altered or damaged"),
        (lambda good, p, _: archive(p, [[9, 0, 0]], voters=9, ballots=range(9)), 422, "9 votes; the voting roll has 6"),
        (lambda good, p, _: archive(p, [[1, 0, 0]], voters=7, ballots=[0]), 422, "7 voters were let in there"),
        (lambda good, p, _: archive(p, [[1, 0, 0], [1, 0, 0]], voters=6, ballots=[0]), 422, "not on the ballot"),
        (lambda good, p, _: archive(p, [[2, 0, 0]], voters=6, ballots=[0]), 422, "contradict each other"),
        (lambda good, p, _: archive(p, [], voters=6, ballots=[0], tallied=False), 422, "no result yet"),
        (lambda good, _, other: archive(other, [[1, 0, 0]], voters=6, ballots=[0]), 422, "has the fingerprint"),
    ],
)
def test_an_archive_that_does_not_belong_is_refused_and_nothing_changes(
    proposal: Outside, make: Callable[[bytes, bytes, bytes], bytes], status: int, message: str
) -> None:
    parameters = proposal.hand_over()
    other = parameters_of({**proposal.template(), "name": "Another vote"})
    proposal.tell(parameters)
    good = archive(parameters, [[3, 0, 0]], voters=6, ballots=[0, 1, 2])
    with clock.at(proposal.after()):
        page = proposal.upload(make(good, parameters, other))
        assert (page.status, message in page.text) == (status, True), page.text
        assert "evidence_kept" not in " ".join(proposal.audited())
    assert proposal.rows() == (0, 0, 0)


def test_there_is_a_time_for_each_step(proposal: Outside, sign_in: SignIn) -> None:
    secretary = sign_in("secretary")
    values = {"address": ADDRESS, "fingerprint": "x", "parameters": "{}"}
    assert secretary.post(f"{proposal.path}/outside/address", values).status == 409
    assert secretary.get(f"{proposal.path}/outside/questions.json").status == 409
    parameters = proposal.hand_over()
    good = archive(parameters, [[3, 0, 0]], voters=6, ballots=[0, 1, 2])
    assert proposal.upload(good).status == 409
    proposal.tell(parameters)
    early = proposal.upload(good)
    assert (early.status, "Voting is open until" in early.text) == (409, True)
    assert secretary.get(f"{proposal.path}/outside/result").status == 409
    with clock.at(proposal.after()):
        late = sign_in("secretary").post(f"{proposal.path}/outside/address", values)
        assert (late.status, "Voting closed on" in late.text) == (409, True)
        assert sign_in("secretary").post(f"{proposal.path}/outside/questions").status == 409
        assert sign_in("secretary").post(f"{proposal.path}/outside/result", {"seen": "0" * 64}).status == 409
        assert "The result will stand here" in sign_in("board").get(proposal.path).text
        assert sign_in("secretary").post(f"{proposal.path}/count").status == 409
    assert proposal.rows() == (0, 0, 0)


def test_another_archive_takes_the_place_of_the_first_and_must_be_seen(
    app: Flask, proposal: Outside, sign_in: SignIn
) -> None:
    parameters = proposal.hand_over()
    proposal.tell(parameters)
    first, second = (archive(parameters, [[votes, 0, 0]], voters=6, ballots=range(votes)) for votes in (3, 4))
    with clock.at(proposal.after()):
        browser = sign_in("secretary")
        proposal.upload(first)
        seen = browser.get(f"{proposal.path}/outside/result")
        proposal.upload(second, who="board")
        stale = browser.send(seen, seen.form(having="seen"))
        assert (stale.status, "no longer the one that was shown" in stale.text) == (409, True)
        assert proposal.rows() == (0, 0, 1)
        shown = browser.get(f"{proposal.path}/outside/result")
        assert browser.send(shown, shown.form(having="seen")).status == 200
        assert proposal.rows() == (1, 1, 1)
        again = browser.send(shown, shown.form(having="seen"))
        assert (again.status, "counted already" in again.text) == (409, True)
        assert proposal.upload(first).status == 409
    with app.app_context():
        jobs = db.session.scalars(select(OutboxJob.payload).where(OutboxJob.kind == "remove-file")).all()
        assert [job["sha256"] for job in jobs] == [hashlib.sha256(first).hexdigest()]


def test_only_secretary_and_board_lead_it(proposal: Outside, sign_in: SignIn) -> None:
    for who in ("treasurer", "auditor"):
        browser = sign_in(who)
        for page in ("", "/result", "/questions.json"):
            assert browser.get(f"{proposal.path}/outside{page}").status == 403, page
        for page in ("/questions", "/voters", "/address", "/result"):
            assert browser.post(f"{proposal.path}/outside{page}").status == 403, page
        assert proposal.upload(b"x", who=who).status == 403
        assert "Steps of this vote" not in browser.get(proposal.path).text
    assert "Steps of this vote" in sign_in("board").get(proposal.path).text
    assert sign_in("treasurer").get(f"{proposal.path}/evidence.bel").status == 404


def test_a_vote_that_is_counted_here_has_no_way_through_belenios(assembly: "Assembly", sign_in: SignIn) -> None:
    path = assembly.write()
    assert sign_in("secretary").get(f"{path}/outside").status == 409
    assembly.open(path)
    assert sign_in("secretary").get(f"{path}/outside").status == 409
    assert sign_in("secretary").post(f"{path}/outside/questions").status == 409
    assert sign_in("secretary").get(f"{path}/evidence.bel").status == 404
    nothing = "/proposals/00000000-0000-0000-0000-000000000000"
    assert sign_in("secretary").get(f"{nothing}/outside").status == 404


def test_nobody_votes_here_and_the_worker_waits(app: Flask, proposal: Outside, sign_in: SignIn) -> None:
    ballot = proposal.assembly.ballot(proposal.path, "board")
    assert sign_in("board").get(ballot).path.startswith(proposal.path)
    assert sign_in("board").post(ballot, {"choice": "for"}).path.startswith(proposal.path)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OpenBallot)) == 0
    with clock.at(proposal.after()), app.app_context():
        assert due_closings(db.session(), clock.now()) == []


@pytest.mark.tampers
def test_evidence_that_was_lost_or_a_question_that_was_changed_is_found(
    app: Flask, proposal: Outside, sign_in: SignIn
) -> None:
    parameters = proposal.hand_over()
    proposal.tell(parameters)
    content = archive(parameters, [[3, 0, 0]], voters=6, ballots=[0, 1, 2])
    with clock.at(proposal.after()):
        shown = proposal.upload(content)
        browser = sign_in("secretary")
        shown = browser.get(shown.path)
        browser.send(shown, shown.form(having="seen"))

    def work(session: Session) -> None:
        row = session.get_one(OutsideElection, proposal.motion_id)
        row.asked = row.asked.replace("boat", "ship")

    with app.app_context():
        write(work)
        files.remove(configuration(app), hashlib.sha256(content).hexdigest())
        found = {finding.check for finding in checks.findings(db.session())}
        assert found == {"outside-question", "outside-evidence"}
        assert db.session.scalar(select(func.count()).select_from(ExternalQuestion)) == 1
        assert db.session.get_one(Motion, proposal.motion_id).proposal_id is not None
