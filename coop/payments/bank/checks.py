"""The invariants of the bank accounts and the lines of their statements, as queries that return what is wrong."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, case, func, or_, select
from sqlalchemy.orm import Session

from coop.payments.bank.accounts import bank_accounts, unfit
from coop.payments.bank.models import (
    BankLine,
    BankLineRemoval,
    BankMatch,
    BankMatchGroup,
    BankStatement,
    BankUnmatch,
)
from coop.payments.bank.queries import unmatched_counts
from evidence.findings import Finding
from ledger.models import Account, Posting


def findings(session: Session) -> list[Finding]:
    """Check the bank accounts, the lines of their statements and their matches."""
    checks = (_accounts, _one_to_one, _same_amount, _groups)
    return [finding for check in checks for finding in check(session)]


def _accounts(session: Session) -> Iterator[Finding]:
    """Look for what is of no bank account, for accounts that can be none, and for what was left open when one was ended."""
    for code in unfit(session):
        yield Finding("bank-account-unfit", f"account {code} is marked and can be no bank account")
    known = {one.code: one for one in bank_accounts(session, with_ended=True)}
    for mapped in (BankLine, BankStatement):
        for code in session.scalars(select(mapped.account_code).distinct().order_by(mapped.account_code)):
            if code not in known:
                yield Finding(
                    "bank-account-missing", f"{mapped.__tablename__} names account {code}, which is no bank account"
                )
    for code, count in unmatched_counts(session).items():
        if code in known and known[code].is_ended:
            yield Finding("bank-account-open", f"account {code} was ended with {count} lines that are no entry")


def _stands() -> ColumnElement[bool]:
    return ~_taken_back()


def _taken_back() -> ColumnElement[bool]:
    return select(BankUnmatch.match_id).where(BankUnmatch.match_id == BankMatch.id).exists()


def _one_to_one(session: Session) -> Iterator[Finding]:
    """Look for what stands in two matches of a bank account: those of one group are one."""
    alone = func.sum(case((BankMatch.group_id.is_(None), 1), else_=0))
    matches = alone + func.count(BankMatch.group_id.distinct())
    for name, column in (("line", BankMatch.line_id), ("entry", BankMatch.entry_id)):
        query = select(column).join(BankLine, BankLine.id == BankMatch.line_id).where(_stands())
        query = query.group_by(column, BankLine.account_code).having(matches > 1)
        for id_ in session.scalars(query):
            yield Finding("bank-matched-twice", f"{name} {id_}")
    removed = select(BankLineRemoval.line_id).join(BankMatch, BankMatch.line_id == BankLineRemoval.line_id)
    for line_id in session.scalars(removed.where(_stands()).distinct()):
        yield Finding("bank-removed-matched", f"line {line_id} was removed and is matched")


def _same_amount(session: Session) -> Iterator[Finding]:
    moved = _moved()
    query = (
        select(BankMatch.line_id, BankMatch.entry_id)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .outerjoin(moved, (moved.c.entry_id == BankMatch.entry_id) & (moved.c.code == BankLine.account_code))
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
    of_lines = matches.join(BankLine, BankLine.id == BankMatch.line_id)
    stand = func.sum(case((_taken_back(), 0), else_=1))
    for query, what in (
        (matches.where(~headed), "was not completed"),
        (matches.having(many[0] & many[1]), "has several lines and several entries"),
        (of_lines.having(func.count(BankLine.account_code.distinct()) > 1), "has lines of several bank accounts"),
        (matches.having((stand > 0) & (stand < func.count())), "was taken back in part"),
    ):
        for group_id in session.scalars(query):
            yield Finding("bank-group-broken", f"group {group_id} {what}")
    lines, entries = dict(_line_sums(session)), dict(_entry_sums(session))
    for group_id in sorted(lines.keys() | entries.keys()):
        if lines.get(group_id, 0) != entries.get(group_id, 0):
            yield Finding("bank-matched-otherwise", f"the two sides of group {group_id} differ")


def _line_sums(session: Session) -> Iterator[tuple[UUID, int]]:
    """Return what the lines of each group that stands add up to, a line counted once."""
    pairs = select(BankMatch.group_id, BankMatch.line_id).where(_stands(), BankMatch.group_id.is_not(None)).distinct()
    once = pairs.subquery()
    query = select(once.c.group_id, func.sum(BankLine.amount_minor)).join(BankLine, BankLine.id == once.c.line_id)
    return ((row[0], int(row[1])) for row in session.execute(query.group_by(once.c.group_id)))


def _entry_sums(session: Session) -> Iterator[tuple[UUID, int]]:
    """Return by how much the entries of each group that stands moved its bank account, an entry counted once."""
    pairs = (
        select(BankMatch.group_id, BankMatch.entry_id, BankLine.account_code)
        .join(BankLine, BankLine.id == BankMatch.line_id)
        .where(_stands(), BankMatch.group_id.is_not(None))
        .distinct()
    )
    once, moved = pairs.subquery(), _moved()
    together = (moved.c.entry_id == once.c.entry_id) & (moved.c.code == once.c.account_code)
    query = select(once.c.group_id, func.sum(moved.c.amount_minor)).join(moved, together)
    return ((row[0], int(row[1])) for row in session.execute(query.group_by(once.c.group_id)))


def _moved() -> Subquery:
    """Return by how much each entry moved each account."""
    return (
        select(Posting.entry_id, Account.code, func.sum(Posting.amount_minor).label("amount_minor"))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code.in_(select(BankLine.account_code)))
        .group_by(Posting.entry_id, Account.code)
        .subquery()
    )
