"""The invariants of plans and distributions as queries that return what breaks them. Only reads."""

from collections import Counter
from collections.abc import Callable, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evidence.findings import Finding
from ledger.chart import (
    COMMUNITY_FUND,
    GENERAL_RESERVE,
    PATRONAGE_PAYABLE,
    RETAINED_PATRONAGE,
    SURPLUS_AWAITING,
)
from ledger.models import Account, Entry, Posting
from ledger.surplus import schedule
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty, SurplusPlan
from ledger.surplus.plan import Plan, lines, plan_of, schedule_lines
from ledger.surplus.posting import KIND
from ledger.surplus.schedule import ScheduleLine, party_hash

#: Amounts by account and party; credits are positive.
Amounts = Counter[tuple[str, UUID | None]]


def findings(session: Session) -> list[Finding]:
    """Run every check of the surplus."""
    return [finding for check in _CHECKS for finding in check(session)]


def _sums(session: Session) -> Iterator[Finding]:
    query = (
        select(
            SurplusPlan.id,
            *(SurplusPlan.line_count, SurplusPlan.cash_minor, SurplusPlan.retained_minor, SurplusPlan.pool_minor),
            func.count(SurplusLine.line_no),
            *(func.coalesce(func.sum(part), 0) for part in (SurplusLine.cash_minor, SurplusLine.retained_minor)),
            func.coalesce(func.sum(SurplusLine.allocation_minor), 0),
        )
        .outerjoin(SurplusLine, SurplusLine.plan_id == SurplusPlan.id)
        .group_by(SurplusPlan.id)
        .order_by(SurplusPlan.id)
    )
    for plan_id, *announced_and_found in session.execute(query):
        numbers = [int(number) for number in announced_and_found]
        if numbers[:4] != numbers[4:]:
            yield Finding("surplus-sums", f"plan {plan_id}: its lines do not add up to its totals")


def _fingerprints(session: Session) -> Iterator[Finding]:
    for plan_id in session.scalars(select(SurplusPlan.id).order_by(SurplusPlan.id)).all():
        plan = plan_of(session, plan_id)
        rows = session.execute(schedule_lines(plan_id).execution_options(yield_per=5_000))
        if schedule.fingerprint(plan.heading, (ScheduleLine(*row) for row in rows)) != plan.fingerprint:
            yield Finding("surplus-fingerprint", f"plan {plan_id}: the fingerprint is not that of its lines")


def _parties(session: Session) -> Iterator[Finding]:
    for plan_id, count in session.execute(
        select(SurplusPlan.id, SurplusPlan.line_count).order_by(SurplusPlan.id)
    ).all():
        known = 0
        for line in lines(session, plan_id):
            known += 1
            if party_hash(line.salt, line.party_ref) != line.party_hash:
                yield Finding("surplus-party", f"plan {plan_id}, line {line.line_no}: not the party that was planned")
        if known != count:
            yield Finding("surplus-party", f"plan {plan_id}: {known} of {count} lines lead to a party")


def _orphans(session: Session) -> Iterator[Finding]:
    for mapped in (SurplusLine, SurplusLineParty):
        header = select(SurplusPlan.id).where(SurplusPlan.id == mapped.plan_id).exists()
        for plan_id in session.scalars(select(mapped.plan_id).distinct().where(~header)):
            yield Finding("surplus-orphan", f"there is no plan {plan_id}")


def _distributions(session: Session) -> Iterator[Finding]:
    """Compare what the entries of each distribution gave to whom with its plan, to the cent."""
    rows = session.execute(
        select(Distribution.plan_id, Distribution.fingerprint, Distribution.decided_on).order_by(Distribution.plan_id)
    )
    for plan_id, fingerprint, decided_on in rows.all():
        plan = plan_of(session, plan_id)
        if fingerprint != plan.fingerprint:
            yield Finding("surplus-distribution", f"plan {plan_id}: another fingerprint was posted")
        apart = _posted(session, plan_id)
        apart.subtract(_planned(session, plan))
        for (account, party_ref), difference in sorted(apart.items(), key=str):
            if difference:
                whose = f", party {party_ref}" if party_ref else ""
                yield Finding(
                    "surplus-distribution", f"plan {plan_id}: account {account}{whose} is out by {difference}"
                )
        on_another_day = select(Entry.id).where(*_of_plan(plan_id), Entry.booked_on != decided_on)
        for entry_id in session.scalars(on_another_day):
            yield Finding("surplus-distribution", f"entry {entry_id} is not dated the decision of {decided_on}")


def _undecided(session: Session) -> Iterator[Finding]:
    query = select(Entry.id).where(
        Entry.source_kind == KIND, ~select(Distribution.plan_id).where(Distribution.plan_id == Entry.source_id).exists()
    )
    for entry_id in session.scalars(query):
        yield Finding("surplus-distribution", f"entry {entry_id} distributes a plan that was not decided")


def _posted(session: Session, plan_id: UUID) -> Amounts:
    rows = session.execute(
        select(Account.code, Posting.party_ref, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(*_of_plan(plan_id))
        .group_by(Account.code, Posting.party_ref)
    )
    return Counter({(code, party_ref): -int(amount) for code, party_ref, amount in rows})


def _planned(session: Session, plan: Plan) -> Amounts:
    planned: Amounts = Counter(
        {
            (SURPLUS_AWAITING, None): -plan.totals.result_minor,
            (GENERAL_RESERVE, None): plan.to_reserve_minor,
            (COMMUNITY_FUND, None): plan.to_fund_minor,
        }
    )
    for line in lines(session, plan.id):
        planned[PATRONAGE_PAYABLE, line.party_ref] += line.cash_minor
        planned[RETAINED_PATRONAGE, line.party_ref] += line.retained_minor
    return planned


def _of_plan(plan_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Entry.source_kind == KIND, Entry.source_id == plan_id


_CHECKS: tuple[Callable[[Session], Iterator[Finding]], ...] = (
    _sums,
    _fingerprints,
    _parties,
    _orphans,
    _distributions,
    _undecided,
)
