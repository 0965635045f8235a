"""Posting many entries at once, by the checks and with the refusals of posting one: all of them are written, or none.

Everything is looked up and checked before the first row is written, so that everything that is wrong can be told at once.
Balances are added up for all entries and written once per account and month.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.collector import unswept
from evidence.columns import table_of
from evidence.messages import N_
from ledger.balances import add_to_balances
from ledger.drafts import Draft, Line, Posted, check_accounts, check_shape, hold_accounts, hold_period, request_digest
from ledger.errors import KeyUsedDifferently, LedgerRefusal
from ledger.models import Entry
from ledger.posting import entry_with_key
from ledger.tags import Tags, tag_ids
from ledger.writing import rows_of, write_rows

#: So many entries are turned into rows at a time; more would only keep more alive for the garbage collector to visit.
_ENTRIES_AT_ONCE = 500
#: What a statement names at a time: both databases bound it.
_VALUES_AT_ONCE = 5_000

_ENTRIES = table_of(Entry).c
_KNOWN = select(_ENTRIES.idempotency_key).where(_ENTRIES.idempotency_key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True)
class DraftProblem:
    """What is wrong with one of many drafts, by its place among them."""

    index: int
    reason: LedgerRefusal


@dataclass(eq=False)
class DraftsRefused(LedgerRefusal):
    """Some of many drafts cannot be posted, so none was."""

    count: int
    problems: tuple[DraftProblem, ...] = field(default=())
    message = N_("Nothing was posted. Entries that cannot be posted: %(count)s.")

    def values(self) -> dict[str, Any]:
        """Return what the message names."""
        return {"count": self.count}


@dataclass(frozen=True)
class Checked:
    """Drafts that can be posted: those that stand already, and what the others need to be written."""

    #: By place: the entry of an earlier request, or the place of an equal draft before it.
    known: Mapping[int, UUID]
    repeats: Mapping[int, int]
    periods: Mapping[date, UUID]
    account_ids: Mapping[str, UUID]
    tags: Mapping[int, Tags]


@unswept()
def post_many(
    session: Session, drafts: Sequence[Draft], *, now: datetime, recorded_by: UUID | None = None
) -> list[Posted]:
    """Write entries in their order, all or none, and return for each what `post_once` would.

    Raises:
        DraftsRefused: with everything that is wrong, draft by draft.
    """
    connection = session.connection()
    while True:
        checked = check_many(session, drafts)
        try:
            with connection.begin_nested():
                written = dict(_write(connection, drafts, checked, now, recorded_by))
            break
        except IntegrityError:
            # Another writer has recorded one of the keys since we looked; otherwise something is wrong indeed.
            if len(check_many(session, drafts).known) == len(checked.known):
                raise
    booked: dict[UUID, list[Line]] = defaultdict(list)
    for index in written:
        booked[checked.periods[drafts[index].booked_on]].extend(drafts[index].lines)
    # In the order of the periods, as the accounts within each: two writers cannot deadlock.
    for period_id in sorted(booked):
        add_to_balances(connection, period_id, booked[period_id], checked.account_ids)
    stands = {**checked.known, **written}
    stands.update({index: stands[first] for index, first in checked.repeats.items()})
    return [Posted(stands[index], is_new=index in written) for index in range(len(drafts))]


def check_many(session: Session, drafts: Sequence[Draft]) -> Checked:
    """Check drafts as posting would, and write nothing. Holds the periods and accounts that they name.

    Raises:
        DraftsRefused: with everything that is wrong, draft by draft.
    """
    connection = session.connection()
    standing = known_keys(session, [draft.idempotency_key for draft in drafts])
    codes = sorted({line.account for draft in drafts for line in draft.lines})
    accounts: dict[str, Any] = {}
    for part in _parts(codes):
        accounts.update(hold_accounts(connection, part))
    periods: dict[date, UUID | LedgerRefusal] = {
        day: _tried(partial(hold_period, connection, day)) for day in sorted({d.booked_on for d in drafts})
    }
    find_tags = _TagFinder(connection)
    known: dict[int, UUID] = {}
    repeats: dict[int, int] = {}
    tags: dict[int, Tags] = {}
    first_with: dict[str, int] = {}
    problems = []
    for index, draft in enumerate(drafts):
        try:
            if draft.idempotency_key in standing:
                entry_id = entry_with_key(connection, draft)
                assert entry_id is not None
                known[index] = entry_id
                continue
            first = first_with.setdefault(draft.idempotency_key, index)
            if first != index:
                _check_same(drafts[first], draft)
                repeats[index] = first
                continue
            check_shape(draft)
            period = periods[draft.booked_on]
            if isinstance(period, LedgerRefusal):
                raise period
            check_accounts(draft, accounts)
            tags[index] = find_tags(draft)
        except LedgerRefusal as refusal:
            problems.append(DraftProblem(index, refusal))
    if problems:
        raise DraftsRefused(len(problems), tuple(problems))
    return Checked(
        known=known,
        repeats=repeats,
        periods={day: found for day, found in periods.items() if isinstance(found, UUID)},
        account_ids={code: account.id for code, account in accounts.items()},
        tags=tags,
    )


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Return those of the idempotency keys under which an entry stands."""
    found: set[str] = set()
    for part in _parts(keys):
        found.update(session.connection().scalars(_KNOWN, {"keys": part}))
    return found


def _write(
    connection: Connection, drafts: Sequence[Draft], checked: Checked, now: datetime, recorded_by: UUID | None
) -> Iterator[tuple[int, UUID]]:
    """Write those that are new, a few thousand at a time: postings, then the headers that make them final, then the texts."""
    places = sorted(checked.tags)
    for start in range(0, len(places), _ENTRIES_AT_ONCE):
        part = places[start : start + _ENTRIES_AT_ONCE]
        rows = [rows_of(drafts[at], checked.account_ids, checked.tags[at], now, recorded_by) for at in part]
        write_rows(connection, rows)
        yield from zip(part, (entry.entry_id for entry in rows), strict=True)


def _check_same(first: Draft, second: Draft) -> None:
    if first.text != second.text or request_digest(first) != request_digest(second):
        raise KeyUsedDifferently(second.idempotency_key)


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _VALUES_AT_ONCE):
        yield list(values[start : start + _VALUES_AT_ONCE])


def _tried(work: Callable[[], UUID]) -> UUID | LedgerRefusal:
    try:
        return work()
    except LedgerRefusal as refusal:
        return refusal


#: The day, the version of the tax code where one is named, and what is named besides.
_Key = tuple[date, UUID | None, frozenset[object]]


class _TagFinder:
    """Finds what entries count for, and asks the database once for each combination on a day."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[_Key, Tags] = {}

    def __call__(self, draft: Draft) -> Tags:
        named = frozenset((line.cost_centre, line.fund, line.tax) for line in draft.lines if line.is_tagged)
        key = (draft.booked_on, draft.taxed_under, named) if named else _UNTAGGED
        if key not in self._found:
            self._found[key] = tag_ids(self._connection, draft)
        return self._found[key]


_UNTAGGED: _Key = (date.min, None, frozenset())
