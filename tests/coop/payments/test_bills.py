"""Bills of suppliers: entered by one, approved by another, booked, paid once, and taken back by two."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.approvals import operations as approvals
from coop.approvals.errors import AlreadyApproved, ReasonMissing, SamePerson
from coop.approvals.models import TwoPersonAct
from coop.audit import AuditEvent
from coop.books import closing
from coop.books.errors import BookedElsewhere
from coop.books.operations import reverse_entry
from coop.books.queries import party_names
from coop.books.tax.operations import NotTaxRegistered, add_code
from coop.database import write_with
from coop.outbox import OutboxJob
from coop.payments.bills import checks, entering, errors, paying, queries, suppliers, taking_back
from coop.payments.bills.booking import Costs
from coop.payments.bills.entering import number_key, usual_due_day
from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun, Supplier
from coop.payments.bills.queries import BillFilter, BillState
from coop.payments.bills.suppliers import SupplierText
from coop.payments.bills.taking_back import What
from coop.payments.payouts.errors import AccountMalformed, NobodyTicked, PaidInFuture, PaymentFormUsed
from coop.permissions import Actor, NotFound, Power, PowerMissing
from coop.texts import TextMissing, TextTooLong, line
from evidence.rules import drop_rules
from ledger import periods
from ledger.chart import BANK, EQUIPMENT, GENERAL_RESERVE, HOSTING, INSURANCE, OTHER_INCOME, PAYABLE, SUSPENSE, TAX
from ledger.drafts import Line
from ledger.errors import NoSuchCostCentre, NoSuchFund, ReversedBeforeBooked
from ledger.models import Account, Entry, Posting, TaxUse
from ledger.statements import Side, aged_balances
from ledger.tax.codes import NewCode
from tests import joining
from tests.billing import SUPPLIER, Billing
from tests.databases import TestDatabase

OLD, THIEFS = "12-3456-0123456-0100", "12-9999-0666666-0666"


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def lines_of(house: Billing, entry_id: UUID | None) -> list[tuple[str, int, UUID | None]]:
    rows = house.session.execute(
        select(Account.code, Posting.amount_minor, Posting.party_ref)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.entry_id == entry_id)
        .order_by(Posting.line)
    )
    return [(row.code, row.amount_minor, row.party_ref) for row in rows]


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
    assert lines_of(house, row.entry_id) == wanted
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


def test_the_whole_way_ends_with_nothing_owed(house: Billing) -> None:
    first, second = house.entered_and_approved(), house.entered_and_approved(Line(INSURANCE, 500))
    other = house.entered_and_approved(Line(HOSTING, 700), supplier="Tūī Hosting")
    aged = aged_balances(house.session, Side.PAYABLE, house.today)
    assert sorted(row.total_minor for account in aged.accounts for row in account.rows) == [700, 12_000]
    run_id = house.pay(first, second, other)
    entry = house.session.scalars(select(Entry).where(Entry.source_kind == "bill_payment_run")).one()
    assert (entry.source_id, entry.kind, entry.booked_on) == (run_id, "bill-payment", house.today)
    assert sorted((code, amount) for code, amount, _ in lines_of(house, entry.id)) == [
        (BANK, -12_700),
        (PAYABLE, 700),
        (PAYABLE, 12_000),
    ]
    assert {house.state(one) for one in (first, second, other)} == {"paid"}
    assert aged_balances(house.session, Side.PAYABLE, house.today).accounts == ()
    assert (house.balance(), queries.to_pay(house.session), checks.findings(house.session)) == (0, [], [])


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"number": "  "}, TextMissing),
        ({"total_minor": 11_499}, errors.TotalDiffers),
        ({"total_minor": -5}, errors.TotalNotPositive),
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


def test_what_cannot_be_seen_makes_no_second_supplier_and_no_name(house: Billing) -> None:
    house.enter()
    house.enter(supplier="R\u00adākau\u200b Print\u202e Ltd", is_new_supplier=False)
    assert suppliers.find(house.session, "Rākau\u2060 Print Ltd") == suppliers.find(house.session, SUPPLIER)
    with pytest.raises(errors.SupplierKnown):
        suppliers.add(house.session, house.treasurer, SupplierText("Rākau\ufeff Print Ltd"))
    assert line("\u202eTūī\u00ad Hosting\u200d", about="name") == "Tūī Hosting"
    with pytest.raises(TextMissing):
        line("\u200b\u00ad", about="name")


def test_a_form_sent_twice_is_one_bill(house: Billing) -> None:
    new: dict[str, Any] = {"number": "17", "form_token": uuid4()}
    first = house.enter(**new)
    assert house.enter(**new) == first
    with pytest.raises(errors.BillFormUsed):
        house.enter(**{**new, "number": "18"})
    assert house.count(Bill) == 1


def test_a_supplier_is_known_once_by_its_name(house: Billing) -> None:
    house.enter()
    house.enter(supplier="rakau PRINT  ltd", is_new_supplier=False)
    assert house.count(Supplier) == 1
    with pytest.raises(errors.SupplierKnown) as refused:
        suppliers.add(house.session, house.treasurer, SupplierText("RAKAU print ltd"))
    other = suppliers.add(house.session, house.treasurer, SupplierText("Tūī Hosting", "12-3456-0123456-00"))
    with pytest.raises(errors.SupplierKnown):
        suppliers.edit(house.session, house.treasurer, supplier_id=other, text=SupplierText(SUPPLIER))
    for refusal, wrong in (
        (AccountMalformed, SupplierText("A", "12")),
        (errors.EmailMalformed, SupplierText("A", email="nobody")),
        (TextMissing, SupplierText(" ")),
        (TextTooLong, SupplierText("x" * 121)),
    ):
        with pytest.raises(refusal):
            suppliers.add(house.session, house.treasurer, wrong)
    for action in (
        lambda who: suppliers.add(house.session, who, SupplierText("B")),
        lambda who: suppliers.edit(house.session, who, supplier_id=other, text=SupplierText("B")),
    ):
        with pytest.raises(PowerMissing):
            action(house.board)
    with pytest.raises(NotFound):
        suppliers.edit(house.session, house.treasurer, supplier_id=uuid4(), text=SupplierText("B"))
    assert refused.value.supplier_id == suppliers.find(house.session, SUPPLIER)


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
    assert [(code, amount) for code, amount, _ in lines_of(house, row.entry_id)] == [
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


def test_a_bill_is_paid_once_and_whole(house: Billing) -> None:
    bill_id, waiting = house.entered_and_approved(), house.enter()
    token = uuid4()
    for refusal, ids, day in (
        (NobodyTicked, [], house.today),
        (PaidInFuture, [bill_id], house.today + timedelta(days=1)),
        (errors.PaidBeforeBooked, [bill_id], house.today - timedelta(days=1)),
        (errors.BillNotOpen, [waiting], house.today),
        (errors.BillNotOpen, [bill_id, waiting], house.today),
        (NotFound, [uuid4()], house.today),
    ):
        with pytest.raises(refusal):
            house.pay(*ids, on=day)
    run_id = house.pay(bill_id, bill_id, token=token)
    assert house.pay(bill_id, token=token) == run_id
    with pytest.raises(PaymentFormUsed):
        house.pay(waiting, token=token)
    with pytest.raises(errors.BillNotOpen):
        house.pay(bill_id)
    with pytest.raises(PowerMissing):
        paying.record_payment(
            house.session, house.actor("auditor"), bill_ids=[bill_id], paid_on=house.today, form_token=uuid4()
        )
    assert (house.count(BillPaymentRun), house.count(BillPayment)) == (1, 1)


def with_account(house: Billing, account: str, name: str = SUPPLIER, actor: Actor | None = None) -> UUID:
    """Change the account or the name of the supplier."""
    supplier_id = house.session.scalars(select(Supplier.id)).one()
    text = SupplierText(name, account)
    suppliers.edit(house.session, actor or house.treasurer, supplier_id=supplier_id, text=text)
    return supplier_id


def test_who_changed_the_account_after_the_approval_does_not_record_the_payment(house: Billing) -> None:
    before = house.enter()
    with_account(house, OLD)
    house.approve(before)
    assert not queries.bill(house.session, before).is_payee_new, "the second person saw this account"
    bill_id = house.entered_and_approved()
    with_account(house, THIEFS)
    row = queries.bill(house.session, bill_id)
    assert (row.is_account_new, row.is_name_new, row.bank_account) == (True, False, THIEFS)
    with pytest.raises(errors.AccountChangedByYou):
        house.pay(before, bill_id)
    assert house.state(bill_id) == "open"
    paying.record_payment(
        house.session, house.board, bill_ids=[before, bill_id], paid_on=house.today, form_token=uuid4()
    )
    assert (house.state(bill_id), checks.findings(house.session)) == ("paid", [])
    after = house.entered_and_approved()
    assert not queries.bill(house.session, after).is_payee_new
    house.pay(after)


def test_a_first_account_and_a_name_after_the_approval_are_noticed_as_well(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    with_account(house, "", "Rakau Print Limited")
    row = queries.bill(house.session, bill_id)
    assert (row.is_name_new, row.is_account_new, row.is_payee_new) == (True, False, True)
    with_account(house, THIEFS, "Rakau Print Limited")
    assert queries.bill(house.session, bill_id).is_account_new
    with pytest.raises(errors.AccountChangedByYou):
        house.pay(bill_id)


def test_a_name_that_somebody_else_puts_right_does_not_hide_who_changed_the_account(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    with_account(house, THIEFS)
    other = replace(house.board, powers=frozenset({Power.TREASURER}))
    with_account(house, THIEFS, "Rākau Print Limited", other)
    with pytest.raises(errors.AccountChangedByYou):
        house.pay(bill_id)


def test_a_changed_account_with_unpaid_bills_is_told_and_leaves_a_trace_without_the_account(house: Billing) -> None:
    house.enter()
    supplier_id = with_account(house, OLD)
    with_account(house, THIEFS)
    query = select(OutboxJob).where(OutboxJob.key.like("supplier-account:%")).order_by(OutboxJob.id)
    mails = [job.payload for job in house.session.scalars(query)]
    to = {mail["to"] for mail in mails}
    assert {"board@kanopi.example", "board2@kanopi.example"} <= to
    assert "treasurer@kanopi.example" not in to
    last = mails[-1]
    assert ("0100" in last["text"], "0666" in last["text"]) == (True, True)
    assert (OLD in last["text"], THIEFS in last["text"], SUPPLIER in last["text"]) == (False, False, False)
    trail = select(AuditEvent).where(AuditEvent.action == "supplier.changed").order_by(AuditEvent.id)
    event = list(house.session.scalars(trail))[-1]
    assert (event.subject_id, event.facts["old_account_end"], event.facts["new_account_end"]) == (
        supplier_id,
        "0100",
        "0666",
    )


def test_a_changed_account_without_unpaid_bills_is_told_nobody(house: Billing) -> None:
    suppliers.add(house.session, house.treasurer, SupplierText(SUPPLIER, OLD))
    with_account(house, THIEFS)
    assert house.session.scalars(select(OutboxJob).where(OutboxJob.key.like("supplier-account:%"))).all() == []


def take_back(house: Billing, bill_id: UUID, on: date | None = None, actor: Actor | None = None) -> UUID:
    return taking_back.prepare(
        house.session, actor or house.treasurer, What.BILL, bill_id, booked_on=on or house.today, reason="Credit note"
    )


def test_a_booked_bill_is_taken_back_by_two_unless_it_is_paid(house: Billing) -> None:
    bill_id, paid, waiting = house.entered_and_approved(number="17"), house.entered_and_approved(), house.enter()
    house.pay(paid)
    with pytest.raises(errors.BillPaid):
        take_back(house, paid)
    with pytest.raises(errors.BillNotOpen):
        take_back(house, waiting)
    with pytest.raises(PowerMissing):
        take_back(house, bill_id, actor=house.board)
    with pytest.raises(ReversedBeforeBooked):
        take_back(house, bill_id, on=house.today - timedelta(days=1))
    entry_id = queries.bill(house.session, bill_id).entry_id
    assert entry_id is not None
    with pytest.raises(BookedElsewhere):
        reverse_entry(house.session, house.treasurer, entry_id=entry_id, booked_on=house.today, reason="Wrong")
    act_id = take_back(house, bill_id)
    assert (house.state(bill_id), house.balance()) == ("open", -11_500)
    house.approve_act(act_id)
    assert (house.state(bill_id), house.balance()) == ("taken-back", 0)
    with pytest.raises(errors.BillNotOpen):
        house.pay(bill_id)
    assert house.enter(number="17")
    assert checks.findings(house.session) == []


def test_a_bill_that_was_paid_meanwhile_is_not_taken_back(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    act_id = take_back(house, bill_id)
    house.pay(bill_id)
    with pytest.raises(errors.BillPaid), house.session.begin_nested():
        house.approve_act(act_id)
    assert (house.state(bill_id), checks.findings(house.session)) == ("paid", [])


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


@pytest.mark.tampers
def test_the_database_keeps_bills_and_the_checks_see_what_was_bent(house: Billing) -> None:
    bill_id, waiting = house.entered_and_approved(number="17"), house.enter()
    house.pay(bill_id)
    for statement in (
        "UPDATE bill SET total_minor = 1",
        "DELETE FROM bill_payment",
        "UPDATE bill_payment_run SET paid_on = '2001-01-01'",
        "DELETE FROM bill",
    ):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    row = house.session.get_one(Bill, bill_id)
    copied = ("supplier_id", "number", "number_key", "billed_on", "due_on", "total_minor", "currency")
    again = Bill(
        **{name: getattr(row, name) for name in copied},
        id=uuid4(),
        attempt=7,
        form_token=uuid4(),
        act_id=house.act_of(waiting).id,
    )
    with pytest.raises(DBAPIError, match="this number of the supplier stands already"), house.session.begin_nested():
        house.session.add(again)
    run_id = house.session.scalars(select(BillPaymentRun.id)).one()
    with pytest.raises(DBAPIError, match="only an approved bill is paid"), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=waiting, run_id=run_id))
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE bill SET total_minor = 11501"))
    found = {finding.check for finding in checks.findings(house.session)}
    assert found == {"bill-not-booked", "bill-payment-not-booked"}


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


def test_two_who_pay_at_once_pay_once(database: TestDatabase) -> None:
    bills = write_with(database.engine, _two_approved)

    def pay(*ids: UUID) -> Any:
        return lambda session: Billing(session, is_founded=True).pay(*ids)

    results = joining.at_once(database.engine, pay(*bills), pay(*reversed(bills)), pay(bills[0]))
    done, refused = joining.outcomes(results)
    assert (done, refused) == (1, {errors.BillNotOpen})
    assert write_with(database.engine, checks.findings) == []


def test_paying_and_taking_back_at_once_does_one_of_them(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID]:
        house = Billing(session)
        bill_id = house.entered_and_approved()
        return bill_id, take_back(house, bill_id)

    bill_id, act_id = write_with(database.engine, prepare)
    results = joining.at_once(
        database.engine,
        lambda session: Billing(session, is_founded=True).pay(bill_id),
        lambda session: Billing(session, is_founded=True).approve_act(act_id),
    )
    assert joining.outcomes(results)[0] == 1
    assert write_with(database.engine, checks.findings) == []


def _two_approved(session: Session) -> list[UUID]:
    house = Billing(session)
    return [house.entered_and_approved(), house.entered_and_approved()]
