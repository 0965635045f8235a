"""Setting a second factor up, renewing and removing it, and resetting one that somebody lost.

Each ends the sessions that were begun without what now counts. The person is told by mail, because somebody else may have done it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, outbox
from coop.approvals import operations as approvals
from coop.approvals.kinds import TwoPeople
from coop.identity import second_factor, sessions
from coop.identity.models import Person
from coop.permissions import Actor, NotFound, Power, PowerMissing, SignInNeeded
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from evidence.messages import N_, Refusal

PAGE = outbox.Page("factor.overview", {})


class NoFactor(Refusal):
    """There is no second factor to remove or to make codes for."""

    message = N_("There is no second factor. Set one up first.")


class OwnFactor(Refusal):
    """Nobody takes part in resetting their own factor: it would be one person's act."""

    message = N_("Nobody can reset their own second factor. Two others have to do it.")
    about = "person"


def set_up(
    session: Session, actor: Actor, *, secret: str, step: int, codes: Sequence[str], token: str, now: datetime
) -> None:
    """Give a person the second factor whose code they have just shown, in place of any they had.

    `secret` is encrypted; `step` is that of the code, which is used up; `codes` are digests of recovery codes. The session with
    `token` counts as begun with it, the others end.

    Raises:
        SignInNeeded
    """
    person = _own(session, actor)
    action = "factor.renewed" if second_factor.has_factor(person) else "factor.set-up"
    person.tf_primary_method, person.tf_totp_secret = second_factor.METHOD, secret
    person.tf_last_step, person.mf_recovery_codes = step, list(codes)
    session.flush()
    sessions.end_all(session, person_id=person.id, now=now, but=token)
    sessions.note_factor(session, token=token, at=now)
    sessions.forget_attempts(session, account=second_factor.attempts_at(person.id))
    audit.record(session, actor, action, subject=person.id)
    _tell(session, person, gettext("A second factor was set up for your account. Other sessions have ended."))


def remove(session: Session, actor: Actor, *, token: str, now: datetime) -> None:
    """Remove one's own second factor. The other sessions end; powers rest from now on.

    Raises:
        SignInNeeded, NoFactor
    """
    person = _own(session, actor)
    if not second_factor.has_factor(person):
        raise NoFactor
    _forget(session, person)
    sessions.end_all(session, person_id=person.id, now=now, but=token)
    sessions.note_factor(session, token=token, at=None)
    audit.record(session, actor, "factor.removed", subject=person.id)
    _tell(session, person, gettext("The second factor of your account was removed."))


def renew_codes(session: Session, actor: Actor, *, codes: Sequence[str]) -> None:
    """Put new recovery codes in the place of all old ones; `codes` are their digests.

    Raises:
        SignInNeeded, NoFactor
    """
    person = _own(session, actor)
    if not second_factor.has_factor(person):
        raise NoFactor
    person.mf_recovery_codes = list(codes)
    session.flush()
    audit.record(session, actor, "factor.recovery-codes-made", subject=person.id)
    _tell(session, person, gettext("New recovery codes were made for your account. The old ones are void."))


def prepare_reset(session: Session, actor: Actor, *, person_id: UUID, reason: str) -> UUID:
    """Prepare the reset of somebody's lost factor for a second person's approval; return the act's id.

    Raises:
        PowerMissing, OwnFactor, NotFound, NoFactor, AlreadyPrepared
    """
    _check_reset(session, person_id, actor.person_id)
    arguments = {"person": person_id}
    return approvals.prepare(session, actor, kind="factor.reset", arguments=arguments, words=reason)


def reset(session: Session, actor: Actor, *, person_id: UUID, two: TwoPeople) -> None:
    """Remove somebody's lost factor and end their sessions; they sign in with their password and set up another.

    Raises:
        OwnFactor, NotFound, NoFactor
    """
    person = _check_reset(session, person_id, two.prepared_by, two.approved_by)
    _reset(session, actor, person, {"act": two.act_id})
    _tell(
        session,
        person,
        gettext("The second factor of your account was reset by two officers. Sign in and set up a new one."),
    )


def reset_by_operator(session: Session, actor: Actor, *, person_id: UUID) -> None:
    """Do the same by command, for a co-op in which no two others are left who could.

    Raises:
        PowerMissing: the actor is not whoever runs the machine.
        NotFound, NoFactor
    """
    if actor.person_id is not None:
        raise PowerMissing(Power.ADMINISTRATOR.value)
    person = _check_reset(session, person_id)
    _reset(session, actor, person, {})
    _tell(
        session,
        person,
        gettext(
            "The second factor of your account was reset by whoever runs the installation. Sign in and set up a new one."
        ),
    )


def people_with_factor(session: Session) -> list[tuple[UUID, str]]:
    """Return id and name of everybody with a second factor, by name."""
    rows = session.execute(
        select(Person.id, Person.name)
        .where(Person.active, Person.tf_primary_method.is_not(None))
        .order_by(Person.name, Person.id)
    )
    return [(person_id, name) for person_id, name in rows]


def _own(session: Session, actor: Actor) -> Person:
    if actor.person_id is None:
        raise SignInNeeded
    return session.get_one(Person, actor.person_id, with_for_update=True, populate_existing=True)


def _check_reset(session: Session, person_id: UUID, *people: UUID | None) -> Person:
    if person_id in people:
        raise OwnFactor
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or not person.active:
        raise NotFound
    if not second_factor.has_factor(person):
        raise NoFactor
    return person


def _reset(session: Session, actor: Actor, person: Person, facts: Mapping[str, Canonical]) -> None:
    _forget(session, person)
    sessions.end_all(session, person_id=person.id, now=clock.now())
    sessions.forget_attempts(session, account=second_factor.attempts_at(person.id))
    audit.record(session, actor, "factor.reset", subject=person.id, facts=facts)


def _forget(session: Session, person: Person) -> None:
    person.tf_primary_method = person.tf_totp_secret = person.tf_last_step = person.mf_recovery_codes = None
    session.flush()


def _tell(session: Session, person: Person, text: str) -> None:
    outbox.send_mail(
        session,
        key=f"factor:{new_id()}",
        to=person.email,
        subject=gettext("Your second factor"),
        text=gettext("%(what)s\n\nIf it was not you, choose a new password at once and tell the secretary.", what=text),
        page=PAGE,
    )
