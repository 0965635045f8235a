"""Who may vote: by the registers of the record date, and by the by-laws of that day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import bylaws, operations
from coop.assembly.bylaws import Bylaws
from coop.assembly.counting_rules import Asked, rule_for
from coop.assembly.models import Majority, Motion, MotionWords, Stage
from coop.assembly.rolls import electorate
from coop.assembly.rolls.queries import figures
from coop.assembly.rolls.standing import Because, standing
from coop.assembly.voting import words_digest
from coop.database import db, write
from coop.membership.models import Participant
from coop.shares import operations as shares
from evidence.identifiers import new_id
from governance.ballots import cast_open
from governance.methods import ElectionRule
from governance.models import Proposal, Secrecy
from governance.opening import Question, open_proposal
from governance.rolls import Voter, recomputed_digest
from governance.weights import ClassCap, Weighting
from tests import joining
from tests.html_client import Browser

if TYPE_CHECKING:
    from tests.coop.assembly.conftest import Assembly

SignIn = Callable[[str], Browser]


def _adopt(app: Flask, **figures: int) -> None:
    def work(session: Session) -> None:
        cooperative.current(session, lock=True)
        today = cooperative.today(session)
        changed = replace(bylaws.in_force(session, today).bylaws, **figures)
        bylaws.adopt(session, changed, in_force_on=today)

    with app.app_context():
        write(work)


def _enrol(app: Flask, participant_id: UUID) -> None:
    def work(session: Session) -> None:
        joining.pay(session, participant_id)
        joining.issue(session, participant_id)

    with app.app_context():
        write(work)


def test_earlier_by_laws_make_the_roll_on_the_day_and_can_be_challenged_until_the_end() -> None:
    earlier = Bylaws.from_canonical({"share_price_minor": None, "most_shares": 1, "voting_days": 7})
    assert (earlier.record_days, earlier.challenge_days) == (0, 0)
    opens_at = clock.now()
    closes_at = opens_at + timedelta(days=7)
    assert electorate.challenges_until(earlier, opens_at, closes_at) == closes_at
    for days, until in ((2, opens_at + timedelta(days=2)), (30, closes_at)):
        assert electorate.challenges_until(replace(earlier, challenge_days=days), opens_at, closes_at) == until


def test_the_record_date_lies_as_many_days_before_the_opening_as_the_by_laws_say(
    app: Flask, assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    _adopt(app, record_days=5, challenge_days=3)
    path = assembly.write()
    opening = clock.now() + timedelta(days=20)
    with clock.at(opening - timedelta(days=4)):
        _enrol(app, participants["founder"])
    with clock.at(opening):
        early = sign_in("founder").get(path).text
        assert "Aroha Hihi could not vote on this if it opened today, because they became a member on" in early
        assert "6 members, by the registers of" in sign_in("secretary").get(f"{path}/open").text
        assembly.open(path, closes_on=(opening + timedelta(days=9)).date().isoformat())
        late = sign_in("founder").get(path).text
        assert "Aroha Hihi may not vote on this, because they became a member on" in late
    with app.app_context():
        proposal = db.session.scalars(select(Proposal)).one()
        day = opening.astimezone(ZoneInfo(cooperative.current(db.session()).zone)).date()
        assert proposal.roll_size == 6
        assert proposal.challenges_until is not None
        assert proposal.challenges_until - proposal.opens_at == timedelta(days=3)
        assert proposal.record_on == day - timedelta(days=5)


def test_no_record_date_lies_before_the_founding(app: Flask, assembly: "Assembly") -> None:
    _adopt(app, record_days=90)
    path = assembly.write()
    assert assembly.open(path).status == 200
    with app.app_context():
        founded_on = cooperative.current(db.session()).founded_on
        assert db.session.scalars(select(Proposal.record_on)).one() == founded_on


def test_where_the_by_laws_ask_for_a_share_who_holds_none_has_no_vote(session: Session) -> None:
    joining.found(session, None)
    who = joining.joined(session)
    joining.enrolled(session, who, shares=0)
    today = cooperative.today(session)
    roll = electorate.eligible(session, today, Secrecy.OPEN)
    assert {voter.reason for voter in roll} == {"member"}
    assert session.get_one(Participant, who.participant_id).voter_ref in {voter.ref for voter in roll}
    assert {voter.class_code for voter in electorate.eligible(session, today, Secrecy.SECRET)} == {"member"}
    motion_id = operations.write_motion(
        session,
        joining.actor_of(session, who.person_id),
        author_id=who.participant_id,
        words=operations.Words("Buy a boat", "A small one."),
        majority=Majority.ORDINARY,
    )
    assert standing(session, motion_id, who.participant_id).because is Because.WILL_BE

    bylaws.adopt(session, Bylaws(share_price_minor=5000, most_shares=3), in_force_on=today)
    assert electorate.eligible(session, today, Secrecy.OPEN) == []
    assert standing(session, motion_id, who.participant_id).because is Because.NO_SHARE
    shares.buy(session, joining.actor_of(session, who.person_id), participant_id=who.participant_id, quantity=2)
    joining.pay(session, who.participant_id)
    joining.issue(session, who.participant_id)
    roll = electorate.eligible(session, today, Secrecy.OPEN)
    assert [(voter.reason, voter.weight) for voter in roll] == [("member-with-share", 1)]


def test_an_erased_member_leaves_an_entry_that_still_verifies(
    app: Flask, assembly: "Assembly", sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    """What can be erased of a member is their name; the roll never had it."""
    path = assembly.write()
    assembly.open(path)
    assembly.vote(path, "scrutineer", "for")

    def erase(session: Session) -> None:
        row = session.get_one(Participant, participants["scrutineer"])
        row.name = row.name_key = ""

    with app.app_context():
        name = db.session.get_one(Participant, participants["scrutineer"]).name
        write(erase)
        proposal = db.session.scalars(select(Proposal)).one()
        assert recomputed_digest(db.session(), proposal.id) == proposal.roll_digest
    page = sign_in("secretary").get(f"{path}/roll")
    assert name not in page.text
    assert "(erased)" in page.text
    assembly.close(path)
    assert "1 of 6 on the voting roll voted" in sign_in("secretary").get(path).text


def test_a_small_class_of_a_secret_vote_has_no_figures_on_the_page(session: Session) -> None:
    joining.found(session)
    now = clock.now()
    voters = [Voter(new_id(), "practitioner", "member") for _ in range(4)]
    question = Question(
        rule=ElectionRule("scottish-stv", 1),
        secrecy=Secrecy.SECRET,
        text_digest="0" * 64,
        opens_at=now,
        closes_at=now + timedelta(days=1),
        record_on=cooperative.today(session),
        candidates=("c1", "c2"),
    )
    whole = session.get_one(Proposal, open_proposal(session, question, voters))
    shown = figures(session, whole).classes
    assert shown is not None
    assert [(line.name, line.heads) for line in shown] == [("Practitioners", 4)]
    groups = [Voter(new_id(), "group", "member") for _ in range(3)]
    split = session.get_one(Proposal, open_proposal(session, replace(question, secret_least=3), [*voters, *groups]))
    assert figures(session, split).classes is not None
    split.secret_least = 4
    with session.no_autoflush:
        assert figures(session, split).classes is None
    session.expire(split)


def test_a_result_page_says_heads_and_votes_where_they_differ(
    app: Flask, assembly: "Assembly", sign_in: SignIn
) -> None:
    path = assembly.write()
    motion_id = UUID(path.rpartition("/")[2])

    def weigh(session: Session) -> None:
        """Open the vote on a roll on which two members have two votes each, and let one of them and another vote."""
        now, today = clock.now(), cooperative.today(session)
        equal = electorate.eligible(session, today, Secrecy.OPEN)
        roll = [replace(voter, weight=2 if place < 2 else 1) for place, voter in enumerate(equal)]
        motion = session.get_one(Motion, motion_id)
        found = bylaws.in_force(session, today)
        question = Question(
            rule=rule_for(motion, found.bylaws, Asked()),
            secrecy=Secrecy.OPEN,
            text_digest=words_digest(session.get_one(MotionWords, motion_id)),
            opens_at=now,
            closes_at=now + timedelta(days=1),
            record_on=today,
            weighting=Weighting({"practitioner": ClassCap(2)}),
        )
        proposal_id = open_proposal(session, question, roll)
        motion.stage, motion.proposal_id, motion.bylaws_id = Stage.OPENED, proposal_id, found.version_id
        session.flush()
        for voter in (roll[0], roll[5]):
            cast_open(session, proposal_id, voter.ref, "for", clock=clock.now)

    with app.app_context():
        write(weigh)
    roll = sign_in("board").get(f"{path}/roll").text
    assert "8 votes of 6 members" in roll
    assembly.close(path)
    result = sign_in("board").get(path).text
    assert "2 of 6 on the voting roll voted (33.3%)." in result
    assert "They cast 3 votes: votes weigh here." in result
