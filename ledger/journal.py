"""Reading the journal: entries newest first, one entry, the ledger of an account.

Pages are bounded, so the cost of one does not grow with the books. Words and names are the web's: a party is a reference here.
"""

from collections import defaultdict
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from ledger import errors
from ledger.models import Account, ChainLink, CostCentre, Entry, EntryText, Fund, Posting, TaxCode
from ledger.records import (
    PAGE_SIZE,
    AccountLedger,
    AccountRow,
    JournalFilter,
    JournalRow,
    PostedEntry,
    PostedLine,
)
from ledger.spans import Span
from ledger.totals import balance_of, is_closing

_TAGS = (CostCentre.code.label("cost_centre"), Fund.code.label("fund"), TaxCode.code.label("tax"))
_THESE = Posting.entry_id.in_(bindparam("ids", expanding=True))


def _rows_of() -> Select[*tuple[Any, ...]]:
    """Return the query for some entries, the newest first, with what was debited and which entry reverses them."""
    reversal = aliased(Entry)
    debits = (
        select(
            Posting.entry_id,
            func.min(Posting.currency).label("currency"),
            func.sum(Posting.amount_minor).filter(Posting.amount_minor > 0).label("amount_minor"),
        )
        .where(_THESE)
        .group_by(Posting.entry_id)
        .subquery()
    )
    return (
        select(
            *(Entry.id, Entry.booked_on, Entry.kind, EntryText.text, debits.c.amount_minor, debits.c.currency),
            *(reversal.id, Entry.reference),
        )
        .join(debits, debits.c.entry_id == Entry.id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .order_by(Entry.booked_on.desc(), Entry.id.desc())
    )


# Every page of the journal asks these: built once, because building them costs more than their answers.
_ROWS_OF = _rows_of()
_TAGS_OF = (
    select(Posting.entry_id, *_TAGS)
    .outerjoin(CostCentre, CostCentre.id == Posting.cost_centre_id)
    .outerjoin(Fund, Fund.id == Posting.fund_id)
    .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
    .where(
        _THESE,
        or_(*(tag.is_not(None) for tag in (Posting.cost_centre_id, Posting.fund_id, Posting.tax_code_id))),
    )
    .order_by(Posting.entry_id, Posting.line)
)


def journal(session: Session, wanted: JournalFilter, *, page: int = 1) -> tuple[JournalRow, ...]:
    """Return a page of the entries that match, the newest first."""
    in_order = _matching(select(Entry.id), wanted).order_by(Entry.booked_on.desc(), Entry.id.desc())
    return _rows(session, list(session.scalars(in_order.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))))


def entry_count(session: Session, wanted: JournalFilter) -> int:
    """Return how many entries match."""
    return session.scalar(_matching(select(func.count()).select_from(Entry), wanted)) or 0


def posting_count(session: Session, account_id: UUID, within: Span | None = None) -> int:
    """Return how many lines the ledger of an account has, or those within some days."""
    query = select(func.count()).select_from(Posting).where(Posting.account_id == account_id)
    if within is not None:
        query = query.join(Entry, Entry.id == Posting.entry_id).where(*_within(within))
    return session.scalar(query) or 0


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
        select(
            *(Posting.line, Account.code, Account.name, Posting.amount_minor, Posting.party_ref, Posting.currency),
            *_TAGS,
        )
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(CostCentre, CostCentre.id == Posting.cost_centre_id)
        .outerjoin(Fund, Fund.id == Posting.fund_id)
        .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    ).all()
    return PostedEntry(
        id=entry.id,
        booked_on=entry.booked_on,
        kind=entry.kind,
        text=text,
        currency=postings[0].currency,
        lines=tuple(
            PostedLine(p.line, p.code, p.name, p.amount_minor, p.party_ref, p.cost_centre, p.fund, p.tax)
            for p in postings
        ),
        source_kind=entry.source_kind,
        source_id=entry.source_id,
        recorded_at=entry.recorded_at,
        recorded_by=entry.recorded_by,
        reverses_id=entry.reverses_id,
        reversed_by_id=reversed_by_id,
        seq=seq,
        reference=entry.reference,
    )


