"""What is owed to the co-operative and by it, party by party, by the age of what is still unpaid.

Payments settle the oldest first, whatever they were meant for: so what is unpaid of a balance are its newest parts. A party that
paid more than it owed stands with a negative amount that no age applies to. The ledger knows no due dates: a part is due so
many days after it was booked as the asker says. Where the asker knows what is open piece by piece, as of bills, the pieces stand
by their own due dates. What names no party is a row of its own, so that the rows of an account add up to its balance.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select, true
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
class OpenItem:
    """Something that is paid by itself and is not paid, such as a bill."""

    party_ref: UUID
    booked_on: date
    due_on: date
    amount_minor: int


@dataclass(frozen=True)
class OpenItems:
    """What is open on an account piece by piece, and from which kinds of records the entries come that these pieces sum up."""

    code: str
    source_kinds: tuple[str, ...]
    items: Sequence[OpenItem]


@dataclass(frozen=True)
class AgedRow:
    """What is unpaid between a party and the co-operative on an account, in parts by their age."""

    code: str
    #: None of what names nobody, such as a balance that was brought along.
    party_ref: UUID | None
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


def aged_balances(
    session: Session, side: Side, at: date, *, days_to_pay: int = 0, open_items: OpenItems | None = None
) -> AgedBalances:
    """Return what is unpaid at the end of a day on the accounts of a side that name whom a posting is about.

    With `open_items` of that day these are aged one by one, by their due dates, and the oldest first is only the rule of the rest.
    """
    last_due = at - timedelta(days=days_to_pay)
    rows = _of_items(open_items, at) if open_items else {}
    for names_party in (True, False):
        unpaid = session.execute(_unpaid(side, at, open_items, names_party=names_party))
        for whose, parts in groupby(unpaid, key=lambda row: (row.code, row.party_ref)):
            row = _row(*whose, parts, last_due)
            rows[whose] = _together(rows[whose], row) if whose in rows else row
    by_account: dict[str, list[AgedRow]] = defaultdict(list)
    for row in rows.values():
        if any(row.parts_minor):
            by_account[row.code].append(row)
    named = select(Account.code, Account.name).where(Account.code.in_(by_account)).order_by(Account.code)
    accounts = tuple(
        AgedAccount(code, name, tuple(sorted(by_account[code], key=_place))) for code, name in session.execute(named)
    )
    return AgedBalances(at, side, days_to_pay, books_currency(session), accounts)


def summed(columns: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    """Add parts up, age by age."""
    sums = [0] * (len(LAST_DAYS) + 1)
    for parts in columns:
        sums = [total + part for total, part in zip(sums, parts, strict=True)]
    return tuple(sums)


def _place(row: AgedRow) -> tuple[bool, date, str]:
    """Put those who owe longest first, and what names nobody last."""
    return row.party_ref is None, row.oldest_on or date.max, str(row.party_ref)


def _of_items(open_items: OpenItems, at: date) -> dict[tuple[str, UUID | None], AgedRow]:
    """Put what is open piece by piece where the due date of each belongs."""
    rows: dict[tuple[str, UUID | None], AgedRow] = {}
    for item in open_items.items:
        whose = (open_items.code, item.party_ref)
        row = AgedRow(*whose, _aged(item.amount_minor, (at - item.due_on).days), item.booked_on)
        rows[whose] = _together(rows[whose], row) if whose in rows else row
    return rows


def _together(one: AgedRow, other: AgedRow) -> AgedRow:
    """Add up two rows of the same party."""
    oldest = min(filter(None, (one.oldest_on, other.oldest_on)), default=None)
    return AgedRow(one.code, one.party_ref, summed((one.parts_minor, other.parts_minor)), oldest)


def _aged(amount_minor: int, days_over: int) -> tuple[int, ...]:
    """Return the parts of an amount that is of one age."""
    place = bisect_left(LAST_DAYS, days_over)
    return tuple(amount_minor if at == place else 0 for at in range(len(LAST_DAYS) + 1))


def _row(code: str, party_ref: UUID | None, unpaid: Iterable[Row[Any]], last_due: date) -> AgedRow:
    """Put the unpaid parts of a balance, the newest first, where their age belongs."""
    parts = [_aged(0, 0)]
    oldest_on = None
    for charge in unpaid:
        if charge.balance_minor < 0:
            parts.append(_aged(int(charge.balance_minor), 0))
            break
        oldest_on = charge.booked_on
        open_minor = min(charge.amount_minor, charge.balance_minor - charge.newer_minor)
        parts.append(_aged(int(open_minor), (last_due - oldest_on).days))
    return AgedRow(code, party_ref, summed(parts), oldest_on)


def _unpaid(side: Side, at: date, apart: OpenItems | None, *, names_party: bool) -> Select[Any]:
    """Return the query for the charges of which a balance still consists, the newest of each party first.

    Of a party that paid too much it returns its last posting alone. Parties at zero are left out before anything is sorted, and so
    are the entries that are told apart. What names nobody is asked for by itself, for no index finds parties that may be missing.
    """
    amount = Posting.amount_minor * (1 if side.kind.is_debit else -1)
    whose = (Posting.account_id, Posting.party_ref) if names_party else (Posting.account_id,)
    by_party = (
        *(Account.by_party | Account.statement_line.in_(_NAMED), Account.kind == side.kind),
        func.coalesce(Account.statement_line, "") != _NOT_MONEY,
    )
    counted = (
        Entry.booked_on <= at,
        Posting.party_ref.is_not(None) if names_party else Posting.party_ref.is_(None),
        _is_not_of(apart) if apart else true(),
    )
    unsettled = (
        select(*whose, func.sum(amount).label("balance_minor"))
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(*by_party, *counted)
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
        .where(*counted)
        .subquery()
    )
    found = in_turn.c
    is_open = (found.balance_minor > 0) & (found.amount_minor > 0) & (found.newer_minor < found.balance_minor)
    paid_too_much = (found.balance_minor < 0) & (found.place == 1)
    return select(in_turn).where(is_open | paid_too_much).order_by(found.code, found.party_ref, found.place)


def _is_not_of(apart: OpenItems) -> ColumnElement[bool]:
    """Return the condition that a posting is not summed up by items."""
    return (Account.code != apart.code) | func.coalesce(Entry.source_kind, "").not_in(apart.source_kinds)
