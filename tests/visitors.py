"""Visitors of the application: the same steps by a client that knows no script, and by a person's browser.

A journey is written once against `Visitor`. It goes by what is on the page: words of links, words of buttons, names of fields.
"""

import email.policy
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.parser import BytesParser
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from playwright.sync_api import Locator, Response
from playwright.sync_api import Page as OpenPage

from coop import clock, worker
from tests.browser import Window
from tests.html_client import Browser, Page

#: The words of each element set apart, as the strict client reads them.
_WORDS = """() => {
  const words = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest("script, style")) words.push(walker.currentNode.data);
  return words.join(" ");
}"""
#: What is put into fields, by name: a text, or for a tick box whether it is ticked.
Values = Mapping[str, str | bool]


class Visitor(Protocol):
    """Somebody in front of a page."""

    def open(self, path: str) -> None:
        """Open a page."""

    def follow(self, words: str) -> None:
        """Follow the first link with exactly these words."""

    def send(self, button: str, values: Values | None = None) -> None:
        """Fill in the form that has this button, and press it."""

    def download(self, words: str) -> bytes:
        """Fetch the file behind the first link with exactly these words."""

    def links(self) -> dict[str, str]:
        """Return the links of the page: words -> address."""

    def leave(self) -> None:
        """Go away for good."""

    @property
    def status(self) -> int:
        """Status of the last answer."""

    @property
    def title(self) -> str:
        """Words of the h1."""

    @property
    def text(self) -> str:
        """Words of the page, white space folded."""

    @property
    def path(self) -> str:
        """Address of the page within the application, without query."""


