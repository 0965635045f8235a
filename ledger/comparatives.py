"""What a statement is compared with: the year before, or the period before, where the books have it."""

from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.models import FiscalYear
from ledger.years.periods import fiscal_year_of, month_end

_DAY = timedelta(days=1)


class Against(StrEnum):
    """What stands beside a statement."""

    YEAR = "year"
    PERIOD = "period"
    NOTHING = "none"


def stretches(
    session: Session, starts_on: date, ends_on: date, against: Against = Against.YEAR
) -> list[tuple[date, date]]:
    """Return the days asked for and those they are compared with, if the books have them.

    Days that begin a fiscal year are compared with the whole year before, others with the same days of the year before. The
    period before is as many months, where they are whole, or else as many days.
    """
    before = None
    if against is not Against.NOTHING and _is_kept(session, starts_on):
        year_before = against is Against.YEAR
        before = _year_before(session, starts_on, ends_on) if year_before else _as_long_before(starts_on, ends_on)
    return [(starts_on, ends_on), *([before] if before is not None and _is_kept(session, before[1]) else [])]


def days(session: Session, at: date, against: Against = Against.YEAR) -> list[date]:
    """Return the day asked for, and the last day of the fiscal year or of the month before, if the books have it."""
    before = None
    if against is Against.YEAR:
        year = fiscal_year_of(session, at)
        before = year.starts_on - _DAY if year is not None else None
    elif against is Against.PERIOD:
        before = at.replace(day=1) - _DAY
    return [at, *([before] if before is not None and _is_kept(session, before) else [])]


def _year_before(session: Session, starts_on: date, ends_on: date) -> tuple[date, date] | None:
    year = fiscal_year_of(session, starts_on)
    if year is not None and year.starts_on == starts_on:
        before = fiscal_year_of(session, starts_on - _DAY)
        return (before.starts_on, before.ends_on) if before is not None else None
    return months_earlier(starts_on, 12), months_earlier(ends_on, 12)


def _as_long_before(starts_on: date, ends_on: date) -> tuple[date, date]:
    if starts_on.day == 1 and ends_on == month_end(ends_on):
        months = (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month + 1
        return months_earlier(starts_on, months), starts_on - _DAY
    return starts_on - (ends_on - starts_on) - _DAY, starts_on - _DAY


def months_earlier(on: date, months: int) -> date:
    """Return the same day some months earlier, or the last of that month: the last of a month stays the last."""
    index = on.year * 12 + on.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    last = month_end(first)
    return last if on == month_end(on) else first.replace(day=min(on.day, last.day))


def _is_kept(session: Session, on: date) -> bool:
    """Say whether the books had begun by a day."""
    first = session.scalar(select(func.min(FiscalYear.starts_on)))
    return first is not None and on >= first
