"""What income and expense accounts earned and cost month by month, read from the balance rows: the same cost in every year."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.models import Account, AccountKind, Balance, Entry, Period, Posting
from ledger.totals import is_closing

#: The kinds of account that a budget plans.
BUDGETED_KINDS = (AccountKind.INCOME, AccountKind.EXPENSE)


def actuals(session: Session, months: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Return what was earned and spent in some months, by account and month, positive on the account's own side.

    What closed a year is left out, because it empties the accounts.
    """
    wanted = list(months)
    stands = (
        select(Balance.account_id, Balance.period_id, Balance.debit_minor - Balance.credit_minor, Account.kind)
        .join(Account, Account.id == Balance.account_id)
        .where(Balance.period_id.in_(wanted), Account.kind.in_(BUDGETED_KINDS))
    )
    closed_away = (
        select(Posting.account_id, Period.id, -func.sum(Posting.amount_minor), Account.kind)
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Period, Entry.booked_on.between(Period.starts_on, Period.ends_on))
        .where(Period.id.in_(wanted), Account.kind.in_(BUDGETED_KINDS), is_closing())
        .group_by(Posting.account_id, Period.id, Account.kind)
    )
    found: dict[tuple[UUID, UUID], int] = {}
    for query in (stands, closed_away):
        for account_id, period_id, minor, kind in session.execute(query):
            key = (account_id, period_id)
            # PostgreSQL sums a BIGINT to a Decimal.
            found[key] = found.get(key, 0) + (int(minor) if kind.is_debit else -int(minor))
    return found
