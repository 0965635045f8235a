"""What happens when Flask-Security says that somebody signed in or out, registered, or chose a new password."""

from flask import Flask, g
from flask import session as cookie
from flask_login import user_logged_in, user_logged_out
from flask_security import password_changed, password_reset, user_confirmed, user_registered

from coop import audit, clock
from coop.identity import sessions
from coop.identity.models import Person
from coop.identity.pending import pending
from coop.permissions import Actor


def connect(app: Flask) -> None:
    """Listen to the library."""
    for signal, receiver in (
        (user_logged_in, _on_sign_in),
        (user_logged_out, _on_sign_out),
        (password_changed, _on_new_password),
        (password_reset, _on_new_password),
        (user_registered, _on_registered),
        (user_confirmed, _on_confirmed),
    ):
        signal.connect(receiver, app)


def _on_sign_in(_: Flask, user: Person, **__: object) -> None:
    token = sessions.new_token()
    cookie["token"] = token
    person_id, now, with_factor = user.id, clock.now(), bool(g.get("factor_shown"))
    pending(lambda session: sessions.begin(session, token=token, person_id=person_id, now=now, with_factor=with_factor))
    _record("session.begun", user)


def _on_sign_out(_: Flask, user: object, **__: object) -> None:
    token, now = cookie.pop("token", None), clock.now()
    if isinstance(token, str):
        pending(lambda session: sessions.end(session, token=token, now=now))
    _record("session.ended", user)


def _on_new_password(_: Flask, user: Person, **__: object) -> None:
    person_id, email, now, kept = user.id, user.email, clock.now(), cookie.get("token")
    pending(lambda session: sessions.end_all(session, person_id=person_id, now=now, but=kept))
    # What was guessed at is gone: its owner need not wait.
    pending(lambda session: sessions.forget_attempts(session, account=email))
    _record("person.password-changed", user)


def _on_registered(_: Flask, user: Person, **__: object) -> None:
    _record("person.registered", user)


def _on_confirmed(_: Flask, user: Person, **__: object) -> None:
    _record("person.confirmed", user)


def _record(action: str, user: object) -> None:
    # Confirming an address signs out whoever sits there, which may be nobody.
    if not isinstance(user, Person):
        return
    person_id = user.id
    actor = Actor(person_id=person_id, channel="web")
    pending(lambda session: audit.record(session, actor, action, subject=person_id))
