"""Granting and ending powers as a decision: the resolution and the power in one write.

Granting takes two people. Ending takes one: to take a power away does less harm than to leave it.
"""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.approvals import operations as approvals
from coop.approvals.kinds import TwoPeople
from coop.assembly.resolutions import Body, record_resolution
from coop.identity import powers
from coop.identity.forms import POWER_LABELS, EndingAsked, GrantAsked
from coop.identity.models import Person, PowerGrant
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.messages import N_, Refusal


class OwnPower(Refusal):
    """Nobody gives a power to themselves."""

    message = N_("Nobody can grant a power to themselves. Two others have to do it.")
    about = "person"


class DecidedInFuture(Refusal):
    """A decision that is still to come was not taken."""

    message = N_("The decision cannot lie in the future.")
    about = "decided_on"


def prepare_grant(session: Session, actor: Actor, asked: GrantAsked) -> UUID:
    """Prepare a power for a second person's approval, by a decision that the board has taken; return the act's id.

    Raises:
        PowerMissing, OwnPower, DecidedInFuture, TermBackwards, NotFound, AlreadyPrepared
    """
    _check_grant(session, asked, actor.person_id)
    arguments: dict[str, Canonical] = {
        "person": asked.person_id,
        "power": asked.power,
        "starts_on": asked.starts_on,
        "ends_on": asked.ends_on,
        "decided_on": asked.decided_on,
    }
    return approvals.prepare(session, actor, kind="power.grant", arguments=arguments, words=asked.minute)


def grant_power(session: Session, actor: Actor, asked: GrantAsked, *, two: TwoPeople) -> UUID:
    """Record the board's decision and grant the power by it; return the grant's id.

    The decision enters the register now, when a second person vouches for it too: one that was refused leaves no resolution.

    Raises:
        PowerMissing, OwnPower, DecidedInFuture, TermBackwards, NotFound
    """
    _check_grant(session, asked, two.prepared_by, two.approved_by)
    person = session.get_one(Person, asked.person_id)
    resolution_id = record_resolution(
        session,
        body=Body.BOARD,
        decided_on=asked.decided_on,
        title=gettext(
            "Power of %(power)s granted to %(name)s", power=gettext(POWER_LABELS[asked.power]), name=person.name
        ),
        text=asked.minute,
        about_person=True,
    )
    return powers.grant(
        session,
        actor,
        person_id=asked.person_id,
        power=asked.power,
        starts_on=asked.starts_on,
        ends_on=asked.ends_on,
        resolution_id=resolution_id,
    )


def end_by_decision(session: Session, actor: Actor, *, grant_id: UUID, asked: EndingAsked) -> None:
    """Record the board's decision and end the power by it.

    Raises:
        PowerMissing, DecidedInFuture, NotFound, AlreadyEnded, LastOfItsKind
    """
    actor.need(Power.ADMINISTRATOR)
    if asked.decided_on > cooperative.today(session):
        raise DecidedInFuture
    grant = session.get(PowerGrant, grant_id)
    if grant is None:
        raise NotFound
    person = session.get_one(Person, grant.person_id)
    resolution_id = record_resolution(
        session,
        body=Body.BOARD,
        decided_on=asked.decided_on,
        title=gettext(
            "Power of %(power)s of %(name)s ended", power=gettext(POWER_LABELS[grant.power]), name=person.name
        ),
        text=asked.minute,
        about_person=True,
    )
    powers.end(session, actor, grant_id=grant_id, ended_on=asked.ended_on, resolution_id=resolution_id)


def _check_grant(session: Session, asked: GrantAsked, *people: UUID | None) -> None:
    """Refuse what cannot be granted, or what one of the people who grant it would get themselves."""
    if asked.person_id in people:
        raise OwnPower
    if asked.decided_on > cooperative.today(session):
        raise DecidedInFuture
    if asked.ends_on is not None and asked.ends_on < asked.starts_on:
        raise powers.TermBackwards
    person = session.get(Person, asked.person_id)
    if person is None or not person.active:
        raise NotFound
