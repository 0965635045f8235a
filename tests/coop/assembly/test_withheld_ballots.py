"""What page and files show of secret ballots follows the engine: a vote in two classes, which no page opens yet."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.models import Candidacy, Motion, MotionWords, Stage
from coop.assembly.voting import words_digest
from coop.database import write
from coop.membership.models import Participant
from governance.declared import declared
from governance.methods import ElectionRule
from governance.models import Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter
from governance.shown import cast_of

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly, SignIn


def _open_in_two_classes(session: Session, motion_id: UUID, group: set[UUID], others: set[UUID]) -> None:
    """Open an election as the secretary does, on a roll with two classes."""
    motion, now = session.get_one(Motion, motion_id), clock.now()
    candidacies = session.scalars(select(Candidacy).where(Candidacy.motion_id == motion_id)).all()
    for number, candidacy in enumerate(candidacies, start=1):
        candidacy.option_code = f"c{number}"
    question = Question(
        rule=ElectionRule("scottish-stv", 1),
        secrecy=Secrecy.SECRET,
        text_digest=words_digest(session.get_one(MotionWords, motion_id)),
        opens_at=now,
        closes_at=now + timedelta(days=5),
        record_on=now.date(),
        candidates=tuple(str(candidacy.option_code) for candidacy in candidacies),
    )
    refs = dict(session.execute(select(Participant.id, Participant.voter_ref)).all())
    roll = [Voter(refs[one], "group" if one in group else "member", "member") for one in group | others]
    proposal_id, bylaws_id = (
        open_proposal(session, question, roll),
        in_force(session, cooperative.today(session)).version_id,
    )
    motion.stage, motion.proposal_id, motion.bylaws_id = Stage.OPENED, proposal_id, bylaws_id


def test_answers_of_a_small_class_stand_apart_from_the_receipts(
    app: Flask, assembly: "Assembly", sign_in: "SignIn"
) -> None:
    path = assembly.call_election()
    motion_id = UUID(path.rpartition("/")[2])
    names = list(assembly.members)
    group, others = ({assembly.members[name] for name in part} for part in (names[:3], names[3:]))
    with app.app_context():
        write(lambda session: _open_in_two_classes(session, motion_id, group, others))
    for name, first in ((names[0], "board"), (names[1], "board2"), (names[3], "board"), (names[4], "treasurer")):
        assembly.rank(path, name, first)
    assembly.close(path)
    with app.app_context():
        receipts = write(lambda session: _receipts(session, motion_id))
    assert len(receipts) == 4
    browser = sign_in("secretary")
    page = browser.get(f"{path}/ballots")
    assert page.status == 200
    assert all(receipt in page.text for receipt in receipts)
    # Not one is in a row with an answer, nor in a file beside one.
    called = assembly.names()
    rows = page.response.text.split("<tr")
    assert not [row for row in rows if any(r in row for r in receipts) and any(n in row for n in called.values())]
    for name in ("ballots.csv", "ballots.blt"):
        file = browser.client.get(f"{path}/{name}")
        assert file.status_code == 200
        assert not any(receipt in file.text for receipt in receipts), name
    lines = browser.client.get(f"{path}/ballots.csv").text.splitlines()[1:]
    assert len(lines) == 4
    assert all(line.startswith(",,") for line in lines)
    assert b'"answers"' in browser.client.get(f"{path}/bundle.zip").data


def _receipts(session: Session, motion_id: UUID) -> list[str]:
    found = declared(session, session.get_one(Motion, motion_id).proposal_id)
    assert found is not None
    return list(cast_of(session, found).receipts)


def test_where_too_few_voted_the_page_says_so_and_links_to_no_list(assembly: "Assembly", sign_in: "SignIn") -> None:
    election, resolution = assembly.call_election(), assembly.write()
    for path in (election, resolution):
        assembly.open(path, secrecy="secret")
    assembly.rank(election, "treasurer", "board")
    assembly.fill_in(resolution, "treasurer", {"choice": "for"})
    for path in (election, resolution):
        assembly.close(path)
        page = sign_in("founder").get(path)
        assert "of 1 cast, fewer than 3 share what it would show" in page.text
        assert f"{path}/ballots" not in page.links.values()
        listed = sign_in("founder").get(f"{path}/ballots")
        assert (listed.status, listed.title) == (409, "There is no list of these ballots")
        assert path in listed.links.values()
        checking = sign_in("founder").get(f"{path}/check")
        assert "What the ballots say is not in the bundle" in checking.text
        assert "coop count" not in checking.text
