"""The tables of votes on paper and in the room: who was given a ballot, what scrutineers found, and what is counted of it.

A mark on the roll is the gate, as participation is for a ballot on the screen. What scrutineers do is in
`governance.paper.scrutiny`, what their sheets say in `governance.paper.sheets`, and how the votes get into the count in
`governance.paper.count`.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, Uuid, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from evidence.columns import Id, LongText, Moment, Sha256
from governance.models import GovernanceBase, Proposal, RollEntry


class PaperMark(GovernanceBase):
    """An entry of the roll was given a ballot on paper or in the room (secret), or handed one in (roll-call)."""

    __tablename__ = "governance_paper_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    roll_entry_id: Mapped[UUID] = mapped_column(ForeignKey(RollEntry.id), primary_key=True)
    #: In a roll-call: when it was handed in, since the last vote of a voter counts. A secret vote has no times.
    marked_at: Mapped[Moment | None] = mapped_column(default=None)


class PaperSheet(GovernanceBase):
    """What one scrutineer found. Another sheet of theirs takes its place; the highest number counts."""

    __tablename__ = "governance_paper_sheet"
    __table_args__ = (
        UniqueConstraint("proposal_id", "by_ref", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id))
    #: The scrutineer.
    by_ref: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[int]
    #: Canonical JSON: see `governance.paper.sheets`. Equal findings are equal texts.
    content: Mapped[LongText]
    digest: Mapped[Sha256]
    entered_at: Mapped[Moment]


class PaperCount(GovernanceBase):
    """Two sheets agreed, and what they hold was counted with the rest. Written at the closing."""

    __tablename__ = "governance_paper_count"
    __table_args__ = (CheckConstraint("first_sheet_id <> second_sheet_id", name="two_sheets"),)

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey(Proposal.id), primary_key=True)
    first_sheet_id: Mapped[UUID] = mapped_column(ForeignKey(PaperSheet.id))
    second_sheet_id: Mapped[UUID] = mapped_column(ForeignKey(PaperSheet.id))
    #: Ballots that go into the count, and those that say nothing that can be counted.
    ballots: Mapped[int]
    spoilt: Mapped[int]


def marked(session: Session, proposal_id: UUID) -> int:
    """Return how many voters were given a ballot on paper or in the room, or handed one in."""
    query = (
        select(func.count())
        .select_from(PaperMark)
        .join(RollEntry, RollEntry.id == PaperMark.roll_entry_id)
        .where(RollEntry.proposal_id == proposal_id)
    )
    return session.scalar(query) or 0


def counted(session: Session, proposal: Proposal) -> dict[str, int] | None:
    """Return how many ballots came from paper or the room, and how many of them were spoilt, for the record of a result."""
    found = session.get(PaperCount, proposal.id)
    return {"ballots": found.ballots, "spoilt": found.spoilt} if found else None
