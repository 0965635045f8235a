"""Credit notes of suppliers: bills below zero, approved by another, taken off what is paid, and never more than that."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock
from coop.approvals.errors import SamePerson
from coop.database import db, write, write_with
from coop.payments.bills import checks, errors, queries
from coop.payments.bills.ages import open_bills
from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun
from coop.payments.bills.paying import netting, returning
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.suppliers import queries as supplier_queries
from evidence.identifiers import new_id
from ledger.chart import BANK, HOSTING, PAYABLE, TAX
from ledger.drafts import Line
from ledger.models import Entry
from ledger.statements import Side, aged_balances, party_statement
from ledger.totals import balance_of
from tests import joining, taxing
from tests.billing import SUPPLIER, Billing
from tests.databases import TestDatabase
from tests.html_client import Browser, Page

DAY = timedelta(days=1)


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def credit(house: Billing, amount_minor: int = 4_000, **other: Any) -> UUID:
    """Enter and approve a credit note."""
    return house.entered_and_approved(Line(HOSTING, -amount_minor), **other)


def entry_of(house: Billing, run_id: UUID) -> list[tuple[str, int]]:
    entry_id = house.session.scalars(select(Entry.id).where(Entry.source_id == run_id)).one()
    return sorted((code, amount) for code, amount, _ in house.lines_of(entry_id))


def aged(house: Billing, at: date) -> tuple[int, ...]:
    """Return what is owed to suppliers by age, having looked whether it adds up."""
    found = aged_balances(house.session, Side.PAYABLE, at, open_items=open_bills(house.session, at))
    assert sum(found.parts_minor) == -balance_of(house.session, PAYABLE, at)
    return found.parts_minor


def test_a_credit_note_is_approved_by_another_and_booked_as_the_mirror_of_a_bill(house: Billing) -> None:
    credit_id = house.enter(Line(HOSTING, -4_000), number="CN 1")
    with pytest.raises(SamePerson):
        house.approve(credit_id, house.treasurer)
    assert (house.state(credit_id), house.balance()) == ("waiting", 0)
    house.approve(credit_id)
    row = queries.bill(house.session, credit_id)
    assert (row.is_credit, row.label, row.open_minor, row.due_on) == (True, "To be taken off", -4_000, house.today)
    assert house.lines_of(row.entry_id) == [(HOSTING, -4_000, None), (PAYABLE, 4_000, row.party_ref)]
    entry = house.session.get_one(Entry, row.entry_id)
    assert entry.kind == "bill"
    for same in ("cn-1", "CN1"):
        with pytest.raises(errors.BillKnown):
            house.enter(Line(HOSTING, -1), number=same)
    with pytest.raises(errors.BillKnown):
        house.enter(number="CN 1")
    assert checks.findings(house.session) == []


def test_its_tax_reduces_the_purchases_of_its_own_return(house: Billing) -> None:
    taxing.register(house.session)
    taxed = Line(HOSTING, 11_500, tax="GST15-P")
    house.entered_and_approved(taxed)
    before = taxing.boxes(house.session)
    house.entered_and_approved(Line(HOSTING, -2_300, tax="GST15-P"))
    after = taxing.boxes(house.session)
    assert (before["11"], before["12"]) == (11_500, 1_500)
    assert (after["11"], after["12"]) == (9_200, 1_200)
    assert balance_of(house.session, TAX) == 1_200
    assert checks.findings(house.session) == []


def test_it_is_taken_off_the_bills_of_its_supplier_and_the_rest_leaves_as_one_sum(house: Billing) -> None:
    bill_id, second, other = (
        house.entered_and_approved(),
        house.entered_and_approved(Line(HOSTING, 500)),
        house.entered_and_approved(Line(HOSTING, 700), supplier="Tūī Hosting"),
    )
    credit_id = credit(house)
    (row,) = [one for one in supplier_queries.suppliers(house.session) if one.name == SUPPLIER]
    assert row.open_minor == 8_000
    run_id = house.pay(bill_id, second, other, credit_id)
    assert entry_of(house, run_id) == [(BANK, -8_700), (PAYABLE, -4_000), (PAYABLE, 700), (PAYABLE, 12_000)]
    assert {house.state(one) for one in (bill_id, second, other, credit_id)} == {"paid"}
    assert queries.bill(house.session, credit_id).label == "Taken off"
    assert (house.balance(), aged(house, house.today), checks.findings(house.session)) == (0, (0,) * 5, [])


def test_what_the_bills_cannot_take_stays_a_credit(house: Billing) -> None:
    bill_id, credit_id = house.entered_and_approved(Line(HOSTING, 3_000), due_on=house.today), credit(house)
    assert aged(house, house.today)[0] == -1_000
    wanted = house.to_pay(bill_id, credit_id)
    with pytest.raises(errors.CreditTooLarge):
        house.pay(bill_id, credit_id)
    fitted = {one.bill_id: one.amount_minor for one in netting.fitted(house.session, wanted)}
    assert fitted == {bill_id: 3_000, credit_id: -3_000}
    run_id = house.pay(bill_id, parts={credit_id: -3_000})
    assert entry_of(house, run_id) == [(PAYABLE, -3_000), (PAYABLE, 3_000)], "it is settled, and nothing leaves"
    row = queries.bill(house.session, credit_id)
    assert (row.label, row.open_minor, house.state(bill_id)) == ("Used in part", -1_000, "paid")
    assert aged(house, house.today) == (-1_000, 0, 0, 0, 0)
    statement = party_statement(house.session, row.party_ref, house.today, house.today)
    assert statement.rows[-1].balance_minor == -1_000, "the page shows what it owes us with a minus"
    later = house.entered_and_approved(Line(HOSTING, 5_000))
    house.pay(later, credit_id)
    assert (house.balance(), house.state(credit_id), checks.findings(house.session)) == (0, "paid", [])


def test_a_credit_note_alone_and_of_another_supplier_pays_nothing(house: Billing) -> None:
    credit_id, other = credit(house), house.entered_and_approved(supplier="Tūī Hosting")
    with pytest.raises(errors.CreditTooLarge):
        house.pay(credit_id)
    with pytest.raises(errors.CreditTooLarge):
        house.pay(credit_id, other)
    with pytest.raises(errors.CreditAlone):
        netting.fitted(house.session, house.to_pay(credit_id))
    (only,) = netting.fitted(house.session, house.to_pay(credit_id, other))
    assert only.bill_id == other
    for wrong in (1, 0, -4_001):
        with pytest.raises(errors.MoreThanLeft):
            house.pay(parts={credit_id: wrong})
    assert (house.count(BillPaymentRun), house.count(BillPayment)) == (0, 0)


def test_the_database_lets_no_supplier_owe_us_in_a_run(house: Billing) -> None:
    """Whoever writes past the program meets the rule: in whatever run, by whatever rows."""
    session = house.session
    bill_id, credit_id = house.entered_and_approved(Line(HOSTING, 3_000)), credit(house, 4_000)
    foreign_id = house.entered_and_approved(Line(HOSTING, 9_000), supplier="Mānuka Hosting")

    def pay(run_id: UUID, bill: UUID, amount_minor: int) -> None:
        with session.begin_nested():
            session.execute(
                insert(BillPayment).values(bill_id=bill, run_id=run_id, amount_minor=amount_minor, account_ref=None)
            )

    def run() -> UUID:
        one = BillPaymentRun(id=new_id(), paid_on=house.today, recorded_at=clock.now(), form_token=new_id())
        session.add(one)
        session.flush()
        return one.id

    first, second = run(), run()
    pay(first, foreign_id, 9_000)
    pay(second, bill_id, 2_000)
    for run_id, amount_minor in ((run(), -1), (first, -1), (second, -2_001)):
        with pytest.raises(DBAPIError, match="no more is taken off a supplier"):
            pay(run_id, credit_id, amount_minor)
    pay(second, credit_id, -2_000)
    early_id = credit(house, 1_000, due_on=house.today, billed_on=house.today - DAY)
    assert house.pay(parts={early_id: -1_000, bill_id: 1_000}), "the program writes bills first, whatever is due first"


def test_what_left_as_one_sum_comes_back_as_one(house: Billing) -> None:
    bill_id, credit_id = house.entered_and_approved(), credit(house)
    other = house.entered_and_approved(supplier="Tūī Hosting")
    run_id = house.pay(bill_id, credit_id, other)

    def send_back(*bill_ids: UUID) -> UUID:
        return returning.record_return(
            house.session, house.treasurer, run_id=run_id, bill_ids=bill_ids, returned_on=house.today, reason="Closed"
        )

    for part in (bill_id, credit_id):
        with pytest.raises(errors.PaidTogether):
            send_back(part)
    paid = payments.paid_in(house.session, run_id)
    assert returning.together(paid, [bill_id]) == {bill_id, credit_id}
    assert returning.together(paid, [other]) == {other}
    return_id = send_back(bill_id, credit_id)
    assert entry_of(house, return_id) == [(BANK, 7_500), (PAYABLE, -11_500), (PAYABLE, 4_000)]
    assert (house.state(bill_id), house.state(credit_id), house.state(other)) == ("open", "open", "paid")
    house.pay(bill_id, credit_id)
    assert (house.balance(), checks.findings(house.session)) == (0, [])


def test_an_offset_is_undone_the_same_way_though_nothing_had_left(house: Billing) -> None:
    bill_id, credit_id = house.entered_and_approved(Line(HOSTING, 4_000)), credit(house)
    run_id = house.pay(bill_id, credit_id)
    with clock.at(clock.now() + 3 * DAY):
        house = Billing(house.session, is_founded=True)
        returning.record_return(
            house.session,
            house.treasurer,
            run_id=run_id,
            bill_ids=[bill_id, credit_id],
            returned_on=house.today,
            reason="It belongs to another bill",
        )
        assert (house.state(bill_id), house.state(credit_id), house.balance()) == ("open", "open", 0)
        assert (sum(aged(house, house.today)), checks.findings(house.session)) == (0, [])


def test_two_runs_at_once_use_a_credit_note_once(database: TestDatabase) -> None:
    def prepare(session: Session) -> tuple[UUID, UUID, UUID]:
        house = Billing(session)
        return house.entered_and_approved(), house.entered_and_approved(), credit(house)

    first, second, credit_id = write_with(database.engine, prepare)

    def pay(bill_id: UUID) -> Callable[[Session], UUID]:
        return lambda session: Billing(session, is_founded=True).pay(bill_id, credit_id)

    done, refused = joining.outcomes(joining.at_once(database.engine, pay(first), pay(second), pay(first)))
    assert (done, refused) == (1, {errors.BillNotOpen})
    assert write_with(database.engine, checks.findings) == []


def send(browser: Browser, **values: Any) -> Page:
    """Send the form of a bill, as a browser does."""
    page = browser.get("/bills/new")
    sent = {**dict(page.form(having="form_token").values), **values}
    sent["file"] = (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "note.pdf")
    answer = browser.client.post("/bills/new", data=sent, content_type="multipart/form-data", follow_redirects=True)
    return browser._page(answer)


def test_the_pages_take_a_credit_note_as_printed_and_take_it_off(app: Flask, sign_in: Callable[[str], Browser]) -> None:
    def live(session: Session) -> None:
        house = Billing(session, is_founded=True)
        house.entered_and_approved(Line(HOSTING, 3_000), number="A 1", due_on=house.today)

    with app.app_context():
        write(live)
    treasurer, board = sign_in("treasurer"), sign_in("board")
    values = {
        "supplier": SUPPLIER,
        "is_credit": "y",
        "number": "CN 7",
        "total": "40.00",
        "lines-0-account": HOSTING,
        "lines-0-text": "Posters that came torn",
        "lines-0-amount": "40.00",
    }
    assert "The lines add up to the total" in send(treasurer, **values, check="1").text
    made = send(treasurer, **values)
    assert (made.title, "\N{MINUS SIGN}40.00" in made.text) == (f"Credit note CN 7 of {SUPPLIER}", True)
    page = board.get(made.path)
    board.send(page, page.form(button="Yes: Approve and book it"))
    due = treasurer.get("/bills/due")
    assert ("Credit note CN 7" in due.text, "Owed in all NZD \N{MINUS SIGN}10.00" in due.text) == (True, True)
    form = due.form(having="pay")
    alone = treasurer.send(due, form, {"pay": form.choices["pay"][:1]})
    both = treasurer.send(due, form, {"pay": form.choices["pay"]})
    assert "nothing leaves the bank" in both.text
    assert "nothing leaves the bank" not in alone.text
    done = treasurer.send(both, both.form(having="pay"), button="Yes, record it")
    assert ("Used in part" in treasurer.get(made.path).text, "\N{MINUS SIGN}10.00" in done.text) == (True, True)
    stays = treasurer.send(done, done.form(having="pay"), {"pay": done.form(having="pay").choices["pay"]})
    assert (stays.status, "There is nothing that the credit note" in stays.text) == (422, True)
    payables = sign_in("auditor").get("/books/payables").text
    assert "\N{MINUS SIGN}10.00" in payables
    with app.app_context():
        assert db.session().scalars(select(Bill.total_minor).order_by(Bill.total_minor)).all() == [-4_000, 3_000]
        db.session.remove()


def test_a_list_for_the_bank_has_one_sum_for_a_supplier_with_a_credit_note(house: Billing) -> None:
    ids = [house.entered_and_approved(number=f"A {number}", bank_reference="") for number in (1, 2)]
    credit_id = credit(house, number="C 3")
    other = house.entered_and_approved(Line(HOSTING, 900), supplier="Tūī Hosting", number="9")
    rows = {one: queries.bill(house.session, one) for one in (*ids, credit_id, other)}
    planned = [netting.Planned(row, row.open_minor) for row in rows.values()]
    listed = [(row.supplier, minor, said) for row, minor, said in netting.bank_rows(planned)]
    assert listed == [(SUPPLIER, 19_000, "A 1 A 2 C 3"), ("Tūī Hosting", 900, "9")]
    settled = [netting.Planned(rows[ids[0]], 4_000), netting.Planned(rows[credit_id], -4_000)]
    assert netting.bank_rows(settled) == []
