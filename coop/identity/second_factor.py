"""The second factor: a code that changes every half minute, from an app that shares a secret with us, and recovery codes.

Secrets are encrypted under a key that follows from the secret key of the configuration; of recovery codes only digests are
kept. Whether a code fits is the library's business; that none counts twice is decided here, under the lock of the person's row.
Codes go by the real time, which the apps know too, even in a demonstration whose date was moved on.
"""

import hashlib
import secrets
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.totp import Totp as LibraryTotp
from passlib.exc import TokenError  # type: ignore[import-untyped]
from sqlalchemy.orm import Session

from coop import audit
from coop.identity.models import Person
from coop.identity.pending import pending
from coop.permissions import Actor
from evidence.messages import N_, Refusal

METHOD = "authenticator"
#: How far the clock of an app may be off, either way.
WINDOW_SECONDS = 30
CODES = 10
#: Without characters that are taken for one another: 29 of them, so that sixteen hold 77 bits and a digest tells nothing.
_ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
_GROUPS, _GROUP = 4, 4


class CodeUsed(Refusal):
    """The code was good, and somebody was quicker."""

    message = N_("This code was used already. Wait for the next one, or use another recovery code.")


def keys(secret_key: str) -> dict[str, str]:
    """Return the key under which secrets are encrypted, by a tag that tells one key from another."""
    material = HKDF(algorithm=SHA256(), length=40, salt=None, info=b"coop second factor").derive(secret_key.encode())
    return {f"k{material[32:].hex()}": material[:32].hex()}


def attempts_at(person_id: UUID) -> str:
    """Return the name under which attempts at a person's codes are counted."""
    return f"codes of {person_id}"


def has_factor(person: Person) -> bool:
    """Say whether somebody has a second factor."""
    return person.tf_primary_method is not None and person.tf_totp_secret is not None


class Totp(LibraryTotp):
    """The library's codes, of which none counts twice."""

    def get_last_counter(self, user: Person) -> int | None:  # type: ignore[override]
        """Return the step whose code was used last."""
        return user.tf_last_step

    def set_last_counter(self, user: Person, tmatch: Any) -> None:  # type: ignore[override]
        """Use a code up with what the view writes."""
        person_id, step = user.id, int(tmatch.counter)
        pending(lambda session: use_step(session, person_id=person_id, step=step))

    def step_of(self, secret: str, code: str) -> int | None:
        """Return the step of time to which a code belongs; nothing if it is not a code of this secret now."""
        try:
            return int(self._totp.verify(code, secret, window=WINDOW_SECONDS).counter)
        except TokenError:
            return None

    def uri(self, secret: str, *, label: str, issuer: str) -> str:
        """Return the address that an app reads from the picture."""
        # A colon would divide issuer and label.
        return str(self._totp.from_source(secret).to_uri(label.replace(":", " "), issuer.replace(":", " ")))

    def text_of(self, secret: str) -> str:
        """Return a secret as somebody types it into an app."""
        return str(self._totp.from_source(secret).pretty_key(sep=" "))


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes of which only digests are kept, so they are shown once, and outlive a change of the secret key."""

    def check_recovery_code(self, user: Person, code: str) -> bool:  # type: ignore[override]
        """Say whether a code is one of those that are left."""
        return digest_of(code) in (user.mf_recovery_codes or ())

    def delete_recovery_code(self, user: Person, code: str) -> bool:  # type: ignore[override]
        """Use a code up with what the view writes."""
        person_id, used = user.id, digest_of(code)
        pending(lambda session: use_recovery_code(session, person_id=person_id, digest=used))
        return True


def totp() -> Totp:
    """Return the application's codes."""
    factory: Totp = current_app.extensions["security"].totp_factory
    return factory


def is_readable(secret: str | None) -> bool:
    """Say whether a secret was encrypted under the present key."""
    try:
        totp().text_of(secret or "")
    except (ValueError, KeyError, TypeError):
        return False
    return True


def new_recovery_codes() -> list[str]:
    """Draw recovery codes, each in groups that can be read aloud."""
    return [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(CODES)
    ]


def digest_of(code: str) -> str:
    """Return the digest of a recovery code, however it was typed."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).hexdigest()


def use_step(session: Session, *, person_id: UUID, step: int) -> None:
    """Use the code of a step up, and all earlier ones.

    Raises:
        CodeUsed: another request was quicker.
    """
    person = session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    if person.tf_last_step is not None and step <= person.tf_last_step:
        raise CodeUsed
    person.tf_last_step = step
    session.flush()


def use_recovery_code(session: Session, *, person_id: UUID, digest: str) -> None:
    """Use a recovery code up.

    Raises:
        CodeUsed: another request was quicker.
    """
    person = session.get_one(Person, person_id, with_for_update=True, populate_existing=True)
    left = [one for one in person.mf_recovery_codes or () if one != digest]
    if len(left) == len(person.mf_recovery_codes or ()):
        raise CodeUsed
    person.mf_recovery_codes = left
    session.flush()
    actor = Actor(person_id=person_id, channel="web")
    audit.record(session, actor, "factor.recovery-code-used", subject=person_id, facts={"left": len(left)})
