"""Every invariant of votes on paper and in the room as a query."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from evidence.findings import Finding
from governance.counts import digest_of
from governance.models import Ballot, OpenBallot, Participation, Proposal, RollEntry, Secrecy, Withdrawal
from governance.paper.count import rows_of
from governance.paper.models import PaperCount, PaperMark, PaperSheet, marked
from governance.paper.sheets import BallotsFound, Findings, Pile, read


def findings(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Yield what is wrong with the paper of a vote."""
    yield from _gates(session, proposal)
    for sheet in session.scalars(select(PaperSheet).where(PaperSheet.proposal_id == proposal.id)):
        if digest_of(sheet.content) != sheet.digest:
            yield Finding("governance-paper-sheet", f"sheet {sheet.id} does not match its digest")
    count = session.get(PaperCount, proposal.id)
    if count is not None:
        yield from _counted(session, proposal, count)
    elif _on_paper(session, proposal.id):
        yield Finding("governance-paper-count", f"proposal {proposal.id}: votes on paper that no two have counted")


def _gates(session: Session, proposal: Proposal) -> Iterator[Finding]:
    """Nobody has two ballots; marks are in votes that take paper; a secret vote has no times."""
    entries = session.execute(
        select(RollEntry.id, PaperMark.marked_at, Participation.roll_entry_id, Withdrawal.roll_entry_id)
        .join(PaperMark, PaperMark.roll_entry_id == RollEntry.id)
        .outerjoin(Participation, Participation.roll_entry_id == RollEntry.id)
        .outerjoin(Withdrawal, Withdrawal.roll_entry_id == RollEntry.id)
        .where(RollEntry.proposal_id == proposal.id)
    )
    for entry_id, marked_at, taken_part, withdrawn in entries:
        if taken_part and not withdrawn:
            yield Finding("governance-two-ballots", f"roll entry {entry_id} has one in the urn and one on paper")
        if not proposal.takes_paper or (marked_at is None) != _is_secret(proposal):
            yield Finding("governance-paper-mark", f"roll entry {entry_id} is marked in a vote without such marks")


def _counted(session: Session, proposal: Proposal, count: PaperCount) -> Iterator[Finding]:
    first, second = (session.get_one(PaperSheet, one) for one in (count.first_sheet_id, count.second_sheet_id))
    newest = all(sheet.number == _last_number(session, sheet) for sheet in (first, second))
    if first.content != second.content or first.by_ref == second.by_ref or not newest:
        yield Finding("governance-paper-odds", f"proposal {proposal.id}: what was counted is not what two agree on")
    try:
        follows = _follows(session, proposal, read(first.content), count)
    except (ValueError, LookupError, TypeError):
        yield Finding("governance-paper-sheet", f"sheet {first.id} cannot be read")
        return
    if not follows:
        yield Finding("governance-paper-count", f"proposal {proposal.id}: what was counted is not what its sheets say")


def _follows(session: Session, proposal: Proposal, said: Findings, count: PaperCount) -> bool:
    """Say whether what was counted follows from a sheet: in a roll-call vote by vote, in a secret vote pile by pile."""
    rows = rows_of(session, proposal.id, said)
    if (said.voters, len(rows), said.spoilt) != (marked(session, proposal.id), count.ballots, count.spoilt):
        return False
    if isinstance(said, BallotsFound):
        counted = _alike(session, proposal.id)
        return all(counted.get(pile, 0) >= many for pile, many in said.piles.items())
    return rows == _on_paper(session, proposal.id)


def _alike(session: Session, proposal_id: UUID) -> dict[Pile, int]:
    """Return how many ballots of each kind were counted."""
    kind = (Ballot.class_code, Ballot.weight, Ballot.choice)
    rows = session.execute(select(*kind, func.count()).where(Ballot.proposal_id == proposal_id).group_by(*kind))
    return {Pile(class_code, weight, choice): many for class_code, weight, choice, many in rows}


def _on_paper(session: Session, proposal_id: UUID) -> list[dict[str, object]]:
    """Return the votes on paper of a roll-call."""
    query = (
        select(*table_of(OpenBallot).c)
        .join(RollEntry, RollEntry.id == table_of(OpenBallot).c.roll_entry_id)
        .where(RollEntry.proposal_id == proposal_id, table_of(OpenBallot).c.on_paper)
        .order_by(RollEntry.id)
    )
    return [dict(row) for row in session.execute(query).mappings()]


def _last_number(session: Session, sheet: PaperSheet) -> int | None:
    return session.scalar(
        select(func.max(PaperSheet.number)).where(
            PaperSheet.proposal_id == sheet.proposal_id, PaperSheet.by_ref == sheet.by_ref
        )
    )


def _is_secret(proposal: Proposal) -> bool:
    return proposal.secrecy is Secrecy.SECRET
