"""Reading OFX, version 1 (SGML) and version 2 (XML), as banks write it.

The library tells header and elements apart, with regular expressions, so nothing is ever expanded or fetched. Its strict model of the
standard is left alone: hardly a bank keeps to it. A line is named by its number among the transactions of the file.
"""

import html
import io
import re
from collections.abc import Sequence
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from ofxtools.header import OFXHeaderError
from ofxtools.Parser import OFXTree

from coop.forms import read_day
from coop.payments.bank.files import errors
from coop.payments.bank.files.amounts import file_amount
from coop.payments.bank.files.csv_file import bank_id_of
from coop.payments.bank.models import FileFormat
from coop.payments.bank.statements import NewLine, Reading, Statement, StatementFile, check_day, check_size, cut

#: A header is short; what the library makes of a long one takes it minutes.
_LONGEST_HEADER = 2_000
_DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
#: What the library raises on a file that is none.
_BROKEN = (OFXHeaderError, ParseError, SyntaxError, ValueError, AssertionError, IndexError, AttributeError)


def is_ofx(content: bytes) -> bool:
    """Say whether a file begins as OFX."""
    head = content[:_LONGEST_HEADER].upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


def read_ofx(content: bytes, statement: Statement) -> StatementFile:
    """Read the statement of the one account that a file holds.

    Raises:
        NotOfx, DeclaresEntities, SeveralAccounts, OtherCurrency, FileEmpty, StatementUnreadable, StatementTooLong
    """
    found = _statements(content)
    if not found:
        raise errors.NotOfx
    if len(found) > 1:
        raise errors.SeveralAccounts(len(found))
    root = found[0]
    currency = _text(root, "CURDEF").upper()
    if currency and currency != statement.currency:
        raise errors.OtherCurrency(currency[:3], statement.currency)
    reading = Reading(statement)
    listed = root.find("BANKTRANLIST")
    transactions = [] if listed is None else listed.findall("STMTTRN")
    for number, transaction in enumerate(transactions, start=1):
        line = _line(number, transaction, reading)
        if line is not None:
            reading.add(line)
    balance = root.find("LEDGERBAL")
    closing_minor, closing_on = _balance(balance, reading) if balance is not None else (None, None)
    lines = reading.finish()
    days = [line.booked_on for line in lines]
    if closing_on is None and not days:
        raise errors.FileEmpty
    ends_on = closing_on or max(days)
    starts_on = min([*days, ends_on])
    return StatementFile(
        FileFormat.OFX, statement.currency, lines, starts_on, ends_on, None, closing_minor, _numbers(root)
    )


def _numbers(root: Element) -> tuple[str, ...]:
    """Return the number of the account: some banks write all of it into one element, others its parts into three."""
    named = root.find("BANKACCTFROM")
    if named is None:
        return (_text(root, "CCACCTFROM/ACCTID"),)
    parts = [_text(named, name) for name in ("BANKID", "BRANCHID", "ACCTID")]
    return (parts[-1], "".join(parts))


def _statements(content: bytes) -> Sequence[Element]:
    if _DECLARES.search(content):
        raise errors.DeclaresEntities
    start = content[:_LONGEST_HEADER].upper().find(b"<OFX>")
    if start < 0:
        raise errors.NotOfx
    # Runs of white space in a header are what its pattern takes long for.
    content = re.sub(rb"[ \t]+", b" ", content[:start]) + content[start:]
    tree = OFXTree()
    try:
        root = tree.parse(io.BytesIO(content))
    except _BROKEN:
        raise errors.NotOfx from None
    found = [*root.iter("STMTRS"), *root.iter("CCSTMTRS")]
    listed = sum(len(one.findall("BANKTRANLIST/STMTTRN")) for one in found)
    # The library takes a file that was cut off, or tags that cross, for whole.
    ends = (
        content.rstrip().endswith(b"</OFX>") and content.count(b"<STMTTRN>") == content.count(b"</STMTTRN>") == listed
    )
    if root.tag != "OFX" or not ends:
        raise errors.NotOfx
    return found


def _line(number: int, transaction: Element, reading: Reading) -> NewLine | None:
    statement, before = reading.statement, len(reading.problems)
    day = reading.read(number, "DTPOSTED", lambda: check_day(_day(transaction, "DTPOSTED"), statement))
    amount_minor = reading.read(number, "TRNAMT", lambda: _amount(transaction, "TRNAMT", statement))
    if day is None or amount_minor is None or len(reading.problems) > before or not amount_minor:
        # What moved nothing is passed over.
        return None
    payee = transaction.find("PAYEE")
    said = (
        *(_text(transaction, name) for name in ("NAME", "EXTDNAME")),
        *([] if payee is None else [_text(payee, "NAME")]),
        _text(transaction, "MEMO"),
    )
    text = cut(*said) or cut(_text(transaction, "TRNTYPE"))
    reference = cut(_text(transaction, "REFNUM"), _text(transaction, "CHECKNUM")) or None
    return NewLine(day, amount_minor, text, reference, bank_id_of(_text(transaction, "FITID")))


def _balance(balance: Element, reading: Reading) -> tuple[int | None, date | None]:
    """Return the closing balance and its day. Banks in other zones may be a day ahead: then it is today's."""
    amount_minor = reading.read(0, "BALAMT", lambda: _amount(balance, "BALAMT", reading.statement))
    day = reading.read(0, "DTASOF", lambda: _day(balance, "DTASOF"))
    return amount_minor, None if day is None else min(day, reading.statement.today)


def _text(element: Element, name: str) -> str:
    # Once, so that an escaped ampersand begins nothing new.
    return html.unescape((element.findtext(name) or "").strip())


def _required(element: Element, name: str) -> str:
    text = _text(element, name)
    if not text:
        raise errors.ElementMissing(name)
    if len(element.findall(name)) > 1:
        # Two lines without the tags that part them.
        raise errors.ElementUnreadable
    return text


def _day(element: Element, name: str) -> date:
    """Return the day at the bank: `20260331120000.000[+13:NZDT]` is the last of March wherever it is read."""
    text = _required(element, name)
    if not re.fullmatch(r"[0-9]{8}([^0-9].*|[0-9]{2,}.*)?", text, re.ASCII):
        raise errors.ElementUnreadable
    try:
        return read_day(f"{text[:4]}-{text[4:6]}-{text[6:8]}")
    except ValueError:
        raise errors.ElementUnreadable from None


def _amount(element: Element, name: str, statement: Statement) -> int:
    text = _required(element, name)
    # The standard allows either for the cents, and nothing between thousands.
    decimal = "," if re.search(r",[0-9]{1,2}$", text) and "." not in text else "."
    return check_size(file_amount(text, statement.currency, decimal), statement)
