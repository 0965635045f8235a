"""Motions and what is said about them: the co-op's side of a vote, with its words, its debate and its candidates.

A motion is in discussion until it is opened; from then on the vote itself is governance's, and the motion only points at it.
All words lie in rows that can be erased; the motion keeps a salted digest of the ones that were voted on.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.assembly.bylaws import BylawVersion
from coop.assembly.resolutions import Resolution
from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Code, Id, Line, LongText, Moment, text_enum
from governance.challenges.models import Challenge
from governance.models import Kind, Proposal


class Majority(StrEnum):
    """How large a majority a resolution needs, by the by-laws."""

    #: More than half of the votes for and against.
    ORDINARY = "ordinary"
    #: The share that the by-laws set for what matters most.
    SPECIAL = "special"


class Stage(StrEnum):
    """Where a motion stands before and apart from its vote."""

    DISCUSSION = "discussion"
    OPENED = "opened"
    WITHDRAWN = "withdrawn"


class Motion(CoopBase):
    """A proposal that members discuss and vote on, an election that they nominate for, or a choice between options."""

    __tablename__ = "motion"
    __table_args__ = (
        CheckConstraint("(kind <> 'resolution') = (seats IS NOT NULL)", name="election_seats"),
        CheckConstraint("(kind = 'resolution') = (majority IS NOT NULL)", name="resolution_majority"),
        CheckConstraint("(stage = 'opened') = (proposal_id IS NOT NULL)", name="opened_proposal"),
        CheckConstraint("(stage = 'opened') = (bylaws_id IS NOT NULL)", name="opened_bylaws"),
        Index("ix_motion_stage", "stage", "written_at"),
        Index("ix_motion_author_id", "author_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(text_enum(Kind, "kind"))
    stage: Mapped[Stage] = mapped_column(text_enum(Stage, "stage"))
    written_at: Mapped[Moment]
    #: Who moves it, or asks; nobody for an election, which the by-laws call for.
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey(Participant.id), default=None)
    majority: Mapped[Majority | None] = mapped_column(text_enum(Majority, "majority"), default=None)
    #: How many are elected, or chosen.
    seats: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    #: The vote, and the by-laws from which its rule was taken; from the opening on.
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey(Proposal.id), default=None, unique=True)
    bylaws_id: Mapped[UUID | None] = mapped_column(ForeignKey(BylawVersion.id), default=None)

    words: Mapped["MotionWords | None"] = relationship(lambda: MotionWords, viewonly=True, default=None)
    proposal: Mapped[Proposal | None] = relationship(Proposal, viewonly=True, default=None)
    author: Mapped[Participant | None] = relationship(Participant, viewonly=True, default=None)


class MotionWords(CoopBase):
    """What a motion says. Editable while it is discussed, fixed by a digest once it is open, erasable always."""

    __tablename__ = "motion_words"

    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id), primary_key=True)
    #: Random digits, so that short words cannot be guessed from their digest.
    salt: Mapped[Code]
    title: Mapped[Line]
    #: Markdown.
    text: Mapped[LongText]
    edited_at: Mapped[Moment | None] = mapped_column(default=None)
    #: The options of a choice between them, one a line: c1, c2, c3 ... on the ballot.
    options: Mapped[LongText | None] = mapped_column(default=None)


class MotionComment(CoopBase):
    """A contribution to the debate. Its author can edit and remove it; erasable."""

    __tablename__ = "motion_comment"
    __table_args__ = (
        Index("ix_motion_comment_motion_id", "motion_id", "written_at"),
        Index("ix_motion_comment_author_id", "author_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id))
    author_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    #: Markdown; empty once removed.
    text: Mapped[LongText]
    written_at: Mapped[Moment]
    edited_at: Mapped[Moment | None] = mapped_column(default=None)
    removed_at: Mapped[Moment | None] = mapped_column(default=None)

    author: Mapped[Participant] = relationship(Participant, viewonly=True, init=False)


class Candidacy(CoopBase):
    """Somebody was nominated in an election. They stand once they have accepted, and until they withdraw."""

    __tablename__ = "candidacy"
    __table_args__ = (
        UniqueConstraint("motion_id", "participant_id"),
        UniqueConstraint("motion_id", "option_code"),
        CheckConstraint("option_code IS NULL OR accepted_at IS NOT NULL", name="accepted"),
        Index("ix_candidacy_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id))
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    nominated_by_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    nominated_at: Mapped[Moment]
    #: What the candidate says to the voters: Markdown; erasable.
    statement: Mapped[LongText] = mapped_column(default="")
    accepted_at: Mapped[Moment | None] = mapped_column(default=None)
    withdrawn_at: Mapped[Moment | None] = mapped_column(default=None)
    #: The candidate's code on the ballot, from the opening on.
    option_code: Mapped[Code | None] = mapped_column(default=None)

    participant: Mapped[Participant] = relationship(
        Participant, viewonly=True, init=False, foreign_keys=lambda: Candidacy.participant_id
    )
    nominated_by: Mapped[Participant] = relationship(
        Participant, viewonly=True, init=False, foreign_keys=lambda: Candidacy.nominated_by_id
    )


class BoardTerm(CoopBase):
    """The elected of one election were recorded as the board: once, by whoever held the power to do so."""

    __tablename__ = "board_term"

    motion_id: Mapped[UUID] = mapped_column(ForeignKey(Motion.id), primary_key=True)
    resolution_id: Mapped[UUID] = mapped_column(ForeignKey(Resolution.id))
    starts_on: Mapped[date]
    #: Last day of the term.
    ends_on: Mapped[date]
    recorded_at: Mapped[Moment]


class ChallengeWords(CoopBase):
    """Why a voting roll was challenged, and why the answer is as it is. Erasable."""

    __tablename__ = "challenge_words"

    challenge_id: Mapped[UUID] = mapped_column(ForeignKey(Challenge.id), primary_key=True)
    grounds: Mapped[LongText]
    #: Empty until it is answered.
    reasons: Mapped[LongText] = mapped_column(default="")
