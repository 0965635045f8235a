"""Granting and ending powers as a decision: the resolution and the power in one write."""

from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.resolutions import Body, record_resolution
from coop.identity import powers
from coop.identity.forms import POWER_LABELS, EndingAsked, GrantAsked
from coop.identity.models import Person, PowerGrant
from coop.permissions import Actor, NotFound, Power
from evidence.messages import N_, Refusal


class OwnPower(Refusal):
    """Nobody gives a power to themselves."""

    message = N_("Nobody can grant a power to themselves. Another administrator has to do it.")
    about = "person"


class DecidedInFuture(Refusal):
    """A decision that is still to come was not taken."""

    message = N_("The decision cannot lie in the future.")
    about = "decided_on"


def grant_by_decision(session: Session, actor: Actor, asked: GrantAsked) -> UUID:
    """Record the board's decision and grant the power by it; return the grant's id.

    Raises:
        PowerMissing, OwnPower, DecidedInFuture, TermBackwards, NotFound
    """
    actor.need(Power.ADMINISTRATOR)
    if asked.person_id == actor.person_id:
        raise OwnPower
    if asked.decided_on > cooperative.today(session):
        raise DecidedInFuture
    person = session.get(Person, asked.person_id)
    if person is None:
        raise NotFound
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
