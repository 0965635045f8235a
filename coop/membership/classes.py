"""The classes of members, and the account that holds the share capital of each.

A member's class does not change, so neither does the account; when the treasurer chooses another one for a class, what its members
have paid in moves there (`coop.shares.capital`).
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.membership.models import Member, MemberClass, ParticipantKind
from ledger import chart

#: Where the share capital of a class stands from the founding on.
FIRST_ACCOUNTS: Mapping[ParticipantKind, str] = {
    ParticipantKind.INDIVIDUAL: chart.SHARE_CAPITAL,
    ParticipantKind.GROUP: chart.SHARE_CAPITAL_OF_GROUPS,
    ParticipantKind.ENTERPRISE: chart.SHARE_CAPITAL_OF_ENTERPRISES,
}


def capital_account_of(session: Session, member_id: UUID) -> str:
    """Return the code of the account that a member's share capital stands on; it stays so until this is committed."""
    query = select(MemberClass.capital_account).join(Member, Member.class_id == MemberClass.id)
    return session.scalars(query.where(Member.id == member_id).with_for_update(read=True, of=MemberClass)).one()


def capital_accounts(session: Session, *, hold: bool = False) -> frozenset[str]:
    """Return the codes of the accounts that hold share capital; with `hold`, no class gets another one until this is committed."""
    query = select(MemberClass.capital_account).order_by(MemberClass.code)
    return frozenset(session.scalars(query.with_for_update(read=True) if hold else query))
