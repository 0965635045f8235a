"""The invariants of the community room, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coop.community.circle_models import Event, SignUp
from coop.community.models import Introduction, IntroductionAnswer, ParticipantSkill
from coop.community.poll_models import PollPick
from coop.community.polls import MOST_PICKS
from coop.community.skills import MOST_SKILLS
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the community room."""
    checks = (_skills, _introductions, _events, _picks)
    return [finding for check in checks for finding in check(session)]


def _skills(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(ParticipantSkill.participant_id, ParticipantSkill.direction, func.count())
        .group_by(ParticipantSkill.participant_id, ParticipantSkill.direction)
        .having(func.count() > MOST_SKILLS)
    )
    for participant_id, direction, count in rows:
        yield Finding("skills-too-many", f"participant {participant_id} has {count} {direction.value} skills")


def _introductions(session: Session) -> Iterator[Finding]:
    rows = session.scalars(
        select(Introduction.id)
        .join(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
        .where(IntroductionAnswer.answered_at < Introduction.asked_at)
    )
    for introduction_id in rows:
        yield Finding("introduction-answer", f"introduction {introduction_id} was answered before it was asked for")


def _events(session: Session) -> Iterator[Finding]:
    """Nobody was given a seat that is not there, nor signed up after the beginning."""
    rows = session.execute(
        select(Event.id, Event.capacity, func.count(), func.max(SignUp.signed_up_at) > Event.starts_at)
        .join(SignUp, SignUp.event_id == Event.id)
        .group_by(Event.id, Event.capacity, Event.starts_at)
        .having(or_(func.count() > Event.capacity, func.max(SignUp.signed_up_at) > Event.starts_at))
    )
    for event_id, capacity, count, late in rows:
        yield Finding("event-late" if late else "event-full", f"event {event_id}: {count} come, {capacity} can")


def _picks(session: Session) -> Iterator[Finding]:
    rows = session.execute(
        select(PollPick.poll_id, PollPick.participant_id, func.count())
        .group_by(PollPick.poll_id, PollPick.participant_id)
        .having(func.count() > MOST_PICKS)
    )
    for poll_id, participant_id, count in rows:
        yield Finding("poll-picks", f"poll {poll_id}: participant {participant_id} picked {count}")
