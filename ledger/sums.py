"""Where the sums of accounts lie, and which of them answer for which days.

What a closing kept answers for everything up to its last day, the balance rows for whole periods, and the postings themselves for the
parts of the periods that the asked days cut through, two at most. The queries are built once, because building one costs more than
reading a balance.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from evidence.columns import raw
from ledger.models import Balance, ClosingBalance, Entry, Period, Posting
from ledger.years.closed_years import last_closed

#: A query for what accounts were debited and credited with: `account_id`, `debit_minor`, `credit_minor`.
Sums = Select[UUID, int, int]

_DAY = timedelta(days=1)


def sides(sign: int = 1) -> Sums:
    """Return the query for what postings debited and credited, by account; with the sign -1, for what to take off the rest."""
    amount = Posting.amount_minor
    debit, credit = (func.coalesce(func.sum(amount).filter(side), 0) for side in (amount > 0, amount < 0))
    return (
        select(Posting.account_id, *_both(sign * debit, -sign * credit))
        .join(Entry, Entry.id == Posting.entry_id)
        .group_by(Posting.account_id)
    )


def _both(debit: ColumnElement[int], credit: ColumnElement[int]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Name both sums, as the integers that they are: PostgreSQL adds up a BIGINT to a NUMERIC."""
    return cast(debit, BigInteger).label("debit_minor"), cast(credit, BigInteger).label("credit_minor")


KEPT: Sums = select(ClosingBalance.account_id, ClosingBalance.debit_minor, ClosingBalance.credit_minor).where(
    ClosingBalance.fiscal_year_id == bindparam("kept_year_id"), ClosingBalance.number == bindparam("kept_number")
)
#: The periods are named one by one: found within the query, PostgreSQL would read the rows of every period there is.
WHOLE_PERIODS: Sums = (
    select(Balance.account_id, *_both(func.sum(Balance.debit_minor), func.sum(Balance.credit_minor)))
    .where(raw(Balance.period_id).in_(bindparam("periods", expanding=True)))
    .group_by(Balance.account_id)
)
#: Each part by itself: with an OR between them, SQLite would read every posting.
PARTS: tuple[Sums, ...] = tuple(
    sides().where(Entry.booked_on.between(bindparam(f"part_{number}_from"), bindparam(f"part_{number}_to")))
    for number in (1, 2)
)


def places(session: Session, starts_on: date | None, ends_on: date | None) -> tuple[tuple[Sums, ...], dict[str, Any]]:
    """Return the queries that together answer for the days between two, both included, and what they are asked with."""
    whole_from, whole_to, parts = _split(session, starts_on or date.min, ends_on or date.max)
    sums: tuple[Sums, ...] = (WHOLE_PERIODS, *PARTS[: len(parts)])
    asked: dict[str, Any] = {}
    for number, (first, last) in enumerate(parts, start=1):
        asked |= {f"part_{number}_from": first, f"part_{number}_to": last}
    closing = last_closed(session, whole_to) if starts_on is None else None
    if closing is not None:
        whole_from = closing.ends_on + _DAY
        sums = (KEPT, *sums)
        asked |= {"kept_year_id": closing.fiscal_year_id, "kept_number": closing.number}
    asked["periods"] = session.connection().scalars(_WHOLE, {"whole_from": whole_from, "whole_to": whole_to}).all()
    return sums, asked


_WHOLE = select(raw(Period.id)).where(
    Period.starts_on >= bindparam("whole_from"), Period.ends_on <= bindparam("whole_to")
)
_CUT = select(Period.starts_on, Period.ends_on).where(
    or_(
        and_(Period.starts_on < bindparam("starts_on"), Period.ends_on >= bindparam("starts_on")),
        and_(Period.starts_on <= bindparam("ends_on"), Period.ends_on > bindparam("ends_on")),
    )
)


def _split(session: Session, starts_on: date, ends_on: date) -> tuple[date, date, list[tuple[date, date]]]:
    """Split the days between two dates: whole periods lie between two days, and of others there are parts, two at most."""
    whole_from, whole_to = starts_on, ends_on
    parts = []
    for first, last in session.execute(_CUT, {"starts_on": starts_on, "ends_on": ends_on}):
        outside = or_(
            and_(Entry.booked_on >= first, Entry.booked_on < starts_on),
            and_(Entry.booked_on > ends_on, Entry.booked_on <= last),
        )
        # A month that is not over yet is whole as long as nothing stands beyond the day.
        if session.scalar(select(Entry.id).where(outside).limit(1)) is None:
            whole_from, whole_to = min(whole_from, first), max(whole_to, last)
        else:
            parts.append((max(first, starts_on), min(last, ends_on)))
    return whole_from, whole_to, parts
