"""Powers: granted for a term by a resolution, ended by another, in force or not on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, Date, Select, bindparam, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coop import audit, cooperative
from coop.identity.models import Person, PowerEnding, PowerGrant
from coop.permissions import Actor, NotFound, Power
from evidence.identifiers import new_id
from evidence.messages import N_, Refusal

Value = TypeVar("Value")


@dataclass(eq=False)
class TermBackwards(Refusal):
    """The term would end before it starts."""

    message = N_("The term must not end before it starts.")
    about = "ends_on"


@dataclass(eq=False)
class LastOfItsKind(Refusal):
    """Nobody would be left who can grant powers."""

    message = N_("Nobody else holds the power of administrator. Grant it to another person first.")


@dataclass(eq=False)
class AlreadyEnded(Refusal):
    """The power has ended already."""

    message = N_("This power has already ended.")


@dataclass(frozen=True)
class PowerHeld:
    """A power as the list of powers shows it."""

    grant_id: UUID
    person_id: UUID
    person_name: str
    power: Power
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    resolution_id: UUID

    def in_force(self, on: date) -> bool:
        """Say whether the power is held on a day."""
        return (
            self.starts_on <= on
            and (self.ends_on is None or on <= self.ends_on)
            and (self.ended_on is None or on < self.ended_on)
        )


def powers_of(session: Session, person_id: UUID, on: date) -> frozenset[Power]:
    """Return the powers that a person holds on a day."""
    return frozenset(session.scalars(_POWERS, {"person_id": person_id, "on": on}))


def holders(session: Session, any_of: Collection[Power], on: date) -> frozenset[UUID]:
    """Return the people who hold one of these powers on a day."""
    return frozenset(session.scalars(_in_force(PowerGrant.person_id, on).where(PowerGrant.power.in_(any_of))))


def _in_force(column: InstrumentedAttribute[Value], on: date | BindParameter[date]) -> Select[Value]:
    """Select a column of the grants that are in force on a day."""
    return (
        select(column)
        .outerjoin(PowerEnding, PowerEnding.grant_id == PowerGrant.id)
        .where(
            PowerGrant.starts_on <= on,
            or_(PowerGrant.ends_on.is_(None), PowerGrant.ends_on >= on),
            or_(PowerEnding.ended_on.is_(None), PowerEnding.ended_on > on),
        )
    )


#: Every page asks this: built once, because building a query costs more than its answer.
_POWERS = _in_force(PowerGrant.power, bindparam("on", type_=Date)).where(PowerGrant.person_id == bindparam("person_id"))


def all_powers(session: Session) -> list[PowerHeld]:
    """List every power ever granted, the newest term first."""
    rows = session.execute(
        select(PowerGrant, Person.name, PowerEnding.ended_on)
        .join(Person, Person.id == PowerGrant.person_id)
        .outerjoin(PowerEnding, PowerEnding.grant_id == PowerGrant.id)
        .order_by(PowerGrant.starts_on.desc(), PowerGrant.power, Person.name)
    )
    return [
        PowerHeld(
            grant_id=grant.id,
            person_id=grant.person_id,
            person_name=name,
            power=grant.power,
            starts_on=grant.starts_on,
            ends_on=grant.ends_on,
            ended_on=ended_on,
            resolution_id=grant.resolution_id,
        )
        for grant, name, ended_on in rows
    ]


def grant(
    session: Session,
    actor: Actor,
    *,
    person_id: UUID,
    power: Power,
    starts_on: date,
    ends_on: date | None,
    resolution_id: UUID,
) -> UUID:
    """Give a person a power for a term, by a resolution that is recorded already.

    Part of a larger operation that binds two people, or of the founding or an election, where the founders' or the members'
    decision does.

    Raises:
        PowerMissing: the actor may not take part in granting.
        TermBackwards, NotFound
    """
    by = actor.need(Power.ADMINISTRATOR, Power.SECRETARY, Power.BOARD)
    if ends_on is not None and ends_on < starts_on:
        raise TermBackwards
    if session.get(Person, person_id) is None:
        raise NotFound
    row = PowerGrant(
        id=new_id(),
        person_id=person_id,
        power=power,
        starts_on=starts_on,
        ends_on=ends_on,
        resolution_id=resolution_id,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "power.granted",
        subject=row.id,
        power=by,
        facts={"person": person_id, "power": power.value, "starts_on": starts_on, "ends_on": ends_on},
    )
    return row.id


def make_way(session: Session, actor: Actor, *, power: Power, on: date, resolution_id: UUID) -> int:
    """End every grant of a power that is in force on a day, by the resolution that fills it anew, and return how many ended.

    Called before the new grants are made, so whoever is chosen again holds the power by the new one.

    Raises:
        PowerMissing: the actor is not the secretary, who records elections.
    """
    by = actor.need(Power.SECRETARY)
    ended = session.scalars(_in_force(PowerGrant.id, on).where(PowerGrant.power == power)).all()
    for grant_id in ended:
        session.add(PowerEnding(grant_id=grant_id, ended_on=on, resolution_id=resolution_id))
        audit.record(session, actor, "power.ended", subject=grant_id, power=by, facts={"ended_on": on})
    session.flush()
    return len(ended)


def end(session: Session, actor: Actor, *, grant_id: UUID, ended_on: date, resolution_id: UUID) -> None:
    """End a power before its term: from `ended_on` it is not held.

    Raises:
        PowerMissing: the actor is not an administrator.
        LastOfItsKind: no other administrator would be left.
        NotFound, AlreadyEnded
    """
    by = actor.need(Power.ADMINISTRATOR)
    # One after the other, or two who end each other's power at once would each still see the other's.
    cooperative.current(session, lock=True)
    row = session.get(PowerGrant, grant_id)
    if row is None:
        raise NotFound
    if session.get(PowerEnding, grant_id) is not None:
        raise AlreadyEnded
    if row.power is Power.ADMINISTRATOR:
        others = [
            held
            for held in all_powers(session)
            if held.power is Power.ADMINISTRATOR and held.grant_id != grant_id and held.in_force(ended_on)
        ]
        if not others:
            raise LastOfItsKind
    session.add(PowerEnding(grant_id=grant_id, ended_on=ended_on, resolution_id=resolution_id))
    session.flush()
    audit.record(session, actor, "power.ended", subject=grant_id, power=by, facts={"ended_on": ended_on})
