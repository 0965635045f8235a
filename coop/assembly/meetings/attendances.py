"""Who was at a meeting: of each member's entries the last one counts."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from coop import cooperative
from coop.assembly.meetings.models import Attendance, Presence
from coop.identity.models import Person
from coop.membership.models import Member, Participant, ParticipantKind, Representative
from coop.membership.queries import in_term
from coop.paging import Part, part_of
from coop.texts import search_patterns

MEMBERS_PER_PAGE = 50


@dataclass(frozen=True)
class PresentRow:
    """A member who was there."""

    participant_id: UUID
    number: int
    name: str
    #: Who was there for an organisation.
    through: str | None
    how: Presence


@dataclass(frozen=True)
class AbsentRow:
    """A member, and somebody who acts for it, who can be recorded as present."""

    participant_id: UUID
    person_id: UUID
    number: int
    name: str
    through: str | None


def present(session: Session, meeting_id: UUID) -> list[PresentRow]:
    """Return who was there, in the order of their names."""
    rows = session.execute(
        _standing(meeting_id)
        .add_columns(Member.number, Participant.name, Participant.kind, Person.name)
        .join(Participant, Participant.id == Attendance.participant_id)
        .join(Member, Member.participant_id == Participant.id)
        .outerjoin(Person, Person.id == Attendance.person_id)
        .order_by(Participant.name_key, Participant.id)
    )
    return [
        PresentRow(
            participant_id=row.participant_id,
            number=number,
            name=name,
            through=None if kind is ParticipantKind.INDIVIDUAL else person,
            how=row.how,
        )
        for row, number, name, kind, person in rows
    ]


def present_count(session: Session, meeting_id: UUID) -> int:
    """Return how many members were there."""
    return session.scalar(select(func.count()).select_from(_standing(meeting_id).subquery())) or 0


def absent(session: Session, meeting_id: UUID, *, words: str, number: int) -> Part[AbsentRow]:
    """Return a page of the members who are not recorded as present, once for each person who acts for them."""
    standing = _standing(meeting_id).subquery()
    query = (
        select(Participant.id, Person.id, Member.number, Participant.name, Participant.kind, Person.name)
        .join(Member, Member.participant_id == Participant.id)
        .join(
            Representative,
            and_(Representative.participant_id == Participant.id, in_term(cooperative.today(session))),
        )
        .join(Person, Person.id == Representative.person_id)
        .where(
            Member.joined_on <= cooperative.today(session),
            Participant.id.not_in(select(standing.c.participant_id)),
            *(Participant.name_key.like(pattern, escape="\\") for pattern in search_patterns(words)),
        )
        .order_by(Participant.name_key, Participant.id, Person.name, Person.id)
    )
    part = part_of(session, query, number=number, size=MEMBERS_PER_PAGE)
    rows = tuple(
        AbsentRow(one, person_id, of, name, None if kind is ParticipantKind.INDIVIDUAL else person)
        for one, person_id, of, name, kind, person in part.rows
    )
    return Part(rows, part.number, part.last, part.total)


def _standing(meeting_id: UUID) -> Select[Attendance]:
    """Select the last entry of each member, without those that were taken back."""
    later = aliased(Attendance)
    newer = (
        select(later.version)
        .where(
            later.meeting_id == Attendance.meeting_id,
            later.participant_id == Attendance.participant_id,
            later.version > Attendance.version,
        )
        .exists()
    )
    return select(Attendance).where(Attendance.meeting_id == meeting_id, Attendance.how != Presence.TAKEN_BACK, ~newer)
