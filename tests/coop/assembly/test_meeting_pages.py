"""Meetings through their pages: from calling one to its minutes, and what the pages say when something is not yet possible."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from coop import clock
from coop.assembly.meetings.clear_days import earliest_day
from tests.coop.assembly.conftest import Assembly, SignIn, motion_id
from tests.html_client import Page

ZONE = ZoneInfo("Pacific/Auckland")


class Meetings:
    """Short ways through the pages of meetings."""

    def __init__(self, sign_in: SignIn) -> None:
        self.sign_in = sign_in
        self.today = clock.today("Pacific/Auckland")
        self.held_on = earliest_day(self.today, 14)

    @contextmanager
    def at(self, day: date, hour: int = 19) -> Iterator[None]:
        """Let it be the evening of a day."""
        with clock.at(datetime.combine(day, time(hour), tzinfo=ZONE)):
            yield

    def call(self, **values: str) -> str:
        """Call a meeting and return its address."""
        fields = {"kind": "general", "held_on": self.held_on.isoformat(), "held_time": "18:30", "place": "Town hall"}
        page = self.sign_in("secretary").submit("/meetings/new", {**fields, **values}, having="held_on")
        assert page.path.endswith("/agenda"), page.text
        return page.path.removesuffix("/agenda")

    def talk(self, path: str, topic: str = "Report of the board") -> Page:
        return self.sign_in("secretary").submit(f"{path}/agenda", {"topic": topic}, having="topic")

    def notify(self, path: str) -> Page:
        return self.sign_in("secretary").submit(f"{path}/notice/send", button="Fix the agenda and send the notice")

    def open(self, path: str, **values: str) -> Page:
        return self.sign_in("secretary").submit(f"{path}/open", values, having="closes_on")


@pytest.fixture
def meetings(sign_in: SignIn, members: dict[str, UUID]) -> Meetings:
    return Meetings(sign_in)


def test_a_meeting_from_its_call_to_its_minutes(meetings: Meetings, assembly: Assembly) -> None:
    boat = assembly.write()
    path = meetings.call(link="https://meet.example/kanopi", opening="**Haere mai.**")
    meetings.talk(path)
    secretary = meetings.sign_in("secretary")
    page = secretary.submit(f"{path}/agenda", {"motion_id": motion_id(boat)}, having="motion_id")
    assert "The agenda is changed." in page.text
    page = secretary.submit(f"{path}/agenda", button="Move up")
    assert page.text.index("Buy a boat") < page.text.index("Report of the board")
    preview = secretary.get(f"{path}/notice/send")
    assert "It goes to the 6 members on the register today." in preview.text
    assert "A small boat." in preview.text
    page = meetings.notify(path)
    assert "The notice is sent" in page.text
    assert "Send the notice of the meeting" not in secretary.get("/").text

    member = meetings.sign_in("treasurer")
    assert "The next meeting" in member.get("/").text
    notice = member.get(f"{path}/notice")
    assert "Notice of a general meeting" in notice.title
    assert "https://meet.example/kanopi" in notice.text
    assert "The vote opens with that meeting." in member.get(boat).text
    assert "Put to the vote" not in secretary.get(boat).links

    with meetings.at(meetings.held_on):
        secretary, member = meetings.sign_in("secretary"), meetings.sign_in("treasurer")
        assert "Open the meeting" in secretary.get("/").text
        page = meetings.open(path, closes_time="20:00")
        assert "The meeting is open" in page.text
        assert "A resolution is valid if at least 3 of them vote." in page.text
        assert "Vote for" in member.get(path).text
        assert assembly.vote(boat, "treasurer", "for").status == 200
        attendance = secretary.submit(f"{path}/attendance", {"q": "mōrepō"}, having="q")
        page = secretary.send(attendance, attendance.form(button="Online"))
        assert page.status == 200
        seen = member.get(path)
        assert "One member was there, of 6 on the register." in seen.text
        assert "Hana Mōrepōrepo" in seen.text
        assert "Who was there" not in meetings.sign_in("founder").get(path).text
        page = secretary.submit(f"{path}/attendance", button="Take back")
        assert "Nobody is recorded yet." in page.text
        draft = dict(secretary.get(f"{path}/minutes").form(having="text").values)["text"]
        assert "## 1. Buy a boat\n\nIt was put to the vote." in draft.replace("\r", "")
        page = secretary.submit(f"{path}/minutes", {"text": "We **met** and voted."})
        assert "We met and voted." in page.text
        page = secretary.submit(f"{path}/minutes", {"text": "We **met** and voted."})
        assert page.status == 422
        page = secretary.submit(f"{path}/minutes", {"text": "We met and talked."})
        assert "We met and talked." in page.text
        assert "We met and voted." in member.get(f"{path}/minutes/1").text
        assert "There is a later version" in member.get(f"{path}/minutes/1").text


def test_opening_too_early_names_the_earliest_lawful_day(meetings: Meetings) -> None:
    path = meetings.call()
    meetings.talk(path)
    meetings.notify(path)
    with meetings.at(meetings.held_on - timedelta(days=1)):
        page = meetings.open(path)
        assert page.status == 409
        day = f"{meetings.held_on.day} {meetings.held_on:%B %Y}"
        assert f"The earliest lawful day for this meeting is {day}." in page.text
    with meetings.at(meetings.held_on, hour=18):
        page = meetings.open(path)
        assert page.status == 409
        assert "It cannot be opened before." in page.text
        assert "Notice given" in meetings.sign_in("board").get(path).text


def test_a_date_too_early_for_a_notice_is_shown_before_sending_and_refused(meetings: Meetings) -> None:
    path = meetings.call(held_on=(meetings.held_on - timedelta(days=1)).isoformat())
    meetings.talk(path)
    secretary = meetings.sign_in("secretary")
    day = f"{meetings.held_on.day} {meetings.held_on:%B %Y}"
    page = secretary.get(f"{path}/notice/send")
    assert f"With a notice of today, the earliest lawful day is {day}." in page.text
    assert "Change the date of the meeting" in secretary.get("/").text
    page = secretary.post(f"{path}/notice/send", {"seen": "0"})
    assert page.status in {409, 422}
    page = secretary.submit(f"{path}/edit", {"held_on": meetings.held_on.isoformat()})
    assert "The meeting is changed." in page.text
    assert "The notice is sent" in meetings.notify(path).text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"held_on": "2020-01-01"}, "This time has passed."),
        ({"held_on": "2999-01-01"}, "Choose a day within the next 550 days."),
        ({"held_on": "soon"}, "Enter a date as year-month-day"),
        ({"held_time": "noon"}, "Enter a time as hours and minutes"),
        ({"place": ""}, "Say where the meeting is held"),
        ({"link": "javascript:alert(1)"}, "Enter an address that begins with https://"),
        ({"kind": "party"}, "Not a valid choice"),
        ({"kind": "annual", "fiscal_year_id": "00000000-0000-0000-0000-000000000000"}, "Choose the fiscal year"),
    ],
)
def test_what_cannot_be_called_is_said_beside_the_field(
    meetings: Meetings, values: dict[str, str], message: str
) -> None:
    fields = {"kind": "general", "held_on": meetings.held_on.isoformat(), "held_time": "18:30", "place": "Town hall"}
    page = meetings.sign_in("board").submit("/meetings/new", {**fields, **values}, having="held_on")
    assert page.status == 422
    assert message in page.text
    assert "No meeting is called" in meetings.sign_in("board").get("/meetings").text


def test_an_annual_meeting_with_accounts_and_election(meetings: Meetings) -> None:
    secretary = meetings.sign_in("secretary")
    path = meetings.call(kind="annual")
    page = secretary.submit(f"{path}/agenda", button="Add the accounts of the year")
    assert "Accounts of the year to" in page.text
    assert not any(words == "Add the accounts of the year" for form in page.forms for _, _, words in form.buttons)
    page = secretary.submit(
        f"{path}/agenda/election", {"title": "Election of the board", "text": "Stand!", "seats": "2"}
    )
    assert "Members can nominate until the meeting opens." in page.text
    page = secretary.submit(f"{path}/agenda/election", {"title": "x", "text": "", "seats": "0"})
    assert page.status == 422
    accounts = page_path(secretary.get(f"{path}/agenda"), "Accounts of the year to")
    assert secretary.get(f"{accounts}/edit").status == 404
    assert "written for the agenda" in secretary.get(accounts).text
    assert "Edit" not in secretary.get(accounts).links
    page = secretary.get(f"{path}/notice/send")
    for words in (
        "Not ready",
        "not approved and signed the accounts",
        "The annual report of the year is not published",
    ):
        assert words in page.text, words
    assert page.links["The accounts"].endswith("/accounts")
    assert page.links["The annual report"].startswith("/reports/years/")
    assert "Nobody stands" not in page.text, "members nominate until the meeting opens"
    assert "Fix the agenda and send the notice" not in page.text
    assert secretary.get(page.links["The annual report"]).status == 200
    secretary.submit(f"{path}/agenda", button="Take off the agenda")
    meetings.notify(path)
    with meetings.at(meetings.held_on):
        page = meetings.sign_in("secretary").get(f"{path}/open")
        assert "Nobody stands for election." in page.text
        assert page.links["The election"].startswith("/proposals/")
        page = meetings.open(path)
        assert page.status == 409
        page = meetings.sign_in("secretary").submit(f"{path}/open", button="Yes: Do not put this to the meeting")
        page = meetings.open(path)
        assert "The meeting is open" in page.text
        assert page.text.count("Not put to the meeting") == 1


def test_a_notice_is_refused_though_its_page_was_opened_before(meetings: Meetings) -> None:
    secretary = meetings.sign_in("secretary")
    path = meetings.call(kind="annual")
    meetings.talk(path)
    opened = secretary.get(f"{path}/notice/send")
    secretary.submit(f"{path}/agenda", button="Add the accounts of the year")
    page = secretary.send(opened, opened.form(button="Fix the agenda and send the notice"))
    assert page.status == 409
    assert "Nothing was sent; please read it again." in page.text
    assert "Notice given" not in secretary.get(path).text


def test_postponing_and_cancelling(meetings: Meetings) -> None:
    path = meetings.call()
    meetings.talk(path)
    secretary = meetings.sign_in("secretary")
    assert secretary.get(f"{path}/postpone").status == 404
    meetings.notify(path)
    assert secretary.get(f"{path}/edit").status == 404
    page = secretary.submit(f"{path}/postpone", {"held_on": meetings.today.isoformat(), "held_time": "23:59"})
    assert page.status == 422
    later = meetings.held_on + timedelta(days=3)
    page = secretary.submit(f"{path}/postpone", {"held_on": later.isoformat(), "reason": "The hall is flooded."})
    assert "every member gets a new notice" in page.text
    assert "The hall is flooded." in secretary.get(f"{path}/notice").text
    page = secretary.submit(f"{path}/cancel", {"reason": "It snows."})
    assert "The meeting is cancelled." in page.text
    assert secretary.get(f"{path}/cancel").status == 404
    assert "This meeting was cancelled." in secretary.get(f"{path}/notice").text
    assert "STATUS:CANCELLED" in secretary.get(f"{path}/meeting.ics").html


def test_a_participant_reads_along_and_does_not_see_the_link(meetings: Meetings, sign_in: SignIn) -> None:
    path = meetings.call(link="https://meet.example/kanopi")
    meetings.talk(path)
    meetings.notify(path)
    reader = sign_in("founder")
    assert "meet.example" not in reader.get(path).html
    assert "meet.example" not in reader.get(f"{path}/notice").html
    assert "meet.example" not in reader.get(f"{path}/meeting.ics").html
    assert "meet.example" in meetings.sign_in("treasurer").get(f"{path}/meeting.ics").html.replace("\r\n ", "")
    for address in ("agenda", "notice/send", "open", "edit", "cancel", "postpone", "attendance", "minutes"):
        assert reader.get(f"{path}/{address}").status == 403


def test_the_calendar_file_is_one(app: Flask, meetings: Meetings) -> None:
    path = meetings.call(place="Hall, " + "Whangārei " * 9)
    meetings.talk(path, "Money; and more")
    lines = meetings.sign_in("board").client.get(f"{path}/meeting.ics").get_data().split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    text = b"\r\n".join(lines).replace(b"\r\n ", b"").decode()
    assert "LOCATION:Hall\\, Whangārei Whangārei" in text
    assert "DESCRIPTION:1. Money\\; and more" in text
    held = datetime.combine(meetings.held_on, time(18, 30), tzinfo=ZONE).astimezone(ZoneInfo("UTC"))
    assert f"DTSTART:{held:%Y%m%dT%H%M%SZ}" in text


def test_altered_attendance_is_refused(meetings: Meetings) -> None:
    path = meetings.call()
    meetings.talk(path)
    meetings.notify(path)
    with meetings.at(meetings.held_on):
        meetings.open(path)
        secretary = meetings.sign_in("secretary")
        for participant in ("nonsense", "00000000-0000-0000-0000-000000000000"):
            page = secretary.post(f"{path}/attendance", {"participant_id": participant, "person_id": participant})
            assert page.status == 422
        assert "Nobody is recorded yet." in secretary.get(f"{path}/attendance").text


def test_the_by_laws_say_how_long_before_a_meeting_members_are_told(meetings: Meetings) -> None:
    page = meetings.sign_in("founder").get("/bylaws")
    assert "at least 14 clear days before it" in page.text
    assert "at least 20 working days after the annual report is published" in page.text
    assert "add the public holidays yourselves" in page.text
    assert "the co-op keeps a fee of 10.0% of the price" in page.text


def page_path(page: Page, words: str) -> str:
    """Return where the first link goes whose words begin so."""
    return next(href for label, href in page.links.items() if label.startswith(words))


def test_each_election_of_a_meeting_is_counted_by_the_rule_that_is_chosen_for_it_at_the_opening(
    meetings: Meetings, assembly: Assembly
) -> None:
    secretary = meetings.sign_in("secretary")
    path = meetings.call()
    elections = {}
    for title, seats in (("Election of the board", "2"), ("Election of the chair", "1"), ("Election of an envoy", "1")):
        secretary.submit(f"{path}/agenda/election", {"title": title, "text": "Stand!", "seats": seats})
        elections[title] = page_path(secretary.get(f"{path}/agenda"), title)
        for name in ("board", "treasurer"):
            stand = f"/as/{assembly.members[name]}/elections/{motion_id(elections[title])}/stand"
            meetings.sign_in(name).submit(stand, {"statement": "I stand."})
    meetings.notify(path)
    board, chair, _ = (f"election-{motion_id(election)}-" for election in elections.values())
    with meetings.at(meetings.held_on):
        form = meetings.sign_in("secretary").get(f"{path}/open").form(having="closes_on")
        # One rule elects one alone, and is offered where one is elected.
        assert ["irv" in form.choices[f"{name}rule"] for name in (board, chair)] == [False, True]
        refused = meetings.open(path, **{f"{board}rule": "approval", f"{chair}rule": "irv", f"{chair}cap": "3"})
        assert (refused.status, "Election of the chair: Most for one – " in refused.text) == (422, True)
        assert "Election of the board: " not in refused.text
        opened = meetings.open(path, **{f"{board}rule": "approval", f"{chair}rule": "score", f"{chair}cap": "4"})
        assert "The meeting is open" in opened.text
        said = {title: meetings.sign_in("board").get(election).text for title, election in elections.items()}
        assert "Approval" in said["Election of the board"]
        assert "Score: from 0 to 4 points" in said["Election of the chair"]
        assert "Single transferable vote by the Scottish rules" in said["Election of an envoy"]


def test_a_meeting_without_an_election_asks_for_no_rule(meetings: Meetings) -> None:
    path = meetings.call()
    meetings.talk(path)
    meetings.notify(path)
    with meetings.at(meetings.held_on):
        assert "How the votes are counted" not in meetings.sign_in("secretary").get(f"{path}/open").text
