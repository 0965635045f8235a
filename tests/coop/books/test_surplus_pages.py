"""The pages of the surplus: what the treasurer plans and posts, and what a member sees and can check."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.formats import format_day
from coop.membership.models import Participant
from coop.payments.payouts.disbursements import ToPay, record_payment
from evidence.identifiers import new_id
from ledger.chart import BANK, PATRONAGE_PAYABLE, SURPLUS_AWAITING
from ledger.models import Entry
from ledger.posting import Line
from ledger.surplus.models import SurplusPlan
from ledger.surplus.plan import Plan, plan_of
from tests import joining, sharing_out
from tests.html_client import Browser, Page
from tests.sharing_out import CLOSED, POSTED, Story

SignIn = Callable[[str], Browser]
RATES = {"reserve": "20", "fund": "10", "cash": "50"}


class Year:
    """A closed year of the application's co-operative, moved on step by step."""

    def __init__(self, app: Flask, story: Story) -> None:
        self.app, self.story = app, story

    def do(self, work: Callable[[Session], Any], days: int) -> Any:
        with self.app.test_request_context(), self.story.at(days):
            return write(work)

    def plan(self) -> UUID:
        plan_id: UUID = self.do(lambda session: sharing_out.plan(session, self.story), CLOSED)
        return plan_id

    def decide(self, plan_id: UUID, choice: str = "for") -> None:
        self.do(lambda session: sharing_out.decide(session, self.story, plan_id, choice), POSTED)

    def stored(self, plan_id: UUID) -> Plan:
        with self.app.app_context():
            return plan_of(db.session(), plan_id)

    def rows(self) -> list[int]:
        with self.app.app_context():
            tables = (SurplusPlan, Entry)
            return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
def year(app: Flask) -> Iterator[Year]:
    """A closed year; the clock stands two months after it."""
    with app.test_request_context():
        story = write(sharing_out.live)
    made = Year(app, story)
    made.do(lambda session: sharing_out.close(session, story), CLOSED)
    with story.at(POSTED):
        yield made


def _new(browser: Browser, year: Year, *, button: str = "Prepare the plan", **rates: str) -> Page:
    return browser.submit(f"/books/surplus/years/{year.story.year_id}/new", {**RATES, **rates}, button=button)


def test_the_treasurer_plans_the_surplus_of_a_closed_year(year: Year, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get("/books/surplus")
    assert "Surplus: NZD\xa01,500.00." in page.text.replace("NZD 1", "NZD\xa01")
    form = treasurer.get(next(href for words, href in page.links.items() if words.startswith("Prepare a plan")))
    assert "1,000.00 2 members" in form.text
    made = _new(treasurer, year)
    assert "The plan is prepared." in made.text
    for words in ("Ana Tūī (1)", "367.50", "Hana Mōrepōrepo (3)", "157.50", "Nobody has voted on it yet."):
        assert words in made.text, words
    assert "Prepared" in treasurer.get("/books/surplus").text


def test_rates_can_be_tried_without_keeping_anything(year: Year, sign_in: SignIn) -> None:
    before = year.rows()
    page = _new(sign_in("treasurer"), year, button="Try these rates", reserve="12.5")
    assert "Nothing is kept yet." in page.text
    assert "12.5% of what came from members" in page.text
    assert "581.25" in page.text  # 77.5 % of 750.00
    assert year.rows() == before


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("reserve", "95", "Reserve and community fund together can take at most 100 per cent."),
        ("cash", "101", "A rate lies between 0 and 100 per cent"),
        ("fund", "-5", "Enter a rate between 0 and 100, such as 20 or 12.5."),
        ("fund", "ten", "Enter a rate between 0 and 100, such as 20 or 12.5."),
        ("cash", "12.345", "Enter a rate between 0 and 100, such as 20 or 12.5."),
        ("cash", "", "Enter a rate; 0 is one."),
    ],
)
def test_a_bad_rate_is_said_beside_it_and_nothing_is_planned(
    year: Year, sign_in: SignIn, field: str, value: str, message: str
) -> None:
    before = year.rows()
    page = _new(sign_in("treasurer"), year, **{field: value})
    assert page.status == 422
    assert message in page.text
    assert year.rows() == before


