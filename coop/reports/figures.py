"""What the report counts that no room tells by itself: officers, and the journal behind the statements."""

from datetime import date, timedelta

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from coop.assembly.resolutions import Resolution
from coop.identity.models import Person, PowerEnding, PowerGrant
from coop.membership.models import Member
from coop.permissions import Power
from coop.reports.content import OfficeHeld
from ledger.models import Entry, FiscalYear, Posting

#: Whose names are published, in this order: the board, and who keeps, writes and reviews.
OFFICES = (Power.BOARD, Power.SECRETARY, Power.TREASURER, Power.AUDITOR)


def officers(session: Session, starts_on: date, ends_on: date) -> tuple[OfficeHeld, ...]:
    """Return who held an office on any day from the first to the last, the board first."""
    rows = session.execute(
        select(
            *(Person.name, PowerGrant.power, PowerGrant.starts_on, PowerGrant.ends_on),
            *(PowerEnding.ended_on, Resolution.number),
        )
        .join(Person, Person.id == PowerGrant.person_id)
        .join(Resolution, Resolution.id == PowerGrant.resolution_id)
        .outerjoin(PowerEnding, PowerEnding.grant_id == PowerGrant.id)
        .where(
            PowerGrant.power.in_(OFFICES),
            PowerGrant.starts_on <= ends_on,
            or_(PowerGrant.ends_on.is_(None), PowerGrant.ends_on >= starts_on),
            or_(PowerEnding.ended_on.is_(None), PowerEnding.ended_on > starts_on),
        )
        .order_by(PowerGrant.starts_on, Resolution.number, PowerGrant.id)
    ).all()
    held = [OfficeHeld(row.name, row.power.value, row.starts_on, _last_day(row), row.number) for row in rows]
    order = {power.value: place for place, power in enumerate(OFFICES)}
    return tuple(sorted(held, key=lambda one: (order[one.power], one.starts_on, one.name)))


def journal_size(session: Session, year: FiscalYear) -> tuple[int, int]:
    """Return how many entries were booked in a year, and how many postings they have."""
    within = Entry.booked_on.between(year.starts_on, year.ends_on)
    entries = session.scalar(select(func.count(Entry.id)).where(within)) or 0
    postings = session.scalar(
        select(func.count()).select_from(Posting).join(Entry, Entry.id == Posting.entry_id).where(within)
    )
    return entries, postings or 0


def register_size(session: Session, at: date) -> int:
    """Return how many entries the register of members has at the end of a day."""
    return session.scalar(select(func.count(Member.id)).where(Member.joined_on <= at)) or 0


def _last_day(row: Row[*tuple[object, ...]]) -> date | None:
    """Return the last day of a term: as granted, or the day before it was ended."""
    days = [day for day in (row.ends_on, row.ended_on and row.ended_on - timedelta(days=1)) if day is not None]
    return min(days, default=None)
