"""Flask-Security set up for this house: its views read through the request's session and write through the one door.

The library changes objects, mails and expects a commit after the view. Here everything it wants written is collected while
its view runs and then done in one write transaction: a failed write is an answer to the user, never half an account.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import uuid4

from flask import Flask, current_app, g
from flask import session as cookie
from flask_babel import gettext, lazy_gettext
from flask_login import user_logged_in, user_logged_out
from flask_security import (
    LoginForm,
    MailUtil,
    RegisterFormV2,
    Security,
    SQLAlchemyUserDatastore,
    password_changed,
    password_reset,
    user_confirmed,
    user_registered,
)
from flask_security.utils import hash_password, set_request_attr
from passlib.exc import PasswordSizeError  # type: ignore[import-untyped]
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from coop import audit, clock, outbox
from coop.database import db, write
from coop.forms import stripped
from coop.identity import sessions
from coop.identity.account_words import FORMS, MESSAGES, Labelled
from coop.identity.models import Person
from coop.permissions import Actor, View, public, requires
from evidence.identifiers import new_ref
from evidence.messages import N_, Refusal

Work = Callable[[Session], None]
SHORTEST_PASSWORD = 10
#: Views of Flask-Security that we open, and who may enter them.
_PUBLIC_VIEWS = (
    "login",
    "register",
    "forgot_password",
    "reset_password",
    "send_confirmation",
    "confirm_email",
)
_SIGNED_IN_VIEWS = ("logout", "change_password", "verify")


class AccountExists(Refusal):
    """Two people registered the same address at the same moment."""

    message = N_("There is an account with this address already. Sign in, or ask for a new password.")


class Accounts(SQLAlchemyUserDatastore):
    """Flask-Security's store of people. `put` collects; `save_pending` writes."""

    def __init__(self) -> None:
        super().__init__(db, Person, None)  # type: ignore[arg-type]  # powers take the place of roles

    def put(self, model: Person) -> Person:
        """Remember that `model` was made or changed."""
        if inspect(model).transient:
            pending(lambda session: session.add(model))
        else:
            pending(_replay(model))
        return model

    def commit(self) -> None:
        """Do nothing: what was collected is written by the wrapper around the view."""

    def create_user(self, **values: Any) -> Person:
        """Make a person from the fields of the registration form."""
        now = clock.now()
        person = Person(
            id=new_ref(),
            fs_uniquifier=uuid4().hex,
            email=values["email"],
            name=values["name"],
            password=values.get("password"),
            created_at=now,
        )
        return self.put(person)


class OutboxMail(MailUtil):
    """Mail of Flask-Security goes into the outbox, in the same transaction as what it is about."""

    def send_mail(
        self, template: str, subject: str, recipient: Any, sender: Any, body: Any, html: Any, **context: Any
    ) -> None:
        """Collect the mail."""
        if template == "reset_instructions":
            # For an unknown address the library takes the time that it thinks a mail takes; ours must not be quicker.
            hash_password("not-a-password")
        key = f"{template}:{secrets.token_hex(16)}"
        to, words, text = str(recipient), str(subject), str(body)
        pending(lambda session: outbox.send_mail(session, key=key, to=to, subject=words, text=text))


class SignInForm(Labelled, LoginForm):
    """Counts attempts per account and stops guessing."""

    def validate(self, **options: Any) -> bool:
        """Count the attempt first, then look at the password."""
        email = _account_of(stripped(self.email.data) or "")
        if not write(lambda session: sessions.note_attempt(session, email=email, now=clock.now())):
            self.form_errors.append(
                gettext(
                    "There were too many attempts to sign in to this account. Wait a quarter of an hour, or ask for a"
                    " new password."
                )
            )
            return False
        if not super().validate(**options):
            if self.requires_confirmation:
                # Known only to whoever knows the password; the other answers tell a stranger nothing. Without the
                # library's own error there is no second line that says the password is wrong.
                self.email.errors = []
                self.form_errors.append(
                    gettext(
                        "Please confirm your address first: open the link in the mail, or have it sent again below."
                    )
                )
            return False
        pending(lambda session: sessions.forget_attempts(session, email=email))
        return True


class JoinForm(Labelled, RegisterFormV2):
    """Asks for a name beside address and password."""

    name = StringField(
        lazy_gettext("Your name"),
        [DataRequired(lazy_gettext("Please tell us your name.")), Length(max=200)],
        filters=[lambda text: " ".join((stripped(text) or "").split()) or None],
        render_kw={"autocomplete": "name"},
    )


