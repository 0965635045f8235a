"""Opening a meeting, and what is kept of it: all votes at once, never too early; attendance and minutes."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.assembly import errors as assembly_errors
from coop.assembly import operations
from coop.assembly.elections import operations as elections
from coop.assembly.meetings import agenda, attendances, duties, errors, opening, records
from coop.assembly.meetings.models import MeetingKind, MeetingOpening, Minutes, Presence
from coop.assembly.meetings.yearly import decisions_of, meetings_of_year
from coop.assembly.models import Majority, Motion, Stage
from coop.assembly.operations import Words
from coop.membership import operations as membership
from coop.membership.models import ParticipantKind
from coop.outbox import OutboxJob
from coop.permissions import PowerMissing
from governance import chain
from governance.models import Proposal
from tests import joining
from tests.coop.assembly.test_meetings import FOUNDED, HELD, TODAY, refuses
from tests.meeting import MEMBERS, Gathering, evening, on


@pytest.fixture
def coop(session: Session) -> Gathering:
    return Gathering(session, FOUNDED)


def motion(coop: Gathering, meeting_id: UUID, title: str = "Buy a boat") -> UUID:
    """Put a motion of the treasurer on an agenda."""
    motion_id = operations.write_motion(
        coop.session,
        coop.actor("treasurer"),
        author_id=coop.participant("treasurer"),
        words=Words(title, "A small one."),
        majority=Majority.ORDINARY,
    )
    agenda.add_motion(coop.session, coop.secretary, meeting_id=meeting_id, motion_id=motion_id)
    return motion_id


def stand(coop: Gathering, motion_id: UUID, name: str = "board") -> None:
    elections.stand(
        coop.session, coop.actor(name), motion_id=motion_id, participant_id=coop.participant(name), statement=""
    )


def held(coop: Gathering) -> UUID:
    """Hold a meeting without a vote."""
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.open(meeting_id)
    return meeting_id


def test_all_votes_open_at_once_and_close_together(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        boat = motion(coop, meeting_id)
        election = coop.motion_of(coop.elect(meeting_id))
        stand(coop, election)
        coop.talk(meeting_id)
        coop.notify(meeting_id)
    with on(HELD, hour=19):
        mails = session.scalar(select(func.count()).select_from(OutboxJob)) or 0
        closes_at = evening(HELD + timedelta(days=5))
        opening.open_meeting(session, coop.secretary, meeting_id=meeting_id, closes_at=closes_at)
        # One mail for the meeting, not one for each of its votes.
        assert session.scalar(select(func.count()).select_from(OutboxJob)) == mails + len(MEMBERS)
        # It carries the link of the chain that covers all openings.
        told = session.scalars(select(OutboxJob).where(OutboxJob.key.like("meeting-opened:%"))).all()
        assert len(told) == len(MEMBERS)
        assert all(chain.head(session).hash in str(job.payload) for job in told)
        coop.vote(boat)
    votes = session.execute(
        select(Proposal.opens_at, Proposal.closes_at, Proposal.roll_size)
        .join(Motion, Motion.proposal_id == Proposal.id)
        .where(Motion.id.in_([boat, election]))
    ).all()
    row = session.get_one(MeetingOpening, meeting_id)
    assert [tuple(vote) for vote in votes] == [(row.opened_at, closes_at, 4)] * 2
    assert (row.closes_at, row.members) == (closes_at, 4)
    assert coop.sound()


def test_without_another_time_votes_stay_open_as_long_as_the_by_laws_set(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        motion(coop, meeting_id)
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.open(meeting_id)
    assert coop.session.get_one(MeetingOpening, meeting_id).closes_at == evening(HELD + timedelta(days=7))


def test_a_meeting_is_not_opened_without_notice_too_early_before_its_hour_or_twice(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        boat = motion(coop, meeting_id)
        refuses(session, errors.NoNotice, partial(coop.open, meeting_id))
        coop.notify(meeting_id)
    with on(HELD - timedelta(days=1), hour=23):
        refused = refuses(session, errors.TooEarlyForNotice, partial(coop.open, meeting_id))
        assert isinstance(refused, errors.TooEarlyForNotice)
        assert (refused.sent_on, refused.earliest) == (TODAY, HELD)
    with on(HELD, hour=17):
        refuses(session, errors.MeetingNotBegun, partial(coop.open, meeting_id))
    assert session.get_one(Motion, boat).stage is Stage.DISCUSSION
    with on(HELD, hour=18):
        open_until = partial(opening.open_meeting, session, coop.secretary, meeting_id=meeting_id)
        refuses(
            session, assembly_errors.ClosesInThePast, partial(open_until, closes_at=evening(HELD) - timedelta(hours=1))
        )
        refuses(
            session, assembly_errors.VoteTooLong, partial(open_until, closes_at=evening(HELD + timedelta(days=100)))
        )
        refuses(
            session,
            PowerMissing,
            partial(opening.open_meeting, session, coop.actor("treasurer"), meeting_id=meeting_id),
        )
        coop.open(meeting_id)
        refuses(session, errors.MeetingOpened, partial(coop.open, meeting_id))
    assert coop.sound()


def test_an_election_in_which_nobody_stands_is_dropped_and_the_rest_opens(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD)
        boat, item_id = motion(coop, meeting_id), coop.elect(meeting_id)
        drop = partial(agenda.drop_item, session, who, meeting_id=meeting_id, item_id=item_id)
        refuses(session, errors.NoNotice, drop)
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        refuses(session, errors.NobodyStands, partial(coop.open, meeting_id))
        drop()
        refuses(session, errors.NotOnAgenda, drop)
        coop.open(meeting_id)
    assert session.get_one(Motion, boat).stage is Stage.OPENED
    assert session.get_one(Motion, coop.motion_of(item_id)).stage is Stage.DISCUSSION
    assert coop.sound()


def test_accounts_are_announced_only_when_approved_and_published(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD, MeetingKind.ANNUAL)
        agenda.add_accounts(coop.session, coop.secretary, meeting_id=meeting_id)
        refuses(coop.session, errors.AccountsNotApproved, partial(coop.notify, meeting_id))


def test_attendance_is_recorded_taken_back_and_recorded_again(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    meeting_id = held(coop)
    member, person = coop.participant("board"), coop.actor("board").person_id or uuid4()
    record = partial(
        records.record_attendance, session, who, meeting_id=meeting_id, participant_id=member, person_id=person
    )
    take_back = partial(records.take_back_attendance, session, who, meeting_id=meeting_id, participant_id=member)
    with on(HELD, hour=19):
        refuses(session, errors.NotPresent, take_back)
        record(how=Presence.ONLINE)
        refuses(session, errors.AlreadyPresent, partial(record, how=Presence.IN_PERSON))
        take_back()
        refuses(session, errors.NotPresent, take_back)
        assert attendances.present(session, meeting_id) == []
        record(how=Presence.IN_PERSON)
        rows = attendances.present(session, meeting_id)
        assert [(row.name, row.how, row.through) for row in rows] == [("Ana Tūī", Presence.IN_PERSON, None)]
        others = attendances.absent(session, meeting_id, words="", number=1)
        assert others.total == len(MEMBERS) - 1
        assert attendances.absent(session, meeting_id, words="morep", number=1).total == 1
    assert coop.sound()


def test_only_members_are_present_and_organisations_through_whoever_acts_for_them(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    treasurer = coop.actor("treasurer")
    with on(TODAY):
        group = membership.create_organisation(session, treasurer, name="Ngā Kaitiaki", kind=ParticipantKind.GROUP)
    meeting_id = held(coop)
    record = partial(records.record_attendance, session, who, meeting_id=meeting_id, how=Presence.ONLINE)
    person = treasurer.person_id or uuid4()
    with on(HELD, hour=19):
        refuses(session, errors.NotAMember, partial(record, participant_id=group, person_id=person))
        refuses(session, errors.NotAMember, partial(record, participant_id=uuid4(), person_id=person))
        member = coop.participant("board")
        refuses(session, errors.NotAMember, partial(record, participant_id=member, person_id=person))
        refuses(
            session,
            PowerMissing,
            partial(
                records.record_attendance,
                session,
                coop.actor("board"),
                meeting_id=meeting_id,
                participant_id=member,
                person_id=coop.actor("board").person_id or uuid4(),
                how=Presence.ONLINE,
            ),
        )


def test_nothing_is_kept_of_a_meeting_before_it_is_opened(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    with on(TODAY):
        meeting_id = coop.call(HELD)
        refuses(
            session,
            errors.MeetingNotOpened,
            partial(
                records.record_attendance,
                session,
                who,
                meeting_id=meeting_id,
                participant_id=coop.participant("board"),
                person_id=coop.actor("board").person_id or uuid4(),
                how=Presence.ONLINE,
            ),
        )
        refuses(
            session,
            errors.MeetingNotOpened,
            partial(records.record_minutes, session, who, meeting_id=meeting_id, text="Nothing."),
        )


def test_minutes_have_versions_and_each_says_something_new(coop: Gathering) -> None:
    session, who = coop.session, coop.secretary
    meeting_id = held(coop)
    write = partial(records.record_minutes, session, who, meeting_id=meeting_id)
    with on(HELD, hour=21):
        assert duties.minutes_due(session)
        assert write(text="We met.") == 1
        refuses(session, errors.MinutesUnchanged, partial(write, text=" We met. "))
        assert write(text="We met and talked.") == 2
        assert not duties.minutes_due(session)
    versions = session.scalars(select(Minutes.version).where(Minutes.meeting_id == meeting_id))
    assert sorted(versions) == [1, 2]
    assert coop.sound()


def test_the_report_reads_the_meetings_and_decisions_of_a_year(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        boat, raft = motion(coop, meeting_id), motion(coop, meeting_id, "Buy a raft")
        election = coop.motion_of(coop.elect(meeting_id))
        stand(coop, election)
        coop.notify(meeting_id)
    with on(HELD, hour=18):
        coop.open(meeting_id)
        coop.vote(boat)
        coop.vote(raft, "against", MEMBERS[:3])
        records.record_attendance(
            session,
            coop.secretary,
            meeting_id=meeting_id,
            participant_id=coop.participant("board"),
            person_id=coop.actor("board").person_id or uuid4(),
            how=Presence.IN_PERSON,
        )
    with on(HELD + timedelta(days=8)):
        for motion_id in (boat, raft, election):
            coop.count(motion_id)
    day = HELD + timedelta(days=7)
    decisions = decisions_of(session, day, day)
    assert {(one.title, one.result, one.turnout, one.roll) for one in decisions} == {
        ("Buy a boat", "carried", 4, 4),
        ("Buy a raft", "lost", 3, 4),
        ("Election of the board", "elected", 0, 4),
    }
    assert {one.decided_on for one in decisions} == {day}
    assert sorted(one.number is None for one in decisions) == [False, False, True]
    assert decisions_of(session, TODAY, day - timedelta(days=1)) == []
    (meeting,) = meetings_of_year(session, date(2026, 4, 1), date(2027, 3, 31))
    assert (meeting.held_at, meeting.attendance, meeting.members_on_roll, meeting.decisions) == (evening(HELD), 1, 4, 3)
    assert meetings_of_year(session, date(2027, 4, 1), date(2028, 3, 31)) == []


def test_officers_are_told_what_waits(coop: Gathering) -> None:
    session = coop.session
    with on(TODAY):
        meeting_id = coop.call(HELD)
        coop.talk(meeting_id)
        (due,) = duties.notices_due(session)
        assert (due.meeting.id, due.last_day) == (meeting_id, TODAY)
        coop.notify(meeting_id)
        assert duties.notices_due(session) == []
    assert duties.openings_due(session, evening(HELD) - timedelta(seconds=1)) == []
    assert [one.id for one in duties.openings_due(session, evening(HELD))] == [meeting_id]


def test_a_member_who_joins_after_the_notice_votes(coop: Gathering) -> None:
    with on(TODAY):
        meeting_id = coop.call(HELD)
        boat = motion(coop, meeting_id)
        coop.notify(meeting_id)
    with on(HELD, hour=12):
        newcomer = joining.joined(coop.session)
        joining.enrolled(coop.session, newcomer)
    with on(HELD, hour=18):
        coop.open(meeting_id)
    proposal_id = coop.session.get_one(Motion, boat).proposal_id
    assert coop.session.get_one(Proposal, proposal_id).roll_size == len(MEMBERS) + 1
    assert coop.sound()
