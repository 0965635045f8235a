"""What the accounts add up to between two days, however old the books are.

Whole periods are read from the balance rows; only the months that the two days cut through are summed from postings. Both
ways give the same figures, which a test holds against the plain sum. Closing entries can be left out, because a closed year has
had income and expenses though none stand on its accounts any more.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from ledger.models import Account, AccountKind, Balance, Entry, Period, Posting, YearClosing


@dataclass(frozen=True)
class AccountTotal:
    """An account, and what was debited and credited to it."""

    code: str
    name: str
    kind: AccountKind
    currency: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Return the balance, debit positive."""
        return self.debit_minor - self.credit_minor

    @property
    def natural_minor(self) -> int:
        """Return the balance as a reader expects it: positive on the account's own side."""
        return self.balance_minor if self.kind.is_debit else -self.balance_minor


def account_totals(
    session: Session, starts_on: date | None, ends_on: date | None, *, with_closings: bool = True
) -> list[AccountTotal]:
    """Return the totals of every account between two days, both included, in the order of the codes.

    Without a first day from the beginning, without a last day to the end. Accounts with nothing booked are there with zero.
    """
    sums = _sums(session, starts_on, ends_on)
    if not with_closings:
        for account_id, amount_minor in _closing_postings(session, starts_on, ends_on):
            debit_minor, credit_minor = sums[account_id]
            sums[account_id] = (debit_minor - max(amount_minor, 0), credit_minor - max(-amount_minor, 0))
    return [
        AccountTotal(row.code, row.name, row.kind, row.currency, *sums.get(row.id, (0, 0)))
        for row in session.execute(
            select(Account.id, Account.code, Account.name, Account.kind, Account.currency).order_by(Account.code)
        )
    ]


def balance_of(session: Session, code: str, at: date | None = None) -> int:
    """Return the balance of one account at the end of a day, debit positive."""
    account_id = session.scalar(select(Account.id).where(Account.code == code))
    debit_minor, credit_minor = _sums(session, None, at, account_id).get(account_id, (0, 0)) if account_id else (0, 0)
    return debit_minor - credit_minor


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


def _sums(
    session: Session, starts_on: date | None, ends_on: date | None, account_id: UUID | None = None
) -> dict[UUID, tuple[int, int]]:
    """Return what was debited and what was credited, by account."""
    whole, cut = _split(session, starts_on, ends_on)
    queries = []
    if whole:
        queries.append(
            select(Balance.account_id, func.sum(Balance.debit_minor), func.sum(Balance.credit_minor))
            .where(Balance.period_id.in_(whole), *([Balance.account_id == account_id] if account_id else []))
            .group_by(Balance.account_id)
        )
    if cut:
        amount = Posting.amount_minor
        days = or_(*(Entry.booked_on.between(first, last) for first, last in cut))
        queries.append(
            select(
                Posting.account_id,
                func.coalesce(func.sum(amount).filter(amount > 0), 0),
                func.coalesce(-func.sum(amount).filter(amount < 0), 0),
            )
            .join(Entry, Entry.id == Posting.entry_id)
            .where(days, *([Posting.account_id == account_id] if account_id else []))
            .group_by(Posting.account_id)
        )
    debited: dict[UUID, int] = defaultdict(int)
    credited: dict[UUID, int] = defaultdict(int)
    for query in queries:
        for account, debit, credit in session.execute(query):
            # PostgreSQL sums a BIGINT to a Decimal.
            debited[account] += int(debit)
            credited[account] += int(credit)
    return {account: (debited[account], credited[account]) for account in debited}


def _closing_postings(session: Session, starts_on: date | None, ends_on: date | None) -> list[tuple[UUID, int]]:
    """Return account and amount of each posting that closed a year between two days."""
    rows = session.execute(
        select(Posting.account_id, Posting.amount_minor)
        .join(YearClosing, YearClosing.entry_id == Posting.entry_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Entry.booked_on.between(starts_on or date.min, ends_on or date.max))
    )
    return [(row.account_id, row.amount_minor) for row in rows]


def _split(
    session: Session, starts_on: date | None, ends_on: date | None
) -> tuple[list[UUID], list[tuple[date, date]]]:
    """Split the days between two dates into whole periods and the parts of those that are cut, two at most."""
    starts_on, ends_on = starts_on or date.min, ends_on or date.max
    whole, cut = [], []
    for period_id, first, last in session.execute(
        select(Period.id, Period.starts_on, Period.ends_on).where(
            Period.starts_on <= ends_on, Period.ends_on >= starts_on
        )
    ):
        outside = or_(
            and_(Entry.booked_on >= first, Entry.booked_on < starts_on),
            and_(Entry.booked_on > ends_on, Entry.booked_on <= last),
        )
        is_cut = first < starts_on or last > ends_on
        # A month that is not over yet is whole as long as nothing stands beyond the day.
        if is_cut and session.scalar(select(Entry.id).where(outside).limit(1)) is not None:
            cut.append((max(first, starts_on), min(last, ends_on)))
        else:
            whole.append(period_id)
    return whole, cut
