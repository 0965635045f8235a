"""Handing a vote over to Belenios, telling members where they vote, and bringing the result in."""

from uuid import UUID

from flask import current_app
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, outbox
from coop.assembly import notices
from coop.assembly.outside.archives import Evidence, read_again
from coop.assembly.outside.asking import Told, asked_of, check_told, kept, written
from coop.assembly.outside.errors import NoEvidence, NotHandedOver, NotTold
from coop.assembly.outside.models import OutsideElection
from coop.assembly.outside.queries import VoterList, outside_vote, voter_list
from coop.assembly.results.recording import record_outcome
from coop.attachments.operations import REMOVE_JOB
from coop.config import configuration
from coop.permissions import Actor, Power
from evidence.identifiers import new_id
from governance.belenios.errors import OtherFingerprint
from governance.belenios.tally import brought
from governance.closing import bring_in as close_with
from governance.closing import foreseen
from governance.counts import options_of
from governance.declared import declared
from governance.errors import AlreadyCounted, TooEarlyToClose, VotingClosed
from governance.external import fix_question
from governance.models import Proposal


def hand_over(session: Session, actor: Actor, *, motion_id: UUID) -> None:
    """Fix what Belenios is to ask. Done again, it changes nothing.

    Raises:
        PowerMissing, NotFound, NotPutToVote, CountedHere, VotingClosed
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    motion, proposal = outside_vote(session, motion_id, lock=True)
    _need_open(proposal)
    if session.get(OutsideElection, motion_id) is not None:
        return
    question = asked_of(session, motion, proposal)
    fix_question(session, proposal.id, question.digest(), clock.now())
    session.add(OutsideElection(motion_id=motion_id, asked=written(question)))
    session.flush()
    audit.record(
        session, actor, "motion.handed_over", subject=motion_id, power=power, facts={"question": question.digest()}
    )


def take_voters(session: Session, actor: Actor, *, motion_id: UUID) -> VoterList:
    """Return the list of voters with their addresses, for the secretary alone; the trail says that it was taken.

    Raises:
        PowerMissing, NotFound, NotPutToVote, CountedHere, VotingClosed
    """
    power = actor.need(Power.SECRETARY)
    _, proposal = outside_vote(session, motion_id)
    _need_open(proposal)
    found = voter_list(session, proposal)
    audit.record(
        session,
        actor,
        "motion.voters_taken",
        subject=motion_id,
        power=power,
        facts={"voters": found.voters, "without_address": len(found.without_address)},
    )
    return found


def tell_members(session: Session, actor: Actor, *, motion_id: UUID, told: Told) -> None:
    """Show members where they vote, once the election there asks what was handed over. It can be put right until the closing.

    Raises:
        PowerMissing, NotFound, NotPutToVote, CountedHere, VotingClosed, NotHandedOver
        and what `asking.check_told` refuses
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    _, proposal = outside_vote(session, motion_id, lock=True)
    _need_open(proposal)
    row = session.get(OutsideElection, motion_id)
    if row is None:
        raise NotHandedOver
    row.election = check_told(told, kept(row))
    row.address, row.fingerprint = told.address, told.fingerprint.rstrip("=")
    session.flush()
    facts = {"election": row.election, "fingerprint": row.fingerprint}
    audit.record(session, actor, "motion.told_where", subject=motion_id, power=power, facts=facts)


def keep_evidence(session: Session, actor: Actor, *, motion_id: UUID, evidence: Evidence) -> None:
    """Keep the archive of the election until it is confirmed. Another one takes its place.

    Raises:
        PowerMissing, NotFound, NotPutToVote, CountedHere, NotTold, TooEarlyToClose, AlreadyCounted
        OtherFingerprint, and what governance refuses about a result from elsewhere
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    _, proposal = outside_vote(session, motion_id, lock=True)
    row = session.get(OutsideElection, motion_id)
    if row is None or row.fingerprint is None:
        raise NotTold
    if declared(session, proposal.id) is not None:
        raise AlreadyCounted
    if clock.now() < proposal.closes_at:
        raise TooEarlyToClose(proposal.closes_at)
    if evidence.archive.fingerprint != row.fingerprint:
        raise OtherFingerprint(row.fingerprint, evidence.archive.fingerprint)
    foreseen(session, proposal.id, brought(evidence.archive, options_of(session, proposal.id), evidence.sha256))
    # Held against the worker, who removes files that no row names.
    cooperative.current(session, lock=True)
    evidence.keep()
    before, row.evidence_sha256 = row.evidence_sha256, evidence.sha256
    session.flush()
    if before is not None and before != evidence.sha256:
        outbox.enqueue(session, kind=REMOVE_JOB, key=f"{REMOVE_JOB}:{new_id()}", payload={"sha256": before})
    audit.record(
        session, actor, "motion.evidence_kept", subject=motion_id, power=power, facts={"sha256": evidence.sha256}
    )


def bring_in(session: Session, actor: Actor, *, motion_id: UUID, seen: str) -> str:
    """Record the result that the archive holds, and return its digest. `seen` is the SHA-256 of the archive that was shown.

    Raises:
        PowerMissing, NotFound, NotPutToVote, CountedHere, TooEarlyToClose, AlreadyCounted
        NoEvidence: there is none, or another one was uploaded since.
        FileMissing, FileDamaged, and what governance refuses about a result from elsewhere
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    motion, proposal = outside_vote(session, motion_id, lock=True)
    if declared(session, proposal.id) is not None:
        raise AlreadyCounted
    row = session.get(OutsideElection, motion_id)
    if row is None or row.evidence_sha256 is None or row.evidence_sha256 != seen:
        raise NoEvidence
    result = read_again(configuration(current_app), seen, options_of(session, proposal.id))
    if result.fingerprint != row.fingerprint:
        raise OtherFingerprint(row.fingerprint or "", result.fingerprint)
    closed = close_with(session, proposal.id, result, clock=clock.now)
    record_outcome(session, motion)
    facts = {"evidence": seen, "result": closed.digest}
    audit.record(session, actor, "motion.brought_in", subject=motion_id, power=power, facts=facts)
    notices.counted(session, motion, closed.head)
    return closed.digest


def _need_open(proposal: Proposal) -> None:
    if clock.now() >= proposal.closes_at:
        raise VotingClosed(proposal.closes_at)
