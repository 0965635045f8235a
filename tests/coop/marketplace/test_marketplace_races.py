"""What happens when two buy, confirm or refund at the same moment: the rules hold."""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.checking import all_findings
from coop.database import write_with
from coop.marketplace import errors, orders
from coop.marketplace.order_models import Delivery, OrderRefund, PaidBy, SalesOrder
from coop.payments.cards.models import Outcome
from tests import joining, selling
from tests.databases import TestDatabase
from tests.joining import Joined, at_once, outcomes
from tests.selling import buy


def check(database: TestDatabase) -> None:
    with Session(database.engine) as session:
        assert all_findings(session) == []


def count(database: TestDatabase, mapped: type) -> int:
    with Session(database.engine) as session:
        return session.scalar(select(func.count()).select_from(mapped)) or 0


@pytest.fixture
def buyers(founded: TestDatabase) -> list[Joined]:
    names = ("Aroha One", "Hēmi Two", "Mere Three", "Tāne Four")
    return write_with(founded.engine, lambda session: [joining.joined(session, name) for name in names])


def test_of_many_who_want_the_last_place_one_gets_it(founded: TestDatabase, buyers: list[Joined]) -> None:
    offering_id = write_with(founded.engine, lambda session: selling.fellowship(session, places=1))

    def want(who: Joined) -> Callable[[Session], orders.Placed]:
        return lambda session: buy(session, who.person_id, who.participant_id, offering_id)

    results = at_once(founded.engine, *map(want, buyers))
    assert outcomes(results) == (1, {errors.SoldOut})
    assert count(founded, SalesOrder) == 1
    check(founded)


def test_who_orders_many_times_at_once_without_paying_holds_one_place(
    founded: TestDatabase, buyers: list[Joined]
) -> None:
    offering_id = write_with(founded.engine, lambda session: selling.fellowship(session, places=4))
    who = buyers[0]
    works = [lambda session: buy(session, who.person_id, who.participant_id, offering_id)] * 4
    results = at_once(founded.engine, *works)
    assert len(set(results)) == 1
    assert count(founded, SalesOrder) == 1
    other = buyers[1]
    write_with(founded.engine, lambda session: buy(session, other.person_id, other.participant_id, offering_id))
    check(founded)


def test_one_form_for_two_offerings_at_once_is_one_order(founded: TestDatabase, buyers: list[Joined]) -> None:
    who = buyers[0]
    offerings = write_with(founded.engine, lambda session: [selling.fellowship(session) for _ in range(4)])
    for _ in range(3):
        token = uuid4()

        def want(offering_id: UUID, token: UUID = token) -> Callable[[Session], orders.Placed]:
            return lambda session: orders.place(
                session,
                joining.actor_of(session, who.person_id),
                participant_id=who.participant_id,
                offering_id=offering_id,
                by=PaidBy.CARD,
                form_token=token,
            )

        results = at_once(founded.engine, *map(want, offerings))
        assert outcomes(results) == (1, {errors.OrderFormUsed})
        placed = next(result for result in results if isinstance(result, orders.Placed))
        write_with(founded.engine, partial(_cancel, who=who, placed=placed))
    assert count(founded, SalesOrder) == 3
    check(founded)


def test_one_form_for_refunds_of_two_orders_at_once_is_one_refund(founded: TestDatabase, buyers: list[Joined]) -> None:
    sold = [write_with(founded.engine, lambda session: _coached(session, buyers)) for _ in range(3)]
    for made in range(1, 4):
        token = uuid4()

        def give_back(order_id: UUID, token: UUID = token) -> Callable[[Session], UUID]:
            return lambda session: selling.refund(session, order_id, 1000, token)

        assert outcomes(at_once(founded.engine, *map(give_back, sold))) == (1, {errors.RefundFormUsed})
        assert count(founded, OrderRefund) == made
    check(founded)


