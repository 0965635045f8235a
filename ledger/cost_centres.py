"""Cost centres: a tree of services and projects, and what each of them earned and cost between two days.

Only income and expense accounts count. What names no cost centre stands on a line of its own, so that the whole is the income
statement's. A centre is closed, never deleted, for what was booked keeps naming it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.identifiers import new_id
from evidence.messages import N_
from ledger.chart import books_currency
from ledger.errors import LedgerRefusal
from ledger.models import Account, AccountKind, CostCentre, Entry, Posting
from ledger.totals import account_totals

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,19}")


@dataclass(eq=False)
class CentreCodeMalformed(LedgerRefusal):
    """A code is short and has no spaces, because it is written beside amounts."""

    message = N_("A code has 1 to 20 letters, digits, dots or dashes, such as coaching.")
    about = "code"


@dataclass(eq=False)
class CentreCodeTaken(LedgerRefusal):
    """There is a cost centre with this code."""

    code: str
    message = N_("There is a cost centre %(code)s already.")
    about = "code"


@dataclass(eq=False)
class UnknownCentre(LedgerRefusal):
    """There is no cost centre with this code at all."""

    code: str
    message = N_("There is no cost centre %(code)s.")
    about = "parent"


@dataclass(eq=False)
class CentreUnderItself(LedgerRefusal):
    """A cost centre would stand under itself, or under one of its own."""

    code: str
    message = N_("%(code)s cannot be put under itself, nor under one that stands under it.")
    about = "parent"


@dataclass(eq=False)
class CentreClosed(LedgerRefusal):
    """The cost centre is closed already."""

    code: str
    closed_on: date
    message = N_("Cost centre %(code)s is closed from %(closed_on)s on.")
    about = "closed_on"


@dataclass(eq=False)
class CentreUsedLater(LedgerRefusal):
    """Something was booked for the cost centre on the day it would be closed, or later."""

    code: str
    booked_on: date
    message = N_("Something is booked for %(code)s on %(booked_on)s. Close it from a later day.")
    about = "closed_on"


CONFLICTS = (CentreCodeTaken, CentreClosed)


@dataclass(frozen=True)
class Centre:
    """A cost centre at its place in the tree; `depth` is 0 for those under none."""

    id: UUID
    code: str
    name: str
    depth: int
    parent: str | None
    closed_on: date | None


@dataclass(frozen=True)
class Result:
    """What was earned and what it cost."""

    income_minor: int = 0
    cost_minor: int = 0

    @property
    def result_minor(self) -> int:
        """Return what is left."""
        return self.income_minor - self.cost_minor

    def __add__(self, other: "Result") -> "Result":
        return Result(self.income_minor + other.income_minor, self.cost_minor + other.cost_minor)

    def __sub__(self, other: "Result") -> "Result":
        return Result(self.income_minor - other.income_minor, self.cost_minor - other.cost_minor)


@dataclass(frozen=True)
class CentreResult:
    """A cost centre with what it earned and cost by itself, and together with those under it."""

    centre: Centre
    own: Result
    whole: Result


@dataclass(frozen=True)
class CentreReport:
    """What each cost centre earned and cost between two days, both included, as a tree in the order of the codes."""

    starts_on: date
    ends_on: date
    currency: str
    rows: tuple[CentreResult, ...]
    #: What names no cost centre.
    without: Result
    total: Result


def add(session: Session, *, code: str, name: str, parent: str | None = None) -> UUID:
    """Add a cost centre and return its id.

    Raises:
        CentreCodeMalformed, CentreCodeTaken, UnknownCentre
    """
    if not _CODE.fullmatch(code):
        raise CentreCodeMalformed
    parent_id = _by_code(session, parent).id if parent else None
    centre = CostCentre(id=new_id(), code=code, name=name, parent_id=parent_id)
    try:
        with session.begin_nested():
            session.add(centre)
    except IntegrityError as error:
        raise CentreCodeTaken(code) from error
    return centre.id


def change(session: Session, code: str, *, name: str, parent: str | None) -> UUID:
    """Give a cost centre another name, or put it under another one, with all that stands under it; return its id.

    Raises:
        UnknownCentre, CentreUnderItself
    """
    # All rows, in one order: two that are put under each other at the same moment would make a ring.
    rows = session.scalars(
        select(CostCentre).order_by(CostCentre.id).with_for_update().execution_options(populate_existing=True)
    )
    by_code = {row.code: row for row in rows}
    for wanted in (code, parent):
        if wanted and wanted not in by_code:
            raise UnknownCentre(wanted)
    centre, above = by_code[code], by_code[parent] if parent else None
    by_id = {row.id: row for row in by_code.values()}
    step = above
    while step is not None:
        if step is centre:
            raise CentreUnderItself(code)
        step = by_id[step.parent_id] if step.parent_id else None
    centre.name, centre.parent_id = name, above.id if above else None
    session.flush()
    return centre.id


def close(session: Session, code: str, *, closed_on: date) -> UUID:
    """Close a cost centre from a day on and return its id: nothing on that day or later can name it.

    Raises:
        UnknownCentre, CentreClosed, CentreUsedLater
    """
    # Posting reads it FOR SHARE, so nothing slips in between what is looked at here and the closing.
    centre = _by_code(session, code, lock=True)
    if centre.closed_on is not None:
        raise CentreClosed(code, centre.closed_on)
    last = session.scalar(
        select(func.max(Entry.booked_on))
        .join(Posting, Posting.entry_id == Entry.id)
        .where(Posting.cost_centre_id == centre.id)
    )
    if last is not None and last >= closed_on:
        raise CentreUsedLater(code, last)
    centre.closed_on = closed_on
    session.flush()
    return centre.id


def tree(session: Session) -> list[Centre]:
    """Return all cost centres, each before those under it, in the order of the codes."""
    rows = list(session.scalars(select(CostCentre).order_by(CostCentre.code)))
    codes = {row.id: row.code for row in rows}
    under: dict[UUID | None, list[CostCentre]] = defaultdict(list)
    for row in rows:
        under[row.parent_id].append(row)

    def walk(parent_id: UUID | None, depth: int) -> Iterable[Centre]:
        for row in under[parent_id]:
            parent = codes[row.parent_id] if row.parent_id else None
            yield Centre(row.id, row.code, row.name, depth, parent, row.closed_on)
            yield from walk(row.id, depth + 1)

    return list(walk(None, 0))


def family(centres: Iterable[Centre], code: str) -> list[Centre]:
    """Return a cost centre and all that stand under it, out of the tree; nothing where there is none of this code."""
    found: list[Centre] = []
    for centre in centres:
        if found and centre.depth <= found[0].depth:
            break
        if found or centre.code == code:
            found.append(centre)
    return found


def report(session: Session, starts_on: date, ends_on: date) -> CentreReport:
    """Tell what each cost centre earned and cost between two days, both included."""
    own = _results(session, starts_on, ends_on)
    centres = tree(session)
    rows = tuple(
        CentreResult(
            centre,
            own.get(centre.id, Result()),
            sum((own.get(one.id, Result()) for one in family(centres, centre.code)), Result()),
        )
        for centre in centres
    )
    totals = account_totals(session, starts_on, ends_on, with_closings=False)
    income, cost = (
        sum(total.natural_minor for total in totals if total.kind is kind)
        for kind in (AccountKind.INCOME, AccountKind.EXPENSE)
    )
    total = Result(income, cost)
    return CentreReport(starts_on, ends_on, books_currency(session), rows, total - sum(own.values(), Result()), total)


def _results(session: Session, starts_on: date, ends_on: date) -> Mapping[UUID | None, Result]:
    rows = session.execute(
        select(Posting.cost_centre_id, Account.kind, func.sum(Posting.amount_minor))
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Posting.cost_centre_id.is_not(None),
            Account.kind.in_([AccountKind.INCOME, AccountKind.EXPENSE]),
            Entry.booked_on.between(starts_on, ends_on),
        )
        .group_by(Posting.cost_centre_id, Account.kind)
    )
    found: dict[UUID | None, Result] = defaultdict(Result)
    for centre_id, kind, amount in rows:
        # PostgreSQL sums a BIGINT to a Decimal.
        minor = int(amount)
        found[centre_id] += Result(income_minor=-minor) if kind is AccountKind.INCOME else Result(cost_minor=minor)
    return found


def _by_code(session: Session, code: str, *, lock: bool = False) -> CostCentre:
    query = select(CostCentre).where(CostCentre.code == code).execution_options(populate_existing=True)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise UnknownCentre(code)
    return found
