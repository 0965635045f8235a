"""What the worker does for the books by itself: seals entries, opens the coming fiscal year, removes files that nobody imported."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from coop import cooperative
from coop.books import operations
from coop.books.imports import uploads as import_uploads
from coop.permissions import Actor
from ledger import sealing
from ledger.years import periods

#: A year is opened this long before its first day, so that nobody finds the books shut.
OPENS_AHEAD = timedelta(days=31)

#: A piece of work in a transaction of its own.
Duty = Callable[[Session, Actor], object]


def due(session: Session, now: datetime) -> list[Duty]:
    """Return what is due for the books. Doing one that another worker has just done is harmless."""
    duties: list[Duty] = []
    years = periods.fiscal_years(session)
    if years and years[0].ends_on - OPENS_AHEAD <= now.astimezone(ZoneInfo(cooperative.current(session).zone)).date():
        duties.append(open_coming_year)
    if sealing.unsealed_count(session):
        duties.append(operations.seal)
    if import_uploads.has_old(session, now):
        duties.append(import_uploads.remove_old)
    return duties


def open_coming_year(session: Session, actor: Actor) -> None:
    """Open the next fiscal year, unless somebody has in the meantime."""
    years = periods.fiscal_years(session)
    if years and years[0].ends_on - OPENS_AHEAD <= cooperative.today(session):
        operations.open_year(session, actor)
