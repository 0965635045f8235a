"""The editions of the annual report: which there are, what each says, and how each year stands on its way to one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.permissions import NotFound
from coop.reports.content import Content
from coop.reports.models import ReportContent, ReportEdition
from ledger.errors import LedgerRefusal
from ledger.models import FiscalYear, YearReopening
from ledger.years.closed_years import closed, year_named


@dataclass(frozen=True)
class Edition:
    """A published edition without what it says."""

    year_id: UUID
    #: The calendar year in which the fiscal year ends.
    year: int
    number: int
    content_digest: str
    pdf_sha256: str
    published_at: datetime


@dataclass(frozen=True)
class YearOfReports:
    """A fiscal year with its editions, the latest first."""

    year: FiscalYear
    is_closed: bool
    editions: Sequence[Edition]


def editions(session: Session, year_id: UUID) -> list[Edition]:
    """Return the editions of a year, the latest first."""
    rows = session.execute(_editions().where(ReportEdition.fiscal_year_id == year_id))
    return [_edition(*row) for row in rows]


def latest(session: Session, year_id: UUID) -> Edition | None:
    """Return the edition of a year that stands; nothing before the first."""
    return next(iter(editions(session, year_id)), None)


def last_number(session: Session, year_id: UUID) -> int:
    """Return the number of the last edition of a year; 0 before the first."""
    query = select(func.max(ReportEdition.number)).where(ReportEdition.fiscal_year_id == year_id)
    return session.scalar(query) or 0


def edition(session: Session, year: int, number: int) -> Edition:
    """Return an edition by the names that stand in its address.

    Raises:
        NotFound
    """
    try:
        found = year_named(session, str(year))
    except LedgerRefusal:
        raise NotFound from None
    for one in editions(session, found.id):
        if one.number == number:
            return one
    raise NotFound


def was_reopened_since(session: Session, found: Edition) -> bool:
    """Say whether the year of an edition was reopened after it was published."""
    since = select(YearReopening.number).where(
        YearReopening.fiscal_year_id == found.year_id, YearReopening.reopened_at > found.published_at
    )
    return session.scalar(since.limit(1)) is not None


def content_of(session: Session, digest: str) -> Content:
    """Return what was kept under a digest.

    Raises:
        NotFound: there is nothing, or no longer.
    """
    row = session.get(ReportContent, digest)
    if row is None:
        raise NotFound
    return Content.from_canonical(row.content)


def years(session: Session) -> list[YearOfReports]:
    """Return all fiscal years, the latest first, each with its editions."""
    published: dict[UUID, list[Edition]] = {}
    for row in session.execute(_editions()):
        found = _edition(*row)
        published.setdefault(found.year_id, []).append(found)
    rows = session.execute(select(FiscalYear, closed()).order_by(FiscalYear.ends_on.desc()))
    return [YearOfReports(year, is_closed, published.get(year.id, ())) for year, is_closed in rows]


def _editions() -> Select[ReportEdition, FiscalYear]:
    return (
        select(ReportEdition, FiscalYear)
        .join(FiscalYear, FiscalYear.id == ReportEdition.fiscal_year_id)
        .order_by(ReportEdition.number.desc())
    )


def _edition(row: ReportEdition, year: FiscalYear) -> Edition:
    return Edition(
        year_id=year.id,
        year=year.ends_on.year,
        number=row.number,
        content_digest=row.content_digest,
        pdf_sha256=row.pdf_sha256,
        published_at=row.published_at,
    )
