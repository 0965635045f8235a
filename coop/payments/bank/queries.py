"""The lines of the bank statement as the pages show them, and how they compare with the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import Session, aliased

from coop.paging import Part, part_of
from coop.payments.bank.models import BankLine, BankLineRemoval, BankLineText, BankMatch, BankUnmatch
from coop.permissions import NotFound
from ledger.chart import BANK
from ledger.models import Account, Entry, EntryText, Posting
from ledger.totals import balance_of

PAGE_SIZE = 50


class State(StrEnum):
    """How a line stands."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    REMOVED = "removed"


@dataclass(frozen=True)
class LineRow:
    """A line of the statement; an erased text is none, and so is the entry of a line that is not matched."""

    id: UUID
    booked_on: date
    amount_minor: int
    currency: str
    text: str | None
    entry_id: UUID | None
    is_removed: bool

    @property
    def state(self) -> State:
        """Say how the line stands."""
        if self.is_removed:
            return State.REMOVED
        return State.UNMATCHED if self.entry_id is None else State.MATCHED


@dataclass(frozen=True)
class EntryRow:
    """An entry that moved the bank account, by how much, and what it says."""

    id: UUID
    booked_on: date
    amount_minor: int
    kind: str
    text: str | None
    #: An entry and its reversal, neither of which is on the statement.
    is_undone: bool


@dataclass(frozen=True)
class LineFilter:
    """Which lines are looked for."""

    state: State = State.UNMATCHED
    words: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


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


def lines(session: Session, wanted: LineFilter, *, page: int = 1) -> Part[LineRow]:
    """Return a page of the lines that match: unmatched ones oldest first, the others latest first."""
    part = part_of(session, _wanted(wanted), number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def all_lines(session: Session, wanted: LineFilter) -> list[LineRow]:
    """Return all lines that match."""
    return list(map(_row, session.execute(_wanted(wanted))))


def lines_between(session: Session, state: State, starts_on: date | None, ends_on: date | None) -> Sequence[LineRow]:
    """Return the lines of a state between two days."""
    return all_lines(session, LineFilter(state, "", starts_on, ends_on))


def line(session: Session, line_id: UUID) -> LineRow:
    """Return a line.

    Raises:
        NotFound
    """
    found = session.execute(_lines().where(BankLine.id == line_id)).first()
    if found is None:
        raise NotFound
    return _row(found)


def unmatched_count(session: Session) -> int:
    """Return how many lines are no entry yet."""
    query = _wanted(LineFilter()).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(query)) or 0


def standing_match(session: Session, line_id: UUID) -> BankMatch | None:
    """Return the match of a line that was not taken back."""
    return session.scalar(select(BankMatch).where(BankMatch.line_id == line_id, ~_taken_back(BankMatch.id)))


def line_of_entry(session: Session, entry_id: UUID) -> UUID | None:
    """Return the line of the statement that an entry is."""
    return session.scalar(select(BankMatch.line_id).where(BankMatch.entry_id == entry_id, ~_taken_back(BankMatch.id)))


def reconciliation(session: Session, at: date) -> Reconciliation:
    """Compare the statement with the books at the end of a day."""
    counting = select(func.coalesce(func.sum(BankLine.amount_minor), 0)).where(
        BankLine.booked_on <= at,
        ~select(BankLineRemoval.line_id).where(BankLineRemoval.line_id == BankLine.id).exists(),
    )
    open_lines = counting.where(~_matched(BankMatch.line_id == BankLine.id))
    moved = moved_by_entries()
    open_entries = (
        select(func.coalesce(func.sum(moved.c.amount_minor), 0))
        .join(Entry, Entry.id == moved.c.entry_id)
        .where(Entry.booked_on <= at, ~_matched(BankMatch.entry_id == Entry.id))
    )
    # PostgreSQL sums BIGINTs into a Decimal.
    lines_minor, open_lines_minor, open_entries_minor = (
        int(session.scalar(query) or 0) for query in (counting, open_lines, open_entries)
    )
    return Reconciliation(at, lines_minor, balance_of(session, BANK, at), open_lines_minor, open_entries_minor)


