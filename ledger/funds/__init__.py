"""Funds held for a purpose: what was received, what was spent for it, and what is left.

Unspent money is a liability, or a restricted reserve; it becomes income as it is spent, so it is never part of a surplus before.
A release makes income of what was spent and not released yet, as far as there is money: what was spent beyond is the co-op's own.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import chart, posting
from ledger.funds import errors as fund_errors
from ledger.funds.reports import RELEASE, report
from ledger.models import Account, Entry, Fund, Posting

#: The kind of the entries by which a grant arrives.
RECEIPT = "fund-receipt"
#: Where what is unspent stands: captions of `ledger.lines`.
CAPTIONS = frozenset({"grants-unspent", "restricted-funds"})
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")


def add(session: Session, *, code: str, name: str, account: str, starts_on: date, ends_on: date | None = None) -> UUID:
    """Add a fund and return its id.

    Raises:
        FundCodeMalformed, FundCodeTaken, FundDaysReversed, NoSuchAccount, FundAccountUnfit
    """
    if not _CODE.fullmatch(code):
        raise fund_errors.FundCodeMalformed
    if ends_on is not None and ends_on < starts_on:
        raise fund_errors.FundDaysReversed
    stands_on = chart.account_by_code(session, account)
    if not is_fit(stands_on):
        raise fund_errors.FundAccountUnfit(account)
    fund = Fund(id=new_id(), code=code, name=name, account_id=stands_on.id, starts_on=starts_on, ends_on=ends_on)
    try:
        with session.begin_nested():
            session.add(fund)
    except IntegrityError as error:
        raise fund_errors.FundCodeTaken(code) from error
    return fund.id


def is_fit(account: Account) -> bool:
    """Say whether money held for a purpose can stand on an account: a liability for it, or a restricted reserve."""
    return account.statement_line in CAPTIONS and not account.is_heading and account.closed_on is None


def change(session: Session, fund_id: UUID, *, name: str, ends_on: date | None) -> None:
    """Give a fund another name or last day.

    Raises:
        UnknownFund, FundClosed, FundDaysReversed
    """
    fund = locked(session, fund_id)
    if ends_on is not None and ends_on < fund.starts_on:
        raise fund_errors.FundDaysReversed
    fund.name, fund.ends_on = name, ends_on
    session.flush()


def close(session: Session, fund_id: UUID, *, closed_on: date) -> None:
    """Close a fund from a day on: nothing can be booked for it on that day or later.

    Raises:
        UnknownFund, FundClosed, FundHoldsMoney, FundUsedLater
    """
    fund = locked(session, fund_id)
    last = session.scalar(
        select(func.max(Entry.booked_on)).join(Posting, Posting.entry_id == Entry.id).where(Posting.fund_id == fund_id)
    )
    if last is not None and last >= closed_on:
        raise fund_errors.FundUsedLater(fund.code, last)
    unspent_minor = report(session, fund_id, fund.starts_on, date.max).closing_minor
    if unspent_minor:
        raise fund_errors.FundHoldsMoney(fund.code, unspent_minor, chart.books_currency(session))
    fund.closed_on = closed_on
    session.flush()


def receive(
    session: Session,
    fund_id: UUID,
    *,
    amount_minor: int,
    booked_on: date,
    text: str,
    key: str,
    now: datetime,
    recorded_by: UUID | None,
) -> posting.Posted:
    """Post money that arrived at the bank for a fund.

    Raises:
        UnknownFund, FundClosed, FundNotBegun, GrantAmountMissing, LedgerRefusal: as for any entry.
    """
    fund = locked(session, fund_id)
    if amount_minor <= 0:
        raise fund_errors.GrantAmountMissing
    if booked_on < fund.starts_on:
        raise fund_errors.FundNotBegun(fund.code, fund.starts_on)
    account = session.get_one(Account, fund.account_id).code
    lines = [posting.Line(chart.BANK, amount_minor), posting.Line(account, -amount_minor, fund=fund.code)]
    return _posted(session, RECEIPT, lines, booked_on, text, key, now, recorded_by)


def release(
    session: Session, fund_id: UUID, *, booked_on: date, text: str, key: str, now: datetime, recorded_by: UUID | None
) -> posting.Posted:
    """Post as income what was spent for a fund by a day and is not income yet.

    Raises:
        UnknownFund, FundClosed, FundNotBegun, NothingToRelease, LedgerRefusal: as for any entry.
    """
    fund = locked(session, fund_id)
    if booked_on < fund.starts_on:
        raise fund_errors.FundNotBegun(fund.code, fund.starts_on)
    known = session.scalar(select(Entry.id).where(Entry.idempotency_key == key))
    if known is not None:
        return posting.Posted(known, is_new=False)
    amount_minor = report(session, fund_id, fund.starts_on, booked_on).releasable_minor
    # What was released for later days already is not there any more.
    later_minor = report(session, fund_id, fund.starts_on, date.max).releasable_minor
    amount_minor = min(amount_minor, later_minor)
    if not amount_minor:
        raise fund_errors.NothingToRelease(fund.code)
    account = session.get_one(Account, fund.account_id).code
    lines = [
        posting.Line(account, amount_minor, fund=fund.code),
        posting.Line(chart.GRANT_INCOME, -amount_minor, fund=fund.code),
    ]
    return _posted(session, RELEASE, lines, booked_on, text, key, now, recorded_by)


def locked(session: Session, fund_id: UUID) -> Fund:
    """Return a fund that is open, and hold its row: what is left of it is decided under this lock.

    Raises:
        UnknownFund, FundClosed
    """
    fund = session.scalar(
        select(Fund).where(Fund.id == fund_id).with_for_update().execution_options(populate_existing=True)
    )
    if fund is None:
        raise fund_errors.UnknownFund
    if fund.closed_on is not None:
        raise fund_errors.FundClosed(fund.code, fund.closed_on)
    return fund


def _posted(
    session: Session,
    kind: str,
    lines: Sequence[posting.Line],
    booked_on: date,
    text: str,
    key: str,
    now: datetime,
    recorded_by: UUID | None,
) -> posting.Posted:
    draft = posting.Draft(
        booked_on=booked_on,
        text=text,
        kind=kind,
        currency=chart.books_currency(session),
        lines=lines,
        idempotency_key=key,
    )
    return posting.post_once(session, draft, now=now, recorded_by=recorded_by)
