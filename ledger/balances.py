"""The running balance of each account in each period, kept in the transaction that posts.

Reading a balance costs the same however old the books are; `ledger.checks` holds the rows against the plain sums.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection

from evidence.columns import table_of
from evidence.insertion import Insertion
from ledger.drafts import Line
from ledger.models import Balance

_ADDING = Insertion(
    table_of(Balance),
    *("account_id", "period_id", "debit_minor", "credit_minor"),
    on_conflict=(
        "ON CONFLICT (account_id, period_id) DO UPDATE SET"
        " debit_minor = ledger_balance.debit_minor + excluded.debit_minor,"
        " credit_minor = ledger_balance.credit_minor + excluded.credit_minor"
    ),
)


def add_to_balances(
    connection: Connection, period_id: UUID, lines: Iterable[Line], account_ids: Mapping[str, UUID]
) -> None:
    """Add lines that were posted to the balance rows, in the order of the accounts so that two writers cannot deadlock."""
    debited: dict[str, int] = defaultdict(int)
    credited: dict[str, int] = defaultdict(int)
    for line in lines:
        side = debited if line.amount_minor > 0 else credited
        side[line.account] += abs(line.amount_minor)
    moved = sorted((account_ids[code], code) for code in debited.keys() | credited.keys())
    _ADDING.write(connection, ((id_, period_id, debited[code], credited[code]) for id_, code in moved))
