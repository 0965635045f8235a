"""Accounts: registering, confirming, signing in and out, new passwords, and sessions that die on the server."""

import email
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from coop import worker
from coop.database import db
from coop.identity import sessions
from coop.identity.models import Person, SignInFailure, SignInSession
from tests.html_client import Browser, Page

PASSWORD = "correct horse battery staple"


def newest_mail(app: Flask, folder: Path) -> str:
    """Deliver the outbox and return the mail that came last."""
    worker.run_once(app)
    path = max((folder / "mail").glob("*.eml"), key=lambda found: found.name)
    message = email.message_from_bytes(path.read_bytes(), EmailMessage, policy=default)
    return str(message.get_content())


def link_in(mail: str) -> str:
    """Return the path of the link in a mail."""
    found = re.search(r"http://[^/\s]+(/\S+)", mail)
    assert found, mail
    return found[1]


def register(browser: Browser, address: str = "new@kanopi.example", **values: str) -> Page:
    fields = {"name": "Hine Nui", "email": address, "password": PASSWORD, "password_confirm": PASSWORD, **values}
    return browser.submit("/register", fields, having="password_confirm")


def sign_in(browser: Browser, address: str = "new@kanopi.example", password: str = PASSWORD) -> Page:
    return browser.submit("/login", {"email": address, "password": password}, having="password")


@pytest.fixture
def joined(app: Flask, client: Browser, tmp_path: Path) -> Browser:
    """Somebody who registered and confirmed their address; not signed in."""
    register(client)
    client.get(link_in(newest_mail(app, tmp_path)))
    return client


def test_somebody_registers_confirms_and_signs_in(app: Flask, client: Browser, tmp_path: Path) -> None:
    page = register(client)
    assert page.status == 200
    assert "new@kanopi.example" in page.text
    assert not client.signed_in
    assert "confirm" in sign_in(client).text.lower()
    assert not client.signed_in
    client.get(link_in(newest_mail(app, tmp_path)))
    page = sign_in(client)
    assert page.status == 200
    assert "Sign out" in page.text
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.email == "new@kanopi.example")).one()
        assert person.name == "Hine Nui"
        assert person.password is not None
        assert person.password.startswith("$argon2id$")


def test_an_address_that_is_taken_is_not_told_to_strangers(app: Flask, joined: Browser, tmp_path: Path) -> None:
    other = Browser(app)
    first = register(Browser(app), "another@kanopi.example").text
    second = register(other, "NEW@kanopi.example").text
    assert first.replace("another@kanopi.example", "X") == second.replace("NEW@kanopi.example", "X")
    assert "There is an account with it already" in newest_mail(app, tmp_path)
    with app.app_context():
        assert (
            db.session.scalar(select(func.count()).select_from(Person).where(Person.email == "new@kanopi.example")) == 1
        )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "tell us your name"),
        ("email", "not an address", "E-mail address – Enter an address such as"),
        ("email", "", "E-mail address – Enter your e-mail address."),
        ("password", "short", "Password – Use at least 10 characters."),
        ("password_confirm", "something else", "Password again – The two passwords differ."),
    ],
)
def test_a_bad_registration_says_what_is_wrong(app: Flask, client: Browser, field: str, value: str, words: str) -> None:
    values = {field: value}
    if field == "password":
        values["password_confirm"] = value
    page = register(client, **values)
    assert words in page.text
    with app.app_context():
        assert db.session.scalar(select(Person).where(Person.email == "new@kanopi.example")) is None


def test_a_copied_cookie_is_dead_after_log_out(app: Flask, joined: Browser) -> None:
    sign_in(joined)
    thief = Browser(app)
    with joined.client.session_transaction() as mine, thief.client.session_transaction() as stolen:
        stolen.update(mine)
    assert "Sign out" in thief.get("/").text
    joined.submit("/", action="/logout")
    assert "Sign out" not in joined.get("/").text
    assert "Sign out" not in thief.get("/").text


def test_a_new_password_ends_every_session(app: Flask, joined: Browser, tmp_path: Path) -> None:
    sign_in(joined)
    elsewhere = Browser(app)
    sign_in(elsewhere)
    new = "another horse battery staple"
    page = joined.submit(
        "/change", {"password": PASSWORD, "new_password": new, "new_password_confirm": new}, having="new_password"
    )
    assert page.status == 200
    assert "Sign out" in joined.get("/").text
    assert "Sign out" not in elsewhere.get("/").text
    assert "password was changed" in newest_mail(app, tmp_path)
    joined.submit("/", action="/logout")
    sign_in(joined)
    assert not joined.signed_in
    sign_in(joined, password=new)
    assert joined.signed_in


