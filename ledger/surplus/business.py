"""What each member paid the co-op in a year, and what came from others: read from the journal, never kept apart from it.

A member's patronage is what was credited less what was debited, about them, on the accounts of `chart.PATRONAGE_SOURCES`, booked
within the year and not before their first day. Refunds and reversals carry the party, so they count against it; a member
with less than nothing counts as nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from ledger.chart import PATRONAGE_SOURCES
from ledger.models import Account, AccountKind, Entry, FiscalYear, Posting
from ledger.totals import account_totals


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
    services = sum(total.natural_minor for total in totals if total.code in PATRONAGE_SOURCES)
    other = sum(total.natural_minor for total in totals if total.code not in PATRONAGE_SOURCES)
    return Business(by_party, services - sum(by_party.values()), other)


def patronage_of(session: Session, year: FiscalYear, patrons: Mapping[UUID, date]) -> dict[UUID, int]:
    """Return what each patron paid the co-op in a year, from their first day on; only those with more than nothing.

    Two queries whatever the number of patrons: all sums of the year, and what was booked before the last first day.
    """
    sums = {
        party_ref: -int(amount)
        for party_ref, amount in session.execute(
            _about_parties(year, Posting.party_ref, func.sum(Posting.amount_minor)).group_by(Posting.party_ref)
        )
        if party_ref in patrons
    }
    latest = max(patrons.values(), default=year.starts_on)
    if latest > year.starts_on:
        early = _about_parties(year, Posting.party_ref, Entry.booked_on, Posting.amount_minor)
        for party_ref, booked_on, amount in session.execute(early.where(Entry.booked_on < latest)):
            if party_ref in patrons and booked_on < patrons[party_ref]:
                sums[party_ref] += amount
    return {party_ref: amount for party_ref, amount in sums.items() if amount > 0}


def _about_parties(year: FiscalYear, *columns: Any) -> Select[Any]:
    sources = select(Account.id).where(Account.code.in_(PATRONAGE_SOURCES))
    return (
        select(*columns)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(
            Posting.account_id.in_(sources),
            Posting.party_ref.is_not(None),
            Entry.booked_on.between(year.starts_on, year.ends_on),
        )
    )
