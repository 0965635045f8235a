"""Motions that are bound to a surplus plan: what the members carry is that plan and no other.

A binding names the plan and its fingerprint, and the words that are voted on name the fingerprint too. Whoever posts a plan asks
here whether the members carried it.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coop import cooperative
from coop.assembly.models import Motion, MotionWords, Stage
from coop.assembly.resolutions import Resolution
from coop.assembly.results.queries import count_of
from coop.assembly.voting import words_digest
from coop.database import CoopBase
from evidence.columns import Sha256
from governance.declared import all_declared, is_declared
from ledger.surplus.models import SurplusPlan
from ledger.surplus.plan import Plan, plan_of


class MotionBinding(CoopBase):
    """A motion to distribute a surplus by one plan: written with the motion, never changed."""

    __tablename__ = "motion_binding"

    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id), primary_key=True)
    plan_id: Mapped[UUID] = mapped_column(ForeignKey(SurplusPlan.id), index=True)
    fingerprint: Mapped[Sha256]


@dataclass(frozen=True)
class Carried:
    """The members carried a plan: by which resolution and motion, on which day."""

    resolution_id: UUID
    motion_id: UUID
    decided_on: date
    fingerprint: str


def bind(session: Session, motion_id: UUID, plan: Plan) -> None:
    """Bind a motion whose words were just written to a plan. Part of putting the plan on an agenda."""
    session.add(MotionBinding(motion_id=motion_id, plan_id=plan.id, fingerprint=plan.fingerprint))
    session.flush()


def carried_by_members(session: Session, plan_id: UUID) -> Carried | None:
    """Return how the members carried a plan, if they did.

    They did if a motion bound to it was counted and carried, and if its words are still those that were voted on and name the
    plan's fingerprint. Words that were erased prove nothing, so then the plan counts as not carried.
    """
    rows = session.execute(
        select(MotionBinding, MotionWords, Motion.proposal_id, Resolution.id, SurplusPlan.fingerprint)
        .join(SurplusPlan, SurplusPlan.id == MotionBinding.plan_id)
        .join(Motion, Motion.id == MotionBinding.motion_id)
        .join(MotionWords, MotionWords.motion_id == Motion.id)
        .join(Resolution, Resolution.proposal_id == Motion.proposal_id)
        .where(MotionBinding.plan_id == plan_id)
    ).all()
    outcomes = all_declared(session, (row[2] for row in rows))
    counted = [(outcomes[row[2]], row) for row in rows if row[2] in outcomes]
    counted.sort(key=lambda pair: (pair[0].closed_at, pair[0].proposal_id))
    zone = ZoneInfo(cooperative.current(session).zone)
    for outcome, (binding, words, _, resolution_id, fingerprint) in counted:
        is_named = binding.fingerprint == fingerprint and fingerprint in words.text
        if is_named and words_digest(words) == outcome.proposal.text_digest and count_of(outcome).carried:
            decided_on = outcome.proposal.closes_at.astimezone(zone).date()
            return Carried(resolution_id, binding.motion_id, decided_on, fingerprint)
    return None


def plan_of_motion(session: Session, motion_id: UUID) -> Plan | None:
    """Return the plan to which a motion is bound."""
    binding = session.get(MotionBinding, motion_id)
    return plan_of(session, binding.plan_id) if binding else None


def is_opened(session: Session, plan_id: UUID) -> bool:
    """Say whether the members vote, or have voted, on a plan."""
    query = (
        select(MotionBinding.motion_id)
        .join(Motion, Motion.id == MotionBinding.motion_id)
        .where(MotionBinding.plan_id == plan_id, Motion.stage == Stage.OPENED)
    )
    return session.scalar(query.limit(1)) is not None


def pending_motion(session: Session, fiscal_year_id: UUID) -> UUID | None:
    """Return a motion on the surplus of a year that is not decided: on an agenda, or open."""
    return session.scalar(
        select(MotionBinding.motion_id)
        .join(SurplusPlan, SurplusPlan.id == MotionBinding.plan_id)
        .join(Motion, Motion.id == MotionBinding.motion_id)
        .where(
            SurplusPlan.fiscal_year_id == fiscal_year_id,
            Motion.stage != Stage.WITHDRAWN,
            ~is_declared(Motion.proposal_id),
        )
        .limit(1)
    )
