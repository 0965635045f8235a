"""Reading people and the audit trail, for administrators and auditors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coop.assembly.models import Motion
from coop.audit import AuditEvent
from coop.identity.models import Person
from governance.declared import is_declared

PAGE_LENGTH = 50
#: Acts that would add up to a turnout.
_OF_VOTING = ("vote.cast", "motion.paper-marked", "motion.sheet-entered")


@dataclass(frozen=True)
class Act:
    """A row of the audit trail with the name of who acted, where that person is still known."""

    at: datetime
    action: str
    channel: str
    person_name: str | None
    power: str | None
    subject: str
    facts: dict[str, Any]


def people(session: Session) -> list[tuple[UUID, str]]:
    """Return id and name of everybody with an account, by name."""
    rows = session.execute(select(Person.id, Person.name).where(Person.active).order_by(Person.name, Person.id))
    return [(person_id, name) for person_id, name in rows]


def name_of(session: Session, person_id: UUID | None) -> str | None:
    """Return the name of a person, or nothing for the program and for people who were erased."""
    return session.scalar(select(Person.name).where(Person.id == person_id)) if person_id else None


def acts(session: Session, *, action: str | None, page: int) -> list[Act]:
    """Return a page of the trail, the newest first."""
    query = (
        select(AuditEvent, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(_told())
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .offset((page - 1) * PAGE_LENGTH)
        .limit(PAGE_LENGTH)
    )
    if action:
        query = query.where(AuditEvent.action == action)
    return [
        Act(
            at=event.at,
            action=event.action,
            channel=event.channel,
            person_name=name,
            power=event.power,
            subject=str(event.subject_id) if event.subject_id else "",
            facts=event.facts,
        )
        for event, name in session.execute(query)
    ]


def count_acts(session: Session, action: str | None) -> int:
    """Count the acts of one kind, or all of them."""
    query = select(func.count()).select_from(AuditEvent).where(_told())
    return session.scalar(query.where(AuditEvent.action == action) if action else query) or 0


def kinds_of_act(session: Session) -> list[str]:
    """Return every kind of act that the trail holds."""
    return list(session.scalars(select(AuditEvent.action).where(_told()).distinct().order_by(AuditEvent.action)))


def _told() -> ColumnElement[bool]:
    """Return the condition that an act may be shown: that somebody voted is told once it is counted, or it would show the turnout."""
    counted = select(Motion.id).where(is_declared(Motion.proposal_id))
    return or_(AuditEvent.action.not_in(_OF_VOTING), AuditEvent.subject_id.in_(counted))
