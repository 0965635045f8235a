"""Asking for an introduction, answering, taking back, and what each side sees of the other."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import clock, outbox
from coop.audit import AuditEvent
from coop.community import errors, introduction_queries, introductions, skills
from coop.community.introductions import MOST_OPEN
from coop.community.models import Answer, Introduction, IntroductionMessage, Skill
from coop.community.operations import ProfileText, edit_profile
from coop.membership import operations as membership
from coop.membership.models import ParticipantKind
from coop.permissions import NotFound
from coop.texts import TextMissing, TextTooLong
from tests import joining
from tests.coop.community.neighbours import OFFERED, WANTED, acting, listed, refused
from tests.databases import TestDatabase
from tests.joining import Joined

MESSAGE = "Kia ora! I saw that you write grants."


def two(session: Session) -> tuple[Joined, Joined]:
    """Return somebody who wants what the other offers."""
    return listed(session, "Ana Tui", (), ("Grants",)), listed(session, "Pita Weka", ("Grants",))


def ask(session: Session, asker: Joined, asked: Joined, message: str = MESSAGE) -> UUID:
    """Let one ask the other."""
    return introductions.ask(
        session,
        acting(session, asker),
        participant_id=asker.participant_id,
        other_id=asked.participant_id,
        message=message,
    )


def mails(session: Session) -> list[tuple[str, str]]:
    """Return the mails about introductions: to whom, and the text."""
    jobs = session.scalars(select(outbox.OutboxJob).where(outbox.OutboxJob.key.like("introduction%")))
    return sorted((job.payload["to"], job.payload["text"]) for job in jobs)


def test_who_is_asked_gets_a_mail_and_sees_the_message_but_no_address(session: Session) -> None:
    me, other = two(session)
    one = ask(session, me, other)
    ((to, text),) = mails(session)
    assert to == "pita@new.test"
    assert "ana@new.test" not in text
    row = introduction_queries.introduction(session, other.participant_id, one)
    assert (row.other, row.message, row.waits_for_me) == ("Ana Tui", MESSAGE, True)
    assert introduction_queries.contact(session, other.participant_id, one) is None
    assert introduction_queries.contact(session, me.participant_id, one) is None
    assert [waiting.asker for waiting in introduction_queries.waiting_for(session, [other.participant_id])] == [
        "Ana Tui"
    ]


def test_on_acceptance_both_see_and_get_the_address_of_the_other(session: Session) -> None:
    me, other = two(session)
    one = ask(session, me, other)
    introductions.accept(session, acting(session, other), participant_id=other.participant_id, introduction_id=one)
    mine = introduction_queries.contact(session, me.participant_id, one)
    theirs = introduction_queries.contact(session, other.participant_id, one)
    assert (mine, theirs) == (
        introduction_queries.Contact("Pita Weka", "pita@new.test"),
        introduction_queries.Contact("Ana Tui", "ana@new.test"),
    )
    texts = [(to, text) for to, text in mails(session) if "introduced. Write to" in text]
    assert [(to, "pita@new.test" in text, "ana@new.test" in text) for to, text in texts] == [
        ("ana@new.test", True, False),
        ("pita@new.test", False, True),
    ]
    assert introduction_queries.waiting_for(session, [other.participant_id]) == []
    facts = session.scalars(select(AuditEvent.facts).where(AuditEvent.subject_kind == "introduction")).all()
    assert MESSAGE not in str(facts)
    assert "Ana" not in str(facts)


def test_the_two_who_meet_are_who_asked_and_who_accepted(session: Session) -> None:
    me, other = two(session)
    actor = acting(session, other)
    trust = membership.create_organisation(session, actor, name="Trust", kind=ParticipantKind.GROUP)
    actor = acting(session, other)
    edit_profile(session, actor, participant_id=trust, text=ProfileText("Trust", is_listed=True))
    skills.add_skill(session, actor, participant_id=trust, direction=OFFERED, name="Grants")
    third = joining.person(session, "Rewi Kea")
    membership.add_representative(session, actor, participant_id=trust, email="rewi@new.test")
    one = introductions.ask(
        session, acting(session, me), participant_id=me.participant_id, other_id=trust, message=MESSAGE
    )
    rewi = joining.actor_of(session, third)
    introductions.accept(session, rewi, participant_id=trust, introduction_id=one)
    found = introduction_queries.contact(session, me.participant_id, one)
    assert found is not None
    assert found.email == "rewi@new.test"
    told = {to for to, text in mails(session) if "ana@new.test" in text}
    assert told == {"pita@new.test", "rewi@new.test"}


def test_a_no_erases_the_message_and_is_asked_for_once(session: Session) -> None:
    me, other = two(session)
    one = ask(session, me, other)
    introductions.decline(session, acting(session, other), participant_id=other.participant_id, introduction_id=one)
    assert session.scalar(select(func.count()).select_from(IntroductionMessage)) == 0
    row = introduction_queries.introduction(session, me.participant_id, one)
    assert (row.answer, row.message) == (Answer.DECLINED, "")
    with refused(session, errors.AlreadyAsked):
        ask(session, me, other)
    # Who said no may still ask.
    assert ask(session, other, me)


def test_a_request_is_taken_back_before_the_answer_and_can_be_made_again(session: Session) -> None:
    me, other = two(session)
    one = ask(session, me, other)
    actor = acting(session, me)
    introductions.withdraw(session, actor, participant_id=me.participant_id, introduction_id=one)
    with refused(session, errors.AlreadyAnswered):
        introductions.withdraw(session, actor, participant_id=me.participant_id, introduction_id=one)
    with refused(session, errors.AlreadyAnswered):
        introductions.accept(session, acting(session, other), participant_id=other.participant_id, introduction_id=one)
    assert introduction_queries.contact(session, me.participant_id, one) is None
    assert ask(session, me, other)
    # However often somebody asks, it is one mail a day.
    assert len(mails(session)) == 1


def test_between_two_there_is_one_request(session: Session) -> None:
    me, other = two(session)
    one = ask(session, me, other)
    for asker, asked in ((me, other), (other, me)):
        with refused(session, errors.AlreadyAsked):
            ask(session, asker, asked)
    introductions.accept(session, acting(session, other), participant_id=other.participant_id, introduction_id=one)
    with refused(session, errors.AlreadyAsked):
        ask(session, me, other)


def test_only_who_matches_and_is_listed_can_be_asked(session: Session) -> None:
    me, other = two(session)
    stranger, hidden = listed(session, "Rewi Kea"), joining.joined(session, "Zoe Kea")
    with refused(session, errors.NoMatch):
        ask(session, me, stranger)
    skills.add_skill(
        session, acting(session, hidden), participant_id=hidden.participant_id, direction=WANTED, name="Grants"
    )
    for asked in (hidden, me, Joined(uuid4(), uuid4())):
        with refused(session, NotFound):
            ask(session, me, asked)
    with refused(session, errors.NotListed):
        ask(session, hidden, other)


def test_a_message_is_a_few_lines(session: Session) -> None:
    me, other = two(session)
    with refused(session, TextMissing, "message"):
        ask(session, me, other, " \n ")
    with refused(session, TextTooLong, "message"):
        ask(session, me, other, "x" * 1001)


def test_nobody_answers_for_somebody_else(session: Session) -> None:
    me, other = two(session)
    third, one = listed(session, "Rewi Kea"), ask(session, me, other)
    for who, own in ((me, me), (third, third), (third, other)):
        for verb in (introductions.accept, introductions.decline):
            with refused(session, NotFound):
                verb(session, acting(session, who), participant_id=own.participant_id, introduction_id=one)
    with refused(session, NotFound):
        introductions.withdraw(
            session, acting(session, other), participant_id=other.participant_id, introduction_id=one
        )
    with pytest.raises(NotFound):
        introduction_queries.introduction(session, third.participant_id, one)


def test_ten_requests_may_wait_and_taking_back_makes_no_room_today(session: Session) -> None:
    me, _ = two(session)
    others = [listed(session, f"Pita{number} Weka", ("Grants",)) for number in range(MOST_OPEN + 1)]
    first, *_rest = [ask(session, me, other) for other in others[:MOST_OPEN]]
    with refused(session, errors.TooManyRequests):
        ask(session, me, others[-1])
    introductions.withdraw(session, acting(session, me), participant_id=me.participant_id, introduction_id=first)
    with refused(session, errors.TooManyRequests):
        ask(session, me, others[-1])
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        assert ask(session, me, others[-1])


@pytest.mark.tampers
def test_what_was_asked_and_answered_is_never_changed(session: Session) -> None:
    me, other = two(session)
    ask(session, me, other)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Introduction).values(asked_at=clock.now()))


def test_of_accepting_and_taking_back_at_once_one_happens(founded: TestDatabase) -> None:
    with Session(founded.engine.execution_options(coop_write=True)) as session, session.begin():
        me, other = two(session)
        one = ask(session, me, other)
    results = joining.at_once(
        founded.engine,
        lambda session: introductions.accept(
            session, acting(session, other), participant_id=other.participant_id, introduction_id=one
        ),
        lambda session: introductions.withdraw(
            session, acting(session, me), participant_id=me.participant_id, introduction_id=one
        ),
    )
    assert joining.outcomes(results) == (1, {errors.AlreadyAnswered})


def test_of_two_who_ask_each_other_at_once_one_asks(founded: TestDatabase) -> None:
    with Session(founded.engine.execution_options(coop_write=True)) as session, session.begin():
        me, other = two(session)
        assert session.scalar(select(func.count()).select_from(Skill)) == 1
    results = joining.at_once(
        founded.engine, lambda session: ask(session, me, other), lambda session: ask(session, other, me)
    )
    assert joining.outcomes(results) == (1, {errors.AlreadyAsked})
