"""Two officers at once: one notice, one opening, one entry of attendance, whoever comes first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly import operations
from coop.assembly.checks import findings
from coop.assembly.meetings import agenda, calling, errors, notice, opening, records
from coop.assembly.meetings.calling import When
from coop.assembly.meetings.models import Attendance, MeetingKind, MeetingNotice, MeetingOpening, Presence
from coop.assembly.models import Majority
from coop.assembly.operations import Words
from coop.database import write_with
from governance.models import Proposal
from tests import joining
from tests.databases import TestDatabase
from tests.meeting import MEMBERS, PLACE

Work = Callable[[Session], Any]


class Table:
    """A meeting with one vote on a database of its own, at the time it is at."""

    def __init__(self, database: TestDatabase) -> None:
        self.engine = database.engine
        self.sent_at = clock.now()
        self.held_at = self.sent_at + timedelta(days=20)
        self.meeting_id: UUID = write_with(self.engine, self._call)

    def at(self, moment: datetime, work: Work) -> Work:
        """Return a piece of work that believes it is some moment: each thread has a clock of its own."""

        def timed(session: Session) -> Any:
            with clock.at(moment):
                return work(session)

        return timed

    def twice(self, moment: datetime, work: Work) -> tuple[int, set[type]]:
        timed = self.at(moment, work)
        succeeded, refused = joining.outcomes(joining.at_once(self.engine, timed, timed))
        return succeeded, set(refused)

    def once(self, moment: datetime, work: Work) -> Any:
        return write_with(self.engine, self.at(moment, work))

    def notify(self, session: Session) -> None:
        notice.send_notice(session, joining.founder(session, "secretary"), meeting_id=self.meeting_id)

    def open(self, session: Session) -> None:
        opening.open_meeting(session, joining.founder(session, "secretary"), meeting_id=self.meeting_id)

    def attend(self, session: Session) -> None:
        who = joining.founder(session, "board")
        assert who.person_id is not None
        records.record_attendance(
            session,
            joining.founder(session, "secretary"),
            meeting_id=self.meeting_id,
            participant_id=joining.participant_of(session, who.person_id),
            person_id=who.person_id,
            how=Presence.IN_PERSON,
        )

    def count(self, table: type) -> int:
        return write_with(self.engine, lambda session: session.scalar(select(func.count()).select_from(table)) or 0)

    def _call(self, session: Session) -> UUID:
        for name in MEMBERS:
            person_id = joining.founder(session, name).person_id
            assert person_id is not None
            participant_id = joining.participant_of(session, person_id)
            joining.pay(session, participant_id)
            joining.issue(session, participant_id)
        who, treasurer = joining.founder(session, "secretary"), joining.founder(session, "treasurer")
        assert treasurer.person_id is not None
        meeting_id = calling.call_meeting(session, who, kind=MeetingKind.GENERAL, when=When(self.held_at, PLACE, ""))
        motion_id = operations.write_motion(
            session,
            treasurer,
            author_id=joining.participant_of(session, treasurer.person_id),
            words=Words("Buy a boat", "A small one."),
            majority=Majority.ORDINARY,
        )
        agenda.add_motion(session, who, meeting_id=meeting_id, motion_id=motion_id)
        return meeting_id


@pytest.fixture
def table(founded: TestDatabase) -> Table:
    return Table(founded)


def test_notice_is_given_once_and_the_meeting_opened_once(table: Table) -> None:
    assert table.twice(table.sent_at, table.notify) == (1, {errors.NoticeGiven})
    assert table.count(MeetingNotice) == 1
    assert table.twice(table.held_at, table.open) == (1, {errors.MeetingOpened})
    assert (table.count(MeetingOpening), table.count(Proposal)) == (1, 1)
    assert table.twice(table.held_at, table.attend) == (1, {errors.AlreadyPresent})
    assert table.count(Attendance) == 1
    assert table.once(table.held_at, findings) == []


def test_a_meeting_is_opened_or_cancelled(table: Table) -> None:
    table.once(table.sent_at, table.notify)

    def cancel(session: Session) -> None:
        calling.cancel_meeting(session, joining.founder(session, "board"), meeting_id=table.meeting_id)

    results = joining.at_once(table.engine, table.at(table.held_at, table.open), table.at(table.held_at, cancel))
    succeeded, refused = joining.outcomes(results)
    assert succeeded == 1
    assert refused <= {errors.MeetingOpened, errors.MeetingCancelled}
    assert table.once(table.held_at, findings) == []