def moved_by_entries() -> Subquery:
    """Return by how much each entry moved the bank account."""
    return (
        select(Posting.entry_id, func.sum(Posting.amount_minor).label("amount_minor"))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == BANK)
        .group_by(Posting.entry_id)
        .having(func.sum(Posting.amount_minor) != 0)
        .subquery()
    )


def unmatched_entries(session: Session, *, page: int = 1) -> Part[EntryRow]:
    """Return a page of the entries that the statement does not show, the oldest first.

    An entry and its reversal, both without a line, never reached the bank and are left out.
    """
    query = entries_without_line().where(~_undone()).order_by(Entry.booked_on, Entry.id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(map(entry_row, part.rows)), part.number, part.last, part.total)


def entries_without_line() -> Select[*tuple[Any, ...]]:
    """Return the query for entries that moved the bank account and are no line: the rows are of `entry_row`."""
    moved = moved_by_entries()
    return (
        select(
            Entry.id,
            Entry.booked_on,
            moved.c.amount_minor,
            Entry.kind,
            EntryText.text,
            _undone().label("is_undone"),
        )
        .join(moved, moved.c.entry_id == Entry.id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
        .where(~_matched(BankMatch.entry_id == Entry.id))
    )


def entry_row(row: Any) -> EntryRow:
    """Return a row of `entries_without_line`."""
    return EntryRow(row.id, row.booked_on, int(row.amount_minor), row.kind, row.text, bool(row.is_undone))


def _undone() -> ColumnElement[bool]:
    other = aliased(Entry)
    pair = (other.reverses_id == Entry.id) | (other.id == Entry.reverses_id)
    return select(other.id).where(pair, ~_matched(BankMatch.entry_id == other.id)).exists()


def _taken_back(match_id: Any) -> ColumnElement[bool]:
    return select(BankUnmatch.match_id).where(BankUnmatch.match_id == match_id).exists()


def _matched(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(BankMatch.id).where(condition, ~_taken_back(BankMatch.id)).exists()


def _lines() -> Select[*tuple[Any, ...]]:
    standing = select(BankMatch.line_id, BankMatch.entry_id).where(~_taken_back(BankMatch.id)).subquery()
    return (
        select(
            BankLine.id,
            BankLine.booked_on,
            BankLine.amount_minor,
            BankLine.currency,
            BankLineText.text,
            standing.c.entry_id,
            BankLineRemoval.line_id.is_not(None).label("is_removed"),
        )
        .outerjoin(BankLineText, BankLineText.line_id == BankLine.id)
        .outerjoin(BankLineRemoval, BankLineRemoval.line_id == BankLine.id)
        .outerjoin(standing, standing.c.line_id == BankLine.id)
    )


def _wanted(wanted: LineFilter) -> Select[*tuple[Any, ...]]:
    removed = BankLineRemoval.line_id.is_not(None)
    matched = _matched(BankMatch.line_id == BankLine.id)
    query = _lines().where(
        {State.UNMATCHED: ~removed & ~matched, State.MATCHED: matched, State.REMOVED: removed}[wanted.state]
    )
    if wanted.starts_on is not None:
        query = query.where(BankLine.booked_on >= wanted.starts_on)
    if wanted.ends_on is not None:
        query = query.where(BankLine.booked_on <= wanted.ends_on)
    for word in wanted.words.split():
        query = query.where(BankLineText.text.icontains(word, autoescape=True))
    if wanted.state is State.UNMATCHED:
        return query.order_by(BankLine.booked_on, BankLine.id)
    return query.order_by(BankLine.booked_on.desc(), BankLine.id.desc())


def _row(row: Any) -> LineRow:
    return LineRow(row.id, row.booked_on, row.amount_minor, row.currency, row.text, row.entry_id, bool(row.is_removed))
