"""Challenging a voting roll and answering a challenge, which adds an entry to the roll or strikes one.

Whether somebody belongs on the roll is judged by the caller. An answer locks out casting and closing, so that nobody is struck
while they vote; it is a link of the chain.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.columns import table_of
from evidence.identifiers import new_id, new_ref
from governance import chain
from governance.challenges.errors import (
    AlreadyAnswered,
    AlreadyChallenged,
    AlreadyOnRoll,
    AlreadyStruck,
    ChallengesOver,
    NobodyToStrike,
    NoChallenges,
    NoSuchChallenge,
    StruckOnPaper,
    StruckWithBallot,
    TooFewWithoutThem,
    TooLateToAdd,
    TooManyWaiting,
)
from governance.challenges.models import Asks, Challenge, ChallengeAnswer, is_struck
from governance.errors import AlreadyCounted, NoSuchProposal, TooFewToBeSecret
from governance.models import Outcome, Participation, Proposal, RollEntry, Secrecy
from governance.paper.models import PaperMark
from governance.weights import EQUAL, Weighting

#: Why somebody is on a roll that an answer has put there.
ADDED = "challenge"

#: How many challenges of one member may wait for their answers in one vote.
MOST_WAITING = 5

#: Tells the time when it is asked, which is after the lock is held.
Clock = Callable[[], datetime]


def challenge(session: Session, proposal_id: UUID, *, voter_ref: UUID, by_ref: UUID, asks: Asks, clock: Clock) -> UUID:
    """Record that the roll is challenged, and return the challenge's id.

    A refusal ends the transaction: nothing more can be done in it.

    Raises:
        NoSuchProposal, AlreadyCounted, NoChallenges, ChallengesOver
        AlreadyOnRoll, NobodyToStrike, AlreadyStruck
        AlreadyChallenged: the same two in the same vote.
        TooManyWaiting
    """
    proposal = session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update(read=True))
    now = _uncounted(session, proposal, clock)
    assert proposal is not None
    if proposal.challenges_until is None:
        raise NoChallenges
    if now >= proposal.challenges_until:
        raise ChallengesOver(proposal.challenges_until)
    _entry(session, proposal_id, voter_ref, asks)
    if _waiting(session, proposal_id, by_ref) >= MOST_WAITING:
        raise TooManyWaiting(MOST_WAITING)
    row = {"id": new_id(), "proposal_id": proposal_id, "voter_ref": voter_ref, "by_ref": by_ref}
    try:
        session.execute(insert(table_of(Challenge)), [row | {"asks": asks, "made_at": now}])
    except IntegrityError as error:
        raise AlreadyChallenged from error
    return row["id"]


@dataclass(frozen=True)
class Added:
    """The entry that an upheld challenge puts on the roll."""

    class_code: str
    weight: int = 1


def answer(
    session: Session,
    challenge_id: UUID,
    *,
    upheld: bool,
    clock: Clock,
    class_code: str,
    weight: int = 1,
) -> chain.Head:
    """Answer a challenge, once, before the votes are counted, and return the link of the chain that says so.

    Upheld, it adds the voter to the roll, in this class and with this weight, or strikes them from it.

    Raises:
        NoSuchChallenge, AlreadyAnswered, AlreadyCounted
        AlreadyOnRoll, AlreadyStruck: another challenge has brought it about.
        TooLateToAdd: voting is over.
        TooFewWithoutThem: so few would be left in a secret vote that their ballots could be told.
        StruckWithBallot, StruckOnPaper: the voter has a ballot that cannot be told from the others.
        WeightTooHigh, ClassTooHeavy, TooFewToBeSecret: the roll would not be one that can be voted on.
    """
    made = session.get(Challenge, challenge_id)
    if made is None:
        raise NoSuchChallenge
    proposal = session.scalar(select(Proposal).where(Proposal.id == made.proposal_id).with_for_update())
    now = _uncounted(session, proposal, clock)
    assert proposal is not None
    if session.get(ChallengeAnswer, challenge_id) is not None:
        raise AlreadyAnswered
    added = Added(class_code, weight) if upheld and made.asks is Asks.ADD else None
    if upheld:
        entry_id = _entry(session, proposal.id, made.voter_ref, made.asks)
        if added is not None:
            _check_addition(session, proposal, added, now)
        elif entry_id is not None:
            _check_strike(session, proposal, entry_id)
    answered = ChallengeAnswer(challenge_id=challenge_id, upheld=upheld, answered_at=now)
    session.add(answered)
    session.flush()
    if added is not None:
        row = {"id": new_ref(), "proposal_id": proposal.id, "voter_ref": made.voter_ref, "reason": ADDED}
        session.execute(insert(table_of(RollEntry)), [row | vars(added)])
    return chain.append(session, chain.LinkKind.ANSWERED, challenge_id, digest(record_of(made, answered, added)))


def record_of(made: Challenge, answered: ChallengeAnswer, added: Added | None) -> dict[str, object]:
    """Return the record of an answer, for canonical JSON, whose digest goes into the chain."""
    return {
        "challenge": made.id,
        "proposal": made.proposal_id,
        "voter": made.voter_ref,
        "by": made.by_ref,
        "asks": made.asks,
        "made_at": made.made_at,
        "upheld": answered.upheld,
        "answered_at": answered.answered_at,
        "added": {"class": added.class_code, "weight": added.weight, "reason": ADDED} if added else None,
    }


def _waiting(session: Session, proposal_id: UUID, by_ref: UUID) -> int:
    """Return how many challenges of somebody have no answer."""
    query = (
        select(func.count())
        .select_from(Challenge)
        .outerjoin(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .where(Challenge.proposal_id == proposal_id, Challenge.by_ref == by_ref, ChallengeAnswer.challenge_id.is_(None))
    )
    return session.scalar(query) or 0


def _uncounted(session: Session, proposal: Proposal | None, clock: Clock) -> datetime:
    """Return the time at which a proposal that is held is not counted.

    Raises:
        NoSuchProposal, AlreadyCounted
    """
    if proposal is None:
        raise NoSuchProposal
    now = clock()
    if session.get(Outcome, proposal.id) is not None:
        raise AlreadyCounted
    return now


def _entry(session: Session, proposal_id: UUID, voter_ref: UUID, asks: Asks) -> UUID | None:
    """Return the entry that is to be struck; nothing where there is one to add.

    Raises:
        AlreadyOnRoll, AlreadyStruck, NobodyToStrike
    """
    entry = session.execute(
        select(RollEntry.id, is_struck()).where(RollEntry.proposal_id == proposal_id, RollEntry.voter_ref == voter_ref)
    ).first()
    if entry is None:
        if asks is Asks.STRIKE:
            raise NobodyToStrike
        return None
    entry_id, struck = entry
    if struck:
        raise AlreadyStruck
    if asks is Asks.ADD:
        raise AlreadyOnRoll
    return entry_id


def _check_strike(session: Session, proposal: Proposal, entry_id: UUID) -> None:
    """Refuse to strike who has a ballot that nobody can find again, or without whom those who stay could be told.

    How many would be left is asked first: it says nothing of whether this one has voted.

    Raises:
        TooFewWithoutThem, StruckWithBallot, StruckOnPaper
    """
    entry = session.get_one(RollEntry, entry_id)
    key = (entry.class_code, entry.weight)
    left, least = _heads(session, proposal)[key] - 1, proposal.secret_least or 1
    if proposal.secrecy is Secrecy.SECRET and 0 < left < least:
        raise TooFewWithoutThem(*key, left, least)
    if session.scalar(select(exists().where(Participation.roll_entry_id == entry_id))):
        raise StruckWithBallot
    if session.scalar(select(exists().where(PaperMark.roll_entry_id == entry_id))):
        raise StruckOnPaper


def _check_addition(session: Session, proposal: Proposal, added: Added, now: datetime) -> None:
    """Refuse an entry that could not vote, or with which the roll would be none that can be opened.

    Raises:
        TooLateToAdd, WeightTooHigh, ClassTooHeavy, TooFewToBeSecret
    """
    if now >= proposal.closes_at:
        raise TooLateToAdd(proposal.closes_at)
    heads = _heads(session, proposal)
    key = (added.class_code, added.weight)
    heads[key] += 1
    weighting = Weighting.read(proposal.weighting) if proposal.weighting else EQUAL
    weighting.check(heads)
    least = proposal.secret_least or 1
    if proposal.secrecy is Secrecy.SECRET and heads[key] < least:
        raise TooFewToBeSecret(*key, heads[key], least)


def _heads(session: Session, proposal: Proposal) -> Counter[tuple[str, int]]:
    """Return how many share each class and weight on the roll as it stands."""
    standing = session.execute(
        select(RollEntry.class_code, RollEntry.weight, func.count())
        .where(RollEntry.proposal_id == proposal.id, ~is_struck())
        .group_by(RollEntry.class_code, RollEntry.weight)
    )
    return Counter({(class_code, weight): count for class_code, weight, count in standing})
