"""The lines of the bank statement as the pages show them, and the entries that they are or may be."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.orm import Session, aliased

from coop.paging import Part, part_of
from coop.payments.bank.models import BankLine, BankLineRemoval, BankLineText, BankMatch, BankStatementLine, BankUnmatch
from coop.permissions import NotFound
from ledger.models import Account, Entry, EntryText, Posting

PAGE_SIZE = 50

Value = TypeVar("Value")


class State(StrEnum):
    """How a line stands."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    REMOVED = "removed"


@dataclass(frozen=True)
class LineRow:
    """A line of the statement; an erased text is none, and a line that is not matched has no entries."""

    id: UUID
    #: The bank account on whose statement it stands.
    account_code: str
    booked_on: date
    amount_minor: int
    currency: str
    text: str | None
    reference: str | None
    entry_ids: tuple[UUID, ...]
    is_removed: bool

    @property
    def state(self) -> State:
        """Say how the line stands."""
        if self.is_removed:
            return State.REMOVED
        return State.MATCHED if self.entry_ids else State.UNMATCHED

    @property
    def entry_id(self) -> UUID | None:
        """Return the entry that the line is, or the first of several."""
        return self.entry_ids[0] if self.entry_ids else None

    @property
    def words(self) -> str:
        """Return everything that the bank wrote beside the line."""
        return " ".join(part for part in (self.text, self.reference) if part)


@dataclass(frozen=True)
class EntryRow:
    """An entry that moved a bank account, by how much, and what it says."""

    id: UUID
    booked_on: date
    amount_minor: int
    kind: str
    text: str | None
    #: An entry and its reversal, neither of which is on the statement.
    is_undone: bool
    reference: str | None


@dataclass(frozen=True)
class LineFilter:
    """Which lines of a bank account are looked for."""

    account: str
    state: State = State.UNMATCHED
    words: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def lines(session: Session, wanted: LineFilter, *, page: int = 1) -> Part[LineRow]:
    """Return a page of the lines that match: unmatched ones oldest first, the others latest first."""
    part = part_of(session, _wanted(wanted), number=page, size=PAGE_SIZE)
    return Part(tuple(_rows(session, part.rows)), part.number, part.last, part.total)


def all_lines(session: Session, wanted: LineFilter, *, most: int | None = None) -> list[LineRow]:
    """Return all lines that match, or the first of them."""
    return _rows(session, session.execute(_wanted(wanted).limit(most)).all())


def line(session: Session, line_id: UUID) -> LineRow:
    """Return a line.

    Raises:
        NotFound
    """
    found = session.execute(_lines().where(BankLine.id == line_id)).first()
    if found is None:
        raise NotFound
    return _rows(session, [found])[0]


def lines_of_statement(session: Session, statement_id: UUID, *, page: int = 1) -> Part[LineRow]:
    """Return a page of the lines that a file showed, the oldest first."""
    shown = select(BankStatementLine.line_id).where(BankStatementLine.statement_id == statement_id)
    query = _lines().where(BankLine.id.in_(shown)).order_by(BankLine.booked_on, BankLine.id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(_rows(session, part.rows)), part.number, part.last, part.total)


def matched_with(session: Session, line_row: LineRow) -> tuple[list[EntryRow], list[LineRow]]:
    """Return the entries that a line is, and the other lines that are the same entry with it."""
    if not line_row.entry_ids:
        return [], []
    entries = (
        _entries(line_row.account_code).where(Entry.id.in_(line_row.entry_ids)).order_by(Entry.booked_on, Entry.id)
    )
    together = select(BankMatch.line_id).where(
        BankMatch.entry_id.in_(line_row.entry_ids), ~_taken_back(BankMatch.id), BankMatch.line_id != line_row.id
    )
    of_account = BankLine.account_code == line_row.account_code
    others = _lines().where(BankLine.id.in_(together), of_account).order_by(BankLine.booked_on, BankLine.id)
    return list(map(entry_row, session.execute(entries))), _rows(session, session.execute(others).all())


def unmatched_counts(session: Session, starts_on: date | None = None, ends_on: date | None = None) -> dict[str, int]:
    """Return how many lines between two days are no entry yet, by the bank accounts that have such, in the order of their codes."""
    query = select(BankLine.account_code, func.count()).where(is_open_line())
    if starts_on is not None:
        query = query.where(BankLine.booked_on >= starts_on)
    if ends_on is not None:
        query = query.where(BankLine.booked_on <= ends_on)
    rows = session.execute(query.group_by(BankLine.account_code).order_by(BankLine.account_code))
    return dict(rows.all())


def is_open_line() -> ColumnElement[bool]:
    """Return the condition that a line counts and is no entry yet."""
    removed = select(BankLineRemoval.line_id).where(BankLineRemoval.line_id == BankLine.id).exists()
    return ~removed & ~is_matched(BankMatch.line_id == BankLine.id)


def standing_matches(session: Session, line_id: UUID) -> Sequence[BankMatch]:
    """Return the matches of a line that were not taken back, and those that hold together with them."""
    mine = select(BankMatch.id, BankMatch.group_id).where(BankMatch.line_id == line_id, ~_taken_back(BankMatch.id))
    found = session.execute(mine).all()
    groups = {row.group_id for row in found if row.group_id is not None}
    together = BankMatch.id.in_([row.id for row in found]) | BankMatch.group_id.in_(groups)
    return session.scalars(select(BankMatch).where(together, ~_taken_back(BankMatch.id)).order_by(BankMatch.id)).all()


