"""How tests hold meetings: by the same operations as the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock
from coop.assembly import solvency, voting
from coop.assembly.checks import findings
from coop.assembly.meetings import agenda, calling, notice, opening
from coop.assembly.meetings.calling import When
from coop.assembly.meetings.models import (
    AgendaItem,
    AgendaItemDropped,
    Attendance,
    Meeting,
    MeetingCancellation,
    MeetingKind,
    MeetingNotice,
    MeetingOpening,
    Minutes,
)
from coop.assembly.models import Motion
from coop.assembly.operations import Words
from coop.audit import AuditEvent
from coop.books import operations as books
from coop.books.operations import NewEntry
from coop.books.surplus.operations import prepare_plan
from coop.outbox import OutboxJob
from coop.permissions import WORKER, Actor
from governance.models import Proposal
from ledger.chart import BANK, COACHING_INCOME, GRANT_INCOME
from ledger.models import FiscalYear
from ledger.posting import Line
from ledger.surplus.plan import Rates
from ledger.years import closing, periods
from tests import joining

ZONE = ZoneInfo("Pacific/Auckland")
PLACE = "Community hall, Whangārei"
MEMBERS = ("board", "board2", "treasurer", "secretary")
GROUNDS = "We hold 900.00 in the bank and owe nothing that falls due within the year."
#: What meetings write, to see that a refusal changes none of it.
TABLES = (
    Meeting,
    AgendaItem,
    AgendaItemDropped,
    MeetingNotice,
    MeetingOpening,
    MeetingCancellation,
    Attendance,
    Minutes,
    Motion,
    Proposal,
    AuditEvent,
    OutboxJob,
)


@contextmanager
def on(day: date, hour: int = 12) -> Iterator[None]:
    """Let it be some hour of a day in the co-op's zone."""
    with clock.at(datetime.combine(day, time(hour), tzinfo=ZONE)):
        yield


def evening(day: date) -> datetime:
    """Return the hour at which these meetings begin."""
    return datetime.combine(day, time(18), tzinfo=ZONE).astimezone(UTC)


def counts(session: Session) -> list[int]:
    """Return how many rows everything has that meetings write."""
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


@dataclass
class Gathering:
    """A co-operative with four members that was founded on a day, and its officers; without a day it is there already."""

    session: Session
    founded_on: date | None = None

    def __post_init__(self) -> None:
        if self.founded_on is None:
            return
        with on(self.founded_on):
            joining.found(self.session)
            for name in MEMBERS:
                participant_id = joining.participant_of(self.session, self.actor(name).person_id or uuid4())
                joining.pay(self.session, participant_id)
                joining.issue(self.session, participant_id)

    def actor(self, name: str) -> Actor:
        return joining.founder(self.session, name)

    @property
    def secretary(self) -> Actor:
        return self.actor("secretary")

    @property
    def year(self) -> FiscalYear:
        """The first fiscal year."""
        return periods.fiscal_years(self.session)[-1]

    def participant(self, name: str) -> UUID:
        return joining.participant_of(self.session, self.actor(name).person_id or uuid4())

    def call(self, held_on: date, kind: MeetingKind = MeetingKind.GENERAL, **values: Any) -> UUID:
        """Let the secretary call a meeting for the evening of a day."""
        year_id = self.year.id if kind is MeetingKind.ANNUAL else None
        when = When(evening(held_on), PLACE, "")
        return calling.call_meeting(
            self.session, self.secretary, **{"kind": kind, "when": when, "fiscal_year_id": year_id, **values}
        )

    def talk(self, meeting_id: UUID, title: str = "Any other business") -> UUID:
        return agenda.add_topic(self.session, self.secretary, meeting_id=meeting_id, title=title)

    def elect(self, meeting_id: UUID) -> UUID:
        words = Words("Election of the board", "Please stand.")
        return agenda.add_election(self.session, self.secretary, meeting_id=meeting_id, words=words, seats=1)

    def notify(self, meeting_id: UUID) -> None:
        notice.send_notice(self.session, self.secretary, meeting_id=meeting_id)

    def open(self, meeting_id: UUID) -> None:
        opening.open_meeting(self.session, self.secretary, meeting_id=meeting_id)

    def motion_of(self, item_id: UUID) -> UUID:
        motion_id = self.session.get_one(AgendaItem, item_id).motion_id
        assert motion_id is not None
        return motion_id

    def book(self, amount_minor: int, *, name: str | None = None, on: date) -> None:
        """Book what a member paid for coaching, or a grant."""
        account = COACHING_INCOME if name else GRANT_INCOME
        party_ref = self._party(name) if name else None
        lines = [Line(BANK, amount_minor), Line(account, -amount_minor, party_ref)]
        entry = NewEntry(on, "Something", lines, uuid4())
        books.record_entry(self.session, self.actor("treasurer"), entry)

    def close_year(self) -> None:
        """Open the next year and close the first, the day after it has ended."""
        books.open_year(self.session, self.actor("treasurer"))
        year = self.year
        with on(year.ends_on + timedelta(days=1)):
            closing.close_year(
                self.session, year_id=year.id, today=year.ends_on + timedelta(days=1), now=clock.now(), recorded_by=None
            )

    def plan(self, cash_bp: int = 5000) -> UUID:
        """Let the treasurer prepare a plan for the first year."""
        rates = Rates(2000, 1000, cash_bp)
        return prepare_plan(self.session, self.actor("treasurer"), year_id=self.year.id, rates=rates)

    def state_solvency(self, plan_id: UUID, *signers: str) -> None:
        """Let a director write the statement, and directors sign it."""
        solvency.state(self.session, self.actor("board"), plan_id=plan_id, grounds=GROUNDS)
        for name in signers:
            statement = solvency.solvency_of(self.session, plan_id)
            assert statement is not None
            solvency.sign(self.session, self.actor(name), plan_id=plan_id, seen=statement.digest)

    def vote(self, motion_id: UUID, choice: str = "for", names: tuple[str, ...] = MEMBERS) -> None:
        for name in names:
            voting.cast_vote(
                self.session,
                self.actor(name),
                motion_id=motion_id,
                participant_id=self.participant(name),
                choice=choice,
            )

    def count(self, motion_id: UUID) -> None:
        voting.close_motion(self.session, WORKER, motion_id)

    def sound(self) -> bool:
        """Say whether every check of the assembly holds."""
        found = findings(self.session)
        assert found == [], found
        return True

    def _party(self, name: str) -> UUID:
        from coop.membership.models import Participant

        return self.session.get_one(Participant, self.participant(name)).party_ref
