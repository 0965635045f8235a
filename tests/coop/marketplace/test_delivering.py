"""What was paid ahead becomes income as it is delivered, once, on its day; a mistake is taken back."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.marketplace import deliveries, errors, queries
from coop.marketplace.models import MeetingHeld
from coop.marketplace.order_models import Delivery, DeliveryTakenBack
from coop.membership.models import Participant
from coop.permissions import NotFound, PowerMissing
from evidence.messages import Refusal
from ledger import chart
from ledger.errors import PeriodLocked
from ledger.models import Account, Entry, Posting
from ledger.statements import party_statement
from ledger.years import periods
from tests import joining, selling
from tests.coop.marketplace.conftest import Shop


def income(session: Session, code: str, *, until: date | None = None) -> int:
    """Return the income on an account, positive, up to a day."""
    query = (
        select(func.coalesce(func.sum(-Posting.amount_minor), 0))
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == code, Entry.booked_on <= (until or date.max))
    )
    return int(session.scalar(query) or 0)


def rows(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(one)) or 0
        for one in (Delivery, DeliveryTakenBack, MeetingHeld, Entry)
    ]


def refused(session: Session, refusal: type[Refusal], order_id: UUID, unit: int = 1, *, on: date | None = None) -> None:
    before = rows(session)
    with pytest.raises(refusal), session.begin_nested():
        selling.hold_session(session, order_id, unit, on=on)
    assert rows(session) == before


def sessions(shop: Shop, quantity: int = 3, price_minor: int = 12_000) -> UUID:
    offering_id = selling.coaching(shop.session, shop.coach.participant_id, price_minor=price_minor)
    buyer = shop.buyer
    return selling.bought(shop.session, buyer.person_id, buyer.participant_id, offering_id, quantity=quantity)


def test_a_session_held_is_income_and_owed_to_the_coach(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop)
    selling.hold_session(session, order_id, 2)
    assert selling.balance(session, chart.COACHING_INCOME_OTHERS, shop.buyer.participant_id) == -12_000
    assert selling.balance(session, chart.DEFERRED_INCOME) == -24_000
    assert selling.balance(session, chart.COACHES) == 8000
    assert selling.balance(session, chart.OWED_TO_COACHES, shop.coach.participant_id) == -8000


def test_a_session_is_confirmed_once_within_the_order_and_not_in_the_future(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop)
    today = cooperative.today(session)
    selling.hold_session(session, order_id, 1)
    refused(session, errors.AlreadyDelivered, order_id, 1)
    refused(session, errors.NoSuchUnit, order_id, 4)
    refused(session, errors.NoSuchUnit, order_id, 0)
    refused(session, errors.DeliveredInFuture, order_id, 2, on=today + timedelta(days=1))
    refused(session, errors.DeliveredBeforeSale, order_id, 2, on=today - timedelta(days=1))
    refused(session, NotFound, uuid4())


def test_nothing_is_delivered_that_was_not_sold(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.coaching(session, shop.coach.participant_id)
    placed = selling.buy(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    refused(session, errors.NotSold, placed.order_id)


def test_the_coach_confirms_and_nobody_else_without_a_power(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop)
    today = cooperative.today(session)
    coach, buyer = (joining.actor_of(session, one.person_id) for one in (shop.coach, shop.buyer))
    with pytest.raises(PowerMissing):
        deliveries.confirm(session, buyer, order_id=order_id, unit=1, delivered_on=today)
    with pytest.raises(PowerMissing):
        deliveries.confirm(
            session, coach, order_id=order_id, unit=1, delivered_on=today, coach_id=shop.buyer.participant_id
        )
    delivery_id = deliveries.confirm(session, coach, order_id=order_id, unit=1, delivered_on=today)
    with pytest.raises(PowerMissing):
        deliveries.take_back(session, buyer, delivery_id=delivery_id)
    deliveries.take_back(session, coach, delivery_id=delivery_id)


def test_another_coach_stands_in_and_is_owed_the_fee(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop)
    deliveries.confirm(
        session,
        joining.founder(session, "board"),
        order_id=order_id,
        unit=1,
        delivered_on=cooperative.today(session),
        coach_id=shop.seller.participant_id,
    )
    assert selling.balance(session, chart.OWED_TO_COACHES, shop.seller.participant_id) == -8000
    assert selling.balance(session, chart.OWED_TO_COACHES, shop.coach.participant_id) == 0


def test_a_session_confirmed_by_mistake_is_taken_back_and_can_be_held_later(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop, 1)
    secretary = joining.founder(session, "secretary")
    delivery_id = selling.hold_session(session, order_id)
    deliveries.take_back(session, secretary, delivery_id=delivery_id)
    assert (
        selling.balance(session, chart.COACHING_INCOME_OTHERS) == selling.balance(session, chart.OWED_TO_COACHES) == 0
    )
    assert selling.balance(session, chart.DEFERRED_INCOME) == -12_000
    with pytest.raises(errors.AlreadyTakenBack):
        deliveries.take_back(session, secretary, delivery_id=delivery_id)
    selling.hold_session(session, order_id)
    assert selling.balance(session, chart.COACHING_INCOME_OTHERS) == -12_000


def test_a_meeting_delivers_its_part_to_the_whole_cohort_to_the_cent(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session, price_minor=10_000)
    for one in (shop.buyer, shop.coach):
        selling.bought(session, one.person_id, one.participant_id, offering_id)
    group = selling.organisation(session, shop.buyer.person_id, selling.GROUP)
    invoiced = selling.buy(session, shop.buyer.person_id, group, offering_id, po="")
    unpaid = selling.buy(session, shop.seller.person_id, shop.seller.participant_id, offering_id)
    meetings = selling.meetings(session, offering_id)
    # 100.00 in three parts: 33.34, 33.33, 33.33; they add up in whatever order the meetings are held.
    for meeting_id, each, of_group in ((meetings[1], 3333, 6667), (meetings[0], 3334, 6667), (meetings[2], 3333, 6666)):
        before = income(session, chart.FELLOWSHIP_INCOME_OTHERS)
        selling.hold_meeting(session, meeting_id)
        assert income(session, chart.FELLOWSHIP_INCOME_OTHERS) - before == 2 * each + of_group
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    delivered = select(func.count()).select_from(Delivery)
    assert session.scalar(delivered.where(Delivery.order_id == unpaid.order_id)) == 0
    assert session.scalar(delivered.where(Delivery.order_id == invoiced.order_id)) == 3


def test_on_offer_is_what_can_be_bought_the_co_ops_own_first(shop: Shop) -> None:
    session = shop.session
    fellowship_id, coaching_id = selling.fellowship(session), selling.coaching(session, shop.coach.participant_id)
    listing_id = selling.listing(session, "board", shop.seller.participant_id)

    def on_offer() -> list[UUID]:
        return [row.id for row in queries.services(session).rows]

    assert on_offer() == [coaching_id, fellowship_id, listing_id]
    selling.hold_meeting(session, selling.meetings(session, fellowship_id)[0])
    assert on_offer() == [coaching_id, listing_id], "nobody can join a cohort that has met"
    assert queries.offering(session, fellowship_id).row.has_begun


def test_a_meeting_is_held_once_closes_the_cohort_and_can_be_taken_back(shop: Shop) -> None:
    session, secretary = shop.session, joining.founder(shop.session, "secretary")
    offering_id = selling.fellowship(session)
    selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    first = selling.meetings(session, offering_id)[0]
    with pytest.raises(errors.DeliveredInFuture):
        selling.hold_meeting(session, first, on=cooperative.today(session) + timedelta(days=1))
    with pytest.raises(PowerMissing):
        deliveries.hold_meeting(
            session, joining.founder(session, "treasurer"), meeting_id=first, held_on=cooperative.today(session)
        )
    selling.hold_meeting(session, first)
    with pytest.raises(errors.MeetingAlreadyHeld):
        selling.hold_meeting(session, first)
    with pytest.raises(errors.CohortBegun):
        selling.buy(session, shop.coach.person_id, shop.coach.participant_id, offering_id)
    delivery_id = session.scalars(select(Delivery.id)).one()
    with pytest.raises(errors.PartOfAMeeting):
        deliveries.take_back(session, secretary, delivery_id=delivery_id)
    deliveries.take_back_meeting(session, secretary, meeting_id=first)
    assert selling.balance(session, chart.FELLOWSHIP_INCOME_OTHERS) == 0
    with pytest.raises(errors.AlreadyTakenBack):
        deliveries.take_back_meeting(session, secretary, meeting_id=first)
    selling.bought(session, shop.coach.person_id, shop.coach.participant_id, offering_id)
    selling.hold_meeting(session, first)
    assert selling.balance(session, chart.FELLOWSHIP_INCOME_OTHERS) == -20_000


def test_a_fellowship_paid_ahead_straddles_the_year_end(shop: Shop) -> None:
    session = shop.session
    year = periods.fiscal_year_of(session, cooperative.today(session))
    assert year is not None
    last, today = year.ends_on, cooperative.today(session)
    days = [today, last + timedelta(days=1), last + timedelta(days=20)]
    offering_id = selling.fellowship(session, meetings=days)
    selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    with selling.later(days=(last - today).days + 30):
        if periods.fiscal_year_of(session, cooperative.today(session)) is None:
            periods.open_fiscal_year(session, last + timedelta(days=1), last.replace(year=last.year + 1))
        for meeting_id, day in zip(selling.meetings(session, offering_id), days, strict=True):
            selling.hold_meeting(session, meeting_id, on=day)
    assert income(session, chart.FELLOWSHIP_INCOME_OTHERS, until=last) == 10_000
    # What was paid ahead for the other meetings is a liability in the balance sheet of the year.
    assert income(session, chart.DEFERRED_INCOME, until=last) == 20_000
    assert income(session, chart.FELLOWSHIP_INCOME_OTHERS) == 30_000


def test_a_day_in_a_locked_month_is_refused(shop: Shop) -> None:
    session, order_id = shop.session, sessions(shop)
    today = cooperative.today(session)
    first = next(p for p in periods.periods_of(session, periods.fiscal_years(session)[-1].id) if p.ends_on >= today)
    with selling.later(days=45):
        for period in periods.periods_of(session, periods.fiscal_years(session)[-1].id):
            if period.ends_on <= first.ends_on and period.locked_at is None:
                periods.lock_period(session, period.ends_on, now=clock.now())
        refused(session, PeriodLocked, order_id, 1, on=today)
        selling.hold_session(session, order_id, 1)


def test_the_buyer_confirms_that_a_parcel_arrived_and_nothing_is_booked(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.listing(session, "board", shop.seller.participant_id)
    order_id = selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    entries = rows(session)[-1]
    seller, buyer = (joining.actor_of(session, one.person_id) for one in (shop.seller, shop.buyer))
    with pytest.raises(NotFound):
        deliveries.confirm_receipt(session, seller, order_id=order_id)
    deliveries.confirm_receipt(session, buyer, order_id=order_id)
    with pytest.raises(errors.AlreadyDelivered):
        deliveries.confirm_receipt(session, buyer, order_id=order_id)
    assert rows(session)[-1] == entries


def test_the_figures_of_the_report_count_what_was_delivered_in_its_year(shop: Shop) -> None:
    session, today = shop.session, cooperative.today(shop.session)
    order_id = sessions(shop)
    selling.hold_session(session, order_id, 1)
    deliveries.take_back(
        session, joining.founder(session, "board"), delivery_id=selling.hold_session(session, order_id, 2)
    )
    cohort, group = selling.fellowship(session), selling.organisation(session, shop.coach.person_id)
    selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, cohort)
    for _ in range(2):
        selling.bought(session, shop.coach.person_id, group, cohort)
    for meeting_id in selling.meetings(session, cohort)[:2]:
        selling.hold_meeting(session, meeting_id, on=today)
    listing = selling.listing(session, "board", shop.seller.participant_id)
    selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, listing)
    found = queries.impact(session, today, today)
    # One person, and two whom an organisation sends; each once, though the cohort met twice.
    assert (found.places, found.coaching_minutes, found.sales, found.orders) == (3, 60, 1, 4)
    found = queries.impact(session, today + timedelta(days=1), today + timedelta(days=9))
    assert (found.places, found.coaching_minutes, found.sales, found.orders) == (0, 0, 0, 0)


def test_a_statement_shows_what_stands_between_the_buyer_and_the_co_op(shop: Shop) -> None:
    session, today = shop.session, cooperative.today(shop.session)
    selling.hold_session(session, sessions(shop), 1)
    for who, stands in (
        (shop.buyer, {chart.DEFERRED_INCOME: 24_000}),
        (shop.coach, {chart.OWED_TO_COACHES: 8000}),
    ):
        party_ref = session.get_one(Participant, who.participant_id).party_ref
        found = party_statement(session, party_ref, today - timedelta(days=1), today)
        assert {balance.code: balance.amount_minor for balance in found.balances} == stands
        assert {row.code for row in found.rows} == set(stands)
