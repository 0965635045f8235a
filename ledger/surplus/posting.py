"""Posting a surplus: exactly the plan that was decided, once, in entries that add up to it cent by cent.

Before anything is written, every hash, the fingerprint and the plan itself are computed anew from the stored rows, the books and the
patrons of today. Who decided, and whether they could, is for whoever calls it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import posting
from ledger.chart import (
    COMMUNITY_FUND,
    GENERAL_RESERVE,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SURPLUS_AWAITING,
)
from ledger.errors import LedgerRefusal
from ledger.models import FiscalYear
from ledger.posting import Line
from ledger.surplus import errors, schedule
from ledger.surplus.business import Patron, business_of
from ledger.surplus.formulas import cash_part
from ledger.surplus.models import Distribution
from ledger.surplus.plan import Plan, PlanLine, lines, plan_of
from ledger.surplus.preparing import awaiting
from ledger.surplus.schedule import ScheduleLine, party_hash
from ledger.surplus.shares import share_out
from ledger.totals import result_of
from ledger.years.closed_years import closing_of

KIND = "distribution"


def post_plan(
    session: Session,
    *,
    plan_id: UUID,
    fingerprint: str,
    patrons: Iterable[Patron],
    decided_on: date,
    decision_ref: UUID,
    now: datetime,
    recorded_by: UUID | None = None,
    text: str = "Surplus distributed as decided",
) -> tuple[UUID, ...]:
    """Post a plan in as many entries as it needs, dated the decision, and return them.

    Raises:
        NoSuchPlan, OtherFingerprint, AlreadyDistributed, YearNotClosed, DecidedBeforeClosing
        PlanChanged, PartyChanged: the stored rows are not what was planned.
        PlanStale: the books or the patrons give another plan today.
        LedgerRefusal: the day of the decision takes no entry.
    """
    plan = _decidable(session, plan_id, fingerprint, decided_on)
    planned = list(lines(session, plan_id))
    check_rows(plan, planned)
    if (reason := staleness(session, plan, planned, patrons)) is not None:
        raise errors.PlanStale(reason)
    entries = tuple(
        posting.post(session, draft, now=now, recorded_by=recorded_by)
        for draft in _drafts(plan, planned, decided_on, text)
    )
    row = Distribution(
        plan_id=plan_id,
        fiscal_year_id=plan.year_id,
        decision_ref=decision_ref,
        decided_on=decided_on,
        fingerprint=fingerprint,
        posted_at=now,
        posted_by=recorded_by,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise errors.AlreadyDistributed(plan.heading.ends_on) from error
    return entries


def distribution_of(session: Session, year_id: UUID) -> Distribution | None:
    """Return how the surplus of a year was distributed; nothing while it awaits a decision."""
    return session.scalar(select(Distribution).where(Distribution.fiscal_year_id == year_id))


def check_rows(plan: Plan, planned: list[PlanLine]) -> None:
    """Refuse rows that are not what was planned: computes the fingerprint, and the hash of every line's party, anew.

    Raises:
        PlanChanged, PartyChanged
    """
    for line in planned:
        if party_hash(line.salt, line.party_ref) != line.party_hash:
            raise errors.PartyChanged(line.line_no)
    in_schedule = (ScheduleLine(*(getattr(line, name) for name in ScheduleLine._fields)) for line in planned)
    found = schedule.fingerprint(plan.heading, in_schedule)
    if found != plan.fingerprint or len(planned) != plan.line_count:
        raise errors.PlanChanged


def staleness(
    session: Session, plan: Plan, planned: Iterable[PlanLine], patrons: Iterable[Patron]
) -> LedgerRefusal | None:
    """Return why the books or the patrons of today give another plan; nothing while they give the same."""
    year = session.get_one(FiscalYear, plan.year_id)
    if is_set_aside(session, plan):
        return errors.YearWasReopened()
    totals, currency = plan.totals, plan.heading.currency
    result_minor, held_minor = result_of(session, year), awaiting(session, year.id)
    if result_minor != totals.result_minor:
        return errors.ResultDiffers(totals.result_minor, result_minor, currency)
    if held_minor < result_minor:
        return errors.SurplusMoved(result_minor, max(held_minor, 0), currency)
    business = business_of(session, year, dict(patrons))
    if business.members_minor != totals.member_business_minor:
        return errors.BusinessDiffers(totals.member_business_minor, business.members_minor, currency)
    stored = {line.party_ref: (line.patronage_minor, line.allocation_minor, line.cash_minor) for line in planned}
    shares = share_out(result_minor, business, plan.rates, plan.heading.fallback)
    found = {
        party_ref: (business.by_party[party_ref], allocation, cash_part(allocation, plan.rates.cash_bp))
        for party_ref, allocation in shares.allocations.items()
    }
    if found != stored:
        return errors.LinesDiffer(len({party_ref for party_ref, _ in found.items() ^ stored.items()}))
    return None if shares.totals == totals else errors.TotalsDiffer()


def is_set_aside(session: Session, plan: Plan) -> bool:
    """Say whether the year of a plan was reopened after the plan was prepared: what was planned then is no longer the surplus."""
    closing = closing_of(session, plan.year_id)
    return closing is None or plan.prepared_at < closing.closed_at


def _decidable(session: Session, plan_id: UUID, fingerprint: str, decided_on: date) -> Plan:
    """Return the plan that was decided on, and keep others from posting one of the same year meanwhile."""
    plan = plan_of(session, plan_id)
    # Whoever posts another plan of the year waits here and then sees this one's distribution.
    session.execute(select(FiscalYear.id).where(FiscalYear.id == plan.year_id).with_for_update())
    if fingerprint != plan.fingerprint:
        raise errors.OtherFingerprint
    if distribution_of(session, plan.year_id) is not None:
        raise errors.AlreadyDistributed(plan.heading.ends_on)
    closing = closing_of(session, plan.year_id)
    if closing is None:
        raise errors.YearNotClosed(plan.heading.ends_on)
    if decided_on < closing.closed_on:
        raise errors.DecidedBeforeClosing(decided_on, closing.closed_on)
    return plan


def _drafts(plan: Plan, planned: Iterable[PlanLine], decided_on: date, text: str) -> Iterator[posting.Draft]:
    """Yield the entries of a plan: each takes out of the surplus what it credits."""
    for number, due in enumerate(_in_entries(plan, planned), start=1):
        yield posting.Draft(
            booked_on=decided_on,
            text=text,
            kind=KIND,
            currency=plan.heading.currency,
            lines=[Line(SURPLUS_AWAITING, -sum(line.amount_minor for line in due)), *due],
            idempotency_key=f"{KIND}:{plan.id}:{number}",
            source_kind=KIND,
            source_id=plan.id,
        )


def _in_entries(plan: Plan, planned: Iterable[PlanLine]) -> Iterator[list[Line]]:
    """Yield what each entry credits: the funds first, then the lines in order, as many as an entry takes."""
    funds = ((GENERAL_RESERVE, plan.to_reserve_minor), (COMMUNITY_FUND, plan.to_fund_minor))
    due = [Line(account, -amount) for account, amount in funds if amount]
    for line in planned:
        parts = ((PATRONAGE_PAYABLE, line.cash_minor), (RETAINED_PATRONAGE, line.retained_minor))
        own = [Line(account, -amount, line.party_ref) for account, amount in parts if amount]
        # One line of the entry is the debit; a member's two parts stay together.
        if len(due) + len(own) >= posting.MOST_POSTINGS:
            yield due
            due = []
        due += own
    if due:
        yield due
