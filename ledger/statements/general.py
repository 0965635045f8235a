"""The general ledger: every account with what it held before, each posting with the balance after it, and what it holds then.

The postings come as a stream, some thousand at a time: books of any age are written in the memory of young ones.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.models import Account, AccountKind, Entry, EntryText, Posting
from ledger.spans import Span
from ledger.totals import account_totals

_ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class LedgerAccount:
    """An account between two days: balances are debit positive."""

    code: str
    name: str
    kind: AccountKind
    currency: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        """Return the balance at the end of the last day."""
        return self.opening_minor + self.debit_minor - self.credit_minor

    @property
    def is_empty(self) -> bool:
        """Say whether nothing stands on the account and nothing was booked."""
        return not (self.opening_minor or self.debit_minor or self.credit_minor)


@dataclass(frozen=True)
class LedgerPosting:
    """A posting; the balance is the one after it, debit positive. A party is a reference, an erased text is none."""

    entry_id: UUID
    booked_on: date
    text: str | None
    party_ref: UUID | None
    amount_minor: int
    balance_minor: int


def general_ledger(session: Session, starts_on: date, ends_on: date) -> tuple[LedgerAccount, ...]:
    """Return every account that held something or was booked to between two days, both included, by code."""
    eve = Span(starts_on, ends_on).eve
    opening = {total.code: total.balance_minor for total in account_totals(session, None, eve)} if eve else {}
    found = (
        LedgerAccount(
            *(total.code, total.name, total.kind, total.currency),
            *(opening.get(total.code, 0), total.debit_minor, total.credit_minor),
        )
        for total in account_totals(session, starts_on, ends_on)
    )
    return tuple(account for account in found if not account.is_empty)


def ledger_postings(
    session: Session, starts_on: date, ends_on: date
) -> Iterator[tuple[LedgerAccount, Iterator[LedgerPosting]]]:
    """Yield every account of the general ledger with its postings, in the order of the books.

    The postings of an account are to be read before the next account is asked for.
    """
    rows = session.execute(
        select(
            *(Account.code, Posting.entry_id, Entry.booked_on, EntryText.text, Posting.party_ref),
            Posting.amount_minor,
        )
        .join(Account, Account.id == Posting.account_id)
        .join(Entry, Entry.id == Posting.entry_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.booked_on.between(starts_on, ends_on))
        .order_by(Account.code, Entry.booked_on, Entry.id, Posting.line),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    by_account = groupby(rows, key=attrgetter("code"))
    waiting = next(by_account, None)
    for account in general_ledger(session, starts_on, ends_on):
        if waiting is None or waiting[0] != account.code:
            yield account, iter(())
            continue
        yield account, _running(account.opening_minor, waiting[1])
        waiting = next(by_account, None)


def _running(balance_minor: int, rows: Iterable[Any]) -> Iterator[LedgerPosting]:
    for row in rows:
        balance_minor += row.amount_minor
        yield LedgerPosting(row.entry_id, row.booked_on, row.text, row.party_ref, row.amount_minor, balance_minor)
