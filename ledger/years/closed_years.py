"""Which years are closed, what each earned, and which year a name means. Closing itself is in `ledger.years.closing`.

A closing stands until the year is reopened. Whoever asks whether a year is closed, or by which closing, asks here.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.orm import Session

from ledger.models import FiscalYear, YearClosing, YearReopening
from ledger.years import closing_errors, periods


@dataclass(frozen=True)
class Closed:
    """A closing of a year, and how it was taken back if it was."""

    closing: YearClosing
    reopening: YearReopening | None


def year_named(session: Session, name: str) -> FiscalYear:
    """Return the fiscal year that ends in a calendar year, such as `2026`, or on a day, such as `2026-03-31`.

    Raises:
        NoSuchYear, SeveralSuchYears
    """
    ending = [year for year in periods.fiscal_years(session) if name in {str(year.ends_on.year), str(year.ends_on)}]
    if not ending:
        raise closing_errors.NoSuchYear(name)
    if len(ending) > 1:
        raise closing_errors.SeveralSuchYears(name, ending[0].ends_on)
    return ending[0]


def stands() -> ColumnElement[bool]:
    """Say of a closing, in a query, whether it stands."""
    taken_back = select(YearReopening.number).where(
        YearReopening.fiscal_year_id == YearClosing.fiscal_year_id, YearReopening.number == YearClosing.number
    )
    return ~taken_back.correlate(YearClosing).exists()


def closed() -> ColumnElement[bool]:
    """Say of a fiscal year, in a query, whether it is closed."""
    standing = select(YearClosing.number).where(YearClosing.fiscal_year_id == FiscalYear.id, stands())
    return standing.correlate(FiscalYear).exists()


_LAST_CLOSED = (
    select(YearClosing.fiscal_year_id, YearClosing.number, FiscalYear.ends_on)
    .join(FiscalYear, FiscalYear.id == YearClosing.fiscal_year_id)
    .where(stands(), FiscalYear.ends_on <= bindparam("ends_on"))
    .order_by(FiscalYear.ends_on.desc())
    .limit(1)
)


def last_closed(session: Session, ends_on: date) -> Row[UUID, int, date] | None:
    """Return year, number and last day of the closing of the last closed year that ends by a day; nothing where none does."""
    return session.connection().execute(_LAST_CLOSED, {"ends_on": ends_on}).first()


def closing_of(session: Session, year_id: UUID) -> YearClosing | None:
    """Return the closing of a year that stands; nothing while it is open."""
    query = select(YearClosing).where(YearClosing.fiscal_year_id == year_id, stands())
    return session.scalar(query.execution_options(populate_existing=True))


def is_closed(session: Session, year_id: UUID) -> bool:
    """Say whether a year is closed."""
    return closing_of(session, year_id) is not None


def first_open(session: Session) -> FiscalYear | None:
    """Return the earliest year that is not closed."""
    return session.scalar(select(FiscalYear).where(~closed()).order_by(FiscalYear.starts_on).limit(1))


def closings_of(session: Session, year_id: UUID) -> list[Closed]:
    """Return every closing of a year in order; all but the last were taken back."""
    rows = session.execute(
        select(YearClosing, YearReopening)
        .outerjoin(
            YearReopening,
            (YearReopening.fiscal_year_id == YearClosing.fiscal_year_id) & (YearReopening.number == YearClosing.number),
        )
        .where(YearClosing.fiscal_year_id == year_id)
        .order_by(YearClosing.number)
    )
    return [Closed(*row) for row in rows]


def reopening_of(session: Session, year_id: UUID) -> YearReopening | None:
    """Return the reopening by which a year is open again; nothing where it is closed or never was."""
    found = closings_of(session, year_id)
    return found[-1].reopening if found else None
