"""What the pages of the surplus read: how a plan stands, its lines with names, and a member's own line. Never writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from coop.assembly import bindings
from coop.assembly.bindings import Carried, MotionBinding
from coop.assembly.meetings.progress import on_agenda
from coop.assembly.models import Motion, Stage
from coop.assembly.resolutions import Resolution
from coop.membership.models import Member, Participant
from coop.membership.patrons import patrons
from coop.paging import Part, part_of
from coop.texts import search_patterns
from evidence.messages import Refusal
from governance.declared import is_declared
from ledger.models import FiscalYear, YearClosing
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty
from ledger.surplus.plan import Plan, PlanLine, Reason, line_of, lines, plans_of, reasons
from ledger.surplus.posting import distribution_of, is_set_aside, staleness
from ledger.years import periods
from ledger.years.closed_years import closing_of

PAGE_SIZE = 50


class Stands(StrEnum):
    """How a plan stands; follows from what the members did and what was posted."""

    PREPARED = "prepared"
    ON_AGENDA = "on-agenda"
    VOTED_ON = "voted-on"
    NOT_CARRIED = "not-carried"
    CARRIED = "carried"
    POSTED = "posted"
    OVERTAKEN = "overtaken"
    SET_ASIDE = "set-aside"


class Order(StrEnum):
    """How the lines of a plan are sorted."""

    LINE = "line"
    NAME = "name"
    BUSINESS = "business"


@dataclass(frozen=True)
class Standing:
    """How a plan stands, with the motion, the decision and the distribution that say so."""

    stands: Stands
    motion_id: UUID | None = None
    carried: Carried | None = None
    resolution_number: int | None = None
    distribution: Distribution | None = None
    #: Of a plan on an agenda: whether notice of that meeting was given, which puts the plan before the members.
    is_announced: bool = False
    #: Of a plan that is set aside: whether the members had begun to vote on it.
    was_opened: bool = False

    @property
    def is_shown_to_members(self) -> bool:
        """Say whether members see the plan: from the notice of the meeting on, which tells them what they will vote on."""
        return (
            self.stands in {Stands.VOTED_ON, Stands.NOT_CARRIED, Stands.CARRIED, Stands.POSTED}
            or self.is_announced
            or self.was_opened
        )


@dataclass(frozen=True)
class YearRow:
    """A fiscal year with its result, once it is closed, and its plans, the latest first."""

    year: FiscalYear
    closing: YearClosing | None
    plans: list[tuple[Plan, Standing]]

    @property
    def may_be_planned(self) -> bool:
        """Say whether there is a surplus that nobody has distributed."""
        posted = any(standing.stands is Stands.POSTED for _, standing in self.plans)
        return self.closing is not None and self.closing.result_minor > 0 and not posted


@dataclass(frozen=True)
class LineRow:
    """A line with the name behind it."""

    line_no: int
    #: None where the participant is erased.
    name: str | None
    member_number: int | None
    patronage_minor: int
    allocation_minor: int
    cash_minor: int
    retained_minor: int


def years(session: Session) -> list[YearRow]:
    """Return the fiscal years with their plans, the latest first."""
    return [
        YearRow(
            year,
            closing_of(session, year.id),
            [(plan, standing_of(session, plan)) for plan in plans_of(session, year.id)],
        )
        for year in periods.fiscal_years(session)
    ]


def standing_of(session: Session, plan: Plan) -> Standing:
    """Return how a plan stands."""
    distribution = distribution_of(session, plan.year_id)
    if distribution is not None and distribution.plan_id != plan.id:
        return Standing(Stands.OVERTAKEN, distribution=distribution)
    carried = bindings.carried_by_members(session, plan.id)
    if distribution is None and is_set_aside(session, plan):
        return Standing(Stands.SET_ASIDE, carried=carried, was_opened=bindings.is_opened(session, plan.id))
    if carried is not None:
        number = session.scalar(select(Resolution.number).where(Resolution.id == carried.resolution_id))
        stands = Stands.POSTED if distribution else Stands.CARRIED
        return Standing(stands, carried.motion_id, carried, number, distribution)
    return Standing(Stands.POSTED, distribution=distribution) if distribution else _before_the_decision(session, plan)


def _before_the_decision(session: Session, plan: Plan) -> Standing:
    motion = session.execute(
        select(Motion.id, Motion.stage, is_declared(Motion.proposal_id).label("is_counted"))
        .join(MotionBinding, MotionBinding.motion_id == Motion.id)
        .where(MotionBinding.plan_id == plan.id, Motion.stage != Stage.WITHDRAWN)
        .order_by(Motion.written_at.desc(), Motion.id.desc())
        .limit(1)
    ).first()
    if motion is None:
        return Standing(Stands.PREPARED)
    if motion.stage is not Stage.OPENED:
        placed = on_agenda(session, motion.id)
        return Standing(Stands.ON_AGENDA, motion.id, is_announced=placed is not None and placed.is_announced)
    return Standing(Stands.NOT_CARRIED if motion.is_counted else Stands.VOTED_ON, motion.id)


def why_stale(session: Session, plan: Plan) -> Refusal | None:
    """Say why books and register would give another plan today, if they would; a year that is distributed is past that."""
    if distribution_of(session, plan.year_id) is not None:
        return None
    return staleness(session, plan, lines(session, plan.id), patrons(session))


def shown_to_members(session: Session) -> list[tuple[Plan, Standing]]:
    """Return, for each year that has one, the plan that members see: the posted one, or the latest that they vote on."""
    found = []
    for row in years(session):
        shown = [(plan, standing) for plan, standing in row.plans if standing.is_shown_to_members]
        posted = [pair for pair in shown if pair[1].stands is Stands.POSTED]
        found += (posted or shown)[:1]
    return found


def line_rows(
    session: Session, plan_id: UUID, *, words: str = "", order: Order = Order.LINE, page: int = 1
) -> Part[LineRow]:
    """Return a page of a plan's lines with names."""
    part = part_of(session, _line_rows(plan_id, words, order), number=page, size=PAGE_SIZE)
    return Part(tuple(LineRow(*row) for row in part.rows), part.number, part.last, part.total)


