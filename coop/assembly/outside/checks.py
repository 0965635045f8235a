"""Every result that came from outside, read again from the archive that is its evidence."""

from collections.abc import Iterator

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.assembly.models import Motion
from coop.assembly.outside.archives import read_again
from coop.assembly.outside.asking import kept
from coop.assembly.outside.models import OutsideElection
from coop.config import configuration
from evidence.findings import Finding
from evidence.messages import Refusal
from governance.counts import options_of
from governance.external import ExternalQuestion, ExternalResult


def findings(session: Session) -> list[Finding]:
    """Return everything about votes that are counted outside that should not be."""
    return [*_questions(session), *_results(session)]


def _questions(session: Session) -> Iterator[Finding]:
    """Compare what was handed over with its digest."""
    rows = session.execute(
        select(OutsideElection, ExternalQuestion.digest)
        .join(Motion, Motion.id == OutsideElection.motion_id)
        .join(ExternalQuestion, ExternalQuestion.proposal_id == Motion.proposal_id)
    )
    for row, digest in rows:
        if kept(row).digest() != digest:
            yield Finding("outside-question", f"motion {row.motion_id}: this is not what was handed over")


def _results(session: Session) -> Iterator[Finding]:
    for row in session.scalars(select(ExternalResult).order_by(ExternalResult.proposal_id)):
        try:
            found = read_again(configuration(current_app), row.evidence_sha256, options_of(session, row.proposal_id))
        except Refusal as refusal:
            yield Finding(
                "outside-evidence", f"proposal {row.proposal_id}: {type(refusal).__name__} {row.evidence_sha256}"
            )
            continue
        shown = (found.election, found.fingerprint, found.tally.written())
        if shown != (row.election, row.fingerprint, row.tally):
            yield Finding("outside-evidence", f"proposal {row.proposal_id}: the archive holds another result")
