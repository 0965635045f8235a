"""What reading the journal gives: frozen values, whole pages of them, with references in place of names."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ledger.models import AccountKind

#: How many rows a page of a list holds.
PAGE_SIZE = 50


class _Signed:
    """An amount with its sign, debit positive, and the side on which it stands."""

    amount_minor: int

    @property
    def debit_minor(self) -> int | None:
        """Return the amount where it is a debit."""
        return self.amount_minor if self.amount_minor > 0 else None

    @property
    def credit_minor(self) -> int | None:
        """Return the amount, without a sign, where it is a credit."""
        return -self.amount_minor if self.amount_minor < 0 else None


@dataclass(frozen=True)
class JournalRow:
    """An entry in a list. The amount is the sum of its debits; an erased text is none."""

    id: UUID
    booked_on: date
    kind: str
    text: str | None
    amount_minor: int
    currency: str
    is_reversed: bool
    #: The number of the document behind it.
    reference: str | None = None
    #: The codes of what its lines count for beside their accounts: cost centres, funds, tax codes.
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostedLine(_Signed):
    """A line of an entry as it was posted."""

    line: int
    code: str
    name: str
    amount_minor: int
    party_ref: UUID | None
    #: What else it counts for, by code.
    cost_centre: str | None = None
    fund: str | None = None
    tax: str | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the codes of what it counts for beside its account."""
        return tuple(code for code in (self.cost_centre, self.fund, self.tax) if code is not None)


@dataclass(frozen=True)
class PostedEntry:
    """An entry with everything that is known about it."""

    id: UUID
    booked_on: date
    kind: str
    text: str | None
    currency: str
    lines: tuple[PostedLine, ...]
    source_kind: str | None
    source_id: UUID | None
    recorded_at: datetime
    recorded_by: UUID | None
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    #: Its number in the chain; none while it waits to be sealed.
    seq: int | None
    #: The number of the document behind it.
    reference: str | None = None


@dataclass(frozen=True)
class AccountRow(_Signed):
    """A posting in the ledger of an account; the balance is the one after it, debit positive."""

    entry_id: UUID
    line: int
    booked_on: date
    text: str | None
    amount_minor: int
    balance_minor: int
    party_ref: UUID | None


@dataclass(frozen=True)
class AccountLedger:
    """A page of the ledger of an account, in the order of the books, with the balance before its first row."""

    code: str
    name: str
    kind: AccountKind
    currency: str
    opening_minor: int
    rows: tuple[AccountRow, ...]


@dataclass(frozen=True)
class PartyRow(_Signed):
    """A posting about a party, seen from the co-operative: debit positive."""

    entry_id: UUID
    booked_on: date
    kind: str
    text: str | None
    code: str
    account: str
    account_kind: AccountKind
    amount_minor: int
    #: What stands on the account for the party after it, positive on the account's own side.
    balance_minor: int


@dataclass(frozen=True)
class PartyBalance:
    """What stands on an account for a party, positive on the account's own side."""

    code: str
    account: str
    account_kind: AccountKind
    amount_minor: int


@dataclass(frozen=True)
class PartyStatement:
    """Everything booked about a party between two days, and what stood on each account before and stands at the end."""

    starts_on: date
    ends_on: date
    opening: tuple[PartyBalance, ...]
    rows: tuple[PartyRow, ...]
    balances: tuple[PartyBalance, ...]


@dataclass(frozen=True)
class JournalFilter:
    """Which entries of the journal are looked for."""

    account: str | None = None
    text: str | None = None
    kind: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    #: A part of the document's number.
    reference: str | None = None
    #: A cost centre by its code; what is booked for those under it matches too.
    cost_centre: str | None = None
    #: A fund by its code.
    fund: str | None = None
