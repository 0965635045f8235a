"""The books as one table: a row per posting, for accountants and spreadsheets."""

import csv
import io
from collections.abc import Iterator

from evidence.currencies import decimal_writer
from evidence.spreadsheets import plain_cell
from ledger.export.source import Books

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
        table.writerow([books.starts_on, "", "", *account, "Opening balance", "", *both, total.currency, *[""] * 5])
    for entry in books.entries():
        text, reference = plain_cell(entry.text), plain_cell(entry.reference or "")
        id_, booked_on, kind, recorded_at = entry.id, entry.booked_on, entry.kind, entry.recorded_at
        table.writerows(
            [
                booked_on,
                id_,
                line,
                kind,
                code,
                names[code],
                text,
                party_ref,
                *sides(amount_minor, currency),
                currency,
                recorded_at,
                reference,
                centre and plain_cell(centre),
                fund and plain_cell(fund),
                tax and plain_cell(tax),
            ]
            for line, code, amount_minor, currency, party_ref, centre, fund, tax in entry.postings
        )
        if buffer.tell() >= CHARACTERS_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def sides(amount_minor: int, currency: str) -> tuple[str, str]:
    """Return an amount in the column of its side; the other one stays empty."""
    write = decimal_writer(currency)
    return (write(amount_minor), "") if amount_minor > 0 else ("", write(-amount_minor))
