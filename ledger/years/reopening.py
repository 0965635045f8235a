"""Reopening the last closed year by a decision: its closing entry is taken back, and its last months take entries again.

Nothing is edited: the closing stays and gets a reopening beside it, the entry gets its reversal, and the year is closed again under
the next number. Who decided, and whether they could, is for whoever calls it.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import digest
from ledger import errors, posting
from ledger.models import ChainLink, FiscalYear, Period, YearClosing, YearReopening
from ledger.surplus.models import Distribution
from ledger.years import periods, reopening_errors
from ledger.years.closed_years import closed, closing_of

#: The kind of the entry that takes a closing entry back.
KIND = "reopening"


def problems_before_reopening(session: Session, year_id: UUID) -> list[errors.LedgerRefusal]:
    """Return what keeps a year from being reopened, whatever was decided; nothing is the good answer.

    Raises:
        NoSuchPeriod: there is no such year.
    """
    year = session.get(FiscalYear, year_id)
    if year is None:
        raise errors.NoSuchPeriod
    if closing_of(session, year_id) is None:
        return [reopening_errors.YearIsOpen(year.ends_on)]
    found: list[errors.LedgerRefusal] = []
    later = select(FiscalYear.ends_on).where(FiscalYear.starts_on > year.starts_on, closed())
    later_ends_on = session.scalar(later.order_by(FiscalYear.starts_on.desc()).limit(1))
    if later_ends_on is not None:
        found.append(reopening_errors.LaterYearClosed(year.ends_on, later_ends_on))
    if session.scalar(select(Distribution.plan_id).where(Distribution.fiscal_year_id == year_id)) is not None:
        found.append(reopening_errors.SurplusIsDistributed(year.ends_on))
    return found


def closing_fingerprint(session: Session, closing: YearClosing) -> str:
    """Return the SHA-256 by which a decision names a closing: its year, number, day and result, and the link of its entry.

    The link covers every entry that was sealed before it, so the fingerprint stands for the whole books as they were closed.
    """
    year = session.get_one(FiscalYear, closing.fiscal_year_id)
    link = session.scalar(select(ChainLink.hash).where(ChainLink.entry_id == closing.entry_id))
    return digest(
        {
            "year": {"starts_on": year.starts_on, "ends_on": year.ends_on},
            "closing": closing.number,
            "closed_on": closing.closed_on,
            "result_minor": closing.result_minor,
            "entry": closing.entry_id,
            "chain": link,
        }
    )


def reopen_year(
    session: Session,
    *,
    year_id: UUID,
    opens_on: date,
    fingerprint: str,
    decision_ref: UUID,
    decided_on: date,
    today: date,
    now: datetime,
    recorded_by: UUID | None = None,
    text: str = "Reopening of the year",
) -> UUID | None:
    """Reopen the last closed year from the first day of one of its months on. Return the entry that takes the closing back.

    Raises:
        NoSuchPeriod, YearIsOpen, LaterYearClosed, SurplusIsDistributed
        OtherClosing: the decision names another closing than the one that stands.
        NoMonthOfTheYear, DecidedBeforeClosing, DecisionUsed
        AlreadyReversed: somebody reversed the closing entry by hand.
    """
    # Whoever closes or reopens a year, or posts a surplus, waits here or was waited for.
    periods.hold_years(session)
    for problem in problems_before_reopening(session, year_id):
        raise problem
    year, closing = session.get_one(FiscalYear, year_id), closing_of(session, year_id)
    assert closing is not None
    if fingerprint != closing_fingerprint(session, closing):
        raise reopening_errors.OtherClosing
    months = [month.starts_on for month in periods.periods_of(session, year_id)]
    check_days(year, closing, months, opens_on, decided_on)
    if session.scalar(select(YearReopening.number).where(YearReopening.decision_ref == decision_ref)) is not None:
        raise reopening_errors.DecisionUsed
    session.add(
        YearReopening(
            fiscal_year_id=year_id,
            number=closing.number,
            fingerprint=fingerprint,
            decision_ref=decision_ref,
            decided_on=decided_on,
            opens_on=opens_on,
            reopened_on=today,
            reopened_at=now,
            reopened_by=recorded_by,
        )
    )
    # The row comes first: without it the database unlocks nothing, and a locked month takes no entry.
    session.flush()
    _unlock(session, year_id, opens_on)
    if closing.entry_id is None:
        return None
    return posting.reverse(
        session, closing.entry_id, booked_on=year.ends_on, text=text, now=now, recorded_by=recorded_by, kind=KIND
    )


def check_days(
    year: FiscalYear, closing: YearClosing, months: Collection[date], opens_on: date, decided_on: date
) -> None:
    """Refuse a day that begins none of the months, and a decision before the closing.

    Raises:
        NoMonthOfTheYear, DecidedBeforeClosing
    """
    if opens_on not in months:
        raise reopening_errors.NoMonthOfTheYear(opens_on, year.ends_on)
    if decided_on < closing.closed_on:
        raise reopening_errors.DecidedBeforeClosing(decided_on, closing.closed_on)


def _unlock(session: Session, year_id: UUID, opens_on: date) -> None:
    mine = select(Period).where(Period.fiscal_year_id == year_id, Period.starts_on >= opens_on)
    locked = session.scalars(
        mine.order_by(Period.starts_on).with_for_update().execution_options(populate_existing=True)
    )
    for month in locked:
        month.locked_at = None
    session.flush()
