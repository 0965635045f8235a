"""The landing page, home and the account page."""

from uuid import UUID

import pytest
from flask import Flask

from tests import world as worlds
from tests.html_client import Browser
from tests.world_contents import World


def visit(app: Flask, world: World, name: str) -> Browser:
    return Browser(app).sign_in_as(world.people[name])


def test_the_landing_page_of_a_young_cooperative_makes_nothing_up(client: Browser) -> None:
    page = client.get("/")
    assert page.title == "Where people who care for the land work as one"
    assert "One share, NZD 50.00." in page.text
    assert "Members 0" in page.text
    assert "The members have not voted on anything so far." in page.text


def test_the_landing_page_counts_members_and_shows_what_they_decided(app: Flask, world: World) -> None:
    page = Browser(app).get("/")
    assert "Members 6 6 individuals" in page.text
    assert "In the directory 5" in page.text
    assert "Something that is decided" in page.text
    assert "3 of 6 members voted." in page.text
    # Resolutions of founders and board name people, and votes that are running are nobody's business outside.
    assert "Founding" not in page.text
    assert "A tool library" not in page.text


def test_who_takes_part_as_nobody_is_asked_how(app: Flask, world: World) -> None:
    assert visit(app, world, "nobody").get("/").path == "/welcome"


def test_home_lists_the_open_votes_by_their_deadline(app: Flask, world: World) -> None:
    page = visit(app, world, "treasurer").get("/")
    assert "A tool library for small groups" in page.links
    assert "Two seats on the board" in page.links
    discussed = page.text[page.text.index("In discussion") :]
    assert "Distribution of the surplus" in discussed
    assert page.links["A tool library for small groups"].endswith(f"/votes/{world.motions['open']}")
    assert "has voted, and can change the vote" in visit(app, world, "board").get("/").text


def test_home_says_what_each_participant_owns(app: Flask, world: World) -> None:
    page = visit(app, world, "board").get("/")
    assert "Shares 1" in page.text
    assert "Paid for them NZD 50.00" in page.text
    page = visit(app, world, "treasurer").get("/")
    assert "Paid for them (NZD)" in page.text
    assert f"{worlds.NAME} Not a member yet" in page.text
    assert f"Become a member: apply for {worlds.NAME}" in page.links


def test_home_shows_a_member_their_share_first_and_others_the_way_to_one(app: Flask, world: World) -> None:
    text = visit(app, world, "board").get("/").text
    assert text.index("What I own") < text.index("What I can decide") < text.index("What I can do next")
    text = visit(app, world, "newcomer").get("/").text
    assert text.index("What I own") < text.index("What I can do next") < text.index("What I can decide")


def test_a_participant_is_shown_the_next_step(app: Flask, world: World) -> None:
    assert "Become a member: apply for Sefa Tawhai" in visit(app, world, "newcomer").get("/").links
    owing = visit(app, world, "owing").get("/")
    assert "Pay NZD 50.00 for Rewi Kea" in owing.links
    assert "12-3456-0123456-00" in owing.text
    assert "Become a member" not in visit(app, world, "waiting").get("/").text


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("board", "Decide on 1 application"),
        ("treasurer", "Look for 3 payments at the bank"),
        ("secretary", "Deliver 2 orders of coaching"),
        ("board2", "Coach: 2 orders have sessions to come"),
        ("secretary", "Issue 1 paid subscription"),
        ("board", "Issue 1 paid subscription"),
        ("secretary", "Count 1 vote that has closed"),
        ("secretary", "Record the new board"),
        ("secretary", "Answer: do you stand for election?"),
    ],
)
def test_an_officer_is_shown_what_waits(app: Flask, world: World, name: str, task: str) -> None:
    browser = visit(app, world, name)
    page = browser.get("/")
    assert task in page.links
    assert browser.get(page.links[task]).status == 200


def test_a_member_without_powers_sees_no_task_of_an_officer(app: Flask, world: World) -> None:
    assert "What waits for the officers" not in visit(app, world, "founder").get("/").text


def test_the_account_page_shows_powers_sessions_and_whom_one_acts_for(app: Flask, world: World) -> None:
    page = visit(app, world, "treasurer").get("/account")
    assert "treasurer@kanopi.example" in page.text
    assert worlds.NAME in page.links
    assert "this one" in page.text
    assert "None. Powers are given" in visit(app, world, "newcomer").get("/account").text


def test_the_other_sessions_of_a_person_are_ended_at_once(app: Flask, people: dict[str, UUID]) -> None:
    here, elsewhere, somebody = (Browser(app).sign_in_as(people[name]) for name in ("founder", "founder", "board"))
    page = here.submit("/account", button="End the other sessions")
    assert "You are signed in here only." in page.text
    assert here.get("/account").status == 200
    assert elsewhere.get("/account").path.startswith("/login")
    assert somebody.get("/account").status == 200
    assert "End the other sessions" not in here.get("/account").text


def test_nobody_ends_sessions_without_being_signed_in(client: Browser) -> None:
    assert client.post("/account/sessions/end-others").path.startswith("/login")
