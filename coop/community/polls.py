"""Polls: opening one, answering it for a participant, and taking it back. They advise; they bind nobody.

One is open at a time. Until it closes nobody is shown more than their own answer and how many have answered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.community import errors
from coop.community.poll_models import Poll, PollOption, PollPick
from coop.membership import participants
from coop.membership.models import Member, Participant, ParticipantKind
from coop.permissions import Actor, NotFound, Power
from coop.texts import LONGEST_NAME, fold, line, prose
from evidence.identifiers import new_id

LONGEST_TEXT = 4000
LONGEST_OPTION = 80
LEAST_OPTIONS, MOST_OPTIONS = 2, 20
#: How many options a participant picks at most.
MOST_PICKS = 3
MOST_DAYS_OPEN = 366
_OFFICE = (Power.SECRETARY, Power.BOARD)


@dataclass(frozen=True)
class Question:
    """What a poll asks, what can be picked, and until when."""

    question: str
    text: str
    options: tuple[str, ...]
    closes_at: datetime


def open_poll(session: Session, actor: Actor, *, asked: Question) -> UUID:
    """Open a poll, for secretary or board, and return its id.

    Raises:
        PowerMissing, PollIsOpen, ClosingOutOfRange, OptionsOutOfRange, OptionRepeated, TextMissing, TextTooShort, TextTooLong
    """
    power = actor.need(*_OFFICE)
    # The co-op's row is the lock by which of two polls that open at once one is refused.
    cooperative.current(session, lock=True)
    now = clock.now()
    if session.scalar(select(Poll.id).where(is_open(now)).limit(1)) is not None:
        raise errors.PollIsOpen
    if not now < asked.closes_at <= now + timedelta(days=MOST_DAYS_OPEN):
        raise errors.ClosingOutOfRange(MOST_DAYS_OPEN)
    options = _options(asked.options)
    poll = Poll(
        id=new_id(),
        question=line(asked.question, about="question", longest=LONGEST_NAME, least=3),
        text=prose(asked.text, about="text", longest=LONGEST_TEXT),
        opened_at=now,
        closes_at=asked.closes_at,
    )
    session.add(poll)
    session.flush()
    session.add_all(
        PollOption(poll_id=poll.id, position=position, label=label) for position, label in enumerate(options, start=1)
    )
    session.flush()
    audit.record(session, actor, "poll.opened", subject=poll.id, power=power, facts={"options": len(options)})
    return poll.id


def withdraw_poll(session: Session, actor: Actor, *, poll_id: UUID) -> None:
    """Take an open poll back, for secretary or board; its answers are erased.

    Raises:
        PowerMissing, NotFound, PollHasClosed
    """
    power = actor.need(*_OFFICE)
    poll = _open(session, poll_id, sole=True)
    poll.withdrawn_at = clock.now()
    session.execute(delete(PollPick).where(PollPick.poll_id == poll_id))
    session.flush()
    audit.record(session, actor, "poll.withdrawn", subject=poll_id, power=power)


def answer(session: Session, actor: Actor, *, poll_id: UUID, participant_id: UUID, picks: Collection[int]) -> None:
    """Answer for a participant, or change the answer: up to three options by their positions.

    Raises:
        NotFound, MembersAnswerOnly, PollHasClosed, NothingPicked, TooManyPicks, NoSuchOption
    """
    actor.need_to_act_for(participant_id)
    if session.scalar(select(Participant.id).where(Participant.id == participant_id, is_asked())) is None:
        raise errors.MembersAnswerOnly
    _open(session, poll_id)
    participants.lock(session, participant_id)
    chosen = set(picks)
    if not chosen:
        raise errors.NothingPicked
    if len(chosen) > MOST_PICKS:
        raise errors.TooManyPicks(MOST_PICKS)
    if not chosen <= set(session.scalars(select(PollOption.position).where(PollOption.poll_id == poll_id))):
        raise errors.NoSuchOption
    session.execute(delete(PollPick).where(_of(poll_id, participant_id)))
    session.add_all(
        PollPick(poll_id=poll_id, participant_id=participant_id, position=position) for position in sorted(chosen)
    )
    session.flush()
    audit.record(session, actor, "poll.answered", subject=poll_id, facts={"participant": participant_id})


def withdraw_answer(session: Session, actor: Actor, *, poll_id: UUID, participant_id: UUID) -> None:
    """Take a participant's answer back.

    Raises:
        NotFound: they have not answered, or the actor does not act for them.
        PollHasClosed
    """
    actor.need_to_act_for(participant_id)
    _open(session, poll_id)
    participants.lock(session, participant_id)
    if session.scalar(select(PollPick.position).where(_of(poll_id, participant_id)).limit(1)) is None:
        raise NotFound
    session.execute(delete(PollPick).where(_of(poll_id, participant_id)))
    audit.record(session, actor, "poll.answer-withdrawn", subject=poll_id, facts={"participant": participant_id})


def is_open(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a poll can be answered at a moment."""
    return and_(Poll.closes_at > now, Poll.withdrawn_at.is_(None))


def is_asked() -> ColumnElement[bool]:
    """Return the condition that a participant can answer: a person, or an organisation that was admitted as a member."""
    is_member = exists().where(Member.participant_id == Participant.id).correlate(Participant)
    return or_(Participant.kind == ParticipantKind.INDIVIDUAL, is_member)


def _open(session: Session, poll_id: UUID, *, sole: bool = False) -> Poll:
    """Return a poll that is open and hold its row: shared by those who answer, alone by who withdraws it."""
    poll = session.get(Poll, poll_id, with_for_update=True if sole else {"read": True}, populate_existing=True)
    if poll is None:
        raise NotFound
    if poll.withdrawn_at is not None or poll.closes_at <= clock.now():
        raise errors.PollHasClosed
    return poll


def _of(poll_id: UUID, participant_id: UUID) -> ColumnElement[bool]:
    return and_(PollPick.poll_id == poll_id, PollPick.participant_id == participant_id)


def _options(texts: Collection[str]) -> list[str]:
    options = [line(text, about="options", longest=LONGEST_OPTION) for text in texts if text.strip()]
    if not LEAST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise errors.OptionsOutOfRange(LEAST_OPTIONS, MOST_OPTIONS)
    known: set[str] = set()
    for option in options:
        if fold(option) in known:
            raise errors.OptionRepeated(option)
        known.add(fold(option))
    return options
