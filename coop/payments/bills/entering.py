"""Entering a supplier's bill, or its credit note, a bill below zero: what the paper says is compared with the lines, and an act waits that posts it.

The supplier's number decides whether a bill is there already. A bill that was refused, withdrawn or taken back frees its number, so
that it can be entered anew as it should have been.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coop import audit, cooperative, texts
from coop.approvals import operations as approvals
from coop.attachments.operations import attach
from coop.attachments.uploads import Received
from coop.payments.bills import booking, errors
from coop.payments.bills.booking import Costs, Owed
from coop.payments.bills.models import NO_RECEIPT, Bill, BillText, Supplier
from coop.payments.bills.queries import is_ended
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers.operations import SupplierText
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from evidence.messages import N_
from ledger.chart import PAYABLE

BILL_APPROVE = "bill.approve"
LONGEST_NUMBER = 40
_LONGEST_KEY = 200
#: What banks take as a reference.
LONGEST_BANK_REFERENCE = 25
#: The month after the bill, on this day: what is usual in New Zealand.
_DUE_DAY = 20
_BILL_TEXT = N_("Bill %(number)s of %(supplier)s: %(what)s")
_CREDIT_TEXT = N_("Credit note %(number)s of %(supplier)s: %(what)s")


@dataclass(frozen=True)
class NewBill:
    """A bill as the treasurer read it."""

    supplier: str
    #: Whether a supplier that is not known is added.
    is_new_supplier: bool
    number: str
    billed_on: date
    #: None for the usual day.
    due_on: date | None
    #: With tax, as printed; below zero, as its lines are, for a credit note.
    total_minor: int
    costs: Costs
    bank_reference: str
    #: The receipt, or why there is none.
    receipt: Received | None
    no_receipt: str
    #: Of the form, so that a form sent twice is one bill.
    form_token: UUID


def usual_due_day(billed_on: date) -> date:
    """Return the day on which a bill is due where nothing else is said: the 20th of the next month."""
    year, month = divmod(billed_on.year * 12 + billed_on.month, 12)
    return date(year, month + 1, _DUE_DAY)


def enter_bill(session: Session, actor: Actor, new: NewBill) -> UUID:
    """Enter a bill, ask a second person to approve it, and return its id. The same form sent again returns the same bill.

    Raises:
        PowerMissing, SupplierUnknown, BillKnown, BilledInFuture, DueBeforeBilled, TotalNothing, ReceiptMissing
       , BillFormUsed, TextMissing, TextTooLong
        LedgerRefusal and what `booking` refuses: nobody is asked to approve what cannot be booked.
    """
    power = actor.need(Power.TREASURER)
    known_id = _sent_before(session, new)
    if known_id is not None:
        return known_id
    number, due_on = _check(session, new)
    bank_reference = texts.line(new.bank_reference, about="bank_reference", longest=LONGEST_BANK_REFERENCE, least=0)
    supplier = _supplier(session, actor, new)
    # The same form at the same moment waited for the supplier as well, and finds the bill of the first here.
    known_id = _sent_before(session, new)
    if known_id is not None:
        return known_id
    bill = Bill(
        id=new_id(),
        supplier_id=supplier.id,
        number=number,
        number_key=number_key(number),
        attempt=_next_attempt(session, supplier.id, number),
        billed_on=new.billed_on,
        due_on=due_on,
        total_minor=new.total_minor,
        currency=cooperative.current(session).currency,
        act_id=new_id(),
        form_token=new.form_token,
        bank_reference=bank_reference,
    )
    booking.try_owed(session, owed_of(bill, supplier, new.costs))
    arguments: dict[str, Canonical] = {"bill": str(bill.id), "total_minor": bill.total_minor, **new.costs.arguments()}
    bill.act_id = approvals.prepare(session, actor, kind=BILL_APPROVE, arguments=arguments)
    bill.attachment_id = attach(session, actor, new.receipt) if new.receipt else None
    try:
        with session.begin_nested():
            session.add(bill)
    except IntegrityError:
        # The same form was sent at the same moment, with another supplier or number.
        raise errors.BillFormUsed from None
    _write_texts(session, bill.id, new)
    facts: dict[str, Canonical] = {"supplier": supplier.id, "total_minor": new.total_minor, "currency": bill.currency}
    audit.record(session, actor, "bill.entered", subject=bill.id, power=power, facts=facts)
    return bill.id


def number_key(number: str) -> str:
    """Return a supplier's number as it is compared: its letters and digits, without case.

    Dots, slashes, hyphens and what cannot be seen do not make another bill of it. A number without letters and digits is compared whole.
    """
    folded = texts.fold(number)
    return ("".join(c for c in folded if c.isalnum()) or folded)[:_LONGEST_KEY]


def owed_of(bill: Bill, supplier: Supplier, costs: Costs) -> Owed:
    """Return what a bill is booked as: its costs against the supplier, under its number."""
    return Owed(
        kind="bill",
        source_id=bill.id,
        on=bill.billed_on,
        costs=costs,
        total_minor=bill.total_minor,
        account=PAYABLE,
        party_ref=supplier.party_ref,
        text=gettext(
            _BILL_TEXT if bill.total_minor > 0 else _CREDIT_TEXT,
            number=bill.number,
            supplier=supplier.name,
            what=costs.in_short,
        ),
        reference=bill.number,
    )


def _check(session: Session, new: NewBill) -> tuple[str, date]:
    """Check what a bill says by itself, and return its number and the day on which it is due."""
    today = cooperative.today(session)
    number = texts.line(new.number, about="number", longest=LONGEST_NUMBER)
    if new.billed_on > today:
        raise errors.BilledInFuture(today)
    # A credit note can be taken off from its day on.
    due_on = new.due_on or (usual_due_day(new.billed_on) if new.total_minor > 0 else new.billed_on)
    if due_on < new.billed_on:
        raise errors.DueBeforeBilled(new.billed_on)
    if new.receipt is None and not new.no_receipt:
        raise errors.ReceiptMissing
    if new.total_minor == 0:
        raise errors.TotalNothing
    return number, due_on


def _supplier(session: Session, actor: Actor, new: NewBill) -> Supplier:
    """Return the supplier of a bill and hold it; one that is new is added first."""
    name = texts.line(new.supplier, about="supplier")
    supplier_id = suppliers.find(session, name)
    if supplier_id is None:
        if not new.is_new_supplier:
            raise errors.SupplierUnknown
        try:
            supplier_id = suppliers.add(session, actor, SupplierText(name))
        except errors.SupplierKnown as refusal:
            # Somebody added the name at the same moment, perhaps with this very bill.
            supplier_id = refusal.supplier_id
    # Whoever enters the same number at the same moment waits here, and then finds the first one's.
    return session.get_one(Supplier, supplier_id, with_for_update=True)


def _next_attempt(session: Session, supplier_id: UUID, number: str) -> int:
    """Return how often a number of a supplier was entered and came to nothing.

    Raises:
        BillKnown: it stands.
    """
    query = select(Bill).where(Bill.supplier_id == supplier_id, Bill.number_key == number_key(number))
    earlier = session.scalars(query).all()
    for bill in earlier:
        if not is_ended(session, bill):
            raise errors.BillKnown(bill.id, bill.number, bill.billed_on)
    return len(earlier)


def _sent_before(session: Session, new: NewBill) -> UUID | None:
    """Return the bill that a form has entered already."""
    known = session.scalar(select(Bill).where(Bill.form_token == new.form_token))
    if known is None:
        return None
    same = (known.number_key, known.billed_on, known.total_minor)
    if same != (number_key(new.number), new.billed_on, new.total_minor):
        raise errors.BillFormUsed
    return known.id


def _write_texts(session: Session, bill_id: UUID, new: NewBill) -> None:
    said = dict(enumerate(new.costs.texts, start=1))
    if new.receipt is None:
        said[NO_RECEIPT] = new.no_receipt
    session.add_all(BillText(bill_id=bill_id, line=number, text=text) for number, text in said.items() if text)
    session.flush()
