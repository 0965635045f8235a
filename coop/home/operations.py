"""The one thing that the account page writes: ending a person's other sessions."""

from datetime import datetime

from sqlalchemy.orm import Session

from coop import audit
from coop.identity import sessions
from coop.permissions import Actor, SignInNeeded


def end_other_sessions(session: Session, actor: Actor, *, kept_token: str | None, now: datetime) -> None:
    """Sign the person out everywhere but in the session with `kept_token`.

    Raises:
        SignInNeeded
    """
    if actor.person_id is None:
        raise SignInNeeded
    sessions.end_all(session, person_id=actor.person_id, now=now, but=kept_token)
    audit.record(session, actor, "session.others-ended", subject=actor.person_id)
