"""Writing to the journal: checks an entry, writes its postings and then its header, and keeps the balances.

Everything goes through `post`. Either the whole entry stands in the session's transaction or a refusal was raised and nothing
was written. Hot path, so it uses Core inserts and reads columns, never rows that the session may remember from before a lock.
"""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.columns import table_of
from evidence.identifiers import new_id
from ledger import errors
from ledger.balances import add_to_balances
from ledger.models import Account, Entry, EntryText, Period, Posting

#: Largest amount of one posting, in minor units: ninety thousand such postings still fit the BIGINT of a balance.
LARGEST_AMOUNT_MINOR = 10**14
MOST_POSTINGS = 10_000

_POSTINGS, _ENTRIES, _TEXTS = (table_of(mapped) for mapped in (Posting, Entry, EntryText))
_PERIODS, _ACCOUNTS = table_of(Period).c, table_of(Account).c


# Built once, because building a statement costs as much as running it.
_KNOWN = (
    select(_ENTRIES.c.id, _ENTRIES.c.request_digest, _ENTRIES.c.text_digest, _TEXTS.c.salt)
    .outerjoin(_TEXTS, _TEXTS.c.entry_id == _ENTRIES.c.id)
    .where(_ENTRIES.c.idempotency_key == bindparam("key"))
)
_PERIOD = (
    select(_PERIODS.id, _PERIODS.locked_at)
    .where(_PERIODS.starts_on <= bindparam("booked_on"), _PERIODS.ends_on >= bindparam("booked_on"))
    .with_for_update(read=True)
)
_NAMED = (
    select(
        *(_ACCOUNTS.id, _ACCOUNTS.code, _ACCOUNTS.currency),
        *(_ACCOUNTS.opened_on, _ACCOUNTS.closed_on, _ACCOUNTS.by_party),
    )
    .where(_ACCOUNTS.code.in_(bindparam("codes", expanding=True)))
    .with_for_update(read=True)
)
_INSERT_POSTINGS, _INSERT_ENTRY, _INSERT_TEXT = (insert(table) for table in (_POSTINGS, _ENTRIES, _TEXTS))


@dataclass(frozen=True)
class Line:
    """A posting as it is asked for: account by code, amount in minor units, debit positive."""

    account: str
    amount_minor: int
    party_ref: UUID | None = None


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


@dataclass(frozen=True)
class Posted:
    """An entry that stands, and whether it was written now or by an earlier request with the same key."""

    entry_id: UUID
    is_new: bool


def post(session: Session, draft: Draft, *, now: datetime, recorded_by: UUID | None = None) -> UUID:
    """Write one entry and return its id.

    The same idempotency key with the same content returns the id of the entry that stands already.

    Raises:
        LedgerRefusal: one of its classes for each reason: unbalanced, locked period, unknown or closed account ...
    """
    return post_once(session, draft, now=now, recorded_by=recorded_by).entry_id


def post_once(session: Session, draft: Draft, *, now: datetime, recorded_by: UUID | None = None) -> Posted:
    """Write one entry as `post` does, and say whether it is new.

    Raises:
        LedgerRefusal: as for `post`.
    """
    connection = session.connection()
    known = _entry_with_key(connection, draft)
    if known is not None:
        return Posted(known, is_new=False)
    _check_shape(draft)
    period_id = _open_period(connection, draft.booked_on)
    account_ids = _account_ids(connection, draft)
    try:
        with _until_here(connection):
            entry_id = _insert(connection, draft, account_ids, now, recorded_by)
    except IntegrityError:
        # Another writer recorded the same key after we looked. It has committed, for the unique key made us wait for it.
        known = _entry_with_key(connection, draft)
        if known is None:
            raise
        return Posted(known, is_new=False)
    add_to_balances(connection, period_id, ((account_ids[line.account], line.amount_minor) for line in draft.lines))
    return Posted(entry_id, is_new=True)


def reverse(
    session: Session, entry_id: UUID, *, booked_on: date, text: str, now: datetime, recorded_by: UUID | None = None
) -> UUID:
    """Write the reversal of an entry: the same postings with opposite signs, linked to it, once.

    Raises:
        NoSuchEntry, AlreadyReversed, ReversalOfReversal, ReversedBeforeBooked, AccountNotOpen, PeriodLocked,
        PeriodNotOpened
    """
    entry = session.get(Entry, entry_id)
    if entry is None:
        raise errors.NoSuchEntry
    if entry.reverses_id is not None:
        raise errors.ReversalOfReversal
    if session.scalar(select(Entry.id).where(Entry.reverses_id == entry_id)) is not None:
        raise errors.AlreadyReversed
    if booked_on < entry.booked_on:
        raise errors.ReversedBeforeBooked(entry.booked_on)
    postings = session.execute(
        select(Account.code, Posting.amount_minor, Posting.party_ref, Posting.currency)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    ).all()
    draft = Draft(
        booked_on=booked_on,
        text=text,
        kind="reversal",
        currency=postings[0].currency,
        lines=[Line(p.code, -p.amount_minor, p.party_ref) for p in postings],
        idempotency_key=f"reversal:{entry_id}",
        source_kind=entry.source_kind,
        source_id=entry.source_id,
        reverses_id=entry_id,
    )
    try:
        return post(session, draft, now=now, recorded_by=recorded_by)
    except errors.KeyUsedDifferently:
        # Somebody reversed it at the same moment, on another date or in other words.
        raise errors.AlreadyReversed from None


