"""Reading a plan back: its sums, its lines, one member's line, and the postings behind it.

The names of this module are what others use of a plan, `prepare` included.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ledger.chart import is_patronage_source
from ledger.models import Account, Entry, EntryText, FiscalYear, Posting
from ledger.surplus import errors, schedule
from ledger.surplus.business import Patron, counted_otherwise
from ledger.surplus.models import Fallback, SurplusLine, SurplusLineParty, SurplusPlan
from ledger.surplus.preparing import prepare
from ledger.surplus.schedule import Heading, Rates, ScheduleLine, Totals
from ledger.surplus.shares import to_reserve_and_fund

__all__ = [
    "Fallback",
    "Patron",
    "Plan",
    "PlanLine",
    "Rates",
    "Reason",
    "line_of",
    "lines",
    "plan_of",
    "plans_of",
    "prepare",
    "reasons",
    "schedule_of",
]


@dataclass(frozen=True)
class Plan:
    """A stored plan without its lines."""

    id: UUID
    year_id: UUID
    heading: Heading
    line_count: int
    fingerprint: str
    prepared_at: datetime
    prepared_by: UUID | None

    @property
    def totals(self) -> Totals:
        """Return where the surplus came from and where it goes."""
        return self.heading.totals

    @property
    def rates(self) -> Rates:
        """Return how the part from members is divided."""
        return self.heading.rates

    @property
    def to_reserve_minor(self) -> int:
        """Return what the general reserve receives in all, the part from others included."""
        return to_reserve_and_fund(self.totals, self.heading.fallback)[0]

    @property
    def to_fund_minor(self) -> int:
        """Return what the community fund receives in all."""
        return to_reserve_and_fund(self.totals, self.heading.fallback)[1]


@dataclass(frozen=True)
class PlanLine:
    """What one party gets, and how they can find themselves in the schedule."""

    line_no: int
    party_hash: str
    patronage_minor: int
    allocation_minor: int
    cash_minor: int
    retained_minor: int
    salt: str
    party_ref: UUID
    #: The first day from which their business counted, be it before the year.
    counted_from: date


@dataclass(frozen=True)
class Reason:
    """A posting that is part of somebody's patronage; the amount counts for them, a refund against them."""

    entry_id: UUID
    booked_on: date
    kind: str
    text: str | None
    code: str
    account: str
    amount_minor: int


def plan_of(session: Session, plan_id: UUID) -> Plan:
    """Return a plan.

    Raises:
        NoSuchPlan
    """
    row = session.execute(_plans().where(SurplusPlan.id == plan_id)).first()
    if row is None:
        raise errors.NoSuchPlan
    return _plan(*row)


def plans_of(session: Session, year_id: UUID) -> list[Plan]:
    """Return the plans of a year, the latest first."""
    query = _plans().where(SurplusPlan.fiscal_year_id == year_id)
    rows = session.execute(query.order_by(SurplusPlan.prepared_at.desc(), SurplusPlan.id.desc()))
    return [_plan(*row) for row in rows]


def lines(session: Session, plan_id: UUID) -> Iterator[PlanLine]:
    """Yield the lines of a plan in their order, without holding all of them."""
    query = _lines().where(SurplusLine.plan_id == plan_id).order_by(SurplusLine.line_no)
    for row in session.execute(query.execution_options(yield_per=5_000)):
        yield PlanLine(*row)


def line_of(session: Session, plan_id: UUID, party_ref: UUID) -> PlanLine | None:
    """Return the line of a party; nothing where they have none."""
    query = _lines().where(SurplusLineParty.plan_id == plan_id, SurplusLineParty.party_ref == party_ref)
    row = session.execute(query).first()
    return PlanLine(*row) if row else None


def reasons(session: Session, plan_id: UUID, party_ref: UUID) -> list[Reason]:
    """Return the postings that add up to a party's patronage, oldest first; nothing where they have no line.

    A posting that was passed over, because it lies before their first day, is not among them, nor is what took it back; of a refund that
    took back both, it is the part that counts.
    """
    found = session.execute(
        select(SurplusLineParty.counted_from, FiscalYear)
        .join(SurplusPlan, SurplusPlan.id == SurplusLineParty.plan_id)
        .join(FiscalYear, FiscalYear.id == SurplusPlan.fiscal_year_id)
        .where(SurplusLineParty.plan_id == plan_id, SurplusLineParty.party_ref == party_ref)
    ).first()
    if found is None:
        return []
    since, year = found
    otherwise = counted_otherwise(session, year, Patron(party_ref, since))
    rows: Iterable[Any] = session.execute(
        select(
            *(Posting.line, -Posting.amount_minor),
            *(Entry.id, Entry.booked_on, Entry.kind, EntryText.text, Account.code, Account.name),
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(
            Posting.party_ref == party_ref,
            is_patronage_source(),
            Entry.booked_on.between(max(since, year.starts_on), year.ends_on),
        )
        .order_by(Entry.booked_on, Entry.id, Posting.line)
    )
    counting = ((otherwise.get((entry[0], line), amount_minor), entry) for line, amount_minor, *entry in rows)
    return [Reason(*[*entry, amount_minor]) for amount_minor, entry in counting if amount_minor]


def schedule_of(session: Session, plan: Plan) -> Iterator[bytes]:
    """Yield the schedule of a plan piece by piece, as its fingerprint covers it."""
    rows = session.execute(schedule_lines(plan.id).execution_options(yield_per=5_000))
    yield from schedule.pieces(plan.heading, (ScheduleLine(*row) for row in rows))


def schedule_lines(plan_id: UUID) -> Select[Any]:
    """Return the query of a schedule's lines in order."""
    columns = (getattr(SurplusLine, name) for name in ScheduleLine._fields)
    return select(*columns).where(SurplusLine.plan_id == plan_id).order_by(SurplusLine.line_no)


def _plans() -> Select[SurplusPlan, date, date]:
    return select(SurplusPlan, FiscalYear.starts_on, FiscalYear.ends_on).join(
        FiscalYear, FiscalYear.id == SurplusPlan.fiscal_year_id
    )


def _plan(row: SurplusPlan, starts_on: date, ends_on: date) -> Plan:
    rates = Rates(**{field.name: getattr(row, field.name) for field in fields(Rates)})
    totals = Totals(**{field.name: getattr(row, field.name) for field in fields(Totals)})
    return Plan(
        id=row.id,
        year_id=row.fiscal_year_id,
        heading=Heading(starts_on, ends_on, row.currency, rates, row.fallback, totals),
        line_count=row.line_count,
        fingerprint=row.fingerprint,
        prepared_at=row.prepared_at,
        prepared_by=row.prepared_by,
    )


def _lines() -> Select[Any]:
    return select(
        *(getattr(SurplusLine, name) for name in ScheduleLine._fields),
        *(SurplusLineParty.salt, SurplusLineParty.party_ref, SurplusLineParty.counted_from),
    ).join(
        SurplusLineParty,
        (SurplusLineParty.plan_id == SurplusLine.plan_id) & (SurplusLineParty.line_no == SurplusLine.line_no),
    )
