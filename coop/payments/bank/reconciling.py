"""The statement beside the books: by how much they differ at the end of a day, and what makes that up.

Two comparisons. The lines entered so far with the account of the bank, for every day. And, where a file gave a closing balance, that
balance with what is matched: the bank's own word for what the account should be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.paging import Part, part_of
from coop.payments.bank.models import BankLine, BankLineRemoval, BankMatch, BankStatement, BankStatementLine, FileFormat
from coop.payments.bank.queries import (
    EntryRow,
    LineFilter,
    LineRow,
    State,
    all_lines,
    entry_row,
    is_matched,
    is_on,
    moved_by_entries,
    waiting_entries,
)
from coop.permissions import NotFound
from ledger.models import Entry, EntryText
from ledger.totals import balance_of

PAGE_SIZE = 50
#: How many lines and entries a page lists of what makes a difference up.
MOST_LISTED = 100
#: How many stand on each side where they are ticked.
MOST_BESIDE = 200


@dataclass(frozen=True)
class Reconciliation:
    """The statement beside the books at the end of a day."""

    at: date
    lines_minor: int
    account_minor: int
    #: Lines that are no entry yet, and entries that the statement does not show.
    unmatched_lines_minor: int
    unmatched_entries_minor: int

    @property
    def difference_minor(self) -> int:
        """Return by how much the statement is above the books."""
        return self.lines_minor - self.account_minor

    @property
    def across_minor(self) -> int:
        """Return what is matched across the day: on the statement by then and in the books after it, or the reverse."""
        return self.difference_minor - (self.unmatched_lines_minor - self.unmatched_entries_minor)


@dataclass(frozen=True)
class StatementRow:
    """A file of the bank; balances are none where it gave none."""

    id: UUID
    account_code: str
    file_format: FileFormat
    currency: str
    starts_on: date
    ends_on: date
    opening_minor: int | None
    closing_minor: int | None
    recorded_at: datetime
    lines: int
    #: How many of its lines are no entry yet.
    unmatched: int


@dataclass(frozen=True)
class Proof:
    """A closing balance of the bank beside what is matched and beside the books."""

    closing_minor: int
    compared: Reconciliation

    @property
    def reconciled_minor(self) -> int:
        """Return what the matched lines add up to, up to the day."""
        return self.compared.lines_minor - self.compared.unmatched_lines_minor

    @property
    def difference_minor(self) -> int:
        """Return by how much the bank's balance is above what is matched."""
        return self.closing_minor - self.reconciled_minor

    @property
    def not_entered_minor(self) -> int:
        """Return what the bank's balance holds that no line entered here explains: lines missing, or what was there before."""
        return self.closing_minor - self.compared.lines_minor

    @property
    def books_difference_minor(self) -> int:
        """Return by how much the bank's balance is above the account in the books."""
        return self.closing_minor - self.compared.account_minor

    @property
    def is_reconciled(self) -> bool:
        """Say whether bank, matches and books are the same, with nothing left on either side."""
        left = (self.compared.unmatched_lines_minor, self.compared.unmatched_entries_minor, self.difference_minor)
        return not any(left) and self.books_difference_minor == 0


@dataclass(frozen=True)
class SidesFilter:
    """What both sides are narrowed down to."""

    words: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Ticked:
    """What is ticked of the lines and entries of a page, and what it adds up to."""

    ids: frozenset[UUID]
    lines_minor: int
    entries_minor: int

    @property
    def difference_minor(self) -> int:
        """Return by how much the lines are above the entries."""
        return self.lines_minor - self.entries_minor


def reconciliation(session: Session, account: str, at: date) -> Reconciliation:
    """Compare the statement of a bank account with the books at the end of a day."""
    counting = select(func.coalesce(func.sum(BankLine.amount_minor), 0)).where(
        BankLine.account_code == account,
        BankLine.booked_on <= at,
        ~select(BankLineRemoval.line_id).where(BankLineRemoval.line_id == BankLine.id).exists(),
    )
    open_lines = counting.where(~is_matched(BankMatch.line_id == BankLine.id))
    moved = moved_by_entries(account)
    open_entries = (
        select(func.coalesce(func.sum(moved.c.amount_minor), 0))
        .join(Entry, Entry.id == moved.c.entry_id)
        .where(Entry.booked_on <= at, ~is_on(account, Entry.id))
    )
    # PostgreSQL sums BIGINTs into a Decimal.
    lines_minor, open_lines_minor, open_entries_minor = (
        int(session.scalar(query) or 0) for query in (counting, open_lines, open_entries)
    )
    return Reconciliation(at, lines_minor, balance_of(session, account, at), open_lines_minor, open_entries_minor)


