"""Every invariant of governance as a query: what stands in the tables is computed again from what it came from."""

import json
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from evidence.chain import GENESIS
from evidence.findings import Finding
from evidence.messages import Refusal
from governance import chain, headers, rolls
from governance.ballots import commitment
from governance.challenges import checks as challenge_checks
from governance.challenges.models import is_added
from governance.choices import can_be_given
from governance.counts import digest_of, options_of, result_of, rule_of
from governance.errors import GovernanceRefusal
from governance.external import ExternalResult, Tally
from governance.models import (
    Ballot,
    ChainLink,
    OpenBallot,
    Option,
    Outcome,
    Participation,
    Proposal,
    RollEntry,
    Secrecy,
    Urn,
    Withdrawal,
)
from governance.paper import checks as paper_checks
from governance.paper.models import PaperCount
from governance.secret_ballots import TAKEN_BACK
from governance.weights import EQUAL, Weighting


def findings(session: Session) -> list[Finding]:
    """Return everything in governance that should not be."""
    found = [*_orphans(session), *chain.findings(session), *challenge_checks.findings(session)]
    for proposal in session.scalars(select(Proposal).order_by(Proposal.id)):
        found += _roll(session, proposal)
        found += _ballots(session, proposal)
        found += paper_checks.findings(session, proposal)
        found += _outcome(session, proposal)
        found += _linked(session, proposal)
        found += _lot(session, proposal)
        found += _external(session, proposal)
    return found


def _orphans(session: Session) -> Iterator[Finding]:
    """Rows whose header was never written."""
    for mapped in (RollEntry, Option):
        query = (
            select(mapped.proposal_id)
            .where(~select(Proposal.id).where(Proposal.id == mapped.proposal_id).exists())
            .distinct()
        )
        for proposal_id in session.scalars(query):
            yield Finding("governance-orphan", f"{mapped.__tablename__}: no proposal {proposal_id}")
    gone = select(ChainLink.seq, ChainLink.kind).where(
        ChainLink.kind.in_([chain.LinkKind.OPENED, chain.LinkKind.CLOSED]),
        ~select(Proposal.id).where(Proposal.id == ChainLink.subject).exists(),
    )
    for seq, kind in session.execute(gone):
        yield Finding("governance-chain-link", f"link {seq} tells that a vote was {kind} that is not there")


def _roll(session: Session, proposal: Proposal) -> Iterator[Finding]:
    frozen = (RollEntry.proposal_id == proposal.id, ~is_added())
    size, votes = session.execute(select(func.count(), func.sum(RollEntry.weight)).where(*frozen)).one()
    if votes != (proposal.roll_weight or proposal.roll_size) or (votes != size and proposal.weighting is None):
        yield Finding("governance-roll-weight", f"proposal {proposal.id}: {votes} votes on a roll of {size}")
    groups = select(RollEntry.class_code, RollEntry.weight, func.count()).where(*frozen)
    rows = session.execute(groups.group_by(RollEntry.class_code, RollEntry.weight))
    heads = {(class_code, weight): many for class_code, weight, many in rows}
    try:
        (Weighting.read(proposal.weighting) if proposal.weighting else EQUAL).check(heads)
    except (GovernanceRefusal, ValueError, TypeError) as error:
        yield Finding("governance-roll-weight", f"proposal {proposal.id}: beyond its bounds: {type(error).__name__}")
    if size != proposal.roll_size:
        yield Finding("governance-roll-size", f"proposal {proposal.id}: {size} entries, announced {proposal.roll_size}")
    if rolls.recomputed_digest(session, proposal.id) != proposal.roll_digest:
        yield Finding("governance-roll-digest", f"proposal {proposal.id}: the roll does not match its fingerprint")


def _ballots(session: Session, proposal: Proposal) -> Iterator[Finding]:
    counted = session.get(Outcome, proposal.id) is not None
    in_urn = session.scalar(select(func.count()).where(Urn.proposal_id == proposal.id, Urn.supersedes.is_(None))) or 0
    back = session.scalar(select(func.count()).where(Urn.proposal_id == proposal.id, Urn.choice == TAKEN_BACK)) or 0
    copied = session.scalar(select(func.count()).where(Ballot.proposal_id == proposal.id)) or 0
    voted = _entries(session, Participation, proposal)
    withdrawn = _entries(session, Withdrawal, proposal)
    paper = session.get(PaperCount, proposal.id)
    on_paper = paper.ballots if paper and proposal.secrecy is Secrecy.SECRET else 0
    if counted and in_urn:
        yield Finding("governance-urn-not-empty", f"proposal {proposal.id}: {in_urn} ballots after the count")
    if (voted - withdrawn + on_paper, 0) != (copied, in_urn) if counted else (voted, withdrawn) != (in_urn, back):
        where = f"{copied} ballots" if counted else f"{in_urn} ballots in the urn, {back} of them taken back"
        yield Finding(
            "governance-ballots-per-voter",
            f"proposal {proposal.id}: {voted} voters, {withdrawn} withdrawn, {on_paper} on paper; {where}",
        )
    if copied and not counted:
        yield Finding("governance-counted-early", f"proposal {proposal.id}: {copied} ballots without an outcome")
    rule, options = rule_of(proposal), options_of(session, proposal.id)
    for place, choice in _choices(session, proposal):
        if not can_be_given(rule, options, choice):
            yield Finding("governance-choice", f"proposal {proposal.id}: {place} has an answer that cannot be given")
    yield from _commitments(session, proposal.id)
    yield from _wrong_place(session, proposal)


