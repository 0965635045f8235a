"""The queries for motions that many pages ask. Built once, because building one costs more than its answer.

What is asked with, such as the time, is put in when they are executed. What the answers mean is in `coop.assembly.queries`.
"""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Date, Integer, Select, and_, bindparam, case, func, select

from coop.assembly.models import BoardTerm, Motion, MotionWords, Stage
from coop.assembly.resolutions import Resolution
from coop.membership.models import Member, Participant, ParticipantKind
from evidence.columns import UtcDateTime
from governance.declared import is_declared
from governance.models import OpenBallot, Participation, Proposal, RollEntry

MOTIONS_PER_PAGE = 20


class State(StrEnum):
    """Where a motion stands for the reader; it follows from its stage, the clock and the outcome."""

    DISCUSSION = "discussion"
    OPEN = "open"
    #: Closed by the clock, not counted yet.
    PENDING = "pending"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


@cache
def open_votes() -> Select[*tuple[Any, ...]]:
    """Return the query for the votes that are open for some `participants`, the nearest deadline first."""
    open_ballot = select(OpenBallot.roll_entry_id).where(OpenBallot.roll_entry_id == RollEntry.id).exists()
    taken_part = select(Participation.roll_entry_id).where(Participation.roll_entry_id == RollEntry.id).exists()
    mine = Participant.id.in_(bindparam("participants", expanding=True))
    return (
        select(
            *(Motion.id, Participant.id, Participant.name, Motion.kind, MotionWords.title, Proposal.closes_at),
            *(open_ballot | taken_part, Proposal.secrecy),
        )
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .join(RollEntry, RollEntry.proposal_id == Proposal.id)
        .join(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .where(mine, _in_state(State.OPEN, bindparam("now", type_=UtcDateTime)))
        .order_by(Proposal.closes_at, Motion.id, Participant.name_key, Participant.id)
    )


@cache
def members_of_these() -> Select[UUID, str]:
    """Return the query for those of some `participants` who are members `today`, individuals first."""
    return (
        select(Participant.id, Participant.name)
        .join(Member, Member.participant_id == Participant.id)
        .where(
            Participant.id.in_(bindparam("participants", expanding=True)),
            Member.joined_on <= bindparam("today", type_=Date),
        )
        .order_by(Participant.kind != ParticipantKind.INDIVIDUAL, Participant.name_key, Participant.id)
    )


@cache
def listed_motions(state: State | None) -> tuple[Select[int], Select[*tuple[Any, ...]]]:
    """Return the query for how many motions stand so, and the one for a page of them."""
    now = bindparam("now", type_=UtcDateTime)
    query = _rows() if state is None else _rows().where(_in_state(state, now))
    deadline = case((_in_state(State.OPEN, now), Proposal.closes_at))
    ordered = query.order_by(deadline.is_(None), deadline, Motion.written_at.desc(), Motion.id.desc())
    counted = select(func.count()).select_from(
        query.with_only_columns(Motion.id, maintain_column_froms=True).subquery()
    )
    return counted, ordered.limit(MOTIONS_PER_PAGE).offset(bindparam("skipped", type_=Integer))


@cache
def one_motion() -> Select[*tuple[Any, ...]]:
    """Return the query for a motion with everything about it in one row."""
    return (
        _rows()
        .add_columns(Resolution.number, BoardTerm, is_declared(Proposal.id))
        .outerjoin(Resolution, Resolution.proposal_id == Motion.proposal_id)
        .outerjoin(BoardTerm, BoardTerm.motion_id == Motion.id)
        .where(Motion.id == bindparam("motion_id"))
    )


def _rows() -> Select[Motion, MotionWords | None, str | None, Proposal | None]:
    return (
        select(Motion, MotionWords, Participant.name, Proposal)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(Participant, Participant.id == Motion.author_id)
        .outerjoin(Proposal, Proposal.id == Motion.proposal_id)
    )


def _in_state(state: State, now: BindParameter[datetime]) -> ColumnElement[bool]:
    """Return the condition that a motion, joined with its proposal, stands so."""
    match state:
        case State.DISCUSSION:
            return Motion.stage == Stage.DISCUSSION
        case State.WITHDRAWN:
            return Motion.stage == Stage.WITHDRAWN
        case State.OPEN:
            return and_(Proposal.closes_at > now, ~is_declared(Proposal.id))
        case State.PENDING:
            return and_(Proposal.closes_at <= now, ~is_declared(Proposal.id))
        case State.DECIDED:
            return is_declared(Motion.proposal_id)
