"""Delivering what was sold: coaching sessions one by one, a cohort's meetings for everybody in it, and what a member sent.

Each part is delivered once. What was paid for it becomes income on the day of the delivery, the coach is owed their fee. A
confirmation given by mistake is taken back by a row of its own, and the bookings by their reversal.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.marketplace import bookings, errors, offer_errors, offers, orders
from coop.marketplace.models import CohortMeeting, MeetingHeld, MeetingTakenBack, Offering, OfferingKind
from coop.marketplace.order_models import Delivery, DeliveryTakenBack, SalesOrder
from coop.marketplace.standing import Figures, figures, is_binding
from coop.membership.models import Participant
from coop.permissions import Actor, NotFound, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id


def confirm(
    session: Session, actor: Actor, *, order_id: UUID, unit: int, delivered_on: date, coach_id: UUID | None = None
) -> UUID:
    """Confirm that a coaching session was held and return the delivery's id: by an officer, or by the coach themselves.

    An officer may name another coach, who stood in.

    Raises:
        NotFound, PowerMissing, NotSold, NoSuchUnit, AlreadyDelivered, NothingLeftToDeliver, DeliveredInFuture,
        DeliveredBeforeSale, NoSuchCoach
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    order = orders.locked(session, order_id)
    offering = session.get_one(Offering, order.offering_id)
    if offering.kind is not OfferingKind.COACHING:
        raise NotFound
    coach_id = coach_id or offering.coach_id
    power = None
    if coach_id != offering.coach_id or coach_id not in actor.represents:
        power = actor.need(Power.SECRETARY, Power.BOARD)
    if coach_id is None or session.get(Participant, coach_id) is None:
        raise offer_errors.NoSuchCoach
    stand = figures(session, order)
    _check(session, order, stand, unit, delivered_on)
    delivery = _deliver(
        session, actor, order, stand, unit, delivered_on, coach_id=coach_id, coach_fee_minor=offering.coach_fee_minor
    )
    facts: dict[str, Canonical] = {"order": order_id, "unit": unit, "delivered_on": delivered_on}
    audit.record(session, actor, "delivery.confirmed", subject=delivery.id, power=power, facts=facts)
    return delivery.id