def test_an_open_year_has_no_form(app: Flask, sign_in: SignIn) -> None:
    with app.test_request_context():
        story = write(sharing_out.live)
    page = sign_in("treasurer").get(f"/books/surplus/years/{story.year_id}/new")
    assert page.status == 409
    assert "is not closed yet" in page.text
    assert sign_in("treasurer").get(f"/books/surplus/years/{new_id()}/new").status == 404
    assert sign_in("treasurer").get(f"/books/surplus/{new_id()}").status == 404


def test_board_and_auditor_read_and_do_not_plan(year: Year, sign_in: SignIn) -> None:
    plan_id = year.plan()
    for name in ("board", "auditor"):
        assert "Ana Tūī" in sign_in(name).get(f"/books/surplus/{plan_id}").text
        assert sign_in(name).get(f"/books/surplus/years/{year.story.year_id}/new").status == 403
    for name in ("secretary", "founder"):
        for path in ("", f"/{plan_id}", f"/{plan_id}/lines.csv", f"/{plan_id}/schedule.json"):
            assert sign_in(name).get(f"/books/surplus{path}").status == 403


def test_the_lines_are_searched_sorted_and_taken_as_a_file(year: Year, sign_in: SignIn) -> None:
    plan_id, auditor = year.plan(), sign_in("auditor")
    page = auditor.get(f"/books/surplus/{plan_id}?q=moreporepo&order=name")
    assert "Ana Tūī" not in page.text
    assert "1 line" in page.text
    assert "Nobody found" in auditor.get(f"/books/surplus/{plan_id}?q=zzzz").text
    assert auditor.get(f"/books/surplus/{plan_id}?order=nonsense&page=x").status == 200
    answer = auditor.get(page.links["CSV with names"].replace("moreporepo", "").replace("order=name", "order=business"))
    rows = list(csv.reader(io.StringIO(answer.html)))
    assert rows[0] == ["line", "member", "name", "business", "share", "paid", "kept"]
    assert [row[1:] for row in rows[1:]] == [
        ["1", "Ana Tūī", "700.00", "367.50", "183.75", "183.75"],
        ["3", "Hana Mōrepōrepo", "300.00", "157.50", "78.75", "78.75"],
    ]


def test_the_schedule_has_the_fingerprint_and_no_name(year: Year, sign_in: SignIn) -> None:
    plan_id = year.plan()
    answer = sign_in("auditor").get(f"/books/surplus/{plan_id}/schedule.json")
    assert hashlib.sha256(answer.response.get_data()).hexdigest() == year.stored(plan_id).fingerprint
    assert "Ana" not in answer.html
    assert str(year.story.party["board"]) not in answer.html


def test_a_plan_that_went_stale_says_so_and_offers_no_posting(year: Year, sign_in: SignIn) -> None:
    plan_id = year.plan()
    year.decide(plan_id)
    year.do(lambda session: sharing_out.book(session, Line(SURPLUS_AWAITING, 100), Line(BANK, -100)), POSTED)
    page = sign_in("treasurer").get(f"/books/surplus/{plan_id}")
    assert "This plan is stale" in page.text
    assert "Prepare the posting" not in page.html
    refused = sign_in("treasurer").post(f"/books/surplus/{plan_id}")
    approved = _approve(sign_in("board"), refused)
    assert "Nothing was done" in approved.text
    assert "The plan no longer fits the books" in approved.text


def _approve(board: Browser, act: Page) -> Page:
    return board.submit(act.path, action=act.path, button="Yes: Approve and do it")


def test_two_people_post_what_the_members_carried(year: Year, sign_in: SignIn) -> None:
    plan_id = year.plan()
    treasurer = sign_in("treasurer")
    path = f"/books/surplus/{plan_id}"
    assert "The members have not carried this plan" in treasurer.post(path).text
    year.decide(plan_id)
    act = treasurer.submit(path, action=path, button="Prepare the posting")
    assert "Post the distribution of a surplus" in act.title
    for words in ("resolution 2 of the members", "NZD 1,500.00", year.stored(plan_id).fingerprint):
        assert words in act.text.replace("\xa0", " "), words
    assert "waits for a second person" in treasurer.get(path).text
    assert "has been prepared already" in treasurer.post(path).text
    posted = _approve(sign_in("board"), act)
    assert posted.path == path
    assert "It is in the books, to the cent" in posted.text
    journal = sign_in("auditor").get("/books/journal?kind=distribution")
    assert "Surplus distributed" in journal.text
    entry = sign_in("auditor").get(next(h for w, h in journal.links.items() if w.startswith("Surplus of the year")))
    assert "A plan for the surplus" in entry.links


