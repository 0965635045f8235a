"""Entering a file of the bank: all of its lines or none, with its days and balances, and what its columns mean if it is CSV."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.payments.bank.files.csv_file import read_csv
from coop.payments.bank.files.errors import ColumnsUnknown
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


def enter_file(session: Session, actor: Actor, content: bytes, *, columns: Columns | None = None) -> EnteredFile:
    """Enter a file of the bank and return its statement; the same file again is the same statement.

    `columns` says what the columns of a CSV file mean and is kept for the next one; without, what was kept is used.

    Raises:
        PowerMissing, FileRefusal, StatementUnreadable, StatementTooLong, MappingWrong, AmountColumnMissing
        ColumnsUnknown: it is CSV of a shape for which no columns were chosen.
    """
    power = actor.need(Power.TREASURER)
    found = _read(session, content, columns)
    # Two who enter the same file at once: the second waits here, and then sees what the first has entered and chosen.
    cooperative.current(session, lock=True)
    if columns is not None and found.file_format is FileFormat.CSV:
        _keep(session, actor, columns)
    entered = enter_all(session, actor, found.lines)
    taken = Taken(entered.new, len(found.lines) - entered.new)
    sha256 = hashlib.sha256(content).hexdigest()
    known = session.scalar(select(BankStatement.id).where(BankStatement.file_sha256 == sha256))
    # A line that was removed since is entered anew, and the same file as a statement of its own would be another truth.
    statement_id = known or _add(session, found, sha256)
    _show_lines(session, statement_id, entered)
    if known is None:
        facts = {"lines": len(found.lines), "new": entered.new, "format": found.file_format.value}
        audit.record(session, actor, "bank_statement.entered", subject=statement_id, power=power, facts=facts)
    return EnteredFile(statement_id, taken)


def kept_columns(session: Session) -> Columns | None:
    """Return what was chosen for the columns of the bank's CSV files."""
    kept = session.get(BankMapping, BANK)
    return None if kept is None else from_json(kept.chosen)


def forget_columns(session: Session, actor: Actor) -> None:
    """Forget what was chosen for the columns of the bank's CSV files.

    Raises:
        PowerMissing
    """
    power = actor.need(Power.TREASURER)
    kept = session.get(BankMapping, BANK, with_for_update=True)
    if kept is not None:
        session.delete(kept)
        session.flush()
        audit.record(session, actor, "bank_mapping.forgotten", power=power)


def _read(session: Session, content: bytes, columns: Columns | None) -> StatementFile:
    kind, statement = kind_of(content), bounds(session)
    if kind is not FileFormat.CSV:
        return READERS[kind](content, statement)
    chosen = kept_columns(session) if columns is None else check(columns)
    if chosen is None:
        raise ColumnsUnknown
    return read_csv(content, chosen, statement)


def _keep(session: Session, actor: Actor, columns: Columns) -> None:
    kept = session.get(BankMapping, BANK, with_for_update=True)
    if kept is not None and kept.chosen == columns.to_json():
        return
    if kept is None:
        session.add(BankMapping(account_code=BANK, chosen=columns.to_json(), chosen_at=clock.now()))
    else:
        kept.chosen, kept.chosen_at = columns.to_json(), clock.now()
    session.flush()
    audit.record(session, actor, "bank_mapping.chosen", power=Power.TREASURER)


def _add(session: Session, found: StatementFile, sha256: str) -> UUID:
    row = BankStatement(
        id=new_id(),
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
