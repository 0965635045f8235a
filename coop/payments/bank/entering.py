"""Entering a file of the bank: all of its lines or none, with its days and balances, and what its columns mean if it is CSV."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.payments.bank.accounts import bank_accounts, bare
from coop.payments.bank.files.csv_file import read_csv
from coop.payments.bank.files.errors import ColumnsUnknown, OtherAccount
from coop.payments.bank.files.kinds import READERS, kind_of
from coop.payments.bank.files.mapping import Columns, check, from_json
from coop.payments.bank.lines import Entered, Taken, bounds, enter_all
from coop.payments.bank.models import BankMapping, BankStatement, BankStatementLine, FileFormat
from coop.payments.bank.statements import StatementFile
from coop.permissions import Actor, Power
from evidence.identifiers import new_id
from ledger.chart import BANK


@dataclass(frozen=True)
class EnteredFile:
    """The statement that a file is, and how many of its lines were new."""

    statement_id: UUID
    taken: Taken


def enter_file(
    session: Session, actor: Actor, content: bytes, *, account: str = BANK, columns: Columns | None = None
) -> EnteredFile:
    """Enter a file of the bank about an account and return its statement; the same file again is the same statement.

    `columns` says what the columns of a CSV file mean and is kept for the next one; without, what was kept is used.

    Raises:
        NotFound, BankAccountEnded, PowerMissing, FileRefusal, StatementUnreadable, StatementTooLong, MappingWrong, AmountColumnMissing
        ColumnsUnknown: it is CSV of a shape for which no columns were chosen.
    """
    power = actor.need(Power.TREASURER)
    found = _read(session, account, content, columns)
    _need_own(session, account, found)
    # Two who enter the same file at once: the second waits here, and then sees what the first has entered and chosen.
    cooperative.current(session, lock=True)
    if columns is not None and found.file_format is FileFormat.CSV:
        _keep(session, actor, account, columns)
    entered = enter_all(session, actor, account, found.lines)
    taken = Taken(entered.new, len(found.lines) - entered.new)
    sha256 = hashlib.sha256(content).hexdigest()
    same = select(BankStatement.id).where(BankStatement.account_code == account, BankStatement.file_sha256 == sha256)
    known = session.scalar(same)
    # A line that was removed since is entered anew, and the same file as a statement of its own would be another truth.
    statement_id = known or _add(session, account, found, sha256)
    _show_lines(session, statement_id, entered)
    if known is None:
        facts = {"lines": len(found.lines), "new": entered.new, "format": found.file_format.value, "account": account}
        audit.record(session, actor, "bank_statement.entered", subject=statement_id, power=power, facts=facts)
    return EnteredFile(statement_id, taken)


def kept_columns(session: Session, account: str = BANK) -> Columns | None:
    """Return what was chosen for the columns of the CSV files about a bank account."""
    kept = session.get(BankMapping, account)
    return None if kept is None else from_json(kept.chosen)


def forget_columns(session: Session, actor: Actor, *, account: str = BANK) -> None:
    """Forget what was chosen for the columns of the CSV files about a bank account.

    Raises:
        PowerMissing
    """
    power = actor.need(Power.TREASURER)
    kept = session.get(BankMapping, account, with_for_update=True)
    if kept is not None:
        session.delete(kept)
        session.flush()
        audit.record(session, actor, "bank_mapping.forgotten", power=power, facts={"account": account})


def _read(session: Session, account: str, content: bytes, columns: Columns | None) -> StatementFile:
    kind, statement = kind_of(content), bounds(session)
    if kind is not FileFormat.CSV:
        return READERS[kind](content, statement)
    chosen = kept_columns(session, account) if columns is None else check(columns)
    if chosen is None:
        raise ColumnsUnknown
    return read_csv(content, chosen, statement)


def _need_own(session: Session, account: str, found: StatementFile) -> None:
    """Refuse a file that names another bank account. CSV names none, and a number that nobody knows may be this one's."""
    numbers = {bare(number) for number in found.numbers} - {""}
    named = [one for one in bank_accounts(session) if bare(one.number) in numbers]
    if named and account not in {one.code for one in named}:
        raise OtherAccount(named[0].code, named[0].name)


def _keep(session: Session, actor: Actor, account: str, columns: Columns) -> None:
    kept = session.get(BankMapping, account, with_for_update=True)
    if kept is not None and kept.chosen == columns.to_json():
        return
    if kept is None:
        session.add(BankMapping(account_code=account, chosen=columns.to_json(), chosen_at=clock.now()))
    else:
        kept.chosen, kept.chosen_at = columns.to_json(), clock.now()
    session.flush()
    audit.record(session, actor, "bank_mapping.chosen", power=Power.TREASURER, facts={"account": account})


def _add(session: Session, account: str, found: StatementFile, sha256: str) -> UUID:
    row = BankStatement(
        id=new_id(),
        account_code=account,
        file_format=found.file_format,
        file_sha256=sha256,
        currency=found.currency,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        recorded_at=clock.now(),
        opening_minor=found.opening_minor,
        closing_minor=found.closing_minor,
    )
    session.add(row)
    session.flush()
    return row.id


def _show_lines(session: Session, statement_id: UUID, entered: Entered) -> None:
    shown: Sequence[UUID] = session.scalars(
        select(BankStatementLine.line_id).where(BankStatementLine.statement_id == statement_id)
    ).all()
    new = set(entered.line_ids) - set(shown)
    session.add_all(BankStatementLine(statement_id=statement_id, line_id=line_id) for line_id in sorted(new))
    session.flush()
