"""The community through its pages, as a browser without script sees them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import icalendar
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative, worker
from coop.community.circle_models import CirclePost, Event, SignUp
from coop.community.models import Introduction, ParticipantSkill, Site
from coop.community.poll_models import Poll, PollPick
from coop.database import CoopBase, db
from coop.outbox import OutboxJob
from tests.html_client import Browser, Page

SignIn = Callable[[str], Browser]


def count(app: Flask, table: type[CoopBase]) -> int:
    """Return how many rows a table has."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def list_and_offer(browser: Browser, own: UUID, offered: str = "", wanted: str = "") -> None:
    """Let somebody stand in the directory and say what they offer and want."""
    browser.submit(f"/as/{own}/profile", {"is_listed": "y"})
    for direction, skill in (("offered", offered), ("wanted", wanted)):
        if skill:
            browser.submit(f"/as/{own}/skills", {"name": skill}, action=f"/skills/{direction}")


def a_circle(sign_in: SignIn) -> str:
    """Found a circle and return the address of its page."""
    page = sign_in("secretary").submit("/circles/new", {"name": "Wetlands", "purpose": "For **everybody**."})
    assert page.title == "Wetlands"
    return page.path


def event_values(app: Flask, days: int = 3) -> dict[str, str]:
    """Return what is filled in for an event some days ahead."""
    with app.app_context():
        day = cooperative.today(db.session()) + timedelta(days=days)
    return {
        "title": "A walk along the river",
        "starts_on": day.isoformat(),
        "starts_time": "17:30",
        "minutes": "90",
        "place": "Ōtaki",
        "capacity": "1",
        "description": "*Bring* boots.",
    }


def an_event(app: Flask, sign_in: SignIn) -> str:
    """Announce an event of the co-op with one seat and return the address of its page."""
    page = sign_in("secretary").submit("/events/new", event_values(app))
    assert page.title == "A walk along the river", page.text
    return page.path


def a_poll(app: Flask, sign_in: SignIn) -> str:
    """Open a poll and return the address of its page."""
    with app.app_context():
        day = cooperative.today(db.session()) + timedelta(days=7)
    page = sign_in("secretary").submit(
        "/polls/new",
        {
            "question": "Which skills does the sector lack?",
            "options": "Trapping\n\nGrants\nMaps\nTe reo Māori",
            "closes_on": day.isoformat(),
            "closes_time": "20:00",
        },
    )
    assert page.title == "Which skills does the sector lack?", page.text
    return page.path


