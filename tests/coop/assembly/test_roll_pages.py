"""The voting roll on the web: what members and officers see of it, challenging it, and answering."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import bylaws
from coop.assembly.models import ChallengeWords
from coop.audit import AuditEvent
from coop.database import db, write
from coop.identity.models import Person
from coop.membership.models import Member, Participant
from coop.membership.terms import publish_terms
from coop.outbox import OutboxJob
from governance.challenges import operations as challenging
from governance.challenges.models import Asks, Challenge, ChallengeAnswer
from governance.models import Proposal
from tests import joining
from tests.html_client import Browser, Page

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

SignIn = Callable[[str], Browser]


class House:
    """A vote that is open, and short ways to challenge its roll."""

    def __init__(
        self,
        app: Flask,
        assembly: "Assembly",
        sign_in: SignIn,
        participants: dict[str, UUID],
        secrecy: str = "open",
    ) -> None:
        self.app, self.assembly, self.sign_in, self.participants = app, assembly, sign_in, participants
        self.names = self._all_names()
        self.path = assembly.write()
        assembly.open(self.path, secrecy=secrecy)
        self.roll = f"{self.path}/roll"

    def _all_names(self) -> dict[str, str]:
        with self.app.app_context():
            found = dict(db.session.execute(select(Participant.id, Participant.name)).all())
        return {name: found[one] for name, one in self.participants.items()}

    def form(self, by: str) -> str:
        """Return the address at which a member challenges the roll."""
        return f"/as/{self.participants[by]}{self.roll}/challenge"

    def challenge(self, by: str, about: str, asks: str = "strike", grounds: str = "They have left us.") -> Page:
        """Challenge the roll by the page."""
        whom = self.names.get(about, about)
        return self.sign_in(by).submit(self.form(by), {"asks": asks, "whom": whom, "grounds": grounds})

    def answer(self, who: str, upheld: str = "upheld", reasons: str = "The register says so.") -> Page:
        """Answer the newest challenge by the page."""
        return self.sign_in(who).submit(self.answering(), {"upheld": upheld, "reasons": reasons})

    def answering(self) -> str:
        """Return the address at which the newest challenge is answered."""
        newest = self.read(lambda s: s.scalars(select(Challenge.id).order_by(Challenge.made_at.desc())).first())
        return f"/challenges/{newest}/answer"

    def read(self, query: Callable[[Session], Any]) -> Any:
        """Read something from the database."""
        with self.app.app_context():
            return query(db.session())

    def count(self, mapped: type[Any]) -> int:
        """Return how many rows there are."""
        return int(self.read(lambda s: s.scalar(select(func.count()).select_from(mapped))))

    def enrol(self, name: str) -> None:
        """Let a founder pay for their share and get it."""

        def work(session: Session) -> None:
            joining.pay(session, self.participants[name])
            joining.issue(session, self.participants[name])

        with self.app.app_context():
            write(work)


@pytest.fixture
def house(app: Flask, assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]) -> House:
    """A vote that is open: six members are on its roll."""
    return House(app, assembly, sign_in, participants)


def test_the_file_without_names_has_the_fingerprint_that_the_page_shows(house: House) -> None:
    reader = house.sign_in("board")
    page = reader.get(house.roll)
    fingerprint = house.read(lambda s: s.scalar(select(Proposal.roll_digest)))
    assert page.title == "Voting roll"
    assert fingerprint in page.text
    written = reader.get(f"{house.roll}.json").response.get_data()
    assert hashlib.sha256(written).hexdigest() == fingerprint
    lines = json.loads(written)["roll"]
    table = reader.get(f"{house.roll}.csv").response
    assert table.headers["Content-Disposition"].endswith(".csv")
    assert [row.split(",") for row in table.get_data(as_text=True).split()[1:]] == [
        [*map(str, line), ""] for line in lines
    ]
    assert {line[3] for line in lines} == {"member-with-share"}
    own = house.read(lambda s: s.get_one(Participant, house.participants["board"]).voter_ref)
    assert str(own) in page.text
    assert str(own) in {line[0] for line in lines}
    for name in house.names.values():
        assert name not in written.decode()


def test_officers_read_the_names_and_a_member_their_own_only(house: House) -> None:
    for officer in ("secretary", "board", "auditor", "scrutineer"):
        page = house.sign_in(officer).get(house.roll)
        assert "Members on the roll" in page.text, officer
        assert house.names["treasurer"] in page.text
    page = house.sign_in("treasurer").get(house.roll)
    assert "Members on the roll" not in page.text
    assert f"{house.names['treasurer']} may vote, because they were a member on the record date" in page.text
    assert "They held one share, and have one vote. Class: Practitioners." in page.text
    assert house.names["secretary"] not in page.text


def test_a_roll_is_for_members_and_officers(house: House, app: Flask) -> None:
    stranger = house.sign_in("founder")
    for path in (house.roll, f"{house.roll}.json", f"{house.roll}.csv", house.form("founder"), house.form("board")):
        assert stranger.get(path).status == 404, path
    assert "The voting roll, and challenging it" not in stranger.get(house.path).text
    assert "The voting roll, and challenging it" in house.sign_in("board").get(house.path).links
    assert house.sign_in("board").get(f"/proposals/{uuid4()}/roll").status == 404
    assert Browser(app).get(house.roll).title != "Voting roll"
    discussed = house.assembly.write("Not yet")
    assert house.sign_in("board").get(f"{discussed}/roll").status == 404


def test_a_member_challenges_an_entry_and_those_concerned_are_told(house: House) -> None:
    done = house.challenge("treasurer", "scrutineer")
    assert "Your challenge is recorded." in done.text
    assert f"{house.names['scrutineer']} should not be on the roll" in done.text
    assert "They have left us." in done.text
    told = house.read(lambda s: s.scalars(select(OutboxJob.payload).where(OutboxJob.key.like("challenged:%"))).all())
    assert [payload["to"] for payload in told] == ["scrutineer@kanopi.example"]
    assert "They have left us." not in told[0]["text"]
    # Whom it is about reads who and why; other members only that there is one.
    assert house.names["treasurer"] in house.sign_in("scrutineer").get(house.roll).text
    other = house.sign_in("administrator").get(house.roll).text
    assert "A member should not be on the roll" in other
    assert "They have left us." not in other
    assert house.names["scrutineer"] not in other
    facts = house.read(lambda s: s.scalars(select(AuditEvent.facts).where(AuditEvent.action == "challenge.made")).one())
    assert set(facts) == {"motion", "asks"}


def test_an_upheld_challenge_takes_the_vote_away_and_says_why(house: House) -> None:
    house.assembly.vote(house.path, "scrutineer", "against")
    house.challenge("treasurer", "scrutineer")
    done = house.answer("secretary", reasons="They left on Monday.")
    assert "The challenge is answered." in done.text
    assert "0 added, 1 struck: 5 on the roll that counts" in done.text
    struck = house.sign_in("scrutineer").get(house.roll).text
    assert f"{house.names['scrutineer']} may not vote, because a challenge of their entry was upheld on" in struck
    assert "The reasons: They left on Monday." in struck
    refused = house.sign_in("scrutineer").get(house.assembly.ballot(house.path, "scrutineer"))
    assert refused.status == 403
    told = house.read(
        lambda s: s.scalars(select(OutboxJob.payload).where(OutboxJob.key.like("challenge-answered:%"))).all()
    )
    assert {payload["to"] for payload in told} == {"treasurer@kanopi.example", "scrutineer@kanopi.example"}
    assert not any("Monday" in payload["text"] for payload in told)
    house.assembly.close(house.path)
    result = house.sign_in("board").get(house.path).text
    assert "0 of 5 on the voting roll voted" in result


def test_a_challenge_that_is_not_upheld_leaves_the_roll_as_it_is(house: House) -> None:
    house.challenge("treasurer", "scrutineer")
    done = house.answer("board", "not-upheld")
    assert "Not upheld" in done.text
    assert "struck: " not in done.text
    assert "Your vote is recorded." in house.assembly.vote(house.path, "scrutineer", "for").text


def test_who_became_a_member_after_the_opening_cannot_be_put_on_the_roll(house: House) -> None:
    house.enrol("founder")
    page = house.sign_in("founder").get(house.roll)
    assert "may not vote on this, because they became a member on" in page.text
    house.challenge("founder", "founder", "add", "I have paid.")
    refused = house.answer("secretary")
    assert refused.status == 422
    assert "Who joins later cannot vote on this, so this cannot be upheld." in refused.text
    assert house.count(ChallengeAnswer) == 0
    assert house.read(lambda s: s.scalars(select(ChallengeWords.reasons)).one()) == ""
    assert house.answer("secretary", "not-upheld").status == 200


def test_who_was_struck_is_not_put_on_the_roll_again(house: House) -> None:
    house.challenge("treasurer", "scrutineer")
    house.answer("secretary")
    again = house.challenge("scrutineer", "scrutineer", "add", "I am a member.")
    assert again.status == 422
    assert "That answer is final." in again.text


def test_a_member_who_was_left_off_is_put_on_the_roll_and_votes(
    app: Flask, assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    """The register lacked a share on the record date, which the by-laws of that day asked for; a day later it has it."""

    def need_no_share(session: Session) -> None:
        cooperative.current(session, lock=True)
        today = cooperative.today(session)
        figures = bylaws.in_force(session, today).bylaws
        bylaws.adopt(session, replace(figures, share_price_minor=None), in_force_on=today)
        publish_terms(session, joining.founder(session, "secretary"), in_force_on=today)
        joining.enrolled(session, joining.joined(session, "Ana Mōhua"), shares=0)
        bylaws.adopt(session, figures, in_force_on=today)

    with app.app_context():
        write(need_no_share)
    house = House(app, assembly, sign_in, participants)
    assert house.read(lambda s: s.scalar(select(Proposal.roll_size))) == 6
    house.challenge("treasurer", "Ana Mōhua", "add", "She has paid.")
    assert "Shares on the record date 0" in sign_in("secretary").get(house.answering()).text
    done = house.answer("secretary", reasons="Her receipt lay in the drawer.")
    assert "1 added, 0 struck: 7 on the roll that counts" in done.text
    assert "a challenge was upheld" in done.text
    added = [
        row
        for row in sign_in("board").get(f"{house.roll}.csv").response.get_data(as_text=True).split()
        if "challenge,added" in row
    ]
    assert len(added) == 1
    written = sign_in("board").get(f"{house.roll}.json").response.get_data()
    assert hashlib.sha256(written).hexdigest() == house.read(lambda s: s.scalar(select(Proposal.roll_digest)))
    person_id = house.read(lambda s: s.scalar(select(Person.id).where(Person.name == "Ana Mōhua")))
    ana, ana_id = (
        Browser(app).sign_in_as(person_id),
        house.read(lambda s: s.scalar(select(Participant.id).where(Participant.name == "Ana Mōhua"))),
    )
    ballot = f"/as/{ana_id}/votes/{house.path.rpartition('/')[2]}"
    assert "Your vote is recorded." in ana.submit(ballot, {"choice": "for"}).text
    assert "Ana Mōhua may vote, because a challenge was upheld on" in ana.get(house.roll).text
    assembly.close(house.path)
    assert "1 of 7 on the voting roll voted" in ana.get(house.path).text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"whom": "Nobody At All"}, "The register of members has nobody of this name or number."),
        ({"whom": "0"}, "The register of members has nobody of this name or number."),
        ({"whom": "99999999999999999999"}, "The register of members has nobody of this name or number."),
        ({"whom": "x\x00"}, "The register of members has nobody of this name or number."),
        ({"whom": " "}, "Please fill this in."),
        ({"asks": "add"}, "They are on the voting roll already."),
        ({"asks": "founder"}, "Not a valid choice"),
        ({"grounds": ""}, "Please fill this in."),
        ({"grounds": "x" * 2_001}, "2000"),
    ],
)
def test_a_challenge_that_cannot_be_is_shown_beside_its_field_and_records_nothing(
    house: House, values: dict[str, str], message: str
) -> None:
    asked = {"asks": "strike", "whom": "4", "grounds": "They have left us."}
    page = house.sign_in("board").post(house.form("board"), asked | values)
    assert page.status == 422, page.text
    assert message in page.text
    assert (house.count(Challenge), house.count(ChallengeWords)) == (0, 0)


def test_a_member_is_named_by_number_too_and_the_same_challenge_is_one(house: House) -> None:
    number = house.read(
        lambda s: s.scalar(select(Member.number).where(Member.participant_id == house.participants["scrutineer"]))
    )
    assert house.challenge("board", f"#{number}").status == 200
    again = house.challenge("board", "scrutineer")
    assert (again.status, "You have challenged this entry already." in again.text) == (422, True)
    assert house.count(Challenge) == 1


def test_nobody_answers_without_the_power_or_in_their_own_matter(house: House) -> None:
    house.challenge("secretary", "board2")
    for member in ("treasurer", "auditor", "scrutineer"):
        assert house.sign_in(member).get(house.answering()).status == 403
        assert house.sign_in(member).post(house.answering(), {"upheld": "upheld", "reasons": "So."}).status == 403
    for party in ("secretary", "board2"):
        assert "Somebody else answers it." in house.sign_in(party).get(house.answering()).text
        refused = house.sign_in(party).post(house.answering(), {"upheld": "upheld", "reasons": "So."})
        assert (refused.status, "Somebody else answers it." in refused.text) == (403, True)
    assert house.sign_in("board").get(f"/challenges/{uuid4()}/answer").status == 404
    assert house.answer("board").status == 200
    again = house.sign_in("board").post(house.answering(), {"upheld": "upheld", "reasons": "So."})
    assert (again.status, "The answer stands." in again.text) == (409, True)
    assert "The answer stands." in house.sign_in("board").get(house.answering()).text


def test_nobody_challenges_for_somebody_else(house: House) -> None:
    values = {"asks": "strike", "whom": house.names["scrutineer"], "grounds": "Away."}
    assert house.sign_in("treasurer").post(house.form("board"), values).status == 404
    assert house.count(Challenge) == 0


def test_a_task_stands_at_home_until_the_challenge_is_answered(house: House) -> None:
    task = "Answer 1 challenge of a voting roll"
    assert task not in house.sign_in("secretary").get("/").text
    house.challenge("treasurer", "scrutineer")
    for officer in ("secretary", "board"):
        assert task in house.sign_in(officer).get("/").links
    assert task not in house.sign_in("treasurer").get("/").text
    house.answer("secretary", "not-upheld")
    assert task not in house.sign_in("secretary").get("/").text


def test_after_the_window_nothing_is_challenged_and_after_the_count_nothing_answered(house: House) -> None:
    house.challenge("treasurer", "scrutineer")
    with clock.at(house.assembly.later()):
        late = house.sign_in("board")
        assert late.get(house.form("board")).status == 404
        refused = late.post(house.form("board"), {"asks": "strike", "whom": "4", "grounds": "Away."})
        assert (refused.status, "could be challenged until" in refused.text) == (409, True)
        assert "Challenge the roll" not in late.get(house.roll).links
    house.assembly.close(house.path)
    page = house.sign_in("secretary").get(house.roll)
    assert "It was not answered before the votes were counted" in page.text
    refused = house.sign_in("secretary").post(house.answering(), {"upheld": "upheld", "reasons": "So."})
    assert (refused.status, "counted already" in refused.text) == (409, True)


def test_the_words_of_a_challenge_can_be_erased(house: House) -> None:
    house.challenge("treasurer", "scrutineer")
    house.answer("secretary")
    with house.app.app_context():
        write(lambda session: session.execute(delete(ChallengeWords)))
    page = house.sign_in("secretary").get(house.roll)
    assert "The grounds were erased. Reasons of the answer The reasons were erased." in page.text
    assert house.sign_in("secretary").get(house.answering()).status == 200


def test_challenges_stand_on_pages_those_without_an_answer_first(house: House) -> None:
    def challenge_all(session: Session) -> None:
        proposal_id = session.scalars(select(Proposal.id)).one()
        members = [session.get_one(Participant, one).voter_ref for one in house.assembly.members.values()]
        for by in members:
            for about in members:
                if about != by:
                    challenging.challenge(
                        session, proposal_id, voter_ref=about, by_ref=by, asks=Asks.STRIKE, clock=clock.now
                    )

    with house.app.app_context():
        write(challenge_all)
    assert house.count(Challenge) == 30
    reader = house.sign_in("secretary")
    first = reader.get(house.roll)
    assert first.response.text.count('id="challenge-') == 20
    assert first.links["Next"].endswith("?challenges=2#challenges")
    second = reader.get(f"{house.roll}?challenges=2")
    assert second.response.text.count('id="challenge-') == 10
    assert "Page 2 of 2" in second.text
    # What is answered goes behind what waits, and the names of the roll keep their own pages.
    newest = house.answering().split("/")[2]
    assert f'id="challenge-{newest}"' in first.response.text
    house.sign_in("secretary").submit(house.answering(), {"upheld": "not-upheld", "reasons": "So."})
    assert f'id="challenge-{newest}"' not in reader.get(house.roll).response.text
    assert f'id="challenge-{newest}"' in reader.get(f"{house.roll}?challenges=99&page=1").response.text
    assert reader.get(f"{house.roll}?challenges=x").response.text.count('id="challenge-') == 20


def test_an_officer_is_told_what_to_do_where_a_strike_would_leave_too_few_for_a_secret_vote(
    app: Flask, assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    def need_six(session: Session) -> None:
        cooperative.current(session, lock=True)
        today = cooperative.today(session)
        bylaws.adopt(session, replace(bylaws.in_force(session, today).bylaws, secret_least=6), in_force_on=today)

    with app.app_context():
        write(need_six)
    house = House(app, assembly, sign_in, participants, secrecy="secret")
    house.challenge("treasurer", "scrutineer")
    refused = house.answer("secretary")
    assert refused.status == 409
    assert "without them only 5 would have ballots that look alike" in refused.text
    assert "put the question to the vote again, by roll-call" in refused.text
    # The form is still there, with what was typed.
    assert dict(refused.form(having="reasons").values)["reasons"] == "The register says so."
    assert house.count(ChallengeAnswer) == 0
    assert "The challenge is answered." in house.answer("secretary", "not-upheld", "Five would be left.").text
