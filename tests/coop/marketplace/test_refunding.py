"""Refunds: from where the money stands, never more than the sale, and back the way it came."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop import cooperative
from coop.marketplace import deliveries, errors, refunds
from coop.marketplace.order_models import OrderRefund
from coop.membership.models import Participant
from coop.outbox import OutboxJob
from coop.payments.cards.models import CardRefund
from coop.payments.models import PaymentCredit
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.payees import Payees, owed_to, pay_list
from coop.permissions import NotFound, PowerMissing
from coop.texts import TextMissing
from evidence.messages import Refusal
from ledger import chart
from ledger.models import Account, Entry, Posting
from ledger.surplus.business import patronage_of
from ledger.years import periods
from tests import joining, selling
from tests.coop.marketplace.conftest import Shop


def coached(shop: Shop, held: int = 1) -> UUID:
    """Sell three sessions for 120.00 each, of which some are held."""
    session, buyer = shop.session, shop.buyer
    offering_id = selling.coaching(session, shop.coach.participant_id)
    order_id = selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=3)
    for unit in range(1, held + 1):
        selling.hold_session(session, order_id, unit)
    return order_id


def sold(shop: Shop, price_minor: int = 10_000) -> UUID:
    """Sell something of the member's."""
    session, buyer = shop.session, shop.buyer
    offering_id = selling.listing(session, "board", shop.seller.participant_id, price_minor=price_minor)
    return selling.bought(session, buyer.person_id, buyer.participant_id, offering_id)


def invoiced(shop: Shop) -> tuple[UUID, UUID]:
    """Sell a fellowship for 900.00 by invoice; return the buyer and the order."""
    session = shop.session
    enterprise = selling.organisation(session, shop.buyer.person_id)
    offering_id = selling.fellowship(session)
    return enterprise, selling.buy(session, shop.buyer.person_id, enterprise, offering_id, po="PO 7").order_id


def rows(session: Session) -> list[int]:
    return [
        session.scalar(select(func.count()).select_from(one)) or 0
        for one in (OrderRefund, CardRefund, PaymentCredit, Entry, OutboxJob)
    ]


def refused(session: Session, refusal: type[Refusal], order_id: UUID, amount_minor: int) -> Refusal:
    before = rows(session)
    with pytest.raises(refusal) as found, session.begin_nested():
        selling.refund(session, order_id, amount_minor)
    assert rows(session) == before
    return found.value


