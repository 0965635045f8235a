"""The share register: subscriptions, and the events of which a holding is the sum."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coop.database import CoopBase
from coop.membership.models import Application, Member, Participant
from coop.payments.models import PaymentRequest
from evidence.columns import CurrencyCode, Id, Minor, Moment, text_enum
from evidence.messages import N_


class Subscription(CoopBase):
    """Shares that a participant has undertaken to buy: with the admission, or later as a member."""

    __tablename__ = "share_subscription"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("price_minor > 0", name="price"),
        Index("ix_share_subscription_participant_id", "participant_id"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    participant_id: Mapped[UUID] = mapped_column(ForeignKey(Participant.id))
    quantity: Mapped[int]
    #: Price of one share when it was subscribed.
    price_minor: Mapped[Minor]
    request_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentRequest.id), unique=True)
    subscribed_at: Mapped[Moment]
    #: The application it came with; none when a member buys more.
    application_id: Mapped[UUID | None] = mapped_column(ForeignKey(Application.id), default=None, unique=True)

    request: Mapped[PaymentRequest] = relationship(PaymentRequest, viewonly=True, init=False)


class ShareEventKind(StrEnum):
    """What can happen to shares."""

    ISSUE = "issue"

    @property
    def label(self) -> str:
        """Return its name, untranslated."""
        return _LABELS[self]


_LABELS = {ShareEventKind.ISSUE: N_("Shares issued")}


class ShareEvent(CoopBase):
    """A change of somebody's holding. A holding on a day is the sum of the quantities up to that day."""

    __tablename__ = "share_event"
    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity"),
        CheckConstraint("kind <> 'issue' OR (quantity > 0 AND subscription_id IS NOT NULL)", name="issue"),
        Index("ix_share_event_member_id", "member_id", "effective_on"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey(Member.id))
    kind: Mapped[ShareEventKind] = mapped_column(text_enum(ShareEventKind, "kind"))
    #: Shares: positive in, negative out.
    quantity: Mapped[int]
    price_minor: Mapped[Minor]
    currency: Mapped[CurrencyCode]
    effective_on: Mapped[date]
    recorded_at: Mapped[Moment]
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey(Subscription.id), default=None, unique=True)
