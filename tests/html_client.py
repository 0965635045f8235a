"""A client that reads every page strictly and fills in its forms, as a browser without script would."""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from coop import clock
from coop.database import write
from coop.identity import accounts, second_factor
from coop.identity.models import Person

_XHTML = "{http://www.w3.org/1999/xhtml}"


@dataclass
class PageForm:
    """A form as it stands on the page: where it goes, and the values it would send."""

    action: str
    method: str
    values: list[tuple[str, str]]
    buttons: list[tuple[str, str, str]]
    choices: dict[str, list[str]]

    def names(self) -> set[str]:
        """Return the names of all fields."""
        return {name for name, _ in self.values} | set(self.choices)


@dataclass
class Page:
    """An answer: its status, text and forms."""

    response: TestResponse
    path: str
    root: Element | None
    forms: list[PageForm] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status of HTTP."""
        return self.response.status_code

    @property
    def html(self) -> str:
        """The body as text."""
        return self.response.get_data(as_text=True)

    @property
    def text(self) -> str:
        """The words on the page, white space folded."""
        if self.root is None:
            return self.html
        body = self.root.find(f"{_XHTML}body")
        return " ".join(" ".join(_texts(body if body is not None else self.root)).split())

    @property
    def title(self) -> str:
        """The words of the h1."""
        assert self.root is not None
        headings = self.root.findall(f".//{_XHTML}h1")
        assert len(headings) == 1, f"{self.path}: {len(headings)} h1"
        return " ".join("".join(headings[0].itertext()).split())

    @property
    def links(self) -> dict[str, str]:
        """The links of the page: words -> address (the first of equal words)."""
        assert self.root is not None
        found: dict[str, str] = {}
        for link in self.root.iter(f"{_XHTML}a"):
            found.setdefault(" ".join("".join(link.itertext()).split()), link.get("href") or "")
        return found

    def form(self, *, having: str | None = None, action: str | None = None, button: str | None = None) -> PageForm:
        """Return the first form that has a field, an action ending, or a button with these words."""
        for candidate in self.forms:
            if having is not None and having not in candidate.names():
                continue
            if action is not None and not urlsplit(candidate.action).path.endswith(action):
                continue
            if button is not None and not any(button == words for _, _, words in candidate.buttons):
                continue
            return candidate
        raise AssertionError(f"{self.path} has no such form: {having=} {action=} {button=}; {self.forms}")


class Browser:
    """A signed-in (or not) visitor. Follows redirects; checks that each HTML page parses without an error."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self._tokens: dict[str, str] = {}

    def get(self, path: str) -> Page:
        """Open a page and follow redirects."""
        return self._page(self.client.get(path, follow_redirects=True))

    def send(
        self, page: Page, form: PageForm, values: dict[str, Any] | None = None, *, button: str | None = None
    ) -> Page:
        """Send a form of a page: its own values, with `values` in their place."""
        fields = dict_of_lists(form.values)
        for name, value in (values or {}).items():
            if value is None:
                fields.pop(name, None)
            else:
                fields[name] = [str(item) for item in (value if isinstance(value, list) else [value])]
        for name, value, words in form.buttons:
            if name and button == words:
                fields[name] = [value]
        address = urljoin(page.path, form.action or page.path)
        if form.method == "get":
            return self._page(self.client.get(address, query_string=fields, follow_redirects=True))
        return self._page(self.client.post(address, data=fields, follow_redirects=True))

    def submit(
        self,
        path: str,
        values: dict[str, Any] | None = None,
        *,
        having: str | None = None,
        action: str | None = None,
        button: str | None = None,
    ) -> Page:
        """Open a page, fill in one of its forms and send it."""
        page = self.get(path)
        assert page.status == 200, f"{path}: {page.status} {page.text[:300]}"
        if having is None and action is None and button is None:
            having = next(iter(values or {}), None)
        return self.send(page, page.form(having=having, action=action, button=button), values, button=button)

    def post(self, path: str, values: dict[str, Any] | None = None) -> Page:
        """Post values that no form offers (an altered form), with a valid token."""
        token = self.token()
        return self._page(self.client.post(path, data={"csrf_token": token, **(values or {})}, follow_redirects=True))

    def token(self) -> str:
        """Return a token against forgery for this visitor, of a page or from before: it holds as long as the secret in the cookie."""
        with self.client.session_transaction() as cookie:
            secret = cookie.get("csrf_token")
        if secret is None or secret not in self._tokens:
            # Every page of somebody who is signed in has one; this page is quick.
            page = self.get("/login" if not self.signed_in else "/membership/terms")
            with self.client.session_transaction() as cookie:
                secret = cookie["csrf_token"]
            self._tokens[secret] = next(
                value for form in page.forms for name, value in form.values if name == "csrf_token"
            )
        return self._tokens[secret]

    @property
    def signed_in(self) -> bool:
        """Say whether the cookie carries a session."""
        with self.client.session_transaction() as cookie:
            return "token" in cookie

    def sign_in_as(self, person_id: UUID) -> "Browser":
        """Begin a session for a person without typing a password (hashing is slow by design)."""
        with self.app.app_context():

            def work(session: Any) -> tuple[str, str]:
                person = session.get_one(Person, person_id)
                # As if they had shown their second factor, where they have one.
                with_factor = second_factor.has_factor(person)
                token = accounts.sign_in_as(session, person, clock.now(), with_factor=with_factor)
                return token, person.fs_uniquifier

            token, uniquifier = write(work)
        with self.client.session_transaction() as cookie:
            cookie["token"] = token
            cookie["_user_id"] = uniquifier
            cookie["_fresh"] = True
            cookie["fs_paa"] = time.time()  # as if the password had just been typed
        return self

    def _page(self, response: TestResponse) -> Page:
        path = response.request.full_path.rstrip("?")
        response.get_data()  # a streamed file is read to its end, as a browser does
        if response.mimetype != "text/html":
            return Page(response, path, None)
        html = response.get_data(as_text=True)
        parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True)
        try:
            root = parser.parse(html)
        except html5lib.html5parser.ParseError as error:
            line = parser.errors[0][0][0] if parser.errors else 0
            around = "\n".join(html.splitlines()[max(0, line - 3) : line + 2])
            raise AssertionError(f"{path} is not valid HTML: {parser.errors or error}\n{around}") from error
        return Page(response, path, root, [_form(element) for element in root.iter(f"{_XHTML}form")])


