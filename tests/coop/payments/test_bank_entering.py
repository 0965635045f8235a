"""Entering files of the bank: once, recognised across formats, with statements whose balance is compared with the books."""

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.operations import NewEntry, record_entry
from coop.database import write_with
from coop.payments.bank import reconciling
from coop.payments.bank.entering import EnteredFile, enter_file, forget_columns, kept_columns
from coop.payments.bank.errors import StatementUnreadable
from coop.payments.bank.files.errors import BalanceBroken, ColumnsUnknown, DoesNotAddUp
from coop.payments.bank.files.guessing import guess
from coop.payments.bank.files.mapping import Columns
from coop.payments.bank.lines import Taken, bounds, enter_line, remove_line
from coop.payments.bank.matching import match
from coop.payments.bank.models import BankLine, BankLineText, BankStatement, BankStatementLine
from coop.payments.bank.queries import LineFilter, all_lines
from coop.payments.bank.reconciling import Proof, StatementRow
from coop.payments.bank.statements import NewLine
from coop.permissions import Actor, PowerMissing
from evidence.columns import table_of
from evidence.identifiers import new_id
from ledger.chart import BANK, OTHER_INCOME
from ledger.posting import Line
from tests import joining
from tests.databases import TestDatabase

FILES = Path(__file__).parent / "bank_files"


class Bank:
    """A founded co-operative, its treasurer, and the samples moved to days that its books know."""

    def __init__(self, session: Session) -> None:
        self.session = session
        joining.found(session)
        self.treasurer: Actor = joining.founder(session, "treasurer")
        self.today: date = cooperative.today(session)

    def sample(self, name: str) -> bytes:
        return moved((FILES / name).read_bytes(), self.today)

    def enter(self, name: str) -> EnteredFile:
        return enter_file(self.session, self.treasurer, self.sample(name))

    def enter_csv(self, name: str) -> EnteredFile:
        content = self.sample(name)
        columns = guess(content, bounds(self.session)).columns
        return enter_file(self.session, self.treasurer, content, columns=columns)

    def statement(self, statement_id: UUID) -> StatementRow:
        return reconciling.statement(self.session, statement_id)

    def proof(self, statement_id: UUID) -> Proof:
        found = reconciling.proof(self.session, self.statement(statement_id))
        assert found is not None
        return found

    def entry(self, amount_minor: int, on: date | None = None, words: str = "Koha") -> UUID:
        lines = [Line(BANK, amount_minor), Line(OTHER_INCOME, -amount_minor)]
        return record_entry(self.session, self.treasurer, NewEntry(on or self.today, words, lines, new_id()))

    def count(self, mapped: type) -> int:
        return self.session.scalar(select(func.count()).select_from(mapped)) or 0


def moved(content: bytes, day: date) -> bytes:
    """Move every day of April 2026 in a sample to one day, in whatever form it is written."""
    for april in ("01", "03", "30"):
        for old, form in (
            (f"{april}/04/2026", "%d/%m/%Y"), (f"{april}-04-2026", "%d-%m-%Y"), (f"2026/04/{april}", "%Y/%m/%d"),
            (f"2026-04-{april}", "%Y-%m-%d"), (f"202604{april}", "%Y%m%d"), (f"{april}.04.26", "%d.%m.%y"),
        ):  # fmt: skip
            content = content.replace(old.encode(), day.strftime(form).encode())
    return content


@pytest.fixture
def bank(session: Session) -> Bank:
    return Bank(session)


def test_the_same_file_again_is_the_same_statement(bank: Bank) -> None:
    first = bank.enter("ofx1.ofx")
    assert first.taken == Taken(3, 0)
    assert bank.enter("ofx1.ofx") == EnteredFile(first.statement_id, Taken(0, 3))
    assert (bank.count(BankStatement), bank.count(BankLine)) == (1, 3)
    row = bank.statement(first.statement_id)
    assert (row.lines, row.unmatched, row.closing_minor) == (3, 3, 102_610)


