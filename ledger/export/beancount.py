"""The books in the language of Beancount: accounts are opened, entries follow, and balance assertions close the file.

An account's name is its kind, its code and what of its name Beancount allows: `Assets:1000-Bank-account`.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta

from evidence.currencies import decimal_text
from ledger import sealing
from ledger.export.source import Books, ExportedAccount, ExportedEntry, one_line
from ledger.models import AccountKind

_ROOTS = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.EQUITY: "Equity",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
}
_DAY = timedelta(days=1)


def write(books: Books) -> Iterator[str]:
    """Write the file that `bean-check` accepts. Every account's closing balance is asserted to the smallest unit."""
    names = {account.code: account_name(account) for account in books.accounts}
    seal = sealing.head(books.session)
    if seal.seq:
        yield f"; Sealed entries: {seal.seq}, last link: {seal.hash}\n"
    yield f'option "title" "Books in {books.currency}"\noption "operating_currency" "{books.currency}"\n\n'
    for account in books.accounts:
        yield f"{account.opened_on} open {names[account.code]} {account.currency}\n"
        yield f"  name: {_quoted(account.name)}\n"
    yield "\n"
    opening = books.opening()
    if opening and books.starts_on is not None:
        yield f'{books.starts_on - _DAY} * "Opening balances"\n'
        for total in opening:
            yield f"  {names[total.code]}  {decimal_text(total.balance_minor, total.currency)} {total.currency}\n"
        yield "\n"
    for entry in books.entries():
        yield _transaction(entry, names)
    opened = {account.code for account in books.accounts if account.opened_on <= books.ends_on}
    # An assertion holds at the start of its day, and only on an account that is open by then.
    for total in books.closing():
        if total.code not in opened:
            continue
        amount = decimal_text(total.balance_minor, total.currency)
        yield f"{books.ends_on + _DAY} balance {names[total.code]}  {amount} ~ 0 {total.currency}\n"


def account_name(account: ExportedAccount) -> str:
    """Return the name that Beancount takes: letters and digits of ASCII, joined by hyphens, told apart by the code."""
    letters = unicodedata.normalize("NFKD", account.name).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", letters)
    return f"{_ROOTS[account.kind]}:{'-'.join([account.code, *words])}"


def _transaction(entry: ExportedEntry, names: dict[str, str]) -> str:
    lines = [f"{entry.booked_on} * {_quoted(entry.text)}", f'  entry: "{entry.id}"', f'  kind: "{entry.kind}"']
    if entry.reference is not None:
        lines.append(f"  reference: {_quoted(entry.reference)}")
    if entry.reverses_id is not None:
        lines.append(f'  reverses: "{entry.reverses_id}"')
    for posting in entry.postings:
        lines.append(
            f"  {names[posting.code]}  {decimal_text(posting.amount_minor, posting.currency)} {posting.currency}"
        )
        if posting.party_ref is not None:
            lines.append(f'    party: "{posting.party_ref}"')
        lines += [f"    {name}: {_quoted(code)}" for name, code in posting.tags.items()]
    return "\n".join(lines) + "\n\n"


def _quoted(text: str) -> str:
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
