"""Calling a meeting, its agenda, its notice, postponing and cancelling it: what they do, and what they refuse."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from coop.assembly import operations, voting
from coop.assembly.bylaws import adopt, in_force
from coop.assembly.elections import operations as elections
from coop.assembly.meetings import agenda, calling, errors, notice, progress
from coop.assembly.meetings.calling import MOST_DAYS, When
from coop.assembly.meetings.models import AgendaItem, ItemKind, Meeting, MeetingKind, MeetingNotice, MeetingWords
from coop.assembly.meetings.notice import content_digest, roll_digest
from coop.assembly.models import Majority, Motion, MotionWords, Stage
from coop.assembly.operations import Words
from coop.membership.models import Member
from coop.outbox import OutboxJob
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextTooShort
from evidence.messages import Refusal
from tests import joining
from tests.meeting import MEMBERS, PLACE, Gathering, counts, evening, on

FOUNDED = date(2026, 5, 4)
TODAY = date(2026, 6, 1)
#: Fourteen clear days lie between.
HELD = date(2026, 6, 16)


@pytest.fixture
def coop(session: Session) -> Gathering:
    return Gathering(session, FOUNDED)


def refuses(session: Session, refusal: type[Refusal], work: Callable[[], object]) -> Refusal:
    """Say that something is refused and changes nothing; return the refusal."""
    before = counts(session)
    with pytest.raises(refusal) as caught:
        work()
    session.flush()
    assert counts(session) == before
    return caught.value


def mails(session: Session) -> list[dict[str, str]]:
    return [dict(job.payload) for job in session.scalars(select(OutboxJob).order_by(OutboxJob.queued_at, OutboxJob.id))]


def test_a_notice_goes_to_every_member_and_fixes_the_agenda(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        first, second = coop.talk(meeting_id, "Report of the board"), coop.elect(meeting_id)
        before = len(mails(session))
        coop.notify(meeting_id)
        told = mails(session)[before:]
    assert {mail["to"].partition("@")[0] for mail in told} == set(MEMBERS)
    assert all("notice of the meeting on 16 June 2026" in mail["subject"] for mail in told)
    words = told[0]["text"]
    assert f"Where: {PLACE}" in words
    assert "When: 16 June 2026, 6:00" in words
    assert "1. Report of the board\n2. Election of the board" in words
    row = progress.notice_of(session, meeting_id)
    assert row is not None
    assert (row.number, row.sent_on, row.members, row.clear_days) == (1, TODAY, 4, 14)
    assert row.roll_digest == roll_digest(list(session.scalars(select(Member.id))))
    assert [item.id for item in progress.items_of(session, meeting_id)] == [first, second]
    assert coop.sound()


def test_after_the_notice_the_agenda_is_closed_to_everybody(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD)
        first, second = coop.talk(meeting_id), coop.elect(meeting_id)
        motion_id = coop.motion_of(second)
        coop.notify(meeting_id)
        when, words = When(evening(HELD), PLACE, ""), Words("Another title", "Other words.")
        for work in (
            lambda: coop.talk(meeting_id),
            lambda: coop.elect(meeting_id),
            lambda: agenda.add_accounts(session, who, meeting_id=meeting_id),
            lambda: agenda.move_item(session, who, meeting_id=meeting_id, item_id=second, up=True),
            lambda: agenda.remove_item(session, who, meeting_id=meeting_id, item_id=first),
            lambda: calling.edit_meeting(session, who, meeting_id=meeting_id, when=when, opening=""),
            lambda: coop.notify(meeting_id),
        ):
            refuses(session, errors.NoticeGiven, work)
        refuses(
            session,
            errors.WordsAnnounced,
            lambda: operations.edit_motion(session, who, motion_id=motion_id, words=words),
        )
        refuses(session, errors.HeldByAgenda, lambda: operations.withdraw_motion(session, who, motion_id=motion_id))


@pytest.mark.tampers
@pytest.mark.parametrize("change", ["insert", "move", "delete"])
def test_the_database_keeps_an_agenda_of_which_notice_was_given(coop: Gathering, change: str) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        item_id = coop.talk(meeting_id)
        coop.notify(meeting_id)
    session = coop.session
    statements = {
        "insert": AgendaItem.__table__.insert().values(  # type: ignore[attr-defined]
            id=uuid4(), meeting_id=meeting_id, position=9, kind="other", title="Late"
        ),
        "move": update(AgendaItem).where(AgendaItem.id == item_id).values(position=7),
        "delete": delete(AgendaItem).where(AgendaItem.id == item_id),
    }
    with pytest.raises(DatabaseError, match="notice of this agenda was given"):
        session.execute(statements[change])
    session.rollback()


def test_the_words_of_a_topic_can_be_erased_after_the_notice(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        item_id = coop.talk(meeting_id)
        coop.notify(meeting_id)
    coop.session.execute(update(AgendaItem).where(AgendaItem.id == item_id).values(title=""))
    assert coop.sound()


def test_a_notice_too_late_names_the_earliest_lawful_day(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
    with on(TODAY + timedelta(days=1)):
        refused = refuses(coop.session, errors.NoticeTooLate, lambda: coop.notify(meeting_id))
    assert isinstance(refused, errors.NoticeTooLate)
    assert refused.earliest == HELD + timedelta(days=1)


@pytest.mark.parametrize(
    ("sent_on", "held_on"),
    [
        (date(2026, 9, 20), date(2026, 10, 5)),  # the clocks go forward between
        (date(2028, 2, 20), date(2028, 3, 6)),  # a leap day between
    ],
)
def test_days_are_those_of_the_calendar(session: Session, sent_on: date, held_on: date) -> None:
    coop = Gathering(session, sent_on - timedelta(days=10))
    with on(sent_on, hour=23):
        early = coop.call(held_on - timedelta(days=1))
        coop.talk(early)
        refuses(session, errors.NoticeTooLate, lambda: coop.notify(early))
        meeting_id = coop.call(held_on)
        coop.talk(meeting_id)
        coop.notify(meeting_id)
    assert coop.sound()


def test_an_empty_agenda_is_not_sent(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        refuses(coop.session, errors.AgendaEmpty, lambda: coop.notify(meeting_id))


def test_what_was_changed_after_the_preview_is_not_sent(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
        seen = content_digest(session, session.get_one(Meeting, meeting_id))
        coop.talk(meeting_id, "One more")
        refuses(
            session,
            errors.NoticeChanged,
            lambda: notice.send_notice(session, coop.secretary, meeting_id=meeting_id, seen=seen),
        )
        seen = content_digest(session, session.get_one(Meeting, meeting_id))
        notice.send_notice(session, coop.secretary, meeting_id=meeting_id, seen=seen)


def test_a_co_operative_without_members_tells_nobody(session: Session) -> None:
    with on(TODAY):
        joining.found(session)
        who = joining.founder(session, "secretary")
        when = When(evening(HELD), PLACE, "")
        meeting_id = calling.call_meeting(session, who, kind=MeetingKind.GENERAL, when=when)
        agenda.add_topic(session, who, meeting_id=meeting_id, title="Hello")
        refuses(session, errors.NobodyToTell, lambda: notice.send_notice(session, who, meeting_id=meeting_id))


def test_a_meeting_needs_a_time_to_come_a_place_and_for_the_annual_one_a_year(coop: Gathering) -> None:
    session = coop.session
    good = When(evening(HELD), PLACE, "")
    far = evening(TODAY + timedelta(days=MOST_DAYS + 1))
    with on(TODAY):
        for refusal, values in (
            (errors.MeetingInThePast, {"when": replace(good, held_at=evening(TODAY - timedelta(days=1)))}),
            (errors.MeetingTooFar, {"when": replace(good, held_at=far)}),
            (errors.NoPlace, {"when": replace(good, place=" ")}),
            (errors.LinkUnsafe, {"when": replace(good, link="javascript:alert(1)")}),
            (errors.LinkUnsafe, {"when": replace(good, link="https://[")}),
            (errors.LinkUnsafe, {"when": replace(good, link="https://meet.example/a room")}),
            (errors.NoSuchYear, {"kind": MeetingKind.ANNUAL, "fiscal_year_id": None}),
            (errors.NoSuchYear, {"kind": MeetingKind.ANNUAL, "fiscal_year_id": uuid4()}),
        ):
            refuses(session, refusal, partial(coop.call, HELD, **values))


def test_only_secretary_and_board_call_a_meeting(coop: Gathering) -> None:
    session, when = coop.session, When(evening(HELD), PLACE, "")
    with on(TODAY):
        for who in map(coop.actor, ("treasurer", "administrator", "founder")):
            call = partial(calling.call_meeting, session, who, kind=MeetingKind.GENERAL, when=when)
            refuses(session, PowerMissing, call)


def test_items_move_and_go_and_their_motions_follow(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD, MeetingKind.ANNUAL)
        topic = coop.talk(meeting_id)
        accounts = agenda.add_accounts(session, who, meeting_id=meeting_id)
        written = operations.write_motion(
            session,
            coop.actor("treasurer"),
            author_id=coop.participant("treasurer"),
            words=Words("Buy a boat", "A small one."),
            majority=Majority.SPECIAL,
        )
        motion = agenda.add_motion(session, who, meeting_id=meeting_id, motion_id=written)
        agenda.move_item(session, who, meeting_id=meeting_id, item_id=motion, up=True)
        agenda.move_item(session, who, meeting_id=meeting_id, item_id=motion, up=True)
        agenda.move_item(session, who, meeting_id=meeting_id, item_id=motion, up=True)
        agenda.move_item(session, who, meeting_id=meeting_id, item_id=topic, up=False)
        assert [item.id for item in progress.items_of(session, meeting_id)] == [motion, accounts, topic]
        refuses(session, errors.AccountsOnAgenda, lambda: agenda.add_accounts(session, who, meeting_id=meeting_id))
        made = coop.motion_of(accounts)
        agenda.remove_item(session, who, meeting_id=meeting_id, item_id=accounts)
        agenda.remove_item(session, who, meeting_id=meeting_id, item_id=motion)
        assert session.get_one(Motion, made).stage is Stage.WITHDRAWN
        assert session.get_one(Motion, written).stage is Stage.DISCUSSION
        operations.withdraw_motion(session, coop.actor("treasurer"), motion_id=written)
        refuses(
            session,
            errors.NotOnAgenda,
            lambda: agenda.remove_item(session, who, meeting_id=meeting_id, item_id=motion),
        )
    assert coop.sound()


def test_a_motion_stands_on_one_agenda_and_opens_with_its_meeting_only(coop: Gathering) -> None:
    session, who, author = coop.session, coop.secretary, coop.actor("treasurer")
    with on(TODAY):
        one, other = coop.call(HELD), coop.call(HELD)
        motion_id = operations.write_motion(
            session,
            author,
            author_id=coop.participant("treasurer"),
            words=Words("Buy a boat", "A small one."),
            majority=Majority.ORDINARY,
        )
        item_id = agenda.add_motion(session, who, meeting_id=one, motion_id=motion_id)
        assert session.get_one(AgendaItem, item_id).kind is ItemKind.OTHER
        refuses(
            session,
            errors.AlreadyOnAgenda,
            lambda: agenda.add_motion(session, who, meeting_id=other, motion_id=motion_id),
        )
        seen = voting.words_digest(session.get_one(MotionWords, motion_id))
        refuses(
            session,
            errors.OpenedByMeeting,
            lambda: voting.open_motion(session, who, motion_id=motion_id, closes_at=evening(HELD), seen=seen),
        )
        refuses(session, errors.HeldByAgenda, lambda: operations.withdraw_motion(session, author, motion_id=motion_id))
        # Until the notice its author still finds better words, and members comment.
        operations.edit_motion(session, author, motion_id=motion_id, words=Words("Buy a boat", "A smaller one."))
        operations.comment(
            session, author, motion_id=motion_id, author_id=coop.participant("treasurer"), text="It floats."
        )
        calling.cancel_meeting(session, who, meeting_id=one)
        agenda.add_motion(session, who, meeting_id=other, motion_id=motion_id)
        agenda.remove_item(session, who, meeting_id=other, item_id=progress.items_of(session, other)[0].id)
        seen = voting.words_digest(session.get_one(MotionWords, motion_id))
        voting.open_motion(session, who, motion_id=motion_id, closes_at=evening(HELD), seen=seen)


def test_the_words_on_the_accounts_are_made_and_not_edited(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD, MeetingKind.ANNUAL)
        motion_id = coop.motion_of(agenda.add_accounts(session, who, meeting_id=meeting_id))
        words = session.get_one(MotionWords, motion_id)
        assert words.title == "Accounts of the year to 31 March 2027"
        assert "1 April 2026 to 31 March 2027" in words.text
        refuses(
            session,
            errors.WordsMade,
            lambda: operations.edit_motion(session, who, motion_id=motion_id, words=Words("Accounts", "Never mind.")),
        )
        general = coop.call(HELD)
        refuses(session, errors.NotAnnual, lambda: agenda.add_accounts(session, who, meeting_id=general))


def test_members_nominate_until_the_meeting_opens(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        motion_id = coop.motion_of(coop.elect(meeting_id))
        coop.notify(meeting_id)
    with on(HELD):
        elections.stand(
            session,
            coop.actor("board"),
            motion_id=motion_id,
            participant_id=coop.participant("board"),
            statement="I would serve.",
        )


def test_a_postponed_meeting_gets_a_new_notice_and_keeps_its_agenda(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        refuses(session, errors.NoNotice, lambda: _postpone(coop, meeting_id, HELD + timedelta(days=30)))
        coop.talk(meeting_id)
        coop.notify(meeting_id)
    with on(HELD):
        before = len(mails(session))
        refuses(session, errors.NoticeTooLate, lambda: _postpone(coop, meeting_id, HELD + timedelta(days=14)))
        later = HELD + timedelta(days=15)
        _postpone(coop, meeting_id, later)
        told = mails(session)[before:]
    assert len(told) == len(MEMBERS)
    assert "the meeting is postponed" in told[0]["text"]
    assert "The hall is flooded." in told[0]["text"]
    row = progress.notice_of(session, meeting_id)
    assert row is not None
    assert (row.number, row.sent_on, row.held_at) == (2, HELD, evening(later))
    assert coop.sound()
    with on(HELD, hour=20):
        refuses(session, errors.TooEarlyForNotice, lambda: coop.open(meeting_id))


def test_a_cancelled_meeting_is_over_and_members_are_told_if_they_had_notice(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        quiet, loud = coop.call(HELD, MeetingKind.ANNUAL), coop.call(HELD)
        made = coop.motion_of(agenda.add_accounts(session, who, meeting_id=quiet))
        coop.talk(loud)
        coop.notify(loud)
        before = len(mails(session))
        calling.cancel_meeting(session, who, meeting_id=quiet)
        assert len(mails(session)) == before
        assert session.get_one(Motion, made).stage is Stage.WITHDRAWN
        calling.cancel_meeting(session, who, meeting_id=loud, reason="Too much snow.")
        told = mails(session)[before:]
        assert len(told) == len(MEMBERS)
        assert "Too much snow." in told[0]["text"]
        for work in (
            lambda: calling.cancel_meeting(session, who, meeting_id=loud),
            lambda: coop.talk(loud),
            lambda: coop.notify(quiet),
            lambda: _postpone(coop, loud, HELD + timedelta(days=30)),
            lambda: coop.open(loud),
        ):
            refuses(session, errors.MeetingCancelled, work)
    assert coop.sound()


def test_what_is_edited_before_the_notice_is_bounded_too(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD)
        when = When(evening(HELD + timedelta(days=1)), "", "https://meet.example/room")
        calling.edit_meeting(session, who, meeting_id=meeting_id, when=when, opening="**Welcome.**")
        words = session.get_one(MeetingWords, meeting_id)
        assert (words.place, words.link, words.opening) == ("", "https://meet.example/room", "**Welcome.**")
        refuses(session, TextTooShort, lambda: coop.talk(meeting_id, "x"))
        refuses(session, NotFound, lambda: coop.talk(uuid4()))


def test_the_by_laws_of_the_day_of_the_notice_set_its_clear_days(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
        coop.notify(meeting_id)
        figures = in_force(session, TODAY).bylaws
        adopt(session, replace(figures, notice_days=28), in_force_on=TODAY)
        refuses(session, errors.NoticeTooLate, lambda: _postpone(coop, meeting_id, TODAY + timedelta(days=28)))
    with on(HELD, hour=18):
        coop.open(meeting_id)
    assert coop.sound()


@pytest.mark.tampers
def test_the_checks_find_a_notice_that_does_not_fit_the_register(coop: Gathering) -> None:
    from coop.assembly.checks import findings

    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
        session.add(
            MeetingNotice(
                meeting_id=meeting_id,
                number=1,
                sent_at=evening(TODAY),
                sent_on=TODAY + timedelta(days=3),
                held_at=evening(HELD + timedelta(days=1)),
                clear_days=14,
                members=3,
                roll_digest="0" * 64,
            )
        )
        session.flush()
    assert {finding.check for finding in findings(session)} == {"notice-roll", "notice-days", "notice-time"}


def _postpone(coop: Gathering, meeting_id: UUID, held_on: date) -> None:
    when = When(evening(held_on), PLACE, "")
    notice.postpone_meeting(
        coop.session, coop.secretary, meeting_id=meeting_id, when=when, reason="The hall is flooded."
    )
