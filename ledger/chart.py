"""The chart of accounts: the default one of a co-operative, and how accounts are added and closed.

Codes that the program books to by itself are constants here. Names are stored in the language the co-operative was founded
in and belong to the treasurer from then on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from evidence.messages import N_
from ledger import errors
from ledger.models import Account, AccountKind, Entry, Posting

BANK = "1000"
STRIPE_BALANCE = "1100"
RECEIVABLE = "1200"
SUSPENSE = "1990"
PAYABLE = "2000"
SHARE_APPLICATIONS = "2100"
CAPITAL_REPAYABLE = "2200"
DEFERRED_INCOME = "2300"
GRANTS_UNSPENT = "2310"
OWED_TO_SELLERS = "2400"
OWED_TO_COACHES = "2410"
OWED_TO_CLIENTS = "2420"
PATRONAGE_PAYABLE = "2500"
TAX = "2600"
SHARE_CAPITAL = "3000"
GENERAL_RESERVE = "3100"
INDIVISIBLE_RESERVE = "3110"
COMMUNITY_FUND = "3200"
RETAINED_PATRONAGE = "3300"
SURPLUS_AWAITING = "3900"
FELLOWSHIP_INCOME = "4000"
COACHING_INCOME = "4100"
MARKETPLACE_INCOME = "4200"
GRANT_INCOME = "4300"
DONATIONS = "4400"
OTHER_INCOME = "4900"
COACHES = "5000"
FELLOWSHIP_COSTS = "5100"
VENUE_AND_TRAVEL = "5200"
WAGES = "6000"
HOSTING = "6100"
PROCESSING_FEES = "6200"
INSURANCE = "6300"
ACCOUNTING_AND_LEGAL = "6400"
OTHER_COSTS = "6900"

#: Accounts that operations book to; closing one would stop a room of the house.
BOOKED_BY_THE_PROGRAM = frozenset(
    {
        *(BANK, SHARE_APPLICATIONS, SHARE_CAPITAL, STRIPE_BALANCE, SUSPENSE, PROCESSING_FEES),
        *(RECEIVABLE, DEFERRED_INCOME, OWED_TO_SELLERS, OWED_TO_COACHES, OWED_TO_CLIENTS, COACHES),
        *(FELLOWSHIP_INCOME, COACHING_INCOME, MARKETPLACE_INCOME),
        *(SURPLUS_AWAITING, GENERAL_RESERVE, COMMUNITY_FUND, PATRONAGE_PAYABLE, RETAINED_PATRONAGE),
    }
)
#: What the co-op itself earns from somebody's business with it: a member's patronage.
PATRONAGE_SOURCES = (FELLOWSHIP_INCOME, COACHING_INCOME, MARKETPLACE_INCOME)
_CODE = re.compile(r"[0-9]{4,8}")


@dataclass(frozen=True)
class ChartAccount:
    """An account of the default chart; `by_party` where each posting says whom it is about."""

    code: str
    name: str
    kind: AccountKind
    by_party: bool = False


_ASSET, _LIABILITY, _EQUITY, _INCOME, _EXPENSE = AccountKind

DEFAULT_CHART = (
    ChartAccount(BANK, N_("Bank account"), _ASSET),
    ChartAccount(STRIPE_BALANCE, N_("Balance with the card processor"), _ASSET),
    ChartAccount(RECEIVABLE, N_("Owed by members and clients"), _ASSET, by_party=True),
    ChartAccount(SUSPENSE, N_("Suspense: not yet explained"), _ASSET),
    ChartAccount(PAYABLE, N_("Owed to suppliers"), _LIABILITY),
    ChartAccount(SHARE_APPLICATIONS, N_("Share applications"), _LIABILITY, by_party=True),
    ChartAccount(CAPITAL_REPAYABLE, N_("Capital repayable to former members"), _LIABILITY, by_party=True),
    ChartAccount(DEFERRED_INCOME, N_("Paid in advance by clients"), _LIABILITY),
    ChartAccount(GRANTS_UNSPENT, N_("Grants not yet spent"), _LIABILITY),
    ChartAccount(OWED_TO_SELLERS, N_("Owed to sellers"), _LIABILITY, by_party=True),
    ChartAccount(OWED_TO_COACHES, N_("Owed to coaches"), _LIABILITY, by_party=True),
    ChartAccount(OWED_TO_CLIENTS, N_("Owed to clients (refunds)"), _LIABILITY, by_party=True),
    ChartAccount(PATRONAGE_PAYABLE, N_("Patronage payable"), _LIABILITY, by_party=True),
    ChartAccount(TAX, N_("Goods and services tax"), _LIABILITY),
    ChartAccount(SHARE_CAPITAL, N_("Share capital"), _EQUITY, by_party=True),
    ChartAccount(GENERAL_RESERVE, N_("General reserve"), _EQUITY),
    ChartAccount(INDIVISIBLE_RESERVE, N_("Indivisible reserve"), _EQUITY),
    ChartAccount(COMMUNITY_FUND, N_("Community fund"), _EQUITY),
    ChartAccount(RETAINED_PATRONAGE, N_("Patronage kept in members' names"), _EQUITY, by_party=True),
    ChartAccount(SURPLUS_AWAITING, N_("Surplus awaiting a decision"), _EQUITY),
    ChartAccount(FELLOWSHIP_INCOME, N_("Fellowship fees"), _INCOME),
    ChartAccount(COACHING_INCOME, N_("Coaching fees"), _INCOME),
    ChartAccount(MARKETPLACE_INCOME, N_("Marketplace commission"), _INCOME),
    ChartAccount(GRANT_INCOME, N_("Grants"), _INCOME),
    ChartAccount(DONATIONS, N_("Donations"), _INCOME),
    ChartAccount(OTHER_INCOME, N_("Interest and other income"), _INCOME),
    ChartAccount(COACHES, N_("Coaches' fees"), _EXPENSE),
    ChartAccount(FELLOWSHIP_COSTS, N_("Fellowship costs"), _EXPENSE),
    ChartAccount(VENUE_AND_TRAVEL, N_("Venue and travel"), _EXPENSE),
    ChartAccount(WAGES, N_("Wages"), _EXPENSE),
    ChartAccount(HOSTING, N_("Hosting and software"), _EXPENSE),
    ChartAccount(PROCESSING_FEES, N_("Bank and processing fees"), _EXPENSE),
    ChartAccount(INSURANCE, N_("Insurance"), _EXPENSE),
    ChartAccount(ACCOUNTING_AND_LEGAL, N_("Accounting and legal costs"), _EXPENSE),
    ChartAccount(OTHER_COSTS, N_("Other costs"), _EXPENSE),
)


def install_chart(session: Session, *, currency: str, opened_on: date, translate: Callable[[str], str] = str) -> None:
    """Open every account of the default chart, at founding.

    `translate` puts the names into the language of the co-operative: the engine knows no gettext.
    """
    session.add_all(
        Account(
            id=new_id(),
            code=account.code,
            name=translate(account.name),
            kind=account.kind,
            currency=currency,
            opened_on=opened_on,
            by_party=account.by_party,
        )
        for account in DEFAULT_CHART
    )
    session.flush()


def open_account(
    session: Session, *, code: str, name: str, kind: AccountKind, opened_on: date, by_party: bool = False
) -> UUID:
    """Add an account to the chart, in the currency of the books, and return its id.

    Raises:
        AccountCodeMalformed, AccountCodeTaken
    """
    if not _CODE.fullmatch(code):
        raise errors.AccountCodeMalformed
    if session.scalar(select(Account.id).where(Account.code == code)) is not None:
        raise errors.AccountCodeTaken(code)
    account = Account(
        id=new_id(),
        code=code,
        name=name,
        kind=kind,
        currency=books_currency(session),
        opened_on=opened_on,
        by_party=by_party,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        # Somebody else took the code after we looked.
        raise errors.AccountCodeTaken(code) from error
    return account.id


def close_account(session: Session, code: str, *, closed_on: date) -> UUID:
    """Close an account from `closed_on` on and return its id: nothing can be booked to it on that day or later.

    An account that still holds money, or that the program books to by itself, stays open.

    Raises:
        NoSuchAccount, AccountNotOpen, AccountNeeded, AccountHoldsMoney, AccountUsedLater
    """
    # Posting reads the account FOR SHARE, so no posting slips in between what is looked at here and the closing.
    account = session.scalar(
        select(Account).where(Account.code == code).with_for_update().execution_options(populate_existing=True)
    )
    if account is None:
        raise errors.NoSuchAccount(code)
    if account.closed_on is not None or closed_on < account.opened_on:
        raise errors.AccountNotOpen(code, closed_on)
    if code in BOOKED_BY_THE_PROGRAM:
        raise errors.AccountNeeded(code)
    balance_minor, last_booked_on = _state(session, account.id)
    if balance_minor:
        raise errors.AccountHoldsMoney(code, balance_minor, account.currency)
    if last_booked_on is not None and last_booked_on >= closed_on:
        raise errors.AccountUsedLater(code, last_booked_on)
    account.closed_on = closed_on
    session.flush()
    return account.id


def books_currency(session: Session) -> str:
    """Return the currency in which the books are kept: the one of the chart.

    Raises:
        NoChart: no account was opened yet.
    """
    currency = session.scalar(select(Account.currency).order_by(Account.code).limit(1))
    if currency is None:
        raise errors.NoChart
    return currency


def accounts(session: Session, *, open_on: date | None = None) -> list[Account]:
    """Return the accounts in the order of their codes; with `open_on`, those that take entries on that day."""
    query = select(Account).order_by(Account.code)
    if open_on is not None:
        query = query.where(Account.opened_on <= open_on, (Account.closed_on.is_(None)) | (Account.closed_on > open_on))
    return list(session.scalars(query))


def account_by_code(session: Session, code: str) -> Account:
    """Return an account.

    Raises:
        NoSuchAccount
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None:
        raise errors.NoSuchAccount(code)
    return account


def _state(session: Session, account_id: UUID) -> tuple[int, date | None]:
    """Return the sum of an account's postings and the day of the last one."""
    total, last = session.execute(
        select(func.coalesce(func.sum(Posting.amount_minor), 0), func.max(Entry.booked_on))
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.account_id == account_id)
    ).one()
    return int(total), last
