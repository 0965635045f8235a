"""Challenging a voting roll, and answering: the words, who may, and what the registers have to say first.

The roll itself is governance's. Nobody answers a challenge of their own or one about them, and no answer puts somebody on the
roll who became a member after the record date.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly import errors, notices
from coop.assembly.models import ChallengeWords, Motion
from coop.assembly.operations import need_member
from coop.assembly.rolls.electorate import class_on_roll, registered
from coop.assembly.rolls.standing import is_later, record_day
from coop.membership.models import Member, Participant
from coop.permissions import Actor, NotFound, Power
from coop.texts import fold, prose
from governance.challenges import operations as challenging
from governance.challenges.models import Asks, Challenge
from governance.models import Proposal

LONGEST_GROUNDS = 2_000
#: Who answers challenges.
ANSWERERS = (Power.SECRETARY, Power.BOARD)


def challenge_roll(
    session: Session, actor: Actor, *, motion_id: UUID, by_id: UUID, whom: str, asks: Asks, grounds: str
) -> UUID:
    """Challenge the roll of a vote for a member, tell whom it is about, and return the challenge's id.

    `whom` is a member's name as it stands in the register, or their number there.

    Raises:
        NotFound, NotPutToVote, MembersOnly, NoSuchMember, SeveralMembers, TextMissing, TextTooLong
        AlreadyCounted, NoChallenges, ChallengesOver, AlreadyOnRoll, NobodyToStrike, AlreadyStruck, AlreadyChallenged, TooManyWaiting
    """
    actor.need_to_act_for(by_id)
    motion = session.get(Motion, motion_id)
    if motion is None:
        raise NotFound
    if motion.proposal_id is None:
        raise errors.NotPutToVote
    need_member(session, by_id)
    words = prose(grounds, about="grounds", least=1, longest=LONGEST_GROUNDS)
    about = _member_named(session, whom)
    challenge_id = challenging.challenge(
        session,
        motion.proposal_id,
        voter_ref=about.voter_ref,
        by_ref=session.get_one(Participant, by_id).voter_ref,
        asks=asks,
        clock=clock.now,
    )
    session.add(ChallengeWords(challenge_id=challenge_id, grounds=words))
    session.flush()
    audit.record(
        session, actor, "challenge.made", subject=challenge_id, facts={"motion": motion_id, "asks": asks.value}
    )
    if about.id != by_id:
        notices.challenged(session, motion, challenge_id, about.id, asks)
    return challenge_id


def answer_challenge(session: Session, actor: Actor, *, challenge_id: UUID, upheld: bool, reasons: str) -> None:
    """Answer a challenge with reasons, and tell whoever made it and whom it is about.

    Raises:
        PowerMissing: the actor holds neither the secretary's nor the board's power.
        NotFound, OwnChallenge, TextMissing, TextTooLong
        NotInRegister, JoinedAfterRecordDate: who asks to be added is no member, or became one too late.
        AlreadyAnswered, AlreadyCounted, AlreadyOnRoll, AlreadyStruck, TooLateToAdd, TooFewWithoutThem, StruckWithBallot
        StruckOnPaper
    """
    power = actor.need(*ANSWERERS)
    made = session.get(Challenge, challenge_id)
    if made is None:
        raise NotFound
    parties = {
        ref: participant_id
        for participant_id, ref in session.execute(
            select(Participant.id, Participant.voter_ref).where(
                Participant.voter_ref.in_([made.voter_ref, made.by_ref])
            )
        )
    }
    if not actor.represents.isdisjoint(parties.values()):
        raise errors.OwnChallenge
    written = prose(reasons, about="reasons", least=1, longest=LONGEST_GROUNDS)
    proposal = session.get_one(Proposal, made.proposal_id)
    motion = session.scalars(select(Motion).where(Motion.proposal_id == proposal.id)).one()
    class_code = ""
    if upheld and made.asks is Asks.ADD:
        class_code = _class_to_add(session, proposal, parties.get(made.voter_ref))
    challenging.answer(session, challenge_id, upheld=upheld, clock=clock.now, class_code=class_code)
    words = session.get(ChallengeWords, challenge_id)
    if words is None:
        words = ChallengeWords(challenge_id=challenge_id, grounds="")
        session.add(words)
    words.reasons = written
    session.flush()
    facts = {"motion": motion.id, "asks": made.asks.value, "upheld": upheld}
    audit.record(session, actor, "challenge.answered", subject=challenge_id, power=power, facts=facts)
    notices.answered(session, motion, challenge_id, set(parties.values()), made.asks, upheld=upheld)


def _class_to_add(session: Session, proposal: Proposal, participant_id: UUID | None) -> str:
    """Return the class in which somebody is put on a roll.

    Raises:
        NotInRegister, JoinedAfterRecordDate
    """
    record_on = record_day(session, proposal)
    member = registered(session, participant_id, record_on) if participant_id else None
    if member is None:
        raise errors.NotInRegister
    if is_later(member, record_on, proposal.opens_at):
        raise errors.JoinedAfterRecordDate(member.joined_on, record_on)
    return class_on_roll(proposal.secrecy, member.class_code)


def _member_named(session: Session, whom: str) -> Participant:
    """Return a member of today by name or number.

    Raises:
        NoSuchMember, SeveralMembers
    """
    query = (
        select(Participant)
        .join(Member, Member.participant_id == Participant.id)
        .where(Member.joined_on <= cooperative.today(session))
    )
    text = whom.strip().lstrip("#")
    if text.isascii() and text.isdigit():
        # Beyond 32 bits PostgreSQL has no such number.
        query = query.where(Member.number == int(text)) if len(text) < 10 else query.where(Member.number < 0)
    else:
        query = query.where(Participant.name_key == fold(whom))
    found = session.scalars(query.limit(2)).all()
    if not found:
        raise errors.NoSuchMember
    if len(found) > 1:
        raise errors.SeveralMembers
    return found[0]
