"""Flask-Security set up for this house: its views read through the request's session and write through the one door.

Which of its views are open, with which store, forms, mail and sessions. What they want written is collected and then written
after them (pending.py); a second factor is checked by ours (second_factor.py), which also keeps a code from counting twice.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from uuid import uuid4

from flask import Flask, g, redirect, url_for
from flask import session as cookie
from flask_login import current_user
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore
from flask_security.utils import hash_password, naive_utcnow, set_request_attr
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from coop import clock, outbox
from coop.database import db
from coop.identity import receivers, second_factor, sessions
from coop.identity.account_forms import OUR_FORMS
from coop.identity.account_words import MESSAGES
from coop.identity.models import Person
from coop.identity.pending import Work, pending, through_the_door
from coop.permissions import NotFound, View, public, requires
from evidence.identifiers import new_ref

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
#: The second step of signing in; nobody who is signed in has business there.
_CODE_VIEWS = ("two_factor_token_validation", "mf_recovery")
#: How long a password that was typed counts as fresh, for what an unattended machine must not allow.
FRESHNESS = timedelta(minutes=15)


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
        SECURITY_FRESHNESS=FRESHNESS,
        SECURITY_FRESHNESS_GRACE_PERIOD=FRESHNESS,
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=[second_factor.METHOD],
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=second_factor.WINDOW_SECONDS,
        SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL="/login/code",  # noqa: S106 - an address
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_URL="/login/recovery-code",
        SECURITY_TOTP_SECRETS=second_factor.keys(app.config["SECRET_KEY"]),
        # What an app shows as the issuer is set with each secret, from the name of the co-operative.
        SECURITY_TOTP_ISSUER="coop",
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    )
    security = Security(
        app,
        Accounts(),
        mail_util_cls=OutboxMail,
        totp_cls=second_factor.Totp,
        mf_recovery_codes_util_cls=second_factor.RecoveryCodes,
        **OUR_FORMS,
    )
    # Pages only: the library's answers in JSON hand out tokens, and tell a known address from an unknown one.
    security.want_json(lambda _: False)
    app.login_manager.user_loader(_living_session)  # type: ignore[attr-defined]
    # No other way to sign in than the cookie: neither tokens in headers nor basic authentication.
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    receivers.connect(app)
    for name, view in list(app.view_functions.items()):
        if name.startswith("security."):
            app.view_functions[name] = _opened(name.removeprefix("security."), view)


def begin_cookie(token: str, uniquifier: str) -> None:
    """Let the cookie carry a session that was begun without a password, as if one had just been typed."""
    cookie.clear()
    cookie["token"], cookie["_user_id"], cookie["_fresh"] = token, uniquifier, True
    cookie["fs_paa"] = naive_utcnow().timestamp()


def begun_with_factor() -> bool:
    """Say whether this request's session was begun with a second factor."""
    return bool(g.get("begun_with_factor"))


def _opened(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view of the library with its guard; those that we replace by pages of our own are closed."""
    if name in _PUBLIC_VIEWS:
        return public(through_the_door(view))
    if name in _CODE_VIEWS:
        return public(_for_visitors(through_the_door(view)))
    if name in _SIGNED_IN_VIEWS:
        return requires()(through_the_door(view))
    return public(view if name == "static" else _closed)


def _for_visitors(view: View) -> View:
    @wraps(view)
    def wrapped(*arguments: Any, **values: Any) -> Any:
        # The library would sign out whoever comes here again, by a mere link.
        return redirect(url_for("start"), 303) if current_user.is_authenticated else view(*arguments, **values)

    return wrapped  # type: ignore[return-value]


def _closed(**_: str) -> Any:
    raise NotFound


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
    found = sessions.signed_in(db.session(), token=token, uniquifier=uniquifier, now=clock.now())
    if found is None:
        return None
    # What the library's own loader would note: by which way, and when a password was last typed.
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", cookie.get("fs_paa", 0))
    g.begun_with_factor = found.with_factor
    return found.person


def sign_in_as(session: Session, person: Person, now: datetime, *, with_factor: bool = False) -> str:
    """Begin a session for a person without a password (the demonstration only) and return its token."""
    token = sessions.new_token()
    sessions.begin(session, token=token, person_id=person.id, now=now, with_factor=with_factor)
    return token