def test_a_longer_file_adds_what_is_new_and_shows_what_was_known(bank: Bank) -> None:
    bank.enter("ofx1.ofx")
    new = b"<STMTTRN><TRNTYPE>FEE<DTPOSTED>%s<TRNAMT>-5.00<FITID>other<NAME>MONTHLY A/C FEE</STMTTRN></BANKTRANLIST>"
    day = bank.today.strftime("%Y%m%d").encode()
    content = bank.sample("ofx1.ofx").replace(b"</BANKTRANLIST>", new % day)
    entered = enter_file(bank.session, bank.treasurer, content)
    # The same day, amount and text, and another id of the bank: another line.
    assert entered.taken == Taken(1, 3)
    assert bank.statement(entered.statement_id).lines == 4


def test_a_line_is_known_by_the_id_of_the_bank_though_its_text_is_another(bank: Bank) -> None:
    bank.enter("ofx1.ofx")
    content = bank.sample("ofx1.ofx").replace(b"PAPER PLUS &amp; CO", b"PAPERPLUS NELSON")
    assert enter_file(bank.session, bank.treasurer, content).taken == Taken(0, 3)


def test_what_was_entered_by_hand_or_from_another_format_is_known_by_its_text(bank: Bank) -> None:
    enter_line(bank.session, bank.treasurer, NewLine(bank.today, -500, "MONTHLY A/C FEE"))
    assert bank.enter("ofx1.ofx").taken == Taken(2, 1)
    bank.session.execute(delete(BankLineText).where(BankLineText.text == "A HIHI KAN-7F3K-2 SHARE"))
    # CAMT names the fee otherwise, so it is a line of its own; what was erased is known by day and amount, unless the ids differ.
    assert bank.enter("camt_08.xml").taken == Taken(3, 0)


def test_columns_are_asked_for_once_and_kept(bank: Bank) -> None:
    with pytest.raises(ColumnsUnknown):
        bank.enter("kiwibank.csv")
    assert bank.enter_csv("kiwibank.csv").taken == Taken(3, 0)
    assert bank.enter("kiwibank.csv").taken == Taken(0, 3)
    with pytest.raises(ColumnsUnknown):
        bank.enter("anz.csv")
    forget_columns(bank.session, bank.treasurer)
    assert kept_columns(bank.session) is None
    with pytest.raises(ColumnsUnknown):
        bank.enter("kiwibank.csv")


def test_a_file_with_a_mistake_leaves_nothing_not_even_the_columns(bank: Bank) -> None:
    content = bank.sample("kiwibank.csv").replace(b"1031.10", b"1031.11")
    columns = guess(content, bounds(bank.session)).columns
    with pytest.raises(StatementUnreadable) as refused, bank.session.begin_nested():
        enter_file(bank.session, bank.treasurer, content, columns=columns)
    assert isinstance(refused.value.problems[0].reason, BalanceBroken)
    with pytest.raises(DoesNotAddUp):
        enter_file(bank.session, bank.treasurer, bank.sample("camt_08.xml").replace(b"50.00", b"51.00"))
    assert (bank.count(BankLine), bank.count(BankStatement), kept_columns(bank.session)) == (0, 0, None)


def test_the_balance_of_the_bank_is_reconciled_when_everything_is_explained(bank: Bank) -> None:
    entered = bank.enter("camt_08.xml")
    proof = bank.proof(entered.statement_id)
    assert (proof.closing_minor, proof.reconciled_minor, proof.difference_minor) == (102_610, 0, 102_610)
    assert (proof.not_entered_minor, proof.compared.unmatched_lines_minor) == (100_000, 2610)
    enter_line(bank.session, bank.treasurer, NewLine(bank.today, 100_000, "Brought forward"))
    for line in all_lines(bank.session, LineFilter(BANK)):
        assert not bank.proof(entered.statement_id).is_reconciled
        match(bank.session, bank.treasurer, line_id=line.id, entry_id=bank.entry(line.amount_minor))
    proof = bank.proof(entered.statement_id)
    assert (proof.difference_minor, proof.books_difference_minor, proof.is_reconciled) == (0, 0, True)


