"""Offering the co-operative's services: new ones, their words, prices and places, and withdrawing them.

An order copies what it was sold at, so a change here is for new orders only. What an offering is, who coaches and when a cohort
meets stays as it was offered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.marketplace import offer_errors, sales_tax
from coop.marketplace.models import CohortMeeting, Offering, OfferingKind, OfferingPrice, OfferingWords
from coop.marketplace.order_models import SalesOrder
from coop.marketplace.sales_tax import PriceTax
from coop.marketplace.standing import holds
from coop.membership.models import Participant, ParticipantKind
from coop.permissions import Actor, NotFound, Power
from coop.texts import LONGEST_NAME, fold, line, prose
from evidence.canonical import Canonical
from evidence.identifiers import new_id

LONGEST_SUMMARY = 200
LONGEST_DESCRIPTION = 10_000
LARGEST_PRICE_MINOR = 10**10
MOST_PLACES = 10_000
MOST_MINUTES = 480
MOST_MEETINGS = 60


@dataclass(frozen=True)
class Words:
    """What is written about an offering; the description is Markdown."""

    title: str
    summary: str
    description: str


@dataclass(frozen=True)
class Price:
    """What one unit costs a kind of participant, or its members instead of that."""

    kind: ParticipantKind
    amount_minor: int
    for_members: bool = False

    @property
    def about(self) -> str:
        """Return the form field in which the price stands."""
        return f"{self.kind.value}_members" if self.for_members else self.kind.value


@dataclass(frozen=True)
class Coaching:
    """Who coaches, how long a session is, and what the coach is owed for it."""

    coach_id: UUID
    minutes: int
    fee_minor: int


@dataclass(frozen=True)
class NewOffering:
    """A service of the co-operative as it is asked for: a fellowship with the days of its meetings, or coaching."""

    words: Words
    prices: Sequence[Price]
    places: int | None = None
    meetings: Sequence[date] = ()
    coaching: Coaching | None = None
    tax: PriceTax | None = None


def offer(session: Session, actor: Actor, new: NewOffering) -> UUID:
    """Put a service of the co-operative on offer and return its id.

    Raises:
        PowerMissing, TextMissing, TextTooLong, PricesMissing, PriceOutOfRange, MembersPriceAlone, PlacesOutOfRange,
        MeetingsMissing, MeetingsRepeated, MeetingInPast, MinutesOutOfRange, NoSuchCoach, CoachFeeOutOfRange, NotForSales
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    coaching, currency = new.coaching, cooperative.current(session).currency
    if coaching is None:
        _check_meetings(session, new.meetings)
    else:
        _check_coaching(session, coaching, currency)
    offering = Offering(
        id=new_id(),
        kind=OfferingKind.COACHING if coaching else OfferingKind.FELLOWSHIP,
        currency=currency,
        offered_at=clock.now(),
        session_minutes=coaching.minutes if coaching else None,
        coach_id=coaching.coach_id if coaching else None,
        coach_fee_minor=coaching.fee_minor if coaching else None,
    )
    if new.tax is not None:
        _set_tax(session, offering, new.tax)
    add(session, offering, words=new.words, prices=new.prices, places=new.places)
    for position, day in enumerate(sorted(new.meetings), start=1):
        session.add(CohortMeeting(id=new_id(), offering_id=offering.id, position=position, planned_on=day))
    session.flush()
    audit.record(session, actor, "offering.made", subject=offering.id, power=power, facts={"kind": offering.kind.value})
    return offering.id


def edit(
    session: Session,
    actor: Actor,
    *,
    offering_id: UUID,
    words: Words,
    prices: Sequence[Price],
    places: int | None,
    tax: PriceTax | None = None,
) -> None:
    """Change the words, prices, places and tax of a service. Orders that stand keep what they were sold at.

    Without `tax` it stays as it is: a co-op that is not registered is not asked for it.

    Raises:
        PowerMissing, NotFound, AlreadyWithdrawn, PlacesTaken, NotForSales, and what `offer` raises about words, prices and places
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    offering = _own(session, offering_id)
    if tax is not None:
        _set_tax(session, offering, tax)
    change(session, offering, words=words, prices=prices, places=places)
    audit.record(session, actor, "offering.edited", subject=offering_id, power=power)


def set_tax(session: Session, actor: Actor, *, offering_id: UUID, tax: PriceTax) -> None:
    """Choose how a service is taxed. Orders that stand keep the tax they were sold with.

    Raises:
        PowerMissing, NotFound, AlreadyWithdrawn, NotForSales
    """
    power = actor.need(Power.TREASURER, Power.SECRETARY, Power.BOARD)
    offering = _own(session, offering_id)
    if offering.withdrawn_at is not None:
        raise offer_errors.AlreadyWithdrawn
    _set_tax(session, offering, tax)
    session.flush()
    facts: dict[str, Canonical] = {"code": tax.code, "added": tax.is_added}
    audit.record(session, actor, "offering.taxed", subject=offering_id, power=power, facts=facts)


def withdraw(session: Session, actor: Actor, *, offering_id: UUID) -> None:
    """Take a service off offer. What was sold of it is delivered all the same.

    Raises:
        PowerMissing, NotFound, AlreadyWithdrawn
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    take_off(_own(session, offering_id))
    session.flush()
    audit.record(session, actor, "offering.withdrawn", subject=offering_id, power=power)