class ClientVisitor:
    """Goes through the strict client: no script, every page parsed."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        """The page that is open."""
        assert self._page is not None, "no page is open"
        return self._page

    def open(self, path: str) -> None:
        """Open a page."""
        self._page = self.browser.get(path)

    def follow(self, words: str) -> None:
        """Follow a link."""
        assert words in self.page.links, f"{self.page.path} has no link “{words}”: {sorted(self.page.links)}"
        self.open(self.page.links[words])

    def send(self, button: str, values: Values | None = None) -> None:
        """Fill in a form and send it."""
        form = self.page.form(button=button)
        typed = {name: (value or None) if isinstance(value, bool) else value for name, value in (values or {}).items()}
        unknown = set(typed) - form.names()
        assert not unknown, f"{self.page.path} has no field {unknown}"
        ticked = {name: form.choices[name][0] if value is True else value for name, value in typed.items()}
        self._page = self.browser.send(self.page, form, ticked, button=button)

    def download(self, words: str) -> bytes:
        """Fetch a file."""
        answer = self.browser.client.get(self.page.links[words])
        assert answer.status_code == 200, f"{words}: {answer.status_code}"
        return answer.get_data()

    def links(self) -> dict[str, str]:
        """Return the links of the page."""
        return self.page.links

    def leave(self) -> None:
        """Leave nothing behind."""

    @property
    def status(self) -> int:
        """Status of the last answer."""
        return self.page.status

    @property
    def title(self) -> str:
        """Words of the h1."""
        return self.page.title

    @property
    def text(self) -> str:
        """Words of the page."""
        return self.page.text

    @property
    def path(self) -> str:
        """Address of the page."""
        return urlsplit(self.page.path).path


class WindowVisitor:
    """Goes through Chromium: points at what is visible, types, clicks."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._status = 0

    @property
    def page(self) -> OpenPage:
        """The page that is open."""
        return self.window.page

    def open(self, path: str) -> None:
        """Open a page."""
        self._status = self.window.open(path)

    def follow(self, words: str) -> None:
        """Click a link."""
        # Words that only a screen reader hears stand apart for the browser: "Ask : somebody".
        name = re.compile(f"^{re.escape(words)}$".replace(":", r"\s*:"))
        self._click(self.page.get_by_role("link", name=name).first)

    def send(self, button: str, values: Values | None = None) -> None:
        """Fill in a form and press its button."""
        pressed = self.page.get_by_role("button", name=button, exact=True, include_hidden=True).first
        form = pressed.locator("xpath=ancestor::form[1]")
        for name, value in (values or {}).items():
            _fill(form.locator(f"[name='{name}']"), value)
        question = pressed.locator("xpath=ancestor::details[not(@open)][1]/summary")
        if question.count():
            # A button that asks first: its question opens before it can be pressed.
            question.click()
        self._click(pressed)

    def download(self, words: str) -> bytes:
        """Fetch a file; one that the browser would show itself is asked for beside it."""
        link = self.page.get_by_role("link", name=words, exact=True).first
        if link.get_attribute("download") is None:
            answer = self.page.request.get(f"{self.window.address}{link.get_attribute('href')}")
            assert answer.ok, f"{words}: {answer.status}"
            return answer.body()
        with self.page.expect_download() as expected:
            link.click()
        return Path(expected.value.path()).read_bytes()

    def links(self) -> dict[str, str]:
        """Return the links of the page."""
        found: list[tuple[str, str]] = self.page.evaluate(
            """() => [...document.links].map(link => [link.textContent.trim().replace(/\\s+/g, " "),
                                                    link.getAttribute("href")])"""
        )
        first: dict[str, str] = {}
        for words, href in found:
            first.setdefault(words, href)
        return first

    def leave(self) -> None:
        """Close the window."""
        self.page.context.close()

    @property
    def status(self) -> int:
        """Status of the last answer."""
        return self._status

    @property
    def title(self) -> str:
        """Words of the h1."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def text(self) -> str:
        """Words of the page."""
        return " ".join(self.page.evaluate(_WORDS).split())

    @property
    def path(self) -> str:
        """Address of the page."""
        return urlsplit(self.page.url).path

    def _click(self, target: Locator) -> None:
        answers: list[Response] = []

        def note(answer: Response) -> None:
            if answer.request.is_navigation_request() and not 300 <= answer.status < 400:
                answers.append(answer)

        self.page.on("response", note)
        with self.page.expect_navigation():
            target.click()
        self.page.remove_listener("response", note)
        self._status = answers[-1].status


def _fill(field: Locator, value: str | bool) -> None:
    kind = field.first.evaluate("node => node.type")
    if isinstance(value, bool):
        field.first.set_checked(value)
    elif kind == "radio":
        chosen = next(one for one in field.all() if one.get_attribute("value") == value)
        # A person clicks the words; where they are large they cover the button.
        field.page.locator(f"label[for='{chosen.get_attribute('id')}']").click()
    elif kind == "select-one":
        field.first.select_option(value)
    else:
        field.first.fill(value)


class Stage:
    """Where a journey is played: the application, its people, its clock, its worker and its mail."""

    def __init__(
        self,
        app: Flask,
        people: dict[str, UUID],
        participants: dict[str, UUID],
        come: Callable[[UUID | None], Visitor],
        set_clock: Callable[[datetime | None], None] = lambda _: None,
    ) -> None:
        self.app = app
        self.people = people
        #: The founders' participants by how tests call them.
        self.participants = participants
        self._come = come
        self._set_clock = set_clock
        self._known: dict[str, Visitor] = {}

    def newcomer(self) -> Visitor:
        """Let somebody come who has no account."""
        return self._come(None)

    def founder(self, name: str) -> Visitor:
        """Let a founder come, signed in; the same visitor each time."""
        if name not in self._known:
            self._known[name] = self._come(self.people[name])
        return self._known[name]

    def forget(self) -> None:
        """Let the founders sign in anew when they come next, as they must two weeks later."""
        for visitor in self._known.values():
            visitor.leave()
        self._known.clear()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let everything within happen at a moment: pages and worker."""
        self._set_clock(moment)
        try:
            with clock.at(moment):
                yield
        finally:
            self._set_clock(None)

    def work(self) -> None:
        """Let the worker do what is due."""
        while worker.run_once(self.app):
            pass

    def mails_to(self, address: str) -> list[str]:
        """Return the texts of the mails that were delivered to an address, the latest last."""
        folder = Path(self.app.extensions["coop_config"].mail_url.removeprefix("file:"))
        parser = BytesParser(policy=email.policy.default)
        found = []
        for file in sorted(folder.glob("*.eml")):
            message = parser.parsebytes(file.read_bytes())
            if message["To"] == address:
                body = message.get_body()
                assert body is not None
                found.append(str(body.get_content()))
        return found
