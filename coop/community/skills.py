"""The skills that a participant offers and wants, in a vocabulary that grows by use.

Equal words are one skill whatever their case and macrons; it keeps the spelling of whoever used it first.
"""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit
from coop.community.errors import TooManySkills
from coop.community.models import Direction, ParticipantSkill, Skill
from coop.membership import participants
from coop.membership.operations import name_key
from coop.permissions import Actor, NotFound
from coop.texts import TextTooShort, line
from evidence.identifiers import new_id

LEAST_SKILL = 3
LONGEST_SKILL = 60
#: How many skills a participant can offer, and how many they can want.
MOST_SKILLS = 20


def add_skill(session: Session, actor: Actor, *, participant_id: UUID, direction: Direction, name: str) -> UUID:
    """Say that a participant offers or wants a skill, and return the skill's id. Saying it twice changes nothing.

    Raises:
        NotFound, TooManySkills, TextMissing, TextTooShort, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    participants.lock(session, participant_id)
    skill = _skill(session, line(name, about="name", longest=LONGEST_SKILL, least=LEAST_SKILL))
    if session.get(ParticipantSkill, (participant_id, direction, skill.id)) is not None:
        return skill.id
    if _count(session, participant_id, direction) >= MOST_SKILLS:
        raise TooManySkills(MOST_SKILLS)
    session.add(ParticipantSkill(participant_id=participant_id, direction=direction, skill_id=skill.id))
    session.flush()
    _record(session, actor, "skill.added", participant_id, direction, skill.id)
    return skill.id


def remove_skill(session: Session, actor: Actor, *, participant_id: UUID, direction: Direction, skill_id: UUID) -> None:
    """Say that a participant no longer offers or wants a skill.

    Raises:
        NotFound
    """
    actor.need_to_act_for(participant_id)
    row = session.get(ParticipantSkill, (participant_id, direction, skill_id), with_for_update=True)
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    _record(session, actor, "skill.removed", participant_id, direction, skill_id)


def _skill(session: Session, name: str) -> Skill:
    key = name_key(name)
    if len(key) < LEAST_SKILL:
        # What is only accents has no form in which it could be found.
        raise TextTooShort(LEAST_SKILL, "name")
    known = select(Skill).where(Skill.name_key == key)
    if (found := session.scalar(known)) is not None:
        return found
    try:
        with session.begin_nested():
            skill = Skill(id=new_id(), name=name, name_key=key)
            session.add(skill)
    except IntegrityError:
        # Somebody else used the word for the first time at the same moment.
        return session.scalars(known).one()
    return skill


def _count(session: Session, participant_id: UUID, direction: Direction) -> int:
    mine = (ParticipantSkill.participant_id == participant_id, ParticipantSkill.direction == direction)
    return session.scalar(select(func.count()).select_from(ParticipantSkill).where(*mine)) or 0


def _record(
    session: Session, actor: Actor, action: str, participant_id: UUID, direction: Direction, skill_id: UUID
) -> None:
    facts = {"participant": participant_id, "direction": direction.value}
    audit.record(session, actor, action, subject=skill_id, facts=facts)
