"""The invariants of the lines of the bank statement, as queries that return what is wrong."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from coop.payments.bank.models import BankLine, BankLineRemoval, BankMatch, BankUnmatch
from coop.payments.bank.queries import moved_by_entries
from evidence.findings import Finding


def findings(session: Session) -> list[Finding]:
    """Check the lines of the bank statement and their matches."""
    return [finding for check in (_one_to_one, _same_amount) for finding in check(session)]


def _stands() -> ColumnElement[bool]:
    return ~select(BankUnmatch.match_id).where(BankUnmatch.match_id == BankMatch.id).exists()


def _one_to_one(session: Session) -> Iterator[Finding]:
    for name, column in (("line", BankMatch.line_id), ("entry", BankMatch.entry_id)):
        query = select(column).where(_stands()).group_by(column).having(func.count() > 1)
        for id_ in session.scalars(query):
            yield Finding("bank-matched-twice", f"{name} {id_}")
    removed = select(BankLineRemoval.line_id).join(BankMatch, BankMatch.line_id == BankLineRemoval.line_id)
    for line_id in session.scalars(removed.where(_stands())):
        yield Finding("bank-removed-matched", f"line {line_id} was removed and is matched")


def _same_amount(session: Session) -> Iterator[Finding]:
    moved = moved_by_entries()
    query = (
        select(BankMatch.line_id, BankMatch.entry_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .outerjoin(moved, moved.c.entry_id == BankMatch.entry_id)
        .where(_stands(), or_(moved.c.amount_minor.is_(None), moved.c.amount_minor != BankLine.amount_minor))
    )
    for line_id, entry_id in session.execute(query):
        yield Finding("bank-matched-otherwise", f"line {line_id} and entry {entry_id} are of different amounts")
