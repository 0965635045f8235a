"""Bills of suppliers: entered by one, approved by another, and booked."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyApproved, ReasonMissing, SamePerson
from coop.approvals.models import TwoPersonAct
from coop.books.queries import party_names
from coop.books.tax.operations import NotTaxRegistered, add_code
from coop.books.years import closing
from coop.database import write_with
from coop.payments.bills import checks, entering, errors, queries
from coop.payments.bills.booking import Costs
from coop.payments.bills.entering import number_key, usual_due_day
from coop.payments.bills.models import Bill, Supplier
from coop.payments.bills.rows import BillFilter, BillState
from coop.permissions import PowerMissing
from coop.texts import TextMissing, TextTooLong
from ledger.chart import BANK, EQUIPMENT, GENERAL_RESERVE, HOSTING, OTHER_INCOME, PAYABLE, SUSPENSE, TAX
from ledger.drafts import Line
from ledger.errors import NoSuchCostCentre, NoSuchFund
from ledger.models import Entry, TaxUse
from ledger.tax.codes import NewCode
from ledger.years import periods
from tests import joining
from tests.billing import SUPPLIER, Billing
from tests.databases import TestDatabase


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


@pytest.mark.parametrize(
    ("billed_on", "due_on"),
    [
        (date(2026, 3, 1), date(2026, 4, 20)),
        (date(2026, 11, 30), date(2026, 12, 20)),
        (date(2026, 12, 31), date(2027, 1, 20)),
    ],
)
def test_a_bill_is_due_on_the_twentieth_of_the_next_month(billed_on: date, due_on: date) -> None:
    assert usual_due_day(billed_on) == due_on


def test_a_bill_is_owed_once_another_person_approves_it(house: Billing) -> None:
    bill_id = house.enter(Line(HOSTING, 9_000), Line(EQUIPMENT, 2_500), number="A 17")
    assert (house.state(bill_id), house.balance()) == ("waiting", 0)
    house.approve(bill_id)
    row = queries.bill(house.session, bill_id)
    assert (row.state, row.supplier, row.due_on) == (BillState.OPEN, SUPPLIER, usual_due_day(house.today))
    entry = house.session.get_one(Entry, row.entry_id)
    assert (entry.kind, entry.booked_on, entry.reference) == ("bill", house.today, "A 17")
    assert (entry.source_kind, entry.source_id) == ("bill", bill_id)
    wanted = [(HOSTING, 9_000, None), (EQUIPMENT, 2_500, None), (PAYABLE, -11_500, row.party_ref)]
    assert house.lines_of(row.entry_id) == wanted
    assert party_names(house.session, [row.party_ref]) == {row.party_ref: SUPPLIER}
    assert checks.findings(house.session) == []


def test_nobody_approves_what_they_entered(house: Billing) -> None:
    bill_id = house.enter()
    with pytest.raises(SamePerson):
        house.approve(bill_id, house.treasurer)
    for name in ("auditor", "secretary", "founder"):
        with pytest.raises(PowerMissing):
            house.approve(bill_id, house.actor(name))
    assert (house.state(bill_id), house.balance()) == ("waiting", 0)


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"number": "  "}, TextMissing),
        ({"total_minor": 11_499}, errors.TotalDiffers),
        ({"total_minor": -11_500}, errors.TotalDiffers),
        ({"total_minor": 0}, errors.TotalNothing),
        ({"no_receipt": ""}, errors.ReceiptMissing),
        ({"is_new_supplier": False}, errors.SupplierUnknown),
        ({"bank_reference": "x" * 26}, TextTooLong),
        ({"number": "x" * 41}, TextTooLong),
    ],
)
def test_a_bill_that_does_not_hold_is_refused_and_leaves_nothing(
    house: Billing, other: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), house.session.begin_nested():
        house.enter(**other)
    assert (house.count(Bill), house.count(TwoPersonAct), house.count(Supplier)) == (0, 0, 0)


def test_the_days_of_a_bill_follow_each_other(house: Billing) -> None:
    with pytest.raises(errors.BilledInFuture):
        house.enter(billed_on=house.today + timedelta(days=1))
    with pytest.raises(errors.DueBeforeBilled):
        house.enter(due_on=house.today - timedelta(days=1))
    bill_id = house.enter(due_on=house.today)
    assert queries.bill(house.session, bill_id).due_on == house.today


@pytest.mark.parametrize(
    "code", [BANK, PAYABLE, SUSPENSE, TAX, GENERAL_RESERVE, OTHER_INCOME, "1200", "10", "9999", ""]
)
def test_only_costs_and_what_can_be_bought_take_a_bill(house: Billing, code: str) -> None:
    with pytest.raises(errors.AccountNotForCosts) as refused:
        house.enter(Line(HOSTING, 100), Line(code, 100))
    assert refused.value.line == 2


def test_what_the_ledger_does_not_take_is_refused_before_anybody_is_asked(house: Billing) -> None:
    with pytest.raises(NoSuchCostCentre):
        house.enter(Line(HOSTING, 100, cost_centre="nowhere"))
    with pytest.raises(NoSuchFund):
        house.enter(Line(HOSTING, 100, fund="nothing"))
    with pytest.raises(NotTaxRegistered):
        house.enter(Line(HOSTING, 100, tax="P15"))
    nothing = Costs([], [], is_tax_included=True)
    with pytest.raises(errors.LinesMissing):
        entering.enter_bill(house.session, house.treasurer, replace(house.new(), costs=nothing))
    assert house.count(TwoPersonAct) == 0


def test_the_same_number_of_a_supplier_is_refused_whatever_its_case_and_spaces(house: Billing) -> None:
    first = house.enter(number="Inv 0017 a")
    assert number_key(" INV0017A ") == number_key("Inv 0017 a")
    for number in ("inv0017A", "INV 0017 A", "Inv 0017 a"):
        with pytest.raises(errors.BillKnown) as refused:
            house.enter(number=number)
        assert refused.value.bill_id == first
    assert house.enter(number="inv0017A", supplier="Somebody else")
    house.approve(first)
    house.pay(first)
    with pytest.raises(errors.BillKnown):
        house.enter(number="INV0017A")


def test_a_number_is_free_again_once_its_bill_came_to_nothing(house: Billing) -> None:
    for _ in range(2):
        bill_id = house.enter(number="17")
        approvals.withdraw(house.session, house.treasurer, act_id=house.act_of(bill_id).id)
        assert house.state(bill_id) == "withdrawn"
    bill_id = house.enter(number="17")
    with pytest.raises(ReasonMissing):
        approvals.withdraw(house.session, house.board, act_id=house.act_of(bill_id).id)
    approvals.withdraw(house.session, house.board, act_id=house.act_of(bill_id).id, reason="Not ours.")
    assert house.state(bill_id) == "refused"
    last = house.entered_and_approved(number="17")
    found = queries.all_bills(house.session, BillFilter(BillState.WITHDRAWN))
    assert len(found) == 2
    assert checks.findings(house.session) == []
    assert house.session.get_one(Bill, last).attempt == 3


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u2011", "\u2010", "-", "/", ".", "\u00a0", "\u2060", "\uff0f"])
def test_no_sign_that_is_hardly_seen_makes_a_second_bill_of_a_number(house: Billing, sign: str) -> None:
    first = house.enter(number="INV17")
    with pytest.raises(errors.BillKnown) as refused:
        house.enter(number=f"INV{sign}17")
    assert refused.value.bill_id == first


def test_a_number_of_signs_alone_is_compared_whole(house: Billing) -> None:
    first, second = house.enter(number="--"), house.enter(number="//")
    assert (first != second, number_key("-- ")) == (True, "--")
    with pytest.raises(errors.BillKnown):
        house.enter(number="--")
    assert len(number_key("\ufdfa" * 40)) <= 200, "a letter that stands for many still fits its column"


def test_a_form_sent_twice_is_one_bill(house: Billing) -> None:
    new: dict[str, Any] = {"number": "17", "form_token": uuid4()}
    first = house.enter(**new)
    assert house.enter(**new) == first
    with pytest.raises(errors.BillFormUsed):
        house.enter(**{**new, "number": "18"})
    assert house.count(Bill) == 1


def test_a_bill_of_a_locked_month_is_booked_on_the_first_open_day(house: Billing) -> None:
    year = periods.fiscal_year_of(house.session, house.today)
    assert year is not None
    next_year = year.ends_on + timedelta(days=1)
    periods.open_fiscal_year(house.session, next_year, periods.year_dates(next_year, 3, 31)[1])
    bill_id, month_end = house.enter(), periods.month_end(house.today)
    while (period := periods.next_to_lock(house.session)) is not None and period.ends_on <= month_end:
        periods.lock_period(house.session, period.ends_on, now=clock.now())
    with clock.at(clock.now() + timedelta(days=40)):
        house.approve(bill_id)
        row = queries.bill(house.session, bill_id)
        assert (row.billed_on, row.booked_on) == (house.today, month_end + timedelta(days=1))
        house.pay(bill_id, on=row.booked_on)


def test_tax_is_in_the_return_and_off_the_cost(house: Billing) -> None:
    cooperative.current(house.session).is_tax_registered = True
    new = NewCode("P15", "Purchases", TaxUse.PURCHASE, 1500, date(2010, 10, 1), "11", "12")
    add_code(house.session, house.treasurer, new)
    sales = NewCode("S15", "Sales", TaxUse.SALE, 1500, date(2010, 10, 1), "5", "8")
    add_code(house.session, house.treasurer, sales)
    bill_id = house.entered_and_approved(Line(HOSTING, 11_500, tax="P15"))
    row = queries.bill(house.session, bill_id)
    assert [(code, amount) for code, amount, _ in house.lines_of(row.entry_id)] == [
        (HOSTING, 10_000),
        (TAX, 1_500),
        (PAYABLE, -11_500),
    ]
    other = house.entered_and_approved(Line(HOSTING, 10_000, tax="P15"), is_included=False, total_minor=11_500)
    assert house.balance(TAX) == 3_000
    with pytest.raises(errors.TaxOfSales):
        house.enter(Line(HOSTING, 100, tax="S15"))
    with pytest.raises(errors.TaxRateMissing):
        house.enter(Line(HOSTING, 100, tax="none"))
    house.pay(bill_id, other)
    assert house.balance() == 0


def test_a_bill_that_waits_keeps_its_year_open(house: Billing) -> None:
    year = periods.fiscal_year_of(house.session, house.today)
    assert year is not None

    def codes() -> set[str]:
        return {item.code for item in closing.open_items(house.session, year.id)}

    bill_id = house.enter()
    assert "bills" in codes()
    house.approve(bill_id)
    assert "bills" not in codes()
    claim_id = house.claim()
    assert "bills" in codes()
    house.approve_act(house.assign(claim_id))
    assert "bills" not in codes()


def test_two_who_enter_the_same_number_at_once_make_one_bill(database: TestDatabase) -> None:
    new = write_with(database.engine, lambda session: Billing(session).new(number="17"))

    def work(session: Session) -> UUID:
        house = Billing(session, is_founded=True)
        return house.enter(number="17", supplier=new.supplier)

    done, refused = joining.outcomes(joining.at_once(database.engine, work, work, work))
    assert (done, refused) == (1, {errors.BillKnown})


def test_a_form_sent_twice_at_once_is_one_bill(database: TestDatabase) -> None:
    new = write_with(database.engine, lambda session: Billing(session).new(number="17"))

    def work(session: Session) -> UUID:
        return entering.enter_bill(session, Billing(session, is_founded=True).treasurer, new)

    answers = joining.at_once(database.engine, work, work, work)
    assert (joining.outcomes(answers), len(set(answers))) == ((3, set()), 1)


def test_two_who_approve_at_once_book_it_once(database: TestDatabase) -> None:
    bill_id = write_with(database.engine, lambda session: Billing(session).enter())

    def approve(name: str) -> Any:
        def work(session: Session) -> None:
            house = Billing(session, is_founded=True)
            house.approve(bill_id, house.actor(name))

        return work

    done, refused = joining.outcomes(joining.at_once(database.engine, approve("board"), approve("board2")))
    assert (done, refused) == (1, {AlreadyApproved})
    assert write_with(database.engine, checks.findings) == []