def account_ledger(session: Session, code: str, *, page: int = 1, within: Span | None = None) -> AccountLedger:
    """Return a page of an account's ledger, in the order of the books; within some days, the postings behind a figure.

    The balance begins with what stood on the account before, or at zero where closings are left out: then it is of these days.

    Raises:
        NoSuchAccount
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None:
        raise errors.NoSuchAccount(code)
    lines = (
        select(Posting.entry_id, Posting.line, Posting.amount_minor, Posting.party_ref, Entry.booked_on, EntryText.text)
        .join(Entry, Entry.id == Posting.entry_id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(Posting.account_id == account.id, *(_within(within) if within else ()))
    )
    earlier = (page - 1) * PAGE_SIZE
    later = posting_count(session, account.id, within) - earlier - PAGE_SIZE
    # From the nearer end: what comes before the last page, which is the one most asked for, grows with the books.
    if later < earlier and (within is None or within.with_closings):
        backwards = lines.order_by(Entry.booked_on.desc(), Entry.id.desc(), Posting.line.desc())
        found, passed_minor = _part(session, backwards, max(later, 0), max(PAGE_SIZE + min(later, 0), 0))
        found.reverse()
        closing_minor = balance_of(session, code, within.ends_on if within else None) - passed_minor
        opening_minor = closing_minor - sum(row.amount_minor for row in found)
    else:
        forwards = lines.order_by(Entry.booked_on, Entry.id, Posting.line)
        found, opening_minor = _part(session, forwards, earlier, PAGE_SIZE)
        if within is not None and within.with_closings and within.eve is not None:
            opening_minor += balance_of(session, code, within.eve)
    balances = accumulate((row.amount_minor for row in found), initial=opening_minor)
    next(balances)
    rows = tuple(
        AccountRow(row.entry_id, row.line, row.booked_on, row.text, row.amount_minor, balance_minor, row.party_ref)
        for row, balance_minor in zip(found, balances, strict=True)
    )
    return AccountLedger(account.code, account.name, account.kind, account.currency, opening_minor, rows)


def _part(
    session: Session, in_order: Select[*tuple[Any, ...]], skipped: int, length: int
) -> tuple[list[Row[Any]], int]:
    """Return some lines after those that are skipped, and what the skipped ones add up to."""
    passed = in_order.limit(skipped).subquery()
    passed_minor = session.scalar(select(func.coalesce(func.sum(passed.c.amount_minor), 0))) if skipped else 0
    return list(session.execute(in_order.limit(length).offset(skipped))), int(passed_minor or 0)


def _within(span: Span) -> list[ColumnElement[bool]]:
    """Return the conditions on the entries of some days."""
    days = [Entry.booked_on <= span.ends_on] + ([Entry.booked_on >= span.starts_on] if span.starts_on else [])
    return days if span.with_closings else [*days, not_(is_closing())]


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
    if wanted.reference:
        query = query.where(Entry.reference.icontains(wanted.reference, autoescape=True))
    if wanted.cost_centre:
        query = query.where(Entry.id.in_(_of_family(wanted.cost_centre)))
    if wanted.fund:
        named = select(Posting.entry_id).join(Fund, Fund.id == Posting.fund_id).where(Fund.code == wanted.fund)
        query = query.where(Entry.id.in_(named))
    if wanted.text:
        with_text = select(EntryText.entry_id).where(EntryText.text.icontains(wanted.text, autoescape=True))
        query = query.where(Entry.id.in_(with_text))
    return query


def _of_family(code: str) -> Select[UUID]:
    """Return the query for the entries that name a cost centre or one under it."""
    family = select(CostCentre.id).where(CostCentre.code == code).cte(recursive=True)
    family = family.union(select(CostCentre.id).join(family, CostCentre.parent_id == family.c.id))
    return select(Posting.entry_id).where(Posting.cost_centre_id.in_(select(family.c.id)))


def _tags(session: Session, ids: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    """Return what the lines of some entries count for beside their accounts, each code once."""
    codes: dict[UUID, dict[str, None]] = defaultdict(dict)
    for entry_id, *tags in session.connection().execute(_TAGS_OF, {"ids": ids}):
        codes[entry_id].update((code, None) for code in tags if code is not None)
    return {entry_id: tuple(found) for entry_id, found in codes.items()}


def _rows(session: Session, ids: list[UUID]) -> tuple[JournalRow, ...]:
    rows = session.connection().execute(_ROWS_OF, {"ids": ids})
    tags = _tags(session, ids)
    return tuple(
        JournalRow(
            *(id_, booked_on, kind, text, int(amount_minor), currency, reversed_by is not None),
            *(reference, tags.get(id_, ())),
        )
        for id_, booked_on, kind, text, amount_minor, currency, reversed_by, reference in rows
    )
