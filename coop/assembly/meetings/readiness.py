"""What must be there before members are told of an item, and before they vote on it.

Approved accounts and their report, published long enough before the meeting; a plan that still fits the books, and the board's
solvency statement; somebody who stands. The pages show what is missing beforehand; sending the notice and opening the meeting refuse
for the same reasons, but for those who stand: members nominate until the meeting opens.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly import bindings
from coop.assembly.bylaws import in_force
from coop.assembly.meetings import errors, progress
from coop.assembly.meetings.clear_days import earliest_day_after_report
from coop.assembly.meetings.models import AgendaItem, ItemKind, Meeting, MeetingNotice
from coop.assembly.models import Candidacy
from coop.assembly.solvency import SIGNERS, solvency_of
from coop.membership.patrons import patrons
from coop.reports.accounts import approval_of
from coop.reports.queries import Edition, editions
from evidence.messages import Refusal
from ledger.surplus.errors import PlanStale
from ledger.surplus.models import SurplusPlan
from ledger.surplus.plan import Plan, lines, plan_of, plans_of
from ledger.surplus.posting import distribution_of, staleness
from ledger.years.closed_years import closing_of


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


def need(session: Session, meeting: Meeting, item: AgendaItem, *, for_notice: bool = False) -> None:
    """Refuse unless an item can be voted on; with `for_notice`, unless members can be told of it. Holds the plan of a surplus.

    Raises:
        AccountsNotApproved, ReportNotPublished, ReportTooLate, PlanStale, SolvencyMissing, NobodyStands
    """
    plan = bindings.plan_of_motion(session, item.motion_id) if item.motion_id else None
    if plan is not None:
        # Stating, signing, announcing and putting to the vote happen one after the other.
        session.execute(select(SurplusPlan.id).where(SurplusPlan.id == plan.id).with_for_update())
    for refusal in missing(session, meeting, item, for_notice=for_notice):
        raise refusal


def missing(session: Session, meeting: Meeting, item: AgendaItem, *, for_notice: bool = False) -> list[Refusal]:
    """Return everything that keeps an item from being voted on; with `for_notice`, from being announced."""
    match item.kind:
        case ItemKind.ACCOUNTS:
            return _missing_accounts(session, meeting)
        case ItemKind.SURPLUS:
            return _missing_surplus(session, item)
        case ItemKind.ELECTION:
            return [] if for_notice or _has_candidates(session, item) else [errors.NobodyStands()]
        case ItemKind.OTHER:
            return []


def report_too_late(session: Session, meeting: Meeting, held_at: datetime) -> errors.ReportTooLate | None:
    """Say that a meeting at some time would come too soon after its report was published, if it would.

    The by-laws of the day of publishing count, so that a later version of them moves no meeting.
    """
    report = _report_of(session, meeting)
    if report is None:
        return None
    published_on = progress.day_of(session, report.published_at)
    working_days = in_force(session, published_on).bylaws.report_working_days
    earliest = earliest_day_after_report(published_on, working_days)
    if progress.day_of(session, held_at) < earliest:
        return errors.ReportTooLate(published_on, working_days, earliest)
    return None


def _report_of(session: Session, meeting: Meeting) -> Edition | None:
    """Return the edition that a meeting receives: the last one before its notice. A later correction moves no meeting."""
    assert meeting.fiscal_year_id is not None
    closing = closing_of(session, meeting.fiscal_year_id)
    # An edition of before the year was reopened tells of other accounts.
    all_editions = editions(session, meeting.fiscal_year_id)
    found = [one for one in all_editions if closing is not None and one.published_at >= closing.closed_at]
    told_at = session.scalar(
        select(MeetingNotice.sent_at).where(MeetingNotice.meeting_id == meeting.id, MeetingNotice.number == 1)
    )
    before = [one for one in found if told_at is None or one.published_at <= told_at]
    # A notice that was sent before this was asked for may be older than every edition: then the first one counts.
    return next(iter(before or found[-1:]), None)


def _missing_accounts(session: Session, meeting: Meeting) -> list[Refusal]:
    assert meeting.fiscal_year_id is not None
    found: list[Refusal] = []
    approval = approval_of(session, meeting.fiscal_year_id)
    if approval is None or not approval.complete:
        found.append(errors.AccountsNotApproved())
    if _report_of(session, meeting) is None:
        found.append(errors.ReportNotPublished())
    elif (late := report_too_late(session, meeting, meeting.held_at)) is not None:
        found.append(late)
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