def lines_of_entry(session: Session, entry_id: UUID) -> dict[str, UUID]:
    """Return by bank account the line of its statement that an entry is, or the first of several."""
    query = (
        select(BankLine.account_code, BankLine.id)
        .join(BankMatch, BankMatch.line_id == BankLine.id)
        .where(BankMatch.entry_id == entry_id, ~_taken_back(BankMatch.id))
        .order_by(BankLine.account_code, BankMatch.id.desc())
    )
    return dict(session.execute(query).all())


def moved_by_entries(account: str) -> Subquery:
    """Return by how much each entry moved a bank account."""
    return (
        select(Posting.entry_id, func.sum(Posting.amount_minor).label("amount_minor"))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == account)
        .group_by(Posting.entry_id)
        .having(func.sum(Posting.amount_minor) != 0)
        .subquery()
    )


def unmatched_entries(session: Session, account: str, *, page: int = 1) -> Part[EntryRow]:
    """Return a page of the entries that the statement of a bank account does not show, the oldest first.

    An entry and its reversal, both without a line, never reached the bank and are left out.
    """
    query = waiting_entries(account).order_by(Entry.booked_on, Entry.id)
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(map(entry_row, part.rows)), part.number, part.last, part.total)


def entries_without_line(account: str) -> Select[*tuple[Any, ...]]:
    """Return the query for entries that moved a bank account and are no line of it: the rows are of `entry_row`."""
    return _entries(account).where(~is_on(account, Entry.id))


def waiting_entries(account: str) -> Select[*tuple[Any, ...]]:
    """Return the query for entries that the statement of a bank account should still show."""
    return entries_without_line(account).where(~_undone(account))


def entry_row(row: Any) -> EntryRow:
    """Return a row of `entries_without_line`."""
    return EntryRow(
        row.id, row.booked_on, int(row.amount_minor), row.kind, row.text, bool(row.is_undone), row.reference
    )


def _entries(account: str) -> Select[*tuple[Any, ...]]:
    moved = moved_by_entries(account)
    columns = (Entry.id, Entry.booked_on, moved.c.amount_minor, Entry.kind, EntryText.text, Entry.reference)
    return (
        select(*columns, _undone(account).label("is_undone"))
        .join(moved, moved.c.entry_id == Entry.id)
        .outerjoin(EntryText, EntryText.entry_id == Entry.id)
    )


def _undone(account: str) -> ColumnElement[bool]:
    other = aliased(Entry)
    pair = (other.reverses_id == Entry.id) | (other.id == Entry.reverses_id)
    return select(other.id).where(pair, ~is_on(account, other.id)).exists()


def _taken_back(match_id: Any) -> ColumnElement[bool]:
    return select(BankUnmatch.match_id).where(BankUnmatch.match_id == match_id).exists()


def is_matched(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a match stands for which another condition holds."""
    return select(BankMatch.id).where(condition, ~_taken_back(BankMatch.id)).exists()


def is_on(account: str, entry_id: Any) -> ColumnElement[bool]:
    """Return the condition that an entry is a line of a bank account."""
    line = aliased(BankLine)
    standing = select(BankMatch.id).join(line, line.id == BankMatch.line_id).where(~_taken_back(BankMatch.id))
    return standing.where(BankMatch.entry_id == entry_id, line.account_code == account).exists()


def _lines() -> Select[*tuple[Any, ...]]:
    columns = (BankLine.id, BankLine.account_code, BankLine.booked_on, BankLine.amount_minor, BankLine.currency)
    return (
        select(*columns, BankLineText.text, BankLineText.reference, BankLineRemoval.line_id.label("removal"))
        .outerjoin(BankLineText, BankLineText.line_id == BankLine.id)
        .outerjoin(BankLineRemoval, BankLineRemoval.line_id == BankLine.id)
    )


def _wanted(wanted: LineFilter) -> Select[*tuple[Any, ...]]:
    removed = BankLineRemoval.line_id.is_not(None)
    matched = is_matched(BankMatch.line_id == BankLine.id)
    query = _lines().where(
        BankLine.account_code == wanted.account,
        {State.UNMATCHED: ~removed & ~matched, State.MATCHED: matched, State.REMOVED: removed}[wanted.state],
    )
    if wanted.starts_on is not None:
        query = query.where(BankLine.booked_on >= wanted.starts_on)
    if wanted.ends_on is not None:
        query = query.where(BankLine.booked_on <= wanted.ends_on)
    for word in wanted.words.split():
        named = BankLineText.text.icontains(word, autoescape=True)
        query = query.where(named | BankLineText.reference.icontains(word, autoescape=True))
    if wanted.state is State.UNMATCHED:
        return query.order_by(BankLine.booked_on, BankLine.id)
    return query.order_by(BankLine.booked_on.desc(), BankLine.id.desc())


def _rows(session: Session, found: Sequence[Any]) -> list[LineRow]:
    """Return lines with the entries that each is, fetched in parts that every database takes."""
    entries: dict[UUID, list[UUID]] = defaultdict(list)
    for part in batched([row.id for row in found]):
        matches = select(BankMatch.line_id, BankMatch.entry_id).where(
            BankMatch.line_id.in_(part), ~_taken_back(BankMatch.id)
        )
        for line_id, entry_id in session.execute(matches.order_by(BankMatch.id)):
            entries[line_id].append(entry_id)
    return [
        LineRow(
            *(row.id, row.account_code, row.booked_on, row.amount_minor, row.currency, row.text, row.reference),
            tuple(entries[row.id]),
            row.removal is not None,
        )
        for row in found
    ]


def batched(ids: Sequence[Value], size: int = 500) -> Iterator[Sequence[Value]]:
    """Return a list in parts that one statement takes."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
