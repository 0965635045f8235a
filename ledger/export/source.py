"""What all exports read: the accounts, the balances before the first day, and the entries as a stream.

Rows come from the database a few thousand at a time, so an export of any length needs the memory of a short one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.canonical import utc_text
from evidence.columns import raw
from evidence.reading import driver_parts
from ledger.chart import books_currency
from ledger.models import Account, AccountKind, CostCentre, Entry, EntryText, Fund, Posting, TaxCode
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


class ExportedPosting(NamedTuple):
    """A line of an entry; the party is a reference, never a name."""

    line: int
    code: str
    amount_minor: int
    currency: str
    party_ref: str | None
    #: What else it counts for, by code.
    cost_centre: str | None
    fund: str | None
    tax: str | None

    @property
    def tags(self) -> dict[str, str]:
        """Return what it counts for, under the names that all formats use; nothing for most."""
        named = {"cost_centre": self.cost_centre, "fund": self.fund, "tax_code": self.tax}
        return {name: code for name, code in named.items() if code is not None}


class ExportedEntry(NamedTuple):
    """An entry with its lines. Ids, days and moments are texts as files have them: most formats write them as they are."""

    id: str
    #: ISO 8601.
    booked_on: str
    kind: str
    text: str
    #: In UTC with microseconds and Z.
    recorded_at: str
    reverses_id: str | None
    #: The number of the document behind it.
    reference: str | None
    postings: list[ExportedPosting]


#: How many of the columns are of the entry; the rest are of the posting.
_HEADING = 7
_ROWS = (
    select(
        *(raw(Entry.id), raw(Entry.booked_on), Entry.kind, EntryText.text),
        *(raw(Entry.recorded_at), raw(Entry.reverses_id), Entry.reference),
        *(Posting.line, Posting.amount_minor, Posting.currency, raw(Posting.party_ref)),
        *(raw(Posting.cost_centre_id), raw(Posting.fund_id), raw(Posting.tax_code_id), Account.code),
    )
    .join(Posting, Posting.entry_id == Entry.id)
    .join(Account, Account.id == Posting.account_id)
    .outerjoin(EntryText, EntryText.entry_id == Entry.id)
    .order_by(Entry.booked_on, Entry.id, Posting.line)
)


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

    def moved(self) -> list[AccountTotal]:
        """Return what was debited and credited to every account between the two days."""
        return account_totals(self.session, self.starts_on, self.ends_on)

    def parts(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Return the rows of `_ROWS` in the order of the books, some at a time, for formats that need no more than these."""
        query = _ROWS.where(Entry.booked_on <= self.ends_on)
        if self.starts_on is not None:
            query = query.where(Entry.booked_on >= self.starts_on)
        return driver_parts(self.session.connection(), query, _ROWS_AT_ONCE)

    def entries(self) -> Iterator[ExportedEntry]:
        """Return the entries in the order of the books."""
        codes = self.codes()
        entry: ExportedEntry | None = None
        before: object = None
        for row in chain.from_iterable(self.parts()):
            # By place: a loop over millions of rows has no time for names.
            line, minor, currency, party, centre, fund, tax, code = row[_HEADING:]
            if entry is None or row[0] != before:
                if entry is not None:
                    yield entry
                before, entry = row[0], _entry(*row[:_HEADING])
            party = party and id_text(party)
            entry.postings.append(
                ExportedPosting(line, code, minor, currency, party, codes[centre], codes[fund], codes[tax])
            )
        if entry is not None:
            yield entry

    def codes(self) -> dict[object, str | None]:
        """Return the codes of cost centres, funds and tax codes by their ids: few, so that no posting need look for its own."""
        tables = (CostCentre, Fund, TaxCode)
        rows = (row for mapped in tables for row in self.session.execute(select(raw(mapped.id), mapped.code)))
        return {None: None} | {row[0]: row[1] for row in rows}


def read_books(session: Session, starts_on: date | None, ends_on: date | None) -> Books:
    """Return the books between two days; without a last day, to the last entry.

    Raises:
        NoChart: there are no books.
    """
    currency = books_currency(session)
    accounts = tuple(
        ExportedAccount(*row)
        for row in session.execute(
            select(Account.code, Account.name, Account.kind, Account.currency, Account.opened_on)
            .where(~Account.is_heading)
            .order_by(Account.code)
        )
    )
    if ends_on is None:
        last = session.scalar(select(func.max(Entry.booked_on)))
        ends_on = max(day for day in (last, starts_on, min(a.opened_on for a in accounts)) if day is not None)
    return Books(session, currency, starts_on, ends_on, accounts)


def one_line(text: str) -> str:
    """Return a text on one line, without control characters, as plain-text ledgers need it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _entry(
    id_: Any, booked_on: Any, kind: str, text: str | None, recorded_at: Any, reverses_id: Any, reference: str | None
) -> ExportedEntry:
    return ExportedEntry(
        id=id_text(id_),
        booked_on=str(booked_on),
        kind=kind,
        text=ERASED if text is None else text,
        recorded_at=moment_text(recorded_at),
        reverses_id=reverses_id and id_text(reverses_id),
        reference=reference,
        postings=[],
    )


def id_text(raw: Any) -> str:
    """Write an id as the database gave it: a UUID, or its digits from SQLite."""
    text = str(raw)
    return text if len(text) == 36 else f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def moment_text(raw: Any) -> str:
    """Write a moment as the database gave it: an aware time, or its text in UTC from SQLite."""
    return utc_text(raw) if isinstance(raw, datetime) else f"{raw[:10]}T{raw[11:]}Z"


def _with_balance(totals: list[AccountTotal]) -> list[AccountTotal]:
    return [total for total in totals if total.balance_minor]
