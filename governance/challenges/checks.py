"""The invariants of challenges: every answer is in the chain, and the roll has what was upheld and nothing else."""

from collections.abc import Iterator

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from evidence.canonical import digest
from evidence.findings import Finding
from governance import chain
from governance.challenges.models import Asks, Challenge, ChallengeAnswer, is_added
from governance.challenges.operations import ADDED, Added, record_of
from governance.models import ChainLink, RollEntry


def findings(session: Session) -> Iterator[Finding]:
    """Yield what is wrong with answers to challenges and with what they have added to rolls."""
    query = (
        select(Challenge, ChallengeAnswer, RollEntry)
        .join(ChallengeAnswer, ChallengeAnswer.challenge_id == Challenge.id)
        .outerjoin(
            RollEntry,
            and_(
                Challenge.asks == Asks.ADD,
                RollEntry.proposal_id == Challenge.proposal_id,
                RollEntry.voter_ref == Challenge.voter_ref,
            ),
        )
        .order_by(Challenge.id)
    )
    for made, answered, entry in session.execute(query):
        added = Added(entry.class_code, entry.weight) if entry is not None and answered.upheld else None
        if added is None and answered.upheld and made.asks is Asks.ADD:
            yield Finding("governance-challenge-entry", f"challenge {made.id} was upheld, and nobody is on the roll")
        linked = chain.digest_in_chain(session, chain.LinkKind.ANSWERED, made.id)
        if linked != digest(record_of(made, answered, added)):
            what = "is not in the chain" if linked is None else "is not what the chain holds"
            yield Finding("governance-chain-link", f"challenge {made.id}: what was answered {what}")
    yield from _entries(session)
    yield from _links(session)


def _entries(session: Session) -> Iterator[Finding]:
    """Entries that say that a challenge has added them, and those that do not and were added."""
    for entry_id in session.scalars(select(RollEntry.id).where((RollEntry.reason == ADDED) != is_added())):
        yield Finding("governance-challenge-entry", f"roll entry {entry_id} does not have the reason that it has")


def _links(session: Session) -> Iterator[Finding]:
    """Links of answers that are not there."""
    query = select(ChainLink.seq).where(
        ChainLink.kind == chain.LinkKind.ANSWERED,
        ~select(ChallengeAnswer.challenge_id).where(ChallengeAnswer.challenge_id == ChainLink.subject).exists(),
    )
    for seq in session.scalars(query):
        yield Finding("governance-chain-link", f"link {seq} tells of an answer that is not there")
