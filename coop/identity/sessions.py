"""Sessions that live on the server, and the count of failed sign-ins.

The cookie carries a random token; the table holds its digest, when it ends, and whether it was ended. A copied cookie is worth
nothing once its row is ended. Failures are counted per account, not per address: a guesser has many addresses.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from coop.identity.models import Person, SignInFailure, SignInSession
from evidence.identifiers import new_id

LIFETIME = timedelta(days=14)
FAILURE_WINDOW = timedelta(minutes=15)
MOST_FAILURES = 10

#: Every page asks this: built once, because building a query costs more than its answer.
_LIVING_SESSION = (
    select(Person, SignInSession.factor_at)
    .join(SignInSession, SignInSession.person_id == Person.id)
    .where(
        SignInSession.token_digest == bindparam("digest"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("now"),
        Person.fs_uniquifier == bindparam("uniquifier"),
        Person.active,
    )
)


@dataclass(frozen=True)
class Living:
    """A session that has not ended; `is_this` marks the one that asks."""

    begun_at: datetime
    expires_at: datetime
    is_this: bool


@dataclass(frozen=True)
class SignedIn:
    """The person of a living session, and whether it was begun with a second factor."""

    person: Person
    with_factor: bool


def new_token() -> str:
    """Make the random token of a session: 256 bits."""
    return secrets.token_urlsafe(32)


def begin(session: Session, *, token: str, person_id: UUID, now: datetime, with_factor: bool) -> None:
    """Begin a session, and forget the person's sessions that ended long ago."""
    session.execute(delete(SignInSession).where(SignInSession.person_id == person_id, SignInSession.expires_at < now))
    session.add(
        SignInSession(
            token_digest=_digest(token),
            person_id=person_id,
            begun_at=now,
            expires_at=now + LIFETIME,
            factor_at=now if with_factor else None,
        )
    )


def end(session: Session, *, token: str, now: datetime) -> None:
    """End one session, as log-out does."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_digest == _digest(token), SignInSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(session: Session, *, person_id: UUID, now: datetime, but: str | None = None) -> None:
    """End all sessions of a person, as a change of password does, except the one with the token `but`."""
    statement = update(SignInSession).where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None))
    if but is not None:
        statement = statement.where(SignInSession.token_digest != _digest(but))
    session.execute(statement.values(ended_at=now))


def living(session: Session, *, person_id: UUID, now: datetime, token: str | None) -> list[Living]:
    """Return the sessions in which a person is signed in, the latest first; `token` is that of the asking one."""
    rows = session.execute(
        select(SignInSession.begun_at, SignInSession.expires_at, SignInSession.token_digest)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.expires_at > now)
        .order_by(SignInSession.begun_at.desc(), SignInSession.token_digest)
    )
    this = _digest(token) if token else None
    return [Living(begun_at, expires_at, digest == this) for begun_at, expires_at, digest in rows]


def signed_in(session: Session, *, token: str, uniquifier: str, now: datetime) -> SignedIn | None:
    """Return the person whose living session this is: token and uniquifier must both fit."""
    found = session.execute(
        _LIVING_SESSION, {"digest": _digest(token), "now": now, "uniquifier": uniquifier}
    ).one_or_none()
    return SignedIn(found[0], found[1] is not None) if found else None


def note_factor(session: Session, *, token: str, at: datetime | None) -> None:
    """Note that a second factor was shown in a session, or with nothing that there is none any more."""
    session.execute(update(SignInSession).where(SignInSession.token_digest == _digest(token)).values(factor_at=at))


def note_attempt(session: Session, *, account: str, now: datetime) -> bool:
    """Count an attempt to sign in as a failure until it succeeds; say whether it may go on.

    Counted before the password is looked at, so that many guesses at once do not all pass the check first.
    """
    counted = _digest(account.casefold())
    since = now - FAILURE_WINDOW
    session.execute(delete(SignInFailure).where(SignInFailure.at < since))
    session.add(SignInFailure(id=new_id(), account_digest=counted, at=now))
    session.flush()
    count = session.scalar(
        select(func.count()).select_from(SignInFailure).where(SignInFailure.account_digest == counted)
    )
    return (count or 0) <= MOST_FAILURES


def forget_attempts(session: Session, *, account: str) -> None:
    """Clear the count of an account after a sign-in that succeeded."""
    session.execute(delete(SignInFailure).where(SignInFailure.account_digest == _digest(account.casefold())))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
