"""Paying bills: the bank pays them, and here it is recorded that it did, as one entry for all that left on one day.

A bill is paid whole or in parts, never more than is left of it, less credit notes of its supplier; to the account that the list of bills showed, which a second
person has confirmed: nobody alone says who is paid. What it is for stands in the journal by supplier, so the aged payables are at zero
once everything is paid.
"""

from collections.abc import Sequence, Set
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative
from coop.payments.bank.accounts import need_marked
from coop.payments.bills import errors, queries
from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun, Supplier
from coop.payments.bills.paying.netting import Planned, ToPay, check_nets, entry_lines
from coop.payments.bills.rows import BillRow, BillState
from coop.payments.confirming.queries import check_payee
from coop.payments.payouts.errors import NobodyTicked, PaidInFuture, PaymentFormUsed
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.chart import BANK
from ledger.posting import Draft, post

#: Who records payments: the board too, so that a co-op with one treasurer has somebody who did not change the account.
RECORDERS = (Power.TREASURER, Power.BOARD)


def plan_payment(session: Session, *, bills: Sequence[ToPay], paid_on: date) -> list[Planned]:
    """Check a payment without recording it, and return what it pays by supplier.

    Raises:
        NotFound, NobodyTicked, PaidInFuture, BillTwice, BillNotOpen, MoreThanLeft, CreditTooLarge
        PaidBeforeBooked, BeforeSentBack, PaidElsewhere, AccountUnconfirmed
    """
    today = cooperative.today(session)
    if not bills:
        raise NobodyTicked
    if paid_on > today:
        raise PaidInFuture(today)
    planned: dict[UUID, Planned] = {}
    for one in set(bills):
        row = queries.bill(session, one.bill_id)
        if one.bill_id in planned:
            raise errors.BillTwice(row.number)
        _check_bill(row, one, paid_on)
        planned[one.bill_id] = Planned(row, one.amount_minor)
    check_nets(session, planned.values())
    return sorted(planned.values(), key=lambda one: (one.row.supplier.casefold(), one.row.due_on, one.row.id))


def _check_bill(row: BillRow, one: ToPay, paid_on: date) -> None:
    if row.state is not BillState.OPEN or row.booked_on is None:
        raise errors.BillNotOpen(row.number)
    is_of_its_side = one.amount_minor * row.total_minor > 0
    if not is_of_its_side or abs(one.amount_minor) > abs(row.open_minor):
        raise errors.MoreThanLeft(row.number, row.open_minor, one.amount_minor, row.currency)
    if paid_on < row.booked_on:
        raise errors.PaidBeforeBooked(row.number, row.booked_on)
    if row.sent_back_on is not None and paid_on < row.sent_back_on:
        raise errors.BeforeSentBack(row.number, row.sent_back_on)
    check_payee(row.supplier, account_ref=row.account_ref, seen=one.account_ref, is_confirmed=not row.is_unconfirmed)


def check_payer(actor: Actor, planned: Sequence[Planned]) -> None:
    """Refuse whoever removed the account of a supplier after a bill was approved: it would be paid they alone know where.

    Raises:
        AccountRemovedByYou
    """
    for row in (one.row for one in planned):
        if row.account_ref is None and row.is_account_new and row.account_changed_by == actor.person_id:
            raise errors.AccountRemovedByYou(row.number)


def record_payment(
    session: Session, actor: Actor, *, bills: Sequence[ToPay], paid_on: date, form_token: UUID, bank: str = BANK
) -> UUID:
    """Record that a bank account has paid bills, book it as one entry, and return the run's id.

    The same form sent again returns the run that stands already.

    Raises:
        PowerMissing, PaymentFormUsed, BankAccountEnded, AccountRemovedByYou, and whatever `plan_payment` refuses
        LedgerRefusal: the date lies in a locked period or in no open year.
    """
    power = actor.need(*RECORDERS)
    # Held in one order: a second payment of one of them waits here, and then finds it paid.
    bill_ids = {one.bill_id for one in bills}
    for bill_id in sorted(bill_ids):
        session.get(Bill, bill_id, with_for_update=True)
    known = _recorded_by_form(session, form_token, bills, paid_on, bank)
    if known is not None:
        return known
    need_marked(session, bank)
    _hold_suppliers(session, bill_ids)
    planned = plan_payment(session, bills=bills, paid_on=paid_on)
    check_payer(actor, planned)
    run = BillPaymentRun(id=new_id(), paid_on=paid_on, recorded_at=clock.now(), form_token=form_token, bank_code=bank)
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        # Another run took the token after we looked: an altered form.
        raise PaymentFormUsed from error
    # Bills before what is taken off them, as the rule of the database asks.
    for is_credit in (False, True):
        session.add_all(
            BillPayment(
                bill_id=one.row.id, run_id=run.id, amount_minor=one.amount_minor, account_ref=one.row.account_ref
            )
            for one in planned
            if one.row.is_credit is is_credit
        )
        session.flush()
    _book(session, actor, run, planned)
    facts: dict[str, Canonical] = {
        "bills": len(planned),
        "amount_minor": sum(one.amount_minor for one in planned),
        "currency": planned[0].row.currency,
    }
    audit.record(session, actor, "bill-payment.recorded", subject=run.id, power=power, facts=facts)
    return run.id


def _hold_suppliers(session: Session, bill_ids: Set[UUID]) -> None:
    """Hold whom bills are paid to, so that no account changes while it is being paid to."""
    supplier_ids = session.scalars(select(Bill.supplier_id).where(Bill.id.in_(bill_ids)).distinct())
    for supplier_id in sorted(supplier_ids):
        session.get(Supplier, supplier_id, with_for_update=True)


def _recorded_by_form(
    session: Session, form_token: UUID, bills: Sequence[ToPay], paid_on: date, bank: str
) -> UUID | None:
    run = session.scalar(select(BillPaymentRun).where(BillPaymentRun.form_token == form_token))
    if run is None:
        return None
    query = select(BillPayment.bill_id, BillPayment.amount_minor).where(BillPayment.run_id == run.id)
    paid = {tuple(row) for row in session.execute(query)}
    if (paid, run.paid_on, run.bank_code) != ({(one.bill_id, one.amount_minor) for one in bills}, paid_on, bank):
        raise PaymentFormUsed
    return run.id


def _book(session: Session, actor: Actor, run: BillPaymentRun, planned: Sequence[Planned]) -> None:
    """Book what each supplier was paid, what was taken off, and what left the bank account."""
    names = ", ".join(dict.fromkeys(one.row.supplier for one in planned))[:300]
    draft = Draft(
        booked_on=run.paid_on,
        text=gettext("Bills paid: %(suppliers)s", suppliers=names),
        kind="bill-payment",
        currency=planned[0].row.currency,
        lines=entry_lines(((one.row.party_ref, one.amount_minor) for one in planned), run.bank_code, leaves=True),
        idempotency_key=f"bill-payment:{run.id}",
        source_kind="bill_payment_run",
        source_id=run.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)
