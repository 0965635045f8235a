"""How votes on paper and in the room get into the count: as ballots like all others, once two scrutineers agree on them."""

from uuid import UUID

from sqlalchemy import and_, func, insert, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from governance.errors import PaperNotAgreed
from governance.models import OpenBallot, Proposal, RollEntry, Urn
from governance.paper import scrutiny
from governance.paper.models import PaperCount, PaperMark, marked
from governance.paper.sheets import SPOILT, BallotsFound, Findings, VotesFound, read
from governance.secret_ballots import urn_row


def take_in(session: Session, proposal: Proposal) -> None:
    """Put what two scrutineers agree on beside the other ballots. Part of closing, which holds the proposal.

    Raises:
        PaperNotAgreed
    """
    marks = marked(session, proposal.id) if proposal.takes_paper else 0
    if not marks:
        return
    sheets = scrutiny.agreed(session, proposal)
    if sheets is None:
        raise PaperNotAgreed(marks)
    findings = read(sheets[0].content)
    rows = rows_of(session, proposal.id, findings)
    count = {
        "proposal_id": proposal.id,
        "first_sheet_id": sheets[0].id,
        "second_sheet_id": sheets[1].id,
        "ballots": len(rows),
        "spoilt": findings.spoilt,
    }
    session.execute(insert(table_of(PaperCount)), [count])
    if rows:
        session.execute(insert(table_of(Urn if isinstance(findings, BallotsFound) else OpenBallot)), rows)


def rows_of(session: Session, proposal_id: UUID, findings: Findings) -> list[dict[str, object]]:
    """Return what findings become: ballots in the urn, or votes in the roll-call."""
    if isinstance(findings, BallotsFound):
        return _ballots(proposal_id, findings)
    return _votes(session, proposal_id, findings)


def _ballots(proposal_id: UUID, findings: BallotsFound) -> list[dict[str, object]]:
    """Return secret ballots for the urn, from which they come out among the others in an order that says nothing."""
    return [
        urn_row(proposal_id, pile.class_code, pile.weight, pile.answer)
        for pile, many in findings.piles.items()
        for _ in range(many)
    ]


def _votes(session: Session, proposal_id: UUID, findings: VotesFound) -> list[dict[str, object]]:
    """Return each vote as the newest version of its voter's, but those after which the voter has voted on the screen.

    What is spoilt is no vote: an earlier one on the screen stands.
    """
    rows = session.execute(
        select(
            PaperMark.roll_entry_id,
            PaperMark.marked_at,
            func.coalesce(func.max(OpenBallot.version), 0).label("version"),
            func.max(OpenBallot.cast_at).label("cast_at"),
        )
        .join(RollEntry, RollEntry.id == PaperMark.roll_entry_id)
        .outerjoin(OpenBallot, and_(OpenBallot.roll_entry_id == RollEntry.id, ~OpenBallot.on_paper))
        .where(RollEntry.proposal_id == proposal_id)
        .group_by(PaperMark.roll_entry_id, PaperMark.marked_at)
        .order_by(PaperMark.roll_entry_id)
    )
    return [
        {
            "roll_entry_id": row.roll_entry_id,
            "version": row.version + 1,
            "choice": findings.votes[row.roll_entry_id],
            "cast_at": row.marked_at,
            "on_paper": True,
        }
        for row in rows
        if findings.votes[row.roll_entry_id] != SPOILT and (row.cast_at is None or row.cast_at <= row.marked_at)
    ]
