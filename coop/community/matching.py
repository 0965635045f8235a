"""Who offers what a participant wants, and who wants what they offer: among those who stand in the directory.

Nobody is matched with themselves, nor with an organisation for which only they act: they would be introduced to themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from coop import cooperative
from coop.community.models import Direction, ParticipantSkill, Profile, Skill
from coop.membership.models import Participant, ParticipantKind, Representative
from coop.membership.queries import in_term
from coop.paging import Part, part_of

PAGE_SIZE = 12
#: A longer list would weigh more than the page that proposes it.
MOST_PROPOSED = 500


@dataclass(frozen=True)
class SkillRow:
    """A skill as its chip shows it."""

    skill_id: UUID
    name: str


@dataclass(frozen=True)
class Skills:
    """What a participant offers and wants, each by name."""

    offered: tuple[SkillRow, ...] = ()
    wanted: tuple[SkillRow, ...] = ()


@dataclass(frozen=True)
class Match:
    """Somebody whose skills meet those of a participant."""

    participant_id: UUID
    name: str
    kind: ParticipantKind
    place: str
    #: What they offer and the participant wants.
    can_give: tuple[str, ...]
    #: What they want and the participant offers.
    can_take: tuple[str, ...]


def skills_of(session: Session, participants: Iterable[UUID]) -> dict[UUID, Skills]:
    """Return the skills of participants; whoever has none has empty ones."""
    wanted = list(participants)
    found: dict[tuple[UUID, Direction], list[SkillRow]] = defaultdict(list)
    rows = session.execute(
        select(ParticipantSkill.participant_id, ParticipantSkill.direction, Skill.id, Skill.name)
        .join(Skill, Skill.id == ParticipantSkill.skill_id)
        .where(ParticipantSkill.participant_id.in_(wanted))
        .order_by(Skill.name_key)
    )
    for participant_id, direction, skill_id, name in rows:
        found[participant_id, direction].append(SkillRow(skill_id, name))
    return {one: Skills(tuple(found[one, Direction.OFFERED]), tuple(found[one, Direction.WANTED])) for one in wanted}


def vocabulary(session: Session) -> list[str]:
    """Return the skills that somebody offers or wants, by name: what a form proposes."""
    used = exists().where(ParticipantSkill.skill_id == Skill.id)
    return list(session.scalars(select(Skill.name).where(used).order_by(Skill.name_key).limit(MOST_PROPOSED)))


def matches(session: Session, participant_id: UUID, person_id: UUID | None, *, page: int = 1) -> Part[Match]:
    """Return a page of those whose skills meet a participant's, as a person who acts for them sees them: the most first."""
    part = part_of(session, _matching(session, participant_id, person_id), number=page, size=PAGE_SIZE)
    both = skills_of(session, [participant_id, *(row.id for row in part.rows)])
    mine = both[participant_id]
    rows = tuple(
        Match(
            row.id,
            row.name,
            row.kind,
            row.place,
            _common(both[row.id].offered, mine.wanted),
            _common(both[row.id].wanted, mine.offered),
        )
        for row in part.rows
    )
    return Part(rows, part.number, part.last, part.total)


def match_with(session: Session, participant_id: UUID, person_id: UUID | None, other_id: UUID) -> bool:
    """Say whether a participant and another match."""
    query = _matching(session, participant_id, person_id).where(Participant.id == other_id)
    return session.execute(query).first() is not None


def match_count(
    session: Session, participant_id: UUID, person_id: UUID | None, *, besides: Collection[UUID] = ()
) -> int:
    """Return how many match a participant, besides some."""
    query = _matching(session, participant_id, person_id).where(Participant.id.not_in(besides)).order_by(None)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def is_listed(session: Session, participant_id: UUID) -> bool:
    """Say whether a participant stands in the directory."""
    profile = session.get(Profile, participant_id)
    return profile is not None and profile.is_listed


def _matching(session: Session, participant_id: UUID, person_id: UUID | None) -> Select[*tuple[Any, ...]]:
    mine, theirs = aliased(ParticipantSkill), aliased(ParticipantSkill)
    meet = and_(theirs.skill_id == mine.skill_id, theirs.direction != mine.direction)
    somebody_else = exists().where(
        Representative.participant_id == Participant.id,
        Representative.person_id != person_id,
        in_term(cooperative.today(session)),
    )
    return (
        select(Participant.id, Participant.name, Participant.kind, Profile.place)
        .join(Profile, Profile.participant_id == Participant.id)
        .join(theirs, theirs.participant_id == Participant.id)
        .join(mine, meet)
        .where(
            mine.participant_id == participant_id,
            Participant.id != participant_id,
            Profile.is_listed.is_(True),
            somebody_else,
        )
        .group_by(Participant.id, Participant.name, Participant.name_key, Participant.kind, Profile.place)
        .order_by(func.count().desc(), Participant.name_key, Participant.id)
    )


def _common(theirs: tuple[SkillRow, ...], mine: tuple[SkillRow, ...]) -> tuple[str, ...]:
    known = {row.skill_id for row in mine}
    return tuple(row.name for row in theirs if row.skill_id in known)
