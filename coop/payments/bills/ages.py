"""What was open of bills at the end of a day, for the ages of what the co-op owes: a bill is paid by itself, when it is due.

What is left of a bill that is paid in part is as old as the bill. A credit note that is not used up stands with a minus, from its day. A bill whose payment the bank sent back is open from that day as if it had never been paid, and as old as it is.

Claims are settled the oldest first, as the ledger does it without being told.
"""

from datetime import date

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from coop.payments.bills.models import Bill, BillPayment, BillPaymentRun, BillReturn, BillReturnLine, Supplier
from ledger.chart import PAYABLE
from ledger.models import Entry
from ledger.statements import OpenItem, OpenItems

#: Where entries about bills come from, those that take one back among them.
_SOURCE_KINDS = ("bill", "bill_payment_run", "bill_return")


def open_bills(session: Session, at: date) -> OpenItems:
    """Return what was left of the bills that were booked, and neither paid whole nor taken back, at the end of a day."""
    reversal = aliased(Entry)
    of_payment = (BillReturnLine.bill_id == BillPayment.bill_id) & (BillReturnLine.run_id == BillPayment.run_id)
    paid = (
        select(BillPayment.bill_id, func.sum(BillPayment.amount_minor).label("amount_minor"))
        .join(BillPaymentRun, BillPaymentRun.id == BillPayment.run_id)
        .outerjoin(BillReturnLine, of_payment)
        .outerjoin(BillReturn, BillReturn.id == BillReturnLine.return_id)
        .where(BillPaymentRun.paid_on <= at, BillReturn.id.is_(None) | (BillReturn.returned_on > at))
        .group_by(BillPayment.bill_id)
        .subquery()
    )
    left = Bill.total_minor - func.coalesce(paid.c.amount_minor, 0)
    rows = session.execute(
        select(Supplier.party_ref, Entry.booked_on, Bill.due_on, cast(left, BigInteger))
        .join(Supplier, Supplier.id == Bill.supplier_id)
        .join(Entry, and_(Entry.source_kind == "bill", Entry.source_id == Bill.id, Entry.reverses_id.is_(None)))
        .outerjoin(paid, paid.c.bill_id == Bill.id)
        .outerjoin(reversal, reversal.reverses_id == Entry.id)
        .where(
            Entry.booked_on <= at,
            reversal.id.is_(None) | (reversal.booked_on > at),
            left != 0,
        )
    )
    return OpenItems(PAYABLE, _SOURCE_KINDS, [OpenItem(*row) for row in rows])
