"""Accounts that are paid to: confirmed by somebody who did not give them, once, and never in the moment in which they change."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coop import clock
from coop.audit import AuditEvent
from coop.database import write_with
from coop.payments.bills import queries
from coop.payments.bills.models import BillPayment, BillPaymentRun, Supplier
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying.netting import ToPay
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers.operations import SupplierText
from coop.payments.confirming import checks, errors
from coop.payments.confirming import queries as accounts
from coop.payments.confirming.models import AccountConfirmation
from coop.payments.confirming.operations import confirm
from coop.payments.payouts import disbursements
from coop.payments.payouts.accounts import account_of, change_account
from coop.permissions import PowerMissing
from evidence.rules import drop_rules
from ledger.chart import EXPENSE_CLAIMS
from tests import joining
from tests.billing import SUPPLIER, Billing
from tests.databases import TestDatabase

FIRST, SECOND = "12-3456-0123456-0100", "12-9999-0666666-0666"


@pytest.fixture
def house(session: Session) -> Billing:
    return Billing(session)


def give(house: Billing, account: str) -> UUID | None:
    """Let the treasurer give the supplier an account, and return its reference."""
    row = house.session.scalars(select(Supplier)).one()
    suppliers.edit(house.session, house.treasurer, supplier_id=row.id, text=SupplierText(SUPPLIER, account))
    return row.account_ref


def test_an_account_is_paid_to_once_somebody_else_has_confirmed_it(house: Billing) -> None:
    bill_id, later = house.entered_and_approved(), house.entered_and_approved()
    ref = give(house, FIRST)
    assert ref is not None
    with pytest.raises(errors.AccountUnconfirmed):
        house.pay(bill_id)
    with pytest.raises(errors.OwnAccount):
        house.confirm(house.treasurer)
    with pytest.raises(PowerMissing):
        house.confirm(house.actor("auditor"))
    with pytest.raises(errors.NothingToConfirm):
        confirm(house.session, house.board, account_refs=[])
    assert house.confirm() == 1
    assert confirm(house.session, house.board2, account_refs=[ref]) == 0, "it was confirmed before"
    row = queries.bill(house.session, bill_id)
    assert (row.confirmed_by, row.was_paid, row.was_paid_here) == ("Ana Tūī", False, False)
    house.pay(bill_id)
    assert queries.bill(house.session, later).was_paid_here
    give(house, SECOND)
    row = queries.bill(house.session, later)
    assert (row.was_paid, row.was_paid_here, row.is_unconfirmed) == (True, False, True)
    assert accounts.waiting(house.session)[0].was_paid
    with pytest.raises(errors.AccountUnconfirmed):
        house.pay(later)
    assert checks.findings(house.session) == []


def test_home_counts_the_accounts_that_one_can_confirm(house: Billing) -> None:
    """What a query counts is what the page lets this person tick: neither what they gave, nor what they are paid to."""
    house.entered_and_approved()
    give(house, FIRST)
    session, member = house.session, joining.founder(house.session, "board")
    change_account(session, member, participant_id=min(member.represents), bank_account=SECOND)
    rows = accounts.waiting(session)
    assert len(rows) == 2
    counts = {}
    for name in ("treasurer", "board", "board2", "auditor"):
        who = joining.founder(session, name)
        counts[name] = accounts.waiting_count(session, who)
        assert counts[name] == sum(not row.concerns(who) for row in rows), name
    assert (counts["treasurer"], counts["board"], counts["board2"]) == (1, 1, 2)


def test_a_page_of_accounts_loads_the_rows_that_it_shows(house: Billing) -> None:
    session = house.session
    for number in range(5):
        suppliers.add(session, house.treasurer, text=SupplierText(f"Supplier {number}", f"12-3456-012345{number}-00"))
    pages = [accounts.waiting_part(session, number=number, size=2) for number in (1, 2, 3, 99)]
    names = [[row.name for row in page.rows] for page in pages]
    assert names == [["Supplier 0", "Supplier 1"], ["Supplier 2", "Supplier 3"], ["Supplier 4"], ["Supplier 4"]]
    assert [(page.number, page.last, page.total) for page in pages] == [(1, 3, 5), (2, 3, 5), (3, 3, 5), (3, 3, 5)]
    assert [row for page in pages[:3] for row in page.rows] == accounts.waiting(session)


def test_the_trail_says_who_and_when_by_a_reference_and_never_the_account(house: Billing) -> None:
    house.entered_and_approved()
    ref = give(house, FIRST)
    house.confirm()
    trail = house.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    changed, confirmed = (
        next(event for event in trail if event.action == action)
        for action in ("supplier.changed", "supplier_account.confirmed")
    )
    assert (changed.facts["account"], confirmed.facts["account"]) == (str(ref), str(ref))
    assert (changed.person_id, confirmed.person_id) == (house.treasurer.person_id, house.board.person_id)
    assert all("0123456" not in str(event.facts) for event in trail)


def test_a_list_that_was_made_with_another_account_is_refused(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    give(house, FIRST)
    house.confirm()
    listed = house.to_pay(bill_id)
    give(house, SECOND)
    house.confirm()

    def record(bills: list[ToPay]) -> UUID:
        return paying.record_payment(
            house.session, house.treasurer, bills=bills, paid_on=house.today, form_token=uuid4()
        )

    for wrong in (listed, [ToPay(bill_id, 11_500, None)], [ToPay(bill_id, 11_500, uuid4())]):
        with pytest.raises(errors.PaidElsewhere):
            record(wrong)
    assert house.state(bill_id) == "open"
    run_id = record(house.to_pay(bill_id))
    paid = house.session.get_one(BillPayment, (bill_id, run_id))
    assert paid.account_ref == house.session.scalars(select(Supplier.account_ref)).one()


def test_what_was_changed_while_it_was_compared_is_not_confirmed(house: Billing) -> None:
    house.entered_and_approved()
    seen = give(house, FIRST)
    assert seen is not None
    give(house, SECOND)
    with pytest.raises(errors.AccountReplaced):
        confirm(house.session, house.board, account_refs=[seen])
    assert house.count(AccountConfirmation) == 0


def test_a_claimant_is_paid_to_an_account_that_somebody_else_has_confirmed(house: Billing) -> None:
    claim_id = house.claim("secretary", house.spent(4_600))
    house.approve_act(house.assign(claim_id))
    who = house.participant("secretary")
    secretary = house.actor("secretary")
    change_account(house.session, secretary, participant_id=who, bank_account=FIRST)

    def pay(account_ref: UUID | None) -> Any:
        line = disbursements.ToPay(who, 4_600, account_ref)
        return disbursements.record_payment(
            house.session,
            house.treasurer,
            account_code=EXPENSE_CLAIMS,
            lines=[line],
            paid_on=house.today,
            form_token=uuid4(),
        )

    def ref() -> UUID:
        row = account_of(house.session, who)
        assert row is not None
        return row.account_ref

    first = ref()
    with pytest.raises(errors.AccountUnconfirmed):
        pay(first)
    with pytest.raises(errors.PaidElsewhere):
        pay(None)
    house.confirm(house.treasurer)
    change_account(house.session, secretary, participant_id=who, bank_account=SECOND)
    with pytest.raises(errors.PaidElsewhere):
        pay(first)
    change_account(house.session, secretary, participant_id=who, bank_account="")
    change_account(house.session, secretary, participant_id=who, bank_account=FIRST)
    assert accounts.waiting(house.session)[0].account_ref == ref(), "given anew, it is compared anew"
    house.confirm()
    pay(ref())
    assert checks.findings(house.session) == []


def test_an_officer_does_not_confirm_their_own_account(house: Billing) -> None:
    board = house.board
    change_account(house.session, board, participant_id=house.participant("board"), bank_account=FIRST)
    with pytest.raises(errors.OwnAccount):
        house.confirm(board)
    assert house.confirm(house.board2) == 1


@pytest.mark.tampers
def test_the_database_refuses_one_person_and_a_payment_to_what_nobody_confirmed(house: Billing) -> None:
    bill_id = house.entered_and_approved()
    ref = give(house, FIRST)
    assert ref is not None
    run = BillPaymentRun(id=uuid4(), paid_on=house.today, recorded_at=clock.now(), form_token=uuid4())
    house.session.add(run)
    house.session.flush()
    by = house.treasurer.person_id
    with pytest.raises(DBAPIError, match="nobody confirms the account"), house.session.begin_nested():
        house.session.add(AccountConfirmation(account_ref=ref, confirmed_at=clock.now(), confirmed_by=by))
    with pytest.raises(DBAPIError, match="nobody has confirmed the account"), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=bill_id, run_id=run.id, amount_minor=11_500, account_ref=ref))
    house.confirm()
    with pytest.raises(DBAPIError, match="not the account of who is paid"), house.session.begin_nested():
        house.session.add(BillPayment(bill_id=bill_id, run_id=run.id, amount_minor=11_500))
    for statement in ("UPDATE account_confirmation SET confirmed_by = NULL", "DELETE FROM account_confirmation"):
        with pytest.raises(DBAPIError, match="append-only"), house.session.begin_nested():
            house.session.execute(text(statement))
    house.pay(bill_id)
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE supplier SET account_changed_by = :who"), {"who": _stored(house)})
    assert {finding.check for finding in checks.findings(house.session)} == {"account-one-person"}
    house.session.execute(text("DELETE FROM account_confirmation"))
    assert {finding.check for finding in checks.findings(house.session)} == {"account-not-confirmed"}


def test_the_database_lets_no_account_stand_behind_the_confirmation_of_another(house: Billing) -> None:
    """Whoever changes the number with raw SQL is not paid: its reference would not be the one that was confirmed."""
    house.entered_and_approved()
    give(house, FIRST)
    house.confirm()
    member = joining.founder(house.session, "board")
    change_account(house.session, member, participant_id=min(member.represents), bank_account=FIRST)
    house.confirm(joining.founder(house.session, "board2"))
    nameless = text("UPDATE supplier SET bank_account = :account, account_ref = NULL")
    with pytest.raises(DBAPIError, match="an account has a reference"), house.session.begin_nested():
        house.session.execute(nameless, {"account": SECOND})
    for table in ("supplier", "payout_account"):
        old = house.session.execute(text(f"SELECT account_ref FROM {table}")).scalar_one()
        new = uuid4().hex if house.session.get_bind().dialect.name == "sqlite" else str(uuid4())
        refused: tuple[tuple[str, dict[str, str], str | None], ...] = (
            (f"UPDATE {table} SET bank_account = :account", {}, "has a reference of its own"),
            (f"UPDATE {table} SET bank_account = :account, account_ref = :ref", {"ref": new}, None),
            (f"UPDATE {table} SET bank_account = :account, account_ref = :ref", {"ref": old}, "for another account"),
        )
        for statement, values, match in refused:
            if match is None:
                house.session.execute(text(statement), {"account": SECOND, **values})
                continue
            with pytest.raises(DBAPIError, match=match), house.session.begin_nested():
                house.session.execute(text(statement), {"account": SECOND, **values})


@pytest.mark.tampers
def test_an_account_that_cannot_be_confirmed_is_found(house: Billing) -> None:
    house.entered_and_approved()
    drop_rules(house.session.connection())
    house.session.execute(text("UPDATE supplier SET bank_account = :account, account_ref = NULL"), {"account": SECOND})
    assert [finding.check for finding in checks.findings(house.session)] == ["account-without-reference"]


def _stored(house: Billing) -> Any:
    """Return the person who confirmed as the database keeps it."""
    return house.session.execute(text("SELECT confirmed_by FROM account_confirmation")).scalar_one()


def test_changing_and_confirming_at_once_never_confirms_what_nobody_saw(database: TestDatabase) -> None:
    def prepare(session: Session) -> UUID:
        house = Billing(session)
        house.entered_and_approved()
        ref = give(house, FIRST)
        assert ref is not None
        return ref

    seen = write_with(database.engine, prepare)
    results = joining.at_once(
        database.engine,
        lambda session: confirm(session, joining.founder(session, "board"), account_refs=[seen]),
        lambda session: confirm(session, joining.founder(session, "board2"), account_refs=[seen]),
        lambda session: give(Billing(session, is_founded=True), SECOND),
    )
    _, refused = joining.outcomes(results)
    assert refused <= {errors.AccountReplaced}

    def waits(session: Session) -> bool:
        return [row.bank_account for row in accounts.waiting(session)] == [SECOND]

    assert write_with(database.engine, waits)
    assert write_with(database.engine, checks.findings) == []
