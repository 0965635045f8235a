"""The pages on which a closed year is reopened: what they say, whom they let, and where the reopening shows afterwards."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop.books.exports.models import KeptExport
from coop.database import db
from ledger.models import YearReopening
from tests import sharing_out
from tests.coop.reports.year import Office, act, office_of
from tests.html_client import Browser, Page
from tests.reopening import REASON, close_again, correct, keep, reopen

SignIn = Callable[[str], Browser]


@pytest.fixture
def desk(app: Flask) -> Iterator[Office]:
    with office_of(app) as made:
        yield made


def _path(desk: Office, what: str = "reopen") -> str:
    return f"/books/years/{desk.year_id}/{what}"


def _count(app: Flask, mapped: type) -> int:
    with app.app_context():
        found = db.session().scalar(select(func.count()).select_from(mapped)) or 0
        db.session.remove()
    return found


def _approve(browser: Browser, page: Page) -> Page:
    shown = browser.get(page.path)
    return browser.send(shown, shown.form(having="seen"))


def test_a_year_is_reopened_by_two_people_through_the_pages_and_it_shows(
    app: Flask, sign_in: SignIn, desk: Office
) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(treasurer.get(_path(desk, "close")).links["Reopen this year"])
    assert (page.path, "The words for the board" in page.text) == (_path(desk), True)
    form = page.form(button="Prepare the reopening")
    shown = treasurer.send(page, form, {"reason": REASON}, button="Show the words")
    assert (shown.status, REASON in shown.text, _count(app, KeptExport)) == (200, True, 0)
    prepared = treasurer.send(page, form, {"reason": REASON}, button="Prepare the reopening")
    assert "The reopening is prepared." in prepared.text
    assert _count(app, KeptExport) == 6
    for where in (_path(desk), _path(desk, "close")):
        assert "It waits for somebody of the board to approve it." in treasurer.get(where).text
    done = _approve(sign_in("board"), prepared)
    assert (done.status, _count(app, YearReopening)) == (200, 1)
    title = f"Close the year to {desk.story.ends_on:%-d %B %Y} again: it was reopened"
    assert treasurer.get("/").links[title] == _path(desk, "close")
    assert title in treasurer.get("/books").text
    again = treasurer.get(_path(desk, "close"))
    assert "Closings that were taken back" in again.text
    assert "was reopened on" in treasurer.get("/books/periods").text
    assert REASON in treasurer.get(again.links["resolution 2"]).text
    reversal = treasurer.get(again.links["its reversal"])
    assert "Reopening of the year" in reversal.text
    assert treasurer.get(_path(desk)).status == 409


def test_statements_and_files_show_that_a_year_was_reopened(app: Flask, sign_in: SignIn, desk: Office) -> None:
    keep(app, desk.year_id)
    auditor, ends_on = sign_in("auditor"), desk.story.ends_on
    first = auditor.get("/books/exports").links["CSV, full"]
    before = auditor.get(first).response.get_data()
    act(app, reopen(desk.year_id))
    for path in (f"income-statement?from={ends_on.replace(day=1)}&to={ends_on}", f"balance-sheet?at={ends_on}"):
        assert "its figures are not final" in auditor.get(f"/books/{path}").text
    assert "not final" not in auditor.get(f"/books/balance-sheet?at={ends_on.replace(year=ends_on.year - 2)}").text
    old = auditor.get("/books/exports").links["CSV, full"]
    assert auditor.get(old).response.get_data() == before
    act(app, correct(ends_on))
    act(app, close_again(desk.year_id))
    keep(app, desk.year_id)
    assert "and closed again on" in auditor.get(f"/books/balance-sheet?at={ends_on}").text
    assert auditor.get(old).response.get_data() == before
    assert auditor.get(first).response.get_data() != before
    listed = auditor.get("/books/exports").text
    assert listed.count("as closed on") == 2
    assert "and reopened on" in listed


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_prepared(
    app: Flask, sign_in: SignIn, desk: Office
) -> None:
    treasurer = sign_in("treasurer")
    page = treasurer.get(_path(desk))
    form = page.form(button="Prepare the reopening")
    for values, message in (
        ({"reason": ""}, "Say why, as the board did."),
        ({"reason": "Oh."}, "at least 10"),
        ({"reason": REASON, "decided_on": "1 January 2100"}, "Enter a date"),
        ({"reason": REASON, "decided_on": "2100-01-01"}, "still to come"),
        ({"reason": REASON, "decided_on": "2001-01-01"}, "the year was closed only on"),
    ):
        answer = treasurer.send(page, form, {**values}, button="Prepare the reopening")
        assert (answer.status, message in answer.text) == (422, True), (values, answer.text)
    odd = treasurer.post(_path(desk), {"opens_on": "nonsense", "decided_on": "2100-01-01", "reason": REASON})
    assert odd.status == 422
    assert _count(app, YearReopening) == 0


def test_a_year_that_cannot_be_reopened_says_why(app: Flask, sign_in: SignIn, desk: Office) -> None:
    keep(app, desk.year_id)
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(sharing_out.VOTED):
        motion_id = act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, lambda session: sharing_out.vote(session, motion_id))
        waiting = sign_in("board").get(_path(desk))
        assert "A plan that the members are deciding on is set aside" in waiting.text
        assert "The treasurer prepares it once the board has decided." in waiting.text
    with desk.story.at(sharing_out.DECIDED):
        act(app, lambda session: sharing_out.count(session, motion_id))
    with desk.story.at(sharing_out.POSTED):
        act(app, lambda session: sharing_out.distribute(session, plan_id))
        page = sign_in("treasurer").get(_path(desk))
        assert "This year cannot be reopened" in page.text
        assert all("Prepare" not in str(form.buttons) for form in page.forms)


def test_others_are_shown_nothing(app: Flask, sign_in: SignIn, desk: Office) -> None:
    assert sign_in("founder").get(_path(desk)).status == 403
    assert sign_in("auditor").get(_path(desk)).status == 200
    board = sign_in("board")
    assert board.get(f"/books/years/{uuid4()}/reopen").status == 404
    closing = f"/books/years/{desk.year_id}/closings"
    assert [board.get(f"{closing}/{path}").status for path in ("1/export.csv", "99999/export.csv", "1/export.pdf")] == [
        *(404, 404, 404)
    ]


def test_members_are_told_that_a_plan_was_set_aside(app: Flask, sign_in: SignIn, desk: Office) -> None:
    keep(app, desk.year_id)
    plan_id = act(app, lambda session: sharing_out.plan(session, desk.story))
    with desk.story.at(sharing_out.VOTED):
        act(app, lambda session: sharing_out.put_to_members(session, plan_id))
        act(app, reopen(desk.year_id))
        treasurer = sign_in("treasurer")
        assert "Set aside: the year was reopened" in treasurer.get(f"/books/surplus/{plan_id}").text
        assert "This year is not closed" in treasurer.get("/books/surplus").text
