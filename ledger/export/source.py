"""What all exports read: the accounts, the balances before the first day, and the entries as a stream.

Rows come from the database a few thousand at a time, so an export of any length needs the memory of a short one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger.chart import books_currency
from ledger.models import Account, AccountKind, Entry, EntryText, Posting
from ledger.totals import AccountTotal, account_totals

#: What stands in the place of a text that was erased.
ERASED = "(erased)"
_ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class ExportedAccount:
    """An account of the chart."""

    code: str
    name: str
    kind: AccountKind
    currency: str
    opened_on: date


@dataclass(frozen=True)
class ExportedPosting:
    """A line of an entry; the party is a reference, never a name."""

    line: int
    code: str
    amount_minor: int
    currency: str
    party_ref: UUID | None


@dataclass(frozen=True)
class ExportedEntry:
    """An entry with its lines."""

    id: UUID
    booked_on: date
    kind: str
    text: str
    recorded_at: datetime
    reverses_id: UUID | None
    postings: tuple[ExportedPosting, ...]


@dataclass(frozen=True)
class Books:
    """The part of the books that is exported: whole entries between two days, both included."""

    session: Session
    currency: str
    starts_on: date | None
    #: The last day: the one asked for, or the day of the last entry.
    ends_on: date
    accounts: tuple[ExportedAccount, ...]

    def opening(self) -> list[AccountTotal]:
        """Return the accounts with a balance before the first day; none when the export has no first day."""
        if self.starts_on is None:
            return []
        return _with_balance(account_totals(self.session, None, self.starts_on - timedelta(days=1)))

    def closing(self) -> list[AccountTotal]:
        """Return every account as it stands at the end of the last day, those at zero too."""
        return account_totals(self.session, None, self.ends_on)

    def entries(self) -> Iterator[ExportedEntry]:
        """Return the entries in the order of the books."""
        query = (
            select(
                Entry.id,
                Entry.booked_on,
                Entry.kind,
                EntryText.text,
                Entry.recorded_at,
                Entry.reverses_id,
                Posting.line,
                Posting.amount_minor,
                Posting.currency,
                Posting.party_ref,
                Account.code,
            )
            .join(Posting, Posting.entry_id == Entry.id)
            .join(Account, Account.id == Posting.account_id)
            .outerjoin(EntryText, EntryText.entry_id == Entry.id)
            .where(Entry.booked_on <= self.ends_on)
            .order_by(Entry.booked_on, Entry.id, Posting.line)
        )
        if self.starts_on is not None:
            query = query.where(Entry.booked_on >= self.starts_on)
        rows = self.session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
        for _, lines in groupby(rows, key=lambda row: row.id):
            first = next(lines)
            yield ExportedEntry(
                id=first.id,
                booked_on=first.booked_on,
                kind=first.kind,
                text=ERASED if first.text is None else first.text,
                recorded_at=first.recorded_at,
                reverses_id=first.reverses_id,
                postings=tuple(
                    ExportedPosting(row.line, row.code, row.amount_minor, row.currency, row.party_ref)
                    for row in (first, *lines)
                ),
            )


def read_books(session: Session, starts_on: date | None, ends_on: date | None) -> Books:
    """Return the books between two days; without a last day, to the last entry.

    Raises:
        NoChart: there are no books.
    """
    currency = books_currency(session)
    accounts = tuple(
        ExportedAccount(*row)
        for row in session.execute(
            select(Account.code, Account.name, Account.kind, Account.currency, Account.opened_on).order_by(Account.code)
        )
    )
    if ends_on is None:
        last = session.scalar(select(func.max(Entry.booked_on)))
        ends_on = max(day for day in (last, starts_on, min(a.opened_on for a in accounts)) if day is not None)
    return Books(session, currency, starts_on, ends_on, accounts)


def one_line(text: str) -> str:
    """Return a text on one line, without control characters, as plain-text ledgers need it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _with_balance(totals: list[AccountTotal]) -> list[AccountTotal]:
    return [total for total in totals if total.balance_minor]
