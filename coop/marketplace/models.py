"""What is on offer: fellowships and coaching of the co-operative, and listings of members, with their prices.

An offering may be edited and withdrawn, for an order copies what it was sold at. Its words lie in a table that can be erased. That a
meeting of a cohort was held is only ever added; held by mistake, it is taken back by a row of its own.
"""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from coop.database import CoopBase
from coop.membership.models import Participant, ParticipantKind
from evidence.columns import Code, CurrencyCode, Id, Line, LongText, Minor, Moment, text_enum
from evidence.messages import N_


class OfferingKind(StrEnum):
    """What is offered."""

    FELLOWSHIP = "fellowship"
    COACHING = "coaching"
    #: Sold by a member; the co-operative is the seller's agent.
    LISTING = "listing"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _KINDS[self]


_KINDS = {
    OfferingKind.FELLOWSHIP: N_("Fellowship"),
    OfferingKind.COACHING: N_("Coaching"),
    OfferingKind.LISTING: N_("Sold by a member"),
}


class Offering(CoopBase):
    """Something that can be bought."""

    __tablename__ = "offering"
    __table_args__ = (
        CheckConstraint("(kind = 'listing') = (seller_id IS NOT NULL)", name="seller"),
        CheckConstraint("(kind = 'coaching') = (coach_id IS NOT NULL)", name="coach"),
        CheckConstraint("(kind = 'coaching') = (session_minutes IS NOT NULL)", name="minutes"),
        CheckConstraint("(kind = 'coaching') = (coach_fee_minor IS NOT NULL)", name="coach_fee"),
        CheckConstraint("session_minutes > 0 AND coach_fee_minor >= 0", name="coaching"),
        CheckConstraint("places > 0", name="places"),
        Index("ix_offering_seller_id", "seller_id"),
        Index("ix_offering_coach_id", "coach_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    kind: Mapped[OfferingKind] = mapped_column(text_enum(OfferingKind, "kind"))
    currency: Mapped[CurrencyCode]
    offered_at: Mapped[Moment]
    #: The member who sells it; the co-operative sells the rest.
    seller_id: Mapped[UUID | None] = mapped_column(ForeignKey(Participant.id), default=None)
    #: How many can be sold: seats of a cohort, sessions of coaching, pieces of a listing. None: no limit.
    places: Mapped[int | None] = mapped_column(default=None)
    session_minutes: Mapped[int | None] = mapped_column(SmallInteger, default=None)
    #: Who coaches, unless somebody else stands in, and what the co-operative owes them for each session.
    coach_id: Mapped[UUID | None] = mapped_column(ForeignKey(Participant.id), default=None)
    coach_fee_minor: Mapped[Minor | None] = mapped_column(default=None)
    #: Its own tax code; without one it has that of all sales. Neither counts while the co-op is not registered for tax.
    tax_code: Mapped[Code | None] = mapped_column(default=None)
    #: Whether its prices are without tax, which is then added; else they contain it.
    is_tax_added: Mapped[bool] = mapped_column(server_default=false(), default=False)
    withdrawn_at: Mapped[Moment | None] = mapped_column(default=None)


class OfferingWords(CoopBase):
    """What is written about an offering. Editable, erasable."""

    __tablename__ = "offering_words"

    offering_id: Mapped[UUID] = mapped_column(ForeignKey(Offering.id), primary_key=True)
    title: Mapped[Line]
    summary: Mapped[Line]
    #: Markdown.
    description: Mapped[LongText]
    #: All of it without case and macrons: what the search looks through.
    search_text: Mapped[LongText]


class OfferingPrice(CoopBase):
    """What one unit costs a kind of participant: everybody of the kind, or members instead of that."""

    __tablename__ = "offering_price"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    offering_id: Mapped[UUID] = mapped_column(ForeignKey(Offering.id), primary_key=True)
    kind: Mapped[ParticipantKind] = mapped_column(text_enum(ParticipantKind, "kind"), primary_key=True)
    for_members: Mapped[bool] = mapped_column(server_default=false(), primary_key=True)
    amount_minor: Mapped[Minor]


class CohortMeeting(CoopBase):
    """A meeting of a fellowship's cohort, as it was planned."""

    __tablename__ = "cohort_meeting"
    __table_args__ = (
        UniqueConstraint("offering_id", "position"),
        CheckConstraint("position > 0", name="position"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey(Offering.id))
    #: 1, 2, 3 ...: the part of the fellowship that it delivers.
    position: Mapped[int] = mapped_column(SmallInteger)
    planned_on: Mapped[date]


class MeetingHeld(CoopBase):
    """A meeting of a cohort was held."""

    __tablename__ = "cohort_meeting_held"
    __table_args__ = (UniqueConstraint("meeting_id", "take"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey(CohortMeeting.id))
    #: 1, and one more each time that it was taken back before; of two who confirm at once one finds it taken.
    take: Mapped[int] = mapped_column(SmallInteger)
    held_on: Mapped[date]
    recorded_at: Mapped[Moment]


class MeetingTakenBack(CoopBase):
    """It was confirmed by mistake that a meeting was held."""

    __tablename__ = "cohort_meeting_taken_back"

    held_id: Mapped[UUID] = mapped_column(ForeignKey(MeetingHeld.id), primary_key=True)
    taken_back_at: Mapped[Moment]
