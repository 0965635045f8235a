"""The general ledger as one table: for each account its opening, its postings with the balance after each, and its closing balance."""

import csv
import io
from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from evidence.currencies import decimal_text
from evidence.spreadsheets import plain_cell
from ledger.export.csv_table import CHARACTERS_AT_ONCE, sides
from ledger.export.source import ERASED
from ledger.statements import ledger_postings

COLUMNS = ("account", "name", "date", "entry", "text", "party", "debit", "credit", "balance", "currency")


def write(session: Session, starts_on: date, ends_on: date) -> Iterator[str]:
    """Write the accounts that held something or were booked to between two days, both included, piece by piece."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    for account, postings in ledger_postings(session, starts_on, ends_on):
        head, currency = (account.code, plain_cell(account.name)), account.currency
        opening, closing = (decimal_text(minor, currency) for minor in (account.opening_minor, account.closing_minor))
        table.writerow([*head, starts_on, "", "Opening balance", "", "", "", opening, currency])
        for row in postings:
            text = plain_cell(ERASED if row.text is None else row.text)
            balance = decimal_text(row.balance_minor, currency)
            of_entry = (row.booked_on, row.entry_id, text, row.party_ref or "")
            table.writerow([*head, *of_entry, *sides(row.amount_minor, currency), balance, currency])
            if buffer.tell() >= CHARACTERS_AT_ONCE:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        table.writerow([*head, ends_on, "", "Closing balance", "", "", "", closing, currency])
    yield buffer.getvalue()