def hold_meeting(session: Session, actor: Actor, *, meeting_id: UUID, held_on: date) -> UUID:
    """Confirm that a meeting of a cohort was held: its part is delivered to everybody in the cohort. Returns the id.

    Raises:
        PowerMissing, NotFound, MeetingAlreadyHeld, DeliveredInFuture
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = session.get(CohortMeeting, meeting_id)
    if meeting is None:
        raise NotFound
    # Nobody joins, and nobody confirms the same meeting, while this row is held.
    offers.locked(session, meeting.offering_id)
    known = standing_held(session, meeting_id)
    if known is not None:
        raise errors.MeetingAlreadyHeld(known.held_on)
    _check_day(session, held_on)
    before = session.scalar(select(func.count()).where(MeetingHeld.meeting_id == meeting_id)) or 0
    held = MeetingHeld(id=new_id(), meeting_id=meeting_id, take=before + 1, held_on=held_on, recorded_at=clock.now())
    session.add(held)
    session.flush()
    for order in _cohort(session, meeting.offering_id):
        stand = figures(session, order)
        if stand.may_be_delivered and stand.sold_on is not None:
            # The day of the sale, should the meeting have been before it.
            day = max(held_on, stand.sold_on)
            _deliver(session, actor, order, stand, meeting.position, day, held_id=held.id)
    facts: dict[str, Canonical] = {"offering": meeting.offering_id, "position": meeting.position, "held_on": held_on}
    audit.record(session, actor, "cohort_meeting.held", subject=meeting_id, power=power, facts=facts)
    return held.id


def confirm_receipt(session: Session, actor: Actor, *, order_id: UUID) -> UUID:
    """Confirm, as the buyer, that what a member sold has arrived, and return the delivery's id. Nothing is booked by it.

    Raises:
        NotFound, NotSold, AlreadyDelivered
    """
    order = orders.locked(session, order_id)
    actor.need_to_act_for(order.participant_id)
    if session.get_one(Offering, order.offering_id).kind is not OfferingKind.LISTING:
        raise NotFound
    stand, today = figures(session, order), cooperative.today(session)
    _check(session, order, stand, 1, today)
    delivery = _deliver(session, actor, order, stand, 1, today)
    audit.record(session, actor, "delivery.confirmed", subject=delivery.id, facts={"order": order_id})
    return delivery.id


def take_back(session: Session, actor: Actor, *, delivery_id: UUID) -> UUID:
    """Take back a session that was confirmed by mistake, as an officer or the coach, and return the order's id.

    Raises:
        NotFound, PowerMissing, PartOfAMeeting, AlreadyTakenBack, DeliveryRefunded
    """
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound
    power = None
    if delivery.coach_id not in actor.represents:
        power = actor.need(Power.SECRETARY, Power.BOARD)
    if delivery.held_id is not None:
        raise errors.PartOfAMeeting
    _take_back(session, actor, delivery)
    audit.record(session, actor, "delivery.taken_back", subject=delivery_id, power=power)
    return delivery.order_id


def take_back_meeting(session: Session, actor: Actor, *, meeting_id: UUID) -> None:
    """Take back a meeting that was confirmed by mistake, with the deliveries to everybody in the cohort.

    Raises:
        PowerMissing, NotFound, AlreadyTakenBack, DeliveryRefunded
    """
    power = actor.need(Power.SECRETARY, Power.BOARD)
    meeting = session.get(CohortMeeting, meeting_id)
    if meeting is None:
        raise NotFound
    offers.locked(session, meeting.offering_id)
    held = standing_held(session, meeting_id)
    if held is None:
        raise errors.AlreadyTakenBack
    deliveries: Sequence[Delivery] = session.scalars(
        select(Delivery).where(Delivery.held_id == held.id).order_by(Delivery.order_id)
    ).all()
    for delivery in deliveries:
        _take_back(session, actor, delivery)
    session.add(MeetingTakenBack(held_id=held.id, taken_back_at=clock.now()))
    session.flush()
    audit.record(session, actor, "cohort_meeting.taken_back", subject=meeting_id, power=power)


def standing_held(session: Session, meeting_id: UUID) -> MeetingHeld | None:
    """Return the confirmation of a meeting that was not taken back."""
    return session.scalar(
        select(MeetingHeld).where(
            MeetingHeld.meeting_id == meeting_id, ~exists().where(MeetingTakenBack.held_id == MeetingHeld.id)
        )
    )


def _check(session: Session, order: SalesOrder, stand: Figures, unit: int, delivered_on: date) -> None:
    if stand.sold_on is None or stand.is_cancelled:
        raise errors.NotSold(order.number)
    if not 1 <= unit <= order.units:
        raise errors.NoSuchUnit(order.units)
    if unit in stand.deliveries:
        raise errors.AlreadyDelivered(unit, stand.deliveries[unit].delivered_on)
    if not stand.may_be_delivered:
        raise errors.NothingLeftToDeliver(order.number)
    _check_day(session, delivered_on)
    if delivered_on < stand.sold_on:
        raise errors.DeliveredBeforeSale(stand.sold_on)


def _check_day(session: Session, delivered_on: date) -> None:
    today = cooperative.today(session)
    if delivered_on > today:
        raise errors.DeliveredInFuture(today)


def _deliver(
    session: Session,
    actor: Actor,
    order: SalesOrder,
    stand: Figures,
    unit: int,
    delivered_on: date,
    *,
    coach_id: UUID | None = None,
    coach_fee_minor: int | None = None,
    held_id: UUID | None = None,
) -> Delivery:
    before = select(func.count()).where(Delivery.order_id == order.id, Delivery.unit == unit)
    delivery = Delivery(
        id=new_id(),
        order_id=order.id,
        unit=unit,
        take=(session.scalar(before) or 0) + 1,
        delivered_on=delivered_on,
        released_minor=_share(order, stand, unit),
        recorded_at=clock.now(),
        coach_id=coach_id,
        coach_fee_minor=coach_fee_minor,
        held_id=held_id,
    )
    session.add(delivery)
    session.flush()
    bookings.delivered(session, actor, order, delivery)
    return delivery


def _share(order: SalesOrder, stand: Figures, unit: int) -> int:
    """Return what a part is worth: what is still paid ahead, split evenly among the parts to come, the first taking the rest."""
    to_come = [one for one in range(1, order.units + 1) if one not in stand.deliveries]
    share_minor, rest = divmod(stand.deferred_minor, len(to_come))
    return share_minor + (to_come.index(unit) < rest)


def _take_back(session: Session, actor: Actor, delivery: Delivery) -> None:
    order = orders.locked(session, delivery.order_id)
    if session.get(DeliveryTakenBack, delivery.id) is not None:
        raise errors.AlreadyTakenBack
    if delivery.released_minor > figures(session, order).income_minor:
        raise errors.DeliveryRefunded(order.number)
    session.add(DeliveryTakenBack(delivery_id=delivery.id, taken_back_at=clock.now()))
    session.flush()
    today = cooperative.today(session)
    bookings.delivery_taken_back(session, actor, order, delivery, taken_back_on=today)


def _cohort(session: Session, offering_id: UUID) -> Sequence[SalesOrder]:
    """Return the orders of a cohort, their rows held."""
    return session.scalars(
        select(SalesOrder)
        .where(SalesOrder.offering_id == offering_id, is_binding())
        .order_by(SalesOrder.id)
        .with_for_update(of=SalesOrder)
    ).all()
