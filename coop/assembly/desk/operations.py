"""What scrutineers do at their desk: mark who was given a ballot, and enter their sheets.

The audit trail says that it was done and in which numbers, never what was voted. In a secret vote it does not say for whom
either: its rows have a time, and a mark has none.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.desk.errors import TooFewScrutineers
from coop.assembly.models import Motion
from coop.identity.powers import holders
from coop.permissions import Actor, NotFound, Power, PowerMissing
from evidence.canonical import Canonical
from governance.models import Proposal, RollEntry, Secrecy
from governance.paper import scrutiny
from governance.paper.models import marked
from governance.paper.sheets import Findings

#: How many scrutineers have to find the same.
LEAST_SCRUTINEERS = 2


def need_scrutineers(session: Session) -> None:
    """Refuse to open a vote on paper that nobody could count.

    Raises:
        TooFewScrutineers
    """
    found = len(holders(session, {Power.SCRUTINEER}, cooperative.today(session)))
    if found < LEAST_SCRUTINEERS:
        raise TooFewScrutineers(found, LEAST_SCRUTINEERS)


def mark_voter(session: Session, actor: Actor, *, motion_id: UUID, entry_id: UUID) -> None:
    """Mark that somebody on the roll was given a ballot, or in a roll-call handed one in. It cannot be taken back.

    Raises:
        PowerMissing: the actor is no scrutineer.
        NotFound, TakesNoPaper, NotYetOpen, VotingClosed, NotOnRoll, AlreadyMarked, HasBallotInUrn
    """
    power = actor.need(Power.SCRUTINEER)
    proposal = proposal_of(session, motion_id)
    voter_ref = session.scalar(
        select(RollEntry.voter_ref).where(RollEntry.id == entry_id, RollEntry.proposal_id == proposal.id)
    )
    if voter_ref is None:
        raise NotFound
    scrutiny.mark(session, proposal.id, voter_ref, clock=clock.now)
    facts: dict[str, Canonical] = {"marked": marked(session, proposal.id)}
    if proposal.secrecy is Secrecy.OPEN:
        facts["entry"] = entry_id
    audit.record(session, actor, "motion.paper-marked", subject=motion_id, power=power, facts=facts)


def enter_sheet(session: Session, actor: Actor, *, motion_id: UUID, findings: Findings) -> None:
    """Enter what the scrutineer found; it takes the place of their earlier sheet.

    Raises:
        PowerMissing: the actor is no scrutineer, or nobody in person.
        NotFound, TakesNoPaper, NotYetOpen, AlreadyCounted
        OtherVote, NotMarked, VotersMissing, LessThanNone, MoreBallotsThanMarks, SheetDoesNotAddUp
        UnknownOption, RepeatedOption, EmptyBallot
    """
    power = actor.need(Power.SCRUTINEER)
    if actor.person_id is None:
        raise PowerMissing(Power.SCRUTINEER.value)
    proposal = proposal_of(session, motion_id)
    sheet_id = scrutiny.enter_sheet(session, proposal.id, actor.person_id, findings, clock=clock.now)
    facts: dict[str, Canonical] = {"sheet": sheet_id, "voters": findings.voters}
    audit.record(session, actor, "motion.sheet-entered", subject=motion_id, power=power, facts=facts)


def proposal_of(session: Session, motion_id: UUID) -> Proposal:
    """Return the vote on a motion, if it takes votes on paper.

    Raises:
        NotFound
    """
    proposal = session.scalar(
        select(Proposal).join(Motion, Motion.proposal_id == Proposal.id).where(Motion.id == motion_id)
    )
    if proposal is None or not proposal.takes_paper:
        raise NotFound
    return proposal