def test_of_two_late_payments_for_the_last_place_one_is_taken_and_one_refunded(
    founded: TestDatabase, buyers: list[Joined]
) -> None:
    offering_id = write_with(founded.engine, lambda session: selling.fellowship(session, places=1, begins_in_days=1))
    first = write_with(founded.engine, lambda s: buy(s, buyers[0].person_id, buyers[0].participant_id, offering_id))
    with selling.later(hours=2):
        second = write_with(
            founded.engine, lambda s: buy(s, buyers[1].person_id, buyers[1].participant_id, offering_id)
        )

    def pay(placed: orders.Placed) -> Callable[[Session], Outcome]:
        def work(session: Session) -> Outcome:
            with selling.later(hours=4):
                return selling.pay(session, placed)

        return work

    results = at_once(founded.engine, pay(first), pay(second))
    assert results == [Outcome.BOOKED, Outcome.BOOKED]
    assert count(founded, OrderRefund) == 1
    check(founded)


def test_a_payment_and_a_cancellation_at_once_leave_nobody_with_both(
    founded: TestDatabase, buyers: list[Joined]
) -> None:
    who = buyers[0]
    offering_id = write_with(founded.engine, selling.fellowship)
    placed = write_with(founded.engine, lambda s: buy(s, who.person_id, who.participant_id, offering_id))

    results = at_once(
        founded.engine, lambda session: selling.pay(session, placed), lambda session: _cancel(session, who, placed)
    )
    succeeded, refused = outcomes(results)
    # Either the payment came first, or the order was cancelled and the payment goes back.
    assert (succeeded, refused) in [(1, {errors.NotCancellable}), (2, set())]
    assert count(founded, OrderRefund) == succeeded - 1
    check(founded)


def test_a_session_confirmed_by_two_at_once_is_delivered_once(founded: TestDatabase, buyers: list[Joined]) -> None:
    order_id = write_with(founded.engine, lambda session: _coached(session, buyers))
    results = at_once(founded.engine, *[lambda session: selling.hold_session(session, order_id)] * 4)
    assert outcomes(results) == (1, {errors.AlreadyDelivered})
    assert count(founded, Delivery) == 1
    check(founded)


def test_a_meeting_confirmed_by_two_at_once_is_held_once(founded: TestDatabase, buyers: list[Joined]) -> None:
    def prepare(session: Session) -> UUID:
        offering_id = selling.fellowship(session)
        for who in buyers[:2]:
            selling.bought(session, who.person_id, who.participant_id, offering_id)
        return selling.meetings(session, offering_id)[0]

    meeting_id = write_with(founded.engine, prepare)
    results = at_once(founded.engine, *[lambda session: selling.hold_meeting(session, meeting_id)] * 3)
    assert outcomes(results) == (1, {errors.MeetingAlreadyHeld})
    assert count(founded, Delivery) == 2
    check(founded)


def test_refunds_at_once_never_exceed_the_sale(founded: TestDatabase, buyers: list[Joined]) -> None:
    order_id = write_with(founded.engine, lambda session: _coached(session, buyers))
    results = at_once(founded.engine, *[lambda session: selling.refund(session, order_id, 10_000)] * 4)
    assert outcomes(results) == (2, {errors.RefundTooLarge})
    token = uuid4()
    results = at_once(founded.engine, *[lambda session: selling.refund(session, order_id, 1000, token)] * 3)
    assert outcomes(results)[0] == 3
    assert count(founded, OrderRefund) == 3
    check(founded)


def _cancel(session: Session, who: Joined, placed: orders.Placed) -> None:
    orders.cancel(session, joining.actor_of(session, who.person_id), order_id=placed.order_id)


def _coached(session: Session, buyers: list[Joined]) -> UUID:
    """Sell two sessions for 120.00 each, coached by somebody else."""
    buyer, coach = buyers[:2]
    offering_id = selling.coaching(session, coach.participant_id)
    return selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=2)
