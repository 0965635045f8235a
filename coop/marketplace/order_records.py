"""Orders as the pages read them: frozen values."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from coop.books.surplus.words import rate
from coop.marketplace.models import OfferingKind
from coop.marketplace.order_models import PaidBy
from coop.marketplace.standing import State


@dataclass(frozen=True)
class OrderRow:
    """An order in a list."""

    id: UUID
    number: int
    offering_id: UUID
    kind: OfferingKind
    #: As it was called when it was ordered.
    title: str
    participant_id: UUID
    buyer: str
    #: The member who sold it; none where the co-op did.
    seller_id: UUID | None
    #: Who sold it, as they were called when it was ordered: the member, or the co-op.
    seller: str
    quantity: int
    price_minor: int
    fee_minor: int
    currency: str
    units: int
    ordered_on: date
    ordered_at: datetime
    paid_by: PaidBy
    paid_on: date | None
    due_on: date | None
    delivered: int
    refunded_minor: int
    outstanding_minor: int
    state: State
    #: The tax code under which the co-op sold it, or keeps its fee of it, with the rate of the order's day; none without tax.
    tax_code: str | None
    tax_name: str | None
    rate_bp: int | None
    tax_minor: int
    is_tax_added: bool
    refunded_tax_minor: int

    @property
    def member_seller(self) -> str | None:
        """Return the name of the member who sold it; none where the co-op did."""
        return self.seller if self.seller_id else None

    @property
    def amount_minor(self) -> int:
        """Return what the order costs."""
        return self.quantity * self.price_minor + (self.tax_minor if self.is_tax_added else 0)

    @property
    def net_minor(self) -> int:
        """Return what the order costs without the tax of what the co-op sells."""
        return self.amount_minor - self.tax_minor

    @property
    def rate(self) -> str:
        """Return the rate of the tax in per cent, as pages write it."""
        return rate(self.rate_bp or 0)

    @property
    def is_taxed(self) -> bool:
        """Say whether the co-op sold it under a tax code. What tax a member's price contains only they know."""
        return self.tax_code is not None and self.seller_id is None

    @property
    def sellers_minor(self) -> int:
        """Return what the seller gets."""
        return self.amount_minor - self.fee_minor

    @property
    def is_sold(self) -> bool:
        """Say whether it is paid or invoiced and not taken back, in full at least."""
        return self.state in {State.INVOICED, State.PAID, State.DELIVERED}

    @property
    def to_deliver(self) -> int:
        """Return how many parts are still to be delivered."""
        return self.units - self.delivered if self.is_sold else 0


@dataclass(frozen=True)
class DeliveryRow:
    """A part that was delivered."""

    id: UUID
    unit: int
    delivered_on: date
    released_minor: int
    coach: str | None
    #: Whether it was a meeting of the cohort.
    at_meeting: bool


@dataclass(frozen=True)
class RefundRow:
    """What was refunded, and why."""

    amount_minor: int
    credited_minor: int
    to_card: bool
    refunded_on: date
    reason: str
    tax_minor: int

    @property
    def owed_minor(self) -> int:
        """Return what is paid back by bank."""
        return 0 if self.to_card else self.amount_minor - self.credited_minor


@dataclass(frozen=True)
class OrderPage:
    """Everything about an order."""

    row: OrderRow
    deliveries: tuple[DeliveryRow, ...]
    refunds: tuple[RefundRow, ...]
    cancelled_on: date | None
    checkout_id: UUID | None
    request_id: UUID | None
    #: What the buyer writes on the transfer; none for an order by card.
    reference: str | None
    #: The buyer's own number; empty where they gave none.
    purchase_order: str
    session_minutes: int | None
    coach_id: UUID | None
    coach: str | None

    @property
    def next_unit(self) -> int:
        """Return the first part that is not delivered."""
        known = {one.unit for one in self.deliveries}
        return next(unit for unit in range(1, self.row.units + 2) if unit not in known)
