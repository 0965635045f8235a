"""From discussion to result: opening a vote, casting, counting.

Takes the rule from the by-laws and the roll from the register of members, and leaves the vote itself to governance. A secret
ballot leaves no trace here: no row of the audit trail, no mail, no time.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.assembly import errors, notices
from coop.assembly.ballots.codes import digest_of_codes, give_codes
from coop.assembly.bylaws import in_force
from coop.assembly.counting_rules import Asked, rule_for
from coop.assembly.desk.operations import need_scrutineers
from coop.assembly.meetings import progress
from coop.assembly.meetings.errors import OpenedByMeeting
from coop.assembly.models import Motion, MotionWords, Stage
from coop.assembly.operations import discussed
from coop.assembly.results.queries import option_words
from coop.assembly.results.recording import record_outcome
from coop.assembly.rolls.electorate import challenges_until, eligible, record_date
from coop.membership.models import Participant
from coop.permissions import Actor, NotFound, Power
from governance import ballots, secret_ballots
from governance.choices import Choice
from governance.closing import close
from governance.models import Kind, Proposal, Secrecy
from governance.opening import BylawsUsed, Question, open_proposal

MOST_DAYS = 90
#: Who can see a vote, the usual way first. Who is elected is never a matter of roll-call.
WAYS: Mapping[Kind, tuple[Secrecy, ...]] = {
    Kind.RESOLUTION: (Secrecy.OPEN, Secrecy.SECRET, Secrecy.EXTERNAL),
    Kind.ELECTION: (Secrecy.SECRET, Secrecy.EXTERNAL),
    Kind.CHOICE: (Secrecy.OPEN, Secrecy.SECRET),
}


@dataclass(frozen=True)
class Casting:
    """How votes are cast, as far as whoever opens the vote decides it. Without a secrecy: the usual one."""

    secrecy: Secrecy | None = None
    takes_paper: bool = False
    #: What was announced to be taken for the lot.
    public_value: str = ""
    #: How an election is counted.
    rule: Asked = field(default_factory=Asked)


#: As the kind of vote asks for, on the screen alone.
AS_USUAL = Casting()


def open_motion(
    session: Session,
    actor: Actor,
    *,
    motion_id: UUID,
    closes_at: datetime,
    seen: str,
    casting: Casting = AS_USUAL,
) -> UUID:
    """Put a motion to the vote from now until `closes_at`, tell the members, and return the proposal's id.

    Words, rule and roll are frozen. `seen` is the digest of the words that the actor has read: they may have been edited since.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        NotFound, NotInDiscussion, WordsChanged, ClosesInThePast, VoteTooLong, EmptyRoll, NoCandidates
        NoSuchWay, TooFewToBeSecret, TooFewScrutineers, OnlyRankingsOutside
        RuleNotOffered, FigureNotAsked, FigureOutOfRange, CapAboveDots
        OpenedByMeeting: it is on the agenda of a meeting.
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    motion = discussed(session, motion_id)
    placed = progress.on_agenda(session, motion_id)
    if placed is not None:
        raise OpenedByMeeting(placed.meeting.held_at)
    if seen != words_digest(session.get_one(MotionWords, motion_id)):
        raise errors.WordsChanged
    now = clock.now()
    proposal_id = put_to_vote(session, actor, motion, opens_at=now, closes_at=closes_at, power=power, casting=casting)
    notices.opened(session, motion)
    return proposal_id


def put_to_vote(
    session: Session,
    actor: Actor,
    motion: Motion,
    *,
    opens_at: datetime,
    closes_at: datetime,
    power: Power | None,
    casting: Casting = AS_USUAL,
) -> UUID:
    """Freeze words, rule and roll of a discussed motion, open its vote, and return the proposal's id.

    Part of opening one vote, or all votes of a meeting; the caller holds the motion, has checked the actor, and tells members.

    Raises:
        ClosesInThePast, VoteTooLong, EmptyRoll, NoCandidates, NoSuchWay, TooFewToBeSecret, TooFewScrutineers
        RuleNotOffered, FigureNotAsked, FigureOutOfRange, CapAboveDots, OnlyRankingsOutside
    """
    secrecy = casting.secrecy or WAYS[motion.kind][0]
    if secrecy not in WAYS[motion.kind]:
        raise errors.NoSuchWay
    if closes_at <= opens_at:
        raise errors.ClosesInThePast
    if closes_at > opens_at + timedelta(days=MOST_DAYS):
        raise errors.VoteTooLong(MOST_DAYS)
    if casting.takes_paper:
        need_scrutineers(session)
    today = cooperative.today(session)
    bylaws = in_force(session, today)
    record_on = record_date(session, bylaws.bylaws, today)
    codes = _options(session, motion)
    question = Question(
        rule=rule_for(motion, bylaws.bylaws, casting.rule),
        secrecy=secrecy,
        text_digest=words_digest(session.get_one(MotionWords, motion.id)),
        opens_at=opens_at,
        closes_at=closes_at,
        record_on=record_on,
        challenges_until=challenges_until(bylaws.bylaws, opens_at, closes_at),
        candidates=codes,
        candidates_digest=digest_of_codes(session, motion.id) if motion.kind is Kind.ELECTION else None,
        is_choice=motion.kind is Kind.CHOICE,
        takes_paper=casting.takes_paper,
        secret_least=bylaws.bylaws.secret_least,
        public_value=casting.public_value,
        bylaws=BylawsUsed(bylaws.version, bylaws.digest),
    )
    proposal_id = open_proposal(session, question, eligible(session, record_on, secrecy))
    motion.stage, motion.proposal_id, motion.bylaws_id = Stage.OPENED, proposal_id, bylaws.version_id
    session.flush()
    audit.record(
        session,
        actor,
        "motion.opened",
        subject=motion.id,
        power=power,
        facts={
            "proposal": proposal_id,
            "closes_at": closes_at,
            "bylaws": bylaws.version,
            "secrecy": secrecy,
            "paper": casting.takes_paper,
        },
    )
    return proposal_id


