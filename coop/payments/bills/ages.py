"""What was open of bills at the end of a day, for the ages of what the co-op owes: a bill is paid by itself, when it is due.

A bill whose payment the bank sent back is open from that day as if it had never been paid, and as old as it is.

Claims are settled the oldest first, as the ledger does it without being told.
"""

from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun, BillReturn, BillReturnLine, Supplier
from ledger.chart import PAYABLE
from ledger.models import Entry
from ledger.statements import OpenItem, OpenItems

#: Where entries about bills come from, those that take one back among them.
_SOURCE_KINDS = ("bill", "bill_payment_run", "bill_return")


def open_bills(session: Session, at: date) -> OpenItems:
    """Return the bills that were booked, and neither paid nor taken back, at the end of a day."""
    reversal = aliased(Entry)
    of_payment = (BillReturnLine.bill_id == BillPayment.bill_id) & (BillReturnLine.run_id == BillPayment.run_id)
    paid = (
        select(BillPayment.bill_id)
        .join(BillPaymentRun, BillPaymentRun.id == BillPayment.run_id)
        .outerjoin(BillReturnLine, of_payment)
        .outerjoin(BillReturn, BillReturn.id == BillReturnLine.return_id)
        .where(BillPaymentRun.paid_on <= at, BillReturn.id.is_(None) | (BillReturn.returned_on > at))
    )
    rows = session.execute(
        select(Supplier.party_ref, Entry.booked_on, Bill.due_on, Bill.total_minor)
        .join(Supplier, Supplier.id == Bill.supplier_id)
        .join(Entry, and_(Entry.source_kind == "bill", Entry.source_id == Bill.id, Entry.reverses_id.is_(None)))
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .where(
            Entry.booked_on <= at,
            reversal.id.is_(None) | (reversal.booked_on > at),
            Bill.id.not_in(paid),
        )
    )
    return OpenItems(PAYABLE, _SOURCE_KINDS, [OpenItem(*row) for row in rows])
