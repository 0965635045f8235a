"""Who took part in a counted vote, as one digest: it binds each entry that voted to its voter, and says neither to anybody.

In a roll-call it binds what is shown beside the vote as well: its version, its time, and whether it came on paper.

The fingerprint of a roll covers who is on it, and ballots know entries by their random ids. Without this digest two entries could
change their voters afterwards, and each would have voted as the other did.
"""

from collections.abc import Mapping
from operator import itemgetter
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from evidence.canonical import digest
from evidence.collector import unswept
from governance.challenges.models import is_struck
from governance.models import OpenBallot, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper.models import PaperMark

_Taking = type[Participation | Withdrawal | PaperMark]
_SECRET: Mapping[str, _Taking] = {"voted": Participation, "taken_back": Withdrawal, "paper_given": PaperMark}


@unswept()
def digest_of(session: Session, proposal: Proposal) -> str | None:
    """Return the SHA-256 over entry and voter of all who took part, sorted; nothing where votes are cast elsewhere."""
    if proposal.secrecy is Secrecy.EXTERNAL:
        return None
    if proposal.secrecy is Secrecy.OPEN:
        return digest({"voted": _votes(session, proposal.id)})
    return digest({word: _pairs(session, proposal.id, mapped) for word, mapped in _SECRET.items()})


def numbers_of(session: Session, proposal: Proposal) -> dict[str, int]:
    """Return how many entries cast a secret ballot, took it back, and were given paper."""
    numbers = {}
    for word, mapped in _SECRET.items():
        entries = select(func.count()).select_from(mapped).join(RollEntry, RollEntry.id == mapped.roll_entry_id)
        numbers[word] = session.scalar(entries.where(RollEntry.proposal_id == proposal.id)) or 0
    return {"cast": numbers["voted"], "taken_back": numbers["taken_back"], "paper_given": numbers["paper_given"]}


def _votes(session: Session, proposal_id: UUID) -> list[tuple[object, ...]]:
    later = aliased(OpenBallot)
    superseded = exists().where(later.roll_entry_id == OpenBallot.roll_entry_id, later.version > OpenBallot.version)
    rows = session.execute(
        select(RollEntry.id, RollEntry.voter_ref, OpenBallot.version, OpenBallot.cast_at, OpenBallot.on_paper)
        .join(OpenBallot, OpenBallot.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal_id, ~is_struck(), ~superseded)
    )
    return sorted(((str(entry), str(voter), *vote) for entry, voter, *vote in rows), key=itemgetter(0))


def _pairs(session: Session, proposal_id: UUID, mapped: _Taking) -> list[tuple[str, str]]:
    rows = session.execute(
        select(RollEntry.id, RollEntry.voter_ref)
        .join(mapped, mapped.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal_id, ~is_struck())
    )
    return sorted((str(entry_id), str(voter_ref)) for entry_id, voter_ref in rows)
