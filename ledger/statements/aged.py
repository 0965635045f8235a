"""What is owed to the co-operative and by it, party by party, by the age of what is still unpaid.

Payments settle the oldest first, whatever they were meant for: so what is unpaid of a balance are its newest parts. A party that
paid more than it owed stands with a negative amount that no age applies to. The ledger knows no due dates: a part is due so
many days after it was booked as the asker says.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from ledger.chart import books_currency
from ledger.models import Account, AccountKind, Entry, Posting

#: The last day after the due date of each part: not due, 1 to 30 days, 31 to 60, 61 to 90, and older.
LAST_DAYS = (0, 30, 60, 90)

#: Lines of the statements on whose accounts a posting may name a party and need not, such as what is owed to suppliers.
_NAMED = ("payables", "receivables")
#: What was paid in advance is owed as a service, and not as money.
_NOT_MONEY = "paid-in-advance"


class Side(StrEnum):
    """Who owes: others to the co-operative, or the co-operative to others."""

    RECEIVABLE = "receivable"
    PAYABLE = "payable"

    @property
    def kind(self) -> AccountKind:
        """Return the kind of account on which it stands."""
        return AccountKind.ASSET if self is Side.RECEIVABLE else AccountKind.LIABILITY


@dataclass(frozen=True)
class AgedRow:
    """What is unpaid between a party and the co-operative on an account, in parts by their age."""

    code: str
    party_ref: UUID
    #: Not due, 1 to 30 days over, 31 to 60, 61 to 90, more. What was paid too much is a negative part that is not due.
    parts_minor: tuple[int, ...]
    #: The day of the oldest part that is not paid whole; none where too much was paid.
    oldest_on: date | None

    @property
    def total_minor(self) -> int:
        """Return the whole balance."""
        return sum(self.parts_minor)


@dataclass(frozen=True)
class AgedAccount:
    """What stands on an account, party by party, those who owe longest first."""

    code: str
    name: str
    rows: tuple[AgedRow, ...]

    @property
    def parts_minor(self) -> tuple[int, ...]:
        """Return the sums of the parts by their age."""
        return summed(row.parts_minor for row in self.rows)


@dataclass(frozen=True)
class AgedBalances:
    """What is owed at the end of a day, where a part is due some days after it was booked."""

    at: date
    side: Side
    days_to_pay: int
    currency: str
    accounts: tuple[AgedAccount, ...]

    @property
    def parts_minor(self) -> tuple[int, ...]:
        """Return the sums of the parts by their age."""
        return summed(account.parts_minor for account in self.accounts)


def aged_balances(session: Session, side: Side, at: date, *, days_to_pay: int = 0) -> AgedBalances:
    """Return what is unpaid at the end of a day on the accounts of a side that name whom a posting is about."""
    names: dict[str, str] = {}
    rows: dict[str, list[AgedRow]] = {}
    last_due = at - timedelta(days=days_to_pay)
    unpaid = session.execute(_unpaid(side, at))
    for (code, name, party_ref), parts in groupby(unpaid, key=lambda row: (row.code, row.name, row.party_ref)):
        names[code] = name
        rows.setdefault(code, []).append(_row(code, party_ref, parts, last_due))
    accounts = tuple(
        AgedAccount(code, names[code], tuple(sorted(found, key=lambda row: row.oldest_on or date.max)))
        for code, found in rows.items()
    )
    return AgedBalances(at, side, days_to_pay, books_currency(session), accounts)


def summed(columns: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Add parts up, age by age."""
    sums = [0] * (len(LAST_DAYS) + 1)
    for parts in columns:
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return tuple(sums)


def _row(code: str, party_ref: UUID, unpaid: Iterable[Row[Any]], last_due: date) -> AgedRow:
    """Put the unpaid parts of a balance, the newest first, where their age belongs."""
    parts = [0] * (len(LAST_DAYS) + 1)
    oldest_on = None
    for charge in unpaid:
        if charge.balance_minor < 0:
            parts[0] = int(charge.balance_minor)
            break
        oldest_on = charge.booked_on
        open_minor = min(charge.amount_minor, charge.balance_minor - charge.newer_minor)
        parts[bisect_left(LAST_DAYS, (last_due - oldest_on).days)] += int(open_minor)
    return AgedRow(code, party_ref, tuple(parts), oldest_on)


def _unpaid(side: Side, at: date) -> Select[Any]:
    """Return the query for the charges of which a balance still consists, the newest of each party first.

    Of a party that paid too much it returns its last posting alone. Parties at zero are left out before anything is sorted.
    """
    amount = Posting.amount_minor * (1 if side.kind.is_debit else -1)
    whose = (Posting.account_id, Posting.party_ref)
    by_party = (
        *(Account.by_party | Account.statement_line.in_(_NAMED), Account.kind == side.kind),
        Posting.party_ref.is_not(None),
        func.coalesce(Account.statement_line, "") != _NOT_MONEY,
    )
    unsettled = (
        select(*whose, func.sum(amount).label("balance_minor"))
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(*by_party, Entry.booked_on <= at)
        .group_by(*whose)
        .having(func.sum(amount) != 0)
        .subquery()
    )
    order = (Entry.booked_on.desc(), Entry.id.desc(), Posting.line.desc())
    charged = func.sum(case((amount > 0, amount), else_=0))
    in_turn = (
        select(
            *(Account.code, Account.name, Posting.party_ref, Entry.booked_on, unsettled.c.balance_minor),
            amount.label("amount_minor"),
            func.coalesce(charged.over(partition_by=whose, order_by=order, rows=(None, -1)), 0).label("newer_minor"),
            func.row_number().over(partition_by=whose, order_by=order).label("place"),
        )
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(unsettled, and_(*(unsettled.c[column.key] == column for column in whose)))
        .where(Entry.booked_on <= at)
        .subquery()
    )
    found = in_turn.c
    is_open = (found.balance_minor > 0) & (found.amount_minor > 0) & (found.newer_minor < found.balance_minor)
    paid_too_much = (found.balance_minor < 0) & (found.place == 1)
    return select(in_turn).where(is_open | paid_too_much).order_by(found.code, found.party_ref, found.place)
