"""What the accounts add up to between two days, however old the books are.

One query adds up what lies in several places, see `ledger.sums`. However the days fall the figures are the same, which a test holds
against the plain sum. Closing entries can be left out, because a closed year has had income and expenses though none stand on its
accounts any more.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache, reduce
from operator import add
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session, aliased

from evidence.columns import raw
from evidence.reading import driver_rows
from ledger.models import Account, AccountKind, Business, Entry, FiscalYear, Posting, YearClosing
from ledger.sums import Sums, places, sides

#: The kind of record whose entries share out a surplus: from one account of equity to others and to what is owed to members.
DISTRIBUTION = "distribution"
#: The kind of the entries that bring balances over from other books.
OPENING = "opening"
#: The kind of the entries that move share capital from one of its accounts to another: nobody paid in, nobody was paid.
CAPITAL_MOVE = "capital-move"


class AccountTotal(NamedTuple):
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


class AccountBalance(NamedTuple):
    """An account and its balance, on the side where it stands."""

    code: str
    name: str
    kind: AccountKind
    #: Debit positive, and never nothing.
    balance_minor: int

    @property
    def debit_minor(self) -> int:
        """Return the balance of an account that stands on the debit side."""
        return max(self.balance_minor, 0)

    @property
    def credit_minor(self) -> int:
        """Return the balance of an account that stands on the credit side, without a sign."""
        return max(-self.balance_minor, 0)


def _by_account(sums: Iterable[Sums], columns: Iterable[Any], *, net: bool = False) -> Select[*tuple[Any, ...]]:
    """Return the query for columns of every account and, at the end, both sides of all sums together, or the balance alone."""
    found = [query.subquery() for query in sums]
    debit, credit = (reduce(add, (func.coalesce(one.c[side], 0) for one in found)) for side in _SIDES)
    amounts = (debit - credit,) if net else (debit, credit)
    query = select(*columns, *amounts).select_from(Account).where(~Account.is_heading).order_by(Account.code)
    for one in found:
        query = query.outerjoin(one, one.c.account_id == Account.id)
    return query


_SIDES = ("debit_minor", "credit_minor")
#: The same, built once for each combination of places.
_known_by_account = cache(_by_account)
_OF_BALANCE = (Account.code, Account.name, raw(Account.kind))
_OF_TOTAL = (*_OF_BALANCE, Account.currency, Account.statement_line, raw(Account.business))
# Texts become enums here: for thousands of accounts that is quicker than by the type of a column.
_KINDS = {kind.value: kind for kind in AccountKind}
_BUSINESSES: dict[str | None, Business | None] = {None: None, **{business.value: business for business in Business}}


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
    sums, asked = places(session, starts_on, ends_on)
    query = _known_by_account(sums, _OF_TOTAL)
    if left_out := (*([] if with_closings else [is_closing()]), *without):
        days = Entry.booked_on.between(starts_on or date.min, ends_on or date.max)
        # Each by itself within the one query: together they would have to read every entry between the days.
        query = _by_account([*sums, *(sides(-1).where(which, days) for which in left_out)], _OF_TOTAL)
    rows = driver_rows(session.connection(), query, asked)
    return [
        AccountTotal(code, name, _KINDS[kind], currency, debit_minor, credit_minor, line, _BUSINESSES[business])
        for code, name, kind, currency, line, business, debit_minor, credit_minor in rows
    ]


def account_balances(session: Session, at: date) -> tuple[AccountBalance, ...]:
    """Return the accounts with a balance at the end of a day, in the order of the codes.

    `account_totals` says that too, and more, which costs more.
    """
    sums, asked = places(session, None, at)
    rows = driver_rows(session.connection(), _known_by_account(sums, _OF_BALANCE, net=True), asked)
    return tuple(
        [
            AccountBalance(code, name, _KINDS[kind], balance_minor)
            for code, name, kind, balance_minor in rows
            if balance_minor
        ]
    )


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


@cache
def _of_one(sums: tuple[Sums, ...]) -> Select[int]:
    """Return the query for the balance of the account with a code."""
    named = select(Account.id).where(Account.code == bindparam("code")).scalar_subquery()
    found = union_all(*(query.where(query.selected_columns.account_id == named) for query in sums)).subquery()
    return select(func.coalesce(func.sum(found.c.debit_minor - found.c.credit_minor), 0))


def balance_of(session: Session, code: str, at: date | None = None) -> int:
    """Return the balance of one account at the end of a day, debit positive."""
    sums, asked = places(session, None, at)
    return int(session.scalars(_of_one(sums), {**asked, "code": code}).one())


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
