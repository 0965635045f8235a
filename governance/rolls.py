"""The voting roll: who may vote on one proposal, frozen when it opens, with a fingerprint that anybody can compute again.

It writes and reads rolls. Who belongs on one, and why, is decided by the caller, who knows the members.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.collector import unswept
from evidence.columns import table_of
from evidence.identifiers import new_ref
from evidence.insertion import Insertion
from governance.challenges.models import is_added, is_struck
from governance.models import Proposal, RollEntry

_ENTRIES = Insertion(table_of(RollEntry), "id", "proposal_id", "voter_ref", "class_code", "reason", "weight")
#: Every vote asks this: built once, because building a query costs more than its answer.
_ENTRY = select(RollEntry).where(
    RollEntry.proposal_id == bindparam("proposal_id"), RollEntry.voter_ref == bindparam("voter_ref"), ~is_struck()
)


@dataclass(frozen=True)
class Voter:
    """Somebody who may vote: a random reference, the class of membership, and the reason as a code."""

    ref: UUID
    class_code: str
    reason: str
    weight: int = 1


@dataclass(frozen=True)
class FrozenRoll:
    """The fingerprint of a roll and the number of its entries."""

    digest: str
    size: int


def record_of(proposal_id: UUID, voters: Iterable[Voter]) -> dict[str, object]:
    """Return a roll for canonical JSON, the voters in the order of their references.

    The proposal belongs to it, so that equal rolls of two votes differ.
    """
    lines = sorted([str(voter.ref), voter.class_code, voter.weight, voter.reason] for voter in voters)
    return {"proposal": proposal_id, "roll": lines}


def roll_digest(proposal_id: UUID, voters: Iterable[Voter]) -> str:
    """Return the fingerprint of a roll: SHA-256 over the canonical JSON of its record."""
    return digest(record_of(proposal_id, voters))


@unswept()
def freeze(session: Session, proposal_id: UUID, voters: Iterable[Voter]) -> FrozenRoll:
    """Write the roll of a proposal whose header is not written yet.

    The ids of the entries are random and the rows are written in their order, so that nothing of the list's order is kept.
    """
    roll = list(voters)
    rows = [(new_ref(), proposal_id, voter.ref, voter.class_code, voter.reason, voter.weight) for voter in roll]
    rows.sort(key=lambda row: row[0].int)
    _ENTRIES.write(session.connection(), rows)
    return FrozenRoll(roll_digest(proposal_id, roll), len(roll))


def recomputed_digest(session: Session, proposal_id: UUID) -> str:
    """Return the fingerprint of the roll as it was frozen, from what stands in the database."""
    rows = session.execute(
        select(RollEntry.voter_ref, RollEntry.class_code, RollEntry.reason, RollEntry.weight).where(
            RollEntry.proposal_id == proposal_id, ~is_added()
        )
    )
    return roll_digest(proposal_id, (Voter(*row) for row in rows))


@dataclass(frozen=True)
class FinalRoll:
    """The roll that counts: the frozen one with what challenges added, and without what they struck."""

    digest: str
    heads: int
    votes: int
    #: The voters' references, sorted.
    added: tuple[str, ...]
    struck: tuple[str, ...]


def final(session: Session, proposal: Proposal) -> FinalRoll:
    """Return the roll that counts, as it stands now."""
    rows = session.execute(
        select(
            RollEntry.voter_ref, RollEntry.class_code, RollEntry.reason, RollEntry.weight, is_added(), is_struck()
        ).where(RollEntry.proposal_id == proposal.id)
    ).all()
    standing = [Voter(ref, code, reason, weight) for ref, code, reason, weight, _, struck in rows if not struck]
    return FinalRoll(
        digest=roll_digest(proposal.id, standing),
        heads=len(standing),
        votes=sum(voter.weight for voter in standing),
        added=tuple(sorted(str(ref) for ref, *_, added, _ in rows if added)),
        struck=tuple(sorted(str(ref) for ref, *_, struck in rows if struck)),
    )


def entry_of(session: Session, proposal_id: UUID, voter_ref: UUID) -> RollEntry | None:
    """Return the entry of a voter, or nothing for who is not on the roll or was struck from it."""
    return session.scalar(_ENTRY, {"proposal_id": proposal_id, "voter_ref": voter_ref})
