"""Secret ballots: casting one, changing it with the key that only its voter holds, and taking it back.

Entering the participation is the gate: its key lets each entry of the roll through once, however many requests arrive at the
same time. The ballot in the urn carries class and weight, and neither voter nor time. What finds it again is the ballot key,
of which the urn holds a hash; a change puts another ballot in its place, with a key of its own, and a key of the database
decides between two changes of one ballot.
"""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from evidence.columns import table_of
from evidence.identifiers import new_ref
from governance.ballots import Clock, commitment, entry_on_roll, held_open, written_choice
from governance.choices import Choice
from governance.errors import (
    AlreadyVoted,
    BallotWithdrawn,
    KeyTaken,
    NotYetVoted,
    StaleKey,
    TakesNoPaper,
    UnknownKey,
    VotesOnPaper,
)
from governance.models import Participation, Proposal, RollEntry, Secrecy, Urn, Withdrawal
from governance.paper.models import PaperMark

#: What a ballot that was taken back says.
TAKEN_BACK = "null"
#: Letters and digits that are not mistaken for one another: 20 of them are 100 bits, which nobody can guess.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 20, 5
_MISREAD = str.maketrans("OIL", "011")
#: Built once, because building it costs more than its answer.
_STAGE = select(
    *(
        select(mapped.roll_entry_id).where(mapped.roll_entry_id == bindparam("roll_entry_id")).exists()
        for mapped in (PaperMark, Withdrawal, Participation)
    )
)


class Stage(StrEnum):
    """Where an entry of the roll stands in a secret vote. For pages: it decides nothing."""

    NOT_VOTED = "not-voted"
    VOTED = "voted"
    WITHDRAWN = "withdrawn"
    ON_PAPER = "on-paper"

    def need_ballot(self) -> None:
        """Refuse who cannot cast or change a ballot here.

        Raises:
            VotesOnPaper, BallotWithdrawn
        """
        if self is Stage.ON_PAPER:
            raise VotesOnPaper
        if self is Stage.WITHDRAWN:
            raise BallotWithdrawn


@dataclass(frozen=True)
class SecretReceipt:
    """What only the voter gets, once: the receipt by which the ballot is found after the count, and the key to change it."""

    commitment: str
    key: str


def cast_secret(
    session: Session, proposal_id: UUID, voter_ref: UUID, choice: Choice, *, clock: Clock, as_key: str = ""
) -> SecretReceipt:
    """Put a secret ballot into the urn and return the voter's receipt and key.

    The key is `as_key` where the voter holds one already, made by `new_key`: if the answer is lost on its way, the ballot can
    be found again by it (`cast_before`). A refusal ends the transaction: nothing more can be done in it.

    Raises:
        NoSuchProposal, NotYetOpen, VotingClosed, NotOnRoll, and what `written_choice` refuses.
        AlreadyVoted, VotesOnPaper, KeyTaken
    """
    proposal, _ = held_open(session, proposal_id, Secrecy.SECRET, clock)
    entry = entry_on_roll(session, proposal, voter_ref)
    answer = written_choice(session, proposal, choice)
    if proposal.takes_paper:
        _hold_off_paper(session, entry)
    try:
        session.execute(insert(table_of(Participation)), [{"roll_entry_id": entry.id}])
    except IntegrityError as error:
        raise AlreadyVoted from error
    return _put_in(session, proposal, entry.class_code, entry.weight, answer, as_key=as_key)


def change_secret(
    session: Session, proposal_id: UUID, voter_ref: UUID, key: str, choice: Choice, *, clock: Clock, as_key: str = ""
) -> SecretReceipt:
    """Put another ballot in the place of the one with this key, and return its receipt and its key: see `cast_secret`.

    Raises:
        NoSuchProposal, NotYetOpen, VotingClosed, NotOnRoll, NotYetVoted, and what `written_choice` refuses.
        UnknownKey, StaleKey, BallotWithdrawn
    """
    proposal, _ = held_open(session, proposal_id, Secrecy.SECRET, clock)
    _need_vote(session, entry_on_roll(session, proposal, voter_ref))
    standing = _found(session, proposal, key)
    answer = written_choice(session, proposal, choice)
    return _put_in(
        session, proposal, standing.class_code, standing.weight, answer, supersedes=standing.id, as_key=as_key
    )


def cast_before(session: Session, proposal: Proposal, key: str, choice: Choice) -> SecretReceipt | None:
    """Return the receipt of the ballot that stands under this key and says this, if there is one: its request came twice."""
    successor = aliased(Urn)
    receipt = session.scalar(
        select(Urn.commitment)
        .outerjoin(successor, successor.supersedes == Urn.id)
        .where(
            Urn.proposal_id == proposal.id,
            Urn.key_hash == key_hash(proposal.id, key),
            Urn.choice == written_choice(session, proposal, choice),
            successor.id.is_(None),
        )
    )
    return SecretReceipt(receipt, key) if receipt else None


