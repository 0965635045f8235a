"""Introductions, for the two between whom they are: what was written, how it ended and, once accepted, how to write to each other."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop.community.models import Answer, Introduction, IntroductionAnswer, IntroductionMessage
from coop.identity.models import Person
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.permissions import NotFound

PAGE_SIZE = 20


@dataclass(frozen=True)
class Contact:
    """The person of the other side."""

    name: str
    email: str


@dataclass(frozen=True)
class IntroductionRow:
    """A request as one of its two sides sees it."""

    id: UUID
    #: Whether the one who looks has asked.
    is_mine: bool
    other_id: UUID
    other: str
    message: str
    asked_at: datetime
    answer: Answer | None
    answered_at: datetime | None

    @property
    def waits_for_me(self) -> bool:
        """Say whether the one who looks has still to answer."""
        return not self.is_mine and self.answer is None


@dataclass(frozen=True)
class Waiting:
    """A request that waits for the answer of a participant."""

    id: UUID
    asked_id: UUID
    asked: str
    asker: str


def introductions(session: Session, participant_id: UUID, *, page: int = 1) -> Part[IntroductionRow]:
    """Return a page of the requests from and to a participant: the open ones first, then the latest."""
    query = _introductions(participant_id).order_by(
        IntroductionAnswer.answered_at.is_not(None), Introduction.asked_at.desc(), Introduction.id.desc()
    )
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(_row(*row) for row in part.rows), part.number, part.last, part.total)


def introduction(session: Session, participant_id: UUID, introduction_id: UUID) -> IntroductionRow:
    """Return a request from or to a participant.

    Raises:
        NotFound: it is between others.
    """
    row = session.execute(_introductions(participant_id).where(Introduction.id == introduction_id)).first()
    if row is None:
        raise NotFound
    return _row(*row)


def contact(session: Session, participant_id: UUID, introduction_id: UUID) -> Contact | None:
    """Return whom a participant can write to; nobody before the introduction is accepted."""
    row = session.execute(
        select(Introduction, IntroductionAnswer)
        .join(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
        .where(
            Introduction.id == introduction_id,
            IntroductionAnswer.answer == Answer.ACCEPTED,
            or_(Introduction.asker_id == participant_id, Introduction.asked_id == participant_id),
        )
    ).first()
    if row is None:
        return None
    asked, accepted = row
    person = session.get_one(Person, accepted.person_id if asked.asker_id == participant_id else asked.person_id)
    return Contact(person.name, person.email)


def standing_with(session: Session, participant_id: UUID) -> dict[UUID, UUID]:
    """Return the requests that stand in the way of a new one by a participant: other -> request.

    Those that are open or accepted, whoever asked; and those that the other has declined: a no is asked for once.
    """
    is_mine, is_theirs = Introduction.asker_id == participant_id, Introduction.asked_id == participant_id
    ended = IntroductionAnswer.answer
    rows = session.execute(
        select(Introduction.id, Introduction.asker_id, Introduction.asked_id)
        .outerjoin(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
        .where(
            or_(
                (is_mine | is_theirs) & (ended.is_(None) | (ended == Answer.ACCEPTED)),
                is_mine & (ended == Answer.DECLINED),
            )
        )
    )
    return {asked if asker == participant_id else asker: one for one, asker, asked in rows}


def waiting_for(session: Session, participants: Collection[UUID]) -> list[Waiting]:
    """Return the requests that wait for an answer of one of the participants, the oldest first."""
    asker, asked = aliased(Participant), aliased(Participant)
    rows = session.execute(
        select(Introduction.id, Introduction.asked_id, asked.name, asker.name)
        .join(asker, asker.id == Introduction.asker_id)
        .join(asked, asked.id == Introduction.asked_id)
        .outerjoin(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
        .where(Introduction.asked_id.in_(participants), IntroductionAnswer.answer.is_(None))
        .order_by(Introduction.asked_at, Introduction.id)
    )
    return [Waiting(*row) for row in rows]


def _introductions(participant_id: UUID) -> Select[*tuple[Any, ...]]:
    other = aliased(Participant)
    is_mine = Introduction.asker_id == participant_id
    return (
        select(
            Introduction.id,
            is_mine,
            other.id,
            other.name,
            func.coalesce(IntroductionMessage.text, ""),
            Introduction.asked_at,
            IntroductionAnswer.answer,
            IntroductionAnswer.answered_at,
        )
        .join(
            other,
            or_(
                (other.id == Introduction.asked_id) & is_mine,
                (other.id == Introduction.asker_id) & (Introduction.asked_id == participant_id),
            ),
        )
        .outerjoin(IntroductionMessage, IntroductionMessage.introduction_id == Introduction.id)
        .outerjoin(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
    )


def _row(introduction_id: UUID, is_mine: int | bool, *rest: Any) -> IntroductionRow:
    return IntroductionRow(introduction_id, bool(is_mine), *rest)