def text_digest(salt: str, text: str) -> str:
    """Return the salted digest by which an entry holds on to its text; it stays when the text is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def _until_here(connection: Connection) -> AbstractContextManager[object]:
    """Open a savepoint, so that losing a race for a key leaves the transaction usable. SQLite has one writer: no race."""
    return connection.begin_nested() if connection.dialect.name == "postgresql" else nullcontext()


def _insert(
    connection: Connection, draft: Draft, account_ids: dict[str, UUID], now: datetime, recorded_by: UUID | None
) -> UUID:
    """Write the postings, then the header that makes them final, then the text."""
    entry_id = new_id()
    salt = secrets.token_hex(16)
    postings = [
        {
            "entry_id": entry_id,
            "line": number,
            "account_id": account_ids[line.account],
            "amount_minor": line.amount_minor,
            "currency": draft.currency,
            "party_ref": line.party_ref,
        }
        for number, line in enumerate(draft.lines, start=1)
    ]
    connection.execute(_INSERT_POSTINGS, postings)
    header = {
        "id": entry_id,
        "booked_on": draft.booked_on,
        "kind": draft.kind,
        "source_kind": draft.source_kind,
        "source_id": draft.source_id,
        "idempotency_key": draft.idempotency_key,
        "request_digest": _request_digest(draft),
        "text_digest": text_digest(salt, draft.text),
        "reverses_id": draft.reverses_id,
        "recorded_by": recorded_by,
        "recorded_at": now,
    }
    connection.execute(_INSERT_ENTRY, header)
    connection.execute(_INSERT_TEXT, {"entry_id": entry_id, "salt": salt, "text": draft.text})
    return entry_id


def _request_digest(draft: Draft) -> str:
    """Digest what was asked for, without the text (it may be erased): it tells a repeat from a conflict."""
    return digest(
        {
            "booked_on": draft.booked_on,
            "kind": draft.kind,
            "currency": draft.currency,
            "lines": [[line.account, line.amount_minor, line.party_ref] for line in draft.lines],
            "source": [draft.source_kind, draft.source_id],
            "reverses": draft.reverses_id,
        }
    )


def _entry_with_key(connection: Connection, draft: Draft) -> UUID | None:
    row = connection.execute(_KNOWN, {"key": draft.idempotency_key}).first()
    if row is None:
        return None
    # A text that was erased is no longer known, so the rest decides.
    other_text = row.salt is not None and text_digest(row.salt, draft.text) != row.text_digest
    if other_text or row.request_digest != _request_digest(draft):
        raise errors.KeyUsedDifferently(draft.idempotency_key)
    known: UUID = row.id
    return known


def _check_shape(draft: Draft) -> None:
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


def _open_period(connection: Connection, booked_on: date) -> UUID:
    """Find the period of a date. Reads it FOR SHARE on PostgreSQL, against which locking it takes FOR UPDATE."""
    period = connection.execute(_PERIOD, {"booked_on": booked_on}).first()
    if period is None:
        raise errors.PeriodNotOpened(booked_on)
    if period.locked_at is not None:
        locked_to = connection.scalars(select(func.max(_PERIODS.ends_on)).where(_PERIODS.locked_at.is_not(None))).one()
        raise errors.PeriodLocked(booked_on, locked_to)
    period_id: UUID = period.id
    return period_id


def _account_ids(connection: Connection, draft: Draft) -> dict[str, UUID]:
    """Find the accounts of the lines by their codes. FOR SHARE, because closing one takes FOR UPDATE."""
    codes = sorted({line.account for line in draft.lines})
    accounts = {row.code: row for row in connection.execute(_NAMED, {"codes": codes})}
    for line in draft.lines:
        account = accounts.get(line.account)
        if account is None:
            raise errors.NoSuchAccount(line.account)
        closed = account.closed_on is not None and account.closed_on <= draft.booked_on
        if draft.booked_on < account.opened_on or closed:
            raise errors.AccountNotOpen(account.code, draft.booked_on)
        if account.currency != draft.currency:
            raise errors.WrongCurrency(account.code, account.currency)
        if account.by_party and line.party_ref is None:
            raise errors.PartyMissing(account.code)
    return {code: account.id for code, account in accounts.items()}
