"""The running balance of each account in each period, kept in the transaction that posts.

Closing a year keeps the sums up to its end, so that reading a balance costs the same however old the books are. The checks hold
both kinds of rows against the plain sums.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection, Select, func, insert, literal, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.insertion import Insertion
from ledger.drafts import Line
from ledger.models import Balance, ClosingBalance, FiscalYear, Period

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


def keep_closing_balances(session: Session, year: FiscalYear, number: int) -> None:
    """Keep the sums of all accounts up to the end of a year that is just closed, under the number of the closing."""
    sums = sums_up_to(year).subquery()
    rows = select(literal(year.id), literal(number), sums.c.account_id, sums.c.debit_minor, sums.c.credit_minor)
    columns = ["fiscal_year_id", "number", "account_id", "debit_minor", "credit_minor"]
    session.execute(insert(ClosingBalance).from_select(columns, rows))


def sums_up_to(year: FiscalYear) -> Select[UUID, int, int]:
    """Return the query for what each account was debited and credited with until the end of a year, by the rows of the periods."""
    return (
        select(
            Balance.account_id,
            func.sum(Balance.debit_minor).label("debit_minor"),
            func.sum(Balance.credit_minor).label("credit_minor"),
        )
        .join(Period, Period.id == Balance.period_id)
        .where(Period.ends_on <= year.ends_on)
        .group_by(Balance.account_id)
    )
