"""The journeys in Chromium, with script and without, and every page under axe, light and dark, narrow and wide."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ViewportSize

from tests import world as worlds
from tests.browser import ALL_BUT_COLOURS, CHROMIUM, COLOURS_ONLY, MISSING, Served, Window, chromium
from tests.conftest import leave_out
from tests.databases import Templates, TestDatabase
from tests.html_client import Browser
from tests.journeys import first_year, scenes, voting_scenes
from tests.journeys.test_election import CANDIDATES, MEMBERS
from tests.journeys.test_voting import TITLE
from tests.visitors import Stage, WindowVisitor
from tests.world_contents import World

GROUP = "Friends of the Ōhau Estuary"
NARROWEST: ViewportSize = {"width": 320, "height": 640}
NARROW: ViewportSize = {"width": 360, "height": 740}
WIDE: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture
def kind(templates: Templates) -> str:
    """Use SQLite alone: what differs between the databases is tested without a browser."""
    return "sqlite"


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    """Chromium, started once."""
    if CHROMIUM is None:
        leave_out(MISSING)
    with chromium() as started:
        yield started


@pytest.fixture
def founded(founded: TestDatabase, request: pytest.FixtureRequest) -> TestDatabase:
    """Show the pages of a demonstration too where every page is looked at."""
    if "world" in request.fixturenames:
        worlds.mark_as_demonstration(founded)
    return founded


@pytest.fixture
def world(kind: str, templates: Templates, tmp_path: Path) -> World:
    """One of everything that a page can show; the server has a clock of its own."""
    return templates.things_in_world(kind, tmp_path)


@pytest.fixture
def sweep(served: Served, world: World) -> Served:
    """The application at the time of that world."""
    served.moment = world.now
    return served


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    """The application behind a port. Its own files are asked for once, not again with every page."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
    made = Served(app)
    yield made
    made.stop()


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def windows(request: pytest.FixtureRequest, browser: Chromium, served: Served) -> Iterator["Windows"]:
    """Windows of people, which must not complain."""
    opened = Windows(browser, served, has_script=request.param)
    yield opened
    opened.close()
    assert opened.complaints() == []