def proof(session: Session, statement: StatementRow) -> Proof | None:
    """Compare the closing balance of a statement, where it has one, with what is matched and with the books."""
    if statement.closing_minor is None:
        return None
    return Proof(statement.closing_minor, reconciliation(session, statement.account_code, statement.ends_on))


def left_over(session: Session, account: str, at: date) -> tuple[list[LineRow], list[EntryRow]]:
    """Return the first lines without an entry and entries without a line, up to a day."""
    lines = all_lines(session, LineFilter(account, ends_on=at), most=MOST_LISTED)
    query = waiting_entries(account).where(Entry.booked_on <= at).order_by(Entry.booked_on, Entry.id)
    return lines, [entry_row(row) for row in session.execute(query.limit(MOST_LISTED))]


def both_sides(session: Session, account: str, wanted: SidesFilter) -> tuple[list[LineRow], list[EntryRow]]:
    """Return the oldest lines without an entry and entries without a line."""
    lines = all_lines(
        session, LineFilter(account, State.UNMATCHED, wanted.words, wanted.starts_on, wanted.ends_on), most=MOST_BESIDE
    )
    query = waiting_entries(account)
    if wanted.starts_on is not None:
        query = query.where(Entry.booked_on >= wanted.starts_on)
    if wanted.ends_on is not None:
        query = query.where(Entry.booked_on <= wanted.ends_on)
    for word in wanted.words.split():
        named = EntryText.text.icontains(word, autoescape=True)
        query = query.where(named | Entry.reference.icontains(word, autoescape=True))
    rows = session.execute(query.order_by(Entry.booked_on, Entry.id).limit(MOST_BESIDE))
    return lines, [entry_row(row) for row in rows]


def ticked(
    lines: Sequence[LineRow], entries: Sequence[EntryRow], line_ids: Iterable[str], entry_ids: Iterable[str]
) -> Ticked:
    """Return what is ticked of both sides; what is on neither, such as nonsense, is not counted."""
    wanted = {*line_ids, *entry_ids}
    ticked_lines = [line for line in lines if str(line.id) in wanted]
    ticked_entries = [entry for entry in entries if str(entry.id) in wanted]
    return Ticked(
        frozenset(line.id for line in ticked_lines) | {entry.id for entry in ticked_entries},
        sum(line.amount_minor for line in ticked_lines),
        sum(entry.amount_minor for entry in ticked_entries),
    )


def statements(session: Session, account: str, *, page: int = 1) -> Part[StatementRow]:
    """Return a page of the statements of a bank account, the latest first."""
    query = (
        _statements()
        .where(BankStatement.account_code == account)
        .order_by(BankStatement.ends_on.desc(), BankStatement.id.desc())
    )
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(StatementRow(*row) for row in part.rows), part.number, part.last, part.total)


def statement(session: Session, statement_id: UUID) -> StatementRow:
    """Return a statement.

    Raises:
        NotFound
    """
    row = session.execute(_statements().where(BankStatement.id == statement_id)).first()
    if row is None:
        raise NotFound
    return StatementRow(*row)


def latest_statement(session: Session, account: str) -> StatementRow | None:
    """Return the statement of a bank account with a closing balance that reaches furthest."""
    query = _statements().where(BankStatement.account_code == account, BankStatement.closing_minor.is_not(None))
    row = session.execute(query.order_by(BankStatement.ends_on.desc(), BankStatement.id.desc()).limit(1)).first()
    return None if row is None else StatementRow(*row)


def _statements() -> Select[*tuple[Any, ...]]:
    shown = select(func.count()).where(BankStatementLine.statement_id == BankStatement.id).correlate(BankStatement)
    open_lines = shown.where(
        ~is_matched(BankMatch.line_id == BankStatementLine.line_id),
        ~select(BankLineRemoval.line_id).where(BankLineRemoval.line_id == BankStatementLine.line_id).exists(),
    )
    return select(
        *(BankStatement.id, BankStatement.account_code, BankStatement.file_format, BankStatement.currency),
        *(BankStatement.starts_on, BankStatement.ends_on, BankStatement.opening_minor, BankStatement.closing_minor),
        *(BankStatement.recorded_at, shown.scalar_subquery(), open_lines.scalar_subquery()),
    )
