"""How tests offer, buy, pay and deliver: by the same operations as the pages."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.marketplace import deliveries, listings, offers, orders, refunds
from coop.marketplace.listings import Listing
from coop.marketplace.models import CohortMeeting
from coop.marketplace.offers import Coaching, NewOffering, Price, Words
from coop.marketplace.order_models import PaidBy, SalesOrder
from coop.marketplace.orders import Placed
from coop.membership import operations as membership
from coop.membership.models import Participant, ParticipantKind
from coop.payments.cards import inbox
from coop.payments.cards.models import Checkout, EventKind, Outcome
from coop.payments.gateways import fake
from coop.permissions import WORKER
from ledger.models import Account, Posting
from tests import joining

INDIVIDUAL, GROUP, ENTERPRISE = ParticipantKind


def words(title: str) -> Words:
    """Return the words of an offering."""
    return Words(title, "In a few words.", "More about it, with *emphasis*.")


def prices(individual: int = 30_000, *, members: int | None = None) -> list[Price]:
    """Return prices: groups pay twice, enterprises three times what an individual pays."""
    found = [Price(INDIVIDUAL, individual), Price(GROUP, 2 * individual), Price(ENTERPRISE, 3 * individual)]
    return found + ([Price(INDIVIDUAL, members, for_members=True)] if members else [])


def coaching(
    session: Session, coach_id: UUID, *, price_minor: int = 12_000, fee_minor: int = 8000, places: int | None = None
) -> UUID:
    """Let the secretary offer coaching and return the offering's id."""
    new = NewOffering(
        words("Prototyping coaching"), prices(price_minor), places, coaching=Coaching(coach_id, 60, fee_minor)
    )
    return offers.offer(session, joining.founder(session, "secretary"), new)


def fellowship(
    session: Session,
    *,
    meetings: Sequence[date] | None = None,
    price_minor: int = 30_000,
    members: int | None = None,
    places: int | None = None,
    begins_in_days: int = 0,
) -> UUID:
    """Let the secretary offer a fellowship, by default of three meetings from today on, and return the offering's id.

    What is ordered hours later needs one that begins tomorrow: in the evening those hours end on another day.
    """
    begins_on = cooperative.today(session) + timedelta(days=begins_in_days)
    days = meetings or [begins_on + timedelta(days=30 * place) for place in range(3)]
    new = NewOffering(words("River fellowship"), prices(price_minor, members=members), places, meetings=days)
    return offers.offer(session, joining.founder(session, "secretary"), new)


def listing(session: Session, seller: str, participant_id: UUID, *, price_minor: int = 10_000, places: int = 1) -> UUID:
    """Let a founder who is a member list something and return the offering's id."""
    asked = Listing(words("Stoat trap, hand-made"), price_minor, places)
    actor = joining.founder(session, seller)
    return listings.list_for_sale(session, actor, participant_id=participant_id, listing=asked)


def buy(
    session: Session,
    person_id: UUID,
    participant_id: UUID,
    offering_id: UUID,
    *,
    quantity: int = 1,
    po: str | None = None,
) -> Placed:
    """Order something: by card, or with a purchase order number by invoice."""
    return orders.place(
        session,
        joining.actor_of(session, person_id),
        participant_id=participant_id,
        offering_id=offering_id,
        quantity=quantity,
        by=PaidBy.CARD if po is None else PaidBy.INVOICE,
        po_number=po,
    )


def pay(session: Session, placed: Placed) -> Outcome:
    """Let an order be paid by card, however late."""
    assert placed.checkout_id is not None
    checkout = session.get_one(Checkout, placed.checkout_id)
    event = fake.outcome_event(checkout.id, EventKind.PAID, checkout.amount_minor, checkout.currency)
    return inbox.receive(session, WORKER, gateway=fake.NAME, event=event)


def bought(session: Session, person_id: UUID, participant_id: UUID, offering_id: UUID, *, quantity: int = 1) -> UUID:
    """Order something, pay it by card and return the order's id."""
    placed = buy(session, person_id, participant_id, offering_id, quantity=quantity)
    assert pay(session, placed) is Outcome.BOOKED
    return placed.order_id


def organisation(session: Session, person_id: UUID, kind: ParticipantKind = ENTERPRISE) -> UUID:
    """Add an organisation for which a person acts."""
    actor = joining.actor_of(session, person_id)
    return membership.create_organisation(session, actor, name=f"The {kind.value}", kind=kind)


def hold_session(session: Session, order_id: UUID, unit: int = 1, *, on: date | None = None) -> UUID:
    """Let the secretary confirm a coaching session."""
    day = on or cooperative.today(session)
    return deliveries.confirm(
        session, joining.founder(session, "secretary"), order_id=order_id, unit=unit, delivered_on=day
    )


def meetings(session: Session, offering_id: UUID) -> list[UUID]:
    """Return the meetings of a cohort in their order."""
    found = select(CohortMeeting.id).where(CohortMeeting.offering_id == offering_id).order_by(CohortMeeting.position)
    return list(session.scalars(found))


def hold_meeting(session: Session, meeting_id: UUID, *, on: date | None = None) -> UUID:
    """Let the secretary confirm a meeting of a cohort."""
    day = on or cooperative.today(session)
    return deliveries.hold_meeting(session, joining.founder(session, "secretary"), meeting_id=meeting_id, held_on=day)


def refund(session: Session, order_id: UUID, amount_minor: int, token: UUID | None = None) -> UUID:
    """Let the treasurer refund an order."""
    return refunds.refund(
        session,
        joining.founder(session, "treasurer"),
        order_id=order_id,
        amount_minor=amount_minor,
        reason="They moved away.",
        form_token=token or uuid4(),
    )


def balance(session: Session, code: str, participant_id: UUID | None = None) -> int:
    """Return what stands on an account, debit positive; for one participant, or for all."""
    query = select(func.coalesce(func.sum(Posting.amount_minor), 0)).join(Account).where(Account.code == code)
    if participant_id is not None:
        query = query.where(Posting.party_ref == session.get_one(Participant, participant_id).party_ref)
    return int(session.scalar(query) or 0)


def order(session: Session, order_id: UUID) -> SalesOrder:
    """Return an order."""
    return session.get_one(SalesOrder, order_id)


def later(**span: int) -> AbstractContextManager[None]:
    """Return a block in which the clock shows a later time."""
    return clock.at(clock.now() + timedelta(**span))
