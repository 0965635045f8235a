"""Reading the journal: entries newest first, one entry, the ledger of an account, the statement of a party.

Pages are bounded, so the cost of one does not grow with the books. Words and names are the web's: a party is a reference here.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from ledger import errors
from ledger.models import Account, AccountKind, ChainLink, Entry, EntryText, Posting
from ledger.records import (
    PAGE_SIZE,
    AccountLedger,
    AccountRow,
    JournalFilter,
    JournalRow,
    PartyBalance,
    PartyRow,
    PartyStatement,
    PostedEntry,
    PostedLine,
)


def journal(session: Session, wanted: JournalFilter, *, page: int = 1) -> tuple[JournalRow, ...]:
    """Return a page of the entries that match, the newest first."""
    in_order = _matching(select(Entry.id), wanted).order_by(Entry.booked_on.desc(), Entry.id.desc())
    return _rows(session, list(session.scalars(in_order.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))))


def entry_count(session: Session, wanted: JournalFilter) -> int:
    """Return how many entries match."""
    return session.scalar(_matching(select(func.count()).select_from(Entry), wanted)) or 0


def posting_count(session: Session, account_id: UUID) -> int:
    """Return how many lines the ledger of an account has."""
    return session.scalar(select(func.count()).where(Posting.account_id == account_id)) or 0


def entry_kinds(session: Session) -> list[str]:
    """Return the kinds of entries that the journal holds."""
    return list(session.scalars(select(Entry.kind).distinct().order_by(Entry.kind)))


def posted_entry(session: Session, entry_id: UUID) -> PostedEntry:
    """Return one entry.

    Raises:
        NoSuchEntry
    """
    reversal = aliased(Entry)
    row = session.execute(
        select(Entry, EntryText.text, reversal.id, ChainLink.seq)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .outerjoin(ChainLink, ChainLink.entry_id == Entry.id)
        .where(Entry.id == entry_id)
    ).first()
    if row is None:
        raise errors.NoSuchEntry
    entry, text, reversed_by_id, seq = row
    postings = session.execute(
        select(Posting.line, Account.code, Account.name, Posting.amount_minor, Posting.party_ref, Posting.currency)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    ).all()
    return PostedEntry(
        id=entry.id,
        booked_on=entry.booked_on,
        kind=entry.kind,
        text=text,
        currency=postings[0].currency,
        lines=tuple(PostedLine(p.line, p.code, p.name, p.amount_minor, p.party_ref) for p in postings),
        source_kind=entry.source_kind,
        source_id=entry.source_id,
        recorded_at=entry.recorded_at,
        recorded_by=entry.recorded_by,
        reverses_id=entry.reverses_id,
        reversed_by_id=reversed_by_id,
        seq=seq,
    )


def account_ledger(session: Session, code: str, *, page: int = 1) -> AccountLedger:
    """Return a page of an account's ledger, in the order of the books.

    Raises:
        NoSuchAccount
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None:
        raise errors.NoSuchAccount(code)
    in_order = (
        select(Posting.entry_id, Posting.line, Posting.amount_minor, Posting.party_ref, Entry.booked_on, EntryText.text)
        .join(Entry, Entry.id == Posting.entry_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Posting.account_id == account.id)
        .order_by(Entry.booked_on, Entry.id, Posting.line)
    )
    skipped = (page - 1) * PAGE_SIZE
    before = in_order.limit(skipped).subquery()
    opening_minor = int(session.scalar(select(func.coalesce(func.sum(before.c.amount_minor), 0))) or 0)
    balance_minor = opening_minor
    rows = []
    for row in session.execute(in_order.limit(PAGE_SIZE).offset(skipped)):
        balance_minor += row.amount_minor
        rows.append(
            AccountRow(row.entry_id, row.line, row.booked_on, row.text, row.amount_minor, balance_minor, row.party_ref)
        )
    return AccountLedger(account.code, account.name, account.kind, account.currency, opening_minor, tuple(rows))


def party_statement(session: Session, party_ref: UUID, starts_on: date, ends_on: date) -> PartyStatement:
    """Return what was booked for or against a party between two days, oldest first, and its balances at the end.

    Income and expense accounts are left out: there a posting says whose business it was, not who owes whom.
    """
    between_us = Account.kind.not_in([kind for kind in AccountKind if not kind.is_permanent])
    postings = (
        select(
            Posting.entry_id,
            Entry.booked_on,
            Entry.kind,
            EntryText.text,
            Account.code,
            Account.name,
            Account.kind.label("account_kind"),
            Posting.amount_minor,
        )
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Posting.party_ref == party_ref, between_us, Entry.booked_on.between(starts_on, ends_on))
        .order_by(Entry.booked_on, Entry.id, Posting.line)
    )
    balances = (
        select(Account.code, Account.name, Account.kind, func.sum(Posting.amount_minor).label("amount_minor"))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.party_ref == party_ref, between_us, Entry.booked_on <= ends_on)
        .group_by(Account.code, Account.name, Account.kind)
        .order_by(Account.code)
    )
    return PartyStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        rows=tuple(PartyRow(*row) for row in session.execute(postings)),
        balances=tuple(
            PartyBalance(row.code, row.name, row.kind, int(row.amount_minor) * (1 if row.kind.is_debit else -1))
            for row in session.execute(balances)
            if row.amount_minor
        ),
    )


def _matching(query: Select[Any], wanted: JournalFilter) -> Select[Any]:
    if wanted.starts_on is not None:
        query = query.where(Entry.booked_on >= wanted.starts_on)
    if wanted.ends_on is not None:
        query = query.where(Entry.booked_on <= wanted.ends_on)
    if wanted.kind:
        query = query.where(Entry.kind == wanted.kind)
    if wanted.account:
        on_account = select(Posting.entry_id).join(Account, Account.id == Posting.account_id)
        query = query.where(Entry.id.in_(on_account.where(Account.code == wanted.account)))
    if wanted.text:
        with_text = select(EntryText.entry_id).where(EntryText.text.icontains(wanted.text, autoescape=True))
        query = query.where(Entry.id.in_(with_text))
    return query


def _rows(session: Session, ids: list[UUID]) -> tuple[JournalRow, ...]:
    reversal = aliased(Entry)
    debits = (
        select(
            Posting.entry_id,
            func.min(Posting.currency).label("currency"),
            func.sum(Posting.amount_minor).filter(Posting.amount_minor > 0).label("amount_minor"),
        )
        .where(Posting.entry_id.in_(ids))
        .group_by(Posting.entry_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Entry.id, Entry.booked_on, Entry.kind, EntryText.text, debits.c.amount_minor, debits.c.currency, reversal.id
        )
        .join(debits, debits.c.entry_id == Entry.id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .order_by(Entry.booked_on.desc(), Entry.id.desc())
    )
    return tuple(
        JournalRow(id_, booked_on, kind, text, int(amount_minor), currency, reversed_by is not None)
        for id_, booked_on, kind, text, amount_minor, currency, reversed_by in rows
    )
