"""Offering, ordering and paying: what stands in the books, and what is refused without a trace."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.community.operations import ProfileText, edit_profile
from coop.marketplace import errors, listings, offer_errors, offers, order_queries, orders
from coop.marketplace.listings import Listing
from coop.marketplace.models import Offering, OfferingPrice
from coop.marketplace.offers import Coaching, NewOffering, Price
from coop.marketplace.order_models import OrderText, PaidBy, SalesOrder
from coop.marketplace.standing import State, state
from coop.outbox import OutboxJob
from coop.payments.cards import checkouts, practice
from coop.payments.cards.checkouts import CheckoutState
from coop.payments.cards.errors import CheckoutOver
from coop.payments.cards.models import Checkout, Outcome
from coop.payments.models import PaymentRequest
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextMissing, TextTooLong
from evidence.messages import Refusal
from ledger import chart
from ledger.models import Entry
from tests import joining, selling
from tests.coop.marketplace.conftest import Shop
from tests.selling import ENTERPRISE, GROUP, INDIVIDUAL


def count(session: Session, *mapped: type) -> list[int]:
    """Count rows, so that a refusal can be seen to have left nothing."""
    session.flush()
    return [session.scalar(select(func.count()).select_from(one)) or 0 for one in mapped]


def refuse(session: Session, refusal: type[Refusal], work: Callable[[], object]) -> Refusal:
    """Do something that is refused, and check that it has left no order, checkout, request or entry behind."""
    rows = (SalesOrder, Checkout, PaymentRequest, Entry, OutboxJob)
    before = count(session, *rows)
    with pytest.raises(refusal) as refused, session.begin_nested():
        work()
    assert count(session, *rows) == before
    return refused.value


def state_of(session: Session, order_id: UUID) -> State:
    return State(session.scalars(select(state(clock.now())).where(SalesOrder.id == order_id)).one())


def mails(session: Session) -> list[str]:
    jobs = session.scalars(select(OutboxJob).where(OutboxJob.kind == "mail").order_by(OutboxJob.queued_at))
    return [f"{job.payload['to']} {job.payload['subject']}" for job in jobs]


def buy(shop: Shop, offering_id: UUID, quantity: int = 1) -> orders.Placed:
    return selling.buy(shop.session, shop.buyer.person_id, shop.buyer.participant_id, offering_id, quantity=quantity)


def test_a_card_payment_is_paid_ahead_until_it_is_delivered(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.coaching(session, shop.coach.participant_id)
    placed = buy(shop, offering_id, quantity=3)
    assert state_of(session, placed.order_id) is State.PAYING
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    assert selling.pay(session, placed) is Outcome.BOOKED
    # 2.9 % and 0.30 of 360.00 are kept by the processor.
    assert selling.balance(session, chart.STRIPE_BALANCE) == 36_000 - 1074
    assert selling.balance(session, chart.PROCESSING_FEES) == 1074
    assert selling.balance(session, chart.DEFERRED_INCOME, shop.buyer.participant_id) == -36_000
    assert state_of(session, placed.order_id) is State.PAID
    assert [mail.split(" Kanopi: ")[1] for mail in mails(session)[-2:]] == ["Order 1 is paid", "Coaching is booked"]


def test_a_payment_told_twice_is_one(shop: Shop) -> None:
    placed = buy(shop, selling.fellowship(shop.session))
    assert selling.pay(shop.session, placed) is Outcome.BOOKED
    assert selling.pay(shop.session, placed) is Outcome.REPEATED
    assert selling.balance(shop.session, chart.DEFERRED_INCOME) == -30_000


def test_an_invoice_is_owed_and_paid_by_bank(shop: Shop) -> None:
    session = shop.session
    enterprise = selling.organisation(session, shop.buyer.person_id)
    offering_id = selling.fellowship(session)
    placed = selling.buy(session, shop.buyer.person_id, enterprise, offering_id, po="PO 7")
    assert selling.balance(session, chart.RECEIVABLE, enterprise) == 90_000
    assert selling.balance(session, chart.DEFERRED_INCOME, enterprise) == -90_000
    assert state_of(session, placed.order_id) is State.INVOICED
    joining.pay(session, enterprise, 40_000)
    assert state_of(session, placed.order_id) is State.INVOICED
    joining.pay(session, enterprise, 50_000)
    assert state_of(session, placed.order_id) is State.PAID
    assert selling.balance(session, chart.RECEIVABLE) == 0


@pytest.mark.parametrize(
    ("ordered", "due"),
    [
        (date(2026, 1, 31), date(2026, 2, 20)),
        (date(2026, 11, 1), date(2026, 12, 20)),
        (date(2026, 12, 24), date(2027, 1, 20)),
    ],
)
def test_an_invoice_is_due_on_the_20th_of_the_next_month(ordered: date, due: date) -> None:
    assert orders.due_on(ordered) == due


def test_a_members_sale_leaves_the_co_op_its_fee(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.listing(session, "board", shop.seller.participant_id, price_minor=10_005)
    selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    # 10 % of 100.05 is 10.005, rounded half up; it names the seller, because patronage follows who paid the co-op.
    assert selling.balance(session, chart.MARKETPLACE_INCOME, shop.seller.participant_id) == -1001
    assert selling.balance(session, chart.OWED_TO_SELLERS, shop.seller.participant_id) == -9004
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    assert any("Sold: Stoat trap" in mail for mail in mails(session))


def test_an_order_keeps_the_price_it_was_sold_at(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session)
    placed = buy(shop, offering_id)
    offers.edit(
        session,
        joining.founder(session, "secretary"),
        offering_id=offering_id,
        words=selling.words("River fellowship"),
        prices=[Price(INDIVIDUAL, 99_900)],
        places=None,
    )
    assert selling.order(session, placed.order_id).amount_minor == 30_000
    selling.pay(session, placed)
    assert selling.order(session, buy(shop, offering_id).order_id).amount_minor == 99_900


def test_an_order_keeps_the_words_it_was_sold_under_until_they_are_erased(shop: Shop) -> None:
    session, seller = shop.session, joining.actor_of(shop.session, shop.seller.person_id)
    offering_id = selling.listing(session, "board", shop.seller.participant_id)
    placed = buy(shop, offering_id)
    was = order_queries.order(session, placed.order_id).row
    assert (was.title, was.member_seller) == ("Stoat trap, hand-made", "Ana Tūī")
    mine = {"participant_id": shop.seller.participant_id, "offering_id": offering_id}
    listings.edit(session, seller, listing=Listing(selling.words("A used pencil"), 10_000), **mine)
    text = ProfileText("Somebody Else", "", "", "", "", is_listed=False)
    edit_profile(session, seller, participant_id=shop.seller.participant_id, text=text)
    assert order_queries.order(session, placed.order_id).row == was
    assert [row.number for row in order_queries.orders(session, words="stoat").rows] == [was.number]
    assert order_queries.orders(session, words="pencil").total == 0
    selling.pay(session, placed)
    told = [job.payload for job in session.scalars(select(OutboxJob).where(OutboxJob.kind == "mail"))]
    assert any("“Stoat trap, hand-made”" in mail["text"] for mail in told)
    assert any("Sold: Stoat trap" in mail["subject"] for mail in told)
    assert not any("pencil" in str(mail) for mail in told)
    session.execute(delete(OrderText))
    erased = order_queries.order(session, placed.order_id).row
    assert (erased.title, erased.seller) == ("(the words were erased)", "(the words were erased)")
    assert order_queries.orders(session, words="stoat").total == 0
    selling.refund(session, placed.order_id, 100)


def test_while_an_order_waits_for_its_payment_the_same_is_that_order_and_another_is_refused(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    group = selling.organisation(session, buyer.person_id, GROUP)
    actor = joining.actor_of(session, buyer.person_id)
    offering_id = selling.coaching(session, shop.coach.participant_id, places=3)
    first = buy(shop, offering_id, quantity=2)
    before = count(session, SalesOrder, Checkout)
    assert buy(shop, offering_id, quantity=2) == first
    assert count(session, SalesOrder, Checkout) == before

    def again(**changes: object) -> Callable[[], object]:
        asked = {"participant_id": buyer.participant_id, "quantity": 2, "by": PaidBy.CARD, **changes}
        return lambda: orders.place(session, actor, offering_id=offering_id, **asked)  # type: ignore[arg-type]

    assert again(seen_minor=24_000)() == first
    refusal = refuse(session, errors.OrderWaiting, again(quantity=1))
    assert refusal.values() == {"number": 1}
    refuse(session, errors.OrderWaiting, again(seen_minor=22_000))
    # Somebody else's order is another one, and so is one of something else.
    other = selling.buy(session, buyer.person_id, group, offering_id)
    assert other.order_id != first.order_id
    refuse(session, errors.OrderWaiting, again(participant_id=group, quantity=1, by=PaidBy.INVOICE))
    assert buy(shop, selling.fellowship(session, begins_in_days=1)).order_id != first.order_id
    orders.cancel(session, actor, order_id=first.order_id)
    second = buy(shop, offering_id)
    assert second.order_id != first.order_id
    selling.pay(session, second)
    with selling.later(hours=2):
        # Paid, or not paid in time: nothing waits any more.
        third = buy(shop, offering_id)
        assert third.order_id != second.order_id
        assert selling.buy(session, buyer.person_id, group, offering_id).order_id != other.order_id


def test_a_cancelled_order_ends_its_checkout_and_a_payment_goes_back_in_full(shop: Shop) -> None:
    session, actor = shop.session, joining.actor_of(shop.session, shop.buyer.person_id)
    placed = buy(shop, selling.fellowship(session))
    assert placed.checkout_id is not None
    orders.cancel(session, actor, order_id=placed.order_id)
    assert checkouts.state_of(session, placed.checkout_id) is CheckoutState.CANCELLED
    with pytest.raises(CheckoutOver):
        practice.pay(session, placed.checkout_id)
    assert selling.pay(session, placed) is Outcome.BOOKED
    assert state_of(session, placed.order_id) is State.REFUNDED
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0


def test_members_and_organisations_pay_their_own_price(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session, members=25_000)
    group = selling.organisation(session, shop.buyer.person_id, GROUP)
    bought = [
        selling.buy(session, person_id, participant_id, offering_id)
        for person_id, participant_id in (
            (shop.buyer.person_id, shop.buyer.participant_id),
            (shop.seller.person_id, shop.seller.participant_id),
            (shop.buyer.person_id, group),
        )
    ]
    sold = [selling.order(session, one.order_id) for one in bought]
    assert [(one.price_minor, one.was_member) for one in sold] == [(30_000, False), (25_000, True), (60_000, False)]


def test_the_last_place_is_sold_once_and_is_free_again_when_nobody_pays(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session, places=1, begins_in_days=1)
    first, other = buy(shop, offering_id), shop.coach
    refuse(
        session,
        errors.SoldOut,
        lambda: selling.buy(session, other.person_id, other.participant_id, offering_id),
    )
    with selling.later(hours=2):
        assert state_of(session, first.order_id) is State.EXPIRED
        second = buy(shop, offering_id)
        assert selling.pay(session, second) is Outcome.BOOKED
        refuse(session, errors.SoldOut, lambda: buy(shop, offering_id))


def test_a_payment_after_the_place_is_gone_is_booked_and_refunded_in_full(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session, places=1, begins_in_days=1)
    late = buy(shop, offering_id)
    with selling.later(hours=2):
        selling.bought(session, shop.coach.person_id, shop.coach.participant_id, offering_id)
        assert selling.pay(session, late) is Outcome.BOOKED
        assert state_of(session, late.order_id) is State.REFUNDED
        assert selling.balance(session, chart.DEFERRED_INCOME) == -30_000
        assert any("Order 1: a refund" in mail for mail in mails(session))
        # The fee of the processor stays a cost.
        assert selling.balance(session, chart.PROCESSING_FEES) == 2 * 900


def test_a_payment_that_comes_late_is_taken_where_there_is_a_place(shop: Shop) -> None:
    placed = buy(shop, selling.fellowship(shop.session, places=1))
    with selling.later(hours=2):
        assert selling.pay(shop.session, placed) is Outcome.BOOKED
        assert state_of(shop.session, placed.order_id) is State.PAID


def test_a_payment_for_a_cancelled_order_or_a_cohort_that_has_met_comes_back(shop: Shop) -> None:
    session = shop.session
    offering_id = selling.fellowship(session)
    cancelled = buy(shop, offering_id)
    orders.cancel(session, joining.actor_of(session, shop.buyer.person_id), order_id=cancelled.order_id)
    waiting = buy(shop, offering_id)
    selling.hold_meeting(session, selling.meetings(session, offering_id)[0])
    for placed in (cancelled, waiting):
        assert selling.pay(session, placed) is Outcome.BOOKED
        assert state_of(session, placed.order_id) is State.REFUNDED
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0


def test_what_changed_since_the_page_is_told_and_nothing_is_ordered(shop: Shop) -> None:
    session, actor = shop.session, joining.actor_of(shop.session, shop.buyer.person_id)
    offering_id = selling.fellowship(session)

    def place() -> object:
        return orders.place(
            session,
            actor,
            participant_id=shop.buyer.participant_id,
            offering_id=offering_id,
            by=PaidBy.CARD,
            seen_minor=29_900,
        )

    refusal = refuse(session, errors.PriceChanged, place)
    assert refusal.values() == {"seen_minor": 29_900, "amount_minor": 30_000, "currency": "NZD"}
    offers.withdraw(session, joining.founder(session, "board"), offering_id=offering_id)
    refuse(session, errors.Withdrawn, place)


def test_an_order_that_cannot_be_is_refused(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    group, enterprise = (selling.organisation(session, buyer.person_id, kind) for kind in (GROUP, ENTERPRISE))
    coaching = selling.coaching(session, shop.coach.participant_id, places=5)
    listing = selling.listing(session, "board", shop.seller.participant_id)
    alone = offers.offer(
        session,
        joining.founder(session, "board"),
        NewOffering(selling.words("For groups"), [Price(GROUP, 100)], meetings=[cooperative.today(session)]),
    )

    def attempt(
        refusal: type[Refusal], participant_id: UUID, offering_id: UUID, quantity: int = 1, po: str | None = None
    ) -> None:
        person_id = shop.seller.person_id if participant_id == shop.seller.participant_id else buyer.person_id
        refuse(
            session,
            refusal,
            lambda: selling.buy(session, person_id, participant_id, offering_id, quantity=quantity, po=po),
        )

    attempt(errors.TooFewLeft, buyer.participant_id, coaching, 6)
    attempt(errors.QuantityOutOfRange, buyer.participant_id, coaching, 0)
    attempt(errors.QuantityOutOfRange, buyer.participant_id, coaching, 101)
    attempt(errors.QuantityOutOfRange, buyer.participant_id, listing, 2)
    attempt(errors.InvoiceForOrganisations, buyer.participant_id, coaching, po="PO 1")
    attempt(errors.InvoiceForOrganisations, group, listing, po="PO 1")
    attempt(errors.PurchaseOrderMissing, enterprise, coaching, po=" ")
    attempt(TextTooLong, enterprise, coaching, po="x" * 41)
    attempt(errors.NotForThisKind, buyer.participant_id, alone)
    attempt(errors.OwnListing, shop.seller.participant_id, listing)
    attempt(NotFound, buyer.participant_id, uuid4())
    attempt(NotFound, shop.coach.participant_id, coaching)
    with selling.later(days=2):
        attempt(errors.CohortBegun, group, alone)


def test_the_same_form_is_one_order_and_an_altered_one_is_refused(shop: Shop) -> None:
    session, actor, token = shop.session, joining.actor_of(shop.session, shop.buyer.person_id), uuid4()
    offering_id = selling.coaching(session, shop.coach.participant_id)

    def place(quantity: int) -> orders.Placed:
        return orders.place(
            session,
            actor,
            participant_id=shop.buyer.participant_id,
            offering_id=offering_id,
            quantity=quantity,
            by=PaidBy.CARD,
            form_token=token,
        )

    assert place(2) == place(2)
    refuse(session, errors.OrderFormUsed, lambda: place(3))


def test_an_unpaid_order_is_cancelled_once_and_its_booking_reversed(shop: Shop) -> None:
    session, actor = shop.session, joining.actor_of(shop.session, shop.buyer.person_id)
    group = selling.organisation(session, shop.buyer.person_id, GROUP)
    actor = joining.actor_of(session, shop.buyer.person_id)
    placed = selling.buy(session, shop.buyer.person_id, group, selling.fellowship(session, places=1), po="")
    orders.cancel(session, actor, order_id=placed.order_id)
    assert state_of(session, placed.order_id) is State.CANCELLED
    assert selling.balance(session, chart.RECEIVABLE) == selling.balance(session, chart.DEFERRED_INCOME) == 0
    refuse(session, errors.AlreadyCancelled, lambda: orders.cancel(session, actor, order_id=placed.order_id))
    with pytest.raises(Refusal, match="Nothing is to be paid any more"):
        joining.pay(session, group)


def test_what_was_paid_or_delivered_is_not_cancelled_nor_by_a_stranger(shop: Shop) -> None:
    session = shop.session
    actor = joining.actor_of(session, shop.buyer.person_id)
    offering_id = selling.coaching(session, shop.coach.participant_id)
    paid = selling.bought(session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)
    refuse(session, errors.NotCancellable, lambda: orders.cancel(session, actor, order_id=paid))
    group = selling.organisation(session, shop.buyer.person_id, GROUP)
    actor = joining.actor_of(session, shop.buyer.person_id)
    delivered = selling.buy(session, shop.buyer.person_id, group, offering_id, po="")
    selling.hold_session(session, delivered.order_id)
    refuse(session, errors.NotCancellable, lambda: orders.cancel(session, actor, order_id=delivered.order_id))
    partly = selling.buy(session, shop.buyer.person_id, group, offering_id, po="")
    joining.pay(session, group, 100)
    refuse(session, errors.NotCancellable, lambda: orders.cancel(session, actor, order_id=partly.order_id))
    stranger = joining.actor_of(session, shop.coach.person_id)
    refuse(session, PowerMissing, lambda: orders.cancel(session, stranger, order_id=partly.order_id))


def test_an_offering_with_something_wrong_is_refused(shop: Shop) -> None:
    session, secretary = shop.session, joining.founder(shop.session, "secretary")
    today, coach_id = cooperative.today(session), shop.coach.participant_id
    some = [Price(INDIVIDUAL, 100)]

    def attempt(refusal: type[Refusal], **changes: object) -> None:
        values = {"words": selling.words("A fellowship"), "prices": some, "meetings": [today], **changes}
        before = count(session, Offering, OfferingPrice)
        with pytest.raises(refusal), session.begin_nested():
            offers.offer(session, secretary, NewOffering(**values))  # type: ignore[arg-type]
        assert count(session, Offering, OfferingPrice) == before

    attempt(offer_errors.PricesMissing, prices=[])
    attempt(offer_errors.PriceOutOfRange, prices=[Price(GROUP, 0)])
    attempt(offer_errors.PriceOutOfRange, prices=[Price(GROUP, 10**10 + 1)])
    attempt(offer_errors.MembersPriceAlone, prices=[Price(GROUP, 100), Price(INDIVIDUAL, 1, for_members=True)])
    attempt(offer_errors.PlacesOutOfRange, places=0)
    attempt(offer_errors.MeetingsMissing, meetings=[])
    attempt(offer_errors.MeetingsRepeated, meetings=[today, today])
    attempt(offer_errors.MeetingInPast, meetings=[today - timedelta(days=1)])
    attempt(offer_errors.MinutesOutOfRange, meetings=[], coaching=Coaching(coach_id, 0, 100))
    attempt(offer_errors.CoachFeeOutOfRange, meetings=[], coaching=Coaching(coach_id, 60, -1))
    attempt(offer_errors.NoSuchCoach, meetings=[], coaching=Coaching(uuid4(), 60, 100))
    attempt(TextMissing, words=selling.words(" "))
    treasurer = joining.founder(session, "treasurer")
    with pytest.raises(PowerMissing):
        offers.offer(session, treasurer, NewOffering(selling.words("A fellowship"), some, meetings=[today]))


def test_places_do_not_go_below_what_is_sold(shop: Shop) -> None:
    session, secretary = shop.session, joining.founder(shop.session, "secretary")
    offering_id = selling.coaching(session, shop.coach.participant_id, places=10)
    buy(shop, offering_id, quantity=4)
    with pytest.raises(offer_errors.PlacesTaken), session.begin_nested():
        offers.edit(
            session,
            secretary,
            offering_id=offering_id,
            words=selling.words("Coaching"),
            prices=selling.prices(),
            places=3,
        )
    assert session.get_one(Offering, offering_id).places == 10


def test_a_listing_is_a_members_own(shop: Shop) -> None:
    session, listing = shop.session, Listing(selling.words("A trap"), 500)
    offering_id = selling.listing(session, "board", shop.seller.participant_id)
    stranger, seller = (joining.actor_of(session, one.person_id) for one in (shop.buyer, shop.seller))
    with pytest.raises(offer_errors.MembersSell):
        listings.list_for_sale(session, stranger, participant_id=shop.buyer.participant_id, listing=listing)
    with pytest.raises(NotFound):
        listings.edit(
            session, stranger, participant_id=shop.buyer.participant_id, offering_id=offering_id, listing=listing
        )
    with pytest.raises(NotFound):
        offers.withdraw(session, joining.founder(session, "secretary"), offering_id=offering_id)
    mine = {"participant_id": shop.seller.participant_id, "offering_id": offering_id}
    listings.edit(session, seller, listing=listing, **mine)
    listings.withdraw(session, seller, **mine)
    with pytest.raises(offer_errors.AlreadyWithdrawn):
        listings.withdraw(session, seller, **mine)
    with pytest.raises(offer_errors.AlreadyWithdrawn):
        listings.edit(session, seller, listing=listing, **mine)
