"""Every page opens, for whom it should and for nobody else; no input makes one fail."""

from collections.abc import Iterator
from itertools import groupby, islice, product
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.routing import MapAdapter, Rule

from coop.permissions import guard_of, is_signed_by_sender
from tests import world as worlds
from tests.databases import TestDatabase
from tests.html_client import Browser
from tests.world_contents import Address, World

#: Everything that is not a failure: shown, sent on, or refused with a reason.
ANSWERS = {200, 302, 303, 400, 401, 403, 404, 405, 409, 413, 422}
VISITORS = (None, "treasurer", "secretary", "administrator", "newcomer", "nobody")
GARBAGE = (
    "",
    " ",
    "\x00",
    "x" * 30_000,
    "9" * 40,
    "-1",
    "1e999",
    "１２",
    "2026-02-30",
    "🐦\u202e\n<script>",
    "00000000-0000-0000-0000-000000000000",
    "../../etc/passwd",
)


@pytest.fixture
def founded(founded: TestDatabase) -> TestDatabase:
    """Show the pages of a demonstration too."""
    worlds.mark_as_demonstration(founded)
    return founded


class Visitors:
    """Whoever opens the pages: each signed in once."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self._known: dict[str | None, Browser] = {}

    def get(self, who: str | None) -> Browser:
        """Return a visitor by how tests call them."""
        if who not in self._known:
            browser = Browser(self.app)
            self._known[who] = browser if who is None else browser.sign_in_as(self.world.people[who])
        return self._known[who]


def every_address(world: World) -> list[Address]:
    """Return all pages and files."""
    return [one for several in worlds.addresses(world).values() for one in several] + worlds.files(world)


def test_every_page_of_the_application_is_visited_by_these_tests(app: Flask, world: World) -> None:
    """A new page gets its address in tests/world.py, or stands there among what is no page."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert endpoints == set(worlds.addresses(world)) | worlds.NO_PAGES


def test_every_page_opens_and_is_valid(app: Flask, world: World) -> None:
    visitors = Visitors(app, world)
    for address in every_address(world):
        page = visitors.get(address.who).get(address.path)
        assert (page.status, page.path) == (address.status, address.path), page.text[:300]
        assert page.status != 200 or page.root is None or page.title


def test_no_answer_leaves_a_transaction_open(app: Flask, world: World) -> None:
    """Also of an answer that is still written while it is sent: nobody else would give its connection back."""
    begun: list[Session] = []

    @event.listens_for(Session, "after_begin")
    def remember(session: Session, *_: object) -> None:
        begun.append(session)

    try:
        visitors = Visitors(app, world)
        for address in every_address(world):
            visitors.get(address.who).client.get(address.path, buffered=True).close()
            left = [session for session in begun if session.in_transaction()]
            assert not left, address.path
            begun.clear()
    finally:
        event.remove(Session, "after_begin", remember)


def test_no_page_fails_whoever_opens_it(app: Flask, world: World) -> None:
    visitors = Visitors(app, world)
    for who, path in product(VISITORS, {address.path for address in every_address(world)}):
        answer = visitors.get(who).client.get(path, buffered=True)
        assert answer.status_code in ANSWERS, f"{who} {path}: {answer.status_code}"


def test_a_page_that_needs_a_power_is_closed_to_a_participant(app: Flask, world: World) -> None:
    newcomer = Visitors(app, world).get("newcomer")
    endpoints = worlds.addresses(world)
    for endpoint, several in endpoints.items():
        guard = guard_of(app.view_functions[endpoint])
        assert guard is not None
        if guard.powers:
            assert [newcomer.client.get(one.path, buffered=True).status_code for one in several] == [403] * len(
                several
            ), endpoint


def test_a_page_about_nothing_is_not_there(app: Flask, world: World) -> None:
    visitors = Visitors(app, world)
    for rule, path in _paths(app, world, "GET"):
        if "uuid" in str(rule):
            elsewhere = _with_other_ids(path)
            answer = visitors.get(_who_may(app, rule)).client.get(elsewhere, buffered=True)
            assert answer.status_code == 404, f"{elsewhere}: {answer.status_code}"


def test_no_form_is_taken_without_its_token(app: Flask, world: World) -> None:
    visitors = Visitors(app, world)
    for rule, path in _paths(app, world, "POST"):
        if is_signed_by_sender(app.view_functions[rule.endpoint]):
            continue
        answer = visitors.get(_who_may(app, rule)).client.post(path, data={"text": "forged"})
        assert answer.status_code == 400, f"{path}: {answer.status_code}"