def dict_of_lists(values: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Group values by name."""
    grouped: dict[str, list[str]] = {}
    for name, value in values:
        grouped.setdefault(name, []).append(value)
    return grouped


def _texts(element: Element) -> list[str]:
    if element.tag in {f"{_XHTML}script", f"{_XHTML}style"}:
        return []
    found = [element.text or ""]
    for child in element:
        found += [*_texts(child), child.tail or ""]
    return found


def _form(element: Element) -> PageForm:
    values: list[tuple[str, str]] = []
    buttons: list[tuple[str, str, str]] = []
    choices: dict[str, list[str]] = {}
    for control in element.iter():
        name = control.get("name") or ""
        if control.tag == f"{_XHTML}input":
            kind = (control.get("type") or "text").lower()
            if kind in {"submit", "image"}:
                buttons.append((name, control.get("value") or "", control.get("value") or ""))
            elif kind in {"checkbox", "radio"}:
                choices.setdefault(name, []).append(control.get("value") or "on")
                if control.get("checked") is not None:
                    values.append((name, control.get("value") or "on"))
            elif name:
                values.append((name, control.get("value") or ""))
        elif control.tag == f"{_XHTML}textarea":
            values.append((name, (control.text or "").removeprefix("\n")))
        elif control.tag == f"{_XHTML}select":
            options = control.findall(f".//{_XHTML}option")
            choices[name] = [_option_value(option) for option in options]
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            values += [(name, _option_value(option)) for option in chosen]
        elif control.tag == f"{_XHTML}button" and (control.get("type") or "submit") == "submit":
            buttons.append((name, control.get("value") or "", " ".join("".join(control.itertext()).split())))
    return PageForm(element.get("action") or "", (element.get("method") or "get").lower(), values, buttons, choices)


def _option_value(option: Element) -> str:
    value = option.get("value")
    return value if value is not None else "".join(option.itertext()).strip()