def init_app(app: Flask) -> None:
    """Set Flask-Security up with our store, forms, mail and session rows."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        # Argon2id salts by itself; a pepper would tie every password to the secret key.
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_LENGTH_MIN=SHORTEST_PASSWORD,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKD",  # noqa: S106 - the name of a Unicode form
        SECURITY_DATETIME_FACTORY=clock.now,
        SECURITY_REGISTERABLE=True,
        SECURITY_CONFIRMABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_AUTO_LOGIN_AFTER_REGISTER=False,
        SECURITY_AUTO_LOGIN_AFTER_CONFIRM=False,
        SECURITY_AUTO_LOGIN_AFTER_RESET=False,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_EMAIL_HTML=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_EMAIL_SENDER="unused",
        # Every page of ours says no-store already.
        SECURITY_CACHE_CONTROL=None,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_LOGOUT_METHODS=["POST"],
        # These digests stand in links that are signed already; the slow default would only make them long.
        SECURITY_HASHING_SCHEMES=["hex_sha256"],
        SECURITY_DEPRECATED_HASHING_SCHEMES=[],
        SECURITY_POST_LOGIN_VIEW="start",
        SECURITY_POST_LOGOUT_VIEW="start",
        SECURITY_POST_REGISTER_VIEW="security.login",
        SECURITY_POST_CONFIRM_VIEW="security.login",
        SECURITY_POST_CHANGE_VIEW="start",
        SECURITY_DEFAULT_REMEMBER_ME=False,
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    )
    security = Security(
        app, Accounts(), login_form=SignInForm, register_form=JoinForm, mail_util_cls=OutboxMail, **FORMS
    )
    # Pages only: the library's answers in JSON hand out tokens, and tell a known address from an unknown one.
    security.want_json(lambda _: False)
    app.login_manager.user_loader(_living_session)  # type: ignore[attr-defined]
    # No other way to sign in than the cookie: neither tokens in headers nor basic authentication.
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    for signal, receiver in (
        (user_logged_in, _on_sign_in),
        (user_logged_out, _on_sign_out),
        (password_changed, _on_new_password),
        (password_reset, _on_new_password),
        (user_registered, _on_registered),
        (user_confirmed, _on_confirmed),
    ):
        signal.connect(receiver, app)
    for name, view in list(app.view_functions.items()):
        short = name.removeprefix("security.")
        if not name.startswith("security."):
            continue
        if short in _PUBLIC_VIEWS:
            app.view_functions[name] = public(_through_the_door(view))
        elif short in _SIGNED_IN_VIEWS:
            app.view_functions[name] = requires()(_through_the_door(view))
        else:
            app.view_functions[name] = public(view)


def pending(work: Work) -> None:
    """Remember a write for the end of the view that is running."""
    g.setdefault("pending_writes", []).append(work)


def save_pending() -> None:
    """Write what the view collected, in one transaction.

    Raises:
        AccountExists: another request took the address first.
    """
    works: list[Work] = g.pop("pending_writes", [])
    if not works:
        return

    def work(session: Session) -> None:
        for piece in works:
            piece(session)
            session.flush()

    try:
        write(work)
    except IntegrityError as error:
        raise AccountExists from error


def _through_the_door(view: View) -> View:
    @wraps(view)
    def wrapped(*arguments: Any, **values: Any) -> Any:
        try:
            answer = view(*arguments, **values)
        except PasswordSizeError as error:
            # Nobody's password: hashing it would be work for nothing.
            raise RequestEntityTooLarge from error
        save_pending()
        return answer

    return wrapped  # type: ignore[return-value]


def _account_of(email: str) -> str:
    """Return the address by which the library looks an account up: an address has many spellings, guesses have one count."""
    try:
        address: str = current_app.extensions["security"]._mail_util.normalize(email)
    except ValueError:
        return email[:200]
    return address


def _replay(person: Person) -> Work:
    """Make the write that brings the changes of a loaded person to a fresh row."""
    state = inspect(person)
    changed = {attribute.key: attribute.value for attribute in state.attrs if attribute.history.has_changes()}
    person_id = person.id

    def work(session: Session) -> None:
        row = session.get_one(Person, person_id, with_for_update=True)
        for key, value in changed.items():
            setattr(row, key, value)

    return work


def _living_session(uniquifier: str) -> Person | None:
    token = cookie.get("token")
    if not isinstance(token, str):
        return None
    person = sessions.person_of(db.session(), token=token, uniquifier=uniquifier, now=clock.now())
    if person is not None:
        # What the library's own loader would note: by which way, and when a password was last typed.
        set_request_attr("fs_authn_via", "session")
        set_request_attr("fs_paa", cookie.get("fs_paa", 0))
    return person


def _on_sign_in(_: Flask, user: Person, **__: Any) -> None:
    token = sessions.new_token()
    cookie["token"] = token
    person_id, now = user.id, clock.now()
    pending(lambda session: sessions.begin(session, token=token, person_id=person_id, now=now))
    _record("session.begun", user)


def _on_sign_out(_: Flask, user: object, **__: Any) -> None:
    token, now = cookie.pop("token", None), clock.now()
    if isinstance(token, str):
        pending(lambda session: sessions.end(session, token=token, now=now))
    _record("session.ended", user)


def _on_new_password(_: Flask, user: Person, **__: Any) -> None:
    person_id, email, now, kept = user.id, user.email, clock.now(), cookie.get("token")
    pending(lambda session: sessions.end_all(session, person_id=person_id, now=now, but=kept))
    # What was guessed at is gone: its owner need not wait.
    pending(lambda session: sessions.forget_attempts(session, email=email))
    _record("person.password-changed", user)


def _on_registered(_: Flask, user: Person, **__: Any) -> None:
    _record("person.registered", user)


def _on_confirmed(_: Flask, user: Person, **__: Any) -> None:
    _record("person.confirmed", user)


def _record(action: str, user: object) -> None:
    # Confirming an address signs out whoever sits there, which may be nobody.
    if not isinstance(user, Person):
        return
    person_id = user.id
    actor = Actor(person_id=person_id, channel="web")
    pending(lambda session: audit.record(session, actor, action, subject=person_id))


def sign_in_as(session: Session, person: Person, now: datetime) -> str:
    """Begin a session for a person without a password (the demonstration only) and return its token."""
    token = sessions.new_token()
    sessions.begin(session, token=token, person_id=person.id, now=now)
    return token
