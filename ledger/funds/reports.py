"""What became of a fund, read from the postings that name it.

On the fund's own account, what comes in is *received* and what a release takes out is *released*; on expense accounts it is *spent*, and
so it is on accounts of lasting assets: the funder gave it for the thing. Depreciation that names the fund on both its lines changes nothing.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from ledger.funds import errors as fund_errors
from ledger.models import Account, AccountKind, Entry, Fund, Posting

#: The kind of the entries that make income of what was spent.
RELEASE = "fund-release"
#: The line of the statements of what lasts; see `ledger.lines`.
_LASTING = "fixed-assets"


@dataclass(frozen=True)
class Spending:
    """What was spent for a fund on one account."""

    account: str
    name: str
    amount_minor: int


@dataclass(frozen=True)
class FundReport:
    """What became of a fund between two days, both included: what its funder asks for."""

    fund_id: UUID
    code: str
    name: str
    account: str
    currency: str
    starts_on: date
    ends_on: date
    #: Unspent before the first day.
    opening_minor: int
    received_minor: int
    spending: tuple[Spending, ...]
    #: What became income, from the fund's account.
    released_minor: int
    #: By the last day, whenever it was spent: spent and not released.
    to_release_minor: int

    @property
    def spent_minor(self) -> int:
        """Return what was spent in the time."""
        return sum(one.amount_minor for one in self.spending)

    @property
    def closing_minor(self) -> int:
        """Return what stands on the fund's account at the end of the last day."""
        return self.opening_minor + self.received_minor - self.released_minor

    @property
    def left_minor(self) -> int:
        """Return what is left once everything that was spent has become income; less than nothing if too much was spent."""
        return self.closing_minor - self.to_release_minor

    @property
    def releasable_minor(self) -> int:
        """Return what a release would make income of: what was spent, as far as there is money for it."""
        return max(min(self.to_release_minor, self.closing_minor), 0)


@dataclass(frozen=True)
class _Sums:
    received_minor: int = 0
    released_minor: int = 0
    spent_minor: int = 0


def report(session: Session, fund_id: UUID, starts_on: date, ends_on: date) -> FundReport:
    """Return what became of a fund between two days.

    Raises:
        UnknownFund
    """
    found = _reports(session, Fund.id == fund_id, starts_on, ends_on)
    if not found:
        raise fund_errors.UnknownFund
    return found[0]


def reports(session: Session, starts_on: date, ends_on: date) -> list[FundReport]:
    """Return the reports of all funds that were not closed before the first day, by code."""
    return _reports(session, Fund.closed_on.is_(None) | (Fund.closed_on > starts_on), starts_on, ends_on)


def _reports(session: Session, which: ColumnElement[bool], starts_on: date, ends_on: date) -> list[FundReport]:
    """Report on funds in four queries, however many there are."""
    rows = session.execute(
        select(Fund.id, Fund.code, Fund.name, Account.code.label("account"), Account.currency)
        .join(Account, Account.id == Fund.account_id)
        .where(which)
        .order_by(Fund.code)
    ).all()
    before = _sums(session, which, Entry.booked_on < starts_on)
    by_then = _sums(session, which, Entry.booked_on <= ends_on)
    spending = _spending(session, which, starts_on, ends_on)
    return [
        FundReport(
            fund_id=row.id,
            code=row.code,
            name=row.name,
            account=row.account,
            currency=row.currency,
            starts_on=starts_on,
            ends_on=ends_on,
            opening_minor=earlier.received_minor - earlier.released_minor,
            received_minor=sums.received_minor - earlier.received_minor,
            spending=tuple(spending[row.id]),
            released_minor=sums.released_minor - earlier.released_minor,
            to_release_minor=max(sums.spent_minor - sums.released_minor, 0),
        )
        for row in rows
        for earlier, sums in [(before.get(row.id, _Sums()), by_then.get(row.id, _Sums()))]
    ]


def _sums(session: Session, which: ColumnElement[bool], when: ColumnElement[bool]) -> dict[UUID, _Sums]:
    """Add up what names each fund."""
    reversed_entry = aliased(Entry)
    kind = func.coalesce(reversed_entry.kind, Entry.kind)
    on_account = Posting.account_id == Fund.account_id
    amount = Posting.amount_minor
    rows = session.execute(
        select(
            Fund.id,
            func.coalesce(-func.sum(amount).filter(on_account, kind != RELEASE), 0),
            func.coalesce(func.sum(amount).filter(on_account, kind == RELEASE), 0),
            func.coalesce(func.sum(amount).filter(_is_spent()), 0),
        )
        .join(Posting, Posting.fund_id == Fund.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(reversed_entry, reversed_entry.id == Entry.reverses_id)
        .where(which, when)
        .group_by(Fund.id)
    )
    return {fund_id: _Sums(*map(int, totals)) for fund_id, *totals in rows}


def _is_spent() -> ColumnElement[bool]:
    """Return the condition that what names a fund on an account was spent for it: a cost, or something bought that lasts."""
    return (Account.kind == AccountKind.EXPENSE) | (func.coalesce(Account.statement_line, "") == _LASTING)


def _spending(
    session: Session, which: ColumnElement[bool], starts_on: date, ends_on: date
) -> defaultdict[UUID, list[Spending]]:
    rows = session.execute(
        select(Fund.id, Account.code, Account.name, func.sum(Posting.amount_minor))
        .join(Posting, Posting.fund_id == Fund.id)
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(which, _is_spent(), Entry.booked_on.between(starts_on, ends_on))
        .group_by(Fund.id, Account.code, Account.name)
        .order_by(Account.code)
    )
    found: defaultdict[UUID, list[Spending]] = defaultdict(list)
    for fund_id, code, name, total in rows:
        if total:
            found[fund_id].append(Spending(code, name, int(total)))
    return found
