"""What the demonstration's community does together: skills and introductions, a practice circle, events, polls, and sites."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.community import circles, events, introductions, matching, polls, sites, skills
from coop.community.events import EventPlan
from coop.community.models import Direction, Profile
from coop.community.poll_models import PollOption
from coop.community.polls import Question
from coop.community.sites import SiteText
from coop.demonstration import roles
from coop.demonstration.growth import SEED
from coop.demonstration.stage import Stage
from coop.membership.models import Participant, ParticipantKind

_SKILLS = (
    "Acoustic monitoring",
    "Bat surveys",
    "Bird counts",
    "Drone flying",
    "eDNA sampling",
    "Facilitation in te reo Māori",
    "Grant writing",
    "Lizard surveys",
    "Maps and GIS",
    "Seed collection",
    "Sensor prototypes",
    "Statistics",
    "Stream surveys",
    "Trapping networks",
    "Volunteer coordination",
    "Wetland planting",
)
_SITES = (
    ("Lower swamp", "12.5", 2011),
    ("Stream walk", "3", 2018),
    ("Gully and lookout", "7.2", None),
    ("Dunes, northern end", "21", 2004),
    ("School nursery and bank", None, 2020),
    ("Kahikatea stand", "4.8", 1996),
    ("Estuary edge", "16", 2015),
    ("Old quarry", None, None),
)
_CIRCLE = (
    "Wetlands and streams",
    "For everybody who works with **wet feet**: planting, surveys, fish passage, and the paperwork that goes with them.\n\n"
    "We meet on a video call every other month, and go to see one place a season.",
)
_POSTS = (
    "Kia ora koutou. We have three hundred harakeke to spare, two years old. First come, first served.",
    "Has anybody compared **fyke nets** with eDNA for kōkopu in small streams? We found them by one and not by the other.",
    "Notes from our last call:\n\n- plant raupō after the first flood, not before\n- ask the council for consent *before* the digger\n"
    "- weed mats cost more than they save",
    "Thank you all for the day at the stream. The pictures are with whoever took part.",
    "Our culvert is replaced at last. Inanga were above it within a fortnight.",
)
_QUESTION = "Which skills does the sector lack most?"
_NEXT_QUESTION = "What should the next fellowship be about?"
_TOPICS = (
    "Prototyping in electronics",
    "Records that hold up in court",
    "Mātauranga Māori and monitoring",
    "Statistics for small groups",
    "Finding and keeping volunteers",
    "Funding beyond one year",
)
_MESSAGE = "Kia ora! I read that you do stream surveys. We begin one in autumn and would like to do it well. May I ask you a few things?"


def gather(stage: Stage) -> None:
    """Set up everything that the community does."""
    when, ago = stage.calendar, stage.ago
    known: set[UUID] = set()
    for moment in (when.since_founding(200), ago(hour=11, days=60)):
        stage.at(moment, partial(_say_skills, stage, known))
    stage.at(when.since_founding(215), partial(_look_after, stage))
    stage.at(when.since_founding(220), partial(_introduce, stage))
    stage.at(ago(hour=9, days=1), partial(_ask_the_delegate, stage))
    stage.at(when.since_founding(150), partial(_found_circle, stage), partial(_fill_circle, stage))
    stage.at(
        ago(hour=12, days=8),
        lambda session: events.announce(session, stage.role(session, roles.BOARD), plan=_gathering(stage)),
        partial(_fill_seats, stage, ago(hour=13, days=7), 22),
    )
    last_year = partial(_open_poll, stage, _QUESTION, _SKILLS[:8], when.since_founding(275, hour=20))
    stage.at(when.since_founding(261), last_year, partial(_answer, stage, when.since_founding(266), 31))
    open_now = partial(_open_poll, stage, _NEXT_QUESTION, _TOPICS, ago(hour=20, days=-9))
    stage.at(ago(hour=9, days=5), open_now, partial(_answer, stage, ago(hour=19, days=3), 23))


def _say_skills(stage: Stage, known: set[UUID], session: Session) -> None:
    """Let Ngaio, the delegate and a third of the others say what they offer and want, once each."""
    dice = random.Random(SEED + len(known))  # noqa: S311 - a story, not a secret
    chosen = {
        stage.persons[roles.MEMBER.email]: (["Bird counts"], ["Grant writing", "Stream surveys"]),
        stage.persons[roles.REPRESENTATIVE.email]: (["Stream surveys"], ["Maps and GIS"]),
    }
    for place, participant_id in enumerate(one for one in stage.members if one not in known):
        person_id = stage.people[participant_id]
        if place % 3 and person_id not in chosen:
            continue
        five = dice.sample(_SKILLS, 5)
        offered, wanted = chosen.get(person_id) or (five[:3], five[3:])
        for direction, names in ((Direction.OFFERED, offered), (Direction.WANTED, wanted)):
            for name in names:
                _add_skill(stage, session, participant_id, direction, name)
    known.update(stage.members)


def _look_after(stage: Stage, session: Session) -> None:
    """Let groups say which sites they look after."""
    groups = session.execute(
        select(Participant.id, Profile.place)
        .join(Profile, Profile.participant_id == Participant.id)
        .where(Participant.kind == ParticipantKind.GROUP, Participant.id.in_(stage.members))
        .order_by(Participant.name_key)
    )
    for (participant_id, place), (name, hectares, since) in zip(groups, _SITES, strict=False):
        site = SiteText(name, place, Decimal(hectares) if hectares else None, since)
        sites.add_site(session, stage.acting(participant_id), participant_id=participant_id, site=site)


def _introduce(stage: Stage, session: Session) -> None:
    """Let some ask whoever matches them most, and be accepted."""
    met: set[UUID] = set()
    for asker in stage.ordinary_people()[:30]:
        actor = stage.acting(asker)
        closest = matching.matches(session, asker, actor.person_id).rows[:1]
        for other in (match.participant_id for match in closest):
            if {asker, other} & met:
                continue
            met |= {asker, other}
            one = introductions.ask(session, actor, participant_id=asker, other_id=other, message=_MESSAGE)
            introductions.accept(session, stage.acting(other), participant_id=other, introduction_id=one)


def _ask_the_delegate(stage: Stage, session: Session) -> None:
    """Leave a request for whoever tries the delegate's role."""
    asker, person_id = stage.ordinary_people()[-1], stage.persons[roles.REPRESENTATIVE.email]
    delegate = next(one for one, person in stage.people.items() if person == person_id)
    _add_skill(stage, session, asker, Direction.WANTED, "Stream surveys")
    introductions.ask(session, stage.acting(asker), participant_id=asker, other_id=delegate, message=_MESSAGE)


