"""The books as one table: a row per posting, for accountants and spreadsheets."""

import csv
import io
from collections.abc import Iterator

from evidence.canonical import utc_text
from evidence.currencies import decimal_text
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
)
#: Characters with which a spreadsheet would begin a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CHARACTERS_AT_ONCE = 64 * 1024


def write(books: Books) -> Iterator[str]:
    """Write a row per posting; opening balances are rows of the kind `opening` without an entry."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    names = {account.code: plain_cell(account.name) for account in books.accounts}
    for total in books.opening():
        account = ["opening", total.code, names[total.code]]
        sides = _sides(total.balance_minor, total.currency)
        table.writerow([books.starts_on, "", "", *account, "Opening balance", "", *sides, total.currency, ""])
    for entry in books.entries():
        of_entry = [entry.booked_on, entry.id]
        text, recorded_at = plain_cell(entry.text), utc_text(entry.recorded_at)
        for posting in entry.postings:
            account = [entry.kind, posting.code, names[posting.code]]
            sides = _sides(posting.amount_minor, posting.currency)
            table.writerow(
                [
                    *of_entry,
                    posting.line,
                    *account,
                    text,
                    posting.party_ref or "",
                    *sides,
                    posting.currency,
                    recorded_at,
                ]
            )
        if buffer.tell() >= _CHARACTERS_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def plain_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe goes before one that would begin as such."""
    return "'" + text if text.startswith(_FORMULA) else text


def _sides(amount_minor: int, currency: str) -> tuple[str, str]:
    amount = decimal_text(abs(amount_minor), currency)
    return (amount, "") if amount_minor > 0 else ("", amount)
