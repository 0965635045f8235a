"""Who took part in a counted vote, as one digest: it binds each entry that voted to its voter, and says neither to anybody.

The fingerprint of a roll covers who is on it, and ballots know entries by their random ids. Without this digest two entries could
change their voters afterwards, and each would have voted as the other did.
"""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence.canonical import digest
from governance.challenges import is_struck
from governance.models import OpenBallot, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper import PaperMark

_Taking = type[OpenBallot | Participation | Withdrawal | PaperMark]
_OPEN: Mapping[str, _Taking] = {"voted": OpenBallot}
_SECRET: Mapping[str, _Taking] = {"voted": Participation, "taken_back": Withdrawal, "paper_given": PaperMark}


def digest_of(session: Session, proposal: Proposal) -> str | None:
    """Return the SHA-256 over entry and voter of all who took part, sorted; nothing where votes are cast elsewhere."""
    if proposal.secrecy is Secrecy.EXTERNAL:
        return None
    tables = _SECRET if proposal.secrecy is Secrecy.SECRET else _OPEN
    return digest({word: _pairs(session, proposal.id, mapped) for word, mapped in tables.items()})


def _pairs(session: Session, proposal_id: UUID, mapped: _Taking) -> list[tuple[str, str]]:
    rows = session.execute(
        select(RollEntry.id, RollEntry.voter_ref)
        .join(mapped, mapped.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal_id, ~is_struck())
        .distinct()
    )
    return sorted((str(entry_id), str(voter_ref)) for entry_id, voter_ref in rows)
