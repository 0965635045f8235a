"""An entry as its tables take it: postings first, then the header that makes them final, then the text.

Posting one entry and posting many write by the same statements. What may be written has been decided before.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from evidence.columns import table_of
from evidence.identifiers import new_id
from evidence.insertion import Insertion
from ledger.drafts import Draft, request_digest, text_digest
from ledger.models import Entry, EntryText, Posting
from ledger.tags import Tags

_POSTINGS = Insertion(
    table_of(Posting),
    *("entry_id", "line", "account_id", "amount_minor", "currency", "party_ref"),
    *("cost_centre_id", "fund_id", "tax_code_id"),
)
_HEADERS = Insertion(
    table_of(Entry),
    *("id", "booked_on", "reference", "kind", "source_kind", "source_id", "idempotency_key"),
    *("request_digest", "text_digest", "reverses_id", "recorded_by", "recorded_at"),
)
_TEXTS = Insertion(table_of(EntryText), "entry_id", "salt", "text")


class Rows(NamedTuple):
    """The rows by which an entry stands, their values in the order of the statements above."""

    entry_id: UUID
    postings: list[tuple[Any, ...]]
    header: tuple[Any, ...]
    text: tuple[Any, ...]


def rows_of(draft: Draft, account_ids: Mapping[str, UUID], tags: Tags, now: datetime, recorded_by: UUID | None) -> Rows:
    """Return the rows by which an entry stands, under a new id and with a new salt."""
    entry_id, salt = new_id(), secrets.token_hex(16)
    return Rows(
        entry_id,
        postings=[
            (
                *(entry_id, number, account_ids[line.account], line.amount_minor, draft.currency, line.party_ref),
                *(tags.cost_centres.get(line.cost_centre), tags.funds.get(line.fund), tags.taxes.get(line.tax)),
            )
            for number, line in enumerate(draft.lines, start=1)
        ],
        header=(
            *(entry_id, draft.booked_on, draft.reference, draft.kind, draft.source_kind, draft.source_id),
            *(draft.idempotency_key, request_digest(draft), text_digest(salt, draft.text)),
            *(draft.reverses_id, recorded_by, now),
        ),
        text=(entry_id, salt, draft.text),
    )


def write_rows(connection: Connection, entries: Sequence[Rows]) -> None:
    """Write the rows of entries."""
    _POSTINGS.write(connection, (posting for entry in entries for posting in entry.postings))
    _HEADERS.write(connection, (entry.header for entry in entries))
    _TEXTS.write(connection, (entry.text for entry in entries))