def _found_circle(stage: Stage, session: Session) -> UUID:
    name, purpose = _CIRCLE
    return circles.found_circle(session, stage.role(session, roles.SECRETARY), name=name, purpose=purpose)


def _fill_circle(stage: Stage, circle_id: UUID) -> None:
    """Let members join the circle, write in it, and announce three events: two are over, one is to come."""
    when, ago = stage.calendar, stage.ago
    stage.at(when.since_founding(155), partial(_join, stage, circle_id))
    moments = [
        when.since_founding(160),
        when.since_founding(205),
        when.since_founding(260),
        ago(hour=20, days=25),
        ago(hour=8, days=3),
    ]
    for place, (moment, text) in enumerate(zip(moments, _POSTS, strict=True)):
        stage.at(moment, partial(_write, stage, circle_id, place, text))
    for plan, number in _circle_events(stage):
        announced_at = plan.starts_at - timedelta(days=13)
        signed_up_at = announced_at + timedelta(days=4)
        stage.at(
            announced_at, partial(_announce, stage, circle_id, plan), partial(_fill_seats, stage, signed_up_at, number)
        )


def _circle_events(stage: Stage) -> list[tuple[EventPlan, int]]:
    """Return what the circle invites to, and how many come."""
    call = EventPlan(
        "Planting after floods: a call",
        "Three short stories, then questions.",
        stage.calendar.since_founding(230, hour=19),
        minutes=75,
        link="https://meet.example/wetlands",
    )
    day = EventPlan(
        "A day at the stream",
        "We look for fish, and **bring our own lunch**. There are waders in all sizes but the largest.",
        stage.ago(hour=10, days=27),
        minutes=300,
        place="Ōtaki, car park at the bridge",
        capacity=16,
    )
    walk = EventPlan(
        "Walk through the restored swamp",
        "An hour and a half on boardwalks. Bring *gumboots*, and a jacket for rain.",
        stage.ago(hour=10, days=-6),
        minutes=90,
        place="Ōtaki, gate at the northern end",
        capacity=12,
    )
    return [(call, 14), (day, 16), (walk, 9)]


def _gathering(stage: Stage) -> EventPlan:
    return EventPlan(
        "Gathering of the whole community",
        "Kai, short talks, and a walk before dark. Children are welcome.",
        stage.ago(hour=16, days=-20),
        minutes=300,
        place="Whanganui, hall by the river",
        link="https://meet.example/gathering",
    )


def _join(stage: Stage, circle_id: UUID, session: Session) -> None:
    for participant_id in stage.ordinary_people()[:14]:
        circles.join_circle(session, stage.acting(participant_id), circle_id=circle_id, participant_id=participant_id)


def _write(stage: Stage, circle_id: UUID, place: int, text: str, session: Session) -> None:
    author = stage.ordinary_people()[place]
    circles.write_post(session, stage.acting(author), circle_id=circle_id, author_id=author, text=text)


def _announce(stage: Stage, circle_id: UUID, plan: EventPlan, session: Session) -> UUID:
    holder = stage.ordinary_people()[0]
    return events.announce_in_circle(session, stage.acting(holder), circle_id=circle_id, organiser_id=holder, plan=plan)


def _fill_seats(stage: Stage, moment: datetime, number: int, event_id: UUID) -> None:
    def come(session: Session) -> None:
        for participant_id in stage.ordinary_people()[:number]:
            actor = stage.acting(participant_id)
            events.sign_up(session, actor, event_id=event_id, participant_id=participant_id)

    stage.at(moment, come)


def _open_poll(stage: Stage, question: str, options: Sequence[str], closes_at: datetime, session: Session) -> UUID:
    text = "The coordinator plans with the answers."
    asked = Question(question, text, tuple(options), closes_at)
    return polls.open_poll(session, stage.role(session, roles.SECRETARY), asked=asked)


def _answer(stage: Stage, moment: datetime, number: int, poll_id: UUID) -> None:
    """Let a number of members answer; what comes first in the list is picked more often."""

    def pick(session: Session) -> None:
        dice = random.Random(SEED + number)  # noqa: S311 - a story, not a secret
        positions = session.scalars(select(PollOption.position).where(PollOption.poll_id == poll_id)).all()
        for participant_id in stage.ordinary_people()[:number]:
            picks = {min(dice.choice(positions), dice.choice(positions)) for _ in range(3)}
            actor = stage.acting(participant_id)
            polls.answer(session, actor, poll_id=poll_id, participant_id=participant_id, picks=picks)

    stage.at(moment, pick)


def _add_skill(stage: Stage, session: Session, participant_id: UUID, direction: Direction, name: str) -> None:
    actor = stage.acting(participant_id)
    skills.add_skill(session, actor, participant_id=participant_id, direction=direction, name=name)