def locked(session: Session, offering_id: UUID) -> Offering:
    """Return an offering and hold its row until the transaction ends: its places are counted under this lock.

    Raises:
        NotFound
    """
    offering = session.get(Offering, offering_id, with_for_update=True, populate_existing=True)
    if offering is None:
        raise NotFound
    return offering


def taken(session: Session, offering_id: UUID) -> int:
    """Return how many places orders hold now."""
    held = select(func.coalesce(func.sum(SalesOrder.quantity), 0)).where(
        SalesOrder.offering_id == offering_id, holds(clock.now())
    )
    return int(session.scalar(held) or 0)


def add(session: Session, offering: Offering, *, words: Words, prices: Sequence[Price], places: int | None) -> None:
    """Add an offering of the co-operative or of a member, with what may be changed later."""
    session.add(offering)
    session.flush()
    session.add(OfferingWords(offering_id=offering.id, title="", summary="", description="", search_text=""))
    session.flush()
    change(session, offering, words=words, prices=prices, places=places)


def change(session: Session, offering: Offering, *, words: Words, prices: Sequence[Price], places: int | None) -> None:
    """Set what may be changed of an offering whose row is held."""
    if offering.withdrawn_at is not None:
        raise offer_errors.AlreadyWithdrawn
    row = session.get_one(OfferingWords, offering.id)
    row.title = line(words.title, about="title", longest=LONGEST_NAME, least=3)
    row.summary = line(words.summary, about="summary", longest=LONGEST_SUMMARY)
    row.description = prose(words.description, about="description", longest=LONGEST_DESCRIPTION)
    row.search_text = fold(f"{row.title}\n{row.summary}\n{row.description}")
    _set_prices(session, offering, prices)
    if places is not None and not 1 <= places <= MOST_PLACES:
        raise offer_errors.PlacesOutOfRange(MOST_PLACES)
    held = taken(session, offering.id)
    if places is not None and places < held:
        raise offer_errors.PlacesTaken(held)
    offering.places = places
    session.flush()


def take_off(offering: Offering) -> None:
    """Withdraw an offering whose row is held."""
    if offering.withdrawn_at is not None:
        raise offer_errors.AlreadyWithdrawn
    offering.withdrawn_at = clock.now()


def _own(session: Session, offering_id: UUID) -> Offering:
    """Return a service of the co-operative itself, its row held."""
    offering = locked(session, offering_id)
    if offering.seller_id is not None:
        raise NotFound
    return offering


def _set_tax(session: Session, offering: Offering, tax: PriceTax) -> None:
    sales_tax.check(session, tax)
    offering.tax_code, offering.is_tax_added = tax.code, tax.is_added


def _set_prices(session: Session, offering: Offering, prices: Sequence[Price]) -> None:
    if not prices:
        raise offer_errors.PricesMissing
    for price in prices:
        if not 0 < price.amount_minor <= LARGEST_PRICE_MINOR:
            raise offer_errors.PriceOutOfRange(LARGEST_PRICE_MINOR, offering.currency, price.about)
        if price.for_members and not any(other.kind is price.kind and not other.for_members for other in prices):
            raise offer_errors.MembersPriceAlone(price.kind.value)
    session.execute(delete(OfferingPrice).where(OfferingPrice.offering_id == offering.id))
    session.add_all(
        OfferingPrice(
            offering_id=offering.id, kind=price.kind, for_members=price.for_members, amount_minor=price.amount_minor
        )
        for price in prices
    )


def _check_meetings(session: Session, meetings: Sequence[date]) -> None:
    days = sorted(meetings)
    if not 1 <= len(days) <= MOST_MEETINGS:
        raise offer_errors.MeetingsMissing(MOST_MEETINGS)
    for day, following in pairwise(days):
        if day == following:
            raise offer_errors.MeetingsRepeated(day)
    today = cooperative.today(session)
    if days[0] < today:
        raise offer_errors.MeetingInPast(today)


def _check_coaching(session: Session, coaching: Coaching, currency: str) -> None:
    if not 1 <= coaching.minutes <= MOST_MINUTES:
        raise offer_errors.MinutesOutOfRange(MOST_MINUTES)
    if not 0 <= coaching.fee_minor <= LARGEST_PRICE_MINOR:
        raise offer_errors.CoachFeeOutOfRange(LARGEST_PRICE_MINOR, currency)
    if session.get(Participant, coaching.coach_id) is None:
        raise offer_errors.NoSuchCoach
