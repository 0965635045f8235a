"""A real browser for tests: Debian's Chromium through Playwright, the application served by a thread, and axe.

It decides what no page may do: write an error to the console, ask another host for anything, scroll sideways, or have a
fault that axe finds. It knows no page.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from coop import clock

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "tests in a real browser (install Debian's package: chromium)"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
#: The rules of WCAG up to AA and axe's good practice.
AXE_OPTIONS: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    # No page has a style sheet of another host, for which axe would ask the server again each time.
    "preload": False,
}
#: What can differ between light and dark: colours. Structure is the same, and looked at in light.
COLOURS_ONLY = {**AXE_OPTIONS, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: All the others, which together take a third of the time of these two.
ALL_BUT_COLOURS = {**AXE_OPTIONS, "rules": {name: {"enabled": False} for name in COLOURS_ONLY["runOnly"]["values"]}}
_RUN_AXE = """async options => {
  const found = await axe.run(document, options);
  return found.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | "));
}"""
#: By how many pixels the page is wider than the window, and which elements stick out of it.
_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - width;
    const outside = over > 0 ? [...document.querySelectorAll('body *')]
        .filter(one => one.getBoundingClientRect().right > width + .5 && !one.closest('[class*=scroll]')) : [];
    const name = one => one.tagName.toLowerCase() + (one.className && '.' + one.className);
    return [over, outside.slice(-3).map(name).join(', ')];
}"""

#: WCAG 2.2, 2.5.8: what is pointed at measures 24 pixels; links within text are exempt, and so are boxes with a label.
_TOO_SMALL = """() => [...document.querySelectorAll(
    "button, select, summary, .button, .menu a, input:not([type=hidden], [type=radio], [type=checkbox])")]
  .map(node => [node, node.getBoundingClientRect()])
  .filter(([node, box]) => box.width && node.checkVisibility() && (box.width < 24 || box.height < 24))
  .map(([node, box]) => `too small (${box.width} x ${box.height}): ${node.outerHTML.slice(0, 120)}`)"""

#: Everything that decides whether a text can be read: its colours, its size, what lies behind it, and why axe might pass it over.
_KINDS_OF_TEXT = """() => {
    const grounds = new Map(), kinds = new Set();
    const ground = node => {
        if (!node) return "";
        if (!grounds.has(node)) {
            const style = getComputedStyle(node), own = [style.backgroundColor, style.backgroundImage, style.opacity].join();
            grounds.set(node, (own === "rgba(0, 0, 0, 0),none,1" ? "" : own + " on ") + ground(node.parentElement));
        }
        return grounds.get(node);
    };
    const add = (node, words) => {
        const style = getComputedStyle(node), box = node.getBoundingClientRect(), around = getComputedStyle(node.parentElement);
        if (node.checkVisibility({visibilityProperty: true})) kinds.add([
            style.color, style.fontSize, style.fontWeight, style.textShadow, style.filter, ground(node),
            node.tagName === "A" && [style.textDecorationLine, around.color], node.closest("[disabled], [aria-disabled]") !== null,
            words.length > 1, box.width > 1 && box.height > 1, style.clipPath, style.position].join("; "));
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const words = walker.currentNode.data.trim();
        if (words && !walker.currentNode.parentElement.closest("script, style")) add(walker.currentNode.parentElement, words);
    }
    for (const field of document.querySelectorAll("input, select, textarea")) add(field, "a text");
    return [...kinds];
}"""

Environ = dict[str, Any]


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the tests read answers, not logs."""


class Served:
    """An application behind a port of this machine, whose clock a test can set."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        #: What time it is for every request; the real time when nothing is set.
        self.moment: datetime | None = None
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Silent)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.moment is None:
            return self.app(environ, start_response)
        # A request runs in a thread of its own, which a clock set by the test would not reach.
        with clock.at(self.moment):
            return self.app(environ, start_response)


class Window:
    """A page in a browser that remembers everything it should not have done."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._on_request)

    def open(self, path: str) -> int:
        """Open a page of the application and return its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def bring_axe(self) -> None:
        """Let axe be there on every page from now on. It is no element: the page's own policy stays in force and would refuse that."""
        self.page.add_init_script(_axe_source())

    def faults(self, options: Mapping[str, Any]) -> list[str]:
        """Return what axe, brought before, finds on the page as it stands."""
        found: list[str] = self.page.evaluate(_RUN_AXE, options)
        return found

    def kinds_of_text(self) -> set[str]:
        """Return in which colours, on which grounds and how large there is text on the page."""
        return set(self.page.evaluate(_KINDS_OF_TEXT))

    def too_small(self) -> list[str]:
        """Return what is too small to be pointed at."""
        found: list[str] = self.page.evaluate(_TOO_SMALL)
        return found

    def too_wide(self) -> list[str]:
        """Return by how many pixels the page is wider than the window, if it is, and what sticks out."""
        pixels, outside = self.page.evaluate(_TOO_WIDE)
        return [f"is {pixels} pixels too wide: {outside}"] if pixels else []

    def _on_console(self, message: ConsoleMessage) -> None:
        # A page that answers 4xx is reported by the browser itself; whether that is right is for the test to say.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "about:")):
            self.complaints.append(f"{self.page.url} asked for {request.url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def _axe_source() -> str:
    return files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
