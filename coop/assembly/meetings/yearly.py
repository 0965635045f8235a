"""What the members did in a span of time, for the annual report: their meetings, what they decided, and what about it later."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bindings import MotionBinding
from coop.assembly.meetings.attendances import present_count
from coop.assembly.meetings.models import AgendaItem, ItemKind, Meeting, MeetingKind, MeetingOpening
from coop.assembly.models import Motion, MotionWords
from coop.assembly.resolutions import Resolution
from coop.assembly.results.queries import cast, count_of
from governance.declared import Declared, all_declared, is_declared
from governance.models import Kind, Proposal
from ledger.surplus.models import SurplusPlan


@dataclass(frozen=True)
class MeetingSummary:
    """A meeting that was held."""

    held_at: datetime
    kind: MeetingKind
    attendance: int
    members_on_roll: int
    #: How many of the votes on its agenda are counted.
    decisions: int


@dataclass(frozen=True)
class Decision:
    """A vote of the members that was counted, whatever came of it."""

    #: In the register of resolutions; nothing for what was not carried.
    number: int | None
    title: str
    kind: Kind
    #: How many voted, of how many who could.
    turnout: int
    roll: int
    #: `carried`, `lost` or `elected`.
    result: str
    #: Digest of the result.
    digest: str
    decided_on: date


def meetings_of_year(session: Session, starts_on: date, ends_on: date) -> list[MeetingSummary]:
    """Return the meetings that were opened from the first to the last day, in their order."""
    first, after = _span(session, starts_on, ends_on)
    rows = session.execute(
        select(Meeting, MeetingOpening)
        .join(MeetingOpening, MeetingOpening.meeting_id == Meeting.id)
        .where(MeetingOpening.opened_at >= first, MeetingOpening.opened_at < after)
        .order_by(MeetingOpening.opened_at, Meeting.id)
    )
    return [
        MeetingSummary(
            held_at=meeting.held_at,
            kind=meeting.kind,
            attendance=present_count(session, meeting.id),
            members_on_roll=opening.members,
            decisions=_counted(session, meeting),
        )
        for meeting, opening in rows
    ]


def decisions_of(session: Session, starts_on: date, ends_on: date) -> list[Decision]:
    """Return the votes that closed from the first to the last day and are counted, in their order."""
    first, after = _span(session, starts_on, ends_on)
    return _decisions(session, Proposal.closes_at >= first, Proposal.closes_at < after)


def decisions_about(session: Session, year_id: UUID, ends_on: date) -> list[Decision]:
    """Return the votes on a year's accounts and surplus that closed after its last day and are counted, in their order."""
    _, after = _span(session, ends_on, ends_on)
    on_accounts = (
        select(AgendaItem.motion_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(AgendaItem.kind == ItemKind.ACCOUNTS, Meeting.fiscal_year_id == year_id)
    )
    on_surplus = (
        select(MotionBinding.motion_id)
        .join(SurplusPlan, SurplusPlan.id == MotionBinding.plan_id)
        .where(SurplusPlan.fiscal_year_id == year_id)
    )
    about = or_(Motion.id.in_(on_accounts), Motion.id.in_(on_surplus))
    return _decisions(session, Proposal.closes_at >= after, about)


def _decisions(session: Session, *conditions: ColumnElement[bool]) -> list[Decision]:
    rows = session.execute(
        select(Motion.kind, MotionWords.title, Proposal.id, Resolution.number)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(Resolution, Resolution.proposal_id == Proposal.id)
        # A choice between options decides nothing.
        .where(is_declared(Proposal.id), Motion.kind != Kind.CHOICE, *conditions)
        .order_by(Proposal.closes_at, Proposal.id)
    ).all()
    outcomes = all_declared(session, (row[2] for row in rows))
    zone = ZoneInfo(cooperative.current(session).zone)
    return [
        Decision(
            number=number,
            title=title or "",
            kind=kind,
            turnout=cast(outcome),
            roll=outcome.proposal.roll_size,
            result=_result(kind, outcome),
            digest=outcome.digest,
            decided_on=outcome.proposal.closes_at.astimezone(zone).date(),
        )
        for kind, title, proposal_id, number in rows
        for outcome in [outcomes[proposal_id]]
    ]


def _result(kind: Kind, outcome: Declared) -> str:
    if kind is Kind.ELECTION:
        return "elected"
    return "carried" if count_of(outcome).carried else "lost"


def _counted(session: Session, meeting: Meeting) -> int:
    query = (
        select(func.count())
        .select_from(AgendaItem)
        .join(Motion, Motion.id == AgendaItem.motion_id)
        .where(AgendaItem.meeting_id == meeting.id, is_declared(Motion.proposal_id))
    )
    return session.scalar(query) or 0


def _span(session: Session, starts_on: date, ends_on: date) -> tuple[datetime, datetime]:
    """Return the first moment of the first day, and the first after the last day, in the co-op's zone."""
    zone = ZoneInfo(cooperative.current(session).zone)
    return (
        datetime.combine(starts_on, time.min, tzinfo=zone),
        datetime.combine(ends_on + timedelta(days=1), time.min, tzinfo=zone),
    )
