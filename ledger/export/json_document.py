"""The books as one JSON document, written entry by entry. Amounts are integers of the minor unit, debit positive."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from evidence.canonical import canonical_bytes
from evidence.currencies import exponent
from ledger import sealing
from ledger.export.source import Books, ExportedEntry, ExportedPosting
from ledger.totals import AccountTotal


def write(books: Books) -> Iterator[str]:
    """Write head, accounts, opening balances, entries and closing balances, one item a line."""
    chain = sealing.head(books.session)
    yield "{\n"
    yield _member("format", "coop-ledger-1")
    yield _member("currency", books.currency)
    yield _member("decimals", exponent(books.currency))
    yield _member("from", books.starts_on)
    yield _member("to", books.ends_on)
    yield _member("chain", {"seq": chain.seq, "hash": chain.hash})
    accounts = (
        {"code": a.code, "name": a.name, "kind": a.kind, "currency": a.currency, "opened_on": a.opened_on}
        for a in books.accounts
    )
    yield from _list("accounts", accounts)
    yield from _list("opening", _balances(books.opening()))
    yield from _list("entries", (_entry(entry) for entry in books.entries()))
    yield from _list("closing", _balances(books.closing()), last=True)
    yield "}\n"


def _entry(entry: ExportedEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "date": entry.booked_on,
        "kind": entry.kind,
        "text": entry.text,
        "recorded_at": entry.recorded_at,
        "reverses": entry.reverses_id,
        "postings": [_posting(posting) for posting in entry.postings],
        **({} if entry.reference is None else {"reference": entry.reference}),
    }


def _posting(posting: ExportedPosting) -> dict[str, object]:
    return {
        "account": posting.code,
        "amount_minor": posting.amount_minor,
        "currency": posting.currency,
        "party": posting.party_ref,
        **posting.tags,
    }


def _balances(totals: Iterable[AccountTotal]) -> Iterator[dict[str, object]]:
    for total in totals:
        yield {"account": total.code, "balance_minor": total.balance_minor, "currency": total.currency}


def _member(name: str, value: object) -> str:
    return f"{json.dumps(name)}:{_text(value)},\n"


def _list(name: str, items: Iterable[dict[str, object]], *, last: bool = False) -> Iterator[str]:
    yield f"{json.dumps(name)}:["
    separator = "\n"
    for item in items:
        yield separator + _text(item)
        separator = ",\n"
    yield "\n]\n" if last else "\n],\n"


def _text(value: Any) -> str:
    return canonical_bytes(value).decode()
