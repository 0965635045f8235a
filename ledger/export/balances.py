"""The trial balance as a table, as JSON and as plain text."""

import csv
import io

from evidence.canonical import canonical_bytes
from evidence.currencies import decimal_text
from evidence.spreadsheets import plain_cell
from ledger.statements import TrialBalance

_HEADER = ("account", "name", "kind", "debit", "credit", "currency")
_AMOUNT_WIDTH = 18


def as_csv(balance: TrialBalance) -> str:
    """Write a row per account that has a balance; an empty cell is no amount."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(_HEADER)
    for row in balance.rows:
        sides = (
            decimal_text(minor, balance.currency) if minor else "" for minor in (row.debit_minor, row.credit_minor)
        )
        table.writerow([row.code, plain_cell(row.name), row.kind.value, *sides, balance.currency])
    return buffer.getvalue()


def as_json(balance: TrialBalance) -> str:
    """Write one JSON document; amounts are integers of the minor unit."""
    document = {
        "at": balance.at,
        "currency": balance.currency,
        "accounts": [
            {
                "account": row.code,
                "name": row.name,
                "kind": row.kind,
                "debit_minor": row.debit_minor,
                "credit_minor": row.credit_minor,
            }
            for row in balance.rows
        ],
        "debit_minor": balance.debit_minor,
        "credit_minor": balance.credit_minor,
    }
    return canonical_bytes(document).decode() + "\n"


def as_text(balance: TrialBalance) -> str:
    """Write a table for a terminal."""
    width = max([len(f"{row.code} {row.name}") for row in balance.rows], default=0)
    rows = [(f"{row.code} {row.name}", row.debit_minor, row.credit_minor) for row in balance.rows]
    lines = [
        f"{label:<{width}}"
        + "".join(
            f"{decimal_text(minor, balance.currency) if minor or is_total else '':>{_AMOUNT_WIDTH}}"
            for minor in (debit, credit)
        )
        for is_total, (label, debit, credit) in [
            *((False, row) for row in rows),
            (True, ("", balance.debit_minor, balance.credit_minor)),
        ]
    ]
    head = f"{balance.currency:<{width}}{'debit':>{_AMOUNT_WIDTH}}{'credit':>{_AMOUNT_WIDTH}}"
    return "\n".join([head, *lines]) + "\n"
