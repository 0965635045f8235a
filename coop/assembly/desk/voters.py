"""The roll as the scrutineers' desk shows it: who may be given a ballot, and who was. Reads, never writes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coop.membership.models import Member, Participant
from coop.paging import Part, part_of
from coop.texts import search_patterns
from governance.challenges.models import is_struck
from governance.models import Participation, Proposal, RollEntry, Withdrawal
from governance.paper.models import PaperMark
from governance.paper.scrutiny import Group

VOTERS_PER_PAGE = 50


class Standing(StrEnum):
    """Whether somebody on the roll can get a ballot."""

    MAY = "may"
    MARKED = "marked"
    #: Has a ballot in the urn, which nobody can find.
    ON_SCREEN = "on-screen"


@dataclass(frozen=True)
class VoterRow:
    """Somebody on the roll."""

    entry_id: UUID
    name: str
    #: The number of the member; none once they are erased.
    number: int | None
    group: Group
    standing: Standing
    marked_at: datetime | None


def voters(session: Session, proposal: Proposal, *, words: str, number: int) -> Part[VoterRow]:
    """Return a page of the roll, in the order of the names."""
    patterns = (Participant.name_key.like(pattern, escape="\\") for pattern in search_patterns(words))
    part = part_of(session, _voters(proposal).where(*patterns), number=number, size=VOTERS_PER_PAGE)
    return Part(tuple(_voter(*row) for row in part.rows), part.number, part.last, part.total)


def voter(session: Session, proposal: Proposal, entry_id: UUID) -> VoterRow | None:
    """Return one entry of the roll."""
    row = session.execute(_voters(proposal).where(RollEntry.id == entry_id)).first()
    return _voter(*row) if row else None


def whole_roll(session: Session, proposal: Proposal) -> list[VoterRow]:
    """Return the roll, in the order of the names."""
    return [_voter(*row) for row in session.execute(_voters(proposal))]


def marked_voters(session: Session, proposal: Proposal) -> list[VoterRow]:
    """Return who was given a ballot or has handed one in, in the order of the names."""
    rows = session.execute(_voters(proposal).where(PaperMark.roll_entry_id.is_not(None)))
    return [_voter(*row) for row in rows]


def groups(session: Session, proposal: Proposal) -> list[Group]:
    """Return the classes and weights on the roll, which ballots of a secret vote show where there are several."""
    query = select(RollEntry.class_code, RollEntry.weight).where(RollEntry.proposal_id == proposal.id, ~is_struck())
    return [(code, weight) for code, weight in session.execute(query.distinct().order_by(*query.selected_columns))]


def _voters(
    proposal: Proposal,
) -> Select[UUID, str | None, int | None, str, int, UUID | None, datetime | None, UUID | None, UUID | None]:
    return (
        select(
            RollEntry.id,
            Participant.name,
            Member.number,
            RollEntry.class_code,
            RollEntry.weight,
            PaperMark.roll_entry_id,
            PaperMark.marked_at,
            Participation.roll_entry_id,
            Withdrawal.roll_entry_id,
        )
        .outerjoin(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(PaperMark, PaperMark.roll_entry_id == RollEntry.id)
        .outerjoin(Participation, Participation.roll_entry_id == RollEntry.id)
        .outerjoin(Withdrawal, Withdrawal.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .order_by(Participant.name_key, RollEntry.id)
    )


def _voter(
    entry_id: UUID,
    name: str | None,
    number: int | None,
    class_code: str,
    weight: int,
    mark: UUID | None,
    marked_at: datetime | None,
    taken_part: UUID | None,
    withdrawn: UUID | None,
) -> VoterRow:
    if mark is not None:
        standing = Standing.MARKED
    else:
        standing = Standing.ON_SCREEN if taken_part is not None and withdrawn is None else Standing.MAY
    return VoterRow(entry_id, name or gettext("(erased)"), number, (class_code, weight), standing, marked_at)
