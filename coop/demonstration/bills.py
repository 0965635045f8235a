"""The demonstration's bills and expense claims: one bill paid, one to be paid, one that waits for approval, and a claim that waits.

Their receipts are drawn while it is built.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from flask import current_app
from reportlab.lib.pagesizes import A6
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from coop import cooperative
from coop.attachments.uploads import Received, receive
from coop.config import configuration
from coop.demonstration import roles
from coop.demonstration.shop import confirm_accounts
from coop.demonstration.stage import Stage
from coop.demonstration.two import approve_act
from coop.payments.bills import queries
from coop.payments.bills.booking import Costs
from coop.payments.bills.claims import operations as claiming
from coop.payments.bills.claims.operations import NewClaim, Spent
from coop.payments.bills.entering import NewBill, enter_bill
from coop.payments.bills.paying import operations as paying
from coop.payments.bills.paying.netting import ToPay
from coop.payments.bills.suppliers import operations as suppliers
from coop.payments.bills.suppliers.operations import SupplierText
from ledger import chart
from ledger.drafts import Line


@dataclass(frozen=True)
class _Bill:
    """A bill of the story."""

    supplier: SupplierText
    number: str
    account: str
    text: str
    total_minor: int
    #: How many days before today it is entered, approved, and paid; it may not have come so far.
    entered: int
    approved: int | None = None
    paid: int | None = None


_BILLS = (
    _Bill(
        supplier=SupplierText("Rimu Press", "12-3141-0059265-00", "49-091-850"),
        number="2041",
        account=chart.FELLOWSHIP_COSTS,
        text="Field handbooks, 30 copies",
        total_minor=41_400,
        entered=44,
        approved=43,
        paid=22,
    ),
    _Bill(
        supplier=SupplierText("Awa Hall Trust", "06-0501-0271828-00"),
        number="AH 118",
        account=chart.VENUE_AND_TRAVEL,
        text="Hall for the third cohort, deposit",
        total_minor=28_750,
        entered=16,
        approved=15,
    ),
    _Bill(
        supplier=SupplierText("Harbour Electronics"),
        number="INV-7702",
        account=chart.EQUIPMENT,
        text="Two trail cameras for lending",
        total_minor=63_900,
        entered=2,
    ),
)
_SPENT = (("Bus to the field day at the estuary", 4_600), ("Seed trays and labels", 3_150))


def bill(stage: Stage) -> None:
    """Let bills come in, be approved and paid, and a member claim what they spent."""
    for one in _BILLS:
        stage.at(stage.ago(days=one.entered, hour=11), partial(_enter, stage, one), partial(_go_on, stage, one))
    stage.at(stage.ago(days=1, hours=5), partial(_claim, stage))


def _go_on(stage: Stage, one: _Bill, bill_id: UUID) -> None:
    if one.approved is not None:
        stage.at(stage.ago(days=one.approved, hour=17), partial(_approve, stage, bill_id))
    if one.paid is not None:
        stage.at(stage.ago(days=one.paid, hour=10), partial(_pay, stage, bill_id))


def _enter(stage: Stage, one: _Bill, session: Session) -> UUID:
    treasurer, today = stage.role(session, roles.TREASURER), cooperative.today(session)
    suppliers.add(session, treasurer, one.supplier)
    new = NewBill(
        supplier=one.supplier.name,
        is_new_supplier=False,
        number=one.number,
        billed_on=today - timedelta(days=2),
        due_on=None,
        total_minor=one.total_minor,
        costs=Costs([Line(one.account, one.total_minor)], [one.text], is_tax_included=True),
        bank_reference="",
        receipt=_paper(f"{one.supplier.name}: bill {one.number}", [(one.text, one.total_minor)]),
        no_receipt="",
        form_token=uuid4(),
    )
    return enter_bill(session, treasurer, new)


def _approve(stage: Stage, bill_id: UUID, session: Session) -> None:
    approve_act(stage, queries.bill(session, bill_id).act_id, session)


def _pay(stage: Stage, bill_id: UUID, session: Session) -> UUID:
    treasurer, today = stage.role(session, roles.TREASURER), cooperative.today(session)
    confirm_accounts(stage, session)
    row = queries.bill(session, bill_id)
    bills = [ToPay(bill_id, row.open_minor, row.account_ref)]
    return paying.record_payment(session, treasurer, bills=bills, paid_on=today, form_token=uuid4())


def _claim(stage: Stage, session: Session) -> UUID:
    """Let one of the members claim what a field day cost them."""
    who, day = stage.ordinary_people()[2], cooperative.today(session) - timedelta(days=3)
    new = NewClaim(
        spent=[Spent(day, amount_minor, text) for text, amount_minor in _SPENT],
        receipt=_paper("Estuary field day", _SPENT),
        no_receipt="",
        form_token=uuid4(),
    )
    return claiming.claim(session, stage.acting(who), participant_id=who, new=new)


def _paper(title: str, lines: Sequence[tuple[str, int]]) -> Received:
    """Draw a receipt."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=A6, invariant=True)
    canvas.setTitle(title)
    height = A6[1] - 40
    for number, (text, amount_minor) in enumerate([(title, sum(amount for _, amount in lines)), *lines]):
        canvas.setFont("Helvetica-Bold" if number == 0 else "Helvetica", 9)
        canvas.drawString(24, height - 18 * number, text)
        canvas.drawRightString(A6[0] - 24, height - 18 * number, f"{amount_minor // 100}.{amount_minor % 100:02}")
    canvas.save()
    drawn.seek(0)
    return receive(configuration(current_app), FileStorage(drawn, filename=f"{title}.pdf".replace(":", "")))
