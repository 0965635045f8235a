"""The share register as of a day, a member's holding, and what waits to be issued."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from coop.membership.models import Member, MemberClass, Participant
from coop.payments.models import PaymentReceipt, PaymentRequest
from coop.shares.models import ShareEvent, ShareEventKind, Subscription


@dataclass(frozen=True)
class RegisterRow:
    """What a member holds on a day."""

    member_id: UUID
    number: int
    name: str
    class_name: str
    shares: int
    #: What was paid for the shares.
    amount_minor: int
    #: Day of the first share.
    since: date


@dataclass(frozen=True)
class Register:
    """The share register as of a day."""

    at: date
    currency: str
    rows: tuple[RegisterRow, ...]

    @property
    def shares(self) -> int:
        """Return all shares that are issued."""
        return sum(row.shares for row in self.rows)

    @property
    def amount_minor(self) -> int:
        """Return what was paid for them."""
        return sum(row.amount_minor for row in self.rows)


@dataclass(frozen=True)
class EventRow:
    """A change of a holding."""

    kind: ShareEventKind
    quantity: int
    price_minor: int
    currency: str
    effective_on: date
    reference: str | None

    @property
    def amount_minor(self) -> int:
        """Return what was paid."""
        return self.quantity * self.price_minor


@dataclass(frozen=True)
class SubscriptionRow:
    """Shares that were asked for, and how far they are paid."""

    id: UUID
    participant_id: UUID
    participant_name: str
    member_number: int | None
    quantity: int
    reference: str
    amount_minor: int
    currency: str
    received_minor: int
    subscribed_at: datetime
    #: Day of issue; none before.
    issued_on: date | None

    @property
    def outstanding_minor(self) -> int:
        """Return what is still to be paid."""
        return self.amount_minor - self.received_minor

    @property
    def is_paid(self) -> bool:
        """Say whether everything has arrived."""
        return self.outstanding_minor == 0


def holding(session: Session, member_id: UUID, on: date) -> int:
    """Return how many shares a member holds on a day: the sum of the events up to it."""
    total = session.scalar(
        select(func.coalesce(func.sum(ShareEvent.quantity), 0)).where(
            ShareEvent.member_id == member_id, ShareEvent.effective_on <= on
        )
    )
    return int(total or 0)


def shares_taken(session: Session, participant_id: UUID) -> int:
    """Return the shares that count against the limit: those held, and those asked for and not yet issued."""
    held = session.scalar(
        select(func.coalesce(func.sum(ShareEvent.quantity), 0))
        .join(Member, Member.id == ShareEvent.member_id)
        .where(Member.participant_id == participant_id)
    )
    asked_for = session.scalar(
        select(func.coalesce(func.sum(Subscription.quantity), 0))
        .outerjoin(ShareEvent, ShareEvent.subscription_id == Subscription.id)
        .where(Subscription.participant_id == participant_id, ShareEvent.id.is_(None))
    )
    return int(held or 0) + int(asked_for or 0)


def events_of(session: Session, member_id: UUID) -> list[EventRow]:
    """Return every change of a member's holding, oldest first."""
    rows = session.execute(
        select(
            ShareEvent.kind,
            ShareEvent.quantity,
            ShareEvent.price_minor,
            ShareEvent.currency,
            ShareEvent.effective_on,
            PaymentRequest.reference,
        )
        .outerjoin(Subscription, Subscription.id == ShareEvent.subscription_id)
        .outerjoin(PaymentRequest, PaymentRequest.id == Subscription.request_id)
        .where(ShareEvent.member_id == member_id)
        .order_by(ShareEvent.effective_on, ShareEvent.id)
    )
    return [EventRow(*row) for row in rows]


def subscriptions_of(session: Session, participant_id: UUID) -> list[SubscriptionRow]:
    """Return what a participant has subscribed for, newest first."""
    query = _subscriptions().where(Subscription.participant_id == participant_id)
    rows = session.execute(query.order_by(Subscription.subscribed_at.desc(), Subscription.id.desc()))
    return [_subscription(row) for row in rows]


def to_issue(session: Session) -> list[SubscriptionRow]:
    """Return the subscriptions that are fully paid and not yet issued, oldest first."""
    waiting = _subscriptions().where(ShareEvent.id.is_(None))
    rows = session.execute(waiting.order_by(Subscription.subscribed_at, Subscription.id))
    return [row for row in map(_subscription, rows) if row.is_paid]


def register(session: Session, *, at: date, currency: str) -> Register:
    """Return the share register as of a day, in the order of the members' numbers."""
    rows = session.execute(
        select(
            Member.id,
            Member.number,
            Participant.name,
            MemberClass.name,
            func.sum(ShareEvent.quantity),
            func.sum(ShareEvent.quantity * ShareEvent.price_minor),
            func.min(ShareEvent.effective_on),
        )
        .join(Member, Member.id == ShareEvent.member_id)
        .join(Participant, Participant.id == Member.participant_id)
        .join(MemberClass, MemberClass.id == Member.class_id)
        .where(ShareEvent.effective_on <= at)
        .group_by(Member.id, Member.number, Participant.name, MemberClass.name)
        .having(func.sum(ShareEvent.quantity) > 0)
        .order_by(Member.number)
    )
    # PostgreSQL sums BIGINTs into a Decimal.
    entries = tuple(
        RegisterRow(member_id, number, name, class_name, int(shares), int(amount), since)
        for member_id, number, name, class_name, shares, amount, since in rows
    )
    return Register(at, currency, entries)


def _subscriptions() -> Select[*tuple[Any, ...]]:
    received = (
        select(func.coalesce(func.sum(PaymentReceipt.amount_minor), 0))
        .where(PaymentReceipt.request_id == PaymentRequest.id)
        .correlate(PaymentRequest)
        .scalar_subquery()
    )
    return (
        select(
            Subscription.id,
            Subscription.participant_id,
            Participant.name.label("participant_name"),
            Member.number.label("member_number"),
            Subscription.quantity,
            PaymentRequest.reference,
            PaymentRequest.amount_minor,
            PaymentRequest.currency,
            received.label("received_minor"),
            Subscription.subscribed_at,
            ShareEvent.effective_on.label("issued_on"),
        )
        .join(PaymentRequest, PaymentRequest.id == Subscription.request_id)
        .join(Participant, Participant.id == Subscription.participant_id)
        .outerjoin(Member, Member.participant_id == Participant.id)
        .outerjoin(ShareEvent, ShareEvent.subscription_id == Subscription.id)
    )


def _subscription(row: Row[*tuple[Any, ...]]) -> SubscriptionRow:
    values = dict(row._mapping)
    values["received_minor"] = int(values["received_minor"])
    return SubscriptionRow(**values)
