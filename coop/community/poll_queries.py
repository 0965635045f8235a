"""Polls for pages: before the close the number of answers and one's own, after it the result."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from coop.community.poll_models import Poll, PollOption, PollPick
from coop.community.polls import is_asked, is_open
from coop.membership.models import Participant
from coop.paging import Part, part_of
from coop.permissions import NotFound

PAGE_SIZE = 20


@dataclass(frozen=True)
class PollRow:
    """A poll, and how many participants have answered it."""

    id: UUID
    question: str
    text: str
    opened_at: datetime
    closes_at: datetime
    withdrawn_at: datetime | None
    answers: int

    def is_open(self, now: datetime) -> bool:
        """Say whether it can be answered."""
        return self.withdrawn_at is None and now < self.closes_at

    def has_result(self, now: datetime) -> bool:
        """Say whether it has closed, and was not withdrawn."""
        return self.withdrawn_at is None and self.closes_at <= now


@dataclass(frozen=True)
class OwnAnswer:
    """What a participant for whom one acts has picked; nothing if they have not answered."""

    participant_id: UUID
    name: str
    picks: tuple[str, ...]


def polls(session: Session, *, page: int = 1) -> Part[PollRow]:
    """Return a page of the polls, the latest first."""
    query = select(Poll, _answers()).order_by(Poll.opened_at.desc(), Poll.id.desc())
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(_row(*row) for row in part.rows), part.number, part.last, part.total)


def open_now(session: Session, now: datetime) -> PollRow | None:
    """Return the poll that is open."""
    row = session.execute(select(Poll, _answers()).where(is_open(now)).order_by(Poll.closes_at).limit(1)).first()
    return _row(*row) if row else None


def poll(session: Session, poll_id: UUID) -> PollRow:
    """Return a poll.

    Raises:
        NotFound
    """
    row = session.execute(select(Poll, _answers()).where(Poll.id == poll_id)).first()
    if row is None:
        raise NotFound
    return _row(*row)


def options(session: Session, poll_id: UUID) -> list[tuple[int, str]]:
    """Return what can be picked: position and label."""
    rows = session.execute(
        select(PollOption.position, PollOption.label).where(PollOption.poll_id == poll_id).order_by(PollOption.position)
    )
    return [(position, label) for position, label in rows]


def picks_of(session: Session, poll_id: UUID, participant_id: UUID) -> list[int]:
    """Return the positions that a participant has picked."""
    return list(
        session.scalars(
            select(PollPick.position)
            .where(PollPick.poll_id == poll_id, PollPick.participant_id == participant_id)
            .order_by(PollPick.position)
        )
    )


def own_answers(session: Session, poll_id: UUID, participants: Collection[UUID]) -> list[OwnAnswer]:
    """Return what each of the participants has picked who can answer, by name."""
    labels = dict(options(session, poll_id))
    names = session.execute(
        select(Participant.id, Participant.name)
        .where(Participant.id.in_(participants), is_asked())
        .order_by(Participant.name_key, Participant.id)
    )
    return [
        OwnAnswer(one, name, tuple(labels[position] for position in picks_of(session, poll_id, one)))
        for one, name in names
    ]


def result(session: Session, poll_id: UUID) -> list[tuple[str, int]]:
    """Return how often each option was picked, the most first. Only for a poll that has closed: the page sees to that."""
    count = func.count(PollPick.participant_id)
    rows = session.execute(
        select(PollOption.label, count)
        .outerjoin(PollPick, (PollPick.poll_id == PollOption.poll_id) & (PollPick.position == PollOption.position))
        .where(PollOption.poll_id == poll_id)
        .group_by(PollOption.position, PollOption.label)
        .order_by(count.desc(), PollOption.position)
    )
    return [(label, number) for label, number in rows]


def _answers() -> ScalarSelect[int]:
    return select(func.count(PollPick.participant_id.distinct())).where(PollPick.poll_id == Poll.id).scalar_subquery()


def _row(poll: Poll, answers: int) -> PollRow:
    return PollRow(poll.id, poll.question, poll.text, poll.opened_at, poll.closes_at, poll.withdrawn_at, answers)
