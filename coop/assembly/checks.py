"""Every invariant of the assembly: motions against their votes, words against their digests, results against the register."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly import binding_checks
from coop.assembly.ballots.codes import digest_of_codes
from coop.assembly.bylaws import BylawVersion
from coop.assembly.meetings import checks as meeting_checks
from coop.assembly.models import BoardTerm, Candidacy, Motion, MotionWords
from coop.assembly.outside import checks as outside_checks
from coop.assembly.resolutions import Resolution, ResolutionText
from coop.assembly.results import keeping
from coop.assembly.results.queries import count_of
from coop.assembly.voting import words_digest
from evidence.canonical import digest
from evidence.findings import Finding
from governance.counts import options_of
from governance.declared import all_declared
from governance.models import Kind, Proposal


def findings(session: Session) -> list[Finding]:
    """Return everything in the assembly that should not be."""
    own = [*_motions(session), *_resolutions(session), *_boards(session), *_bylaws(session)]
    return [
        *own,
        *meeting_checks.findings(session),
        *binding_checks.findings(session),
        *outside_checks.findings(session),
        *keeping.findings(session),
    ]


def _motions(session: Session) -> Iterator[Finding]:
    motions = session.execute(
        select(Motion, Proposal, MotionWords, Resolution.id)
        .join(Proposal, Proposal.id == Motion.proposal_id)
        .outerjoin(MotionWords, MotionWords.motion_id == Motion.id)
        .outerjoin(Resolution, Resolution.proposal_id == Proposal.id)
        .order_by(Motion.id)
    ).all()
    outcomes = all_declared(session, (motion.proposal_id for motion, *_ in motions))
    for motion, proposal, words, resolution_id in motions:
        if words is not None and words_digest(words) != proposal.text_digest:
            yield Finding("assembly-words", f"motion {motion.id}: the words are not those that were voted on")
        if motion.kind is not proposal.kind:
            yield Finding("assembly-kind", f"motion {motion.id}: the vote is another kind")
        if motion.kind is Kind.ELECTION:
            yield from _candidates(session, motion, proposal)
        outcome = outcomes.get(proposal.id)
        resolved = outcome is not None and (
            motion.kind is Kind.ELECTION or (motion.kind is Kind.RESOLUTION and count_of(outcome).carried)
        )
        if resolved != (resolution_id is not None):
            yield Finding("assembly-register", f"motion {motion.id}: result and register of resolutions differ")


def _candidates(session: Session, motion: Motion, proposal: Proposal) -> Iterator[Finding]:
    codes = session.scalars(
        select(Candidacy.option_code).where(Candidacy.motion_id == motion.id, Candidacy.option_code.is_not(None))
    )
    if set(codes) != set(options_of(session, proposal.id)):
        yield Finding("assembly-candidates", f"motion {motion.id}: candidates and ballot differ")
    if proposal.candidates_digest not in {None, digest_of_codes(session, motion.id)}:
        yield Finding("assembly-candidates", f"motion {motion.id}: the codes on the ballot were those of others")


def _resolutions(session: Session) -> Iterator[Finding]:
    numbers = list(session.scalars(select(Resolution.number).order_by(Resolution.number)))
    if numbers != list(range(1, len(numbers) + 1)):
        yield Finding("resolution-number", "the numbers of the resolutions have a gap")
    for resolution, words in session.execute(select(Resolution, ResolutionText).join(ResolutionText)):
        stated = hashlib.sha256(f"{words.salt}{words.title}\n{words.text}".encode()).hexdigest()
        if stated != resolution.text_digest:
            yield Finding("resolution-words", f"resolution {resolution.number}: the words were changed")


def _boards(session: Session) -> Iterator[Finding]:
    query = (
        select(BoardTerm.motion_id)
        .join(Motion, Motion.id == BoardTerm.motion_id)
        .join(Resolution, Resolution.id == BoardTerm.resolution_id)
        .where(Resolution.proposal_id.is_distinct_from(Motion.proposal_id))
    )
    for motion_id in session.scalars(query):
        yield Finding("assembly-board", f"motion {motion_id}: the board was recorded by another resolution")


def _bylaws(session: Session) -> Iterator[Finding]:
    for version in session.scalars(select(BylawVersion).order_by(BylawVersion.version)):
        if digest(version.figures) != version.digest:
            yield Finding("bylaws-digest", f"by-laws version {version.version}: the figures were changed")
