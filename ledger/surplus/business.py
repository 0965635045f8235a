"""What each member paid the co-op in a year, and what came from others: read from the journal, never kept apart from it.

A member's patronage is what was credited less what was debited, about them, on the accounts of `chart.PATRONAGE_SOURCES`, booked
within the year and not before their first day. Refunds and reversals carry the party, so they count against it, unless they take back
what was passed over (`ledger.surplus.following`); a member with less than nothing counts as nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from ledger.chart import is_patronage_source
from ledger.models import Account, AccountKind, Entry, FiscalYear, Posting
from ledger.surplus.following import Movement, counted
from ledger.totals import account_totals

#: Postings that may take back others: refunds, and the reversals of sales and of refunds.
_TAKES_BACK = or_(Posting.amount_minor > 0, Entry.reverses_id.is_not(None))


class Patron(NamedTuple):
    """A member as the ledger knows one, and the first day from which their business counts."""

    party_ref: UUID
    since: date


@dataclass(frozen=True)
class Business:
    """Where the income of a year came from."""

    #: What members paid, by party; only those with more than nothing.
    by_party: Mapping[UUID, int]
    #: What others paid for the same services, and what came in besides: grants, donations, interest.
    non_members_minor: int
    grants_and_other_minor: int

    @property
    def members_minor(self) -> int:
        """Return the business of all members."""
        return sum(self.by_party.values())

    @property
    def others_minor(self) -> int:
        """Return all income that is not from members; never less than nothing."""
        return max(self.non_members_minor + self.grants_and_other_minor, 0)


def business_of(session: Session, year: FiscalYear, patrons: Mapping[UUID, date]) -> Business:
    """Return where the income of a year came from; the patrons' first days stand by their references."""
    totals = [
        total
        for total in account_totals(session, year.starts_on, year.ends_on, with_closings=False)
        if total.kind is AccountKind.INCOME
    ]
    by_party = patronage_of(session, year, patrons)
    sources = set(session.scalars(select(Account.code).where(is_patronage_source())))
    services = sum(total.natural_minor for total in totals if total.code in sources)
    other = sum(total.natural_minor for total in totals if total.code not in sources)
    return Business(by_party, services - sum(by_party.values()), other)


def patronage_of(session: Session, year: FiscalYear, patrons: Mapping[UUID, date]) -> dict[UUID, int]:
    """Return what each patron paid the co-op in a year, from their first day on; only those with more than nothing.

    Four queries at most, whatever the number of patrons: all sums of the year, what was booked before the last first day, and, only where
    something was taken back, what that belongs to.
    """
    takes_back = func.max(case((_TAKES_BACK, 1), else_=0))
    sums, something_taken_back = {}, False
    for party_ref, amount, flag in session.execute(
        _about_parties(year, Posting.party_ref, func.sum(Posting.amount_minor), takes_back).group_by(Posting.party_ref)
    ):
        if party_ref in patrons:
            sums[party_ref] = -int(amount)
            something_taken_back = something_taken_back or bool(flag)
    latest = max(patrons.values(), default=year.starts_on)
    if latest > year.starts_on:
        early = _about_parties(year, Posting.party_ref, Entry.booked_on, Posting.amount_minor)
        for party_ref, booked_on, amount in session.execute(early.where(Entry.booked_on < latest)):
            if party_ref in patrons and booked_on < patrons[party_ref]:
                sums[party_ref] += amount
    if something_taken_back:
        for party_ref, movement, counts_minor in _followed(session, year, patrons):
            if movement.booked_on >= patrons[party_ref]:
                sums[party_ref] += counts_minor - movement.amount_minor
    return {party_ref: amount for party_ref, amount in sums.items() if amount > 0}


def counted_otherwise(session: Session, year: FiscalYear, patron: Patron) -> dict[tuple[UUID, int], int]:
    """Return, by entry and line, how much of a patron's postings of a year counts where that follows from an earlier one."""
    found = _followed(session, year, {patron.party_ref: patron.since}, Posting.party_ref == patron.party_ref)
    return {(movement.entry_id, movement.line): counts_minor for _, movement, counts_minor in found}


def _followed(
    session: Session, year: FiscalYear, patrons: Mapping[UUID, date], *only: ColumnElement[bool]
) -> Iterator[tuple[UUID, Movement, int]]:
    """Yield the postings of the year about patrons in whose source something was taken back in it, with what counts of each.

    What is taken back may have been earned in any year before.
    """
    threads: dict[tuple[UUID, str | None, UUID], list[Movement]] = defaultdict(list)
    first = func.coalesce(Entry.reverses_id, Entry.id)
    by_source = _about_parties(year, Entry.source_kind, Entry.source_id)
    by_reversal = _about_parties(year, Entry.reverses_id)
    taken_back = (
        tuple_(Entry.source_kind, Entry.source_id).in_(
            by_source.where(_TAKES_BACK, Entry.source_id.is_not(None), *only)
        ),
        Entry.source_id.is_(None) & first.in_(by_reversal.where(Entry.reverses_id.is_not(None), *only)),
    )
    for belongs in taken_back:
        rows = session.execute(
            _business(
                *(Posting.party_ref, Entry.source_kind, Entry.source_id, first),
                *(Entry.booked_on, Entry.id, Posting.line, -Posting.amount_minor, Entry.reverses_id),
            ).where(belongs, Entry.booked_on <= year.ends_on, *only)
        )
        for party_ref, source_kind, source_id, first_id, *movement in rows:
            if party_ref in patrons:
                threads[party_ref, source_kind, source_id or first_id].append(Movement(*movement))
    for (party_ref, *_), movements in threads.items():
        counts = counted(movements, patrons[party_ref])
        for one in movements:
            if one.booked_on >= year.starts_on:
                yield party_ref, one, counts[one.entry_id, one.line]


def _about_parties(year: FiscalYear, *columns: Any) -> Select[Any]:
    return _business(*columns).where(Entry.booked_on.between(year.starts_on, year.ends_on))


def _business(*columns: Any) -> Select[Any]:
    sources = select(Account.id).where(is_patronage_source())
    return (
        select(*columns)
        .select_from(Posting)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Posting.account_id.in_(sources), Posting.party_ref.is_not(None))
    )
