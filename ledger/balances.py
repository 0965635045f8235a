"""The running balance of each account in each period, kept in the transaction that posts.

Reading a balance costs the same however old the books are; `ledger.checks` holds the rows against the plain sums.
"""

from collections import defaultdict
from collections.abc import Iterable
from types import ModuleType
from uuid import UUID

from sqlalchemy import Connection, Insert
from sqlalchemy.dialects import postgresql, sqlite

from evidence.columns import table_of
from ledger.models import Balance

_TABLE = table_of(Balance)


def _adding(dialect: ModuleType) -> Insert:
    statement = dialect.insert(_TABLE)
    sums = {name: _TABLE.c[name] + statement.excluded[name] for name in ("debit_minor", "credit_minor")}
    upsert: Insert = statement.on_conflict_do_update(index_elements=["account_id", "period_id"], set_=sums)
    return upsert


# Built once, because building a statement costs as much as running it.
_ADDING = {"sqlite": _adding(sqlite), "postgresql": _adding(postgresql)}


def add_to_balances(connection: Connection, period_id: UUID, amounts: Iterable[tuple[UUID, int]]) -> None:
    """Add postings to the balance rows, in the order of the accounts so that two writers cannot deadlock."""
    debited: dict[UUID, int] = defaultdict(int)
    credited: dict[UUID, int] = defaultdict(int)
    for account_id, amount_minor in amounts:
        debited[account_id] += max(amount_minor, 0)
        credited[account_id] += max(-amount_minor, 0)
    rows = [
        {
            "account_id": account_id,
            "period_id": period_id,
            "debit_minor": debited[account_id],
            "credit_minor": credited[account_id],
        }
        for account_id in sorted(debited)
    ]
    connection.execute(_ADDING[connection.dialect.name], rows)
