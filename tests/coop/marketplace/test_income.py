"""Income of members and of others: each on its account by the day it is earned, and taken back from where it stands."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from coop import cooperative
from coop.marketplace import checks, deliveries
from coop.membership.models import Participant
from evidence.rules import drop_rules
from ledger import chart
from ledger.models import Account, Business, Entry, Posting
from ledger.surplus.business import business_of, patronage_of
from ledger.years import periods
from tests import joining, selling
from tests.coop.marketplace.conftest import Shop


def coached(shop: Shop) -> UUID:
    """Sell three sessions for 120.00 each to somebody who is no member."""
    offering_id = selling.coaching(shop.session, shop.coach.participant_id)
    buyer = shop.buyer
    return selling.bought(shop.session, buyer.person_id, buyer.participant_id, offering_id, quantity=3)


def standing(shop: Shop) -> tuple[int, int]:
    """Return what stands as coaching income of members and of others, as it is earned."""
    accounts = (chart.COACHING_INCOME, chart.COACHING_INCOME_OTHERS)
    members, others = (-selling.balance(shop.session, code, shop.buyer.participant_id) for code in accounts)
    return members, others


def test_what_is_earned_before_somebody_joins_is_business_with_others(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.hold_session(session, order_id, 1)
    assert standing(shop) == (0, 12_000)
    with selling.later(days=10):
        before_joining = cooperative.today(session)
        with selling.later(days=1):
            joining.enrolled(session, shop.buyer)
            # Earned on the day before, though it is confirmed by a member.
            selling.hold_session(session, order_id, 2, on=before_joining)
            assert standing(shop) == (0, 24_000)
            selling.hold_session(session, order_id, 3)
            assert standing(shop) == (12_000, 24_000)


def test_a_refund_takes_back_what_was_earned_of_others_first_as_patronage_does(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    party = session.get_one(Participant, shop.buyer.participant_id).party_ref
    year = periods.fiscal_years(session)[0]
    selling.hold_session(session, order_id, 1)
    with selling.later(days=10):
        joined_on = cooperative.today(session)
        joining.enrolled(session, shop.buyer)
        for unit in (2, 3):
            selling.hold_session(session, order_id, unit)
        for amount_minor, stands in ((5_000, (24_000, 7_000)), (10_000, (21_000, 0)), (21_000, (0, 0))):
            selling.refund(session, order_id, amount_minor)
            assert standing(shop) == stands
            found = patronage_of(session, year, {party: joined_on})
            assert found == ({party: stands[0]} if stands[0] else {})


def test_a_session_taken_back_goes_from_the_account_it_was_earned_on(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    first = selling.hold_session(session, order_id, 1)
    with selling.later(days=10):
        joining.enrolled(session, shop.buyer)
        selling.hold_session(session, order_id, 2)
        deliveries.take_back(session, joining.founder(session, "secretary"), delivery_id=first)
        assert standing(shop) == (12_000, 0)


def test_a_members_sale_is_business_with_the_seller_whoever_buys(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    offering_id = selling.listing(session, "board", shop.seller.participant_id)
    selling.bought(session, buyer.person_id, buyer.participant_id, offering_id)
    assert selling.balance(session, chart.MARKETPLACE_INCOME, shop.seller.participant_id) == -1000
    assert selling.balance(session, chart.MARKETPLACE_INCOME_OTHERS) == 0


def test_the_figures_of_a_year_are_the_same_whichever_account_they_stand_on(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    party = session.get_one(Participant, shop.buyer.participant_id).party_ref
    year = periods.fiscal_years(session)[0]
    selling.hold_session(session, order_id, 1)
    with selling.later(days=10):
        joining.enrolled(session, shop.buyer)
        selling.hold_session(session, order_id, 2)
        found = business_of(session, year, {party: cooperative.today(session)})
        assert (found.members_minor, found.non_members_minor, found.grants_and_other_minor) == (12_000, 12_000, 0)


def test_a_co_op_that_uses_the_code_for_something_else_keeps_one_account_for_all(shop: Shop) -> None:
    session = shop.session
    own = select(Account).where(Account.code == chart.COACHING_INCOME_OTHERS)
    session.scalars(own).one().business = None
    session.flush()
    selling.hold_session(session, coached(shop), 1)
    assert standing(shop) == (12_000, 0)
    session.scalars(own).one().business = Business.NON_MEMBER
    session.flush()


@pytest.mark.tampers
def test_the_checks_find_income_that_was_taken_back_from_the_wrong_account(shop: Shop) -> None:
    session, order_id = shop.session, coached(shop)
    selling.hold_session(session, order_id, 1)
    selling.refund(session, order_id, 30_000)
    assert list(checks.findings(session)) == []
    drop_rules(session.connection())
    ids = {one.code: one.id for one in chart.accounts(session)}
    refund = select(Entry.id).where(Entry.kind == "refund", Entry.source_id == order_id).scalar_subquery()
    others, members = ids[chart.COACHING_INCOME_OTHERS], ids[chart.COACHING_INCOME]
    moved = update(Posting).where(Posting.entry_id == refund, Posting.account_id == others).values(account_id=members)
    session.execute(moved)
    details = [finding.detail for finding in checks.findings(session)]
    assert details == ["order 1: more was taken back from account 4100 than stood there"]
