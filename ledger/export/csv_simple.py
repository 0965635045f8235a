"""The books as accountants like to read them: a row per posting, with the balance of its account after it.

The balance is debit positive. Sorted or filtered by account, the rows of an account are its ledger.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator

from evidence.currencies import decimal_writer
from evidence.spreadsheets import plain_cell
from ledger.export.csv_table import CHARACTERS_AT_ONCE, sides
from ledger.export.source import Books

COLUMNS = ("date", "account", "account_name", "text", "party", "debit", "credit", "balance")


def write(books: Books) -> Iterator[str]:
    """Write a row per posting in the order of the books; opening balances come first, on the first day."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    names = {account.code: plain_cell(account.name) for account in books.accounts}
    balances: dict[str, int] = defaultdict(int)
    write_amount = decimal_writer(books.currency)
    for total in books.opening():
        balances[total.code] = total.balance_minor
        both = sides(total.balance_minor, total.currency)
        account = [total.code, names[total.code]]
        table.writerow([books.starts_on, *account, "Opening balance", "", *both, write_amount(total.balance_minor)])
    for entry in books.entries():
        text = plain_cell(entry.text)
        for _, code, amount_minor, currency, party_ref, *_ in entry.postings:
            balances[code] += amount_minor
            both = sides(amount_minor, currency)
            table.writerow((entry.booked_on, code, names[code], text, party_ref, *both, write_amount(balances[code])))
        if buffer.tell() >= CHARACTERS_AT_ONCE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
