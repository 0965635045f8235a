"""Events: announcing, seats, changing, cancelling, reminders, and the calendar file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import icalendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, outbox
from coop.community import checks, circles, duties, errors, event_queries, events
from coop.community.calendar_file import calendar_file
from coop.community.circle_models import SignUp
from coop.community.event_queries import EventRow
from coop.permissions import WORKER, NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong, TextTooShort
from evidence.messages import Refusal
from tests import joining, selling
from tests.coop.community.neighbours import acting, plan, refused
from tests.databases import TestDatabase
from tests.joining import Joined


def announced(session: Session, hours: int = 48, capacity: int | None = None) -> UUID:
    """Return an event of the co-op."""
    return events.announce(session, joining.founder(session, "secretary"), plan=plan(hours=hours, capacity=capacity))


def sign_up(session: Session, event_id: UUID, who: Joined) -> None:
    """Let somebody sign up."""
    events.sign_up(session, acting(session, who), event_id=event_id, participant_id=who.participant_id)


def mails(session: Session, key: str) -> list[dict[str, Any]]:
    """Return the mails of one kind."""
    query = select(outbox.OutboxJob.payload).where(outbox.OutboxJob.key.like(f"{key}%"))
    return sorted(session.scalars(query), key=lambda payload: str(payload["to"]))


def test_secretary_and_board_announce_for_the_co_op(session: Session) -> None:
    event_id = announced(session)
    row = event_queries.event(session, event_id)
    assert (row.title, row.minutes, row.organiser, row.circle) == ("A walk along the river", 90, None, None)
    events.announce(session, joining.founder(session, "board"), plan=plan())
    with refused(session, PowerMissing):
        events.announce(session, joining.founder(session, "treasurer"), plan=plan())


def test_who_has_joined_a_circle_announces_in_it(session: Session) -> None:
    circle_id = circles.found_circle(session, joining.founder(session, "secretary"), name="Wetlands", purpose="Mud.")
    who = joining.joined(session, "Ana Tui")
    actor, own = acting(session, who), who.participant_id
    with refused(session, errors.CircleMembersOnly):
        events.announce_in_circle(session, actor, circle_id=circle_id, organiser_id=own, plan=plan())
    with refused(session, NotFound):
        events.announce_in_circle(session, actor, circle_id=uuid4(), organiser_id=own, plan=plan())
    circles.join_circle(session, actor, circle_id=circle_id, participant_id=own)
    event_id = events.announce_in_circle(session, actor, circle_id=circle_id, organiser_id=own, plan=plan())
    row = event_queries.event(session, event_id)
    assert (row.organiser, row.circle) == ("Ana Tui", "Wetlands")
    # Who holds it leads it, without a power; so do secretary and board, and nobody else.
    events.change(session, actor, event_id=event_id, plan=plan("A longer walk"))
    events.change(session, joining.founder(session, "board"), event_id=event_id, plan=plan("A shorter walk"))
    other = joining.joined(session, "Pita Weka")
    with refused(session, PowerMissing):
        events.change(session, acting(session, other), event_id=event_id, plan=plan("Mine"))
    with refused(session, PowerMissing):
        events.cancel(session, acting(session, other), event_id=event_id, reason="Mine")


WRONG: list[tuple[dict[str, Any], type[Refusal], str]] = [
    ({"title": "ab"}, TextTooShort, "title"),
    ({"title": "x" * 121}, TextTooLong, "title"),
    ({"description": "x" * 8001}, TextTooLong, "description"),
    ({"place": ""}, errors.PlaceMissing, "place"),
    ({"link": "javascript:alert(1)"}, errors.NoWebAddress, "link"),
    ({"link": "https://[broken"}, errors.NoWebAddress, "link"),
    ({"link": "https://x.example/ y"}, errors.NoWebAddress, "link"),
    ({"minutes": 9}, errors.EventFigureOutOfRange, "minutes"),
    ({"minutes": 20161}, errors.EventFigureOutOfRange, "minutes"),
    ({"capacity": 0}, errors.EventFigureOutOfRange, "capacity"),
    ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, errors.StartsInThePast, "starts_on"),
    ({"starts_at": datetime(2999, 1, 1, tzinfo=UTC)}, errors.StartsTooLate, "starts_on"),
]


def test_a_plan_that_cannot_be_is_refused(session: Session) -> None:
    event_id = announced(session)
    secretary = joining.founder(session, "secretary")
    for wrong, refusal, about in WRONG:
        with refused(session, refusal, about):
            events.announce(session, secretary, plan=replace(plan(), **wrong))
        with refused(session, refusal, about):
            events.change(session, secretary, event_id=event_id, plan=replace(plan(), **wrong))
    assert event_queries.event(session, event_id).title == plan().title


def test_a_seat_is_taken_once_and_given_back(session: Session) -> None:
    event_id = announced(session, capacity=1)
    who, other = joining.joined(session, "Ana Tui"), joining.joined(session, "Pita Weka")
    sign_up(session, event_id, who)
    sign_up(session, event_id, who)
    assert event_queries.event(session, event_id).is_full
    with refused(session, errors.SoldOut):
        sign_up(session, event_id, other)
    with refused(session, NotFound):
        events.sign_up(session, acting(session, other), event_id=event_id, participant_id=who.participant_id)
    with refused(session, NotFound):
        events.cancel_sign_up(session, acting(session, other), event_id=event_id, participant_id=other.participant_id)
    events.cancel_sign_up(session, acting(session, who), event_id=event_id, participant_id=who.participant_id)
    sign_up(session, event_id, other)
    assert [one.name for one in event_queries.attendees(session, event_id)] == ["Pita Weka"]
    assert checks.findings(session) == []


def test_one_person_does_not_fill_an_event_through_organisations(session: Session) -> None:
    event_id, who = announced(session, capacity=10), joining.joined(session, "Ana Tui")
    sign_up(session, event_id, who)
    groups = [Joined(who.person_id, selling.organisation(session, who.person_id)) for _ in range(3)]
    for group in groups[:2]:
        sign_up(session, event_id, group)
    with refused(session, errors.SeatsOfOne):
        sign_up(session, event_id, groups[2])
    assert events.seats_taken(session, event_id) == 3


def test_of_two_for_the_last_seat_one_gets_it(founded: TestDatabase) -> None:
    with Session(founded.engine.execution_options(coop_write=True)) as session, session.begin():
        event_id = announced(session, capacity=1)
        both = [joining.joined(session, name) for name in ("Ana Tui", "Pita Weka")]
    results = joining.at_once(
        founded.engine, *(lambda session, who=who: sign_up(session, event_id, who) for who in both)
    )
    assert joining.outcomes(results) == (1, {errors.SoldOut})
    with Session(founded.engine) as session:
        assert events.seats_taken(session, event_id) == 1


def test_after_the_beginning_nothing_changes(session: Session) -> None:
    event_id = announced(session, hours=2)
    who, secretary = joining.joined(session, "Ana Tui"), joining.founder(session, "secretary")
    sign_up(session, event_id, who)
    with clock.at(clock.now() + timedelta(hours=2)):
        with refused(session, errors.EventBegun):
            sign_up(session, event_id, who)
        with refused(session, errors.EventBegun):
            events.cancel_sign_up(session, acting(session, who), event_id=event_id, participant_id=who.participant_id)
        with refused(session, errors.EventBegun):
            events.change(session, secretary, event_id=event_id, plan=plan())
        with refused(session, errors.EventBegun):
            events.cancel(session, secretary, event_id=event_id, reason="Too late.")
        assert [row.id for row in event_queries.upcoming(session, clock.now()).rows] == [event_id]
    with clock.at(clock.now() + timedelta(hours=4)):
        assert event_queries.upcoming(session, clock.now()).rows == ()
        assert [row.id for row in event_queries.past(session, clock.now()).rows] == [event_id]


def test_cancelling_tells_those_who_come_and_why(session: Session) -> None:
    event_id, who = announced(session), joining.joined(session, "Ana Tui")
    secretary = joining.founder(session, "secretary")
    sign_up(session, event_id, who)
    with refused(session, TextMissing, "reason"):
        events.cancel(session, secretary, event_id=event_id, reason=" ")
    events.cancel(session, secretary, event_id=event_id, reason="The river is high.")
    (mail,) = mails(session, "event-cancelled")
    assert mail["to"] == "ana@new.test"
    assert "The river is high." in mail["text"]
    with refused(session, errors.EventCancelled):
        events.cancel(session, secretary, event_id=event_id, reason="Again.")
    with refused(session, errors.EventCancelled):
        events.change(session, secretary, event_id=event_id, plan=plan())
    with refused(session, errors.EventCancelled):
        sign_up(session, event_id, who)


def test_who_comes_is_told_when_time_or_place_change_and_keeps_the_seat(session: Session) -> None:
    event_id, who = announced(session, capacity=3), joining.joined(session, "Ana Tui")
    secretary, start = joining.founder(session, "secretary"), plan(capacity=3)
    sign_up(session, event_id, who)
    same = replace(start, starts_at=event_queries.event(session, event_id).starts_at)
    events.change(session, secretary, event_id=event_id, plan=replace(same, title="Another title"))
    assert mails(session, "event-changed") == []
    events.change(session, secretary, event_id=event_id, plan=replace(same, place="Levin"))
    (mail,) = mails(session, "event-changed")
    assert "Levin" in mail["text"]
    sign_up(session, event_id, joining.joined(session, "Pita Weka"))
    with refused(session, errors.FewerSeatsThanTaken, "capacity"):
        events.change(session, secretary, event_id=event_id, plan=replace(same, capacity=1))
    assert event_queries.event(session, event_id).taken == 2


def test_those_who_come_are_reminded_once_a_day_before(session: Session) -> None:
    event_id, who = announced(session, hours=30), joining.joined(session, "Ana Tui")
    now = clock.now()
    sign_up(session, event_id, who)
    assert duties.due_reminders(session, now) == []
    with clock.at(now + timedelta(hours=7)):
        assert duties.due_reminders(session, clock.now()) == [event_id]
        # Who signs up now knows of it, and is not reminded.
        sign_up(session, event_id, joining.joined(session, "Pita Weka"))
        duties.remind(session, WORKER, event_id=event_id)
        duties.remind(session, WORKER, event_id=event_id)
        assert duties.due_reminders(session, clock.now()) == []
    assert [mail["to"] for mail in mails(session, "event-reminder")] == ["ana@new.test"]
    # An event that is moved is reminded of again.
    later = plan(hours=100)
    events.change(session, joining.founder(session, "secretary"), event_id=event_id, plan=later)
    with clock.at(later.starts_at - timedelta(hours=23)):
        assert duties.due_reminders(session, clock.now()) == [event_id]
        duties.remind(session, WORKER, event_id=event_id)
    assert [mail["to"] for mail in mails(session, "event-reminder")] == [
        "ana@new.test",
        "ana@new.test",
        "pita@new.test",
    ]
    assert session.scalars(select(SignUp.reminded_at).where(SignUp.reminded_at.is_(None))).all() == []


def test_nobody_is_reminded_of_what_does_not_take_place(session: Session) -> None:
    event_id, who = announced(session, hours=30), joining.joined(session, "Ana Tui")
    sign_up(session, event_id, who)
    events.cancel(session, joining.founder(session, "secretary"), event_id=event_id, reason="Rain.")
    with clock.at(clock.now() + timedelta(hours=10)):
        assert duties.due_reminders(session, clock.now()) == []
        with refused(session, errors.EventCancelled):
            duties.remind(session, WORKER, event_id=event_id)


def test_a_calendar_reads_the_file_as_it_was_meant() -> None:
    starts_at, now = datetime(2026, 5, 1, 3, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    row = EventRow(
        id=uuid4(),
        title="Hīkoi, with; a comma \\ and more",
        description="**Bring**\nboots.",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=90),
        place="Ōtaki, the bridge",
        link="https://x.example/?a=1&b=2",
        capacity=None,
        cancelled_at=now,
        cancel_reason="Rain.",
        circle_id=None,
        circle=None,
        organiser_id=None,
        organiser=None,
        taken=0,
    )
    content = calendar_file(row, now=now, owner="Kanopi", host="kanopi.example", address="https://kanopi.example/e")
    (entry,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    assert entry.decoded("dtstart") == starts_at
    assert entry.decoded("dtend") == starts_at + timedelta(minutes=90)
    assert (str(entry["summary"]), str(entry["location"])) == (row.title, row.place)
    assert str(entry["description"]) == "**Bring**\nboots.\n\nhttps://x.example/?a=1&b=2"
    assert (str(entry["uid"]), str(entry["status"])) == (f"{row.id}@kanopi.example", "CANCELLED")