def cast_vote(
    session: Session, actor: Actor, *, motion_id: UUID, participant_id: UUID, choice: Choice
) -> ballots.OpenReceipt:
    """Vote by roll-call for a participant, or change that vote; the last one counts.

    Raises:
        NotFound: the actor does not represent the participant, or there is no such vote.
        NotPutToVote, VotingClosed, NotOnRoll, and what `choices.written` refuses.
    """
    actor.need_to_act_for(participant_id)
    proposal_id, voter_ref = _ballot_of(session, motion_id, participant_id)
    receipt = ballots.cast_open(session, proposal_id, voter_ref, choice, clock=clock.now)
    audit.record(session, actor, "vote.cast", subject=motion_id, facts={"version": receipt.version})
    return receipt


def cast_ballot(
    session: Session,
    actor: Actor,
    *,
    motion_id: UUID,
    participant_id: UUID,
    choice: Choice,
    key: str = "",
    as_key: str = "",
) -> secret_ballots.SecretReceipt:
    """Put a participant's secret ballot into the urn, or with its key another in its place. Nothing else is written about it.

    The new ballot gets the key that the voter's page made for it, if it made one.

    Raises:
        NotFound: the actor does not represent the participant, or there is no such vote.
        NotPutToVote, VotingClosed, NotOnRoll, AlreadyVoted, VotesOnPaper, KeyTaken, and what `choices.written` refuses
        NotYetVoted, UnknownKey, StaleKey, BallotWithdrawn
    """
    actor.need_to_act_for(participant_id)
    proposal_id, voter_ref = _ballot_of(session, motion_id, participant_id)
    if key:
        return secret_ballots.change_secret(
            session, proposal_id, voter_ref, key, choice, clock=clock.now, as_key=as_key
        )
    return secret_ballots.cast_secret(session, proposal_id, voter_ref, choice, clock=clock.now, as_key=as_key)


def withdraw_ballot(session: Session, actor: Actor, *, motion_id: UUID, participant_id: UUID, key: str) -> None:
    """Take back a participant's secret ballot, so that they can vote on paper or in the room. No trace of it is kept here.

    Raises:
        NotFound: the actor does not represent the participant, or there is no such vote.
        NotPutToVote, VotingClosed, NotOnRoll, NotYetVoted, TakesNoPaper, UnknownKey, StaleKey, BallotWithdrawn
    """
    actor.need_to_act_for(participant_id)
    proposal_id, voter_ref = _ballot_of(session, motion_id, participant_id)
    secret_ballots.withdraw_secret(session, proposal_id, voter_ref, key, clock=clock.now)


def close_motion(session: Session, actor: Actor, motion_id: UUID) -> str:
    """Count a vote whose closing time has passed, record what the members resolved, and return the digest of the result.

    The worker does it by the clock; secretary and board have a button for the same.

    Raises:
        PowerMissing: a person without the secretary's or the board's power.
        NotFound, NotPutToVote, TooEarlyToClose, AlreadyCounted, PaperNotAgreed
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    motion = session.get(Motion, motion_id, with_for_update=True)
    if motion is None:
        raise NotFound
    if motion.proposal_id is None:
        raise errors.NotPutToVote
    closed = close(session, motion.proposal_id, clock=clock.now)
    record_outcome(session, motion)
    if session.get_one(Proposal, motion.proposal_id).secrecy is Secrecy.SECRET:
        outbox.enqueue(session, kind="vacuum", key=f"vacuum:{motion.proposal_id}", payload={})
    audit.record(session, actor, "motion.counted", subject=motion_id, power=power, facts={"result": closed.digest})
    notices.counted(session, motion, closed.head)
    return closed.digest


def words_digest(words: MotionWords) -> str:
    """Return the digest of what is voted on: SHA-256 over salt, title and text, and the options of a choice between them."""
    options = f"\n\n{words.options}" if words.options else ""
    return hashlib.sha256(f"{words.salt}{words.title}\n{words.text}{options}".encode()).hexdigest()


def _options(session: Session, motion: Motion) -> list[str]:
    """Return the codes of the candidates or of the options; the answers to a resolution are fixed."""
    match motion.kind:
        case Kind.RESOLUTION:
            return []
        case Kind.ELECTION:
            return give_codes(session, motion.id)
        case Kind.CHOICE:
            return list(option_words(session.get_one(MotionWords, motion.id)))


def _ballot_of(session: Session, motion_id: UUID, participant_id: UUID) -> tuple[UUID, UUID]:
    """Return the vote on a motion, and the reference by which governance knows a participant."""
    found = session.execute(_BALLOT, {"motion_id": motion_id, "participant_id": participant_id}).first()
    if found is None:
        raise NotFound
    proposal_id, voter_ref = found
    if proposal_id is None:
        raise errors.NotPutToVote
    return proposal_id, voter_ref


_BALLOT = (
    select(Motion.proposal_id, Participant.voter_ref)
    .join(Participant, Participant.id == bindparam("participant_id"))
    .where(Motion.id == bindparam("motion_id"))
)
