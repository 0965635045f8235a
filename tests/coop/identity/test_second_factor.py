"""The second factor through the pages: setting it up, signing in with it, losing it; and powers that rest without it."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask_security import hash_password
from passlib.totp import TOTP  # type: ignore[import-untyped]
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coop import worker
from coop.app import create_app
from coop.audit import AuditEvent
from coop.config import configuration
from coop.database import db, write
from coop.identity import second_factor, sessions
from coop.identity.models import Person, SignInFailure
from coop.outbox import OutboxJob
from tests import world as worlds
from tests.databases import TestDatabase
from tests.founded import make_test_app
from tests.html_client import Browser, Page
from tests.joining import at_once, outcomes

PASSWORD = "correct horse battery staple"
ADDRESS = "treasurer@kanopi.example"
SET_UP = "/account/second-factor/set-up"
#: Seconds that a code counts.
STEP = 30


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the codes' time in the middle of a step: a test that passes the end of one would be off by one more than it says."""
    stopped = time.time() // STEP * STEP + STEP / 2
    monkeypatch.setattr(TOTP, "now", staticmethod(lambda: stopped))


@pytest.fixture
def officer(app: Flask, people: dict[str, UUID]) -> UUID:
    """The treasurer, with a password and without a second factor."""
    with app.test_request_context():
        hashed = hash_password(PASSWORD)
        values = {"password": hashed, "tf_primary_method": None, "tf_totp_secret": None}
        write(lambda session: session.execute(update(Person).where(Person.email == ADDRESS).values(values)))
        db.session.remove()
    return people["treasurer"]


@pytest.fixture
def visitor(app: Flask, officer: UUID) -> Browser:
    """The treasurer, signed in with the password."""
    browser = Browser(app)
    assert sign_in(browser).status == 200
    return browser


def sign_in(browser: Browser, address: str = ADDRESS) -> Page:
    return browser.submit("/login", {"email": address, "password": PASSWORD}, having="password")


def sign_out(browser: Browser) -> None:
    browser.submit("/", action="/logout")


def secret_on(page: Page) -> TOTP:
    """Return the secret that a page shows as text."""
    found = re.search(r"Type this secret into the app: ([A-Z2-7 ]+?) 2\. Enter", page.text)
    assert found, page.text
    return TOTP(key=found[1], format="base32")


def code_of(app_on_phone: TOTP, *, later: int = 0) -> str:
    """Return the code that an app shows, now or some steps of half a minute later."""
    return str(app_on_phone.generate(TOTP.normalize_time(None) + STEP * later).token)


def set_up(browser: Browser) -> tuple[TOTP, list[str]]:
    """Set the second factor up; return what is on the phone, and the recovery codes."""
    page = browser.get(SET_UP)
    phone = secret_on(page)
    # The code of the step before, so that the one of the moment is still good for signing in.
    page = browser.send(page, page.form(having="code"), {"code": code_of(phone, later=-1)})
    assert page.title == "Your recovery codes", page.text
    return phone, re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page.text)


def enter(browser: Browser, code: str, path: str = "/login/code") -> Page:
    return browser.submit(path, {"code": code}, having="code")


def person(app: Flask) -> Person:
    with app.app_context():
        return db.session.scalars(select(Person).where(Person.email == ADDRESS)).one()


def test_powers_rest_until_there_is_a_second_factor(app: Flask, visitor: Browser) -> None:
    home = visitor.get("/")
    assert "Set up your second factor" in home.links
    assert "Journal" not in home.links
    page = visitor.get("/books")
    assert page.status == 403
    assert "You hold the power of treasurer. It rests" in page.text
    assert page.links["Your second factor"] == "/account/second-factor"
    assert "You hold powers: treasurer." in visitor.get("/account/second-factor").text
    assert visitor.post("/books/entries/new", {"text": "x"}).status == 403
    set_up(visitor)
    assert visitor.get("/books").status == 200
    assert "Journal" in visitor.get("/").links
    assert "Set up your second factor" not in visitor.get("/").links


def test_who_holds_no_power_is_asked_for_nothing(sign_in: Callable[[str], Browser]) -> None:
    founder = sign_in("founder")
    assert "Set up your second factor" not in founder.get("/").links
    page = founder.get("/books")
    assert page.status == 403
    assert "second factor" not in page.text


