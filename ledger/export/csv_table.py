"""The books as one table: a row per posting, for accountants and spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from evidence.currencies import decimal_writer
from evidence.spreadsheets import plain_cell
from ledger.export.source import ERASED, Books, id_text, moment_text

COLUMNS = (
    "date",
    "entry",
    "line",
    "kind",
    "account",
    "account_name",
    "text",
    "party",
    "debit",
    "credit",
    "currency",
    "recorded_at",
    "reference",
    "cost_centre",
    "fund",
    "tax_code",
    "reverses",
)
CHARACTERS_AT_ONCE = 64 * 1024


def write(books: Books) -> Iterator[str]:
    """Write a row per posting; opening balances are rows of the kind `opening` without an entry."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    names = {account.code: plain_cell(account.name) for account in books.accounts}
    for total in books.opening():
        account = ["opening", total.code, names[total.code]]
        both = sides(total.balance_minor, total.currency)
        table.writerow([books.starts_on, "", "", *account, "Opening balance", "", *both, total.currency, *[""] * 6])
    cells = _cells(books, names)
    for part in books.parts():
        table.writerows(map(cells, part))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cells(books: Books, names: Mapping[str, str]) -> Callable[[Sequence[Any]], Sequence[str | int | None]]:
    """Return what makes a row of the table of one of the books. It keeps the cells of an entry for all its postings."""
    codes = {id_: code and plain_cell(code) for id_, code in books.codes().items()}
    last_id, id_, booked_on, text, recorded_at, reference, reverses = None, "", "", "", "", "", ""

    def cells(row: Sequence[Any]) -> Sequence[str | int | None]:
        nonlocal last_id, id_, booked_on, text, recorded_at, reference, reverses
        if row[0] != last_id:
            last_id = row[0]
            id_, booked_on, recorded_at = id_text(row[0]), str(row[1]), moment_text(row[4])
            text, reference = plain_cell(ERASED if row[3] is None else row[3]), plain_cell(row[6] or "")
            reverses = id_text(row[5]) if row[5] else ""
        _, _, kind, _, _, _, _, line, amount_minor, currency, party, centre, fund, tax, code = row
        return (
            *(booked_on, id_, line, kind, code, names[code], text, party and id_text(party)),
            *sides(amount_minor, currency),
            *(currency, recorded_at, reference, codes[centre], codes[fund], codes[tax], reverses),
        )

    return cells


def sides(amount_minor: int, currency: str) -> tuple[str, str]:
    """Return an amount in the column of its side; the other one stays empty."""
    write = decimal_writer(currency)
    return (write(amount_minor), "") if amount_minor > 0 else ("", write(-amount_minor))
