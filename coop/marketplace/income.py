"""On which account of a service income stands: that of business with members, or that of business with others.

Whoever an income names was a member on the day it was earned, or was not; what happens later moves nothing. Patronage is read from
both accounts alike and follows a refund to the oldest business of its order, and so does the refund here: whoever joined paid as
somebody else before, so what stands as business with others is the older.
"""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.marketplace.models import OfferingKind
from coop.marketplace.order_models import OrderRefund, SalesOrder
from coop.membership.models import Member, Participant
from ledger import chart
from ledger.models import Account, Business, Entry, Posting
from ledger.posting import Line

#: The kind of record that causes an entry of an order.
SOURCE = "sales_order"
#: Where what members paid for a service stands.
OF_MEMBERS = {
    OfferingKind.FELLOWSHIP: chart.FELLOWSHIP_INCOME,
    OfferingKind.COACHING: chart.COACHING_INCOME,
    OfferingKind.LISTING: chart.MARKETPLACE_INCOME,
}


def earned_on(session: Session, kind: OfferingKind, party_ref: UUID, day: date) -> str:
    """Return the account of the income that somebody brings on a day."""
    of_members = OF_MEMBERS[kind]
    of_others = chart.OF_OTHERS[of_members]
    is_member = session.scalar(
        select(Member.id)
        .join(Participant, Participant.id == Member.participant_id)
        .where(Participant.party_ref == party_ref, Member.joined_on <= day)
    )
    # A co-op of before the two were told apart may use the code of the second for something else.
    return of_members if is_member is not None or not _is_kept_apart(session, of_others) else of_others


def taken_back(
    session: Session, order: SalesOrder, kind: OfferingKind, party_ref: UUID, refund: OrderRefund
) -> Iterator[Line]:
    """Yield the lines that take an order's income back from where it stands."""
    left_minor = refund.income_minor
    of_members = OF_MEMBERS[kind]
    of_others = chart.OF_OTHERS[of_members]
    part_minor = min(left_minor, -_standing(session, order, of_others))
    yield Line(of_others, part_minor, party_ref)
    yield Line(of_members, left_minor - part_minor, party_ref)


def _is_kept_apart(session: Session, code: str) -> bool:
    query = select(Account.id).where(Account.code == code, Account.business == Business.NON_MEMBER)
    return session.scalar(query) is not None


def _standing(session: Session, order: SalesOrder, code: str) -> int:
    """Return what stands on an account for an order, debit positive."""
    query = (
        select(func.coalesce(func.sum(Posting.amount_minor), 0))
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == SOURCE, Entry.source_id == order.id, Account.code == code)
    )
    return int(session.scalars(query).one())
