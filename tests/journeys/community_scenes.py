"""Taking part, in scenes through the pages alone: skills and an introduction, a circle with an event, the poll, a site."""

from datetime import timedelta

from coop import clock
from tests.journeys.scenes import ZONE, Newcomer, go, press
from tests.visitors import Stage, Visitor

CIRCLE = "River trappers"
EVENT = "An evening of stoat lines"
QUESTION = "Which skill does our sector lack most?"
SKILL = "Telemetry"
SITE = "Lower wetland"


def take_part(stage: Stage, newcomer: Newcomer) -> None:
    """Use every door of the community once."""
    meet_somebody(stage, newcomer)
    join_a_circle(stage, newcomer)
    come_to_an_event(stage, newcomer)
    answer_the_poll(stage, newcomer)
    look_after_a_site(newcomer)


def meet_somebody(stage: Stage, newcomer: Newcomer) -> None:
    """Say what one offers and wants, find who matches, ask for an introduction; once it is accepted both have an address."""
    hana, acting = stage.founder("treasurer"), f"/as/{stage.participants['treasurer']}"
    press(go(hana, f"{acting}/profile"), "Save", {"place": "Kerikeri", "is_listed": True})
    _say_skills(hana, acting, offered="Bird calls", wanted="Stoat trapping")
    visitor = newcomer.visitor
    press(go(visitor, f"{newcomer.acting}/profile"), "Save", {"place": "Whangārei", "is_listed": True})
    _say_skills(visitor, newcomer.acting, offered="stoat trapping", wanted="bird calls")
    visitor.follow("1 match")
    assert "Offers what you want" in visitor.text
    assert "Wants what you offer" in visitor.text
    visitor.follow("Ask for an introduction: Hana Mōrepōrepo")
    press(visitor, "Ask", {"message": "I would like to learn the calls before the autumn count."})
    asking = visitor.path
    assert "treasurer@kanopi.example" not in visitor.text, "addresses are exchanged only after a yes"
    go(hana, "/").follow(f"Answer {newcomer.name}, who asks for an introduction")
    press(hana, "Accept")
    assert newcomer.email in hana.text
    assert "treasurer@kanopi.example" in go(visitor, asking).text


def join_a_circle(stage: Stage, newcomer: Newcomer) -> None:
    """Let the secretary found a circle; join it and write in it."""
    secretary = go(stage.founder("secretary"), "/circles/new")
    press(secretary, "Found the circle", {"name": CIRCLE, "purpose": "We set lines along rivers, and compare."})
    visitor = go(newcomer.visitor, "/circles")
    visitor.follow(CIRCLE)
    press(visitor, "Join this circle")
    press(visitor, "Post", {"text": "Who has tried **rabbit** as bait?"})
    assert "Who has tried rabbit as bait?" in go(secretary, visitor.path).text


def come_to_an_event(stage: Stage, newcomer: Newcomer) -> None:
    """Announce an event of the circle; somebody signs up and gives the seat back, the announcer sees who comes."""
    visitor = go(newcomer.visitor, "/circles")
    visitor.follow(CIRCLE)
    visitor.follow("Announce an event")
    begins = (clock.now() + timedelta(days=2)).astimezone(ZONE)
    values = {"title": EVENT, "starts_on": f"{begins:%Y-%m-%d}", "starts_time": "18:00", "minutes": "90"}
    press(visitor, "Announce it", {**values, "place": "Hall", "capacity": "1"})
    guest = go(stage.founder("treasurer"), "/events")
    guest.follow(EVENT)
    press(guest, "Sign up")
    assert "You come" in guest.text
    assert b"BEGIN:VEVENT" in guest.download("Put it in your calendar (.ics)")
    assert "All seats are taken" in go(stage.founder("board"), guest.path).text
    press(guest, "Give the seat back")
    press(guest, "Sign up")
    go(visitor, guest.path).follow("Who comes")
    assert "Hana Mōrepōrepo" in visitor.text


def answer_the_poll(stage: Stage, newcomer: Newcomer) -> None:
    """Let the secretary open the poll on what the sector lacks, and answer it from the home page."""
    closes = (clock.now() + timedelta(days=3)).astimezone(ZONE)
    question = {"question": QUESTION, "text": "We plan by it.", "options": f"{SKILL}\nGrant writing\nBird calls"}
    secretary = go(stage.founder("secretary"), "/polls/new")
    press(
        secretary,
        "Open the poll",
        {**question, "closes_on": f"{closes:%Y-%m-%d}", "closes_time": "12:00"},
    )
    visitor = go(newcomer.visitor, "/")
    visitor.follow(f"Say what matters: {QUESTION}")
    visitor.send("Send my answer")
    assert visitor.status == 422, "an answer picks something"
    press(visitor, "Send my answer", {"picks": True})
    assert "Change the answer" in visitor.text
    assert "Result" not in visitor.text, "nobody sees how it stands before it closes"


def read_the_poll(newcomer: Newcomer) -> None:
    """Read what came of the poll, once it has closed."""
    visitor = go(newcomer.visitor, "/polls")
    visitor.follow(QUESTION)
    assert "1 has answered." in visitor.text
    assert "Result" in visitor.text


def look_after_a_site(newcomer: Newcomer) -> None:
    """Say which place one looks after; it stands in the directory."""
    visitor = go(newcomer.visitor, f"{newcomer.acting}/sites")
    visitor.send("Add the site", {"name": SITE, "place": "Whangārei", "hectares": "twelve"})
    assert visitor.status == 422
    press(visitor, "Add the site", {"hectares": "12.5", "since_year": "2019"})
    assert f"Remove {SITE}" in visitor.text


def _say_skills(visitor: Visitor, acting: str, *, offered: str, wanted: str) -> None:
    go(visitor, f"{acting}/skills")
    press(visitor, "Add as offered", {"name": offered})
    press(visitor, "Add as wanted", {"name": wanted})
