"""What the landing page and home show, gathered from the rooms. Every figure comes from the database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.bylaws import Bylaws, in_force
from coop.assembly.models import BoardTerm, Candidacy, Motion, MotionWords, Stage
from coop.assembly.resolutions import Body, Resolution, ResolutionText
from coop.assembly.results.queries import cast, elected_codes
from coop.community.queries import directory_size
from coop.membership.models import Member, MemberClass, Participant, ParticipantKind
from coop.shares.models import ShareEvent
from governance.declared import all_declared
from governance.models import Kind

#: How many decisions the landing page shows.
LATEST = 3


@dataclass(frozen=True)
class DecisionRow:
    """A decision that the members took by vote."""

    number: int
    title: str
    decided_on: date
    #: How many voted, of how many who could.
    cast: int
    roll: int


@dataclass(frozen=True)
class Landing:
    """The co-operative as a visitor sees it."""

    members: int
    #: Members by what they are; kinds without a member are left out.
    kinds: list[tuple[ParticipantKind, int]]
    listed: int
    bylaws: Bylaws
    decisions: list[DecisionRow]


@dataclass(frozen=True)
class Holding:
    """What one participant owns: a place in the register and shares, or neither yet."""

    participant_id: UUID
    name: str
    kind: ParticipantKind
    member_number: int | None
    joined_on: date | None
    class_name: str | None
    shares: int
    #: What was paid for the shares.
    paid_minor: int


@dataclass(frozen=True)
class Nomination:
    """A participant was nominated and has not answered."""

    motion_id: UUID
    participant_id: UUID
    participant_name: str
    title: str


def landing(session: Session) -> Landing:
    """Return the figures of the landing page."""
    today = cooperative.today(session)
    counted = session.execute(
        select(Participant.kind, func.count())
        .join(Member, Member.participant_id == Participant.id)
        .where(Member.joined_on <= today)
        .group_by(Participant.kind)
    )
    by_kind = dict(counted.all())
    return Landing(
        members=sum(by_kind.values()),
        kinds=[(kind, by_kind[kind]) for kind in ParticipantKind if kind in by_kind],
        listed=directory_size(session),
        bylaws=in_force(session, today).bylaws,
        decisions=_latest_decisions(session),
    )


def holdings(session: Session, participants: Collection[UUID], on: date) -> list[Holding]:
    """Return what each participant owns on a day: individuals first, then by name."""
    rows = session.execute(
        select(
            Participant.id,
            Participant.name,
            Participant.kind,
            Member.number,
            Member.joined_on,
            MemberClass.name,
            func.coalesce(func.sum(ShareEvent.quantity), 0),
            func.coalesce(func.sum(ShareEvent.quantity * ShareEvent.price_minor), 0),
        )
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(MemberClass, MemberClass.id == Member.class_id)
        .outerjoin(ShareEvent, (ShareEvent.member_id == Member.id) & (ShareEvent.effective_on <= on))
        .where(Participant.id.in_(participants))
        .group_by(
            Participant.id,
            Participant.name,
            Participant.name_key,
            Participant.kind,
            Member.number,
            Member.joined_on,
            MemberClass.name,
        )
        .order_by(Participant.kind != ParticipantKind.INDIVIDUAL, Participant.name_key, Participant.id)
    )
    # PostgreSQL sums BIGINTs into a Decimal.
    return [
        Holding(one, name, kind, number, joined_on, class_name, int(shares), int(paid))
        for one, name, kind, number, joined_on, class_name, shares, paid in rows
    ]


def nominations_of(session: Session, participants: Collection[UUID]) -> list[Nomination]:
    """Return the nominations that wait for an answer of one of the participants."""
    rows = session.execute(
        select(Motion.id, Participant.id, Participant.name, MotionWords.title)
        .join(Candidacy, Candidacy.motion_id == Motion.id)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .join(MotionWords, MotionWords.motion_id == Motion.id)
        .where(
            Participant.id.in_(participants),
            Motion.stage == Stage.DISCUSSION,
            Candidacy.accepted_at.is_(None),
            Candidacy.withdrawn_at.is_(None),
        )
        .order_by(Candidacy.nominated_at, Candidacy.id)
    )
    return [Nomination(*row) for row in rows]


def boards_to_record(session: Session) -> list[tuple[UUID, str]]:
    """Return the elections that elected somebody whose board is not recorded yet: id and title."""
    rows = session.execute(
        select(Motion.id, MotionWords.title, Motion.proposal_id)
        .join(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(BoardTerm, BoardTerm.motion_id == Motion.id)
        .where(Motion.kind == Kind.ELECTION, BoardTerm.motion_id.is_(None))
    ).all()
    outcomes = all_declared(session, (row[2] for row in rows))
    elected = [
        (outcome.closed_at, motion_id, title)
        for motion_id, title, proposal_id in rows
        if (outcome := outcomes.get(proposal_id)) is not None and elected_codes(outcome)
    ]
    return [(motion_id, title) for _, motion_id, title in sorted(elected)]


def _latest_decisions(session: Session) -> list[DecisionRow]:
    # Decisions of board and founders may name people; what the members voted on is for everybody to see.
    rows = session.execute(
        select(Resolution.number, ResolutionText.title, Resolution.decided_on, Resolution.proposal_id)
        .join(ResolutionText, ResolutionText.resolution_id == Resolution.id)
        .where(Resolution.body == Body.MEMBERS, Resolution.proposal_id.is_not(None))
        .order_by(Resolution.number.desc())
        .limit(LATEST)
    ).all()
    outcomes = all_declared(session, (row[3] for row in rows))
    return [
        DecisionRow(number, title, day, cast(outcome), outcome.proposal.roll_size)
        for number, title, day, proposal_id in rows
        if (outcome := outcomes.get(proposal_id)) is not None
    ]
