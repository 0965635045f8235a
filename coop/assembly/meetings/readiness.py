"""What must be there before a meeting may vote on an item.

Approved accounts and their report; a plan that still fits the books, and the board's solvency statement; somebody who stands.
The page shows what is missing beforehand; opening the meeting refuses for the same reasons.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly import bindings
from coop.assembly.meetings import errors
from coop.assembly.meetings.models import AgendaItem, ItemKind, Meeting
from coop.assembly.models import Candidacy
from coop.assembly.solvency import SIGNERS, solvency_of
from coop.membership.patrons import patrons
from coop.reports.accounts import approval_of
from coop.reports.queries import latest
from evidence.messages import Refusal
from ledger.surplus.errors import PlanStale
from ledger.surplus.models import SurplusPlan
from ledger.surplus.plan import Plan, lines, plan_of, plans_of
from ledger.surplus.posting import distribution_of, staleness


def plan_to_vote(session: Session, plan_id: UUID) -> Plan:
    """Return a plan that still fits the books, and hold its row until the transaction ends.

    Raises:
        NoSuchPlan, PlanStale
    """
    session.execute(select(SurplusPlan.id).where(SurplusPlan.id == plan_id).with_for_update())
    plan = plan_of(session, plan_id)
    reason = why_stale(session, plan)
    if reason is not None:
        raise PlanStale(reason)
    return plan


def why_stale(session: Session, plan: Plan) -> Refusal | None:
    """Say why books and register would give another plan today, if they would."""
    return staleness(session, plan, lines(session, plan.id), patrons(session))


def is_decided(session: Session, year_id: UUID) -> bool:
    """Say whether the surplus of a year was distributed, or the members have carried a plan for it that can still be posted."""
    return distribution_of(session, year_id) is not None or any(
        bindings.carried_by_members(session, plan.id) is not None and why_stale(session, plan) is None
        for plan in plans_of(session, year_id)
    )


def missing(session: Session, meeting: Meeting, item: AgendaItem) -> list[Refusal]:
    """Return everything that keeps an item from being voted on."""
    match item.kind:
        case ItemKind.ACCOUNTS:
            return _missing_accounts(session, meeting)
        case ItemKind.SURPLUS:
            return _missing_surplus(session, item)
        case ItemKind.ELECTION:
            return [] if _has_candidates(session, item) else [errors.NobodyStands()]
        case ItemKind.OTHER:
            return []


def _missing_accounts(session: Session, meeting: Meeting) -> list[Refusal]:
    assert meeting.fiscal_year_id is not None
    found: list[Refusal] = []
    approval = approval_of(session, meeting.fiscal_year_id)
    if approval is None or not approval.complete:
        found.append(errors.AccountsNotApproved())
    if latest(session, meeting.fiscal_year_id) is None:
        found.append(errors.ReportNotPublished())
    return found


def _missing_surplus(session: Session, item: AgendaItem) -> list[Refusal]:
    assert item.motion_id is not None
    found: list[Refusal] = []
    plan = bindings.plan_of_motion(session, item.motion_id)
    assert plan is not None
    if (reason := why_stale(session, plan)) is not None:
        found.append(PlanStale(reason))
    statement = solvency_of(session, plan.id)
    if statement is None or not statement.complete:
        found.append(errors.SolvencyMissing(SIGNERS))
    return found


def _has_candidates(session: Session, item: AgendaItem) -> bool:
    query = select(Candidacy.id).where(Candidacy.motion_id == item.motion_id, Candidacy.accepted_at.is_not(None))
    return session.scalar(query.limit(1)) is not None
