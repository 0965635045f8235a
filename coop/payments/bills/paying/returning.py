"""Recording that the bank sent payments of bills back: as one entry for what came back on one day.

Nothing is undone: the run and its entry stay. The bill is owed and open again, and is paid anew, perhaps to another account; whoever
changed that account does not record the payment, as with any bill.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from flask_babel import gettext
from sqlalchemy.orm import Session

from coop import audit, clock, cooperative, texts
from coop.payments.bank.accounts import need_marked
from coop.payments.bills import errors
from coop.payments.bills.models import Bill, BillPaymentRun, BillReturn, BillReturnLine, BillReturnReason
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.paying.netting import entry_lines
from coop.payments.bills.paying.operations import RECORDERS
from coop.payments.bills.paying.queries import PaidBill
from coop.payments.payouts.errors import NobodyTicked, UndoneInPart
from coop.payments.payouts.returning import LONGEST_REASON, check_return
from coop.payments.payouts.undoing import undo
from coop.permissions import Actor, NotFound
from evidence.canonical import Canonical
from evidence.identifiers import new_id
from ledger.posting import Draft, post


def record_return(
    session: Session,
    actor: Actor,
    *,
    run_id: UUID,
    bill_ids: Collection[UUID],
    returned_on: date,
    reason: str,
    never_left: bool = False,
) -> UUID:
    """Record that the bank sent back what some bills of a run were paid, book it as one entry, and return its record's id.

    A run that `never_left`, for it was recorded by mistake, is undone whole: by the reversal of its entry.

    Raises:
        PowerMissing, NotFound, NobodyTicked, ReturnedInFuture, ReturnedBeforePaid, ReturnedAlready, TextMissing, TextTooLong
        UndoneInPart, LeftTheBank: it was no mistake, or not all of it is named.
        PaidTogether: a credit note was taken off, and not all that left in that sum is named.
        BankAccountEnded: it came back to an account that is none any more.
        LedgerRefusal: the day lies in a locked period or in no open year.
    """
    power = actor.need(*RECORDERS)
    said = texts.line(reason, about="reason", longest=LONGEST_REASON)
    # Held in the order in which payments hold them: a second return waits here, and then finds the first.
    for bill_id in sorted(set(bill_ids)):
        session.get(Bill, bill_id, with_for_update=True)
    rows = _returnable(session, run_id, bill_ids, returned_on)
    row = BillReturn(id=new_id(), returned_on=returned_on, recorded_at=clock.now())
    session.add(row)
    session.flush()
    session.add_all(BillReturnLine(bill_id=paid.bill_id, run_id=run_id, return_id=row.id) for paid in rows)
    session.add(BillReturnReason(return_id=row.id, text=said))
    session.flush()
    run = session.get_one(BillPaymentRun, run_id)
    need_marked(session, run.bank_code)
    if never_left:
        if len(rows) < len(payments.paid_in(session, run_id)):
            raise UndoneInPart
        paid, undone = ("bill_payment_run", run_id), ("bill_return", row.id)
        undo(
            session,
            actor,
            paid=paid,
            undone=undone,
            bank=run.bank_code,
            booked_on=returned_on,
            text=gettext("Payment recorded by mistake"),
        )
    else:
        _book(session, actor, row, rows, run.bank_code)
    facts: dict[str, Canonical] = {
        "run": run_id,
        "bills": len(rows),
        "amount_minor": sum(paid.amount_minor for paid in rows),
        "currency": rows[0].currency,
    }
    action = "bill-payment.undone" if never_left else "bill-payment.sent-back"
    audit.record(session, actor, action, subject=row.id, power=power, facts=facts)
    return row.id


def _returnable(session: Session, run_id: UUID, bill_ids: Collection[UUID], returned_on: date) -> list[PaidBill]:
    paid = payments.paid_in(session, run_id)
    rows = [row for row in paid if row.bill_id in bill_ids]
    if not paid or len(rows) < len(set(bill_ids)):
        raise NotFound
    if not rows:
        raise NobodyTicked
    check_return(cooperative.today(session), rows, returned_on)
    if missing := together(paid, bill_ids) - {row.bill_id for row in rows}:
        raise errors.PaidTogether(next(row.supplier for row in paid if row.bill_id in missing))
    return rows


def together(paid: Collection[PaidBill], bill_ids: Collection[UUID]) -> set[UUID]:
    """Return these bills of a run with what left in one sum with them: all of a supplier from whose bills a credit note was taken off."""
    netted = {row.party_ref for row in paid if row.amount_minor < 0}
    concerned = {row.party_ref for row in paid if row.bill_id in bill_ids} & netted
    return {row.bill_id for row in paid if row.bill_id in bill_ids or row.party_ref in concerned}


def _book(session: Session, actor: Actor, row: BillReturn, rows: Collection[PaidBill], bank: str) -> None:
    """Book what each supplier is owed again, and what came back to the bank account."""
    names = ", ".join(dict.fromkeys(paid.supplier for paid in rows))[:300]
    draft = Draft(
        booked_on=row.returned_on,
        text=gettext("Payment of bills sent back by the bank: %(suppliers)s", suppliers=names),
        kind="bill-return",
        currency=next(paid.currency for paid in rows),
        lines=entry_lines(((paid.party_ref, paid.amount_minor) for paid in rows), bank, leaves=False),
        idempotency_key=f"bill-return:{row.id}",
        source_kind="bill_return",
        source_id=row.id,
    )
    post(session, draft, now=clock.now(), recorded_by=actor.person_id)