def _share(browser: Browser, participants: dict[str, UUID], name: str) -> Page:
    return browser.get(f"/as/{participants[name]}/surplus")


def test_members_see_nothing_before_the_vote_is_opened(
    year: Year, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    plan_id = year.plan()
    assert "Nothing to see yet" in _share(sign_in("board2"), participants, "board2").text
    path = f"/as/{participants['board2']}/surplus/{plan_id}/schedule.json"
    assert sign_in("board2").get(path).status == 404
    year.decide(plan_id)
    assert sign_in("board2").get(path).status == 200


def test_a_member_sees_their_share_its_reasons_and_how_to_check_it(
    year: Year, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    plan_id = year.plan()
    year.decide(plan_id)
    browser = sign_in("treasurer")
    page = _share(browser, participants, "treasurer")
    assert page.title == "Your share of this year's surplus"
    text = page.text.replace("\xa0", " ")
    for words in (
        "The members have decided on it.",
        "NZD 525.00 × NZD 300.00 (your business) ÷ NZD 1,000.00 (all members' business), to the cent",
        "157.50",
        "50% of your share, rounded up to the cent",
        "Something sold",
    ):
        assert words in text, words
    salt, reference = page.text.partition("printf %s%s ")[2].split()[:2]
    assert reference == str(year.story.party["treasurer"])
    schedule = browser.get(page.links["Save the schedule"]).html
    assert hashlib.sha256(f"{salt}{reference}".encode()).hexdigest() in schedule
    assert hashlib.sha256(schedule.encode()).hexdigest() in page.text
    assert "Ana Tūī" not in page.text.replace("Ana Tūī acts", "")


def test_a_member_sees_when_the_money_was_paid(year: Year, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    plan_id = year.plan()
    year.decide(plan_id)
    year.do(lambda session: sharing_out.distribute(session, plan_id), POSTED)
    assert "The money is not paid yet." in _share(sign_in("treasurer"), participants, "treasurer").text

    def pay(session: Session) -> None:
        record_payment(
            session,
            joining.founder(session, "treasurer"),
            account_code=PATRONAGE_PAYABLE,
            lines=[ToPay(participants["treasurer"], 7_875)],
            paid_on=cooperative.today(session),
            form_token=new_id(),
        )

    year.do(pay, POSTED)
    day = format_day(year.story.ends_on + timedelta(days=POSTED))
    text = _share(sign_in("treasurer"), participants, "treasurer").text.replace("\xa0", " ")
    assert f"Paid on {day}: NZD 78.75" in text


def test_whoever_has_no_share_is_told_why(
    app: Flask, year: Year, sign_in: SignIn, participants: dict[str, UUID]
) -> None:
    plan_id = year.plan()
    year.decide(plan_id)
    no_business = _share(sign_in("board2"), participants, "board2")
    assert "you bought no services from the co-op" in no_business.text
    no_member = _share(sign_in("founder"), participants, "founder")
    assert "You are not a member." in no_member.text
    assert "Members can save the schedule" in no_member.text
    path = f"/surplus/{plan_id}/schedule.json"
    assert sign_in("founder").get(f"/as/{participants['founder']}{path}").status == 404
    assert sign_in("board2").get(f"/as/{participants['board2']}{path}").status == 200
    with app.app_context():
        assert db.session.get(Participant, participants["founder"]) is not None
    assert sign_in("founder").get(f"/as/{participants['board']}/surplus").status == 404


def test_what_was_not_carried_is_shown_as_that(year: Year, sign_in: SignIn, participants: dict[str, UUID]) -> None:
    plan_id = year.plan()
    year.decide(plan_id, "against")
    assert "so nothing is paid by it" in _share(sign_in("treasurer"), participants, "treasurer").text
    assert "The members did not carry it." in sign_in("treasurer").get(f"/books/surplus/{plan_id}").text


def test_the_treasurers_home_says_what_comes_next(year: Year, sign_in: SignIn) -> None:
    treasurer = sign_in("treasurer")
    assert "Plan the surplus of the year to" in treasurer.get("/").text
    plan_id = year.plan()
    assert "the surplus of the year to" not in treasurer.get("/").text
    year.decide(plan_id)
    page = treasurer.get("/")
    assert next(href for words, href in page.links.items() if words.startswith("Post the surplus")).endswith(
        f"/books/surplus/{plan_id}"
    )
    treasurer.post(f"/books/surplus/{plan_id}")
    assert "Post the surplus of the year to" not in treasurer.get("/").text
