"""How the demonstration's members vote: by roll-call, by ranking candidates, and how that is counted."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly import voting
from coop.assembly.elections import operations as elections
from coop.assembly.models import Candidacy, Motion
from coop.demonstration import roles, voices
from coop.demonstration.growth import SEED
from coop.demonstration.stage import Stage
from coop.membership.models import Participant
from coop.permissions import WORKER
from governance.models import RollEntry

_CHOICES = ("for", "against", "abstain")
#: How much more often somebody who is well known comes first.
_FAME = 60


@dataclass(frozen=True)
class Turnout:
    """How a vote goes: which share of the members votes, and in about which proportions."""

    share: float
    #: For, against, abstain.
    weights: tuple[int, int, int]


def vote(stage: Stage, motion_id: UUID, turnout: Turnout, dice: random.Random, session: Session) -> None:
    """Let a share of the members vote. The roles have yet to."""
    for who in _on_roll(stage, motion_id, session):
        if dice.random() < turnout.share:
            choice = dice.choices(_CHOICES, turnout.weights)[0]
            actor = stage.acting(who)
            voting.cast_vote(session, actor, motion_id=motion_id, participant_id=who, choice=choice)


def tick(stage: Stage, motion_id: UUID, likes: Mapping[str, float], dice: random.Random, session: Session) -> None:
    """Let half of the members tick the options that they like; `likes` says of each, by its code, how many do."""
    for who in _on_roll(stage, motion_id, session):
        ticked = [code for code, share in likes.items() if dice.random() < share]
        if ticked and dice.random() < 0.5:
            voting.cast_vote(session, stage.acting(who), motion_id=motion_id, participant_id=who, choice=ticked)


def rank(stage: Stage, motion_id: UUID, known: Sequence[UUID], session: Session) -> None:
    """Let two members in three rank some of the candidates; `known` ones come first far more often than the others."""
    dice = random.Random(SEED + 3)  # noqa: S311 - a story, not a secret
    rows = session.execute(
        select(Candidacy.option_code, Candidacy.participant_id)
        .join(Participant, Participant.id == Candidacy.participant_id)
        .where(Candidacy.motion_id == motion_id)
        .order_by(Participant.name)
    )
    fame = {
        code: _FAME if who in known else place for place, (code, who) in enumerate(rows, start=1) if code is not None
    }
    for who in _on_roll(stage, motion_id, session):
        if dice.random() < 0.66:
            length = dice.choice((1, 2, 3, 3, 4, 5, len(fame)))
            ranking = sorted(fame, key=lambda code: dice.random() ** (1 / fame[code]), reverse=True)[:length]
            actor = stage.acting(who)
            voting.cast_ballot(session, actor, motion_id=motion_id, participant_id=who, choice=ranking)


def stand(stage: Stage, motion_id: UUID, candidates: Sequence[UUID], session: Session) -> None:
    """Let members stand for election."""
    for number, who in enumerate(candidates):
        statement = voices.STATEMENTS[number % len(voices.STATEMENTS)]
        actor = stage.acting(who)
        elections.stand(session, actor, motion_id=motion_id, participant_id=who, statement=statement)


def count(stage: Stage, motion_id: UUID, moment: datetime) -> None:
    """Let the worker count a vote."""
    stage.at(moment, partial(voting.close_motion, actor=WORKER, motion_id=motion_id))


def record_board(stage: Stage, motion_id: UUID, session: Session) -> UUID:
    """Let the secretary give the elected their power."""
    return elections.record_board(session, stage.role(session, roles.SECRETARY), motion_id=motion_id)


def _on_roll(stage: Stage, motion_id: UUID, session: Session) -> list[UUID]:
    """Return the members on the roll of a vote in the order of joining, without those that the roles act for."""
    on_roll = set(
        session.scalars(
            select(Participant.id)
            .join(RollEntry, RollEntry.voter_ref == Participant.voter_ref)
            .join(Motion, Motion.proposal_id == RollEntry.proposal_id)
            .where(Motion.id == motion_id)
        )
    )
    return [one for one in stage.ordinary_members() if one in on_roll]
