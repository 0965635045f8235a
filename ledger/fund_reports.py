"""What became of a fund, read from the postings that name it.

On the fund's own account, what comes in is *received* and what a release takes out is *released*; on expense accounts it is *spent*.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ledger import fund_errors
from ledger.models import Account, AccountKind, Entry, Fund, Posting

#: The kind of the entries that make income of what was spent.
RELEASE = "fund-release"


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
    received_minor: int
    released_minor: int
    spent_minor: int


def report(session: Session, fund_id: UUID, starts_on: date, ends_on: date) -> FundReport:
    """Return what became of a fund between two days.

    Raises:
        UnknownFund
    """
    row = session.execute(
        select(Fund.code, Fund.name, Fund.account_id, Account.code.label("account"), Account.currency)
        .join(Account, Account.id == Fund.account_id)
        .where(Fund.id == fund_id)
    ).first()
    if row is None:
        raise fund_errors.UnknownFund
    before = _sums(session, fund_id, row.account_id, None, starts_on)
    by_then = _sums(session, fund_id, row.account_id, ends_on, None)
    return FundReport(
        fund_id=fund_id,
        code=row.code,
        name=row.name,
        account=row.account,
        currency=row.currency,
        starts_on=starts_on,
        ends_on=ends_on,
        opening_minor=before.received_minor - before.released_minor,
        received_minor=by_then.received_minor - before.received_minor,
        spending=_spending(session, fund_id, starts_on, ends_on),
        released_minor=by_then.released_minor - before.released_minor,
        to_release_minor=max(by_then.spent_minor - by_then.released_minor, 0),
    )


def reports(session: Session, starts_on: date, ends_on: date) -> list[FundReport]:
    """Return the reports of all funds that were not closed before the first day, by code."""
    query = select(Fund.id).where(Fund.closed_on.is_(None) | (Fund.closed_on > starts_on)).order_by(Fund.code)
    return [report(session, fund_id, starts_on, ends_on) for fund_id in session.scalars(query).all()]


def _sums(session: Session, fund_id: UUID, account_id: UUID, up_to: date | None, before: date | None) -> _Sums:
    """Add up what names a fund: up to a day, or before one."""
    reversed_entry = aliased(Entry)
    kind = func.coalesce(reversed_entry.kind, Entry.kind)
    on_account = Posting.account_id == account_id
    amount = Posting.amount_minor
    query = (
        select(
            func.coalesce(-func.sum(amount).filter(on_account, kind != RELEASE), 0),
            func.coalesce(func.sum(amount).filter(on_account, kind == RELEASE), 0),
            func.coalesce(func.sum(amount).filter(Account.kind == AccountKind.EXPENSE), 0),
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(reversed_entry, reversed_entry.id == Entry.reverses_id)
        .where(Posting.fund_id == fund_id)
    )
    if up_to is not None:
        query = query.where(Entry.booked_on <= up_to)
    if before is not None:
        query = query.where(Entry.booked_on < before)
    return _Sums(*(int(total) for total in session.execute(query).one()))


def _spending(session: Session, fund_id: UUID, starts_on: date, ends_on: date) -> tuple[Spending, ...]:
    rows = session.execute(
        select(Account.code, Account.name, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(
            Posting.fund_id == fund_id,
            Account.kind == AccountKind.EXPENSE,
            Entry.booked_on.between(starts_on, ends_on),
        )
        .group_by(Account.code, Account.name)
        .order_by(Account.code)
    )
    return tuple(Spending(code, name, int(total)) for code, name, total in rows if total)
