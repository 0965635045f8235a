"""Selling as a member: listing something, changing it and taking it off.

A listing has one price for everybody. The co-op is the seller's agent: it takes the money and keeps the fee that the by-laws set;
delivering is the seller's own affair.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.assembly.bylaws import in_force
from coop.marketplace import offer_errors, offers
from coop.marketplace.models import Offering, OfferingKind
from coop.marketplace.offers import Price, Words
from coop.membership.models import Member, ParticipantKind
from coop.permissions import Actor, NotFound
from evidence.identifiers import new_id


@dataclass(frozen=True)
class Listing:
    """What a member sells."""

    words: Words
    price_minor: int
    #: How many there are; none where there is no limit.
    places: int | None = 1


def list_for_sale(session: Session, actor: Actor, *, participant_id: UUID, listing: Listing) -> UUID:
    """Put something of a member's up for sale and return the offering's id.

    Raises:
        NotFound, MembersSell, TextMissing, TextTooLong, PriceOutOfRange, PlacesOutOfRange
    """
    actor.need_to_act_for(participant_id)
    if not is_member(session, participant_id):
        raise offer_errors.MembersSell
    offering = Offering(
        id=new_id(),
        kind=OfferingKind.LISTING,
        currency=cooperative.current(session).currency,
        offered_at=clock.now(),
        seller_id=participant_id,
    )
    offers.add(session, offering, words=listing.words, prices=_prices(listing), places=listing.places)
    audit.record(session, actor, "listing.made", subject=offering.id)
    return offering.id


def edit(session: Session, actor: Actor, *, participant_id: UUID, offering_id: UUID, listing: Listing) -> None:
    """Change a listing; what was sold stays as it was sold.

    Raises:
        NotFound, AlreadyWithdrawn, PlacesTaken, and what `list_for_sale` raises about words, price and places
    """
    offering = _own(session, actor, participant_id, offering_id)
    offers.change(session, offering, words=listing.words, prices=_prices(listing), places=listing.places)
    audit.record(session, actor, "listing.edited", subject=offering_id)


def withdraw(session: Session, actor: Actor, *, participant_id: UUID, offering_id: UUID) -> None:
    """Take a listing off.

    Raises:
        NotFound, AlreadyWithdrawn
    """
    offers.take_off(_own(session, actor, participant_id, offering_id))
    session.flush()
    audit.record(session, actor, "listing.withdrawn", subject=offering_id)


def fee_minor(session: Session, amount_minor: int) -> int:
    """Return the co-op's fee on a sale, by the by-laws in force today, rounded half up."""
    bylaws = in_force(session, cooperative.today(session)).bylaws
    return (amount_minor * bylaws.marketplace_fee_bp + 5_000) // 10_000


def is_member(session: Session, participant_id: UUID) -> bool:
    """Say whether a participant is a member today."""
    today = cooperative.today(session)
    found = select(Member.id).where(Member.participant_id == participant_id, Member.joined_on <= today)
    return session.scalar(found) is not None


def _own(session: Session, actor: Actor, participant_id: UUID, offering_id: UUID) -> Offering:
    actor.need_to_act_for(participant_id)
    offering = offers.locked(session, offering_id)
    if offering.seller_id != participant_id:
        raise NotFound
    return offering


def _prices(listing: Listing) -> list[Price]:
    return [Price(kind, listing.price_minor) for kind in ParticipantKind]
