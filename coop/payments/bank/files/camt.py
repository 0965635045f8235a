"""Reading CAMT.053, the statement of ISO 20022, in any of its versions.

The parser refuses a document type, so that no entity is declared, expanded or fetched. A line is an entry that the bank has booked, named
by its number in the file; what the bank calls a batch stays one line, and is matched with many entries. Several statements in one
file are one if each begins with what the one before ended with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, pairwise
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from coop.forms import read_day
from coop.payments.bank.files import errors
from coop.payments.bank.files.amounts import file_amount
from coop.payments.bank.files.csv_file import bank_id_of
from coop.payments.bank.models import FileFormat
from coop.payments.bank.statements import NewLine, Reading, Statement, StatementFile, check_day, check_size, cut
from evidence.messages import Refusal

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


@dataclass(frozen=True)
class _Balance:
    amount_minor: int
    day: date


@dataclass(frozen=True)
class _Part:
    """One statement of a file."""

    lines: tuple[NewLine, ...]
    opening: _Balance | None
    closing: _Balance | None


def is_xml(content: bytes) -> bool:
    """Say whether a file begins as XML of any kind."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"<Document", b"<!DOCTYPE"))


def read_camt(content: bytes, statement: Statement) -> StatementFile:
    """Read the statements of the one account that a file holds.

    Raises:
        NotCamt, DeclaresEntities, SeveralAccounts, OtherCurrency, StatementsApart, DoesNotAddUp, FileEmpty
        StatementUnreadable, StatementTooLong
    """
    statements = _statements(content)
    accounts = {_account(one) for one in statements}
    if len(accounts) > 1:
        raise errors.SeveralAccounts(len(accounts))
    reading, numbers = Reading(statement), count(1)
    parts = [_part(one, numbers, reading) for one in statements]
    lines = reading.finish()
    parts.sort(key=lambda part: part.closing.day if part.closing else date.max)
    for before, after in pairwise(parts):
        if before.closing and after.opening and before.closing.amount_minor != after.opening.amount_minor:
            raise errors.StatementsApart
    opening, closing = parts[0].opening, parts[-1].closing
    days = [line.booked_on for line in lines]
    if closing is not None:
        days.append(check_day(closing.day, statement))
    if not days:
        raise errors.FileEmpty
    return StatementFile(
        FileFormat.CAMT,
        statement.currency,
        lines,
        min(days),
        max(days),
        opening.amount_minor if opening else None,
        closing.amount_minor if closing else None,
        tuple(accounts),
    )


def _statements(content: bytes) -> Sequence[Element]:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise errors.DeclaresEntities from None
    except (ParseError, ValueError, LookupError):
        # A broken document, or an encoding that nobody knows.
        raise errors.NotCamt from None
    if not root.tag.startswith(f"{{{_NAMESPACE}"):
        raise errors.NotCamt
    for element in root.iter():
        # From here on by their bare names, for the versions differ in the namespace.
        element.tag = element.tag.rpartition("}")[2]
    found = root.findall("BkToCstmrStmt/Stmt")
    if not found:
        raise errors.NotCamt
    return found


def _account(statement: Element) -> str:
    return _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")


def _part(root: Element, numbers: Iterator[int], reading: Reading) -> _Part:
    lines = []
    for entry in root.findall("Ntry"):
        line = _line(next(numbers), entry, reading)
        if line is not None:
            lines.append(line)
            reading.add(line)
    opening, closing = (_balance(root, codes, reading) for codes in (_OPENING, _CLOSING))
    total = sum(line.amount_minor for line in lines)
    if opening and closing and not reading.problems and opening.amount_minor + total != closing.amount_minor:
        raise errors.DoesNotAddUp(opening.amount_minor, total, closing.amount_minor, reading.statement.currency)
    return _Part(tuple(lines), opening, closing)


def _line(number: int, entry: Element, reading: Reading) -> NewLine | None:
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status and status != "BOOK":
        # Announced or pending: the bank books it on a later statement.
        return None
    statement, before = reading.statement, len(reading.problems)
    day = reading.read(number, "BookgDt", lambda: check_day(_day(entry, "BookgDt"), statement))
    amount_minor = reading.read(number, "Amt", lambda: _amount(entry, statement))
    if day is None or amount_minor is None or len(reading.problems) > before or not amount_minor:
        return None
    details = entry.findall("NtryDtls/TxDtls")
    only = details[0] if len(details) == 1 else None
    bank_id = _text(entry, "AcctSvcrRef") or ("" if only is None else _text(only, "Refs/AcctSvcrRef"))
    text = cut(*_said(only, amount_minor > 0), _text(entry, "AddtlNtryInf"))
    return NewLine(day, amount_minor, text, _reference(only), bank_id_of(bank_id))


def _said(details: Element | None, is_in: bool) -> list[str]:
    """Return who is on the other side and what they wrote. Of a batch only the bank's own words are told."""
    if details is None:
        return []
    other = "Dbtr" if is_in else "Cdtr"
    names = [_text(details, f"RltdPties/{other}/{path}") for path in ("Nm", "Pty/Nm")]
    return [*names, *((one.text or "") for one in details.findall("RmtInf/Ustrd")), _text(details, "AddtlTxInf")]


def _reference(details: Element | None) -> str | None:
    if details is None:
        return None
    given = [_text(details, "RmtInf/Strd/CdtrRefInf/Ref"), _text(details, "Refs/EndToEndId")]
    return cut(*(one for one in given if one != "NOTPROVIDED")) or None


def _balance(root: Element, codes: Sequence[str], reading: Reading) -> _Balance | None:
    found = {_text(one, "Tp/CdOrPrtry/Cd"): one for one in root.findall("Bal")}
    for code in codes:
        if code in found:
            try:
                return _Balance(_amount(found[code], reading.statement), _day(found[code], "Dt"))
            except errors.OtherCurrency:
                raise
            except Refusal as refusal:
                reading.problem(0, code, refusal)
    return None


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _day(element: Element, name: str) -> date:
    """Return the day, of a day or of a moment; `2026-03-31T23:59:00+13:00` is the last of March wherever it is read."""
    text = _text(element, f"{name}/Dt") or _text(element, f"{name}/DtTm")
    if not text:
        raise errors.ElementMissing(name)
    try:
        return read_day(text[:10])
    except ValueError:
        raise errors.ElementUnreadable from None


def _amount(element: Element, statement: Statement) -> int:
    found, side = element.find("Amt"), _text(element, "CdtDbtInd")
    if found is None or not (found.text or "").strip():
        raise errors.ElementMissing("Amt")
    currency = found.get("Ccy", "")
    if currency and currency != statement.currency:
        raise errors.OtherCurrency(currency[:3], statement.currency)
    amount_minor = check_size(file_amount(found.text or "", statement.currency), statement)
    if side not in {"CRDT", "DBIT"}:
        raise errors.ElementMissing("CdtDbtInd")
    return amount_minor if side == "CRDT" else -amount_minor
