"""The community's part of the world: skills that match, requests, a circle, events, polls and a site."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from flask import Flask
from sqlalchemy.orm import Session

from coop import clock
from coop.community import circles, events, introductions, polls, sites, skills
from coop.community.events import EventPlan
from coop.community.models import Direction
from coop.community.operations import ProfileText, edit_profile
from coop.community.polls import Question
from coop.community.sites import SiteText
from coop.database import write
from coop.membership.models import Participant
from tests import joining
from tests.world_contents import Address, World

#: What the participants offer and want.
SKILLS = (
    ("treasurer", Direction.OFFERED, "Bookkeeping"),
    ("treasurer", Direction.WANTED, "Bird calls"),
    ("secretary", Direction.OFFERED, "Bird calls"),
    ("board", Direction.WANTED, "Bookkeeping"),
    ("board", Direction.OFFERED, "Mōhua counts"),
    ("board2", Direction.OFFERED, "Bird calls"),
)
LISTED = ("treasurer", "secretary", "board", "board2")


def build(app: Flask, world: World) -> None:
    """Make one of everything."""
    write(lambda session: _skills(session, world))
    write(lambda session: _introductions(session, world))
    write(lambda session: _circle(session, world))
    write(lambda session: _events(session, world))
    write(lambda session: _polls(session, world))


def _skills(session: Session, world: World) -> None:
    for name in LISTED:
        own = world.participants[name]
        text = ProfileText(session.get_one(Participant, own).name, is_listed=True)
        edit_profile(session, joining.founder(session, name), participant_id=own, text=text)
    for name, direction, skill in SKILLS:
        actor, own = joining.founder(session, name), world.participants[name]
        skill_id = skills.add_skill(session, actor, participant_id=own, direction=direction, name=skill)
        world.things.setdefault("skill_id", []).append(skill_id)
    site = SiteText("Lower wetland", "Ōtaki", Decimal("12.5"), 2019)
    group = world.participants["group"]
    site_id = sites.add_site(session, joining.founder(session, "treasurer"), participant_id=group, site=site)
    world.things |= {"site_id": [site_id], "direction": ["offered"]}
    world.things["other_id"] = [world.participants["secretary"], world.participants["newcomer"]]


def _introductions(session: Session, world: World) -> None:
    """The treasurer has asked two: one waits, one has accepted; the board member has asked the treasurer."""

    def ask(asker: str, asked: str) -> UUID:
        one, other = world.participants[asker], world.participants[asked]
        actor = joining.founder(session, asker)
        return introductions.ask(session, actor, participant_id=one, other_id=other, message="Shall we talk?\nSoon?")

    waiting, accepted, mine = ask("treasurer", "secretary"), ask("treasurer", "board2"), ask("board", "treasurer")
    introductions.accept(
        session,
        joining.founder(session, "board2"),
        participant_id=world.participants["board2"],
        introduction_id=accepted,
    )
    world.things["introduction_id"] = [waiting, accepted, mine]


def _circle(session: Session, world: World) -> None:
    secretary, treasurer = joining.founder(session, "secretary"), joining.founder(session, "treasurer")
    circle_id = circles.found_circle(session, secretary, name="Wetlands", purpose="For **everybody** with wet feet.")
    empty_id = circles.found_circle(session, secretary, name="Ngā manu", purpose="Birds.")
    for actor, name in ((treasurer, "treasurer"), (treasurer, "group"), (secretary, "secretary")):
        circles.join_circle(session, actor, circle_id=circle_id, participant_id=world.participants[name])
    posts = [
        circles.write_post(
            session, treasurer, circle_id=circle_id, author_id=world.participants["treasurer"], text=f"Hello *{count}*"
        )
        for count in range(4)
    ]
    circles.edit_post(session, treasurer, post_id=posts[1], text="Kia ora")
    circles.remove_post(session, treasurer, post_id=posts[2])
    circles.remove_by_office(session, secretary, post_id=posts[3], reason="It named a nest.")
    world.things |= {"circle_id": [circle_id, empty_id], "post_id": posts}


def _events(session: Session, world: World) -> None:
    """One of the circle to which somebody comes, a full one of the co-op, one that is cancelled, and one that is over."""
    secretary, treasurer = joining.founder(session, "secretary"), joining.founder(session, "treasurer")
    now, circle_id = clock.now(), world.things["circle_id"][0]

    def plan(title: str, hours: int, capacity: int | None = None) -> EventPlan:
        return EventPlan(
            title, "*Bring boots.*", now + timedelta(hours=hours), 90, "Ōtaki", "https://x.example/", capacity
        )

    walk = events.announce_in_circle(
        session, treasurer, circle_id=circle_id, organiser_id=world.participants["treasurer"], plan=plan("A walk", 40)
    )
    full = events.announce(session, secretary, plan=plan("A talk", 60, 1))
    cancelled = events.announce(session, secretary, plan=plan("A swim", 70))
    with clock.at(now - timedelta(days=4)):
        over = events.announce(session, secretary, plan=plan("A gathering", -70))
    for event_id in (walk, full, cancelled):
        events.sign_up(session, treasurer, event_id=event_id, participant_id=world.participants["treasurer"])
    events.cancel(session, secretary, event_id=cancelled, reason="The river is high.")
    world.things["event_id"] = [walk, full, cancelled, over]


def _polls(session: Session, world: World) -> None:
    secretary, now = joining.founder(session, "secretary"), clock.now()

    def ask(title: str, hours: int) -> UUID:
        options = ("Trapping", "Grant writing", "Te reo Māori", "GIS")
        asked = Question(title, "So that we *plan*.", options, now + timedelta(hours=hours))
        return polls.open_poll(session, secretary, asked=asked)

    def answer(poll_id: UUID, name: str, *picks: int) -> None:
        own = world.participants[name]
        polls.answer(session, joining.founder(session, name), poll_id=poll_id, participant_id=own, picks=picks)

    with clock.at(now - timedelta(days=3)):
        closed = ask("Which skills does the sector lack?", -2)
        answer(closed, "treasurer", 1, 3)
        answer(closed, "board", 3)
        withdrawn = now - timedelta(hours=1)
    with clock.at(withdrawn):
        taken_back = ask("A question with a slip", 2)
        polls.withdraw_poll(session, secretary, poll_id=taken_back)
    open_id = ask("What shall the next fellowship be about?", 30)
    answer(open_id, "treasurer", 2)
    world.things["poll_id"] = [open_id, closed, taken_back]


def addresses(world: World) -> dict[str, list[Address]]:
    """Return the pages: who opens which."""
    mine = {name: f"/as/{participant_id}" for name, participant_id in world.participants.items()}
    circle_id, empty_id = world.things["circle_id"]
    walk, full, cancelled, over = world.things["event_id"]
    open_id, closed, taken_back = world.things["poll_id"]
    waiting, accepted, asked = world.things["introduction_id"]
    post_id = world.things["post_id"][0]
    return {
        "community.own_skills": [Address("treasurer", f"{mine[name]}/skills") for name in ("treasurer", "group")],
        "community.matches": [
            Address("treasurer", f"{mine['treasurer']}/matches"),
            Address("treasurer", f"{mine['group']}/matches"),
            Address("newcomer", f"{mine['newcomer']}/matches"),
        ],
        "community.introduce": [Address("treasurer", f"{mine['treasurer']}/matches/{world.participants['board']}")],
        "community.list_introductions": [
            Address("treasurer", f"{mine['treasurer']}/introductions"),
            Address("newcomer", f"{mine['newcomer']}/introductions"),
        ],
        "community.introduction": [
            Address("treasurer", f"{mine['treasurer']}/introductions/{one}") for one in (waiting, accepted, asked)
        ],
        "community.own_sites": [
            Address("treasurer", f"{mine['group']}/sites"),
            Address("newcomer", f"{mine['newcomer']}/sites"),
        ],
        "community.list_circles": [Address("newcomer", "/circles"), Address("secretary", "/circles")],
        "community.found_circle": [Address("secretary", "/circles/new")],
        "community.circle": [
            *(Address(name, f"/circles/{circle_id}") for name in ("treasurer", "secretary", "newcomer", "nobody")),
            Address("newcomer", f"/circles/{empty_id}"),
        ],
        "community.describe_circle": [Address("board", f"/circles/{circle_id}/edit")],
        "community.edit_post": [Address("treasurer", f"/posts/{post_id}")],
        "community.remove_by_office": [Address("secretary", f"/posts/{post_id}/remove-for-others")],
        "community.list_events": [
            Address("treasurer", "/events"),
            Address("secretary", "/events?when=past"),
            Address("newcomer", "/events"),
        ],
        "community.announce": [Address("secretary", "/events/new")],
        "community.announce_in_circle": [
            Address("treasurer", f"{mine['treasurer']}/circles/{circle_id}/events/new"),
        ],
        "community.event": [
            *(Address("treasurer", f"/events/{event_id}") for event_id in (walk, full, cancelled, over)),
            Address("newcomer", f"/events/{full}"),
            Address("nobody", f"/events/{walk}"),
        ],
        "community.change_event": [Address("treasurer", f"/events/{walk}/edit")],
        "community.cancel_event": [Address("secretary", f"/events/{full}/cancel")],
        "community.attendees": [
            Address("treasurer", f"/events/{walk}/attendees"),
            Address("board", f"/events/{over}/attendees"),
            Address("newcomer", f"/events/{walk}/attendees", 403),
        ],
        "community.list_polls": [Address("newcomer", "/polls"), Address("board", "/polls")],
        "community.open_poll": [Address("board", "/polls/new")],
        "community.poll": [
            *(Address("treasurer", f"/polls/{poll_id}") for poll_id in (open_id, closed, taken_back)),
            Address("secretary", f"/polls/{open_id}"),
            Address("nobody", f"/polls/{open_id}"),
        ],
        "community.answer_poll": [
            Address("treasurer", f"{mine['treasurer']}/polls/{open_id}"),
            Address("newcomer", f"{mine['newcomer']}/polls/{open_id}"),
        ],
    }


def files(world: World) -> list[Address]:
    """Return what is downloaded."""
    return [Address("newcomer", f"/events/{world.things['event_id'][0]}/calendar.ics")]


NO_PAGES = {"community.event_file"}