def test_no_garbage_in_a_form_makes_a_page_fail(app: Flask, world: World) -> None:
    visitors, fields = Visitors(app, world), _fields(app, world)
    for rule, found in groupby(_paths(app, world, "POST"), key=lambda pair: pair[0]):
        if rule.endpoint in {"security.logout", "demo.sign_in"}:
            continue
        browser, paths = visitors.get(_who_may(app, rule)), [path for _, path in found]
        names, token = fields.get(rule.endpoint, set()) | {"unknown"}, browser.token()
        for place, path in enumerate(paths):
            # Where there are several addresses they share the garbage among them.
            for garbage in GARBAGE[place % 3 :: min(len(paths), 3)]:
                answer = browser.client.post(path, data={**dict.fromkeys(names, garbage), "csrf_token": token})
                assert answer.status_code in ANSWERS, f"{path} {garbage[:20]!r}: {answer.status_code}"


def test_no_garbage_in_an_address_makes_a_page_fail(app: Flask, world: World) -> None:
    visitors = Visitors(app, world)
    names = ("page", "q", "state", "stage", "kind", "at", "from", "to", "text", "account", "order", "action", "next")
    for several in worlds.addresses(world).values():
        browser = visitors.get(several[0].who)
        path = several[0].path.partition("?")[0]
        for garbage in GARBAGE:
            answer = browser.client.get(path, query_string=dict.fromkeys(names, garbage[:2000]))
            assert answer.status_code in ANSWERS, f"{path} {garbage[:20]!r}: {answer.status_code}"


def test_a_form_that_is_too_large_is_refused(app: Flask, world: World) -> None:
    browser = Visitors(app, world).get("treasurer")
    answer = browser.client.post("/welcome", data={"name": "x" * 3_000_000})
    assert answer.status_code == 413


def _paths(app: Flask, world: World, method: str) -> Iterator[tuple[Rule, str]]:
    """Return every rule for a method with addresses of things that exist, and of some that do not."""
    known: dict[str, list[object]] = {
        "participant_id": [world.participants["treasurer"], world.participants["newcomer"]],
        "person_id": [world.people["treasurer"]],
        "motion_id": list(world.motions.values()),
        "comment_id": [world.comment],
        "application_id": [world.application, world.decided_application],
        "request_id": [world.request, world.paid_request],
        "entry_id": [world.entry],
        "member_id": [world.member],
        "grant_id": [world.grant],
        "code": ["1000", "5100", "nonsense"],
        "day": ["2001-01-31", "nonsense"],
        "version": [1, 999],
        "number": [1, 10**18],
        "file_format": ["csv", "nonsense"],
        "form": ["csv", "nonsense"],
        "token": ["nonsense"],
        "role": ["treasurer", "nonsense"],
        # No stop that exists: it would move the clock under the pages that follow.
        "stop": ["nonsense"],
    }
    for name, things in world.things.items():
        known[name] = [*known.get(name, []), *things]

    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint in {"static", "security.static"}:
            continue
        names = sorted(rule.arguments)
        for values in islice(product(*(known[name] for name in names)), 12):
            path = _address(adapter, rule.endpoint, dict(zip(names, values, strict=True)), method)
            if path is not None:
                yield rule, path


def _address(adapter: MapAdapter, endpoint: str, values: dict[str, object], method: str) -> str | None:
    """Return the address of a page; none where the rule itself takes no such value, so that no request could reach the page."""
    try:
        return adapter.build(endpoint, values, method=method)
    except ValueError:
        return None


def _who_may(app: Flask, rule: Rule) -> str | None:
    """Return who may enter a page: an officer with its power, a member, or for public pages a visitor."""
    guard = guard_of(app.view_functions[rule.endpoint])
    assert guard is not None
    if guard.public:
        return None
    return guard.powers[0].value if guard.powers else "treasurer"


def _fields(app: Flask, world: World) -> dict[str, set[str]]:
    """Return the names of the fields that the pages offer, by the endpoint that each form is sent to."""
    visitors, adapter = Visitors(app, world), app.url_map.bind("localhost")
    found: dict[str, set[str]] = {}
    for address in every_address(world):
        page = visitors.get(address.who).get(address.path)
        for form in page.forms:
            if form.method == "post":
                path = urlsplit(form.action).path or urlsplit(page.path).path
                endpoint, _ = adapter.match(path, method="POST")
                found.setdefault(endpoint, set()).update(form.names())
    return found


def _with_other_ids(path: str) -> str:
    """Return an address with other ids in the place of its own."""
    return "/".join(str(uuid4()) if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/"))
