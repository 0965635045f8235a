"""The pages of the cost centres: the tree with its sums, adding, moving and closing, and who may."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.audit import AuditEvent
from coop.books.cost_centres import operations
from coop.database import db, write
from coop.permissions import Actor, Power, PowerMissing
from ledger import cost_centres
from ledger.chart import BANK, COACHING_INCOME
from ledger.drafts import Line
from ledger.posting import Draft, post
from tests.html_client import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def treasurer(sign_in: SignIn) -> Browser:
    browser = sign_in("treasurer")
    for code, parent in (("services", ""), ("coaching", "services")):
        page = browser.submit("/books/cost-centres/new", {"code": code, "name": code.title(), "parent": parent})
        assert f"Cost centre {code} is added." in page.text
    return browser


def _earn(session: Session) -> None:
    lines = [Line(COACHING_INCOME, -5_000, cost_centre="coaching"), Line(BANK, 5_000)]
    today = cooperative.today(session)
    post(session, Draft(today, "A session", "manual", "NZD", lines, "session"), now=clock.now())


def _tree(app: Flask) -> list[tuple[str, int, str]]:
    with app.app_context():
        return [(one.code, one.depth, one.name) for one in cost_centres.tree(db.session())]


def test_the_tree_shows_what_each_earned_and_leads_to_the_entries(
    app: Flask, treasurer: Browser, sign_in: SignIn
) -> None:
    with app.app_context():
        write(_earn)
    auditor = sign_in("auditor")
    page = auditor.get("/books/cost-centres")
    assert page.text.count("50.00") >= 4
    assert "Without a cost centre" in page.text
    href = next(href for label, href in page.links.items() if "services Services" in label)
    assert "A session" in auditor.get(href).text
    lines = auditor.client.get("/books/cost-centres.csv").text.splitlines()
    assert lines[1] == "services,Services,,0.00,0.00,0.00,50.00,0.00,50.00"
    assert lines[2] == "coaching,Coaching,services,50.00,0.00,50.00,50.00,0.00,50.00"
    assert lines[-1].startswith(",Together,,50.00")


def test_a_centre_is_renamed_and_moved_but_not_under_its_own(app: Flask, treasurer: Browser) -> None:
    page = treasurer.submit("/books/cost-centres/coaching", {"name": "One to one", "parent": ""})
    assert "Cost centre coaching is changed." in page.text
    assert _tree(app) == [("coaching", 0, "One to one"), ("services", 0, "Services")]
    treasurer.submit("/books/cost-centres/services", {"name": "Services", "parent": "coaching"})
    page = treasurer.submit("/books/cost-centres/coaching", {"name": "One to one", "parent": "services"})
    assert page.status == 422
    assert 'id="parent-error"' in page.html
    assert _tree(app) == [("coaching", 0, "One to one"), ("services", 1, "Services")]


def test_a_centre_is_closed_once(app: Flask, treasurer: Browser) -> None:
    with app.app_context():
        write(_earn)
        today = cooperative.today(db.session())
    page = treasurer.submit("/books/cost-centres/coaching", {"closed_on": str(today)}, button="Close this cost centre")
    assert page.status == 422
    assert 'id="closed_on-error"' in page.html
    page = treasurer.submit(
        "/books/cost-centres/coaching", {"closed_on": "2090-01-01"}, button="Close this cost centre"
    )
    assert page.status == 200
    assert "Closed from 1 January 2090" in treasurer.get("/books/cost-centres/coaching").text
    token = treasurer.token()
    again = {"csrf_token": token, "close": "1", "closed_on": "2091-01-01"}
    assert treasurer.post("/books/cost-centres/coaching", again).status == 409


@pytest.mark.parametrize("wrong", [{"code": "a b"}, {"code": ""}, {"name": ""}, {"parent": "nothing"}])
def test_a_wrong_centre_changes_nothing(app: Flask, treasurer: Browser, wrong: dict[str, str]) -> None:
    page = treasurer.submit("/books/cost-centres/new", {"code": "new", "name": "New", "parent": "", **wrong})
    assert page.status == 422
    assert [code for code, _, _ in _tree(app)] == ["services", "coaching"]


def test_a_code_is_used_once_and_an_unknown_one_is_no_page(treasurer: Browser) -> None:
    again = {"code": "coaching", "name": "Again", "parent": ""}
    assert treasurer.submit("/books/cost-centres/new", again).status == 409
    assert treasurer.get("/books/cost-centres/nothing").status == 404
    assert treasurer.get("/books/cost-centres?from=soon").status == 422


def test_without_any_the_page_says_what_they_are_for(sign_in: SignIn) -> None:
    assert "No cost centres yet" in sign_in("board").get("/books/cost-centres").text


def test_only_the_treasurer_changes_them_and_each_change_is_in_the_trail(
    app: Flask, treasurer: Browser, people: dict[str, UUID]
) -> None:
    board = Actor(person_id=people["board"], channel="web", powers=frozenset({Power.BOARD}))
    with app.app_context():
        today = cooperative.today(db.session())
        for act in (
            lambda s: operations.add(s, board, code="x", name="X", parent=None),
            lambda s: operations.change(s, board, code="coaching", name="X", parent=None),
            lambda s: operations.close(s, board, code="coaching", closed_on=today),
        ):
            with pytest.raises(PowerMissing):
                write(act)
        actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("cost-centre.")))
        assert list(actions) == ["cost-centre.added"] * 2
