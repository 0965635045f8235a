from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from coop import cooperative
from coop.database import db, write
from coop.demonstration.roles import ROLES
from coop.identity import powers
from coop.identity.models import PowerEnding
from tests.founded import FOUNDERS
from tests.html_client import Browser, Page

NAMES = [founder.email.partition("@")[0] for founder in FOUNDERS]
_XHTML = "{http://www.w3.org/1999/xhtml}"


def menu_of(page: Page) -> dict[str, str]:
    """Return the links of the main menu, words -> address."""
    assert page.root is not None
    menu = next(nav for nav in page.root.iter(f"{_XHTML}nav") if nav.get("class") == "menu")
    return {"".join(link.itertext()).strip(): link.get("href") or "" for link in menu.iter(f"{_XHTML}a")}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_the_menu_opens_for_whom_it_is_shown(sign_in: Callable[[str], Browser], name: str) -> None:
    browser = sign_in(name)
    links = menu_of(browser.get("/"))
    assert len(links) >= 9
    for words, href in links.items():
        answer = browser.client.get(href)
        assert answer.status_code == 200, f"{words} {href}: {answer.status_code}"


def test_every_link_of_a_visitors_menu_opens(client: Browser) -> None:
    links = menu_of(client.get("/"))
    assert {"About", "Terms of membership", "By-laws", "Join"} <= set(links)
    for href in links.values():
        assert client.client.get(href).status_code == 200


def test_a_member_without_powers_is_offered_no_office(sign_in: Callable[[str], Browser]) -> None:
    links = menu_of(sign_in("founder").get("/"))
    assert {"Home", "Directory", "Proposals and votes", "Profile", "Membership", "Shares", "Statement"} <= set(links)
    assert not {"Applications", "Payments", "Journal", "Powers", "Audit trail", "Share register"} & set(links)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("treasurer", "Payments"),
        ("treasurer", "Journal"),
        ("board", "Applications"),
        ("secretary", "Shares to issue"),
        ("secretary", "Register of members"),
        ("administrator", "Powers"),
        ("auditor", "Audit trail"),
        ("auditor", "Journal"),
    ],
)
def test_an_officer_is_offered_their_office(sign_in: Callable[[str], Browser], name: str, words: str) -> None:
    assert words in menu_of(sign_in(name).get("/"))


def test_the_page_that_is_shown_is_marked(sign_in: Callable[[str], Browser]) -> None:
    page = sign_in("founder").get("/directory")
    assert page.root is not None
    current = [link for link in page.root.iter(f"{_XHTML}a") if link.get("aria-current") == "page"]
    assert [link.get("href") for link in current] == ["/directory"]


def test_who_acts_for_several_has_a_group_for_each(
    sign_in: Callable[[str], Browser], participants: dict[str, UUID]
) -> None:
    browser = sign_in("founder")
    browser.submit("/organisations/new", {"name": "Ngā Manu Trust", "kind": "group"})
    page = browser.get("/")
    assert "Ngā Manu Trust" in page.text
    profiles = [link for link in _hrefs(page) if link.endswith("/profile")]
    assert f"/as/{participants['founder']}/profile" in profiles
    assert len(set(profiles)) == 2


def test_who_asks_after_others_gets_the_menu_that_they_would_get_first(
    app: Flask, sign_in: Callable[[str], Browser], client: Browser
) -> None:
    browsers = {name: sign_in(name) for name in NAMES} | {"visitor": client}
    first = {}
    for name, browser in browsers.items():
        app.extensions.pop("coop_doors", None)
        first[name] = menu_of(browser.get("/"))
    for name in (*browsers, *reversed(browsers)):
        assert menu_of(browsers[name].get("/")) == first[name]
    assert len({tuple(sorted(menu)) for menu in first.values()}) >= 5


def test_each_member_is_led_to_their_own_pages(
    sign_in: Callable[[str], Browser], participants: dict[str, UUID], client: Browser
) -> None:
    for name in ("founder", "board", "founder"):
        own = [link for link in menu_of(sign_in(name).get("/")).values() if link.startswith("/as/")]
        assert len(own) >= 7
        assert all(link.startswith(f"/as/{participants[name]}/") for link in own)
    assert not [link for link in menu_of(client.get("/")).values() if link.startswith("/as/")]


def test_a_power_that_has_ended_is_gone_from_the_next_page(
    app: Flask, sign_in: Callable[[str], Browser], people: dict[str, UUID]
) -> None:
    browser = sign_in("auditor")
    assert "Audit trail" in menu_of(browser.get("/"))

    def end(session: Session) -> None:
        (grant,) = [one for one in powers.all_powers(session) if one.person_id == people["auditor"]]
        resolution_id = grant.resolution_id
        session.add(
            PowerEnding(grant_id=grant.grant_id, ended_on=cooperative.today(session), resolution_id=resolution_id)
        )

    with app.app_context():
        write(end)
    assert "Audit trail" not in menu_of(browser.get("/"))


def test_another_name_of_the_cooperative_stands_on_the_next_page(app: Flask, client: Browser) -> None:
    assert "Kākāpō Together" not in client.get("/").html

    def rename(session: Session) -> None:
        cooperative.current(session, lock=True).name = "Kākāpō Together"

    with app.app_context():
        write(rename)
    assert "Kākāpō Together" in client.get("/").html


def test_the_frame_of_a_page_costs_few_queries(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    browser = sign_in("founder")
    asked: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        browser.client.get("/account")
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # The session, the co-op, powers, participants; the page asks two itself.
    assert len(asked) <= 6, asked


def test_a_real_cooperative_shows_nothing_of_the_demonstration(client: Browser) -> None:
    page = client.get("/")
    assert "Demonstration" not in page.text
    assert client.get("/demo/mail").status == 404
    assert client.client.post("/demo/sign-in/treasurer").status_code in {400, 404}


def test_the_roles_of_the_demonstration_are_different_people() -> None:
    assert len({role.code for role in ROLES}) == len({role.email for role in ROLES}) == len(ROLES) == 11


def _hrefs(page: Page) -> list[str]:
    assert page.root is not None
    return [link.get("href") or "" for link in page.root.iter(f"{_XHTML}a")]
