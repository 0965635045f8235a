"""Closing a fiscal year: its income and expenses go to the surplus awaiting a decision, and its months are locked.

It decides whether a year can be closed as far as the books alone can tell. What else should be done first (bank lines, acts that
wait) and who may close is for whoever calls it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import checks, errors, posting, sealing
from ledger.balances import keep_closing_balances
from ledger.chart import SURPLUS_AWAITING, SUSPENSE, books_currency
from ledger.models import FiscalYear, Period, YearClosing
from ledger.totals import account_totals, balance_of, result_of
from ledger.years import closing_errors, periods
from ledger.years.closed_years import closing_of, closings_of, first_open, is_closed, year_named

__all__ = [
    "ClosingProblem",
    "close_year",
    "closing_lines",
    "closing_of",
    "is_closed",
    "problems_before_closing",
    "result_of",
    "year_named",
]


@dataclass(frozen=True)
class ClosingProblem:
    """Something to settle before a year is closed. One that blocks is refused in the same words."""

    code: str
    refusal: errors.LedgerRefusal
    blocking: bool = True

    @property
    def message(self) -> str:
        """Return the untranslated message with its placeholders."""
        return self.refusal.message

    @property
    def values(self) -> Mapping[str, Any]:
        """Return what fills the placeholders."""
        return self.refusal.values()


def problems_before_closing(session: Session, year_id: UUID, today: date) -> list[ClosingProblem]:
    """Return what keeps a year from being closed; nothing is the good answer.

    Raises:
        NoSuchPeriod: there is no such year.
    """
    year = _year(session, year_id)
    if is_closed(session, year_id):
        return [ClosingProblem("already-closed", closing_errors.YearAlreadyClosed(year.ends_on))]
    problems = []
    if today <= year.ends_on:
        problems.append(ClosingProblem("year-not-over", closing_errors.YearNotOver(year.ends_on)))
    if (earlier := _earlier_open(session, year)) is not None:
        problems.append(ClosingProblem("earlier-year-open", closing_errors.EarlierYearOpen(earlier.ends_on)))
    if periods.fiscal_years(session)[0].id == year_id:
        problems.append(ClosingProblem("no-next-year", closing_errors.NoNextYear(year.ends_on)))
    last = periods.periods_of(session, year_id)[-1]
    if last.locked_at is not None:
        problems.append(ClosingProblem("last-month-locked", closing_errors.LastMonthLocked(last.ends_on)))
    if suspense_minor := balance_of(session, SUSPENSE, year.ends_on):
        unexplained = closing_errors.SuspenseNotExplained(suspense_minor, books_currency(session))
        problems.append(ClosingProblem("suspense", unexplained))
    problems += [
        ClosingProblem("check", closing_errors.BooksDoNotHold(found.check, found.detail))
        for found in checks.findings(session)
    ]
    return problems


def closing_lines(session: Session, year: FiscalYear) -> list[posting.Line]:
    """Return the lines of a year's closing entry: every income and expense account to zero, the result to the surplus."""
    totals = account_totals(session, year.starts_on, year.ends_on, with_closings=False)
    lines = [
        posting.Line(total.code, -total.balance_minor)
        for total in totals
        if not total.kind.is_permanent and total.balance_minor
    ]
    result_minor = sum(line.amount_minor for line in lines)
    return [*lines, posting.Line(SURPLUS_AWAITING, -result_minor)] if result_minor else lines


def close_year(
    session: Session,
    *,
    year_id: UUID,
    today: date,
    now: datetime,
    recorded_by: UUID | None = None,
    text: str = "Closing of the year",
) -> UUID | None:
    """Close a year: post its closing entry, seal everything, lock its months. Return the entry, if there was anything to book.

    Raises:
        LedgerRefusal: the first problem that `problems_before_closing` finds.
    """
    year = _locked_year(session, year_id)
    for problem in problems_before_closing(session, year_id, today):
        if problem.blocking:
            raise problem.refusal
    lines, number = closing_lines(session, year), len(closings_of(session, year_id)) + 1
    entry_id = None
    if lines:
        draft = posting.Draft(
            booked_on=year.ends_on,
            text=text,
            kind="closing",
            currency=books_currency(session),
            lines=lines,
            idempotency_key=f"closing:{year_id}" if number == 1 else f"closing:{year_id}:{number}",
            source_kind="fiscal_year",
            source_id=year_id,
        )
        entry_id = posting.post(session, draft, now=now, recorded_by=recorded_by)
    while sealing.seal(session):
        pass
    for period in periods.periods_of(session, year_id):
        if period.locked_at is None:
            periods.lock_period(session, period.ends_on, now=now)
    result_minor = -sum(line.amount_minor for line in lines if line.account == SURPLUS_AWAITING)
    closing = YearClosing(
        fiscal_year_id=year_id,
        number=number,
        result_minor=result_minor,
        closed_on=today,
        closed_at=now,
        entry_id=entry_id,
    )
    try:
        with session.begin_nested():
            session.add(closing)
    except IntegrityError as error:
        raise closing_errors.YearAlreadyClosed(year.ends_on) from error
    keep_closing_balances(session, year, number)
    return entry_id


def _year(session: Session, year_id: UUID) -> FiscalYear:
    year = session.get(FiscalYear, year_id)
    if year is None:
        raise errors.NoSuchPeriod
    return year


def _locked_year(session: Session, year_id: UUID) -> FiscalYear:
    """Return a year that nobody else is closing and into which nobody is posting: posting holds its period FOR SHARE."""
    periods.hold_years(session)
    year = _year(session, year_id)
    mine = select(Period.id).where(Period.fiscal_year_id == year_id).order_by(Period.starts_on).with_for_update()
    session.execute(mine).all()
    return year


def _earlier_open(session: Session, year: FiscalYear) -> FiscalYear | None:
    found = first_open(session)
    return found if found is not None and found.starts_on < year.starts_on else None
