"""Profiles: what a participant offers, looks for, and where they are. Erasable; shown only when the participant lists it."""

from uuid import UUID

from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.database import CoopBase
from coop.membership.models import Participant
from evidence.columns import Line, LongText


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
