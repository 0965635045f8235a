"""What pages show of a vote that is counted outside, and the list of voters that Belenios takes."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.assembly.errors import NotPutToVote
from coop.assembly.models import Motion
from coop.assembly.outside.archives import read_again
from coop.assembly.outside.asking import kept
from coop.assembly.outside.errors import NoEvidence
from coop.assembly.outside.models import OutsideElection
from coop.assembly.results.queries import candidate_names
from coop.config import configuration
from coop.identity.models import Person
from coop.membership.models import Participant, Representative
from coop.membership.queries import in_term
from coop.permissions import NotFound
from governance import rolls
from governance.belenios.questions import Asked
from governance.challenges.models import is_struck
from governance.closing import foreseen
from governance.counts import options_of
from governance.declared import declared
from governance.errors import CountedHere
from governance.external import Brought
from governance.models import Kind, Proposal, RollEntry, Secrecy

#: Addresses that Belenios takes.
_ADDRESS = re.compile(r"[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """Where a vote is cast, once members were told, and the archive of its result, once that was brought in."""

    address: str | None
    fingerprint: str | None
    evidence_sha256: str | None
    #: Ballots that ranked nobody in a way that can be counted.
    spoilt: int


@dataclass(frozen=True)
class VoterList:
    """The voters as Belenios takes them, one a line, and those whom it could send no mail."""

    text: str
    voters: int
    without_address: tuple[str, ...]


@dataclass(frozen=True)
class Steps:
    """How far the way through Belenios has come."""

    proposal: Proposal
    asked: Asked | None
    row: OutsideElection | None
    without_address: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What would be recorded."""

    brought: Brought
    count: Any
    #: For an election: the elected by name, in their order.
    elected: tuple[str, ...]
    blank: int
    heads_on_roll: int
    votes_on_roll: int


def outside_vote(session: Session, motion_id: UUID, *, lock: bool = False) -> tuple[Motion, Proposal]:
    """Return a motion whose vote is counted outside, and its vote.

    Raises:
        NotFound, NotPutToVote, CountedHere
    """
    motion = session.get(Motion, motion_id, with_for_update=lock)
    if motion is None:
        raise NotFound
    if motion.proposal_id is None:
        raise NotPutToVote
    proposal = session.get_one(Proposal, motion.proposal_id)
    if proposal.secrecy is not Secrecy.EXTERNAL:
        raise CountedHere
    return motion, proposal


def place_of(session: Session, motion_id: UUID, proposal: Proposal | None) -> Place | None:
    """Return where a vote is cast that is counted outside; nothing for any other."""
    if proposal is None or proposal.secrecy is not Secrecy.EXTERNAL:
        return None
    row = session.get(OutsideElection, motion_id)
    outcome = declared(session, proposal.id)
    brought = outcome.record["external"] if outcome else None
    return Place(
        address=row.address if row else None,
        fingerprint=row.fingerprint if row else None,
        evidence_sha256=brought["evidence"] if brought else None,
        spoilt=int(brought["spoilt"]) if brought else 0,
    )


def steps_of(session: Session, motion_id: UUID) -> Steps:
    """Return how far a vote has come.

    Raises:
        NotFound, NotPutToVote, CountedHere
    """
    _, proposal = outside_vote(session, motion_id)
    row = session.get(OutsideElection, motion_id)
    return Steps(proposal, kept(row) if row else None, row, voter_list(session, proposal).without_address)


def voter_list(session: Session, proposal: Proposal) -> VoterList:
    """Return the voters of the roll as it stands, in the order of their entries, which says nothing.

    The login is the entry's id: an auditor compares the list with the roll by it, and another vote's list shows other ones. Of those who
    act for an organisation, whoever has done so longest gets the ballot.
    """
    acts = and_(Representative.participant_id == Participant.id, in_term(cooperative.today(session)))
    rows = session.execute(
        select(RollEntry.id, RollEntry.weight, Participant.name, Person.email)
        .outerjoin(Participant, Participant.voter_ref == RollEntry.voter_ref)
        .outerjoin(Representative, acts)
        .outerjoin(Person, Person.id == Representative.person_id)
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .order_by(RollEntry.id, Representative.started_on, Representative.id)
    )
    found: dict[UUID, str] = {}
    nameless: dict[UUID, str] = {}
    for entry_id, weight, name, email in rows:
        if email is None or not _ADDRESS.fullmatch(email):
            nameless.setdefault(entry_id, name or str(entry_id))
        elif entry_id not in found:
            found[entry_id] = f"{email},{entry_id}" + (f",{weight}" if proposal.weighting else "")
    missing = sorted(name for entry_id, name in nameless.items() if entry_id not in found)
    return VoterList("".join(f"{line}\n" for line in found.values()), len(found), tuple(missing))


def preview(session: Session, motion_id: UUID) -> Preview:
    """Return what the archive that was uploaded last would make the result.

    Raises:
        NotFound, NotPutToVote, CountedHere, NoEvidence
        FileMissing, FileDamaged, and what governance refuses about a result from elsewhere
    """
    motion, proposal = outside_vote(session, motion_id)
    row = session.get(OutsideElection, motion_id)
    if row is None or row.evidence_sha256 is None:
        raise NoEvidence
    options = options_of(session, proposal.id)
    brought = read_again(configuration(current_app), row.evidence_sha256, options)
    count: Any = foreseen(session, proposal.id, brought)
    names = candidate_names(session, motion_id)
    elected = [names[code] for stage in count["stages"] for code in stage["elected"]] if names else []
    roll = rolls.final(session, proposal)
    return Preview(
        brought=brought,
        count=count,
        elected=tuple(elected),
        blank=sum(votes for answer, votes in brought.tally.votes if not answer) if motion.kind is Kind.ELECTION else 0,
        heads_on_roll=roll.heads,
        votes_on_roll=roll.votes,
    )