def all_line_rows(session: Session, plan_id: UUID, *, words: str = "", order: Order = Order.LINE) -> Iterator[LineRow]:
    """Yield all lines of a plan with names, for a file."""
    rows = session.execute(_line_rows(plan_id, words, order).execution_options(yield_per=5_000))
    for row in rows:
        yield LineRow(*row)


def own_line(session: Session, plan: Plan, participant_id: UUID) -> tuple[PlanLine | None, list[Reason]]:
    """Return a participant's line of a plan and the postings behind it; nothing where they have none."""
    party_ref = session.scalars(select(Participant.party_ref).where(Participant.id == participant_id)).one()
    return line_of(session, plan.id, party_ref), reasons(session, plan.id, party_ref)


def joined_on(session: Session, participant_id: UUID) -> date | None:
    """Return the first day of a participant's membership; nothing while they are no member."""
    return session.scalar(select(Member.joined_on).where(Member.participant_id == participant_id))


def _line_rows(plan_id: UUID, words: str, order: Order) -> Select[*tuple[Any, ...]]:
    query = (
        select(
            SurplusLine.line_no,
            *(Participant.name, Member.number),
            *(SurplusLine.patronage_minor, SurplusLine.allocation_minor),
            *(SurplusLine.cash_minor, SurplusLine.retained_minor),
        )
        .join(
            SurplusLineParty,
            (SurplusLineParty.plan_id == SurplusLine.plan_id) & (SurplusLineParty.line_no == SurplusLine.line_no),
        )
        .outerjoin(Participant, Participant.party_ref == SurplusLineParty.party_ref)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .where(SurplusLine.plan_id == plan_id)
    )
    for pattern in search_patterns(words):
        digits = pattern.strip("%")
        by_name = Participant.name_key.like(pattern, escape="\\")
        is_number = digits.isascii() and digits.isdigit() and len(digits) < 10
        query = query.where(or_(by_name, Member.number == int(digits)) if is_number else by_name)
    columns = {
        Order.LINE: (),
        Order.NAME: (Participant.name_key,),
        Order.BUSINESS: (SurplusLine.patronage_minor.desc(),),
    }
    return query.order_by(*columns[order], SurplusLine.line_no)