def test_a_demonstration_offers_it_and_does_not_ask(founded: TestDatabase, tmp_path: Path) -> None:
    worlds.mark_as_demonstration(founded)
    demo = make_test_app(founded, tmp_path)
    with demo.test_request_context():
        write(lambda session: session.execute(update(Person).values(tf_primary_method=None, tf_totp_secret=None)))
        db.session.remove()
    browser = Browser(demo)
    token = browser.token()
    browser.client.post("/demo/sign-in/treasurer", data={"csrf_token": token})
    assert browser.get("/books").status == 200
    assert "A demonstration asks nobody" in browser.get("/account/second-factor").text
    phone, _ = set_up(browser)
    assert browser.get("/books").status == 200
    assert len(code_of(phone)) == 6
    with demo.app_context():
        db.engine.dispose()


def test_whoever_has_one_always_needs_it_to_sign_in(app: Flask, visitor: Browser) -> None:
    phone, _ = set_up(visitor)
    sign_out(visitor)
    page = sign_in(visitor)
    assert page.title == "Your code"
    assert not visitor.signed_in
    assert "Sign out" not in visitor.get("/").text
    page = enter(visitor, code_of(phone))
    assert "Sign out" in page.text
    assert visitor.get("/books").status == 200


def test_signing_in_with_a_code_returns_to_the_page_that_asked(app: Flask, visitor: Browser) -> None:
    phone, _ = set_up(visitor)
    sign_out(visitor)
    page = visitor.submit("/books/journal", {"email": ADDRESS, "password": PASSWORD}, having="password")
    assert page.title == "Your code"
    page = visitor.send(page, page.form(having="code"), {"code": code_of(phone)})
    assert page.path == "/books/journal"


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "9" * 300, "１２３４５６", "🐦"])
def test_a_wrong_code_lets_nobody_in(app: Flask, visitor: Browser, code: str) -> None:
    set_up(visitor)
    sign_out(visitor)
    sign_in(visitor)
    page = enter(visitor, code)
    assert page.status in {200, 422}
    assert page.title == "Your code"
    assert "Sign out" not in visitor.get("/").text


def test_a_code_counts_once(app: Flask, visitor: Browser) -> None:
    phone, _ = set_up(visitor)
    code = code_of(phone)
    sign_out(visitor)
    sign_in(visitor)
    enter(visitor, code)
    assert "Sign out" in visitor.get("/").text
    onlooker = Browser(app)
    sign_in(onlooker)
    assert "was used already" in enter(onlooker, code).text
    assert "used already" in enter(onlooker, code_of(phone, later=-1)).text
    assert "Sign out" not in onlooker.get("/").text


def test_recovery_codes_are_shown_once_and_each_works_once(app: Flask, visitor: Browser) -> None:
    _, codes = set_up(visitor)
    assert len(set(codes)) == second_factor.CODES
    assert not set(codes) & set(re.findall(r"[\w-]{19}", visitor.get("/account/second-factor").text))
    assert "10 codes are left" in visitor.get("/account/second-factor").text
    sign_out(visitor)
    sign_in(visitor)
    page = enter(visitor, f" {codes[3].lower().replace('-', ' ')} ", "/login/recovery-code")
    assert "Sign out" in page.text
    assert visitor.get("/books").status == 200
    assert "9 codes are left" in visitor.get("/account/second-factor").text
    again = Browser(app)
    sign_in(again)
    assert "This is not one of your recovery codes" in enter(again, codes[3], "/login/recovery-code").text
    assert "Sign out" not in again.get("/").text
    assert "Sign out" in enter(again, codes[0], "/login/recovery-code").text


def test_new_recovery_codes_void_the_old_ones(app: Flask, visitor: Browser) -> None:
    _, codes = set_up(visitor)
    page = visitor.submit("/account/second-factor", button="Yes: Make new codes")
    fresh = re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page.text)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    sign_out(visitor)
    sign_in(visitor)
    assert "not one of your recovery codes" in enter(visitor, codes[0], "/login/recovery-code").text
    assert "Sign out" in enter(visitor, fresh[0], "/login/recovery-code").text


def test_attempts_at_codes_are_limited_and_the_password_does_not_clear_the_count(app: Flask, visitor: Browser) -> None:
    phone, codes = set_up(visitor)
    sign_out(visitor)
    for number in range(sessions.MOST_FAILURES):
        if number % 3 == 0:
            sign_in(visitor)
        path = "/login/code" if number % 2 else "/login/recovery-code"
        enter(visitor, "000000", path)
    assert "too many attempts" in enter(visitor, code_of(phone)).text
    assert "too many attempts" in enter(visitor, codes[0], "/login/recovery-code").text
    assert "Sign out" not in visitor.get("/").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == sessions.MOST_FAILURES + 2


