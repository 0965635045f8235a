"""Changing the chart of accounts: opening, editing and closing accounts and headings.

Code, kind, side and currency of an account stay for ever, because entries rest on them; where it stands and what it is part of may
change. An account is closed, never deleted: what was booked to it stays, and its code is never given out again.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from ledger import errors, lines
from ledger.chart import BOOKED_BY_THE_PROGRAM, books_currency
from ledger.chart import errors as chart_errors
from ledger.models import Account, AccountKind, Balance, Business, Entry, Fund, Period, Posting
from ledger.years import periods
from ledger.years.closed_years import is_closed

LONGEST_NAME = 200
_ACCOUNT_CODE = re.compile(r"[0-9]{4,8}")
_HEADING_CODE = re.compile(r"[0-9]{1,3}")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}")


@dataclass(frozen=True)
class Particulars:
    """What can change about an account. Of a heading that is its name and the heading over it."""

    name: str
    heading: str | None = None
    by_party: bool = False
    statement_line: str | None = None
    statutory_tag: str | None = None
    business: Business | None = None


@dataclass(frozen=True)
class Edited:
    """An account, and the names of what was changed about it; none where it was so already."""

    id: UUID
    changed: tuple[str, ...]


def open_account(
    session: Session,
    *,
    code: str,
    name: str,
    kind: AccountKind,
    opened_on: date,
    heading: str | None = None,
    is_heading: bool = False,
    is_contra: bool = False,
    by_party: bool = False,
    statement_line: str | None = None,
    statutory_tag: str | None = None,
    business: Business | None = None,
) -> UUID:
    """Add an account or a heading to the chart, in the currency of the books, and return its id.

    Raises:
        AccountCodeMalformed, HeadingCodeMalformed, AccountCodeTaken
        HeadingOnlyAddsUp: a heading is on the other side.
        LedgerRefusal: as for `edit_account`.
    """
    if is_heading and not _HEADING_CODE.fullmatch(code):
        raise chart_errors.HeadingCodeMalformed
    if not is_heading and not _ACCOUNT_CODE.fullmatch(code):
        raise errors.AccountCodeMalformed
    if session.scalar(select(Account.id).where(Account.code == code)) is not None:
        raise errors.AccountCodeTaken(code)
    if is_heading and is_contra:
        raise chart_errors.HeadingOnlyAddsUp("is_contra")
    account = Account(
        id=new_id(),
        code=code,
        name=name,
        kind=kind,
        currency=books_currency(session),
        opened_on=opened_on,
        is_heading=is_heading,
        is_contra=is_contra,
    )
    _fill_in(session, account, Particulars(name, heading, by_party, statement_line, statutory_tag, business))
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        # Somebody else took the code after we looked.
        raise errors.AccountCodeTaken(code) from error
    return account.id


def particulars_of(session: Session, account: Account) -> Particulars:
    """Return what can change about an account, as it is."""
    heading = select(Account.code).where(Account.id == account.parent_id)
    return Particulars(
        name=account.name,
        heading=session.scalar(heading) if account.parent_id else None,
        by_party=account.by_party,
        statement_line=account.statement_line,
        statutory_tag=account.statutory_tag,
        business=account.business,
    )


def edit_account(
    session: Session, code: str, particulars: Particulars, *, needed: Collection[str] = frozenset()
) -> Edited:
    """Change what can change about an account or a heading, and return what did.

    `needed` are accounts that the program books to because of what others have chosen, beside those it always books to.

    Raises:
        NoSuchAccount, NameMissing, NameTooLong, TagMalformed
        NoSuchHeading, HeadingOfOtherKind, HeadingUnderItself: where it would stand.
        HeadingOnlyAddsUp: what a heading is not.
        NoSuchLine, BusinessOfNobody: what does not go with its kind.
        BusinessFixed, PartiesFixed, LineFixed, FundOnAccount, InClosedYear: what the program, its entries or a published
            statement rest on.
    """
    account = _locked(session, code)
    before = particulars_of(session, account)
    if code in BOOKED_BY_THE_PROGRAM and particulars.business is not account.business:
        raise chart_errors.BusinessFixed(code)
    if particulars.by_party is not account.by_party and (
        code in BOOKED_BY_THE_PROGRAM or code in needed or _is_used(session, account.id)
    ):
        raise chart_errors.PartiesFixed(code)
    _check_place_in_statements(session, account, particulars, needed)
    _fill_in(session, account, particulars)
    session.flush()
    names = (field.name for field in fields(Particulars))
    return Edited(account.id, tuple(name for name in names if getattr(before, name) != getattr(particulars, name)))


def close_account(session: Session, code: str, *, closed_on: date, needed: Collection[str] = frozenset()) -> UUID:
    """Close an account or a heading from `closed_on` on and return its id: nothing can be booked to it on that day or later.

    An account that still holds money, or that the program books to by itself, stays open; so does a heading over open accounts.
    `needed` are more accounts that the program books to, as for `edit_account`.

    Raises:
        NoSuchAccount, AccountNotOpen, AccountNeeded, AccountHoldsMoney, AccountUsedLater, HeadingInUse
    """
    # Posting reads the account FOR SHARE, so no posting slips in between what is looked at here and the closing; and so does
    # whoever puts an account under a heading.
    account = _locked(session, code)
    if account.closed_on is not None or closed_on < account.opened_on:
        raise errors.AccountNotOpen(code, closed_on)
    if code in BOOKED_BY_THE_PROGRAM or code in needed:
        raise errors.AccountNeeded(code)
    if account.is_heading and _is_over_open(session, account.id):
        raise chart_errors.HeadingInUse(code)
    balance_minor, last_booked_on = _state(session, account.id)
    if balance_minor:
        raise errors.AccountHoldsMoney(code, balance_minor, account.currency)
    if last_booked_on is not None and last_booked_on >= closed_on:
        raise errors.AccountUsedLater(code, last_booked_on)
    account.closed_on = closed_on
    session.flush()
    return account.id


def _fill_in(session: Session, account: Account, particulars: Particulars) -> None:
    """Check everything before anything is changed: a refusal leaves the account as it was."""
    if not particulars.name.strip():
        raise chart_errors.NameMissing
    if len(particulars.name) > LONGEST_NAME:
        raise chart_errors.NameTooLong(LONGEST_NAME)
    if account.is_heading:
        for about in ("by_party", "statement_line", "statutory_tag", "business"):
            if getattr(particulars, about):
                raise chart_errors.HeadingOnlyAddsUp(about)
    line, tag, business = particulars.statement_line, particulars.statutory_tag, particulars.business
    if line is not None and not lines.is_line_of(line, account.kind):
        raise chart_errors.NoSuchLine(line)
    if tag is not None and not _TAG.fullmatch(tag):
        raise chart_errors.TagMalformed
    if business is not None and account.kind.is_permanent:
        raise chart_errors.BusinessOfNobody
    account.parent_id = _place(session, account, particulars.heading)
    account.name, account.by_party = particulars.name, particulars.by_party
    account.statement_line, account.statutory_tag, account.business = line, tag, business


def _check_place_in_statements(
    session: Session, account: Account, particulars: Particulars, needed: Collection[str]
) -> None:
    """Refuse what would change the figures of statements that were published, or of what a line of them stands for."""
    moves_line = particulars.statement_line != account.statement_line
    if moves_line and account.code in needed:
        raise chart_errors.LineFixed(account.code)
    if moves_line and session.scalar(select(Fund.id).where(Fund.account_id == account.id).limit(1)) is not None:
        raise chart_errors.FundOnAccount(account.code)
    changes = {
        "statement_line": moves_line,
        "business": particulars.business is not account.business,
        # An account that has no tag may get one at any time: until then its figure stood apart.
        "statutory_tag": account.statutory_tag is not None and particulars.statutory_tag != account.statutory_tag,
    }
    if any(changes.values()) and _is_in_closed_year(session, account.id):
        raise chart_errors.InClosedYear(account.code, next(about for about, moves in changes.items() if moves))


def _place(session: Session, account: Account, heading: str | None) -> UUID | None:
    """Return the id of the heading that an account is to stand under; it stays open until this is committed."""
    if heading is None:
        return None
    found = session.execute(
        select(Account.id, Account.kind, Account.closed_on)
        .where(Account.code == heading, Account.is_heading)
        .with_for_update(read=True)
    ).first()
    if found is None or (found.closed_on is not None and found.id != account.parent_id):
        raise chart_errors.NoSuchHeading(heading)
    if found.kind is not account.kind:
        raise chart_errors.HeadingOfOtherKind(heading)
    if account.is_heading and found.id != account.parent_id:
        _check_no_cycle(session, account, found.id, heading)
    parent_id: UUID = found.id
    return parent_id


def _check_no_cycle(session: Session, account: Account, parent_id: UUID, heading: str) -> None:
    """Walk up from the new heading; all headings are held, so that no other move closes a circle with this one."""
    over = dict(
        session.execute(
            select(Account.id, Account.parent_id).where(Account.is_heading).order_by(Account.code).with_for_update()
        ).all()
    )
    above: UUID | None = parent_id
    while above is not None:
        if above == account.id:
            raise chart_errors.HeadingUnderItself(account.code, heading)
        above = over.get(above)


def _locked(session: Session, code: str) -> Account:
    account = session.scalar(
        select(Account).where(Account.code == code).with_for_update().execution_options(populate_existing=True)
    )
    if account is None:
        raise errors.NoSuchAccount(code)
    return account


def _is_used(session: Session, account_id: UUID) -> bool:
    return session.scalar(select(Posting.line).where(Posting.account_id == account_id).limit(1)) is not None


def _is_in_closed_year(session: Session, account_id: UUID) -> bool:
    closed = [year.id for year in periods.fiscal_years(session) if is_closed(session, year.id)]
    booked = (
        select(Balance.period_id).join(Period, Period.id == Balance.period_id).where(Balance.account_id == account_id)
    )
    return session.scalar(booked.where(Period.fiscal_year_id.in_(closed)).limit(1)) is not None


def _is_over_open(session: Session, account_id: UUID) -> bool:
    query = select(Account.id).where(Account.parent_id == account_id, Account.closed_on.is_(None)).limit(1)
    return session.scalar(query) is not None


def _state(session: Session, account_id: UUID) -> tuple[int, date | None]:
    """Return the sum of an account's postings and the day of the last one."""
    total, last = session.execute(
        select(func.coalesce(func.sum(Posting.amount_minor), 0), func.max(Entry.booked_on))
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.account_id == account_id)
    ).one()
    return int(total), last