def _entries(session: Session, mapped: type[Participation | Withdrawal | OpenBallot], proposal: Proposal) -> int:
    """Return how many rows of a table belong to the roll of a proposal."""
    query = (
        select(func.count())
        .select_from(mapped)
        .join(RollEntry, RollEntry.id == mapped.roll_entry_id)
        .where(RollEntry.proposal_id == proposal.id)
    )
    return session.scalar(query) or 0


def _choices(session: Session, proposal: Proposal) -> Iterator[tuple[str, str]]:
    for mapped, place in ((Ballot, "a ballot"), (Urn, "a ballot in the urn")):
        written = select(mapped.choice).where(mapped.proposal_id == proposal.id, mapped.choice != TAKEN_BACK)
        for choice in session.scalars(written.distinct()):
            yield place, choice
    query = (
        select(OpenBallot.roll_entry_id, OpenBallot.choice)
        .join(RollEntry, RollEntry.id == OpenBallot.roll_entry_id)
        .where(RollEntry.proposal_id == proposal.id)
    )
    for entry_id, choice in session.execute(query):
        yield f"roll entry {entry_id}", choice


def _commitments(session: Session, proposal_id: UUID) -> Iterator[Finding]:
    for mapped in (Ballot, Urn):
        columns = (mapped.class_code, mapped.weight, mapped.choice, mapped.nonce, mapped.commitment)
        rows = session.execute(select(*columns).where(mapped.proposal_id == proposal_id))
        for class_code, weight, choice, nonce, stated in rows:
            try:
                matches = commitment(proposal_id, class_code, weight, choice, nonce) == stated
            except ValueError:
                matches = False
            if not matches:
                yield Finding("governance-commitment", f"ballot {stated} was changed")


def _wrong_place(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Ballots where none of their kind belong: a vote that is counted elsewhere has none at all."""
    places: dict[type[OpenBallot | Participation], Secrecy] = {
        OpenBallot: Secrecy.OPEN,
        Participation: Secrecy.SECRET,
    }
    for wrong in (mapped for mapped, secrecy in places.items() if secrecy is not proposal.secrecy):
        if misplaced := _entries(session, wrong, proposal):
            yield Finding(
                "governance-secrecy",
                f"proposal {proposal.id} is {proposal.secrecy}: {misplaced} in {wrong.__tablename__}",
            )


def _outcome(session: Session, proposal: Proposal) -> Iterator[Finding]:
    outcome = session.get(Outcome, proposal.id)
    if outcome is None:
        return
    if digest_of(outcome.result) != outcome.digest:
        yield Finding("governance-outcome-digest", f"proposal {proposal.id}: the result does not match its digest")
    try:
        without = {"voters", "took_part"} - set(json.loads(outcome.result)["ballots"])
        recounted = result_of(session, proposal, without=without)
    except (ValueError, TypeError, LookupError, NoResultFound, Refusal) as error:
        yield Finding("governance-recount", f"proposal {proposal.id} cannot be counted again: {type(error).__name__}")
        return
    if recounted != outcome.result:
        yield Finding("governance-recount", f"proposal {proposal.id}: counted again, the result is another")


def _external(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Find a result from elsewhere that does not belong here, or that the roll cannot have voted."""
    found = session.get(ExternalResult, proposal.id)
    if found is None:
        return
    if proposal.secrecy is not Secrecy.EXTERNAL or session.get(Outcome, proposal.id) is None:
        yield Finding("governance-external", f"proposal {proposal.id}: a result from elsewhere has no place here")
    try:
        tally = Tally.read(found.tally)
        tally.check(proposal.kind, options_of(session, proposal.id), rolls.final(session, proposal))
    except (ValueError, KeyError, TypeError, GovernanceRefusal) as error:
        yield Finding("governance-external", f"proposal {proposal.id}: its tally cannot be: {type(error).__name__}")


def _linked(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Hold a vote against the chain. Those of the first form were opened without a link."""
    outcome = session.get(Outcome, proposal.id)
    opened = headers.digest_of(proposal, options_of(session, proposal.id)) if proposal.record_on else None
    expected = {chain.LinkKind.OPENED: opened, chain.LinkKind.CLOSED: outcome.digest if outcome else None}
    for kind, digest in expected.items():
        linked = chain.digest_in_chain(session, kind, proposal.id)
        if linked != digest:
            what = "is not in the chain" if linked is None else "is not what the chain holds"
            yield Finding("governance-chain-link", f"proposal {proposal.id}: what was {kind} {what}")


def _lot(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Hold the lot against the chain. Each opening keeps the head before it: a chain that was written anew has other ones."""
    opened = chain.link_of(session, chain.LinkKind.OPENED, proposal.id)
    if proposal.record_on is None or opened is None:
        return
    before = session.scalar(select(ChainLink.hash).where(ChainLink.seq == opened.seq - 1)) or GENESIS
    if proposal.lot_head != before:
        yield Finding("governance-lot", f"proposal {proposal.id}: another link stands before its opening than did then")
    options = options_of(session, proposal.id)
    drawing = headers.drawing_of(proposal, len(options))
    plain = headers.in_plain_order(options)
    if drawing and [plain[index] for index in drawing.order] != options:
        yield Finding("governance-lot", f"proposal {proposal.id}: the candidates are not in the order of the lot")
