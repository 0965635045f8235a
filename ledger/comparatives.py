"""What a statement is compared with: the fiscal year before, where the books have one."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from ledger.periods import fiscal_year_of

_DAY = timedelta(days=1)


def stretches(session: Session, starts_on: date, ends_on: date) -> list[tuple[date, date]]:
    """Return the days asked for and, if they begin a fiscal year, those of the whole year before."""
    asked = [(starts_on, ends_on)]
    year = fiscal_year_of(session, starts_on)
    before = fiscal_year_of(session, starts_on - _DAY) if year is not None and year.starts_on == starts_on else None
    return [*asked, (before.starts_on, before.ends_on)] if before is not None else asked


def days(session: Session, at: date) -> list[date]:
    """Return the day asked for, and the last day of the fiscal year before."""
    year = fiscal_year_of(session, at)
    before = fiscal_year_of(session, year.starts_on - _DAY) if year is not None else None
    return [at, before.ends_on] if before is not None else [at]
