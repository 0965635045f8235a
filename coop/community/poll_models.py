"""Polls: a question to the community that binds nobody, with options of which each participant picks a few.

Whether a poll is open follows from the clock. All of it can be erased.
"""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Id, Line, LongText, Moment


class Poll(CoopBase):
    """A question, from when until when it can be answered."""

    __tablename__ = "poll"
    __table_args__ = (
        CheckConstraint("opened_at < closes_at", name="open"),
        Index("ix_poll_closes_at", "closes_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    question: Mapped[Line]
    #: Markdown: what it is for.
    text: Mapped[LongText]
    opened_at: Mapped[Moment]
    closes_at: Mapped[Moment]
    #: Taken back by who may open one; it then has no result.
    withdrawn_at: Mapped[Moment | None] = mapped_column(default=None)


class PollOption(CoopBase):
    """Something that can be picked."""

    __tablename__ = "poll_option"

    poll_id: Mapped[UUID] = mapped_column(ForeignKey(Poll.id), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    label: Mapped[Line]


class PollPick(CoopBase):
    """A participant picked an option. Changing one's mind replaces the rows."""

    __tablename__ = "poll_pick"
    __table_args__ = (ForeignKeyConstraint(["poll_id", "position"], [PollOption.poll_id, PollOption.position]),)

    poll_id: Mapped[UUID] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
