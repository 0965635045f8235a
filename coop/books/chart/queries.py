"""What the pages of the chart read: the tree with balances, and the balance of an account month by month. Never writes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import chart
from ledger.models import Account, Balance, Period
from ledger.totals import account_totals

#: How many months the balance of an account is shown over.
MONTHS = 24


@dataclass(frozen=True)
class ChartRow:
    """An account or heading with its balance, positive on the side of its kind; that of a heading is the sum of what is under it."""

    account: Account
    depth: int
    balance_minor: int


@dataclass(frozen=True)
class MonthRow:
    """What stood on an account at the end of a month, positive on the side of its kind."""

    ends_on: date
    balance_minor: int


def chart_rows(session: Session) -> list[ChartRow]:
    """Return the chart with its balances over all entries, each heading before what stands under it."""
    branches = chart.tree(session)
    balances = {total.code: total.natural_minor for total in account_totals(session, None, None)}
    sums: dict[UUID | None, int] = defaultdict(int)
    # From the leaves up: what stands under a heading comes after it.
    for account in (branch.account for branch in reversed(branches)):
        sums[account.id] += balances.get(account.code, 0)
        sums[account.parent_id] += sums[account.id]
    return [ChartRow(branch.account, branch.depth, sums[branch.account.id]) for branch in branches]


def under(rows: Sequence[ChartRow], account: Account) -> list[ChartRow]:
    """Return what stands under a heading, out of the rows of the chart, as a tree of its own."""
    start = next((place for place, row in enumerate(rows) if row.account.id == account.id), len(rows))
    found: list[ChartRow] = []
    for row in rows[start + 1 :]:
        if row.depth <= rows[start].depth:
            break
        found.append(ChartRow(row.account, row.depth - rows[start].depth - 1, row.balance_minor))
    return found


def months(session: Session, accounts: Sequence[Account], today: date, *, count: int = MONTHS) -> list[MonthRow]:
    """Return what stood on accounts together at the end of the last months, the current one as far as it goes.

    The months before the first that something was booked in are left out. Read from the balance rows, so it costs the same
    however much was booked.
    """
    if not accounts:
        return []
    amount = func.coalesce(func.sum(Balance.debit_minor - Balance.credit_minor), 0)
    mine = Balance.account_id.in_([account.id for account in accounts])
    shown = (
        select(Period.starts_on, Period.ends_on, amount, func.count(Balance.account_id))
        .outerjoin(Balance, (Balance.period_id == Period.id) & mine)
        .where(Period.starts_on <= today)
        .group_by(Period.starts_on, Period.ends_on)
        .order_by(Period.starts_on.desc())
        .limit(count)
    )
    rows = session.execute(shown).all()[::-1]
    if not rows:
        return []
    earlier = (
        select(amount).join(Period, Period.id == Balance.period_id).where(mine, Period.ends_on < rows[0].starts_on)
    )
    balance_minor = int(session.scalar(earlier) or 0)
    found: list[MonthRow] = []
    sign = 1 if accounts[0].kind.is_debit else -1
    for _, ends_on, booked_minor, postings in rows:
        balance_minor += int(booked_minor)
        if found or balance_minor or postings:
            found.append(MonthRow(ends_on, sign * balance_minor))
    return found