def test_skills_are_added_and_removed_and_shown_in_the_directory(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    browser, own = sign_in("founder"), participants["founder"]
    list_and_offer(browser, own, "Mōhua counts", "Grants")
    page = browser.get(f"/as/{own}/skills")
    assert 'value="Mōhua counts"' in page.html
    other = sign_in("board")
    assert "Mōhua counts" in other.get("/directory?q=mohua").text
    entry = other.get(f"/directory/{own}")
    assert entry.links["Grants"] == "/directory?q=Grants"
    page = browser.submit(f"/as/{own}/skills", button="Remove Mōhua counts×")
    assert "Mōhua counts" not in page.text
    assert count(app, ParticipantSkill) == 1


def test_a_skill_that_cannot_be_is_said_beside_its_field(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    page = sign_in("founder").submit(f"/as/{participants['founder']}/skills", {"name": "ab"}, action="/skills/wanted")
    assert page.status == 422
    assert "at least 3 characters" in page.text
    assert 'href="#name-wanted"' in page.html
    assert count(app, ParticipantSkill) == 0


def test_an_introduction_from_the_match_to_the_address(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    asker, asked = sign_in("founder"), sign_in("board")
    mine, theirs = participants["founder"], participants["board"]
    list_and_offer(asked, theirs, offered="Grants")
    list_and_offer(asker, mine, wanted="grants")
    assert "1 match for the skills of Aroha Hihi" in asker.get("/").links
    page = asker.get(f"/as/{mine}/matches")
    assert "Offers what you want Grants" in page.text
    page = asker.submit(page.links["Ask for an introduction: Ana Tūī"], {"message": "Kia ora, shall we talk?"})
    assert "Waits for their answer" in page.text
    assert "board@kanopi.example" not in page.text
    # The other finds it on their home page, and accepts.
    home = asked.get("/")
    assert "board@kanopi.example" not in asker.get(page.path).text
    page = asked.submit(home.links["Answer Aroha Hihi, who asks for an introduction"], button="Accept")
    assert "founder@kanopi.example" in page.links
    assert "Kia ora, shall we talk?" in page.text
    assert "Answer Aroha Hihi, who asks for an introduction" not in asked.get("/").links
    assert "1 match for the skills of Aroha Hihi" not in asker.get("/").links
    page = asker.get(asker.get(f"/as/{mine}/introductions").links["Ana Tūī"])
    assert "board@kanopi.example" in page.links
    assert "How the introduction stands: Ana Tūī" in asker.get(f"/as/{mine}/matches").links


def test_a_request_is_declined_or_taken_back_and_then_too_late(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    asker, asked = sign_in("founder"), sign_in("board")
    mine, theirs = participants["founder"], participants["board"]
    list_and_offer(asked, theirs, offered="Grants")
    list_and_offer(asker, mine, wanted="Grants")
    request = asker.submit(f"/as/{mine}/matches/{theirs}", {"message": "Kia ora"})
    waiting = asked.get(asked.get(f"/as/{theirs}/introductions").links["Aroha Hihi"])
    page = asker.submit(request.path, action="/withdraw")
    assert "Taken back" in page.text
    assert "Kia ora" not in page.text
    late = asked.send(waiting, waiting.form(action="/accept"))
    assert late.status == 409
    assert "was answered or taken back already" in late.text
    request = asker.submit(f"/as/{mine}/matches/{theirs}", {"message": "Kia ora"})
    waiting = asked.get(asked.get("/").links["Answer Aroha Hihi, who asks for an introduction"])
    asked.send(waiting, waiting.form(action="/decline"))
    assert "Declined" in asker.get(request.path).text
    refused = asker.submit(f"/as/{mine}/matches/{theirs}", {"message": "Please?"})
    assert refused.status == 409
    assert count(app, Introduction) == 2


def test_what_belongs_to_others_is_not_there(app: Flask, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    browser, theirs = sign_in("founder"), participants["board"]
    for path in ("skills", "matches", "introductions", "sites", f"introductions/{uuid4()}", f"matches/{uuid4()}"):
        assert browser.get(f"/as/{theirs}/{path}").status == 404
    list_and_offer(sign_in("board"), theirs, offered="Grants")
    mine = participants["founder"]
    assert browser.get(f"/as/{mine}/matches/{participants['board2']}").status == 404
    assert browser.post(f"/as/{theirs}/skills/offered", {"name": "Traps"}).status == 404
    assert browser.post(f"/as/{theirs}/sites", {"name": "A", "place": "B"}).status == 404
    assert (count(app, ParticipantSkill), count(app, Site)) == (1, 0)


def test_a_circle_is_joined_written_in_and_left(app: Flask, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    path, browser = a_circle(sign_in), sign_in("founder")
    assert browser.get(browser.get("/circles").links["Wetlands"]).path == path
    browser.submit(path, button="Join this circle")
    page = browser.submit(path, {"text": "Kia ora *koutou*\n\n<script>alert(1)</script>"}, action="/posts")
    assert "<em>koutou</em>" in page.html
    assert "<script>alert" not in page.html
    page = browser.submit(page.links["Edit"], {"text": "Haere mai"})
    assert "Haere mai" in page.text
    assert "edited" in page.text
    # Others read it; who has not joined cannot write.
    other = sign_in("board")
    assert "Haere mai" in other.get(path).text
    refused = other.post(f"/as/{participants['board']}{path}/posts", {"text": "I have not joined"})
    assert refused.status == 403
    assert "Only those who have joined the circle" in refused.text
    page = browser.submit(path, action="/remove")
    assert "Removed by its author." in page.text
    page = browser.submit(path, button="Leave this circle")
    assert "Nobody yet." in page.text
    assert count(app, CirclePost) == 1


def test_the_secretary_removes_a_post_with_a_reason(app: Flask, sign_in: SignIn) -> None:
    path, browser, secretary = a_circle(sign_in), sign_in("founder"), sign_in("secretary")
    browser.submit(path, button="Join this circle")
    browser.submit(path, {"text": "The nest is at ..."}, action="/posts")
    removal = secretary.get(path).links["Remove as secretary"]
    page = secretary.submit(removal, {"reason": " "})
    assert page.status == 422
    assert browser.get(removal).status == 403
    page = secretary.submit(removal, {"reason": "It named a nest."})
    assert "Removed by the secretary: It named a nest." in page.text
    assert secretary.get(removal).status == 404


def test_two_circles_do_not_share_a_name(app: Flask, sign_in: SignIn) -> None:
    path = a_circle(sign_in)
    page = sign_in("board").submit("/circles/new", {"name": "wetlands", "purpose": "More."})
    assert page.status == 422
    assert "There is a circle of this name already." in page.text
    page = sign_in("board").submit(f"{path}/edit", {"name": "Repo", "purpose": "Mud."})
    assert page.title == "Repo"
    assert sign_in("founder").get("/circles/new").status == 403


def test_an_event_of_a_circle_from_announcement_to_cancelling(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    path, browser, other = a_circle(sign_in), sign_in("founder"), sign_in("treasurer")
    browser.submit(path, button="Join this circle")
    page = browser.submit(browser.get(path).links["Announce an event"], event_values(app))
    event = page.path
    assert "5:30 pm" in page.text
    assert "Held by Aroha Hihi" in page.text
    assert "0 of 1 taken" in page.text
    assert "A walk along the river" in other.get("/").links
    page = other.submit(event, button="Sign up")
    assert "You come" in page.text
    full = sign_in("board").get(event)
    assert "All seats are taken." in full.text
    assert "Sign up" not in [words for form in full.forms for _, _, words in form.buttons]
    late = sign_in("board").post(f"/as/{participants['board']}{event}/sign-up")
    assert late.status == 409
    assert browser.get(f"{event}/attendees").text.count("Hana Mōrepōrepo") == 1
    assert other.get(f"{event}/attendees").status == 403
    page = browser.submit(f"{event}/edit", {"place": "Levin"})
    assert "Levin" in page.text
    assert other.get(f"{event}/edit").status == 403
    page = browser.submit(f"{event}/cancel", {"reason": "The river is high."})
    assert "The river is high." in page.text
    with app.app_context():
        keys = db.session.scalars(select(OutboxJob.key).where(OutboxJob.key.like("event-%"))).all()
    assert sorted(key.partition(":")[0] for key in keys) == ["event-cancelled", "event-changed"]
    assert browser.get(f"{event}/edit").status == 409
    assert count(app, SignUp) == 1


def test_a_seat_is_given_back_for_others(app: Flask, sign_in: SignIn) -> None:
    path, first, second = an_event(app, sign_in), sign_in("founder"), sign_in("board")
    first.submit(path, button="Sign up")
    first.submit(path, button="Give the seat back")
    assert "You come" in second.submit(path, button="Sign up").text
    assert "You come" in second.get("/events").text
    assert "All seats taken" in first.get("/events").text


def test_an_event_that_cannot_be_says_why(app: Flask, sign_in: SignIn) -> None:
    browser, values = sign_in("secretary"), event_values(app)
    for wrong, message in (
        ({"starts_on": "2026-02-30"}, "Enter a date as year-month-day"),
        ({"starts_on": "2020-01-01"}, "This time has passed."),
        ({"starts_time": "25:00"}, "Enter a time as hours and minutes"),
        ({"minutes": "5"}, "Enter a whole number from 10 to 20160."),
        ({"capacity": "0"}, "Enter a whole number from 1 to 10000."),
        ({"place": ""}, "Say where it is"),
        ({"link": "javascript:alert(1)"}, "Enter an address of the web"),
        ({"title": ""}, "Please fill this in."),
    ):
        page = browser.submit("/events/new", {**values, **wrong})
        assert page.status == 422, wrong
        assert message in page.text
    assert count(app, Event) == 0


def test_a_time_that_the_clocks_skip_is_refused(app: Flask, sign_in: SignIn) -> None:
    # In New Zealand the clocks go from two to three on the last Sunday of September.
    with clock.at(datetime(2027, 9, 1, tzinfo=UTC)):
        browser = sign_in("secretary")
        gap = {**event_values(app), "starts_on": "2027-09-26", "starts_time": "02:30"}
        page = browser.submit("/events/new", gap)
        assert page.status == 422
        assert "The clocks go forward that night" in page.text
        page = browser.submit(
            "/polls/new", {"question": "Why?", "options": "A\nB", "closes_on": "2027-09-26", "closes_time": "02:30"}
        )
        assert "The clocks go forward that night" in page.text
        assert (count(app, Event), count(app, Poll)) == (0, 0)
        page = browser.submit("/events/new", {**gap, "starts_time": "03:30"})
        assert "26 September 2027, 3:30 am NZDT" in page.text


def test_an_event_goes_into_a_calendar(app: Flask, sign_in: SignIn) -> None:
    path = an_event(app, sign_in)
    answer = sign_in("founder").get(f"{path}/calendar.ics")
    assert answer.response.mimetype == "text/calendar"
    (entry,) = icalendar.Calendar.from_ical(answer.html).walk("VEVENT")
    assert str(entry["summary"]) == "A walk along the river"
    assert str(entry["url"]).endswith(path)


def test_the_worker_reminds_a_day_before(app: Flask, sign_in: SignIn) -> None:
    path = an_event(app, sign_in)
    sign_in("founder").submit(path, button="Sign up")
    with app.app_context():
        starts_at = db.session.scalars(select(Event.starts_at)).one()
    worker.run_once(app)
    with clock.at(starts_at - timedelta(hours=20)):
        assert worker.run_once(app) >= 2
        worker.run_once(app)
    with app.app_context():
        jobs = db.session.scalars(select(OutboxJob).where(OutboxJob.key.like("event-reminder%"))).all()
    assert [(job.payload["to"], job.done_at is not None) for job in jobs] == [("founder@kanopi.example", True)]


def test_a_poll_is_answered_changed_and_counted_after_its_close(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    path, browser = a_poll(app, sign_in), sign_in("founder")
    page = browser.get(browser.get("/").links["Say what matters: Which skills does the sector lack?"])
    page = browser.send(page, page.form(having="picks"), {"picks": ["1", "4"]})
    assert "Trapping Te reo Māori" in page.text
    assert "no vote and binds nobody" in page.text
    assert "Say what matters: Which skills does the sector lack?" not in browser.get("/").links
    other = sign_in("board").get(path)
    assert "Answers 1" in other.text
    assert "Not answered yet." in other.text
    page = browser.get(page.links["Change the answer"])
    page = browser.send(page, page.form(having="picks"), {"picks": ["2", "4"]})
    assert "Grants Te reo Māori" in page.text
    assert "Result" not in page.text
    with clock.at(clock.now() + timedelta(days=9)):
        page = browser.get(path)
        assert "1 has answered." in page.text
        assert page.root is not None
        assert "Grants 1 Te reo Māori 1 Trapping 0 Maps 0" in page.text
        own = participants["founder"]
        late = browser.post(f"/as/{own}{path}", {"picks": ["1"]})
        assert late.status == 409
        assert "This poll has closed." in late.text


def test_an_answer_that_cannot_be_says_why(app: Flask, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    path, browser = a_poll(app, sign_in), sign_in("founder")
    page = browser.get(f"/as/{participants['founder']}{path}")
    wrong: list[tuple[list[str], str]] = [
        ([], "Pick at least one."),
        (["1", "2", "3", "4"], "Pick at most 3."),
        (["9"], "has no such option"),
        (["x"], "has no such option"),
    ]
    for picks, message in wrong:
        answer = browser.send(page, page.form(having="picks"), {"picks": picks})
        assert answer.status == 422, picks
        assert message in answer.text
    assert count(app, PollPick) == 0


def test_a_poll_is_withdrawn_with_its_answers(app: Flask, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    path, browser = a_poll(app, sign_in), sign_in("founder")
    page = browser.get(f"/as/{participants['founder']}{path}")
    browser.send(page, page.form(having="picks"), {"picks": ["1"]})
    assert sign_in("board").get("/polls/new").status == 200
    assert (
        "Another poll is open."
        in sign_in("board")
        .submit("/polls/new", {"question": "Why?", "options": "A\nB", "closes_on": _soon(app), "closes_time": "20:00"})
        .text
    )
    page = sign_in("board").submit(path, action=f"{path}/withdraw")
    assert "The poll was withdrawn" in page.text
    assert (count(app, Poll), count(app, PollPick)) == (1, 0)


def test_a_site_stands_in_profile_and_directory_and_is_removed(
    app: Flask, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    browser, own = sign_in("founder"), participants["founder"]
    list_and_offer(browser, own)
    site = {"name": "Lower wetland", "place": "Ōtaki", "hectares": "12.5", "since_year": "2019"}
    page = browser.submit(f"/as/{own}/sites", site)
    assert "near Ōtaki · 12.5 ha · since 2019" in page.text
    assert "Lower wetland" in browser.get(f"/as/{own}/profile").text
    assert "near Ōtaki" in sign_in("board").get(f"/directory/{own}").text
    page = browser.submit(f"/as/{own}/sites", action="/remove")
    assert "near Ōtaki" not in page.text
    assert "near Ōtaki" not in sign_in("board").get(f"/directory/{own}").text


def test_a_site_that_cannot_be_says_why(app: Flask, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    browser, path = sign_in("founder"), f"/as/{participants['founder']}/sites"
    for wrong, message in (
        ({"hectares": "12.55"}, "at most one decimal"),
        ({"hectares": "0"}, "from 0.1 to 1,000,000"),
        ({"hectares": "１２"}, "at most one decimal"),
        ({"since_year": "2998"}, "Enter a year from 1800 to"),
        ({"place": ""}, "Please fill this in."),
    ):
        page = browser.submit(path, {"name": "Lower wetland", "place": "Ōtaki", **wrong})
        assert page.status == 422, wrong
        assert message in page.text
    assert count(app, Site) == 0


def test_visitors_see_nothing_of_the_community(app: Flask, client: Browser, sign_in: SignIn) -> None:
    paths = (a_circle(sign_in), an_event(app, sign_in), a_poll(app, sign_in), "/circles", "/events", "/polls")
    for path in paths:
        page: Page = client.get(path)
        assert page.path.startswith("/login"), path


def _soon(app: Flask) -> str:
    with app.app_context():
        session: Session = db.session()
        return (cooperative.today(session) + timedelta(days=2)).isoformat()
