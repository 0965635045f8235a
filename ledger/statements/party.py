"""The statement of a party: what stood between it and the co-operative, what was booked, and what stands.

An account is kept by party in postings, not in sums by month: this costs as much as the party has postings, however old the books.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ledger.models import Account, AccountKind, Entry, EntryText, Posting
from ledger.records import PartyBalance, PartyRow, PartyStatement


def party_statement(session: Session, party_ref: UUID, starts_on: date, ends_on: date) -> PartyStatement:
    """Return what was booked for or against a party between two days, oldest first, and its balances before and after.

    Income and expense accounts are left out: there a posting says whose business it was, not who owes whom.
    """
    between_us = Account.kind.not_in([kind for kind in AccountKind if not kind.is_permanent])
    own_side = case((Account.kind.in_([kind for kind in AccountKind if kind.is_debit]), 1), else_=-1)
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
        select(
            Account.code,
            Account.name,
            Account.kind,
            func.coalesce(func.sum(Posting.amount_minor * own_side).filter(Entry.booked_on < starts_on), 0),
            func.sum(Posting.amount_minor * own_side),
        )
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.party_ref == party_ref, between_us, Entry.booked_on <= ends_on)
        .group_by(Account.code, Account.name, Account.kind)
        .order_by(Account.code)
    )
    before, after = [], []
    for code, name, kind, opening_minor, closing_minor in session.execute(balances):
        before.append(PartyBalance(code, name, kind, int(opening_minor)))
        after.append(PartyBalance(code, name, kind, int(closing_minor)))
    running = {balance.code: balance.amount_minor for balance in before}
    rows = []
    for row in session.execute(postings):
        running[row.code] += row.amount_minor * (1 if row.account_kind.is_debit else -1)
        rows.append(PartyRow(*row, balance_minor=running[row.code]))
    return PartyStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        opening=tuple(balance for balance in before if balance.amount_minor),
        rows=tuple(rows),
        balances=tuple(balance for balance in after if balance.amount_minor),
    )
