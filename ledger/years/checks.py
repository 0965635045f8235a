"""The invariants of years and months: they join, the locked ones are the earliest, and closings and reopenings add up."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from evidence.findings import Finding
from ledger.balances import sums_up_to
from ledger.models import Account, ClosingBalance, Entry, FiscalYear, Period, YearClosing
from ledger.totals import account_totals, result_of
from ledger.years.closed_years import Closed, closings_of, reopening_of, stands
from ledger.years.periods import fiscal_years, periods_of
from ledger.years.reopening import closing_fingerprint

_DAY = timedelta(days=1)


def findings(session: Session) -> list[Finding]:
    """Run every check of years and months."""
    return [finding for check in _CHECKS for finding in check(session)]


def _calendar(session: Session) -> Iterator[Finding]:
    """Years join on to each other, and the periods of each cover it."""
    for name, mapped in (("fiscal years", FiscalYear), ("periods", Period)):
        days = session.execute(select(mapped.starts_on, mapped.ends_on).order_by(mapped.starts_on)).all()
        for earlier, later in pairwise(days):
            if later.starts_on != earlier.ends_on + _DAY:
                yield Finding("ledger-calendar", f"{name} do not join at {earlier.ends_on} and {later.starts_on}")
    covered = (
        select(FiscalYear.ends_on)
        .outerjoin(Period, Period.fiscal_year_id == FiscalYear.id)
        .group_by(FiscalYear.id)
        .having(
            or_(
                func.count(Period.id) == 0,
                func.min(Period.starts_on) != FiscalYear.starts_on,
                func.max(Period.ends_on) != FiscalYear.ends_on,
            )
        )
    )
    for ends_on in session.scalars(covered):
        yield Finding("ledger-calendar", f"the periods of the fiscal year to {ends_on} do not cover it")


def _locks(session: Session) -> Iterator[Finding]:
    """Look for locked periods after an open one, unless a reopening has opened that."""
    reopened = {}
    for year in fiscal_years(session):
        if (reopening := reopening_of(session, year.id)) is not None:
            reopened[year.id] = reopening.opens_on
    query = select(Period.fiscal_year_id, Period.starts_on, Period.ends_on, Period.locked_at).order_by(Period.starts_on)
    is_open = False
    for year_id, starts_on, ends_on, locked_at in session.execute(query):
        if locked_at is not None and is_open:
            yield Finding("ledger-calendar", f"the period to {ends_on} is locked but an earlier one is open")
        is_open = is_open or (locked_at is None and (year_id not in reopened or starts_on < reopened[year_id]))


def _closings(session: Session) -> Iterator[Finding]:
    """Every closing but the last of a year was taken back; years are closed in order; each closed year is at rest."""
    was_open = False
    for year in reversed(fiscal_years(session)):
        found = closings_of(session, year.id)
        numbers = [one.closing.number for one in found]
        if numbers != list(range(1, len(found) + 1)) or any(one.reopening is None for one in found[:-1]):
            yield Finding("ledger-closing", f"the closings of the year to {year.ends_on} do not follow each other")
        for one in found:
            yield from _reopening(session, year, one)
        if not found or found[-1].reopening is not None:
            was_open = True
            continue
        if was_open:
            yield Finding("ledger-closing", f"the year to {year.ends_on} is closed but an earlier one is open")
        yield from _at_rest(session, year, found[-1].closing)


def _at_rest(session: Session, year: FiscalYear, closing: YearClosing) -> Iterator[Finding]:
    """Look at a closed year: all months locked, no income or expense left standing, and the result that was moved."""
    if any(period.locked_at is None for period in periods_of(session, year.id)):
        yield Finding("ledger-closing", f"the year to {year.ends_on} is closed but a month of it is open")
    for total in account_totals(session, year.starts_on, year.ends_on):
        if not total.kind.is_permanent and total.balance_minor:
            yield Finding("ledger-closing", f"account {total.code} is not at zero at the end of {year.ends_on}")
    if closing.result_minor != result_of(session, year):
        yield Finding("ledger-closing", f"the result of the year to {year.ends_on} is not the one it was closed with")


def _closing_balances(session: Session) -> Iterator[Finding]:
    """Compare the sums that were kept at each closing that stands with those of the periods, either way round."""
    standing = select(YearClosing, FiscalYear).join(FiscalYear, FiscalYear.id == YearClosing.fiscal_year_id)
    for closing, year in session.execute(standing.where(stands())):
        of_closing = select(ClosingBalance.account_id, ClosingBalance.debit_minor, ClosingBalance.credit_minor).where(
            ClosingBalance.fiscal_year_id == closing.fiscal_year_id, ClosingBalance.number == closing.number
        )
        kept, summed = (
            {(account_id, int(debit), int(credit)) for account_id, debit, credit in session.execute(query)}
            for query in (of_closing, sums_up_to(year))
        )
        apart = {account_id for account_id, *_ in kept ^ summed}
        for code in session.scalars(select(Account.code).where(Account.id.in_(apart)).order_by(Account.code)):
            yield Finding(
                "ledger-closing-balance", f"account {code}, year to {year.ends_on}: kept and summed balance differ"
            )


def _reopening(session: Session, year: FiscalYear, one: Closed) -> Iterator[Finding]:
    """Look at a reopening: it names its closing, and the closing entry was taken back on its own day."""
    if one.reopening is None:
        return
    place = f"reopening {one.closing.number} of the year to {year.ends_on}"
    if one.reopening.fingerprint != closing_fingerprint(session, one.closing):
        yield Finding("ledger-reopening", f"{place}: it names another closing")
    if one.closing.entry_id is not None:
        taken_back = select(Entry.booked_on).where(Entry.reverses_id == one.closing.entry_id)
        if session.scalar(taken_back) != year.ends_on:
            yield Finding("ledger-reopening", f"{place}: the closing entry was not taken back on the last day")


_CHECKS: tuple[Callable[[Session], Iterable[Finding]], ...] = (_calendar, _locks, _closings, _closing_balances)
