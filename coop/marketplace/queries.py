"""What is on offer, as the pages show it, and the figures of what was delivered. Only reads."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from coop import clock, cooperative
from coop.marketplace.models import (
    CohortMeeting,
    MeetingHeld,
    MeetingTakenBack,
    Offering,
    OfferingKind,
    OfferingPrice,
    OfferingWords,
)
from coop.marketplace.order_models import Delivery, DeliveryTakenBack, OrderPayment, SalesOrder
from coop.marketplace.sales_tax import SalesTax, buyers_tax_today
from coop.marketplace.standing import holds, is_binding
from coop.membership.models import Participant, ParticipantKind
from coop.paging import Part, part_of
from coop.permissions import NotFound
from coop.texts import search_patterns

PAGE_SIZE = 30


@dataclass(frozen=True)
class OfferingRow:
    """Something on offer, in a list."""

    id: UUID
    kind: OfferingKind
    title: str
    summary: str
    #: The member who sells it; none where the co-op does.
    seller_id: UUID | None
    seller: str | None
    currency: str
    #: The lowest of its prices.
    from_minor: int
    places: int | None
    taken: int
    #: Whether it is a cohort that nobody can join any more.
    has_begun: bool
    withdrawn_at: datetime | None
    #: Its own tax code, and whether the tax is added to its prices.
    tax_code: str | None
    is_tax_added: bool

    @property
    def left(self) -> int | None:
        """Return how many can still be sold; none where there is no limit."""
        return None if self.places is None else max(self.places - self.taken, 0)


@dataclass(frozen=True)
class PriceRow:
    """What a kind of participant pays: everybody, and members where that is another price."""

    kind: ParticipantKind
    amount_minor: int
    members_minor: int | None


@dataclass(frozen=True)
class MeetingRow:
    """A meeting of a cohort."""

    id: UUID
    position: int
    planned_on: date
    held_on: date | None


@dataclass(frozen=True)
class OfferingPage:
    """Everything that is written about an offering."""

    row: OfferingRow
    description: str
    prices: tuple[PriceRow, ...]
    meetings: tuple[MeetingRow, ...]
    session_minutes: int | None
    coach_id: UUID | None
    coach: str | None
    coach_fee_minor: int | None
    #: The tax that its prices contain, or that is added to them; none where a member sells, or the co-op charges none.
    tax: SalesTax | None


@dataclass(frozen=True)
class ServicesImpact:
    """What the marketplace did between two days, for the annual report."""

    #: Places in fellowships whose cohort met in the time: who joins two cohorts takes two, an organisation may take several.
    places: int
    coaching_minutes: int
    #: What members sold to each other and to others.
    sales: int
    #: Orders of the co-op's own services.
    orders: int


def services(
    session: Session, kind: OfferingKind | None = None, *, words: str = "", page: int = 1
) -> Part[OfferingRow]:
    """Return a page of what can be bought: the co-op's own before what members sell, the latest first.

    A cohort that has begun stands there no more; who is in it finds it under their orders.
    """
    query = _offerings(session).where(Offering.withdrawn_at.is_(None), ~_has_begun(session))
    if kind is not None:
        query = query.where(Offering.kind == kind)
    for pattern in search_patterns(words):
        query = query.where(OfferingWords.search_text.like(pattern, escape="\\"))
    query = query.order_by(Offering.seller_id.is_not(None), Offering.offered_at.desc(), Offering.id.desc())
    part = part_of(session, query, number=page, size=PAGE_SIZE)
    return Part(tuple(map(_row, part.rows)), part.number, part.last, part.total)


def listings_of(session: Session, participant_id: UUID) -> list[OfferingRow]:
    """Return what a member has listed, the latest first."""
    query = _offerings(session).where(Offering.seller_id == participant_id)
    return [_row(row) for row in session.execute(query.order_by(Offering.offered_at.desc(), Offering.id.desc()))]


def offering(session: Session, offering_id: UUID) -> OfferingPage:
    """Return an offering, withdrawn or not.

    Raises:
        NotFound
    """
    row = session.execute(_offerings(session).where(Offering.id == offering_id)).first()
    if row is None:
        raise NotFound
    found, words = session.get_one(Offering, offering_id), session.get_one(OfferingWords, offering_id)
    coach = session.get(Participant, found.coach_id) if found.coach_id else None
    return OfferingPage(
        row=_row(row),
        description=words.description,
        prices=_prices(session, offering_id),
        meetings=tuple(meetings(session, offering_id)),
        session_minutes=found.session_minutes,
        coach_id=found.coach_id,
        coach=coach.name if coach else None,
        coach_fee_minor=found.coach_fee_minor,
        tax=buyers_tax_today(session, found),
    )


def meetings(session: Session, offering_id: UUID) -> list[MeetingRow]:
    """Return the meetings of a cohort in their order."""
    return [MeetingRow(*row) for row in session.execute(_meetings().where(CohortMeeting.offering_id == offering_id))]


def meetings_to_confirm(session: Session, today: date) -> list[tuple[MeetingRow, UUID, str]]:
    """Return the meetings whose day has come and of which nobody has said that they were held: with offering and title."""
    rows = session.execute(
        _meetings()
        .add_columns(CohortMeeting.offering_id, OfferingWords.title)
        .join(OfferingWords, OfferingWords.offering_id == CohortMeeting.offering_id)
        .where(CohortMeeting.planned_on <= today, MeetingHeld.id.is_(None), _is_followed())
    )
    return [(MeetingRow(*row[:4]), row.offering_id, row.title) for row in rows]


def coaches(session: Session) -> list[tuple[UUID, str]]:
    """Return who may be named as a coach: everybody in the community, by name."""
    return [(one, name) for one, name in session.execute(_names())]


def impact(session: Session, starts_on: date, ends_on: date) -> ServicesImpact:
    """Return what was delivered and sold between two days, both included."""
    stands = ~exists().where(DeliveryTakenBack.delivery_id == Delivery.id)
    in_time = and_(stands, Delivery.delivered_on.between(starts_on, ends_on))
    places = session.scalar(
        select(func.sum(SalesOrder.quantity))
        .join(Offering, Offering.id == SalesOrder.offering_id)
        .where(
            Offering.kind == OfferingKind.FELLOWSHIP,
            # However many meetings of the cohort were held, each place counts once.
            exists().where(Delivery.order_id == SalesOrder.id, in_time),
        )
    )
    minutes = session.scalar(
        select(func.sum(Offering.session_minutes))
        .select_from(Delivery)
        .join(SalesOrder, SalesOrder.id == Delivery.order_id)
        .join(Offering, Offering.id == SalesOrder.offering_id)
        .where(Offering.kind == OfferingKind.COACHING, in_time)
    )
    sold_on = func.coalesce(OrderPayment.paid_on, SalesOrder.ordered_on)
    sold = dict(
        session.execute(
            select(Offering.seller_id.is_not(None), func.count())
            .select_from(SalesOrder)
            .join(Offering, Offering.id == SalesOrder.offering_id)
            .outerjoin(OrderPayment, OrderPayment.order_id == SalesOrder.id)
            .where(is_binding(), sold_on.between(starts_on, ends_on))
            .group_by(Offering.seller_id.is_not(None))
        ).all()
    )
    return ServicesImpact(int(places or 0), int(minutes or 0), sales=sold.get(True, 0), orders=sold.get(False, 0))


def _prices(session: Session, offering_id: UUID) -> tuple[PriceRow, ...]:
    amounts = {
        (row.kind, row.for_members): row.amount_minor
        for row in session.scalars(select(OfferingPrice).where(OfferingPrice.offering_id == offering_id))
    }
    return tuple(
        PriceRow(kind, amounts[kind, False], amounts.get((kind, True)))
        for kind in ParticipantKind
        if (kind, False) in amounts
    )


def _is_followed() -> Any:
    """Say whether somebody is in the cohort of a meeting."""
    return exists().where(and_(SalesOrder.offering_id == CohortMeeting.offering_id, is_binding()))


def _names() -> Select[*tuple[Any, ...]]:
    return select(Participant.id, Participant.name).order_by(Participant.name_key, Participant.id)


def _meetings() -> Select[*tuple[Any, ...]]:
    stands = ~exists().where(MeetingTakenBack.held_id == MeetingHeld.id)
    return (
        select(CohortMeeting.id, CohortMeeting.position, CohortMeeting.planned_on, MeetingHeld.held_on)
        .select_from(CohortMeeting)
        .outerjoin(MeetingHeld, and_(MeetingHeld.meeting_id == CohortMeeting.id, stands))
        .order_by(CohortMeeting.planned_on, CohortMeeting.id)
    )


def _offerings(session: Session) -> Select[*tuple[Any, ...]]:
    seller = aliased(Participant)
    lowest, held = (
        query.correlate(Offering).scalar_subquery()
        for query in (
            select(func.min(OfferingPrice.amount_minor)).where(OfferingPrice.offering_id == Offering.id),
            select(func.coalesce(func.sum(SalesOrder.quantity), 0)).where(
                SalesOrder.offering_id == Offering.id, holds(clock.now())
            ),
        )
    )
    return (
        select(
            *(Offering.id, Offering.kind, OfferingWords.title, OfferingWords.summary, Offering.seller_id),
            *(seller.name.label("seller"), Offering.currency, lowest.label("from_minor"), Offering.places),
            *(held.label("taken"), _has_begun(session).label("has_begun"), Offering.withdrawn_at),
            *(Offering.tax_code, Offering.is_tax_added),
        )
        .join(OfferingWords, OfferingWords.offering_id == Offering.id)
        .outerjoin(seller, seller.id == Offering.seller_id)
    )


def _has_begun(session: Session) -> ColumnElement[bool]:
    """Say whether an offering is a cohort that nobody can join any more."""
    stands = ~exists().where(MeetingTakenBack.held_id == MeetingHeld.id)
    met = exists().where(MeetingHeld.meeting_id == CohortMeeting.id, stands)
    begun = or_(CohortMeeting.planned_on < cooperative.today(session), met)
    return select(CohortMeeting.id).where(CohortMeeting.offering_id == Offering.id, begun).exists()


def _row(row: Row[*tuple[Any, ...]]) -> OfferingRow:
    values = dict(row._mapping)
    # PostgreSQL sums into a Decimal.
    values["taken"] = int(values["taken"])
    return OfferingRow(**values)
