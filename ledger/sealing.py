"""The hash chain over the journal: seals what was posted, in order, apart from posting so that posting stays fast.

One sealer works at a time, because it locks the row of the head. A link covers the whole entry as canonical JSON; of its text
it covers the salted digest, so that a text can be erased and the chain still holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.orm import Session

from evidence.canonical import canonical_bytes
from evidence.chain import GENESIS, link
from evidence.columns import table_of
from ledger import errors
from ledger.models import Account, ChainHead, ChainLink, Entry, Posting

#: How many entries one transaction seals.
BATCH = 1000
_ONE = 1
_TAGS = ("cost_centre_id", "fund_id", "tax_code_id")


@dataclass(frozen=True)
class Head:
    """Where the chain stands: the number of sealed entries and the hash of the last."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Sealed:
    """A link as it stands in the table, and the record of its entry as it reads today; none where the entry is gone."""

    seq: int
    hash: str
    entry_id: UUID
    record: bytes | None


def start_chain(session: Session) -> None:
    """Write the head of the empty chain, at founding."""
    session.add(ChainHead(id=_ONE, seq=0, hash=GENESIS))
    session.flush()


def head(session: Session) -> Head:
    """Return where the chain stands.

    Raises:
        NoChain: the chain was never started.
    """
    row = session.execute(select(ChainHead.seq, ChainHead.hash)).first()
    if row is None:
        raise errors.NoChain
    return Head(row.seq, row.hash)


def unsealed_count(session: Session) -> int:
    """Return how many entries wait to be sealed."""
    entries = session.scalar(select(func.count()).select_from(Entry)) or 0
    sealed = session.scalar(select(func.count()).select_from(ChainLink)) or 0
    return entries - sealed


def seal(session: Session, *, limit: int = BATCH) -> int:
    """Seal at most `limit` entries in the order of their recording, and return how many.

    Call it again, each time in a transaction of its own, until it returns 0.

    Raises:
        NoChain: the chain was never started.
    """
    standing = session.scalar(select(ChainHead).with_for_update().execution_options(populate_existing=True))
    if standing is None:
        raise errors.NoChain
    waiting = list(
        session.scalars(
            select(Entry.id)
            .where(~select(ChainLink.seq).where(ChainLink.entry_id == Entry.id).exists())
            .order_by(Entry.recorded_at, Entry.id)
            .limit(limit)
        )
    )
    records = _records(session, waiting)
    links = []
    for entry_id in waiting:
        standing.seq += 1
        standing.hash = link(standing.hash, records[entry_id])
        links.append({"seq": standing.seq, "entry_id": entry_id, "hash": standing.hash})
    if links:
        session.execute(insert(table_of(ChainLink)), links)
    session.flush()
    return len(links)


def sealed_after(session: Session, seq: int | None) -> list[Sealed]:
    """Return the next batch of the chain in order, after the link with this number or from the beginning."""
    query = select(ChainLink.seq, ChainLink.hash, ChainLink.entry_id).order_by(ChainLink.seq).limit(BATCH)
    links = session.execute(query if seq is None else query.where(ChainLink.seq > seq)).all()
    records = _records(session, [row.entry_id for row in links])
    return [Sealed(row.seq, row.hash, row.entry_id, records.get(row.entry_id)) for row in links]


def _records(session: Session, entry_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """Return what a link covers: each entry in canonical JSON, by its id."""
    rows = session.execute(_sealed_columns().where(Entry.id.in_(entry_ids)).order_by(Entry.id, Posting.line))
    return {entry_id: _record(list(lines)) for entry_id, lines in groupby(rows, key=lambda row: row.id)}


def _sealed_columns() -> Select[Any]:
    return (
        select(
            *table_of(Entry).c,
            *(Posting.line, Posting.amount_minor, Posting.currency, Posting.party_ref, Account.code),
            *(Posting.cost_centre_id, Posting.fund_id, Posting.tax_code_id),
        )
        .outerjoin(Posting, Posting.entry_id == Entry.id)
        .outerjoin(Account, Account.id == Posting.account_id)
    )


def _record(rows: list[Row[Any]]) -> bytes:
    """Write the entry whose lines these are as canonical JSON: every column of the header, and the lines in order."""
    header = {column.name: getattr(rows[0], column.name) for column in table_of(Entry).c}
    # What came after the first chains is covered where it is there: an entry without it hashes as it did before.
    if header["reference"] is None:
        del header["reference"]
    lines = [
        {
            "line": row.line,
            "account": row.code,
            "amount_minor": row.amount_minor,
            "currency": row.currency,
            "party_ref": row.party_ref,
            **{name: getattr(row, name) for name in _TAGS if getattr(row, name) is not None},
        }
        for row in rows
    ]
    return canonical_bytes({**header, "postings": lines})
