"""What the demonstration's other members do while the date moves on: half of those who have not voted yet vote.

So a visitor who walks through a year finds a quorum, and is still one voice among many. Whoever a visitor can be is left alone.
"""

import random
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import voting
from coop.assembly.models import Motion
from coop.demonstration.roles import ROLES
from coop.identity.models import Person
from coop.membership.models import Member, Participant, Representative
from coop.membership.queries import in_term
from coop.permissions import Actor
from governance.challenges.models import is_struck
from governance.choices import Choice
from governance.counts import rule_of
from governance.methods import ElectionRule, Form, Rule
from governance.models import OpenBallot, Option, Participation, Proposal, RollEntry, Secrecy
from governance.paper.models import PaperMark

#: The share of those who vote, and how they do: most are for what was put to them.
_SHARE = 0.5
_WEIGHTS = {"for": 70, "against": 18, "abstain": 12}


def vote(session: Session, until: datetime) -> int:
    """Let members vote on everything that is open now and closes by then. Return how many votes that were."""
    now, cast = clock.now(), 0
    rows = session.execute(
        select(Motion.id, Proposal)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .where(
            Proposal.opens_at <= now,
            Proposal.closes_at > now,
            Proposal.closes_at <= until,
            Proposal.secrecy != Secrecy.EXTERNAL,
        )
        .order_by(Proposal.closes_at, Proposal.id)
    )
    for motion_id, proposal in rows.all():
        proposal_id, rule = proposal.id, rule_of(proposal)
        codes = session.scalars(
            select(Option.code).where(Option.proposal_id == proposal_id).order_by(Option.code)
        ).all()
        dice = random.Random(proposal_id.int)  # noqa: S311 - a story, not a secret
        for participant_id, person_id in session.execute(_silent(session, proposal_id)).all():
            if dice.random() < _SHARE:
                choice = _choice(rule, codes, dice)
                _cast(session, motion_id, participant_id, person_id, proposal.secrecy, choice)
                cast += 1
    return cast


def _cast(
    session: Session,
    motion_id: UUID,
    participant_id: UUID,
    person_id: UUID,
    secrecy: Secrecy,
    choice: Choice,
) -> None:
    actor = Actor(person_id=person_id, channel="worker", represents=frozenset({participant_id}))
    if secrecy is Secrecy.SECRET:
        voting.cast_ballot(session, actor, motion_id=motion_id, participant_id=participant_id, choice=choice)
    else:
        voting.cast_vote(session, actor, motion_id=motion_id, participant_id=participant_id, choice=choice)


def _choice(rule: Rule, codes: Sequence[str], dice: random.Random) -> Choice:
    """Return what somebody votes by a rule: some of the options, in order, ticked or with points; or an answer."""
    if not isinstance(rule, ElectionRule):
        return dice.choices(codes, [_WEIGHTS[code] for code in codes])[0]
    some = dice.sample(codes, dice.randint(1, len(codes)))
    if rule.cap is None:
        return some[:1] if rule.method.form is Form.ONE else some
    points, left = {}, rule.dots or rule.cap * len(codes)
    for code in some:
        points[code] = min(dice.randint(1, rule.cap), left)
        left -= points[code]
    return points


def _silent(session: Session, proposal_id: UUID) -> Select[*tuple[UUID, UUID]]:
    """Select who is on the roll and may still vote on the screen, and is nobody whom a visitor can be: the participant, and who acts for it."""
    has_voted = or_(
        exists().where(OpenBallot.roll_entry_id == RollEntry.id),
        exists().where(Participation.roll_entry_id == RollEntry.id),
        exists().where(PaperMark.roll_entry_id == RollEntry.id),
        is_struck(),
    )
    return (
        select(Participant.id, Representative.person_id)
        .join(RollEntry, RollEntry.voter_ref == Participant.voter_ref)
        .join(Member, Member.participant_id == Participant.id)
        .join(Representative, Representative.participant_id == Participant.id)
        .join(Person, Person.id == Representative.person_id)
        .where(
            RollEntry.proposal_id == proposal_id,
            ~has_voted,
            in_term(cooperative.today(session)),
            Person.email.not_in([role.email for role in ROLES]),
        )
        .order_by(Member.number)
    )
