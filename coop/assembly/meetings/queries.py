"""What the pages of meetings show. Reads, never writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from coop.assembly import queries
from coop.assembly.meetings.models import (
    AgendaItem,
    AgendaItemDropped,
    ItemKind,
    Meeting,
    MeetingCancellation,
    MeetingKind,
    MeetingNotice,
    MeetingOpening,
    MeetingWords,
    Minutes,
    MinutesText,
)
from coop.assembly.models import Motion, MotionWords, Stage
from coop.assembly.queries import MotionPage
from coop.assembly.solvency import SurplusVote, surplus_of
from coop.formats import format_day
from coop.paging import Part, part_of
from coop.permissions import NotFound
from governance.models import Kind
from ledger.models import FiscalYear
from ledger.years import periods

MEETINGS_PER_PAGE = 20


class MeetingState(StrEnum):
    """How far a meeting has come."""

    CALLED = "called"
    NOTICED = "noticed"
    #: Its votes are open.
    OPEN = "open"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MeetingRow:
    """A meeting as lists show it."""

    id: UUID
    kind: MeetingKind
    state: MeetingState
    held_at: datetime
    place: str
    has_link: bool
    #: Last day of the year it is about.
    year: FiscalYear | None


@dataclass(frozen=True)
class ItemRow:
    """An item of an agenda."""

    id: UUID
    kind: ItemKind
    title: str
    dropped_at: datetime | None
    motion: MotionPage | None
    #: For an item about the surplus.
    surplus: SurplusVote | None


@dataclass(frozen=True)
class MinutesVersion:
    """A version of the minutes; no text once it is erased."""

    version: int
    written_at: datetime
    text: str | None


@dataclass(frozen=True)
class MeetingPage:
    """A meeting with everything around it."""

    row: MeetingRow
    called_at: datetime
    words: MeetingWords
    #: The notices in their order; the last one counts.
    notices: Sequence[MeetingNotice]
    opening: MeetingOpening | None
    cancelled_at: datetime | None
    items: Sequence[ItemRow]
    #: The latest version first.
    minutes: Sequence[MinutesVersion]

    @property
    def notice(self) -> MeetingNotice | None:
        """The notice that counts."""
        return self.notices[-1] if self.notices else None


def to_come(session: Session, now: datetime) -> list[MeetingRow]:
    """Return the meetings that are still to be held, and those whose votes are open, the next one first."""
    is_over = or_(MeetingCancellation.meeting_id.is_not(None), _is_held(now))
    query = _rows().where(~is_over).order_by(Meeting.held_at, Meeting.id)
    return [_row(now, *row) for row in session.execute(query)]


def past(session: Session, now: datetime, *, number: int) -> Part[MeetingRow]:
    """Return a page of the meetings that were held or cancelled, the latest first."""
    is_over = or_(MeetingCancellation.meeting_id.is_not(None), _is_held(now))
    query = _rows().where(is_over).order_by(Meeting.held_at.desc(), Meeting.id.desc())
    part = part_of(session, query, number=number, size=MEETINGS_PER_PAGE)
    return Part(tuple(_row(now, *row) for row in part.rows), part.number, part.last, part.total)


def meeting(session: Session, meeting_id: UUID, now: datetime) -> MeetingPage:
    """Return a meeting for its pages.

    Raises:
        NotFound
    """
    found = session.execute(_rows().where(Meeting.id == meeting_id)).first()
    if found is None:
        raise NotFound
    loaded, words, opening, cancellation, *_ = found
    return MeetingPage(
        row=_row(now, *found),
        called_at=loaded.called_at,
        words=words,
        notices=list(
            session.scalars(
                select(MeetingNotice).where(MeetingNotice.meeting_id == meeting_id).order_by(MeetingNotice.number)
            )
        ),
        opening=opening,
        cancelled_at=cancellation.cancelled_at if cancellation else None,
        items=_items(session, meeting_id, now),
        minutes=_minutes(session, meeting_id),
    )


def free_motions(session: Session) -> list[tuple[UUID, str]]:
    """Return the motions that are discussed and stand on no agenda, the newest first: id and title."""
    placed = (
        select(AgendaItem.id)
        .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == AgendaItem.meeting_id)
        .outerjoin(AgendaItemDropped, AgendaItemDropped.item_id == AgendaItem.id)
        .where(
            AgendaItem.motion_id == Motion.id,
            MeetingCancellation.meeting_id.is_(None),
            AgendaItemDropped.item_id.is_(None),
        )
        .exists()
    )
    rows = session.execute(
        select(Motion.id, MotionWords.title)
        .join(MotionWords, MotionWords.motion_id == Motion.id)
        .where(Motion.stage == Stage.DISCUSSION, Motion.kind != Kind.CHOICE, ~placed)
        .order_by(Motion.written_at.desc(), Motion.id)
    )
    return [(motion_id, title) for motion_id, title in rows]


def years(session: Session) -> list[tuple[UUID, str]]:
    """Return the fiscal years that a meeting can be about, the latest first: id and label."""
    return [(year.id, year_label(year)) for year in periods.fiscal_years(session)]


def year_over_by(session: Session, day: date) -> UUID | None:
    """Return the latest fiscal year that is over by a day: the one whose accounts an annual meeting on it most likely receives."""
    return next((year.id for year in periods.fiscal_years(session) if year.ends_on < day), None)


def year_label(year: FiscalYear) -> str:
    """Return a fiscal year in words."""
    said: str = gettext("%(first)s to %(last)s", first=format_day(year.starts_on), last=format_day(year.ends_on))
    return said


def open_votes_of(
    session: Session, page: MeetingPage, participants: Collection[UUID], now: datetime
) -> list[queries.OpenVote]:
    """Return the votes of a meeting that are open for one of the participants."""
    motions = {item.motion.row.id for item in page.items if item.motion is not None}
    return [vote for vote in queries.open_votes_for(session, participants, now) if vote.motion_id in motions]


def _items(session: Session, meeting_id: UUID, now: datetime) -> list[ItemRow]:
    rows = session.execute(
        select(AgendaItem, AgendaItemDropped.dropped_at)
        .outerjoin(AgendaItemDropped, AgendaItemDropped.item_id == AgendaItem.id)
        .where(AgendaItem.meeting_id == meeting_id)
        .order_by(AgendaItem.position, AgendaItem.id)
    )
    found = []
    for item, dropped_at in rows.all():
        motion = queries.motion(session, item.motion_id, now) if item.motion_id else None
        found.append(
            ItemRow(
                id=item.id,
                kind=item.kind,
                title=motion.row.title if motion else item.title,
                dropped_at=dropped_at,
                motion=motion,
                surplus=surplus_of(session, item.motion_id) if item.motion_id else None,
            )
        )
    return found


def _minutes(session: Session, meeting_id: UUID) -> list[MinutesVersion]:
    rows = session.execute(
        select(Minutes.version, Minutes.written_at, MinutesText.text)
        .outerjoin(
            MinutesText, and_(MinutesText.meeting_id == Minutes.meeting_id, MinutesText.version == Minutes.version)
        )
        .where(Minutes.meeting_id == meeting_id)
        .order_by(Minutes.version.desc())
    )
    return [MinutesVersion(version, written_at, text) for version, written_at, text in rows]


def _rows() -> Select[
    Meeting, MeetingWords, MeetingOpening | None, MeetingCancellation | None, MeetingNotice | None, FiscalYear | None
]:
    return (
        select(Meeting, MeetingWords, MeetingOpening, MeetingCancellation, MeetingNotice, FiscalYear)
        .join(MeetingWords, MeetingWords.meeting_id == Meeting.id)
        .outerjoin(MeetingOpening, MeetingOpening.meeting_id == Meeting.id)
        .outerjoin(MeetingCancellation, MeetingCancellation.meeting_id == Meeting.id)
        .outerjoin(MeetingNotice, and_(MeetingNotice.meeting_id == Meeting.id, MeetingNotice.number == 1))
        .outerjoin(FiscalYear, FiscalYear.id == Meeting.fiscal_year_id)
    )


def _is_held(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a meeting was opened and its votes have closed."""
    return and_(
        MeetingOpening.meeting_id.is_not(None),
        or_(MeetingOpening.closes_at.is_(None), MeetingOpening.closes_at <= now),
    )


def _row(
    now: datetime,
    found: Meeting,
    words: MeetingWords,
    opening: MeetingOpening | None,
    cancellation: MeetingCancellation | None,
    notice: MeetingNotice | None,
    year: FiscalYear | None,
) -> MeetingRow:
    return MeetingRow(
        id=found.id,
        kind=found.kind,
        state=_state(now, opening, cancellation, notice),
        held_at=found.held_at,
        place=words.place,
        has_link=bool(words.link),
        year=year,
    )


def _state(
    now: datetime,
    opening: MeetingOpening | None,
    cancellation: MeetingCancellation | None,
    notice: MeetingNotice | None,
) -> MeetingState:
    if cancellation is not None:
        return MeetingState.CANCELLED
    if opening is not None:
        is_open = opening.closes_at is not None and now < opening.closes_at
        return MeetingState.OPEN if is_open else MeetingState.HELD
    return MeetingState.CALLED if notice is None else MeetingState.NOTICED
