"""Fiscal years and their months: opened so that they join without a gap, locked in order. Only `ledger.years.reopening` unlocks.

Which day a co-operative's year ends on is asked for; the calendar arithmetic around it, leap days included, is done here.
"""

import calendar
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import errors
from ledger.models import FiscalYear, Period

#: A first year, or one whose end was moved, may be longer than twelve months, but not without end.
MOST_MONTHS = 18
_DAY = timedelta(days=1)


def year_dates(on: date, end_month: int, end_day: int) -> tuple[date, date]:
    """Return the first and last day of the fiscal year that contains `on`.

    A year that ends on 29 February ends on the 28th when there is no 29th.
    """
    last = _year_end(on.year, end_month, end_day)
    if on > last:
        last = _year_end(on.year + 1, end_month, end_day)
    return _year_end(last.year - 1, end_month, end_day) + _DAY, last


def months_within(starts_on: date, ends_on: date) -> list[tuple[date, date]]:
    """Return the calendar months between two days, the first and the last clipped to them."""
    months = []
    first = starts_on
    while first <= ends_on:
        last = min(month_end(first), ends_on)
        months.append((first, last))
        first = last + _DAY
    return months


def month_end(on: date) -> date:
    """Return the last day of the month of a day."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def open_fiscal_year(session: Session, starts_on: date, ends_on: date) -> UUID:
    """Open a fiscal year with its months, and return its id. It must begin the day after the last one ends.

    Raises:
        YearTooLong, YearOverlaps
    """
    months = months_within(starts_on, ends_on) if starts_on < ends_on else []
    if not 0 < len(months) <= MOST_MONTHS:
        raise errors.YearTooLong(MOST_MONTHS)
    # Two who open the next year at once: the second waits on the first year's row and then sees what the first opened.
    session.execute(select(FiscalYear.id).order_by(FiscalYear.starts_on).limit(1).with_for_update())
    last = session.scalar(select(func.max(FiscalYear.ends_on)))
    if last is not None and starts_on != last + _DAY:
        raise errors.YearOverlaps(starts_on)
    year = FiscalYear(id=new_id(), starts_on=starts_on, ends_on=ends_on)
    session.add(year)
    session.flush()
    session.add_all(
        Period(id=new_id(), fiscal_year_id=year.id, starts_on=first, ends_on=last) for first, last in months
    )
    session.flush()
    return year.id


def hold_years(session: Session) -> None:
    """Hold every fiscal year until the transaction ends, the earliest first.

    Who closes a year, reopens one or decides by which are closed comes one after the other.
    """
    session.execute(select(FiscalYear.id).order_by(FiscalYear.starts_on).with_for_update()).all()


def lock_period(session: Session, ends_on: date, *, now: datetime) -> UUID:
    """Lock the period that ends on this day, and return its id: nothing more is booked into it.

    Waits for entries that are being posted into it (they hold the row FOR SHARE).

    Raises:
        NoSuchPeriod, PeriodAlreadyLocked, EarlierPeriodOpen
    """
    period = session.scalar(
        select(Period).where(Period.ends_on == ends_on).with_for_update().execution_options(populate_existing=True)
    )
    if period is None:
        raise errors.NoSuchPeriod
    if period.locked_at is not None:
        raise errors.PeriodAlreadyLocked(ends_on)
    earlier = next_to_lock(session)
    assert earlier is not None
    if earlier.ends_on < ends_on:
        raise errors.EarlierPeriodOpen(earlier.ends_on)
    period.locked_at = now
    session.flush()
    return period.id


def next_to_lock(session: Session) -> Period | None:
    """Return the earliest period that is open."""
    return session.scalar(select(Period).where(Period.locked_at.is_(None)).order_by(Period.ends_on).limit(1))


def period_ending(session: Session, ends_on: date) -> Period:
    """Return the period that ends on a day.

    Raises:
        NoSuchPeriod
    """
    period = session.scalar(select(Period).where(Period.ends_on == ends_on))
    if period is None:
        raise errors.NoSuchPeriod
    return period


def locked_to(session: Session) -> date | None:
    """Return the last day of the locked part of the books."""
    return session.scalar(select(func.max(Period.ends_on)).where(Period.locked_at.is_not(None)))


def fiscal_years(session: Session) -> list[FiscalYear]:
    """Return the fiscal years that were opened, the latest first."""
    return list(session.scalars(select(FiscalYear).order_by(FiscalYear.starts_on.desc())))


def fiscal_year_of(session: Session, on: date) -> FiscalYear | None:
    """Return the fiscal year that contains a day, if it was opened."""
    return session.scalar(select(FiscalYear).where(FiscalYear.starts_on <= on, FiscalYear.ends_on >= on))


def periods_of(session: Session, fiscal_year_id: UUID) -> list[Period]:
    """Return the periods of a fiscal year in order."""
    return list(
        session.scalars(select(Period).where(Period.fiscal_year_id == fiscal_year_id).order_by(Period.starts_on))
    )


def _year_end(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