def test_a_forgotten_password_is_chosen_anew_by_mail(app: Flask, joined: Browser, tmp_path: Path) -> None:
    sign_in(joined)
    stranger = Browser(app)
    told = stranger.submit("/reset", {"email": "new@kanopi.example"}, having="email").text
    untold = stranger.submit("/reset", {"email": "nobody@kanopi.example"}, having="email").text
    assert told.replace("new@", "") == untold.replace("nobody@", "")
    link = link_in(newest_mail(app, tmp_path))
    new = "another horse battery staple"
    stranger.submit(link, {"password": new, "password_confirm": new}, having="password_confirm")
    assert "Sign out" not in joined.get("/").text
    sign_in(stranger, password=new)
    assert stranger.signed_in
    again = Browser(app).get(link)
    assert "password_confirm" not in {name for form in again.forms for name in form.names()}


def test_guessing_stops_after_ten_attempts_even_with_the_right_password(app: Flask, joined: Browser) -> None:
    for _ in range(sessions.MOST_FAILURES):
        sign_in(joined, password="a wrong guess")
    page = sign_in(joined)
    assert "too many attempts" in page.text
    assert not joined.signed_in
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == sessions.MOST_FAILURES + 1


def test_another_spelling_of_the_address_gives_no_more_guesses(app: Flask, joined: Browser) -> None:
    for _ in range(sessions.MOST_FAILURES):
        sign_in(joined, password="a wrong guess")
    for spelling in (
        "new@\N{FULLWIDTH LATIN SMALL LETTER K}anopi.example",
        "new@kanopi\N{IDEOGRAPHIC FULL STOP}example",
    ):
        assert "too many attempts" in sign_in(joined, spelling).text
    assert not joined.signed_in


def test_a_new_password_by_mail_ends_the_wait(app: Flask, joined: Browser, tmp_path: Path) -> None:
    for _ in range(sessions.MOST_FAILURES):
        sign_in(joined, password="a wrong guess")
    joined.submit("/reset", {"email": "new@kanopi.example"}, having="email")
    new = "another horse battery staple"
    link = link_in(newest_mail(app, tmp_path))
    joined.submit(link, {"password": new, "password_confirm": new}, having="password_confirm")
    sign_in(joined, password=new)
    assert joined.signed_in


def test_attempts_are_counted_for_addresses_that_do_not_exist(app: Flask, client: Browser) -> None:
    for _ in range(sessions.MOST_FAILURES):
        sign_in(client, "ghost@kanopi.example")
    assert "too many attempts" in sign_in(client, "Ghost@kanopi.example").text


def test_a_sign_in_that_succeeds_clears_the_count(app: Flask, joined: Browser) -> None:
    for _ in range(3):
        sign_in(joined, password="a wrong guess")
    sign_in(joined)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_the_cookie_and_the_database_hold_no_usable_copy_of_each_other(app: Flask, joined: Browser) -> None:
    sign_in(joined)
    with joined.client.session_transaction() as cookie:
        token = cookie["token"]
    with app.app_context():
        digests = db.session.scalars(select(SignInSession.token_digest)).all()
    assert all(token not in digest for digest in digests)


def test_who_asks_for_json_is_told_no_more(app: Flask, joined: Browser) -> None:
    """The library would answer a new address and a taken one differently, and give a token to whoever signs in."""
    values = {"name": "Hine", "password": PASSWORD, "password_confirm": PASSWORD, "csrf_token": joined.token()}
    answers = [
        joined.client.post(path, data={**values, "email": email}, headers={"Accept": "application/json"})
        for path, email in (
            ("/register", "one@kanopi.example"),
            ("/register", "new@kanopi.example"),
            ("/login?include_auth_token", "new@kanopi.example"),
        )
    ]
    assert [(answer.status_code, answer.mimetype) for answer in answers] == [(302, "text/html")] * 3


def test_a_form_without_a_token_is_refused(client: Browser) -> None:
    response = client.client.post("/login", data={"email": "a@kanopi.example", "password": "x"})
    assert response.status_code == 400


def test_signing_in_returns_to_the_page_that_asked_and_to_no_other_host(app: Flask, joined: Browser) -> None:
    page = joined.get("/account")
    assert page.path.startswith("/login")
    outside = joined.client.get("/login?next=https://evil.example/")
    assert outside.status_code == 200
    answer = joined.submit(
        "/login?next=https://evil.example/", {"email": "new@kanopi.example", "password": PASSWORD}, having="password"
    )
    assert answer.response.request.host == "localhost"
    assert answer.path.startswith(("/login", "/welcome"))
