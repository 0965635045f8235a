"""Votes that are over and cannot be counted, because the sheets of their scrutineers are missing or differ: who is told, once each."""

from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.assembly.models import Motion, MotionWords
from coop.identity.models import Person
from coop.identity.powers import holders
from coop.outbox import OutboxJob
from coop.permissions import Actor, Power
from governance import scrutiny
from governance.models import Outcome, Proposal

#: Who is told: those who can do something about it.
_TOLD = frozenset({Power.SCRUTINEER, Power.SECRETARY})


def waiting(session: Session, now: datetime) -> list[UUID]:
    """Return the motions whose vote is over and waits for its scrutineers, the longest over first."""
    rows = session.execute(
        select(Motion.id, Proposal)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(Outcome, Outcome.proposal_id == Proposal.id)
        .where(Proposal.takes_paper, Proposal.closes_at <= now, Outcome.proposal_id.is_(None))
        .order_by(Proposal.closes_at, Proposal.id)
    )
    return [motion_id for motion_id, proposal in rows if scrutiny.waits(session, proposal)]


def untold(session: Session, now: datetime) -> list[UUID]:
    """Return those of the waiting motions of which a scrutineer or the secretary has not been told."""
    people = holders(session, _TOLD, cooperative.today(session)) if (motions := waiting(session, now)) else frozenset()
    told = set(session.scalars(select(OutboxJob.key).where(OutboxJob.key.in_(_keys(motions, people)))))
    return [motion_id for motion_id in motions if set(_keys([motion_id], people)) - told]


def tell(session: Session, actor: Actor, motion_id: UUID) -> None:
    """Tell the scrutineers and the secretary by mail that a vote waits; who was told is not told again.

    Raises:
        PowerMissing: a person without the secretary's power.
    """
    actor.need(Power.SECRETARY)
    words = session.get(MotionWords, motion_id)
    title = words.title if words else gettext("(the words were erased)")
    coop, people = cooperative.current(session).name, holders(session, _TOLD, cooperative.today(session))
    for person in session.scalars(select(Person).where(Person.id.in_(people))):
        outbox.send_mail(
            session,
            key=_key(motion_id, person.id),
            to=person.email,
            subject=f"{coop}: {gettext('a vote waits for its scrutineers')}: {title}",
            text=gettext(
                "Voting on “%(title)s” is over, and votes on paper or in the room were handed in. They are counted with the"
                " rest as soon as the sheets of two scrutineers agree. Until then there is no result.",
                title=title,
            ),
            page=outbox.Page("assembly.proposal", {"motion_id": motion_id}),
        )


def _keys(motions: list[UUID], people: frozenset[UUID]) -> list[str]:
    return [_key(motion_id, person_id) for motion_id in motions for person_id in people]


def _key(motion_id: UUID, person_id: UUID) -> str:
    return f"paper-waits:{motion_id}:{person_id}"
