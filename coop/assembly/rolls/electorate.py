"""Who may vote: what the register of members and the share register say on the record date, by the by-laws of that day.

It reads registers and knows no vote. Whoever joins later has no vote on what is open already.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bylaws import Bylaws, in_force
from coop.audit import AuditEvent
from coop.membership.models import Member, MemberClass, Participant
from coop.shares.models import ShareEvent
from coop.shares.queries import holding
from governance.models import Secrecy
from governance.rolls import Voter

#: Why somebody is on a roll, and the one class of all on the roll of a secret vote.
MEMBER = "member"
MEMBER_WITH_SHARE = "member-with-share"


@dataclass(frozen=True)
class Registered:
    """What the registers say of a member on a day, and since when."""

    joined_on: date
    #: When the entry was made; nothing where the audit trail does not tell.
    entered_at: datetime | None
    class_code: str
    #: What they held on the day.
    shares: int


def record_date(session: Session, bylaws: Bylaws, opens_on: date) -> date:
    """Return the day whose registers make the roll of a vote that opens on a day; none lies before the founding."""
    return max(opens_on - timedelta(days=bylaws.record_days), cooperative.current(session).founded_on)


def challenges_until(bylaws: Bylaws, opens_at: datetime, closes_at: datetime) -> datetime:
    """Return until when a roll can be challenged: as long as the by-laws say, and never after voting closes."""
    if not bylaws.challenge_days:
        return closes_at
    return min(opens_at + timedelta(days=bylaws.challenge_days), closes_at)


def needs_share(session: Session, on: date) -> bool:
    """Say whether a member votes only with a share, by the by-laws of a day."""
    return in_force(session, on).bylaws.share_price_minor is not None


def eligible(session: Session, on: date, secrecy: Secrecy) -> list[Voter]:
    """Return who may vote by the registers of a day: each member has one vote, whatever they hold."""
    query = (
        select(Participant.voter_ref, MemberClass.code)
        .join(Member, Member.participant_id == Participant.id)
        .join(MemberClass, MemberClass.id == Member.class_id)
        .where(Member.joined_on <= on)
    )
    reason = MEMBER
    if needs_share(session, on):
        reason = MEMBER_WITH_SHARE
        holders = select(ShareEvent.member_id).where(ShareEvent.effective_on <= on).group_by(ShareEvent.member_id)
        query = query.where(Member.id.in_(holders.having(func.sum(ShareEvent.quantity) > 0)))
    return [Voter(ref, class_on_roll(secrecy, code), reason) for ref, code in session.execute(query)]


def class_on_roll(secrecy: Secrecy, class_code: str) -> str:
    """Return the class that a roll states for a member.

    On the roll of a secret vote all have the same class: a ballot carries its voter's class, and in a class of one or two it
    would be known whose it is. No rule of ours counts by class.
    """
    return class_code if secrecy is Secrecy.OPEN else MEMBER


def registered(session: Session, participant_id: UUID, on: date) -> Registered | None:
    """Return what the registers say of a participant: since when they are a member, and what they held on a day."""
    row = session.execute(
        select(Member.id, Member.joined_on, MemberClass.code)
        .join(MemberClass, MemberClass.id == Member.class_id)
        .where(Member.participant_id == participant_id)
    ).first()
    if row is None:
        return None
    member_id, joined_on, class_code = row
    entered_at = session.scalar(
        select(func.min(AuditEvent.at)).where(
            AuditEvent.subject_kind == "member",
            AuditEvent.subject_id == member_id,
            AuditEvent.action == "member.enrolled",
        )
    )
    return Registered(joined_on, entered_at, class_code, holding(session, member_id, on))
