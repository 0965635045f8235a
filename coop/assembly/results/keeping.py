"""The result bundle of each counted vote: made once by the worker, kept under its hash, the same bytes for ever.

Never in a request: of a large vote it takes seconds of a processor, and everybody who is signed in may ask for it. What is kept is
what people have compared and written down, so nothing that comes later makes another one: no by-laws, no erasure, no new version
of this program with another `verify.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile
from typing import IO
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, files, outbox
from coop.assembly.results.models import KeptBundle
from coop.config import configuration
from coop.database import one_state, write
from coop.outbox import Leased, OutboxJob
from coop.permissions import WORKER
from evidence.canonical import Canonical
from evidence.findings import Finding
from evidence.messages import Refusal
from governance.bundles import files_of
from governance.bundles.contents import digest_of
from governance.bundles.packing import pack
from governance.declared import is_declared
from governance.models import Proposal

KEEP_JOB = "keep-bundle"
_BYTES_AT_ONCE = 65_536


@dataclass(frozen=True)
class Kept:
    """A stored bundle."""

    #: Of its manifest.
    digest: str
    #: Of the ZIP.
    sha256: str
    size_bytes: int


def keep_soon(session: Session, proposal_id: UUID) -> None:
    """Let the worker make the bundle of a vote that was just counted."""
    key = f"{KEEP_JOB}:{proposal_id}"
    outbox.enqueue(session, kind=KEEP_JOB, key=key, payload={"proposal": str(proposal_id)})


def keep(job: Leased) -> None:
    """Make the bundle of a counted vote: what the worker does."""
    keep_bundle(UUID(job.payload["proposal"]))


def keep_bundle(proposal_id: UUID) -> Kept:
    """Return the bundle of a counted vote, and make it first if that was not done yet. Needs the application's context.

    It is made outside any write, because it may be long; of two who make it at once the first one's stays.

    Raises:
        NoSuchProposal, NotYetCounted
    """
    with one_state() as session:
        found = kept_bundle(session, proposal_id)
        if found is not None:
            return found
        contents = files_of(session, proposal_id)
    with TemporaryFile() as target:
        pack(contents, target)
        stored = files.store_pieces(configuration(current_app), _pieces(target))
    made = Kept(digest_of(contents), stored.sha256, stored.size_bytes)
    return write(partial(_remember, proposal_id=proposal_id, made=made))


def kept_bundle(session: Session, proposal_id: UUID) -> Kept | None:
    """Return the bundle that is kept of a vote; nothing before the worker has made it."""
    found = session.get(KeptBundle, proposal_id)
    return Kept(found.digest, found.sha256, found.size_bytes) if found is not None else None


def findings(session: Session) -> Iterator[Finding]:
    """Yield bundles that are missing, damaged, or were never made and nobody will make."""
    for row in session.scalars(select(KeptBundle).order_by(KeptBundle.proposal_id)):
        try:
            files.check(configuration(current_app), row.sha256)
        except Refusal as refusal:
            yield Finding("result-bundle-file", f"vote {row.proposal_id}: {type(refusal).__name__} {row.sha256}")
    coming = {
        UUID(payload["proposal"])
        for payload in session.scalars(
            select(OutboxJob.payload).where(
                OutboxJob.kind == KEEP_JOB, OutboxJob.done_at.is_(None), OutboxJob.failed_at.is_(None)
            )
        )
    }
    kept = select(KeptBundle.proposal_id).where(KeptBundle.proposal_id == Proposal.id)
    without = select(Proposal.id).where(is_declared(Proposal.id), ~kept.exists()).order_by(Proposal.id)
    for proposal_id in session.scalars(without):
        if proposal_id not in coming:
            yield Finding("result-bundle-missing", f"vote {proposal_id} is counted, and nothing makes its bundle")


def _remember(session: Session, *, proposal_id: UUID, made: Kept) -> Kept:
    # Of two who have made it, one waits here and finds what the other has kept.
    session.get_one(Proposal, proposal_id, with_for_update=True)
    there = kept_bundle(session, proposal_id)
    if there is not None:
        return there
    session.add(
        KeptBundle(
            proposal_id=proposal_id,
            digest=made.digest,
            sha256=made.sha256,
            size_bytes=made.size_bytes,
            kept_at=clock.now(),
        )
    )
    session.flush()
    facts: dict[str, Canonical] = {"digest": made.digest, "sha256": made.sha256}
    audit.record(session, WORKER, "result_bundle.kept", subject=proposal_id, facts=facts)
    return made


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(_BYTES_AT_ONCE):
        yield piece
