"""Opening balances as CSV: what stands on each account on the first day, as one entry.

What the rows do not balance goes to one account, a reserve: it is what the co-op has after all that it owes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from ledger.drafts import Line
from ledger.importing import errors
from ledger.importing.entries import OPENING, ReadEntry, Source, party
from ledger.importing.table import Problems, read_table, signed

#: The columns of our own trial balance are known, so that one co-op's last day is another's first.
KNOWN = frozenset({"code", "account", "name", "kind", "amount", "debit", "credit", "party", "currency"})


@dataclass(frozen=True)
class Opening:
    """The day of opening balances, the account on their other side, and what the entry says."""

    booked_on: date
    against: str
    text: str


def read(text: str, source: Source, problems: Problems, opening: Opening) -> Iterator[ReadEntry]:
    """Read opening balances as one entry, or none where something is wrong in a row.

    Raises:
        FileEmpty, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    table = read_table(text, problems, known=KNOWN)
    column = "code" if "code" in table.columns else "account"
    if column not in table.columns:
        raise errors.ColumnMissing("code")
    if not {"amount", "debit", "credit"} & set(table.columns):
        raise errors.ColumnMissing("amount")
    lines, rows = [], []
    for row in table.rows:
        currency = row.cells.get("currency") or source.currency
        if currency != source.currency:
            row.problems.add(row.number, "currency", errors.OtherCurrency(currency[:40], source.currency))
            continue
        account = row.read(column, source.account)
        amount_minor = signed(row, source.currency)
        party_ref = row.read("party", partial(party, source=source))
        if account is not None and amount_minor is not None:
            lines.append(Line(account, amount_minor, party_ref))
            rows.append(row.number)
    difference = sum(line.amount_minor for line in lines)
    if difference:
        lines.append(Line(opening.against, -difference))
        rows.append(rows[0])
    if lines and not problems.count:
        yield ReadEntry(opening.booked_on, opening.text, tuple(lines), tuple(rows), OPENING)
