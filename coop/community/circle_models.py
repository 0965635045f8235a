"""Practice circles, their posts, and events with their sign-ups. All of it can be erased."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Id, Line, LongText, Moment


class Circle(CoopBase):
    """A practice circle: people who do the same kind of work and learn from each other."""

    __tablename__ = "circle"

    id: Mapped[Id] = mapped_column(primary_key=True)
    name: Mapped[Line]
    #: The name without case and macrons: two circles do not share one.
    name_key: Mapped[Line] = mapped_column(unique=True)
    purpose: Mapped[LongText]
    founded_at: Mapped[Moment]


class CircleMembership(CoopBase):
    """A participant belongs to a circle. Leaving removes the row."""

    __tablename__ = "circle_membership"
    __table_args__ = (Index("ix_circle_membership_participant_id", "participant_id"),)

    circle_id: Mapped[UUID] = mapped_column(ForeignKey(Circle.id), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    joined_at: Mapped[Moment]


class CirclePost(CoopBase):
    """What a participant wrote in a circle. Its author can edit and remove it, the secretary remove it with a reason."""

    __tablename__ = "circle_post"
    __table_args__ = (
        CheckConstraint("removal_reason = '' OR removed_at IS NOT NULL", name="removal"),
        Index("ix_circle_post_circle_id", "circle_id", "written_at"),
        Index("ix_circle_post_written_at", "written_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    circle_id: Mapped[UUID] = mapped_column(ForeignKey(Circle.id))
    author_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    #: Markdown; empty once removed.
    text: Mapped[LongText]
    written_at: Mapped[Moment]
    edited_at: Mapped[Moment | None] = mapped_column(default=None)
    removed_at: Mapped[Moment | None] = mapped_column(default=None)
    #: Why the secretary removed it; empty where its author did.
    removal_reason: Mapped[LongText] = mapped_column(default="")


class Event(CoopBase):
    """Something to come to: of a circle, or of the co-op itself."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="length"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("circle_id IS NULL OR organiser_id IS NOT NULL", name="organiser"),
        CheckConstraint("cancel_reason = '' OR cancelled_at IS NOT NULL", name="cancelled"),
        Index("ix_event_starts_at", "starts_at", "id"),
        Index("ix_event_ends_at", "ends_at", "id"),
        Index("ix_event_circle_id", "circle_id", "starts_at"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    title: Mapped[Line]
    #: Markdown.
    description: Mapped[LongText]
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    #: Where it is, in words; empty where it is only on the web.
    place: Mapped[Line]
    #: Where it is on the web; empty where it is not.
    link: Mapped[LongText]
    created_at: Mapped[Moment]
    #: How many can come; none where there is room for all.
    capacity: Mapped[int | None] = mapped_column(default=None)
    circle_id: Mapped[UUID | None] = mapped_column(ForeignKey(Circle.id), default=None)
    #: Which participant holds it; none where it is the co-op.
    organiser_id: Mapped[UUID | None] = mapped_column(ForeignKey(Participant.id), default=None)
    cancelled_at: Mapped[Moment | None] = mapped_column(default=None)
    cancel_reason: Mapped[LongText] = mapped_column(default="")


class SignUp(CoopBase):
    """A participant comes to an event. Cancelling removes the row."""

    __tablename__ = "sign_up"
    __table_args__ = (Index("ix_sign_up_participant_id", "participant_id"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey(Event.id), primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    signed_up_at: Mapped[Moment]
    #: When they were reminded, or when they signed up if that was within the last day before it.
    reminded_at: Mapped[Moment | None] = mapped_column(default=None)
