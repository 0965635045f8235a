"""The tax of what is sold: on the day of the sale, under the rate of the order, and given back with every refund to the cent."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative, founding
from coop.books.tax import operations as tax_codes
from coop.checking import all_findings
from coop.marketplace import errors, offer_errors, orders
from coop.marketplace.checks import findings
from coop.marketplace.models import Offering
from coop.marketplace.order_models import OrderRefund, PaidBy, SalesOrder
from coop.marketplace.sales_tax import SalesTax
from coop.membership.models import Participant
from coop.payments.cards.models import Outcome
from coop.permissions import PowerMissing
from coop.taxes import NoSalesCode, Registration, TaxNumberMissing, TaxNumberWrong, declare_registration
from evidence.columns import table_of
from evidence.identifiers import new_id
from ledger import chart
from ledger.errors import NoSuchTaxCode
from ledger.models import Entry, Posting, TaxUse
from ledger.posting import Draft, Line, post
from ledger.surplus.business import business_of, patronage_of
from ledger.tax.codes import NewCode
from ledger.years import periods
from tests import joining, selling, taxing
from tests.conftest import check_deferred
from tests.coop.marketplace.conftest import Shop
from tests.coop.marketplace.test_marketplace_checks import without_rules
from tests.databases import TestDatabase
from tests.founded import OPERATOR, plan


@pytest.fixture
def taxed(shop: Shop) -> Shop:
    """The shop of a co-op that is registered for GST."""
    taxing.register(shop.session)
    return shop


def coached(shop: Shop, quantity: int = 3, price_minor: int = 12_000) -> UUID:
    """Sell sessions by card."""
    session, buyer = shop.session, shop.buyer
    offering_id = selling.coaching(session, shop.coach.participant_id, price_minor=price_minor)
    return selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=quantity)


def cohort(shop: Shop, code: str | None = None, *, is_added: bool = False, price_minor: int = 30_000) -> UUID:
    """Offer a fellowship under a tax code."""
    offering_id = selling.fellowship(shop.session, price_minor=price_minor)
    taxing.set_tax(shop.session, offering_id, code, is_added=is_added)
    return offering_id


def bought(shop: Shop, offering_id: UUID) -> UUID:
    return selling.bought(shop.session, shop.buyer.person_id, shop.buyer.participant_id, offering_id)


def entry(session: Session, kind: str) -> list[tuple[str, int, str | None]]:
    """Return the lines of the only entry of a kind."""
    return taxing.lines_of(session, session.scalars(select(Entry.id).where(Entry.kind == kind)).one())


def test_a_sale_by_card_stands_net_with_its_tax_beside_it_and_a_delivery_moves_the_net_amount(taxed: Shop) -> None:
    session, order_id = taxed.session, coached(taxed)
    # 360.00 × 3/23 = 46.956…
    assert entry(session, "sale")[2:] == [
        (chart.DEFERRED_INCOME, -31_304, "GST15-S"),
        (chart.TAX, -4_696, "GST15-S"),
    ]
    selling.hold_session(session, order_id)
    assert entry(session, "delivery")[:2] == [
        (chart.DEFERRED_INCOME, 10_435, None),
        (chart.COACHING_INCOME_OTHERS, -10_435, None),
    ]
    for unit in (2, 3):
        selling.hold_session(session, order_id, unit)
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0
    assert selling.balance(session, chart.COACHING_INCOME_OTHERS) == -31_304
    # What was charged is in the box, once: on the day of the sale and not again on those of the deliveries.
    assert taxing.boxes(session) == {"5": 36_000, "7": 36_000, "8": 4_696, "10": 4_696, "15": 4_696}
    order = selling.order(session, order_id)
    assert (order.amount_minor, order.tax_minor, order.is_tax_added) == (36_000, 4_696, False)


def test_coach_fees_and_card_fees_carry_no_code(taxed: Shop) -> None:
    session, order_id = taxed.session, coached(taxed)
    selling.hold_session(session, order_id)
    for kind, code in (("sale", chart.PROCESSING_FEES), ("delivery", chart.COACHES)):
        assert [tax for account, _, tax in entry(session, kind) if account == code] == [None]
    assert [one.use for one in taxing.returned(session).codes] == [TaxUse.SALE]


def test_patronage_and_the_business_of_the_year_are_net_of_tax(taxed: Shop) -> None:
    session, seller = taxed.session, taxed.seller
    offering_id = selling.coaching(session, taxed.coach.participant_id, price_minor=11_500)
    order_id = selling.bought(session, seller.person_id, seller.participant_id, offering_id, quantity=2)
    for unit in (1, 2):
        selling.hold_session(session, order_id, unit)
    coached_by_card = coached(taxed)
    selling.hold_session(session, coached_by_card)
    party = session.get_one(Participant, seller.participant_id).party_ref
    year, since = periods.fiscal_years(session)[0], {party: cooperative.today(session)}
    assert patronage_of(session, year, since) == {party: 20_000}
    selling.refund(session, order_id, 11_500)
    assert patronage_of(session, year, since) == {party: 10_000}
    business = business_of(session, year, since)
    assert (business.members_minor, business.non_members_minor) == (10_000, 10_435)


def test_tax_on_top_makes_the_invoice_larger_and_its_cancellation_takes_all_of_it_back(taxed: Shop) -> None:
    session, buyer = taxed.session, taxed.buyer
    enterprise = selling.organisation(session, buyer.person_id)
    placed = selling.buy(session, buyer.person_id, enterprise, cohort(taxed, is_added=True), po="PO 7")
    assert entry(session, "invoice") == [
        (chart.RECEIVABLE, 103_500, None),
        (chart.DEFERRED_INCOME, -90_000, "GST15-S"),
        (chart.TAX, -13_500, "GST15-S"),
    ]
    assert taxing.boxes(session)["5"] == 103_500
    assert selling.order(session, placed.order_id).amount_minor == 103_500
    orders.cancel(session, joining.actor_of(session, buyer.person_id), order_id=placed.order_id)
    assert entry(session, "reversal")[1:] == [
        (chart.DEFERRED_INCOME, 90_000, "GST15-S"),
        (chart.TAX, 13_500, "GST15-S"),
    ]
    assert taxing.boxes(session) == {}


def test_tax_on_top_is_computed_once_for_the_whole_order(taxed: Shop) -> None:
    session, buyer = taxed.session, taxed.buyer
    offering_id = selling.coaching(session, taxed.coach.participant_id, price_minor=3)
    taxing.set_tax(session, offering_id, is_added=True)
    order_id = selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=10)
    # 0.045 each would be nothing ten times; of 0.30 it is 0.045, that is 0.05.
    assert selling.order(session, order_id).tax_minor == 5
    assert selling.order(session, order_id).amount_minor == 35


def test_refunds_of_odd_cents_give_back_exactly_the_tax(taxed: Shop) -> None:
    session, order_id = taxed.session, coached(taxed)
    selling.hold_session(session, order_id)
    refunded_minor = 0
    for amount_minor in (1, 3_333, 10_000, 7, 17_777):
        selling.refund(session, order_id, amount_minor)
        refunded_minor += amount_minor
        assert taxing.boxes(session)["5"] == 36_000 - refunded_minor
        # 3/23 of what remains, to the cent.
        assert abs(23 * taxing.tax_owed(session) - 3 * (36_000 - refunded_minor)) <= 23
    selling.refund(session, order_id, 36_000 - refunded_minor)
    assert taxing.boxes(session) == {}
    assert taxing.tax_owed(session) == 0
    assert (
        selling.balance(session, chart.DEFERRED_INCOME) == selling.balance(session, chart.COACHING_INCOME_OTHERS) == 0
    )
    tax = session.scalars(select(OrderRefund.tax_minor).where(OrderRefund.order_id == order_id))
    assert sum(tax) == 4_696


def test_an_unpaid_invoice_is_credited_with_its_tax(taxed: Shop) -> None:
    session, buyer = taxed.session, taxed.buyer
    enterprise = selling.organisation(session, buyer.person_id)
    order_id = selling.buy(session, buyer.person_id, enterprise, cohort(taxed), po="PO 7").order_id
    joining.pay(session, enterprise, 60_000)
    selling.refund(session, order_id, 40_000)
    # 900.00 contain 117.39; of the 500.00 that remain charged it is 65.22.
    assert taxing.boxes(session) == {"5": 50_000, "7": 50_000, "8": 6_522, "10": 6_522, "15": 6_522}
    assert selling.balance(session, chart.RECEIVABLE, enterprise) == 0
    assert selling.balance(session, chart.OWED_TO_CLIENTS, enterprise) == -10_000
    assert selling.balance(session, chart.DEFERRED_INCOME) == -50_000 + 6_522


def test_the_co_op_taxes_its_fee_of_a_members_sale_and_not_the_sale(taxed: Shop) -> None:
    session, seller = taxed.session, taxed.seller.participant_id
    offering_id = selling.listing(session, "board", seller)
    order_id = bought(taxed, offering_id)
    # The fee of 10.00 contains 1.30.
    assert entry(session, "commission") == [
        (chart.OWED_TO_SELLERS, 1_000, None),
        (chart.MARKETPLACE_INCOME, -870, "GST15-S"),
        (chart.TAX, -130, "GST15-S"),
    ]
    assert selling.balance(session, chart.OWED_TO_SELLERS, seller) == -9_000
    assert taxing.boxes(session)["5"] == 1_000
    for amount_minor in (3_333, 1, 6_665):
        selling.refund(session, order_id, amount_minor)
        taxing.returned(session)
    selling.refund(session, order_id, 1)
    assert selling.balance(session, chart.OWED_TO_SELLERS) == selling.balance(session, chart.MARKETPLACE_INCOME) == 0
    assert taxing.boxes(session) == {}


def test_what_is_exempt_or_zero_rated_carries_its_code_and_no_tax(taxed: Shop) -> None:
    session = taxed.session
    exempt, zero_rated = bought(taxed, cohort(taxed, "EXEMPT-S")), bought(taxed, cohort(taxed, "GST0-S", is_added=True))
    for order_id in (exempt, zero_rated):
        order = selling.order(session, order_id)
        assert (order.amount_minor, order.tax_minor) == (30_000, 0)
    assert selling.balance(session, chart.DEFERRED_INCOME) == -60_000
    assert taxing.boxes(session) == {"5": 30_000, "6": 30_000}
    selling.refund(session, zero_rated, 10_000)
    assert taxing.boxes(session) == {"5": 20_000, "6": 20_000}


def test_a_refund_keeps_the_rate_of_the_sale_though_the_rate_changed(taxed: Shop) -> None:
    session, before, treasurer = taxed.session, coached(taxed), joining.founder(taxed.session, "treasurer")
    with selling.later(days=20):
        today = cooperative.today(session)
        tax_codes.add_rate(session, treasurer, code="GST15-S", rate_bp=2000, valid_from=today)
        selling.refund(session, before, 18_000)
        after = coached(taxed)
        assert selling.order(session, after).tax_minor == 6_000
        by_rate = {one.rate_bp: (one.gross_minor, one.tax_minor) for one in taxing.returned(session).codes}
        assert by_rate == {1500: (18_000, 2_348), 2000: (36_000, 6_000)}
        selling.refund(session, before, 18_000)
        selling.refund(session, after, 36_000)
        assert {one.tax_minor for one in taxing.returned(session).codes} == {0}


def test_an_order_that_waits_for_its_payment_keeps_the_rate_it_was_shown(taxed: Shop) -> None:
    session, buyer = taxed.session, taxed.buyer
    offering_id = selling.coaching(session, taxed.coach.participant_id)
    placed = selling.buy(session, buyer.person_id, buyer.participant_id, offering_id)
    today, treasurer = cooperative.today(session), joining.founder(session, "treasurer")
    tax_codes.add_rate(session, treasurer, code="GST15-S", rate_bp=2000, valid_from=today)
    assert selling.pay(session, placed) is Outcome.BOOKED
    assert taxing.tax_owed(session) == 1_565
    assert [one.rate_bp for one in taxing.returned(session).codes] == [1500]


def test_a_payment_that_came_too_late_leaves_no_tax_behind(taxed: Shop) -> None:
    session, buyer = taxed.session, taxed.buyer
    offering_id = selling.coaching(session, taxed.coach.participant_id)
    placed = selling.buy(session, buyer.person_id, buyer.participant_id, offering_id)
    orders.cancel(session, joining.actor_of(session, buyer.person_id), order_id=placed.order_id)
    selling.pay(session, placed)
    assert taxing.boxes(session) == {}
    assert selling.balance(session, chart.DEFERRED_INCOME) == 0


def test_what_was_sold_before_the_registration_stays_untaxed(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    enterprise = selling.organisation(session, buyer.person_id)
    paid, offering_id = coached(shop), selling.fellowship(session)
    unpaid = selling.buy(session, buyer.person_id, enterprise, offering_id, po="PO 7").order_id
    taxing.register(session)
    joining.pay(session, enterprise, 90_000)
    selling.refund(session, unpaid, 10_000)
    selling.hold_session(session, paid)
    selling.refund(session, paid, 12_345)
    assert taxing.boxes(session) == {}
    assert {selling.order(session, one).tax_code_id for one in (paid, unpaid)} == {None}
    coached(shop)
    assert taxing.boxes(session)["8"] == 4_696


def test_what_was_sold_while_registered_gives_its_tax_back_after_the_registration(taxed: Shop) -> None:
    session, order_id = taxed.session, coached(taxed)
    taxing.deregister(session)
    untaxed = coached(taxed)
    assert selling.order(session, untaxed).tax_code_id is None
    selling.refund(session, order_id, 36_000)
    assert taxing.boxes(session) == {}
    assert cooperative.current(session).tax_number == taxing.NUMBER


def test_an_order_that_was_shown_without_the_tax_that_is_added_now_is_refused(shop: Shop) -> None:
    session, buyer = shop.session, shop.buyer
    taxing.register(session)
    offering_id = cohort(shop, is_added=True)
    with pytest.raises(errors.PriceChanged) as refusal:
        orders.place(
            session,
            joining.actor_of(session, buyer.person_id),
            participant_id=buyer.participant_id,
            offering_id=offering_id,
            by=PaidBy.CARD,
            seen_minor=30_000,
        )
    assert refusal.value.values() == {"seen_minor": 30_000, "amount_minor": 34_500, "currency": "NZD"}


def test_an_offering_has_only_a_code_of_sales(taxed: Shop) -> None:
    session, offering_id = taxed.session, selling.fellowship(taxed.session)
    for code in ("GST15-P", "ADJ-S", "nothing"):
        with pytest.raises(offer_errors.NotForSales):
            taxing.set_tax(session, offering_id, code)
    assert session.get_one(Offering, offering_id).tax_code is None


def test_a_registration_needs_a_number_and_the_treasurer(shop: Shop) -> None:
    session, treasurer = shop.session, joining.founder(shop.session, "treasurer")
    for refusal, declared in (
        (TaxNumberMissing, Registration(is_registered=True)),
        (TaxNumberWrong, Registration(is_registered=True, number="49-091-851")),
        (TaxNumberWrong, Registration(is_registered=True, number="NZ 1")),
        (NoSalesCode, Registration(is_registered=True, number=taxing.NUMBER, sales_code="GST15-P")),
    ):
        with pytest.raises(refusal), session.begin_nested():
            declare_registration(session, treasurer, declared)
    with pytest.raises(PowerMissing):
        declare_registration(session, joining.founder(session, "board"), Registration(is_registered=True))
    assert not cooperative.current(session).is_tax_registered
    for number in ("49-091-850", "35901981", "49098576", "136410132"):
        declare_registration(session, treasurer, Registration(is_registered=True, number=number))


@pytest.mark.parametrize(
    ("currency", "rate_bp", "price_minor", "tax_minor"),
    # Dinars have three decimals, yen none.
    [("KWD", 500, 10_001, 1_429), ("JPY", 1000, 1_100, 300)],
)
def test_other_currencies_have_other_decimals_and_boxes_of_their_own(
    database: TestDatabase, currency: str, rate_bp: int, price_minor: int, tax_minor: int
) -> None:
    with Session(database.engine.execution_options(coop_write=True), expire_on_commit=False) as session:
        founding.found(session, OPERATOR, replace(plan(), currency=currency))
        treasurer = joining.founder(session, "treasurer")
        taxing.register(session, number="12 345 678")
        assert cooperative.current(session).sales_tax_code is None
        today = cooperative.today(session)
        tax_codes.add_code(session, treasurer, NewCode("VAT", "VAT", TaxUse.SALE, rate_bp, today, "1", "2"))
        taxing.register(session, sales_code="VAT")
        coach, buyer = joining.joined(session, "Pania Reef"), joining.joined(session)
        offering_id = selling.coaching(session, coach.participant_id, price_minor=price_minor)
        order_id = selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=3)
        assert taxing.boxes(session) == {"1": 3 * price_minor, "2": tax_minor}
        selling.refund(session, order_id, price_minor)
        selling.refund(session, order_id, 1)
        selling.hold_session(session, order_id)
        taxing.returned(session)
        selling.refund(session, order_id, 2 * price_minor - 1)
        assert taxing.boxes(session) == {}
        check_deferred(session)
        assert all_findings(session) == []
        session.rollback()


PARTS = st.lists(st.integers(1, 40_000), min_size=1, max_size=12)
RATES = st.sampled_from([0, 1, 250, 500, 1000, 1250, 1500, 1900, 2000, 2500, 10_000])


@given(PARTS, RATES, st.booleans())
def test_the_refunds_of_a_sale_give_back_its_tax_in_parts_that_lie_within_them(
    parts: list[int], rate_bp: int, is_added: bool
) -> None:
    total, tax = sum(parts), SalesTax(new_id(), "GST", "GST", rate_bp, is_added)
    if is_added:
        # What is charged for some price without tax.
        split = tax.split(total)
        parts, total, whole_minor = [*parts, split.tax_minor], split.gross_minor, split.tax_minor
    else:
        whole_minor = tax.split(total).tax_minor
    given_back, before = 0, 0
    for part in parts:
        tax_minor = tax.refunded(before, part)
        assert 0 <= tax_minor <= part
        given_back, before = given_back + tax_minor, before + part
    assert before == total
    assert given_back == whole_minor


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.integers(1, 9_999), max_size=4), st.integers(0, 2), st.booleans())
def test_a_sale_that_is_refunded_in_any_parts_stands_in_the_books_to_the_cent(
    taxed: Shop, parts: list[int], held: int, is_added: bool
) -> None:
    session, buyer = taxed.session, taxed.buyer
    offering_id = selling.coaching(session, taxed.coach.participant_id, price_minor=9_999)
    taxing.set_tax(session, offering_id, is_added=is_added)
    owed_before = taxing.tax_owed(session)
    order_id = selling.bought(session, buyer.person_id, buyer.participant_id, offering_id, quantity=2)
    left_minor = selling.order(session, order_id).amount_minor
    for unit in range(1, held + 1):
        selling.hold_session(session, order_id, unit)
    for part in parts:
        amount_minor = min(part, left_minor)
        if amount_minor:
            selling.refund(session, order_id, amount_minor)
        left_minor -= amount_minor
        assert list(findings(session)) == []
        taxing.returned(session)
    if left_minor:
        selling.refund(session, order_id, left_minor)
    assert taxing.tax_owed(session) == owed_before


def test_the_database_refuses_tax_without_a_code_and_refunds_that_do_not_add_up(taxed: Shop) -> None:
    session, order_id = taxed.session, coached(taxed)
    order, orders_table, refunds_table = selling.order(session, order_id), table_of(SalesOrder), table_of(OrderRefund)
    columns = {column.name: getattr(order, column.name) for column in orders_table.c}
    for wrong in (
        {"tax_code_id": None},
        {"tax_minor": -1},
        {"tax_code_id": None, "tax_minor": 0, "is_tax_added": True},
    ):
        values = {**columns, "id": new_id(), "number": 99, "form_token": new_id(), "checkout_id": None}
        values |= {"paid_by": "invoice", "holds_until": None, "due_on": order.ordered_on, "request_id": None, **wrong}
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(orders_table.insert().values(**values))
    refund_id = selling.refund(session, order_id, 1_150)
    made = session.get_one(OrderRefund, refund_id)
    assert (made.deferred_minor, made.tax_minor) == (1_000, 150)
    columns = {column.name: getattr(made, column.name) for column in refunds_table.c}
    for wrong in ({"tax_minor": 149}, {"tax_minor": -1, "deferred_minor": 1_151}):
        values = {**columns, "id": new_id(), "form_token": new_id(), "card_refund_id": None, **wrong}
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(refunds_table.insert().values(**values))
    for statement in (update(SalesOrder).values(tax_minor=0), update(OrderRefund).values(tax_minor=0)):
        with pytest.raises(DBAPIError), session.begin_nested():
            session.execute(statement)


@pytest.fixture
def bent(taxed: Shop) -> tuple[Session, UUID]:
    """An order whose rows or books are bent."""
    order_id = coached(taxed)
    assert list(findings(taxed.session)) == []
    return taxed.session, order_id


@pytest.mark.tampers
def test_an_order_whose_tax_was_altered_is_found(bent: tuple[Session, UUID]) -> None:
    session, order_id = bent
    change = update(SalesOrder).where(SalesOrder.id == order_id).values(tax_minor=4_695)
    without_rules(session, "sales_order", lambda: session.execute(change))
    session.expire_all()
    assert {one.check for one in findings(session)} == {"order-tax", "order-not-booked"}


@pytest.mark.tampers
def test_a_supply_under_another_code_is_found(bent: tuple[Session, UUID]) -> None:
    session, order_id = bent
    party = session.get_one(Participant, selling.order(session, order_id).participant_id).party_ref
    lines = [Line(chart.DEFERRED_INCOME, -100, party, tax="GST0-S"), Line(chart.DEFERRED_INCOME, 100, party)]
    today = cooperative.today(session)
    draft = Draft(today, "More", "manual", "NZD", lines, "more", source_kind="sales_order", source_id=order_id)
    post(session, draft, now=clock.now())
    (found,) = findings(session)
    assert found.check == "order-taxed"
    assert "under other codes 100" in found.detail


@pytest.mark.tampers
def test_a_posting_that_lost_its_code_is_found(bent: tuple[Session, UUID]) -> None:
    session, _ = bent
    change = update(Posting).where(Posting.tax_code_id.is_not(None)).values(tax_code_id=None)
    check_deferred(session)
    without_rules(session, "ledger_posting", lambda: session.execute(change))
    assert [one.check for one in findings(session)] == ["order-taxed"]


def test_an_entry_names_only_the_version_that_it_says(taxed: Shop) -> None:
    session, treasurer = taxed.session, joining.founder(taxed.session, "treasurer")
    order = selling.order(session, coached(taxed))
    today = cooperative.today(session)
    later = today + timedelta(days=1)
    tax_codes.add_rate(session, treasurer, code="GST15-S", rate_bp=2000, valid_from=later)
    lines = [Line(chart.OTHER_INCOME, -100, tax="GST0-S"), Line(chart.BANK, 100)]
    draft = Draft(today, "Sold", "manual", "NZD", lines, "sold", taxed_under=order.tax_code_id)
    with pytest.raises(NoSuchTaxCode), session.begin_nested():
        post(session, draft, now=clock.now())
