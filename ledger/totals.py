"""What the accounts add up to between two days, however old the books are.

What was closed is read from the sums that the last closing kept, whole periods from the balance rows, and only the months that the
two days cut through are summed from postings. All ways give the same figures, which a test holds against the plain sum. Closing entries can be left out, because a closed year has
had income and expenses though none stand on its accounts any more.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from evidence.columns import raw
from ledger.closed_years import last_closed
from ledger.models import (
    Account,
    AccountKind,
    Balance,
    Business,
    ClosingBalance,
    Entry,
    FiscalYear,
    Period,
    Posting,
    YearClosing,
)

_DAY = timedelta(days=1)
#: The kind of record whose entries share out a surplus: from one account of equity to others and to what is owed to members.
DISTRIBUTION = "distribution"
#: The kind of the entries that bring balances over from other books.
OPENING = "opening"
#: The kind of the entries that move share capital from one of its accounts to another: nobody paid in, nobody was paid.
CAPITAL_MOVE = "capital-move"


@dataclass(frozen=True)
class AccountTotal:
    """An account, and what was debited and credited to it."""

    code: str
    name: str
    kind: AccountKind
    currency: str
    debit_minor: int
    credit_minor: int
    #: The code of the line of the statements that it is part of, see `ledger.lines`.
    statement_line: str | None = None
    business: Business | None = None

    @property
    def balance_minor(self) -> int:
        """Return the balance, debit positive."""
        return self.debit_minor - self.credit_minor

    @property
    def natural_minor(self) -> int:
        """Return the balance as a reader expects it: positive on the account's own side."""
        return self.balance_minor if self.kind.is_debit else -self.balance_minor


def account_totals(
    session: Session,
    starts_on: date | None,
    ends_on: date | None,
    *,
    with_closings: bool = True,
    without: Iterable[ColumnElement[bool]] = (),
) -> list[AccountTotal]:
    """Return the totals of every account between two days, both included, in the order of the codes.

    Without a first day from the beginning, without a last day to the end. Accounts with nothing booked are there with zero;
    headings, which add up accounts, are not.
    """
    sums = _sums(session, starts_on, ends_on)
    # One query for each: together they would have to read every entry between the days.
    for which in (*([] if with_closings else [is_closing()]), *without):
        for account_id, (debit_minor, credit_minor) in _sums_of(session, which, starts_on, ends_on).items():
            debited, credited = sums[account_id]
            sums[account_id] = (debited - debit_minor, credited - credit_minor)
    columns = (Account.code, Account.name, Account.kind, Account.currency, Account.statement_line, Account.business)
    return [
        AccountTotal(code, name, kind, currency, *sums.get(id_, (0, 0)), line, business)
        for id_, code, name, kind, currency, line, business in session.execute(
            select(raw(Account.id), *columns).where(~Account.is_heading).order_by(Account.code)
        )
    ]


def is_closing() -> ColumnElement[bool]:
    """Say of an entry whether it closed a year, or took such a closing back: together the two come to nothing."""
    closings = select(YearClosing.entry_id).where(YearClosing.entry_id.is_not(None))
    reversal = aliased(Entry)
    taken_back = select(reversal.id).join(YearClosing, YearClosing.entry_id == reversal.reverses_id)
    return Entry.id.in_(closings.union_all(taken_back))


def is_distribution() -> ColumnElement[bool]:
    """Say of an entry whether it shared out a surplus."""
    return Entry.source_kind == DISTRIBUTION


def is_opening() -> ColumnElement[bool]:
    """Say of an entry whether it brought balances over from other books, or took such balances back."""
    opening = aliased(Entry)
    return (Entry.kind == OPENING) | Entry.reverses_id.in_(select(opening.id).where(opening.kind == OPENING))


def is_capital_move() -> ColumnElement[bool]:
    """Say of an entry whether it moved share capital from one account to another."""
    return Entry.kind == CAPITAL_MOVE


def balance_of(session: Session, code: str, at: date | None = None) -> int:
    """Return the balance of one account at the end of a day, debit positive."""
    account_id = session.scalar(select(Account.id).where(Account.code == code))
    sums = _sums(session, None, at, account_id) if account_id else {}
    return sum(debit_minor - credit_minor for debit_minor, credit_minor in sums.values())


