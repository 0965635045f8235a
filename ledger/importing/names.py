"""Which account of ours a name in somebody else's file means: by its code, by our own exports, or by a mapping that was given."""

import re
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.export import beancount, hledger
from ledger.export.source import ExportedAccount
from ledger.importing import errors
from ledger.importing.table import Problems, line_of_text, read_table
from ledger.models import Account

_COLUMNS = ("account", "code")
#: How our exports to plain-text programs begin: the kind, the code, the name.
_OURS = re.compile(r"(?:assets|liabilities|equity|income|expenses):([0-9]+)(?![0-9])", re.IGNORECASE | re.ASCII)
LONGEST_NAME = 200


def read_mapping(text: str) -> dict[str, str]:
    """Read the CSV of a mapping, `account,code`: names of the file, each with the code of an account of ours.

    Raises:
        FileRefused, ColumnMissing, ColumnTwice, ColumnUnknown
    """
    if not text.strip():
        return {}
    problems = Problems("mapping")
    found: dict[str, str] = {}
    for row in read_table(text, problems, needed=_COLUMNS, known=_COLUMNS).rows:
        if not row.cells["account"] or not row.cells["code"]:
            problems.add(row.number, "account" if row.cells["code"] else "code", errors.CellMissing())
        elif found.setdefault(row.cells["account"], row.cells["code"]) != row.cells["code"]:
            problems.add(row.number, "account", errors.RowsDisagree())
    problems.refuse()
    return found


def find_accounts(session: Session, mapping: Mapping[str, str]) -> Callable[[str], str]:
    """Return a function from what stands in a file to the code of an account.

    A name that the mapping lacks is looked for with its last parts left out, so that `expenses:food` stands for all under it. A
    code need not be of an account that is there: what is wrong with it the ledger says in its own words.
    """
    columns = (Account.code, Account.name, Account.kind, Account.currency, Account.opened_on)
    chart = [ExportedAccount(*row) for row in session.execute(select(*columns))]
    known = {account.code: account.code for account in chart}
    known |= {
        name_of(account): account.code
        for account in chart
        for name_of in (hledger.account_name, beancount.account_name)
    }
    known |= mapping

    def code_of(cell: str) -> str:
        name = line_of_text(cell, LONGEST_NAME)
        if not name:
            raise errors.CellMissing
        if name in known:
            return known[name]
        parts = name.split(":")
        for length in range(len(parts) - 1, 0, -1):
            if (above := mapping.get(":".join(parts[:length]))) is not None:
                return above
        if (ours := _OURS.match(name)) is not None:
            return ours[1]
        if name.isascii() and name.isdigit():
            return name
        raise errors.AccountUnmapped(name)

    return code_of