def test_what_is_to_come_is_refunded_first_and_then_what_was_income(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.refund(session, order_id, 20_000)
    assert selling.balance(session, chart.DEFERRED_INCOME) == -4000
    assert selling.balance(session, chart.COACHING_INCOME_OTHERS) == -12_000
    selling.refund(session, order_id, 10_000)
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    # Patronage is net of refunds: the income that is taken back names the buyer too.
    assert selling.balance(session, chart.COACHING_INCOME_OTHERS, shop.buyer.participant_id) == -6000
    assert selling.balance(session, chart.STRIPE_BALANCE) == 36_000 - 1074 - 30_000
    # The coach has worked and is owed all the same.
    assert selling.balance(session, chart.OWED_TO_COACHES) == -8000


def test_what_is_left_to_come_after_a_refund_is_delivered_at_what_is_left_for_it(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.refund(session, order_id, 14_999)
    selling.hold_session(session, order_id, 3)
    assert selling.balance(session, chart.DEFERRED_INCOME) == -4501
    selling.hold_session(session, order_id, 2)
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0


def test_what_was_refunded_is_not_delivered(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.refund(session, order_id, 24_000)
    with pytest.raises(errors.NothingLeftToDeliver):
        selling.hold_session(session, order_id, 2)


def test_who_was_refunded_is_no_longer_in_the_cohort(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    offering_id = selling.fellowship(session)
    leaving, staying = (selling.bought(session, buyer.person_id, buyer.participant_id, offering_id) for _ in range(2))
    meetings = selling.meetings(session, offering_id)
    selling.hold_meeting(session, meetings[0])
    selling.refund(session, leaving, 20_000)
    selling.hold_meeting(session, meetings[1])
    assert selling.balance(session, chart.FELLOWSHIP_INCOME_OTHERS) == -30_000
    selling.refund(session, staying, 30_000)
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    assert selling.balance(session, chart.FELLOWSHIP_INCOME_OTHERS) == -10_000


def test_a_refund_larger_than_the_sale_is_refused(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    assert refused(session, errors.RefundTooLarge, order_id, 36_001).values()["left_minor"] == 36_000
    selling.refund(session, order_id, 35_000)
    assert refused(session, errors.RefundTooLarge, order_id, 1001).values()["left_minor"] == 1000
    refused(session, errors.RefundOfNothing, order_id, 0)
    refused(session, errors.RefundOfNothing, order_id, -5)
    selling.refund(session, order_id, 1000)
    refused(session, errors.RefundTooLarge, order_id, 1)
    refused(session, NotFound, uuid4(), 1)


def test_what_was_not_paid_is_not_refunded(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    offering_id = selling.fellowship(session)
    placed = selling.buy(session, buyer.person_id, buyer.participant_id, offering_id)
    refused(session, errors.NotSold, placed.order_id, 1)


def test_a_refund_needs_the_treasurer_and_a_reason(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)

    def attempt(who: str, reason: str) -> UUID:
        actor = joining.founder(session, who)
        return refunds.refund(session, actor, order_id=order_id, amount_minor=100, reason=reason, form_token=uuid4())

    with pytest.raises(PowerMissing):
        attempt("secretary", "They moved away.")
    with pytest.raises(TextMissing):
        attempt("treasurer", " ")


def test_a_refund_form_sent_twice_is_one_refund(shop: Shop) -> None:
    session, order_id, token = shop.session, coached(shop), uuid4()
    assert selling.refund(session, order_id, 100, token) == selling.refund(session, order_id, 100, token)
    with pytest.raises(errors.RefundFormUsed):
        selling.refund(session, order_id, 200, token)


def test_a_delivery_is_not_taken_back_after_it_was_refunded(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop, held=0)
    delivery_id = selling.hold_session(session, order_id, 1)
    selling.refund(session, order_id, 30_000)
    with pytest.raises(errors.DeliveryRefunded):
        deliveries.take_back(session, joining.founder(session, "secretary"), delivery_id=delivery_id)


def test_a_members_sale_is_refunded_in_proportion_to_the_cent(shop: Shop) -> None:
    session, order_id = shop.session, sold(shop, 9995)
    seller = shop.seller.participant_id
    # The fee is 10.00 (999.5 rounded half up), the seller is owed 89.95.
    selling.refund(session, order_id, 3333)
    assert selling.balance(session, chart.MARKETPLACE_INCOME, seller) == -1000 + 333
    assert selling.balance(session, chart.OWED_TO_SELLERS, seller) == -8995 + 3000
    selling.refund(session, order_id, 1)
    selling.refund(session, order_id, 9995 - 3334)
    assert selling.balance(session, chart.MARKETPLACE_INCOME) == selling.balance(session, chart.OWED_TO_SELLERS) == 0
    assert selling.balance(session, chart.STRIPE_BALANCE) == -selling.balance(session, chart.PROCESSING_FEES)
    refused(session, errors.RefundTooLarge, order_id, 1)


def test_a_seller_who_was_paid_owes_what_is_refunded(shop: Shop) -> None:
    session, order_id, seller = shop.session, sold(shop), shop.seller.participant_id
    record_payment(
        session,
        joining.founder(session, "treasurer"),
        account_code=chart.OWED_TO_SELLERS,
        lines=[ToPay(seller, 9000)],
        paid_on=cooperative.today(session),
        form_token=uuid4(),
    )
    selling.refund(session, order_id, 10_000)
    assert selling.balance(session, chart.OWED_TO_SELLERS, seller) == 9000
    assert selling.balance(session, chart.MARKETPLACE_INCOME) == 0


def test_an_unpaid_invoice_is_credited(shop: Shop) -> None:
    session = shop.session
    enterprise, order_id = invoiced(shop)
    selling.refund(session, order_id, 90_000)
    assert selling.balance(session, chart.RECEIVABLE, enterprise) == 0
    assert selling.balance(session, chart.OWED_TO_CLIENTS) == selling.balance(session, chart.DEFERRED_INCOME) == 0
    refused(session, errors.RefundTooLarge, order_id, 1)


def test_of_a_partly_paid_invoice_the_unpaid_part_is_credited_and_the_rest_is_owed_to_the_buyer(shop: Shop) -> None:
    session = shop.session
    enterprise, order_id = invoiced(shop)
    joining.pay(session, enterprise, 60_000)
    selling.refund(session, order_id, 40_000)
    assert selling.balance(session, chart.RECEIVABLE, enterprise) == 0
    assert selling.balance(session, chart.OWED_TO_CLIENTS, enterprise) == -10_000
    assert selling.balance(session, chart.DEFERRED_INCOME) == -50_000
    to_treasurer = select(OutboxJob).where(OutboxJob.key.like("order-owed:%"))
    assert [job.payload["to"] for job in session.scalars(to_treasurer)] == ["treasurer@kanopi.example"]


def test_what_is_owed_to_a_client_is_paid_from_the_list_of_clients(shop: Shop) -> None:
    session, treasurer = shop.session, joining.founder(shop.session, "treasurer")
    enterprise, order_id = invoiced(shop)
    joining.pay(session, enterprise, 90_000)
    selling.refund(session, order_id, 40_000)
    assert owed_to(session, enterprise) == [(Payees.CLIENTS, 40_000)]
    assert [(row.participant_id, row.owed_minor) for row in pay_list(session, Payees.CLIENTS).rows] == [
        (enterprise, 40_000)
    ]
    record_payment(
        session,
        treasurer,
        account_code=chart.OWED_TO_CLIENTS,
        lines=[ToPay(enterprise, 40_000)],
        paid_on=cooperative.today(session),
        form_token=uuid4(),
    )
    assert selling.balance(session, chart.OWED_TO_CLIENTS) == 0
    assert pay_list(session, Payees.CLIENTS).rows == ()
    # Nothing of it was ever owed to suppliers.
    assert selling.balance(session, chart.PAYABLE) == 0


def test_income_names_the_order_and_so_does_the_refund_that_takes_it_back(shop: Shop) -> None:
    session, card = shop.session, "card_payment"
    coached_id, sold_id = coached(shop), sold(shop)
    for order_id, amount_minor in ((coached_id, 30_000), (sold_id, 5_000)):
        selling.refund(session, order_id, amount_minor)
        kinds = session.scalars(
            select(Entry.kind)
            .join(Posting, Posting.entry_id == Entry.id)
            .join(Account, Account.id == Posting.account_id)
            .where(Entry.source_id == order_id, Account.code.in_(chart.PATRONAGE_SOURCES))
            .order_by(Entry.id)
        )
        assert list(kinds) == (["delivery", "refund"] if order_id == coached_id else ["commission", "refund"])
    named = session.scalars(
        select(Account.code).join(Posting).join(Entry, Entry.id == Posting.entry_id).where(Entry.source_kind == card)
    )
    assert not set(named) & set(chart.PATRONAGE_SOURCES)


def test_what_was_bought_before_the_membership_and_refunded_later_takes_no_patronage_away(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    year = periods.fiscal_years(session)[0]
    party = session.get_one(Participant, buyer.participant_id).party_ref
    before = coached(shop, held=3)
    with selling.later(days=10):
        joined_on = cooperative.today(session)
        after = coached(shop, held=2)
        selling.refund(session, before, 36_000)
        assert patronage_of(session, year, {party: joined_on}) == {party: 24_000}
        selling.refund(session, after, 24_000)
        assert patronage_of(session, year, {party: joined_on}) == {party: 12_000}


def test_a_fee_of_what_a_seller_sold_before_they_joined_is_passed_over_with_its_refund(shop: Shop) -> None:
    session, seller = shop.session, shop.seller.participant_id
    year = periods.fiscal_years(session)[0]
    party = session.get_one(Participant, seller).party_ref
    before = sold(shop)
    with selling.later(days=10):
        joined_on = cooperative.today(session)
        sold(shop)
        selling.refund(session, before, 10_000)
        assert patronage_of(session, year, {party: joined_on}) == {party: 1_000}


def test_a_card_refund_is_asked_of_the_processor_by_the_worker(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.refund(session, order_id, 100)
    asked = session.scalars(select(CardRefund)).one()
    job = session.scalars(select(OutboxJob).where(OutboxJob.kind == "card-refund")).one()
    assert (asked.amount_minor, job.payload) == (100, {"refund": str(asked.id)})