def withdraw_secret(session: Session, proposal_id: UUID, voter_ref: UUID, key: str, *, clock: Clock) -> None:
    """Take back the ballot with this key, once and for good: its voter can then vote on paper or in the room.

    Raises:
        NoSuchProposal, NotYetOpen, VotingClosed, NotOnRoll, NotYetVoted, TakesNoPaper
        UnknownKey, StaleKey, BallotWithdrawn
    """
    proposal, _ = held_open(session, proposal_id, Secrecy.SECRET, clock)
    if not proposal.takes_paper:
        raise TakesNoPaper
    entry = entry_on_roll(session, proposal, voter_ref)
    _need_vote(session, entry)
    standing = _found(session, proposal, key)
    try:
        session.execute(insert(table_of(Withdrawal)), [{"roll_entry_id": entry.id}])
    except IntegrityError as error:
        raise BallotWithdrawn from error
    _put_in(session, proposal, standing.class_code, standing.weight, TAKEN_BACK, supersedes=standing.id)


def stage_of(session: Session, roll_entry_id: UUID) -> Stage:
    """Say where an entry of the roll stands."""
    found = session.execute(_STAGE, {"roll_entry_id": roll_entry_id}).one()
    stages = zip(found, (Stage.ON_PAPER, Stage.WITHDRAWN, Stage.VOTED), strict=True)
    return next((stage for is_there, stage in stages if is_there), Stage.NOT_VOTED)


def need_key(session: Session, proposal: Proposal, key: str) -> None:
    """Refuse a key that changes nothing; the change itself looks again.

    Raises:
        UnknownKey, StaleKey, BallotWithdrawn
    """
    _found(session, proposal, key)


def key_hash(proposal_id: UUID, key: str) -> str:
    """Return what the urn keeps of a key: SHA-256 over the vote and the key, however it is spaced and whatever its case."""
    return hashlib.sha256(f"ballot key\n{proposal_id}\n{_plain(key)}".encode()).hexdigest()


def _put_in(
    session: Session,
    proposal: Proposal,
    class_code: str,
    weight: int,
    answer: str,
    *,
    supersedes: UUID | None = None,
    as_key: str = "",
) -> SecretReceipt:
    key = as_key if len(_plain(as_key)) == _LENGTH else new_key()
    row = urn_row(proposal.id, class_code, weight, answer)
    row |= {"key_hash": key_hash(proposal.id, key), "supersedes": supersedes}
    try:
        session.execute(insert(table_of(Urn)), [row])
    except IntegrityError as error:
        if supersedes is None and as_key:
            raise KeyTaken from error
        if supersedes is None:
            raise
        # Somebody else was first with this key.
        raise StaleKey from error
    return SecretReceipt(str(row["commitment"]), key)


def urn_row(proposal_id: UUID, class_code: str, weight: int, answer: str) -> dict[str, object]:
    """Return a ballot for the urn, with a random number of its own."""
    nonce = secrets.token_hex(32)
    return {
        "id": new_ref(),
        "proposal_id": proposal_id,
        "class_code": class_code,
        "weight": weight,
        "choice": answer,
        "nonce": nonce,
        "commitment": commitment(proposal_id, class_code, weight, answer, nonce),
        "key_hash": None,
        "supersedes": None,
    }


def new_key() -> str:
    """Return a new ballot key, in groups that can be read aloud: `K7QFM-9T3XC-...`."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _plain(key: str) -> str:
    return "".join(letter for letter in key.upper().translate(_MISREAD) if letter in _LETTERS)


def _found(session: Session, proposal: Proposal, key: str) -> Row[UUID, str, int, str, UUID | None]:
    """Return the ballot that has this key, if it stands.

    Raises:
        UnknownKey, StaleKey, BallotWithdrawn
    """
    successor = aliased(Urn)
    found = session.execute(
        select(Urn.id, Urn.class_code, Urn.weight, Urn.choice, successor.id.label("successor"))
        .outerjoin(successor, successor.supersedes == Urn.id)
        .where(Urn.proposal_id == proposal.id, Urn.key_hash == key_hash(proposal.id, key))
    ).first()
    if found is None:
        raise UnknownKey
    if found.successor is not None:
        raise StaleKey
    if found.choice == TAKEN_BACK:
        raise BallotWithdrawn
    return found


def _need_vote(session: Session, entry: RollEntry) -> None:
    if session.get(Participation, entry.id) is None:
        raise NotYetVoted
    if session.get(Withdrawal, entry.id) is not None:
        raise BallotWithdrawn


def _hold_off_paper(session: Session, entry: RollEntry) -> None:
    """Make casting here and the handing out of a paper ballot take their turns.

    Raises:
        VotesOnPaper
    """
    session.execute(select(RollEntry.id).where(RollEntry.id == entry.id).with_for_update())
    if session.get(PaperMark, entry.id) is not None:
        raise VotesOnPaper
