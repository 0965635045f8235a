"""An entry as it is asked for, and everything that is checked before it is written: its shape, its period and its accounts.

Posting one and posting many at once go by the same checks. Periods and accounts are read FOR SHARE on PostgreSQL, against which
locking or closing one takes FOR UPDATE.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select

from evidence.canonical import digest_of_plain
from evidence.columns import table_of
from ledger import errors
from ledger.models import Account, Period

#: Largest amount of one posting, in minor units: ninety thousand such postings still fit the BIGINT of a balance.
LARGEST_AMOUNT_MINOR = 10**14
MOST_POSTINGS = 10_000

_PERIODS, _ACCOUNTS = table_of(Period).c, table_of(Account).c

_IS_WITHIN = (_PERIODS.starts_on <= bindparam("booked_on")) & (_PERIODS.ends_on >= bindparam("booked_on"))
_IS_NAMED = _ACCOUNTS.code.in_(bindparam("codes", expanding=True))
_OF_ACCOUNT = (
    *(_ACCOUNTS.id, _ACCOUNTS.code, _ACCOUNTS.currency),
    *(_ACCOUNTS.opened_on, _ACCOUNTS.closed_on, _ACCOUNTS.by_party, _ACCOUNTS.is_heading),
)

# Built once, because building a statement costs as much as running it.
_PERIOD = select(_PERIODS.id, _PERIODS.locked_at).where(_IS_WITHIN).with_for_update(read=True)
_NAMED = select(*_OF_ACCOUNT).where(_IS_NAMED).with_for_update(read=True)
_BOTH = (
    select(_PERIODS.id.label("period_id"), *_OF_ACCOUNT)
    .select_from(table_of(Period).join(table_of(Account), _IS_NAMED))
    .where(_IS_WITHIN, _PERIODS.locked_at.is_(None))
    .with_for_update(read=True)
)

#: The accounts that entries name, by code: rows of the columns that are checked.
Accounts = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A posting as it is asked for: account by code, amount in minor units, debit positive."""

    account: str
    amount_minor: int
    party_ref: UUID | None = None
    #: What else it counts for, by code: a cost centre, a fund, a tax code of the day.
    cost_centre: str | None = None
    fund: str | None = None
    tax: str | None = None

    @property
    def debit_minor(self) -> int:
        """Return what it debits: nothing where it is a credit."""
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        """Return what it credits: nothing where it is a debit."""
        return max(-self.amount_minor, 0)

    @property
    def is_tagged(self) -> bool:
        """Say whether it counts for more than its account and party."""
        return self.cost_centre is not None or self.fund is not None or self.tax is not None


@dataclass(frozen=True)
class Draft:
    """An entry as it is asked for, in one currency."""

    booked_on: date
    text: str
    kind: str
    currency: str
    lines: Sequence[Line]
    idempotency_key: str
    source_kind: str | None = None
    source_id: UUID | None = None
    reverses_id: UUID | None = None
    #: The number of the document behind it, such as that of an invoice; never a name.
    reference: str | None = None
    #: The version of its tax code, where not its own day decides that: a refund is taxed as its sale was.
    taxed_under: UUID | None = None


@dataclass(frozen=True)
class Posted:
    """An entry that stands, and whether it was written now or by an earlier request with the same key."""

    entry_id: UUID
    is_new: bool


def check_shape(draft: Draft) -> None:
    """Refuse an entry that is wrong by itself, whatever the books are.

    Raises:
        TooFewPostings, TooManyPostings, AmountOutOfRange, Unbalanced
    """
    if len(draft.lines) < 2:
        raise errors.TooFewPostings
    if len(draft.lines) > MOST_POSTINGS:
        raise errors.TooManyPostings(MOST_POSTINGS)
    for number, line in enumerate(draft.lines, start=1):
        if not 0 < abs(line.amount_minor) <= LARGEST_AMOUNT_MINOR:
            raise errors.AmountOutOfRange(number, LARGEST_AMOUNT_MINOR, draft.currency)
    difference = sum(line.amount_minor for line in draft.lines)
    if difference:
        raise errors.Unbalanced(abs(difference), draft.currency)


def hold(connection: Connection, draft: Draft) -> tuple[UUID, Accounts]:
    """Find the open period of an entry and the accounts that it names, and hold them: in one query, because most are there.

    Raises:
        PeriodNotOpened, PeriodLocked
    """
    asked = {"booked_on": draft.booked_on, "codes": sorted({line.account for line in draft.lines})}
    rows = connection.execute(_BOTH, asked).all()
    if not rows:
        return hold_period(connection, draft.booked_on), {}
    return rows[0].period_id, {row.code: row for row in rows}


def hold_period(connection: Connection, booked_on: date) -> UUID:
    """Find the open period of a date and hold it.

    Raises:
        PeriodNotOpened, PeriodLocked
    """
    period = connection.execute(_PERIOD, {"booked_on": booked_on}).first()
    if period is None:
        raise errors.PeriodNotOpened(booked_on)
    if period.locked_at is not None:
        locked_to = connection.scalars(select(func.max(_PERIODS.ends_on)).where(_PERIODS.locked_at.is_not(None))).one()
        raise errors.PeriodLocked(booked_on, locked_to)
    period_id: UUID = period.id
    return period_id


def hold_accounts(connection: Connection, codes: Iterable[str]) -> Accounts:
    """Find accounts by their codes and hold them. A code that the chart does not have is not among them."""
    return {row.code: row for row in connection.execute(_NAMED, {"codes": sorted(set(codes))})}


def check_accounts(draft: Draft, accounts: Accounts) -> None:
    """Refuse an entry whose lines its accounts do not take.

    Raises:
        NoSuchAccount, AccountIsHeading, AccountNotOpen, WrongCurrency, PartyMissing
    """
    for line in draft.lines:
        account = accounts.get(line.account)
        if account is None:
            raise errors.NoSuchAccount(line.account)
        if account.is_heading:
            raise errors.AccountIsHeading(account.code)
        closed = account.closed_on is not None and account.closed_on <= draft.booked_on
        if draft.booked_on < account.opened_on or closed:
            raise errors.AccountNotOpen(account.code, draft.booked_on)
        if account.currency != draft.currency:
            raise errors.WrongCurrency(account.code, account.currency)
        if account.by_party and line.party_ref is None:
            raise errors.PartyMissing(account.code)


def request_digest(draft: Draft) -> str:
    """Digest what was asked for, without the text (it may be erased): it tells a repeat from a conflict."""
    asked: dict[str, object] = {
        "booked_on": draft.booked_on.isoformat(),
        "kind": draft.kind,
        "currency": draft.currency,
        "lines": [[line.account, line.amount_minor, _text(line.party_ref)] for line in draft.lines],
        "source": [draft.source_kind, _text(draft.source_id)],
        "reverses": _text(draft.reverses_id),
    }
    # Left out where there is none, so that a digest says the same as before these were known.
    if draft.reference is not None:
        asked["reference"] = draft.reference
    if draft.taxed_under is not None:
        asked["taxed_under"] = _text(draft.taxed_under)
    if any(line.is_tagged for line in draft.lines):
        asked["tags"] = [[line.cost_centre, line.fund, line.tax] for line in draft.lines]
    return digest_of_plain(asked)


def _text(reference: UUID | None) -> str | None:
    return None if reference is None else str(reference)


def text_digest(salt: str, text: str) -> str:
    """Return the salted digest by which an entry holds on to its text; it stays when the text is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
