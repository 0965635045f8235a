"""Votes that are over and cannot be counted, because the sheets of their scrutineers are missing or differ: who is told, once each."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import cooperative, outbox
from coop.assembly.models import Motion, MotionWords
from coop.identity.powers import holders
from coop.identity.telling import addresses, key_of, tell_holders
from coop.outbox import OutboxJob
from coop.permissions import Actor, Power
from governance.declared import is_declared
from governance.models import Proposal
from governance.paper import scrutiny

#: Who is told: those who can do something about it.
_TOLD = frozenset({Power.SCRUTINEER, Power.SECRETARY})


def waiting(session: Session, now: datetime) -> list[UUID]:
    """Return the motions whose vote is over and waits for its scrutineers, the longest over first."""
    rows = session.execute(
        select(Motion.id, Proposal)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .where(Proposal.takes_paper, Proposal.closes_at <= now, ~is_declared(Proposal.id))
        .order_by(Proposal.closes_at, Proposal.id)
    )
    return [motion_id for motion_id, proposal in rows if scrutiny.waits(session, proposal)]


def untold(session: Session, now: datetime) -> list[UUID]:
    """Return those of the waiting motions of which a scrutineer or the secretary has not been told."""
    motions = waiting(session, now)
    people = addresses(session, holders(session, _TOLD, cooperative.today(session))) if motions else {}
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
    tell_holders(
        session,
        _TOLD,
        key=_key(motion_id),
        subject=f"{gettext('a vote waits for its scrutineers')}: {title}",
        text=gettext(
            "Voting on “%(title)s” is over, and votes on paper or in the room were handed in. They are counted with the"
            " rest as soon as the sheets of two scrutineers agree. Until then there is no result.",
            title=title,
        ),
        page=outbox.Page("assembly.proposal", {"motion_id": motion_id}),
    )


def _keys(motions: list[UUID], people: Iterable[UUID]) -> list[str]:
    return [key_of(_key(motion_id), person_id) for motion_id in motions for person_id in people]


def _key(motion_id: UUID) -> str:
    return f"paper-waits:{motion_id}"
