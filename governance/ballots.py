"""Casting: one ballot per entry of the roll, taken only while the vote is open; and votes by roll-call.

Each way of casting first locks the proposal against its closing and only then asks for the time, so that no ballot can slip in
behind the count. Nothing is looked up to find out whether somebody has voted: a key of the database decides. Secret ballots are
in `governance.secret_ballots`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.columns import table_of
from governance import choices, rolls
from governance.choices import Choice
from governance.counts import options_of, rule_of
from governance.errors import NoSuchProposal, NotOnRoll, NotYetOpen, VotingClosed
from governance.models import OpenBallot, Outcome, Participation, Proposal, RollEntry, Secrecy
from governance.paper.models import PaperMark

#: Tells the time when it is asked, which is after the lock is held.
Clock = Callable[[], datetime]

# Every vote asks these: built once, because building a query costs more than its answer.
_HELD = select(Proposal).where(Proposal.id == bindparam("proposal_id")).with_for_update(read=True)
_COUNTED = select(Outcome.proposal_id).where(Outcome.proposal_id == bindparam("proposal_id"))
_TURN = select(RollEntry.id).where(RollEntry.id == bindparam("roll_entry_id")).with_for_update()
_STANDING = (
    select(OpenBallot.version, OpenBallot.choice, OpenBallot.cast_at)
    .where(OpenBallot.roll_entry_id == bindparam("roll_entry_id"))
    .order_by(OpenBallot.version.desc())
    .limit(1)
)


@dataclass(frozen=True)
class OpenReceipt:
    """A vote by roll-call as it was recorded. `version` counts from 1; the highest one counts."""

    version: int
    choice: str
    cast_at: datetime


def cast_open(session: Session, proposal_id: UUID, voter_ref: UUID, choice: Choice, *, clock: Clock) -> OpenReceipt:
    """Record a vote by roll-call, or a change of it. The same answer again is the vote that stands already.

    Raises:
        NoSuchProposal, NotYetOpen, VotingClosed, NotOnRoll, and what `written_choice` refuses.
    """
    proposal, now = held_open(session, proposal_id, Secrecy.OPEN, clock)
    entry = entry_on_roll(session, proposal, voter_ref)
    answer = written_choice(session, proposal, choice)
    # Two requests of one voter take their turns, so that the version is one more than the last.
    asked = {"roll_entry_id": entry.id}
    session.connection().execute(_TURN, asked)
    standing = session.connection().execute(_STANDING, asked).first()
    if (
        standing is not None
        and standing.choice == answer
        and not _paper_since(session, proposal, entry, standing.cast_at)
    ):
        return OpenReceipt(*standing)
    version = 1 if standing is None else standing.version + 1
    row = {"roll_entry_id": entry.id, "version": version, "choice": answer, "cast_at": now}
    session.execute(insert(table_of(OpenBallot)), [row])
    return OpenReceipt(version, answer, now)


def commitment(proposal_id: UUID, class_code: str, weight: int, choice: str, nonce: str) -> str:
    """Return the commitment of a ballot: SHA-256 over all it says, with a random number that hides a guessable answer."""
    return digest(
        {
            "proposal": proposal_id,
            "class": class_code,
            "weight": weight,
            "choice": json.loads(choice),
            "nonce": nonce,
        }
    )


def written_choice(session: Session, proposal: Proposal, choice: Choice) -> str:
    """Return the canonical JSON of an answer that can be given.

    Raises:
        UnknownOption, RepeatedOption, EmptyBallot, or what else `choices.written` refuses.
    """
    return choices.written(rule_of(proposal), options_of(session, proposal.id), choice)


def _paper_since(session: Session, proposal: Proposal, entry: RollEntry, cast_at: datetime) -> bool:
    """Say whether a vote on paper was handed in after one on the screen: then the same answer once more is the last vote."""
    mark = session.get(PaperMark, entry.id) if proposal.takes_paper else None
    return mark is not None and mark.marked_at is not None and mark.marked_at >= cast_at


def has_voted(session: Session, proposal: Proposal, roll_entry_id: UUID) -> bool:
    """Say whether an entry of the roll has voted. For pages only: it decides nothing."""
    table = Participation if proposal.secrecy is Secrecy.SECRET else OpenBallot
    query = select(func.count()).select_from(table).where(table.roll_entry_id == roll_entry_id)
    return bool(session.scalar(query))


def held_open(session: Session, proposal_id: UUID, secrecy: Secrecy | None, clock: Clock) -> tuple[Proposal, datetime]:
    """Hold the proposal against closing, and return it with the time if votes are taken now. Without `secrecy` any will do.

    Raises:
        NoSuchProposal, NotYetOpen, VotingClosed
    """
    asked = {"proposal_id": proposal_id}
    proposal = session.scalar(_HELD, asked)
    if proposal is None or secrecy not in {None, proposal.secrecy}:
        raise NoSuchProposal
    now = clock()
    if now < proposal.opens_at:
        raise NotYetOpen(proposal.opens_at)
    # Asked after the lock, by a statement of its own: what one waited for may have been the count.
    if now >= proposal.closes_at or session.connection().scalar(_COUNTED, asked) is not None:
        raise VotingClosed(proposal.closes_at)
    return proposal, now


def entry_on_roll(session: Session, proposal: Proposal, voter_ref: UUID) -> RollEntry:
    """Return the entry of a voter.

    Raises:
        NotOnRoll
    """
    entry = rolls.entry_of(session, proposal.id, voter_ref)
    if entry is None:
        raise NotOnRoll
    return entry
