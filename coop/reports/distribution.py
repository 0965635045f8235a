"""The distribution of a year's surplus as the report tells it: the plan that counts, how it spreads, and what was decided."""

from collections.abc import Iterable
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly import bindings
from coop.assembly.models import Motion, MotionWords
from coop.assembly.resolutions import Resolution
from coop.assembly.results.queries import cast, count_of
from coop.assembly.solvency import solvency_of
from coop.payments.payouts.surplus_shares import paid_by_plan
from coop.reports.content_money import Band, Decided, DistributionPlan, Signature
from coop.reports.days import day_of
from governance.declared import declared
from ledger.models import Entry
from ledger.surplus.models import Distribution
from ledger.surplus.plan import Plan, lines, plan_of, plans_of
from ledger.surplus.posting import KIND, distribution_of, is_set_aside

#: The ends of the bands in which members' shares are counted: 1, 2, 5, 10, 20, 50 ... times this many minor units.
UNIT = 100
MOST_BANDS = 6
#: So few members in a band would be told apart.
FEWEST_IN_BAND = 3


def distribution(session: Session, year_id: UUID) -> DistributionPlan | None:
    """Return the distribution that was posted, carried or proposed for a year; nothing where none was planned."""
    plan = _plan(session, year_id)
    if plan is None:
        return None
    solvency = solvency_of(session, plan.id)
    zone = cooperative.current(session).zone
    signatures = solvency.signed if solvency is not None and solvency.complete else ()
    totals, rates = plan.totals, plan.rates
    return DistributionPlan(
        fingerprint=plan.fingerprint,
        result_minor=totals.result_minor,
        member_minor=totals.member_minor,
        other_minor=totals.other_minor,
        reserve_bp=rates.reserve_bp,
        fund_bp=rates.fund_bp,
        cash_bp=rates.cash_bp,
        to_reserve_minor=plan.to_reserve_minor,
        to_fund_minor=plan.to_fund_minor,
        cash_minor=totals.cash_minor,
        retained_minor=totals.retained_minor,
        lines=plan.line_count,
        bands=bands(line.allocation_minor for line in lines(session, plan.id)),
        solvency=tuple(Signature(one.person_name, day_of(one.signed_at, zone)) for one in signatures),
        decided=_decided(session, plan),
    )


def bands(allocations: Iterable[int]) -> tuple[Band, ...]:
    """Count shares in bands that a reader can compare: at most six, the lowest from nothing, none with fewer than three members.

    A band with one member in it would say what that member gets. Fewer than three in all are one band: the totals tell as much.
    """
    amounts = sorted(allocations)
    if not amounts:
        return ()
    ends = [UNIT]
    while ends[-1] < amounts[-1]:
        # 1, 2, 5, 10: the next after a two is two and a half times it.
        ends.append(ends[-1] * 5 // 2 if str(ends[-1])[0] == "2" else ends[-1] * 2)
    edges = [0, *ends[-MOST_BANDS:]]
    return merged(Band(over, up_to, sum(over < one <= up_to for one in amounts)) for over, up_to in pairwise(edges))


def merged(found: Iterable[Band]) -> tuple[Band, ...]:
    """Return neighbouring bands merged from below until each holds at least three members; what is left joins the last."""
    kept: list[Band] = []
    over, lines = None, 0
    for band in found:
        over, lines, up_to = band.over_minor if over is None else over, lines + band.lines, band.up_to_minor
        if lines >= FEWEST_IN_BAND:
            kept.append(Band(over, up_to, lines))
            over, lines = None, 0
    if over is not None:
        before = kept.pop() if kept else Band(over, up_to, 0)
        kept.append(Band(before.over_minor, up_to, before.lines + lines))
    return tuple(kept)


def _plan(session: Session, year_id: UUID) -> Plan | None:
    """Return the plan that counts: posted, carried, put to the members, or else the latest."""
    posted = distribution_of(session, year_id)
    if posted is not None:
        return plan_of(session, posted.plan_id)
    # What was planned before the year was reopened counts no more.
    plans = [plan for plan in plans_of(session, year_id) if not is_set_aside(session, plan)]
    for plan in plans:
        if bindings.carried_by_members(session, plan.id) is not None:
            return plan
    motion_id = bindings.pending_motion(session, year_id)
    put = bindings.plan_of_motion(session, motion_id) if motion_id else None
    return next((plan for plan in plans if put is not None and plan.id == put.id), next(iter(plans), None))


def _decided(session: Session, plan: Plan) -> Decided | None:
    carried = bindings.carried_by_members(session, plan.id)
    if carried is None:
        return None
    title, proposal_id, number = session.execute(
        select(MotionWords.title, Motion.proposal_id, Resolution.number)
        .join(Motion, Motion.id == MotionWords.motion_id)
        .join(Resolution, Resolution.proposal_id == Motion.proposal_id)
        .where(Motion.id == carried.motion_id)
    ).one()
    outcome = declared(session, proposal_id)
    assert outcome is not None
    count = count_of(outcome)
    posted = session.get(Distribution, plan.id)
    entries = session.scalars(
        select(Entry.id).where(Entry.source_kind == KIND, Entry.source_id == plan.id).order_by(Entry.id)
    )
    return Decided(
        resolution=number,
        motion=title,
        decided_on=carried.decided_on,
        votes_for=count.for_votes,
        votes_against=count.against,
        posted_on=posted.decided_on if posted else None,
        entries=tuple(map(str, entries)),
        paid_minor=paid_by_plan(session, plan.id) if posted else 0,
        turnout=cast(outcome),
        roll=outcome.proposal.roll_size,
        digest=outcome.digest,
    )