def test_nobody_comes_to_the_second_step_without_the_first(app: Flask, officer: UUID) -> None:
    for path in ("/login/code", "/login/recovery-code"):
        page = Browser(app).get(path)
        assert page.path.startswith("/login")
        assert "Please begin with your address and password" in page.text


def test_the_second_step_signs_nobody_out(app: Flask, visitor: Browser) -> None:
    assert visitor.get("/login/code").path == "/"
    assert "Sign out" in visitor.get("/").text


@pytest.mark.parametrize("path", ["/tf-setup", "/tf-setup/x", "/tf-rescue", "/tf-select", "/mf-recovery-codes"])
def test_pages_of_the_library_that_are_not_ours_are_closed(visitor: Browser, path: str) -> None:
    assert visitor.client.get(path).status_code in {404, 405}
    assert visitor.post(path, {"setup": "disable"}).status == 404


def test_setting_up_needs_a_code_of_the_secret_that_is_shown(app: Flask, visitor: Browser) -> None:
    page = visitor.get(SET_UP)
    phone = secret_on(page)
    for wrong in ("", "000000", "not a code"):
        page = visitor.send(page, page.form(having="code"), {"code": wrong})
        assert page.status == 422
        assert secret_on(page).key == phone.key
    row = person(app)
    assert (row.tf_primary_method, row.tf_totp_secret, row.mf_recovery_codes) == (None, None, None)
    assert re.search(r'<svg viewBox="0 0 \d+ \d+"', page.html)
    assert "data:" not in page.html
    assert "style=" not in page.html


def test_setting_up_ends_the_other_sessions(app: Flask, visitor: Browser) -> None:
    elsewhere = Browser(app)
    sign_in(elsewhere)
    set_up(visitor)
    assert "Sign out" not in elsewhere.get("/").text
    assert "Sign out" in visitor.get("/").text


def test_the_factor_is_renewed_and_the_old_phone_is_void(app: Flask, visitor: Browser) -> None:
    old, old_codes = set_up(visitor)
    new, _ = set_up(visitor)
    sign_out(visitor)
    sign_in(visitor)
    assert "Sign out" not in enter(visitor, code_of(old)).text
    assert "not one of" in enter(visitor, old_codes[0], "/login/recovery-code").text
    assert "Sign out" in enter(visitor, code_of(new)).text
    with app.app_context():
        actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("factor.%"))).all()
        assert sorted(actions) == ["factor.renewed", "factor.set-up"]


def test_removing_it_lets_powers_rest_and_ends_other_sessions(app: Flask, visitor: Browser) -> None:
    phone, _ = set_up(visitor)
    elsewhere = Browser(app)
    sign_in(elsewhere)
    enter(elsewhere, code_of(phone))
    assert elsewhere.get("/books").status == 200
    visitor.submit("/account/second-factor", button="Yes: Remove it")
    assert visitor.get("/books").status == 403
    assert "Sign out" not in elsewhere.get("/").text
    row = person(app)
    assert (row.tf_primary_method, row.tf_totp_secret, row.tf_last_step, row.mf_recovery_codes) == (None,) * 4
    sign_out(visitor)
    assert "Sign out" in sign_in(visitor).text
    assert visitor.post("/account/second-factor/remove").status == 422
    assert visitor.post("/account/second-factor/codes").status == 422


def test_an_unattended_machine_cannot_change_it(app: Flask, visitor: Browser) -> None:
    set_up(visitor)
    with visitor.client.session_transaction() as cookie:
        cookie["fs_paa"] = 0
        cookie.pop("fs_gexp", None)
    assert visitor.get(SET_UP).path.startswith("/verify")
    for path in ("remove", "codes"):
        page = visitor.post(f"/account/second-factor/{path}")
        assert page.path.startswith("/verify")
    assert person(app).tf_totp_secret is not None
    page = visitor.submit(f"/verify?next={SET_UP}", {"password": PASSWORD}, having="password")
    assert page.path == SET_UP


@pytest.mark.parametrize("path", ["/verify", "/change"])
def test_a_password_is_not_guessed_in_somebody_elses_session(app: Flask, visitor: Browser, path: str) -> None:
    new = {"new_password": "a new password", "new_password_confirm": "a new password"} if path == "/change" else {}
    for _ in range(sessions.MOST_FAILURES):
        visitor.submit(path, {"password": "a wrong guess", **new}, having="password")
    assert "too many attempts" in visitor.submit(path, {"password": PASSWORD, **new}, having="password").text
    sign_out(visitor)
    assert "too many attempts" in sign_in(visitor).text


