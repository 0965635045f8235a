"""Polls: opening, answering, changing one's mind, the close and the result."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from coop import clock
from coop.community import checks, errors, poll_queries, polls
from coop.community.polls import Question
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextTooLong, TextTooShort
from evidence.messages import Refusal
from tests import joining, selling
from tests.coop.community.neighbours import acting, refused
from tests.databases import TestDatabase
from tests.joining import Joined


def question(hours: int = 24) -> Question:
    """Return a question."""
    options = ("Trapping", "Grants", "Maps", "Te reo Māori")
    return Question(
        "Which skills does the sector lack?", "So that we plan.", options, clock.now() + timedelta(hours=hours)
    )


def opened(session: Session) -> UUID:
    """Return an open poll."""
    return polls.open_poll(session, joining.founder(session, "secretary"), asked=question())


def answer(session: Session, poll_id: UUID, who: Joined, *picks: int) -> None:
    """Let somebody answer."""
    polls.answer(session, acting(session, who), poll_id=poll_id, participant_id=who.participant_id, picks=picks)


def test_a_participant_picks_up_to_three_and_may_change_their_mind(session: Session) -> None:
    poll_id = opened(session)
    ana, pita = joining.joined(session, "Ana Tui"), joining.joined(session, "Pita Weka")
    answer(session, poll_id, ana, 1, 2, 3)
    answer(session, poll_id, ana, 4, 2)
    answer(session, poll_id, pita, 2, 2)
    own = poll_queries.own_answers(session, poll_id, [ana.participant_id, pita.participant_id])
    assert [(one.name, one.picks) for one in own] == [
        ("Ana Tui", ("Grants", "Te reo Māori")),
        ("Pita Weka", ("Grants",)),
    ]
    assert poll_queries.poll(session, poll_id).answers == 2
    assert poll_queries.result(session, poll_id) == [("Grants", 2), ("Te reo Māori", 1), ("Trapping", 0), ("Maps", 0)]
    assert checks.findings(session) == []


def test_an_answer_that_cannot_be_leaves_the_earlier_one(session: Session) -> None:
    poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    answer(session, poll_id, who, 1)
    wrong: list[tuple[tuple[int, ...], type[Refusal]]] = [
        ((), errors.NothingPicked),
        ((1, 2, 3, 4), errors.TooManyPicks),
        ((5,), errors.NoSuchOption),
        ((0,), errors.NoSuchOption),
    ]
    for picks, refusal in wrong:
        with refused(session, refusal, "picks"):
            answer(session, poll_id, who, *picks)
    assert poll_queries.picks_of(session, poll_id, who.participant_id) == [1]


def test_nobody_answers_for_somebody_else(session: Session) -> None:
    poll_id = opened(session)
    who, other = joining.joined(session, "Ana Tui"), joining.joined(session, "Pita Weka")
    with refused(session, NotFound):
        polls.answer(session, acting(session, who), poll_id=poll_id, participant_id=other.participant_id, picks=[1])


def test_an_organisation_answers_once_it_is_a_member(session: Session) -> None:
    """Anybody can add organisations, and would otherwise answer once for each."""
    poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    group = Joined(who.person_id, selling.organisation(session, who.person_id, selling.GROUP))
    with refused(session, errors.MembersAnswerOnly):
        answer(session, poll_id, group, 1)
    both = [who.participant_id, group.participant_id]
    assert [one.name for one in poll_queries.own_answers(session, poll_id, both)] == ["Ana Tui"]
    joining.enrolled(session, group)
    answer(session, poll_id, group, 1)
    assert len(poll_queries.own_answers(session, poll_id, both)) == 2


def test_an_answer_is_taken_back(session: Session) -> None:
    poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    answer(session, poll_id, who, 1)
    polls.withdraw_answer(session, actor, poll_id=poll_id, participant_id=own)
    assert poll_queries.poll(session, poll_id).answers == 0
    with refused(session, NotFound):
        polls.withdraw_answer(session, actor, poll_id=poll_id, participant_id=own)


def test_after_the_close_no_answer_changes(session: Session) -> None:
    poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    answer(session, poll_id, who, 1)
    with clock.at(poll_queries.poll(session, poll_id).closes_at):
        with refused(session, errors.PollHasClosed):
            answer(session, poll_id, who, 2)
        with refused(session, errors.PollHasClosed):
            polls.withdraw_answer(session, actor, poll_id=poll_id, participant_id=own)
        with refused(session, errors.PollHasClosed):
            polls.withdraw_poll(session, joining.founder(session, "board"), poll_id=poll_id)
        assert poll_queries.poll(session, poll_id).has_result(clock.now())
        assert poll_queries.open_now(session, clock.now()) is None
        polls.open_poll(session, joining.founder(session, "board"), asked=question())


WRONG: list[tuple[dict[str, Any], type[Refusal], str]] = [
    ({"question": "ab"}, TextTooShort, "question"),
    ({"question": "x" * 121}, TextTooLong, "question"),
    ({"text": "x" * 4001}, TextTooLong, "text"),
    ({"options": ("One", " ")}, errors.OptionsOutOfRange, "options"),
    ({"options": tuple(f"Option {number}" for number in range(21))}, errors.OptionsOutOfRange, "options"),
    ({"options": ("Maori", "māori")}, errors.OptionRepeated, "options"),
    ({"options": ("x" * 81, "y")}, TextTooLong, "options"),
]


def test_a_question_that_cannot_be_is_refused(session: Session) -> None:
    secretary = joining.founder(session, "secretary")
    for wrong, refusal, about in WRONG:
        with refused(session, refusal, about):
            polls.open_poll(session, secretary, asked=replace(question(), **wrong))


def test_a_poll_closes_in_the_future_and_within_a_year(session: Session) -> None:
    secretary = joining.founder(session, "secretary")
    with clock.at(clock.now()):
        for hours in (0, -1, 24 * 366 + 1):
            with refused(session, errors.ClosingOutOfRange, "closes_on"):
                polls.open_poll(session, secretary, asked=question(hours))


def test_one_poll_is_open_at_a_time_and_can_be_withdrawn(session: Session) -> None:
    poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    answer(session, poll_id, who, 1)
    board = joining.founder(session, "board")
    with refused(session, errors.PollIsOpen):
        polls.open_poll(session, board, asked=question())
    for verb in (
        lambda actor: polls.open_poll(session, actor, asked=question()),
        lambda actor: polls.withdraw_poll(session, actor, poll_id=poll_id),
    ):
        with refused(session, PowerMissing):
            verb(joining.founder(session, "treasurer"))
    polls.withdraw_poll(session, board, poll_id=poll_id)
    row = poll_queries.poll(session, poll_id)
    assert (row.answers, row.is_open(clock.now()), row.has_result(row.closes_at)) == (0, False, False)
    with refused(session, errors.PollHasClosed):
        answer(session, poll_id, who, 1)
    polls.open_poll(session, board, asked=question())


def test_of_two_polls_opened_at_once_one_is(founded: TestDatabase) -> None:
    def open_one(session: Session) -> UUID:
        return polls.open_poll(session, joining.founder(session, "secretary"), asked=question())

    results = joining.at_once(founded.engine, open_one, open_one)
    assert joining.outcomes(results) == (1, {errors.PollIsOpen})


def test_two_who_answer_for_one_participant_at_once_leave_one_answer(founded: TestDatabase) -> None:
    with Session(founded.engine.execution_options(coop_write=True)) as session, session.begin():
        poll_id, who = opened(session), joining.joined(session, "Ana Tui")
    results = joining.at_once(
        founded.engine,
        lambda session: answer(session, poll_id, who, 1, 2, 3),
        lambda session: answer(session, poll_id, who, 2, 3, 4),
    )
    assert joining.outcomes(results) == (2, set())
    with Session(founded.engine) as session:
        assert poll_queries.picks_of(session, poll_id, who.participant_id) in ([1, 2, 3], [2, 3, 4])
