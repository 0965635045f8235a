"""Taking back a bill or a claim that was booked, while it is not paid: by a reversing entry that two people stand behind."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from coop import clock
from coop.approvals import operations as approvals
from coop.membership import participants
from coop.payments.bills import errors, queries
from coop.payments.bills.booking import only_tried
from coop.payments.bills.claims import errors as claim_errors
from coop.payments.bills.claims import payments as claim_payments
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.models import Bill, ExpenseClaim
from coop.payments.bills.rows import BillState
from coop.payments.payouts.payees import owed
from coop.permissions import Actor, NotFound, Power
from coop.texts import line
from evidence.canonical import Canonical
from ledger import posting
from ledger.chart import EXPENSE_CLAIMS

TAKE_BACK = "bill.take-back"
LONGEST_REASON = 500


class What(StrEnum):
    """What is taken back."""

    BILL = "bill"
    CLAIM = "claim"


def prepare(session: Session, actor: Actor, what: What, subject_id: UUID, *, booked_on: date, reason: str) -> UUID:
    """Ask somebody of the board to approve that something booked is taken back, and return the act's id.

    Raises:
        PowerMissing, NotFound, BillPaid, ClaimPaid, BillNotOpen, BeforeSentBack, ClaimSettled, AlreadyPrepared
        TextMissing, TextTooLong
        LedgerRefusal: the day is locked, or before the entry.
    """
    actor.need(Power.TREASURER)
    said = line(reason, about="reason", longest=LONGEST_REASON)
    with only_tried(session):
        take_back(session, what, subject_id, booked_on=booked_on, reason=said, recorded_by=None)
    arguments: dict[str, Canonical] = {"what": what.value, "id": str(subject_id), "booked_on": booked_on}
    return approvals.prepare(session, actor, kind=TAKE_BACK, arguments=arguments, words=said)


def take_back(
    session: Session, what: What, subject_id: UUID, *, booked_on: date, reason: str, recorded_by: UUID | None
) -> UUID:
    """Reverse the entry of a bill or a claim and return the reversal's id. Only the act of two people does it.

    Raises:
        NotFound, BillPaid, ClaimPaid, BillNotOpen, BeforeSentBack, ClaimSettled
        LedgerRefusal: the day is locked, or before the entry.
    """
    find = _bill_entry if what is What.BILL else _claim_entry
    entry_id = find(session, subject_id, booked_on)
    return posting.reverse(
        session, entry_id, booked_on=booked_on, text=reason, now=clock.now(), recorded_by=recorded_by
    )


def _bill_entry(session: Session, bill_id: UUID, booked_on: date) -> UUID:
    """Return the entry of a bill that may be taken back, and hold the bill against being paid."""
    if session.get(Bill, bill_id, with_for_update=True) is None:
        raise NotFound
    row = queries.bill(session, bill_id)
    if row.paid_on is not None:
        raise errors.BillPaid(row.paid_on)
    if row.state is not BillState.OPEN or row.entry_id is None:
        raise errors.BillNotOpen(row.number)
    if row.sent_back_on is not None and booked_on < row.sent_back_on:
        raise errors.BeforeSentBack(row.number, row.sent_back_on)
    return row.entry_id


def _claim_entry(session: Session, claim_id: UUID, booked_on: date) -> UUID:
    """Return the entry of a claim that may be taken back, and hold the claimant against being paid."""
    claim = session.get(ExpenseClaim, claim_id, with_for_update=True)
    if claim is None:
        raise NotFound
    party_ref = participants.lock(session, claim.participant_id).party_ref
    row = claim_queries.claim(session, claim_id)
    if row.state is not ClaimState.APPROVED or row.entry_id is None or row.booked_on is None:
        raise claim_errors.ClaimSettled
    # Its payments say so; the balance of that day and since too, where it was moved by other entries or came back later.
    is_short = owed(session, EXPENSE_CLAIMS, max(booked_on, row.booked_on)).get(party_ref, 0) < row.total_minor
    if is_short or claim_payments.is_begun_to_be_paid(session, row):
        raise claim_errors.ClaimPaid
    return row.entry_id
