"""Why a participant may vote on something, or may not: before the roll is frozen, on it, off it, and after a challenge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bylaws import in_force
from coop.assembly.models import ChallengeWords, Motion
from coop.assembly.rolls.electorate import Registered, needs_share, record_date, registered
from coop.membership.models import MemberClass, Participant
from coop.permissions import NotFound
from evidence.columns import UtcDateTime
from governance import ballots
from governance.challenges.models import Asks, Challenge, ChallengeAnswer
from governance.challenges.operations import ADDED
from governance.models import Proposal, RollEntry, Withdrawal
from governance.paper.models import PaperMark
from governance.rolls import entry_of
from governance.secret_ballots import Stage, stage_of


class Because(StrEnum):
    """Why a participant may vote on something, or may not."""

    ON_ROLL = "on-roll"
    #: Put on the roll by an answer to a challenge, or struck from it.
    ADDED = "added"
    STRUCK = "struck"
    WILL_BE = "will-be"
    NOT_MEMBER = "not-member"
    #: A member, since after the record date, or since later on that very day.
    JOINED_LATER = "joined-later"
    NO_SHARE = "no-share"
    #: A member on the record date, and all the same not on the roll.
    NOT_ON_ROLL = "not-on-roll"


@dataclass(frozen=True)
class Standing:
    """Whether a participant may vote on a motion, why, and whether they have."""

    participant_id: UUID
    name: str
    may_vote: bool
    because: Because
    joined_on: date | None
    frozen_at: datetime | None
    voted: bool
    #: Whether they took a ballot back, or have one on paper or handed one in there.
    stage: Stage
    #: The day whose registers decide; before the vote is open, as if it opened today.
    record_on: date
    #: What was held on that day, and whether the by-laws of that day ask for a share.
    shares: int
    needs_share: bool
    #: Name of the class of members.
    class_name: str | None
    #: For whom is on the roll.
    weight: int | None
    voter_ref: UUID
    #: The answer that added or struck them, and its reasons while they are kept.
    answered_at: datetime | None
    reasons: str


def standing(session: Session, motion_id: UUID, participant_id: UUID) -> Standing:
    """Say whether a participant may vote on a motion, and why.

    Raises:
        NotFound
    """
    participant = session.get(Participant, participant_id)
    found = session.get(Motion, motion_id)
    if participant is None or found is None:
        raise NotFound
    proposal = session.get(Proposal, found.proposal_id) if found.proposal_id else None
    record_on = record_day(session, proposal)
    member = registered(session, participant_id, record_on)
    entry = entry_of(session, proposal.id, participant.voter_ref) if proposal else None
    asked = _upheld(session, proposal, participant.voter_ref)
    with_share = needs_share(session, record_on)
    because = _because(proposal, entry, asked, member, record_on, with_share=with_share)
    answer, words = asked[1:] if asked and because in {Because.ADDED, Because.STRUCK} else (None, None)
    return Standing(
        participant_id=participant_id,
        name=participant.name,
        may_vote=because in {Because.ON_ROLL, Because.ADDED, Because.WILL_BE},
        because=because,
        joined_on=member.joined_on if member else None,
        frozen_at=proposal.opens_at if proposal else None,
        voted=entry is not None and proposal is not None and ballots.has_voted(session, proposal, entry.id),
        stage=stage_of(session, entry.id) if entry else Stage.NOT_VOTED,
        record_on=record_on,
        shares=member.shares if member else 0,
        needs_share=with_share,
        class_name=session.scalar(select(MemberClass.name).where(MemberClass.code == member.class_code))
        if member
        else None,
        weight=entry.weight if entry else None,
        voter_ref=participant.voter_ref,
        answered_at=answer.answered_at if answer else None,
        reasons=words.reasons if words else "",
    )


def paper_stages(session: Session, participants: Collection[UUID], now: datetime) -> dict[tuple[UUID, UUID], Stage]:
    """Return which of the participants have a vote on paper, or took a ballot back to vote there, by motion and participant.

    Of votes whose closing lies ahead only. Whoever shows it shows it to those who act for the participant.
    """
    rows = session.connection().execute(_paper_votes(), {"participants": list(participants), "now": now})
    return {
        (motion_id, participant_id): Stage.ON_PAPER if is_marked else Stage.WITHDRAWN
        for motion_id, participant_id, is_marked in rows
    }


@cache
def _paper_votes() -> Select[UUID, UUID, bool]:
    """Return the query behind `paper_stages`, built once: building it costs more than its answer."""
    mark = select(PaperMark.roll_entry_id).where(PaperMark.roll_entry_id == RollEntry.id).exists()
    withdrawal = select(Withdrawal.roll_entry_id).where(Withdrawal.roll_entry_id == RollEntry.id).exists()
    mine = Participant.id.in_(bindparam("participants", expanding=True))
    is_ahead = Proposal.closes_at > bindparam("now", type_=UtcDateTime)
    return (
        select(Motion.id, Participant.id, mark)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .join(RollEntry, RollEntry.proposal_id == Proposal.id)
        .join(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .where(mine, Proposal.takes_paper, is_ahead, mark | withdrawal)
    )


def record_day(session: Session, proposal: Proposal | None) -> date:
    """Return the record date of a vote; of one that is not open, as if it opened today; of the first form, its first day."""
    if proposal is None:
        today = cooperative.today(session)
        return record_date(session, in_force(session, today).bylaws, today)
    if proposal.record_on is not None:
        return proposal.record_on
    return proposal.opens_at.astimezone(ZoneInfo(cooperative.current(session).zone)).date()


def is_later(member: Registered, record_on: date, opened_at: datetime | None) -> bool:
    """Say whether somebody became a member after a record date, or on that day after the vote was opened."""
    if member.joined_on != record_on or opened_at is None or member.entered_at is None:
        return member.joined_on > record_on
    return member.entered_at > opened_at


def _because(
    proposal: Proposal | None,
    entry: RollEntry | None,
    asked: tuple[Asks, ChallengeAnswer, ChallengeWords | None] | None,
    member: Registered | None,
    record_on: date,
    *,
    with_share: bool,
) -> Because:
    if entry is not None:
        return Because.ADDED if entry.reason == ADDED else Because.ON_ROLL
    if asked is not None and asked[0] is Asks.STRIKE:
        return Because.STRUCK
    if member is None:
        return Because.NOT_MEMBER
    if is_later(member, record_on, proposal.opens_at if proposal else None):
        return Because.JOINED_LATER
    if with_share and member.shares <= 0:
        return Because.NO_SHARE
    return Because.NOT_ON_ROLL if proposal else Because.WILL_BE


def _upheld(
    session: Session, proposal: Proposal | None, voter_ref: UUID
) -> tuple[Asks, ChallengeAnswer, ChallengeWords | None] | None:
    """Return the newest challenge of a voter's entry that was upheld."""
    if proposal is None:
        return None
    row = session.execute(
        select(Challenge.asks, ChallengeAnswer, ChallengeWords)
        .join(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .outerjoin(ChallengeWords, ChallengeWords.challenge_id == Challenge.id)
        .where(Challenge.proposal_id == proposal.id, Challenge.voter_ref == voter_ref, ChallengeAnswer.upheld)
        .order_by(ChallengeAnswer.answered_at.desc(), (Challenge.asks == Asks.STRIKE).desc())
        .limit(1)
    ).first()
    return (row[0], row[1], row[2]) if row else None
