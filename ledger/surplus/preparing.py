"""Preparing a plan: computed from the books of a closed year, and stored with its fingerprint.

A plan is never changed; another one can be prepared beside it until one is posted. Made for a million members: the patronage is
read in two queries, everything is computed with plain integers, and rows are written as fast as the database takes them.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.insertion import Insertion
from ledger.chart import SURPLUS_AWAITING, books_currency
from ledger.models import FiscalYear, YearClosing
from ledger.surplus import errors
from ledger.surplus.business import Business, Patron, business_of
from ledger.surplus.formulas import cash_part
from ledger.surplus.models import Distribution, Fallback, SurplusLine, SurplusLineParty, SurplusPlan
from ledger.surplus.schedule import Heading, Rates, ScheduleLine, fingerprint, party_hash
from ledger.surplus.shares import Shares, check_rates, share_out
from ledger.totals import balance_of, result_of
from ledger.years.closed_years import closing_of, stands
from ledger.years.closing_errors import NoSuchYear

_LINES = Insertion(table_of(SurplusLine), "plan_id", *ScheduleLine._fields)
_PARTIES = Insertion(table_of(SurplusLineParty), "plan_id", "line_no", "salt", "party_ref", "counted_from")


@dataclass(frozen=True)
class Basis:
    """What a plan rests on: a year with a surplus that still awaits a decision, and where its income came from."""

    year: FiscalYear
    currency: str
    result_minor: int
    business: Business


def prepare(
    session: Session,
    *,
    year_id: UUID,
    rates: Rates,
    patrons: Iterable[Patron],
    fallback: Fallback | None = None,
    now: datetime,
    recorded_by: UUID | None = None,
) -> UUID:
    """Plan the surplus of a closed year and return the plan's id.

    Raises:
        RateOutOfRange, RatesTooHigh, NoSuchYear, YearNotClosed, NoSurplus, AlreadyDistributed, SurplusMoved, NobodyToShareWith
    """
    check_rates(rates)
    since = dict(patrons)
    basis = basis_of(session, year_id, since)
    shares = share_out(basis.result_minor, basis.business, rates, fallback)
    year = basis.year
    heading = Heading(year.starts_on, year.ends_on, basis.currency, rates, fallback, shares.totals)
    lines, parties = _lines(shares, basis.business, rates)
    plan_id = new_id()
    connection = session.connection()
    _LINES.write(connection, ((plan_id, *line) for line in lines))
    _PARTIES.write(
        connection,
        (
            (plan_id, number, salt, party_ref, since[party_ref])
            for number, (salt, party_ref) in enumerate(parties, start=1)
        ),
    )
    session.add(
        SurplusPlan(
            id=plan_id,
            fiscal_year_id=year_id,
            currency=basis.currency,
            **asdict(rates),
            **asdict(shares.totals),
            fallback=fallback,
            line_count=len(lines),
            fingerprint=fingerprint(heading, lines),
            prepared_at=now,
            prepared_by=recorded_by,
        )
    )
    session.flush()
    return plan_id


def basis_of(session: Session, year_id: UUID, patrons: Mapping[UUID, date]) -> Basis:
    """Return what a plan for a year rests on.

    Raises:
        NoSuchYear, YearNotClosed, NoSurplus, AlreadyDistributed, SurplusMoved
    """
    year = session.get(FiscalYear, year_id)
    if year is None:
        raise NoSuchYear(str(year_id))
    if closing_of(session, year_id) is None:
        raise errors.YearNotClosed(year.ends_on)
    if session.scalar(select(Distribution.plan_id).where(Distribution.fiscal_year_id == year_id)) is not None:
        raise errors.AlreadyDistributed(year.ends_on)
    currency, result_minor = books_currency(session), result_of(session, year)
    if result_minor <= 0:
        raise errors.NoSurplus(result_minor, year.ends_on, currency)
    held_minor = awaiting(session, year_id)
    if held_minor < result_minor:
        raise errors.SurplusMoved(result_minor, max(held_minor, 0), currency)
    return Basis(year, currency, result_minor, business_of(session, year, patrons))


def awaiting(session: Session, year_id: UUID) -> int:
    """Return how much of a year's surplus still awaits a decision: the balance, less the surpluses of other years in it.

    A deficit of an earlier year that nobody has covered yet lowers it, because losses come first.
    """
    others = session.scalars(_undistributed().where(YearClosing.fiscal_year_id != year_id))
    return -balance_of(session, SURPLUS_AWAITING) - sum(others)


def uncovered_deficit(session: Session) -> int:
    """Return by how much the balance falls short of the surpluses that await a decision: deficits that nobody has covered.

    Less than nothing where it holds more than awaits one: a deficit was covered, and its year reopened with another result.
    """
    return sum(session.scalars(_undistributed())) + balance_of(session, SURPLUS_AWAITING)


def _undistributed() -> Select[int]:
    return (
        select(YearClosing.result_minor)
        .outerjoin(Distribution, Distribution.fiscal_year_id == YearClosing.fiscal_year_id)
        .where(YearClosing.result_minor > 0, Distribution.fiscal_year_id.is_(None), stands())
    )


def _lines(shares: Shares, business: Business, rates: Rates) -> tuple[list[ScheduleLine], list[tuple[str, UUID]]]:
    """Return the lines in the order of their hashes, which tells nothing, and beside them salt and party of each."""
    parties = list(shares.allocations.items())
    digits = os.urandom(16 * len(parties)).hex()
    salts = [digits[at : at + 32] for at in range(0, len(digits), 32)]
    hashes = [party_hash(salt, party_ref) for salt, (party_ref, _) in zip(salts, parties, strict=True)]
    lines, behind = [], []
    for number, at in enumerate(sorted(range(len(parties)), key=hashes.__getitem__), start=1):
        party_ref, allocation = parties[at]
        cash = cash_part(allocation, rates.cash_bp)
        patronage = business.by_party[party_ref]
        lines.append(ScheduleLine(number, hashes[at], patronage, allocation, cash, allocation - cash))
        behind.append((salts[at], party_ref))
    return lines, behind
