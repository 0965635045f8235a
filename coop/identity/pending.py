"""What Flask-Security's views want written, collected while a view runs and written once it has, in one transaction.

The library changes objects, mails and expects a commit after the view. Here a failed write is an answer to the user, never half
an account.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g
from passlib.exc import PasswordSizeError  # type: ignore[import-untyped]
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from coop.database import write
from coop.permissions import View
from evidence.messages import N_, Refusal

Work = Callable[[Session], None]


class AccountExists(Refusal):
    """Two people registered the same address at the same moment."""

    message = N_("There is an account with this address already. Sign in, or ask for a new password.")


def pending(work: Work) -> None:
    """Remember a write for the end of the view that is running."""
    g.setdefault("pending_writes", []).append(work)


def save_pending() -> None:
    """Write what the view collected, in one transaction.

    Raises:
        AccountExists: another request took the address first.
        Refusal: whatever a piece of it refuses; then none of it is written.
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


def through_the_door(view: View) -> View:
    """Wrap a view of the library so that what it wants written is written after it."""

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
