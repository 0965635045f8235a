"""What the demonstration's members decided so far, and what is left to do on the day it is built."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import operations, voting
from coop.assembly.counting_rules import Asked
from coop.assembly.models import Majority, MotionWords
from coop.assembly.operations import Words
from coop.assembly.resolutions import Body, record_resolution
from coop.assembly.voting import AS_USUAL, Casting
from coop.demonstration import polling, roles
from coop.demonstration.growth import SEED, admit, arrive, keep_books, receive, say_what_you_do
from coop.demonstration.people import cast
from coop.demonstration.polling import Turnout
from coop.demonstration.stage import OPERATOR, Stage
from coop.identity import powers
from coop.identity.people import add_person
from coop.membership import operations as membership
from coop.permissions import Power
from coop.signed_in import actor_of

_DEBATE = (
    "I like the direction. What would it mean for groups that have nobody at a desk?",
    "We tried something like it in our valley. It took longer than planned and was worth it.",
)
_FUND = Words(
    "A tool library for small groups",
    "Small groups need a bat detector twice a year and cannot buy one.\n\n"
    "**We resolve** to spend up to NZD 3,000 on a shared library of field tools: two acoustic recorders, a thermal camera "
    "and a set of eDNA samplers. Members book them free; others pay the postage and a small fee.",
)
_LANGUAGE = Words(
    "Te reo Māori first on every page",
    "Our name and much of our work come from te ao Māori.\n\n"
    "**We resolve** that pages and notices carry te reo Māori first and English second, starting with the pages that "
    "members use most, and that translators are paid for it.",
)
_FEE = Words(
    "Marketplace fee of 8 % instead of 10 %",
    "The fee was set at the founding, before anybody had sold anything.\n\n"
    "**We resolve** to lower it to 8 % from the first day of next month. The treasurer reckons that this costs the co-op "
    "about NZD 600 a year at today's sales.",
)
_NAME = Words(
    "Change of name to Kanopi Aotearoa",
    "There is a firm of a similar name overseas. **We resolve**, as a special resolution, to change our name to *Kanopi "
    "Aotearoa*.",
)
_RECORDS = Words(
    "Share our monitoring records with the national database",
    "Some of us already do, each in their own way.\n\n"
    "**We resolve** that Kanopi offers one export to the national database, on for those who choose it and off for "
    "everybody else, and that places of threatened species are blurred.",
)
_MEET = Words(
    "Meet in person once a year",
    "Screens are fine for work and poor for trust. Should we meet once a year, each time in another place, and what may it "
    "cost?",
)
_BY_ELECTION = Words(
    "By-election: two seats on the board", "Two members of the board have stepped down. Nominations are open."
)
#: How many seats fall vacant, for whom the by-election is called.
_VACANT = 2
_STEPPED_DOWN = Words(
    "Two members of the board step down",
    "Both have too little time beside their field work this season. The board thanks them; a by-election fills their seats.",
)


_WHERE = Words(
    "Where do we meet in October?",
    "The working bee moves every year. Tick every place that you could come to; travel is shared.",
    ("Thames", "Kaikōura", "Ōhākune", "On the screen"),
)
#: How many could come to each place.
_COULD_COME = {"c1": 0.55, "c2": 0.3, "c3": 0.45, "c4": 0.5}


@dataclass(frozen=True)
class Vote:
    """When a vote opens and closes, when members cast theirs, and how it goes."""

    opens_at: datetime
    closes_at: datetime
    cast_at: datetime
    turnout: Turnout


def decide(stage: Stage) -> None:
    """Hold the votes that are over: one carried in the first year; since then one lost, one special resolution just short, one choice."""
    for words, opens_at, majority, weights in (
        (_FUND, stage.calendar.since_year_end(-110, 9), Majority.ORDINARY, (78, 14, 8)),
        (_FEE, stage.ago(days=75, hour=9), Majority.ORDINARY, (30, 60, 10)),
        (_NAME, stage.ago(days=40, hour=9), Majority.SPECIAL, (66, 29, 5)),
    ):
        closes_at, cast_at = opens_at + timedelta(days=7), opens_at + timedelta(days=3, hours=10)
        vote = Vote(opens_at, closes_at, cast_at, Turnout(0.62, weights))
        _propose(stage, words, opens_at - timedelta(days=14), majority, vote)
    _ask_where(stage)


def leave_open(stage: Stage) -> None:
    """Leave something to do: votes, nominations, an application, a payment, a share to issue, a debate."""
    now = stage.now
    opened, soon = now - timedelta(hours=26), now - timedelta(days=3)
    _propose(
        stage,
        _LANGUAGE,
        stage.ago(days=9, hour=8),
        Majority.ORDINARY,
        Vote(opened, opened + timedelta(days=5), now - timedelta(hours=5), Turnout(0.3, (70, 20, 10))),
    )
    _propose(
        stage,
        _RECORDS,
        stage.ago(days=6, hour=8),
        Majority.ORDINARY,
        Vote(soon, now + timedelta(minutes=10), now - timedelta(hours=3), Turnout(0.5, (64, 28, 8))),
    )
    _propose(stage, _MEET, stage.ago(days=3, hour=8), Majority.ORDINARY, None)
    stage.at(stage.ago(days=6), partial(_step_down, stage))
    _call_election(
        stage,
        _BY_ELECTION,
        stage.ago(days=4),
        _VACANT,
        lambda motion_id: stage.at(
            stage.ago(days=2), lambda session: polling.stand(stage, motion_id, stage.ordinary_people()[30:32], session)
        ),
    )
    _newcomers(stage)
    stage.at(stage.ago(minutes=30), keep_books)


def _propose(stage: Stage, words: Words, moment: datetime, majority: Majority, vote: Vote | None) -> None:
    """Let a member write a motion, two others say something about it, and, where there is a vote, all of it happen."""
    dice = random.Random(words.title)  # noqa: S311 - a story, not a secret

    def write_it(session: Session) -> tuple[UUID, list[UUID]]:
        author, *others = dice.sample(stage.ordinary_people(), 3)
        motion_id = operations.write_motion(
            session, stage.acting(author), author_id=author, words=words, majority=majority
        )
        return motion_id, others

    def go_on(written: tuple[UUID, list[UUID]]) -> None:
        motion_id, others = written
        for hours, who, text in zip((5, 26), others, _DEBATE, strict=True):
            stage.at(moment + timedelta(hours=hours), partial(_say, stage, motion_id, who, text))
        if vote is not None:
            stage.progress(f"voting: {words.title}")
            stage.at(vote.opens_at, partial(_open, stage, motion_id, vote.closes_at))
            stage.at(vote.cast_at, partial(polling.vote, stage, motion_id, vote.turnout, dice))
            if vote.closes_at < stage.now:
                polling.count(stage, motion_id, vote.closes_at + timedelta(minutes=5))

    stage.at(moment, write_it, go_on)


def _ask_where(stage: Stage) -> None:
    """Let a member ask where to meet, and the members tick the places that suit them."""
    asked_at, opens_at = stage.ago(days=34, hour=9), stage.ago(days=27, hour=9)
    closes_at = opens_at + timedelta(days=7)
    dice = random.Random(_WHERE.title)  # noqa: S311 - a story, not a secret

    def ask(session: Session) -> UUID:
        author = stage.ordinary_people()[9]
        return operations.write_choice(session, stage.acting(author), author_id=author, words=_WHERE, seats=1)

    def go_on(motion_id: UUID) -> None:
        casting = Casting(rule=Asked("approval"))
        stage.at(opens_at, partial(_open, stage, motion_id, closes_at, casting=casting))
        stage.at(opens_at + timedelta(days=2), partial(polling.tick, stage, motion_id, _COULD_COME, dice))
        polling.count(stage, motion_id, closes_at + timedelta(minutes=5))

    stage.at(asked_at, ask, go_on)


def _say(stage: Stage, motion_id: UUID, who: UUID, text: str, session: Session) -> UUID:
    return operations.comment(session, stage.acting(who), motion_id=motion_id, author_id=who, text=text)


def _open(stage: Stage, motion_id: UUID, closes_at: datetime, session: Session, casting: Casting = AS_USUAL) -> UUID:
    """Let the secretary open the vote."""
    seen = voting.words_digest(session.get_one(MotionWords, motion_id))
    secretary = stage.role(session, roles.SECRETARY)
    return voting.open_motion(session, secretary, motion_id=motion_id, closes_at=closes_at, seen=seen, casting=casting)


def _call_election(
    stage: Stage, words: Words, moment: datetime, seats: int | None, then: Callable[[UUID], None]
) -> None:
    def call(session: Session) -> UUID:
        return operations.call_election(session, stage.role(session, roles.SECRETARY), words=words, seats=seats)

    stage.at(moment, call, then)


def _step_down(stage: Stage, session: Session) -> None:
    """End the powers of as many members of the board as the by-election has seats; the two whom a visitor can be stay."""
    today = cooperative.today(session)
    stay = {stage.persons[role.email] for role in (roles.BOARD, roles.DIRECTOR)}
    held = [one for one in powers.all_powers(session) if one.power is Power.BOARD and one.in_force(today)]
    resolution_id = record_resolution(
        session,
        body=Body.BOARD,
        decided_on=today,
        title=_STEPPED_DOWN.title,
        text=_STEPPED_DOWN.text,
        about_person=True,
    )
    for one in [one for one in held if one.person_id not in stay][:_VACANT]:
        administrator = stage.role(session, roles.ADMINISTRATOR)
        powers.end(session, administrator, grant_id=one.grant_id, ended_on=today, resolution_id=resolution_id)


def _newcomers(stage: Stage) -> None:
    """One applicant waits for the board, one has yet to pay, one for the share; the role of a participant asks for nothing."""
    *asking, looking = cast(60, SEED + 2, "newcomer")[:4]

    def go_on(ids: list[UUID]) -> None:
        _, owing, paid = ids
        stage.at(stage.ago(days=3), lambda session: admit(stage, session, [owing, paid]))
        stage.at(stage.ago(days=1), lambda session: receive(stage, session, [paid]))

    def look_around(session: Session) -> None:
        person_id = add_person(
            session, OPERATOR, name=looking.name, email=roles.PARTICIPANT.email, password_hash=stage.password_hash
        )
        actor = actor_of(session, person_id, "command")
        participant_id = membership.create_individual(session, actor, name=looking.name)
        stage.people[participant_id] = person_id
        say_what_you_do(stage, session, participant_id, looking)

    stage.at(stage.ago(days=6), lambda session: arrive(stage, session, asking), go_on)
    stage.at(stage.ago(days=1), look_around)