def test_what_makes_the_difference_up_is_told_and_adds_up(bank: Bank) -> None:
    entered = bank.enter("camt_02.xml")
    bank.entry(777)
    first = all_lines(bank.session, LineFilter(BANK))[0]
    match(bank.session, bank.treasurer, line_id=first.id, entry_id=bank.entry(first.amount_minor))
    proof = bank.proof(entered.statement_id)
    compared = proof.compared
    parts = (
        compared.unmatched_lines_minor
        + proof.not_entered_minor
        - compared.unmatched_entries_minor
        + compared.across_minor
    )
    assert parts == proof.books_difference_minor
    assert proof.difference_minor == compared.unmatched_lines_minor + proof.not_entered_minor
    lines, entries = reconciling.left_over(bank.session, BANK, bank.today)
    assert (len(lines), [entry.amount_minor for entry in entries]) == (2, [777])


def test_a_removed_line_is_missing_from_the_statement_until_its_file_is_entered_again(bank: Bank) -> None:
    entered = bank.enter("camt_08.xml")
    line = all_lines(bank.session, LineFilter(BANK))[0]
    remove_line(bank.session, bank.treasurer, line_id=line.id)
    assert bank.statement(entered.statement_id).unmatched == 2
    assert bank.proof(entered.statement_id).not_entered_minor == 100_000 + line.amount_minor
    assert bank.enter("camt_08.xml").taken == Taken(1, 2)
    assert bank.proof(entered.statement_id).not_entered_minor == 100_000


def test_only_the_treasurer_enters_files(bank: Bank) -> None:
    for name in ("board", "auditor", "founder"):
        other = joining.founder(bank.session, name)
        with pytest.raises(PowerMissing):
            enter_file(bank.session, other, bank.sample("ofx1.ofx"))
        with pytest.raises(PowerMissing):
            forget_columns(bank.session, other)
    assert bank.count(BankLine) == 0


@pytest.mark.tampers
def test_the_database_keeps_statements_as_they_were_entered(bank: Bank) -> None:
    entered = bank.enter("ofx1.ofx")
    for statement in (
        "UPDATE bank_statement SET closing_minor = 0",
        "DELETE FROM bank_statement_line",
        "DELETE FROM bank_statement",
    ):
        with pytest.raises(DBAPIError, match="append-only"), bank.session.begin_nested():
            bank.session.execute(text(statement))
    row = {
        "id": new_id(),
        "account_code": BANK,
        "file_format": "ofx",
        "file_sha256": "0" * 64,
        "currency": "NZD",
        "starts_on": date(2026, 4, 2),
        "ends_on": date(2026, 4, 1),
        "recorded_at": clock.now(),
    }
    with pytest.raises(DBAPIError), bank.session.begin_nested():
        bank.session.execute(insert(table_of(BankStatement)).values(row))
    assert bank.statement(entered.statement_id).closing_minor == 102_610
    assert bank.count(BankStatementLine) == 3


def test_the_same_file_entered_by_several_at_once_is_one_statement(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[Actor, bytes, Columns]:
        house = Bank(session)
        content = house.sample("kiwibank.csv")
        return house.treasurer, content, guess(content, bounds(session)).columns

    treasurer, content, columns = write_with(database.engine, prepare)

    def enter(session: Session) -> EnteredFile:
        return enter_file(session, treasurer, content, columns=columns)

    results = joining.at_once(database.engine, *[enter] * 4)
    assert sorted(entered.taken.new for entered in results) == [0, 0, 0, 3]
    assert len({entered.statement_id for entered in results}) == 1
