"""Asking to be introduced to somebody whose skills match, and answering.

Until the request is accepted neither side sees the other's address. The person who asked and the person who accepts are the two
who meet: theirs are the addresses that are then shown, not those of everybody who acts for an organisation.
"""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.community import errors, matching
from coop.community.introduction_queries import standing_with
from coop.community.models import Answer, Introduction, IntroductionAnswer, IntroductionMessage
from coop.identity.models import Person
from coop.membership import participants
from coop.membership.models import Participant
from coop.permissions import Actor, NotFound, SignInNeeded
from coop.texts import prose
from evidence.identifiers import new_id

LONGEST_MESSAGE = 1000
#: How many requests of one participant may wait for an answer.
MOST_OPEN = 10
#: One that is taken back counts for this long, so that nobody asks the whole directory by taking back.
STILL_COUNTS = timedelta(days=1)


def ask(session: Session, actor: Actor, *, participant_id: UUID, other_id: UUID, message: str) -> UUID:
    """Ask another participant for an introduction, tell them by mail, and return the request's id.

    Raises:
        NotFound: the actor does not act for the one, or the other is not in the directory.
        NotListed, NoMatch, AlreadyAsked, TooManyRequests, TextMissing, TextTooLong
    """
    actor.need_to_act_for(participant_id)
    person_id = _person(actor)
    if participant_id == other_id or not matching.is_listed(session, other_id):
        raise NotFound
    # Both, always in the same order: two who ask each other at once become one request.
    asker, _ = _locked(session, participant_id, other_id)
    if not matching.is_listed(session, participant_id):
        raise errors.NotListed
    if not matching.match_with(session, participant_id, person_id, other_id):
        raise errors.NoMatch
    if other_id in standing_with(session, participant_id):
        raise errors.AlreadyAsked
    if _counting(session, participant_id) >= MOST_OPEN:
        raise errors.TooManyRequests(MOST_OPEN)
    row = Introduction(
        id=new_id(), asker_id=participant_id, asked_id=other_id, person_id=person_id, asked_at=clock.now()
    )
    text = prose(message, about="message", longest=LONGEST_MESSAGE, least=1)
    session.add(row)
    session.flush()
    session.add(IntroductionMessage(introduction_id=row.id, text=text))
    session.flush()
    # The key has the day, not the request: asking and taking back again and again is one mail a day.
    participants.tell(
        session,
        other_id,
        key=f"introduction-asked:{participant_id}:{other_id}:{cooperative.today(session)}",
        subject=gettext("somebody asks for an introduction"),
        text=gettext("%(name)s would like to be introduced to you. Accept or decline here:", name=asker.name),
        page=_page(other_id, row.id),
    )
    audit.record(session, actor, "introduction.asked", subject=row.id, facts={"other": other_id})
    return row.id


def accept(session: Session, actor: Actor, *, participant_id: UUID, introduction_id: UUID) -> None:
    """Accept a request: both sides see each other's address from now on, and get it by mail.

    Raises:
        NotFound, AlreadyAnswered
    """
    row = _of(session, actor, participant_id, introduction_id, asked=True)
    _answer(session, actor, row, Answer.ACCEPTED)
    for here, there, person_id in (
        (row.asker_id, row.asked_id, _person(actor)),
        (row.asked_id, row.asker_id, row.person_id),
    ):
        person = session.get_one(Person, person_id)
        participants.tell(
            session,
            here,
            key=f"introduction-accepted:{row.id}:{here}",
            subject=gettext("you are introduced"),
            text=gettext(
                "You and %(name)s are introduced. Write to %(person)s: %(email)s",
                name=session.get_one(Participant, there).name,
                person=person.name,
                email=person.email,
            ),
            page=_page(here, row.id),
        )


def decline(session: Session, actor: Actor, *, participant_id: UUID, introduction_id: UUID) -> None:
    """Decline a request. The asker sees that it was declined, and no reason; what they wrote is erased.

    Raises:
        NotFound, AlreadyAnswered
    """
    row = _of(session, actor, participant_id, introduction_id, asked=True)
    _answer(session, actor, row, Answer.DECLINED)
    _erase_message(session, row.id)


def withdraw(session: Session, actor: Actor, *, participant_id: UUID, introduction_id: UUID) -> None:
    """Take a request back before it is answered; what was written is erased.

    Raises:
        NotFound, AlreadyAnswered
    """
    row = _of(session, actor, participant_id, introduction_id, asked=False)
    _answer(session, actor, row, Answer.WITHDRAWN)
    _erase_message(session, row.id)


def _answer(session: Session, actor: Actor, row: Introduction, answer: Answer) -> None:
    """Write how a request ended. The key decides between two who answer at once, or one who answers and one who takes back."""
    try:
        with session.begin_nested():
            session.add(
                IntroductionAnswer(
                    introduction_id=row.id, answer=answer, person_id=_person(actor), answered_at=clock.now()
                )
            )
    except IntegrityError as error:
        raise errors.AlreadyAnswered from error
    audit.record(session, actor, f"introduction.{answer.value}", subject=row.id)


def _of(session: Session, actor: Actor, participant_id: UUID, introduction_id: UUID, *, asked: bool) -> Introduction:
    actor.need_to_act_for(participant_id)
    row = session.get(Introduction, introduction_id)
    if row is None or (row.asked_id if asked else row.asker_id) != participant_id:
        raise NotFound
    return row


def _counting(session: Session, participant_id: UUID) -> int:
    ended = IntroductionAnswer.answer
    query = (
        select(func.count())
        .select_from(Introduction)
        .outerjoin(IntroductionAnswer, IntroductionAnswer.introduction_id == Introduction.id)
        .where(
            Introduction.asker_id == participant_id,
            or_(
                ended.is_(None),
                and_(ended == Answer.WITHDRAWN, IntroductionAnswer.answered_at > clock.now() - STILL_COUNTS),
            ),
        )
    )
    return session.scalar(query) or 0


def _locked(session: Session, participant_id: UUID, other_id: UUID) -> tuple[Participant, Participant]:
    rows = {one: participants.lock(session, one) for one in sorted((participant_id, other_id))}
    return rows[participant_id], rows[other_id]


def _erase_message(session: Session, introduction_id: UUID) -> None:
    message = session.get(IntroductionMessage, introduction_id)
    if message is not None:
        session.delete(message)
        session.flush()


def _person(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise SignInNeeded
    return actor.person_id


def _page(participant_id: UUID, introduction_id: UUID) -> outbox.Page:
    return outbox.Page("community.introduction", {"participant_id": participant_id, "introduction_id": introduction_id})
