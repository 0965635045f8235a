"""How tests come to votes on paper: a second scrutineer, a vote that takes paper, and sheets."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.assembly import voting
from coop.assembly.desk import operations
from coop.assembly.models import MotionWords
from coop.identity import powers
from coop.identity.models import Person, PowerGrant
from coop.membership.models import Participant
from coop.permissions import Power
from governance.models import RollEntry
from governance.paper.sheets import Findings
from tests import joining
from tests.founded import OPERATOR


def appoint(session: Session, name: str) -> None:
    """Make a founder a scrutineer, by the resolution that appointed the first."""
    person_id = session.scalars(select(Person.id).where(Person.email == f"{name}@kanopi.example")).one()
    first = session.scalars(select(PowerGrant).where(PowerGrant.power == Power.SCRUTINEER)).one()
    powers.grant(
        session,
        OPERATOR,
        person_id=person_id,
        power=Power.SCRUTINEER,
        starts_on=cooperative.today(session),
        ends_on=None,
        resolution_id=first.resolution_id,
    )


def open_vote(session: Session, motion_id: UUID, *, days: int = 5) -> None:
    """Open the vote on a motion, with paper."""
    seen = voting.words_digest(session.get_one(MotionWords, motion_id))
    closes_at = clock.now() + timedelta(days=days)
    secretary = joining.founder(session, "secretary")
    voting.open_motion(
        session,
        secretary,
        motion_id=motion_id,
        closes_at=closes_at,
        seen=seen,
        casting=voting.Casting(takes_paper=True),
    )


def entry_of(session: Session, motion_id: UUID, participant_id: UUID) -> UUID:
    """Return the entry of a participant on the roll of a motion."""
    proposal = operations.proposal_of(session, motion_id)
    return session.scalars(
        select(RollEntry.id)
        .join(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .where(RollEntry.proposal_id == proposal.id, Participant.id == participant_id)
    ).one()


def mark(session: Session, motion_id: UUID, *participants: UUID) -> None:
    """Mark participants at the desk."""
    for participant_id in participants:
        operations.mark_voter(
            session,
            joining.founder(session, "scrutineer"),
            motion_id=motion_id,
            entry_id=entry_of(session, motion_id, participant_id),
        )


def enter(session: Session, motion_id: UUID, name: str, findings: Findings) -> None:
    """Enter a scrutineer's sheet."""
    operations.enter_sheet(session, joining.founder(session, name), motion_id=motion_id, findings=findings)