def test_secrets_are_neither_in_the_database_nor_in_the_trail_or_mail(app: Flask, visitor: Browser) -> None:
    phone, codes = set_up(visitor)
    row = person(app)
    plain = phone.base32_key
    assert plain not in str(row.tf_totp_secret)
    assert not set(codes) & set(row.mf_recovery_codes or ())
    with app.app_context():
        written = [str(event.facts) for event in db.session.scalars(select(AuditEvent))]
        written += [str(job.payload) for job in db.session.scalars(select(OutboxJob))]
    assert not [text for text in written if plain in text or any(code in text for code in codes)]
    with visitor.client.session_transaction() as cookie:
        assert plain not in str(dict(cookie))


def test_a_changed_key_leaves_the_recovery_codes(app: Flask, founded: TestDatabase, visitor: Browser) -> None:
    phone, codes = set_up(visitor)
    sign_out(visitor)
    other = create_app(replace(configuration(app), secret_key="another key that is just as long and random as it"))
    browser = Browser(other)
    sign_in(browser)
    assert "the key of this installation was changed" in enter(browser, code_of(phone)).text
    assert "Sign out" in enter(browser, codes[0], "/login/recovery-code").text
    assert "Set it up again" in browser.get("/account/second-factor").text
    set_up(browser)
    assert browser.get("/books").status == 200
    with other.app_context():
        db.engine.dispose()


def test_a_lost_factor_is_reset_by_two_others(
    app: Flask, visitor: Browser, people: dict[str, UUID], sign_in: Callable[[str], Browser], tmp_path: Path
) -> None:
    set_up(visitor)
    administrator, secretary = sign_in("administrator"), sign_in("secretary")
    asked = {"person": people["treasurer"], "reason": "She called me, and I know her voice."}
    page = administrator.submit("/second-factors/reset", asked, having="reason")
    assert page.title == "Reset a lost second factor"
    assert "Hana Mōrepōrepo" in page.text
    assert "I know her voice" in page.text
    assert visitor.get("/books").status == 200
    page = secretary.send(secretary.get(page.path), secretary.get(page.path).form(having="seen"))
    assert "Approved, and done" in page.text
    assert "Sign out" not in visitor.get("/").text
    worker.run_once(app)
    assert any("reset by two officers" in path.read_text() for path in (tmp_path / "mail").glob("*.eml"))
    again = Browser(app)
    again.submit("/login", {"email": ADDRESS, "password": PASSWORD}, having="password")
    assert "Sign out" in again.get("/").text
    assert again.get("/books").status == 403


def test_nobody_takes_part_in_resetting_their_own(
    app: Flask, people: dict[str, UUID], sign_in: Callable[[str], Browser]
) -> None:
    administrator, secretary = sign_in("administrator"), sign_in("secretary")
    own = {"person": people["administrator"], "reason": "I lost it."}
    page = administrator.get("/second-factors/reset")
    assert str(people["administrator"]) not in page.form(having="reason").choices["person"]
    assert administrator.post("/second-factors/reset", {k: str(v) for k, v in own.items()}).status == 422
    page = secretary.submit("/second-factors/reset", own, having="reason")
    page = administrator.send(administrator.get(page.path), administrator.get(page.path).form(having="seen"))
    assert page.status == 422
    assert "Nobody can reset their own second factor" in page.text
    with app.app_context():
        row = db.session.get_one(Person, people["administrator"])
        assert row.tf_totp_secret is not None


def test_two_who_use_a_recovery_code_at_once_are_one(app: Flask, founded: TestDatabase, visitor: Browser) -> None:
    _, codes = set_up(visitor)
    person_id, digest = person(app).id, second_factor.digest_of(codes[0])

    def use(session: Session) -> None:
        second_factor.use_recovery_code(session, person_id=person_id, digest=digest)

    assert outcomes(at_once(founded.engine, use, use)) == (1, {second_factor.CodeUsed})


def test_two_who_show_a_code_at_once_are_one(app: Flask, founded: TestDatabase, visitor: Browser) -> None:
    set_up(visitor)
    row = person(app)
    step = (row.tf_last_step or 0) + 1

    def use(session: Session) -> None:
        second_factor.use_step(session, person_id=row.id, step=step)

    assert outcomes(at_once(founded.engine, use, use)) == (1, {second_factor.CodeUsed})
