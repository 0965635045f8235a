"""The invariants of the lines of the bank statement, as queries that return what is wrong."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from coop.payments.bank.models import (
    BankLine,
    BankLineRemoval,
    BankMatch,
    BankMatchGroup,
    BankUnmatch,
)
from coop.payments.bank.queries import moved_by_entries
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the lines of the bank statement and their matches."""
    return [finding for check in (_one_to_one, _same_amount, _groups) for finding in check(session)]


def _stands() -> ColumnElement[bool]:
    return ~_taken_back()


def _taken_back() -> ColumnElement[bool]:
    return select(BankUnmatch.match_id).where(BankUnmatch.match_id == BankMatch.id).exists()


def _one_to_one(session: Session) -> Iterator[Finding]:
    """Look for what stands in two matches: those of one group are one."""
    alone = func.sum(case((BankMatch.group_id.is_(None), 1), else_=0))
    matches = alone + func.count(BankMatch.group_id.distinct())
    for name, column in (("line", BankMatch.line_id), ("entry", BankMatch.entry_id)):
        query = select(column).where(_stands()).group_by(column).having(matches > 1)
        for id_ in session.scalars(query):
            yield Finding("bank-matched-twice", f"{name} {id_}")
    removed = select(BankLineRemoval.line_id).join(BankMatch, BankMatch.line_id == BankLineRemoval.line_id)
    for line_id in session.scalars(removed.where(_stands()).distinct()):
        yield Finding("bank-removed-matched", f"line {line_id} was removed and is matched")


def _same_amount(session: Session) -> Iterator[Finding]:
    moved = moved_by_entries()
    query = (
        select(BankMatch.line_id, BankMatch.entry_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .outerjoin(moved, moved.c.entry_id == BankMatch.entry_id)
        .where(
            _stands(),
            BankMatch.group_id.is_(None),
            or_(moved.c.amount_minor.is_(None), moved.c.amount_minor != BankLine.amount_minor),
        )
    )
    for line_id, entry_id in session.execute(query):
        yield Finding("bank-matched-otherwise", f"line {line_id} and entry {entry_id} are of different amounts")


def _groups(session: Session) -> Iterator[Finding]:
    """Look for groups that are not whole: without header, of two sides with many, of other sums, or taken back in part."""
    matches = select(BankMatch.group_id).where(BankMatch.group_id.is_not(None)).group_by(BankMatch.group_id)
    headed = select(BankMatchGroup.id).where(BankMatchGroup.id == BankMatch.group_id).exists()
    many = [func.count(column.distinct()) > 1 for column in (BankMatch.line_id, BankMatch.entry_id)]
    stand = func.sum(case((_taken_back(), 0), else_=1))
    for query, what in (
        (matches.where(~headed), "was not completed"),
        (matches.having(many[0] & many[1]), "has several lines and several entries"),
        (matches.having((stand > 0) & (stand < func.count())), "was taken back in part"),
    ):
        for group_id in session.scalars(query):
            yield Finding("bank-group-broken", f"group {group_id} {what}")
    moved = moved_by_entries()
    lines = dict(_sums(session, BankLine.amount_minor, BankLine.id, BankMatch.line_id, BankLine))
    entries = dict(_sums(session, moved.c.amount_minor, moved.c.entry_id, BankMatch.entry_id, moved))
    for group_id in sorted(lines.keys() | entries.keys()):
        if lines.get(group_id, 0) != entries.get(group_id, 0):
            yield Finding("bank-matched-otherwise", f"the two sides of group {group_id} differ")


def _sums(session: Session, amount: Any, key: Any, column: Any, table: Any) -> Iterator[tuple[Any, int]]:
    """Return what one side of each group that stands adds up to, a line or an entry counted once."""
    once = select(BankMatch.group_id, column.label("id")).where(_stands(), BankMatch.group_id.is_not(None))
    pairs = once.distinct().subquery()
    query = select(pairs.c.group_id, func.sum(amount)).join(table, key == pairs.c.id).group_by(pairs.c.group_id)
    return ((row[0], int(row[1])) for row in session.execute(query))