def party_balance_of(session: Session, code: str, party_ref: UUID, at: date | None = None) -> int:
    """Return what stands on an account for one party at the end of a day, debit positive."""
    query = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Account.code == code, Posting.party_ref == party_ref)
    )
    if at is not None:
        query = query.where(Entry.booked_on <= at)
    return int(session.scalars(query).one())


def result_of(session: Session, year: FiscalYear) -> int:
    """Return the surplus of a year, or its deficit as a negative amount, whether it is closed or not."""
    totals = account_totals(session, year.starts_on, year.ends_on, with_closings=False)
    return -sum(total.balance_minor for total in totals if not total.kind.is_permanent)


def _sums(
    session: Session, starts_on: date | None, ends_on: date | None, account_id: UUID | None = None
) -> dict[Any, tuple[int, int]]:
    """Return what was debited and what was credited, by the id of the account as the driver gives it."""
    first, last, parts = _split(session, starts_on, ends_on)
    queries: list[Select[Any, int, int]] = []
    if starts_on is None and (found := last_closed(session, last)) is not None:
        closing, closed_to = found
        first = closed_to + _DAY
        of_closing = (
            ClosingBalance.fiscal_year_id == closing.fiscal_year_id,
            ClosingBalance.number == closing.number,
            *_is(ClosingBalance.account_id, account_id),
        )
        kept = select(raw(ClosingBalance.account_id), ClosingBalance.debit_minor, ClosingBalance.credit_minor)
        queries.append(kept.where(*of_closing))
    periods = select(Period.id).where(Period.starts_on >= first, Period.ends_on <= last)
    whole = select(raw(Balance.account_id), func.sum(Balance.debit_minor), func.sum(Balance.credit_minor))
    within = (Balance.period_id.in_(periods), *_is(Balance.account_id, account_id))
    queries.append(whole.where(*within).group_by(Balance.account_id))
    if parts:
        days = or_(*(Entry.booked_on.between(*part) for part in parts))
        queries.append(_sides().where(days, *_is(Posting.account_id, account_id)))
    debited: dict[Any, int] = defaultdict(int)
    credited: dict[Any, int] = defaultdict(int)
    for query in queries:
        for account, debit, credit in session.execute(query):
            # PostgreSQL sums a BIGINT to a Decimal.
            debited[account] += int(debit)
            credited[account] += int(credit)
    return {account: (debited[account], credited[account]) for account in debited}


def _is(column: InstrumentedAttribute[UUID], account_id: UUID | None) -> list[ColumnElement[bool]]:
    return [column == account_id] if account_id is not None else []


def _sums_of(
    session: Session, which: ColumnElement[bool], starts_on: date | None, ends_on: date | None
) -> dict[Any, tuple[int, int]]:
    """Return what some few entries between two days debited and credited, by account."""
    rows = session.execute(_sides().where(which, Entry.booked_on.between(starts_on or date.min, ends_on or date.max)))
    return {account_id: (int(debit), int(credit)) for account_id, debit, credit in rows}


def _sides() -> Select[Any, int, int]:
    """Return the query for what postings debited and credited, by account."""
    amount = Posting.amount_minor
    return (
        select(
            raw(Posting.account_id),
            func.coalesce(func.sum(amount).filter(amount > 0), 0),
            func.coalesce(-func.sum(amount).filter(amount < 0), 0),
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .group_by(Posting.account_id)
    )


def _split(
    session: Session, starts_on: date | None, ends_on: date | None
) -> tuple[date, date, list[tuple[date, date]]]:
    """Split the days between two dates: whole periods lie between two days, and of others there are parts, two at most."""
    starts_on, ends_on = starts_on or date.min, ends_on or date.max
    whole_from, whole_to = starts_on, ends_on
    parts = []
    is_cut = or_(
        and_(Period.starts_on < starts_on, Period.ends_on >= starts_on),
        and_(Period.starts_on <= ends_on, Period.ends_on > ends_on),
    )
    for first, last in session.execute(select(Period.starts_on, Period.ends_on).where(is_cut)):
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
