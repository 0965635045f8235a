"""Meetings: when and where, what they decide about, and what happened around them.

How far a meeting has come follows from its rows: a notice, an opening, a cancellation. Those are evidence and only ever added;
place, words and minutes lie in rows that can be erased.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from coop.assembly.models import Motion
from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Code, Id, Line, LongText, Moment, Sha256, text_enum
from evidence.messages import N_
from ledger.models import FiscalYear


class MeetingKind(StrEnum):
    """What a meeting is for."""

    #: Receives the accounts of a fiscal year.
    ANNUAL = "annual"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _MEETINGS[self]


_MEETINGS = {MeetingKind.ANNUAL: N_("Annual meeting"), MeetingKind.GENERAL: N_("General meeting")}


class ItemKind(StrEnum):
    """What an item of an agenda is about."""

    #: Receiving the accounts of the meeting's year.
    ACCOUNTS = "accounts"
    ELECTION = "election"
    #: Distributing the surplus by one plan.
    SURPLUS = "surplus"
    #: A motion of a member, or something to talk about.
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _ITEMS[self]

    @property
    def makes_its_words(self) -> bool:
        """Say whether the words of its motion are made here, so that nobody edits them."""
        return self in {ItemKind.ACCOUNTS, ItemKind.SURPLUS}


_ITEMS = {
    ItemKind.ACCOUNTS: N_("Accounts"),
    ItemKind.ELECTION: N_("Election"),
    ItemKind.SURPLUS: N_("Surplus"),
    ItemKind.OTHER: N_("Other"),
}


class Meeting(CoopBase):
    """A meeting of the members. Its time changes until it is opened: freely before the notice, by a new notice after it."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("(kind = 'annual') = (fiscal_year_id IS NOT NULL)", name="annual_year"),
        Index("ix_meeting_held_at", "held_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[MeetingKind] = mapped_column(text_enum(MeetingKind, "kind"))
    held_at: Mapped[Moment]
    called_at: Mapped[Moment]
    #: The year whose accounts an annual meeting receives.
    fiscal_year_id: Mapped[UUID | None] = mapped_column(ForeignKey(FiscalYear.id), default=None)


class MeetingWords(CoopBase):
    """Where a meeting is held, and what its notice says. Erasable."""

    __tablename__ = "meeting_words"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    place: Mapped[Line] = mapped_column(default="")
    #: Where those who are not there take part: an address of the web.
    link: Mapped[LongText] = mapped_column(default="")
    #: Markdown: what the notice says before the agenda.
    opening: Mapped[LongText] = mapped_column(default="")
    #: Why it was postponed or cancelled.
    reason: Mapped[LongText] = mapped_column(default="")


class AgendaItem(CoopBase):
    """An item of an agenda, with the motion that is voted on under it, if any. Fixed once notice is given."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        UniqueConstraint("meeting_id", "motion_id"),
        CheckConstraint("kind = 'other' OR motion_id IS NOT NULL", name="motion"),
        Index("ix_agenda_item_motion_id", "motion_id"),
        Index("ix_agenda_item_meeting_id", "meeting_id", "position"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id))
    #: The items stand in the order of their positions, which may leave gaps.
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[ItemKind] = mapped_column(text_enum(ItemKind, "kind"))
    motion_id: Mapped[UUID | None] = mapped_column(ForeignKey(Motion.id), default=None)
    #: What an item without a motion is called.
    title: Mapped[Line] = mapped_column(default="")


class AgendaItemDropped(CoopBase):
    """An item of which notice was given is not put to the meeting after all."""

    __tablename__ = "agenda_item_dropped"

    item_id: Mapped[UUID] = mapped_column(ForeignKey(AgendaItem.id), primary_key=True)
    dropped_at: Mapped[Moment]


class MeetingNotice(CoopBase):
    """Notice of a meeting was given to everybody on the register of members. Postponing gives the next one."""

    __tablename__ = "meeting_notice"
    __table_args__ = (CheckConstraint("members > 0", name="members"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    #: 1, 2, 3 ...; the last one counts.
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sent_at: Mapped[Moment]
    #: The date of the notice, in the co-op's zone.
    sent_on: Mapped[date]
    #: The time that it named.
    held_at: Mapped[Moment]
    #: Clear days between notice and meeting, by the by-laws of that day.
    clear_days: Mapped[int] = mapped_column(SmallInteger)
    members: Mapped[int]
    #: Digest over the sorted ids of the members who were told.
    roll_digest: Mapped[Sha256]


class MeetingOpening(CoopBase):
    """A meeting was opened and the votes on its agenda with it: once."""

    __tablename__ = "meeting_opening"
    __table_args__ = (CheckConstraint("opened_at < closes_at", name="times"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    opened_at: Mapped[Moment]
    #: Members on the register at the opening.
    members: Mapped[int]
    #: When its votes close; nothing where none was put.
    closes_at: Mapped[Moment | None] = mapped_column(default=None)


class MeetingCancellation(CoopBase):
    """A meeting was called off before it was opened."""

    __tablename__ = "meeting_cancellation"

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    cancelled_at: Mapped[Moment]


class Presence(StrEnum):
    """How a member took part in a meeting."""

    IN_PERSON = "in-person"
    ONLINE = "online"
    #: An entry that was a mistake is taken back.
    TAKEN_BACK = "taken-back"


class Attendance(CoopBase):
    """A member was at a meeting, in which way, and who was there for it. Of several versions the highest counts."""

    __tablename__ = "attendance"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    how: Mapped[Presence] = mapped_column(text_enum(Presence, "how"))
    recorded_at: Mapped[Moment]
    #: The person who was there, as a reference without a name.
    person_id: Mapped[UUID] = mapped_column(Uuid)


class Minutes(CoopBase):
    """A version of the minutes of a meeting; the highest stands."""

    __tablename__ = "meeting_minutes"
    __table_args__ = (CheckConstraint("version > 0", name="version"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(Meeting.id), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    written_at: Mapped[Moment]
    #: SHA-256 over salt and text.
    text_digest: Mapped[Sha256]


class MinutesText(CoopBase):
    """The words of a version of the minutes: Markdown; erasable, because they name people."""

    __tablename__ = "meeting_minutes_text"
    __table_args__ = (ForeignKeyConstraint(["meeting_id", "version"], [Minutes.meeting_id, Minutes.version]),)

    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[Code]
    text: Mapped[LongText]
