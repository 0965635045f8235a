"""Which years are closed, what each earned, and which year a name means. Closing itself is in `ledger.closing`."""

from uuid import UUID

from sqlalchemy.orm import Session

from ledger import closing_errors, periods
from ledger.models import FiscalYear, YearClosing
from ledger.totals import account_totals


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


def closing_of(session: Session, year_id: UUID) -> YearClosing | None:
    """Return the closing of a year; nothing while it is open."""
    return session.get(YearClosing, year_id, populate_existing=True)


def is_closed(session: Session, year_id: UUID) -> bool:
    """Say whether a year is closed."""
    return closing_of(session, year_id) is not None


def result_of(session: Session, year: FiscalYear) -> int:
    """Return the surplus of a year, or its deficit as a negative amount, whether it is closed or not."""
    totals = account_totals(session, year.starts_on, year.ends_on, with_closings=False)
    return -sum(total.balance_minor for total in totals if not total.kind.is_permanent)
