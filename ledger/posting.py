"""Writing to the journal: checks an entry, writes its postings and then its header, and keeps the balances.

Everything goes through `post`. Either the whole entry stands in the session's transaction or a refusal was raised and nothing
was written. Hot path, so rows go past the ORM (`ledger.writing`), and it reads columns, never rows that the session may remember
from before a lock.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.races import LostRace, key_of
from ledger import errors
from ledger.balances import add_to_balances
from ledger.drafts import (
    LARGEST_AMOUNT_MINOR,
    MOST_POSTINGS,
    Draft,
    Line,
    Posted,
    check_accounts,
    check_shape,
    hold,
    request_digest,
    text_digest,
)
from ledger.models import Account, CostCentre, Entry, EntryText, Fund, Posting, TaxCode
from ledger.tags import Tags, tag_ids
from ledger.writing import rows_of, write_rows

__all__ = [
    "LARGEST_AMOUNT_MINOR",
    "MOST_POSTINGS",
    "Draft",
    "Line",
    "Posted",
    "post",
    "post_once",
    "reverse",
    "text_digest",
]

_ENTRIES, _TEXTS = table_of(Entry), table_of(EntryText)

# Built once, because building a statement costs as much as running it.
_KNOWN = (
    select(_ENTRIES.c.id, _ENTRIES.c.request_digest, _ENTRIES.c.text_digest, _TEXTS.c.salt)
    .outerjoin(_TEXTS, _TEXTS.c.entry_id == _ENTRIES.c.id)
    .where(_ENTRIES.c.idempotency_key == bindparam("key"))
)
_UNIQUE_KEY = "uq_ledger_entry_idempotency_key"


def post(session: Session, draft: Draft, *, now: datetime, recorded_by: UUID | None = None) -> UUID:
    """Write one entry and return its id.

    The same idempotency key with the same content returns the id of the entry that stands already.

    Raises:
        LedgerRefusal: one of its classes for each reason: unbalanced, locked period, unknown or closed account ...
        LostRace: another writer has just recorded the same key, which a new transaction sees.
    """
    return post_once(session, draft, now=now, recorded_by=recorded_by).entry_id


def post_once(session: Session, draft: Draft, *, now: datetime, recorded_by: UUID | None = None) -> Posted:
    """Write one entry as `post` does, and say whether it is new.

    Raises:
        LedgerRefusal, LostRace: as for `post`.
    """
    return _post(session.connection(), draft, None, now, recorded_by)


def _post(
    connection: Connection, draft: Draft, known_tags: Tags | None, now: datetime, recorded_by: UUID | None
) -> Posted:
    known = entry_with_key(connection, draft)
    if known is not None:
        return Posted(known, is_new=False)
    check_shape(draft)
    period_id, accounts = hold(connection, draft)
    check_accounts(draft, accounts)
    account_ids = {code: account.id for code, account in accounts.items()}
    tags = known_tags or tag_ids(connection, draft)
    rows = rows_of(draft, account_ids, tags, now, recorded_by)
    try:
        write_rows(connection, [rows])
    except IntegrityError as error:
        # Another writer recorded the same key after we looked. A savepoint would let us go on from here, and cost every entry
        # two trips to the server for a race that hardly any is in.
        if key_of(error) == _UNIQUE_KEY:
            raise LostRace from error
        raise
    add_to_balances(connection, period_id, draft.lines, account_ids)
    return Posted(rows.entry_id, is_new=True)


def reverse(
    session: Session,
    entry_id: UUID,
    *,
    booked_on: date,
    text: str,
    now: datetime,
    recorded_by: UUID | None = None,
    kind: str = "reversal",
    source: tuple[str, UUID] | None = None,
) -> UUID:
    """Write the reversal of an entry: the same postings with opposite signs, linked to it, once.

    What causes it is a record of its own, or that of the entry where nothing else is said.

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
        select(
            *(Account.code, Posting.amount_minor, Posting.party_ref, Posting.currency),
            *(CostCentre.code.label("cost_centre"), Fund.code.label("fund"), TaxCode.code.label("tax")),
            *(Posting.cost_centre_id, Posting.fund_id, Posting.tax_code_id),
        )
        .join(Account, Account.id == Posting.account_id)
        .outerjoin(CostCentre, CostCentre.id == Posting.cost_centre_id)
        .outerjoin(Fund, Fund.id == Posting.fund_id)
        .outerjoin(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    ).all()
    draft = Draft(
        booked_on=booked_on,
        text=text,
        kind=kind,
        currency=postings[0].currency,
        lines=[Line(p.code, -p.amount_minor, p.party_ref, p.cost_centre, p.fund, p.tax) for p in postings],
        idempotency_key=f"reversal:{entry_id}",
        source_kind=source[0] if source else entry.source_kind,
        source_id=source[1] if source else entry.source_id,
        reverses_id=entry_id,
        reference=entry.reference,
    )
    # What it counted for is taken back under the same rates, and though a cost centre or a fund be closed by now.
    tags = Tags(
        cost_centres={p.cost_centre: p.cost_centre_id for p in postings if p.cost_centre_id},
        funds={p.fund: p.fund_id for p in postings if p.fund_id},
        taxes={p.tax: p.tax_code_id for p in postings if p.tax_code_id},
    )
    try:
        return _post(session.connection(), draft, tags, now, recorded_by).entry_id
    except errors.KeyUsedDifferently:
        # Somebody reversed it at the same moment, on another date or in other words.
        raise errors.AlreadyReversed from None


def entry_with_key(connection: Connection, draft: Draft) -> UUID | None:
    """Return the entry that stands under the key of a draft, if there is one.

    Raises:
        KeyUsedDifferently: it has other content.
    """
    row = connection.execute(_KNOWN, {"key": draft.idempotency_key}).first()
    if row is None:
        return None
    # A text that was erased is no longer known, so the rest decides.
    other_text = row.salt is not None and text_digest(row.salt, draft.text) != row.text_digest
    if other_text or row.request_digest != request_digest(draft):
        raise errors.KeyUsedDifferently(draft.idempotency_key)
    known: UUID = row.id
    return known