class Windows:
    """Opens a window for each person, signed in or not."""

    def __init__(self, browser: Chromium, served: Served, *, has_script: bool = True) -> None:
        self.browser, self.served, self.has_script = browser, served, has_script
        self._opened: list[tuple[BrowserContext, Window]] = []

    def open(self, person_id: UUID | None) -> Window:
        """Open a window."""
        context = self.browser.new_context(
            viewport=NARROW,
            color_scheme="light",
            java_script_enabled=self.has_script,
            locale="en-NZ",
            timezone_id="Pacific/Auckland",
            # Colours that are still changing would be measured half-way.
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        if person_id is not None:
            cookie = Browser(self.served.app).sign_in_as(person_id).client.get_cookie("session")
            assert cookie is not None
            context.add_cookies([{"name": "session", "value": cookie.value, "url": self.served.address}])
        window = Window(context, self.served.address)
        self._opened.append((context, window))
        return window

    def close(self) -> None:
        """Close all windows."""
        for context, _ in self._opened:
            context.close()

    def complaints(self) -> list[str]:
        """Return what any page has done that it should not."""
        return [complaint for _, window in self._opened for complaint in window.complaints]


@pytest.fixture
def stage(
    app: Flask, people: dict[str, UUID], participants: dict[str, UUID], served: Served, windows: Windows
) -> Stage:
    """Where visitors come with a browser."""

    def set_clock(moment: object) -> None:
        served.moment = moment  # type: ignore[assignment]

    return Stage(app, people, participants, lambda person_id: WindowVisitor(windows.open(person_id)), set_clock)


def test_the_life_of_a_member(stage: Stage, tmp_path: Path) -> None:
    """Every scene in one co-operative: joining, a share for oneself and a group, the books, a vote, an election."""
    newcomer = scenes.join(stage)
    scenes.be_found(stage, newcomer)
    group = scenes.add_organisation(newcomer, GROUP)
    for acting, name in ((newcomer.acting, newcomer.name), (group, GROUP)):
        scenes.become_a_member(stage, newcomer, acting, name)
    scenes.pay_founders(stage, *MEMBERS)
    scenes.keep_books(stage)
    stage.work()
    scenes.export_books(stage, tmp_path)

    path = voting_scenes.propose(stage, "treasurer", TITLE)
    election = voting_scenes.call_election(stage, CANDIDATES, seats=2)
    closes_at = voting_scenes.soon()
    voting_scenes.put_to_the_vote(stage, path, closes_at)
    voting_scenes.put_to_the_vote(stage, election, closes_at)
    voting_scenes.vote_for_two(newcomer, path, (newcomer.name, GROUP))
    voting_scenes.vote(stage, path, "board", "against")
    receipts = voting_scenes.cast_ballots(stage, election)
    with stage.at(closes_at + timedelta(seconds=1)):
        voting_scenes.too_late(stage, newcomer, path)
        voting_scenes.count_again(stage, election, tmp_path, receipts, seats=2)
        stage.work()
        voting_scenes.read_outcome(stage, newcomer, path, TITLE, (newcomer.name, GROUP, "Ana Tūī"))
        voting_scenes.record_board(stage, election)


def test_the_first_year(stage: Stage) -> None:
    """The whole year, from the first skill to the report of what the members decided."""
    first_year.play(stage)


def test_no_page_has_a_fault(browser: Chromium, sweep: Served, world: World) -> None:
    """axe finds nothing, wide and narrow, light and dark; no page scrolls sideways, has a target too small or leaves the house."""
    windows, eyes, pages = Windows(browser, sweep), Eyes(), worlds.addresses(world).values()
    faults, firsts = [], {several[0] for several in pages}
    in_turn = sorted((one for several in pages for one in several), key=lambda one: one.who or "")
    for who, found in groupby(in_turn, key=lambda one: one.who):
        window = windows.open(world.people[who] if who else None)
        window.bring_axe()
        for address in found:
            assert window.open(address.path) == address.status, address
            faults += [f"{address.path} {fault}" for fault in eyes.faults(window, is_first=address in firsts)]
    windows.close()
    assert not faults, "\n".join(faults)
    assert windows.complaints() == []


def test_one_endless_word_in_a_title_makes_no_page_wider(browser: Chromium, sweep: Served, world: World) -> None:
    """Whoever writes a proposal would otherwise decide how wide the list of all proposals is for everybody."""
    windows = Windows(browser, sweep)
    window = windows.open(world.people["treasurer"])
    window.page.set_viewport_size(NARROWEST)
    motion = world.motions["electing"]
    for path in ("/", "/proposals", f"/proposals/{motion}", f"/as/{world.participants['treasurer']}/votes/{motion}"):
        assert window.open(path) == 200
        window.page.evaluate(
            """() => document.querySelectorAll("h1, legend, .breadcrumbs a, .card-title a, .task-title")
                .forEach(one => { one.textContent = "x".repeat(120); })"""
        )
        assert window.too_wide() == [], path
    windows.close()


def test_the_script_totals_an_entry_and_moves_candidates(browser: Chromium, sweep: Served, world: World) -> None:
    windows = Windows(browser, sweep)
    page = windows.open(world.people["treasurer"]).page
    page.goto(f"{sweep.address}/books/entries/new")
    page.fill("[name='lines-0-debit']", "1,200.5")
    page.fill("[name='lines-1-credit']", "200")
    assert page.locator("[data-total='difference']").text_content() == "1,000.50"
    ballot = f"/as/{world.participants['treasurer']}/votes/{world.motions['electing']}"
    page.goto(sweep.address + ballot)
    names = [row.get_attribute("data-name") for row in page.locator(".rank-row").all()]
    page.get_by_role("button", name=f"Move {names[2]} up").click()
    page.get_by_role("button", name=f"Move {names[0]} up").click()
    page.get_by_role("button", name=f"Move {names[0]} up").click()
    ranks = {
        row.get_attribute("data-name"): row.locator("input").input_value() for row in page.locator(".rank-row").all()
    }
    assert ranks == {names[0]: "1", names[2]: "2", names[1]: ""}
    windows.close()
    assert windows.complaints() == []


class Eyes:
    """Looks at pages, wide and narrow, light and dark.

    Whether every text can be read takes most of the time. It is asked of the first address of every page, and after that
    wherever there is a kind of text that was not there before: in other colours, on another ground, of another size.
    """

    def __init__(self) -> None:
        self._read: set[str] = set()

    def faults(self, window: Window, *, is_first: bool) -> list[str]:
        """Look at what was just opened."""
        found = []
        for size in (WIDE, NARROW, NARROWEST):
            window.page.set_viewport_size(size)
            told = window.too_wide()
            if size is not WIDE:
                told += window.too_small()
            if size is not NARROWEST:
                told += window.faults(ALL_BUT_COLOURS) + self._unread(window, all_of_it=is_first and size is WIDE)
            if size is WIDE:
                told += self._in_dark(window)
            found += [f"({size['width']}) {one}" for one in told]
        return found

    def _in_dark(self, window: Window) -> list[str]:
        window.page.emulate_media(color_scheme="dark")
        told = [f"(dark) {one}" for one in self._unread(window)]
        window.page.emulate_media(color_scheme="light")
        return told

    def _unread(self, window: Window, *, all_of_it: bool = False) -> list[str]:
        kinds = window.kinds_of_text()
        if kinds <= self._read and not all_of_it:
            return []
        self._read |= kinds
        return window.faults(COLOURS_ONLY)
