"""Profiles, skills, introductions and sites: what participants say of themselves, and who was brought together.

Erasable and shown only of participants who list themselves. What lasts is that an introduction was asked for and how it was
answered: references and moments, without a word of what was written.
"""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.database import CoopBase
from coop.identity.models import Person
from coop.membership.models import Participant
from evidence.columns import Id, Line, LongText, Moment, text_enum


class Profile(CoopBase):
    """What the directory shows of a participant."""

    __tablename__ = "profile"

    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id, ondelete="CASCADE"), primary_key=True)
    place: Mapped[Line] = mapped_column(default="")
    offers: Mapped[LongText] = mapped_column(default="")
    seeks: Mapped[LongText] = mapped_column(default="")
    about: Mapped[LongText] = mapped_column(default="")
    #: Name, place, offers, seeks and about without case and macrons: what the search looks through.
    search_text: Mapped[LongText] = mapped_column(default="")
    #: Nobody stands in the directory before they say so.
    is_listed: Mapped[bool] = mapped_column(server_default=false(), default=False)

    participant: Mapped[Participant] = relationship(Participant, viewonly=True, init=False)


class Skill(CoopBase):
    """A word of the community's own vocabulary: whoever first uses it writes it as it then stands."""

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("name_key"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Line]
    #: The name without case and macrons, by which equal ones are found.
    name_key: Mapped[Line]


class Direction(StrEnum):
    """Whether somebody has a skill to give or looks for it."""

    OFFERED = "offered"
    WANTED = "wanted"


class ParticipantSkill(CoopBase):
    """A participant offers a skill, or wants it."""

    __tablename__ = "participant_skill"
    __table_args__ = (Index("ix_participant_skill_skill_id", "skill_id", "direction"),)

    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    direction: Mapped[Direction] = mapped_column(text_enum(Direction, "direction"), primary_key=True)
    skill_id: Mapped[UUID] = mapped_column(ForeignKey(Skill.id), primary_key=True)


class Introduction(CoopBase):
    """A participant asked to be introduced to another whose skills match theirs."""

    __tablename__ = "introduction"
    __table_args__ = (
        CheckConstraint("asker_id <> asked_id", name="two"),
        Index("ix_introduction_asker_id", "asker_id", "asked_at"),
        Index("ix_introduction_asked_id", "asked_id", "asked_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    asked_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    #: Who wrote, for the asker: the person whose address the other side gets.
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    asked_at: Mapped[Moment]


class IntroductionMessage(CoopBase):
    """What the asker wrote. Erasable, and erased when the request ends without an introduction."""

    __tablename__ = "introduction_message"

    introduction_id: Mapped[UUID] = mapped_column(ForeignKey(Introduction.id), primary_key=True)
    text: Mapped[LongText]


class Answer(StrEnum):
    """How a request for an introduction ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class IntroductionAnswer(CoopBase):
    """The end of a request, once: accepted or declined by who was asked, or taken back by who asked."""

    __tablename__ = "introduction_answer"
    __table_args__ = (Index("ix_introduction_answer_answered_at", "answered_at"),)

    introduction_id: Mapped[UUID] = mapped_column(ForeignKey(Introduction.id), primary_key=True)
    answer: Mapped[Answer] = mapped_column(text_enum(Answer, "answer"))
    #: Who answered: where it was accepted, the person whose address the asker gets.
    person_id: Mapped[UUID] = mapped_column(ForeignKey(Person.id))
    answered_at: Mapped[Moment]


class Site(CoopBase):
    """A place that a participant looks after. Never its exact location: what lives there may be hunted for."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("hectares_tenths > 0", name="hectares"),
        Index("ix_site_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    #: Empty once removed, and so is the place.
    name: Mapped[Line]
    #: The nearest place.
    place: Mapped[Line]
    added_at: Mapped[Moment]
    #: Tenths of a hectare.
    hectares_tenths: Mapped[int | None] = mapped_column(default=None)
    since_year: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    removed_at: Mapped[Moment | None] = mapped_column(default=None)
