"""What something would cost a buyer now, and whether they can have it. The page shows it, and ordering asks it again."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.marketplace import errors, listings, offers
from coop.marketplace.models import CohortMeeting, MeetingHeld, MeetingTakenBack, Offering, OfferingKind, OfferingPrice
from coop.marketplace.sales_tax import SalesTax, tax_today
from coop.membership.models import Participant

#: As many as can be ordered at once.
MOST_AT_ONCE = 100


@dataclass(frozen=True)
class Quote:
    """The price for a buyer, and what an order would come to."""

    price_minor: int
    quantity: int
    currency: str
    is_member: bool
    #: In how many parts it would be delivered.
    units: int
    #: What the co-op would keep of a member's sale.
    fee_minor: int
    #: The tax of what the co-op sells; of a member's sale, that of its fee.
    tax: SalesTax | None
    tax_minor: int

    @property
    def amount_minor(self) -> int:
        """Return what the buyer would pay."""
        return self.quantity * self.price_minor + (self.tax_minor if self.tax and self.tax.is_added else 0)


def quote(session: Session, offering: Offering, *, participant_id: UUID, quantity: int) -> Quote:
    """Return what an order would come to. Only coaching is ordered several at once.

    Raises:
        Withdrawn, CohortBegun, OwnListing, NotForThisKind, QuantityOutOfRange, SoldOut, TooFewLeft
        NoSuchTaxCode: the tax code of the offering has no rate today.
    """
    if offering.withdrawn_at is not None:
        raise errors.Withdrawn
    if offering.kind is OfferingKind.FELLOWSHIP and has_begun(session, offering.id):
        raise errors.CohortBegun
    if offering.seller_id == participant_id:
        raise errors.OwnListing
    is_member = listings.is_member(session, participant_id)
    price_minor = price_for(session, offering.id, participant_id, is_member=is_member)
    if price_minor is None:
        raise errors.NotForThisKind
    most = MOST_AT_ONCE if offering.kind is OfferingKind.COACHING else 1
    if not 1 <= quantity <= most:
        raise errors.QuantityOutOfRange(most)
    left = places_left(session, offering)
    if left is not None and left < quantity:
        raise errors.SoldOut if left == 0 else errors.TooFewLeft(left)
    is_listing = offering.kind is OfferingKind.LISTING
    fee_minor = listings.fee_minor(session, quantity * price_minor) if is_listing else 0
    tax = tax_today(session, offering)
    return Quote(
        price_minor=price_minor,
        quantity=quantity,
        currency=offering.currency,
        is_member=is_member,
        units=meetings(session, offering.id) if offering.kind is OfferingKind.FELLOWSHIP else quantity,
        fee_minor=fee_minor,
        tax=tax,
        tax_minor=tax.split(fee_minor if is_listing else quantity * price_minor).tax_minor if tax else 0,
    )


def price_for(session: Session, offering_id: UUID, participant_id: UUID, *, is_member: bool) -> int | None:
    """Return what one unit costs a participant: the members' price where there is one and they are a member."""
    amounts = dict(
        session.execute(
            select(OfferingPrice.for_members, OfferingPrice.amount_minor)
            .join(Participant, Participant.kind == OfferingPrice.kind)
            .where(OfferingPrice.offering_id == offering_id, Participant.id == participant_id)
        ).all()
    )
    return amounts.get(True, amounts.get(False)) if is_member else amounts.get(False)


def places_left(session: Session, offering: Offering) -> int | None:
    """Return how many can still be sold; none where there is no limit."""
    if offering.places is None:
        return None
    return max(offering.places - offers.taken(session, offering.id), 0)


def has_begun(session: Session, offering_id: UUID) -> bool:
    """Say whether nobody can join a cohort any more: the day of its first meeting is over, or it has met."""
    today = cooperative.today(session)
    over = select(CohortMeeting.id).where(CohortMeeting.offering_id == offering_id, CohortMeeting.planned_on < today)
    return session.scalar(over.limit(1)) is not None or has_met(session, offering_id)


def has_met(session: Session, offering_id: UUID) -> bool:
    """Say whether it is confirmed that a cohort has met."""
    held = (
        select(MeetingHeld.id)
        .join(CohortMeeting, CohortMeeting.id == MeetingHeld.meeting_id)
        .where(
            CohortMeeting.offering_id == offering_id,
            ~exists().where(MeetingTakenBack.held_id == MeetingHeld.id),
        )
    )
    return session.scalar(held.limit(1)) is not None


def meetings(session: Session, offering_id: UUID) -> int:
    """Return how often a cohort meets."""
    found = select(func.count()).select_from(CohortMeeting).where(CohortMeeting.offering_id == offering_id)
    return session.scalar(found) or 0
