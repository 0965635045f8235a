"""The books as a journal for hledger: commodity and accounts are declared, so that its strict checks pass.

Its format has no way to quote: a semicolon in a text would begin a comment and becomes a comma.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from evidence.currencies import decimal_text, exponent
from ledger import sealing
from ledger.export.source import Books, ExportedAccount, ExportedEntry, one_line
from ledger.models import AccountKind

#: The root of an account's name, and the letter by which hledger knows the type.
_ROOTS = {
    AccountKind.ASSET: ("assets", "A"),
    AccountKind.LIABILITY: ("liabilities", "L"),
    AccountKind.EQUITY: ("equity", "E"),
    AccountKind.INCOME: ("income", "R"),
    AccountKind.EXPENSE: ("expenses", "X"),
}
_NOT_IN_NAMES = re.compile(r"[^\w &'./-]")
_DAY = timedelta(days=1)


def write(books: Books) -> Iterator[str]:
    """Write the journal that `hledger check --strict` accepts. Every account's closing balance is asserted."""
    names = {account.code: account_name(account) for account in books.accounts}
    # The format of a commodity is declared with a decimal mark always.
    example = decimal_text(1000 * 10 ** exponent(books.currency), books.currency)
    seal = sealing.head(books.session)
    if seal.seq:
        yield f"; Sealed entries: {seal.seq}, last link: {seal.hash}\n"
    yield f"decimal-mark .\ncommodity {example if '.' in example else example + '.'} {books.currency}\n\n"
    for account in books.accounts:
        yield f"account {names[account.code]}  ; type:{_ROOTS[account.kind][1]}\n"
    yield "\n"
    opening = books.opening()
    if opening and books.starts_on is not None:
        yield f"{books.starts_on - _DAY} * (opening) Opening balances\n"
        for total in opening:
            yield f"    {names[total.code]}  {decimal_text(total.balance_minor, total.currency)} {total.currency}\n"
        yield "\n"
    for entry in books.entries():
        yield _transaction(entry, names)
    yield f"{books.ends_on} * (closing) Closing balances, asserted\n"
    for total in books.closing():
        nothing, amount = (decimal_text(minor, total.currency) for minor in (0, total.balance_minor))
        yield f"    {names[total.code]}  {nothing} {total.currency} = {amount} {total.currency}\n"


def account_name(account: ExportedAccount) -> str:
    """Return the name for hledger: `assets:1000 Bank account`, without signs that mean something to it."""
    name = " ".join(_NOT_IN_NAMES.sub(" ", one_line(account.name)).split())
    return f"{_ROOTS[account.kind][0]}:{account.code} {name}".rstrip()


def _transaction(entry: ExportedEntry, names: dict[str, str]) -> str:
    text = one_line(entry.text).replace(";", ",")
    about = {"entry": str(entry.id), "reference": entry.reference, "reverses": entry.reverses_id}
    lines = [f"{entry.booked_on} * ({entry.kind}) {text}".rstrip(), f"    ; {_tags(about)}"]
    for posting in entry.postings:
        amount = f"{decimal_text(posting.amount_minor, posting.currency)} {posting.currency}"
        party = {"party": str(posting.party_ref)} if posting.party_ref is not None else {}
        tags = _tags({**party, **posting.tags})
        lines.append(f"    {names[posting.code]}  {amount}" + (f"  ; {tags}" if tags else ""))
    return "\n".join(lines) + "\n\n"


def _tags(values: Mapping[str, str | None]) -> str:
    """Write the tags of a comment; a comma would end the value, so it becomes a space."""
    return ", ".join(f"{name}:{one_line(value.replace(',', ' '))}" for name, value in values.items() if value)
