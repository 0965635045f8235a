"""The invariants of bills and claims, as queries that return what is wrong."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from coop.approvals.models import ActApproval
from coop.membership.models import Participant
from coop.payments.bills import queries
from coop.payments.bills.claims import queries as claim_queries
from coop.payments.bills.claims.queries import ClaimState
from coop.payments.bills.models import (
    Bill,
    BillPayment,
    BillPaymentRun,
    BillReturn,
    BillReturnLine,
    ClaimCoding,
    ExpenseClaim,
    ExpenseClaimLine,
    Supplier,
)
from coop.payments.bills.paying import queries as payments
from coop.payments.bills.rows import BillFilter, BillState
from evidence.findings import Finding
from ledger.chart import BANK, EXPENSE_CLAIMS, PAYABLE
from ledger.models import Account, Entry, Posting


def findings(session: Session) -> list[Finding]:
    """Check bills and claims. That nobody approves what they prepared, the checks of approvals look at."""
    checks = (_bills, _numbers, _suppliers, _runs, _returns, _overpaid, _claims, _own_claims)
    return [finding for check in checks for finding in check(session)]


def _bills(session: Session) -> Iterator[Finding]:
    """Look at the books: each approved bill is one entry that credits its supplier with its total, or debits it of a credit note, no other bill is booked, and a paid one stands."""
    approved = set(session.scalars(select(Bill.id).join(ActApproval, ActApproval.act_id == Bill.act_id)))
    owed = select(Bill.id, Supplier.party_ref, Bill.total_minor).join(Supplier, Supplier.id == Bill.supplier_id)
    wanted = {(id_, party, total) for id_, party, total in session.execute(owed) if id_ in approved}
    yield from _compare(session, "bill", PAYABLE, wanted)
    reversal, entry = aliased(Entry), aliased(Entry)
    paid_and_reversed = (
        select(BillPayment.bill_id)
        .join(entry, (entry.source_kind == "bill") & (entry.source_id == BillPayment.bill_id))
        .join(reversal, reversal.reverses_id == entry.id)
        .where(payments.stands())
    )
    for bill_id in session.scalars(paid_and_reversed):
        yield Finding("bill-paid-and-taken-back", f"bill {bill_id}")


def _numbers(session: Session) -> Iterator[Finding]:
    """Look for a number of a supplier that stands more than once."""
    keys = {row.id: row.number_key for row in session.execute(select(Bill.id, Bill.number_key))}
    ended = (BillState.REFUSED, BillState.WITHDRAWN, BillState.TAKEN_BACK)
    standing = (row for row in queries.all_bills(session, BillFilter()) if row.state not in ended)
    for (supplier_id, number), times in Counter((row.supplier_id, keys[row.id]) for row in standing).items():
        if times > 1:
            yield Finding("bill-number-twice", f"supplier {supplier_id}: {times} bills with the number {number}")


def _suppliers(session: Session) -> Iterator[Finding]:
    """Compare what stands as owed to each supplier with what its bills to be paid add up to."""
    due: Counter[UUID] = Counter()
    for row in queries.to_pay(session):
        due[row.party_ref] += row.open_minor
    for party_ref, amount_minor in session.execute(_held(PAYABLE).where(_is_supplier())):
        due[party_ref] -= int(amount_minor)
    for party_ref, missing_minor in sorted(due.items(), key=str):
        if missing_minor:
            yield Finding("bills-not-owed", f"party {party_ref}: out by {-missing_minor} from the bills to be paid")


def _runs(session: Session) -> Iterator[Finding]:
    """Look at the payments: each run is one entry: its day, what each supplier was paid, and the sum out of the bank."""
    paid = (
        select(
            BillPaymentRun.id,
            BillPaymentRun.paid_on,
            Supplier.party_ref,
            func.sum(BillPayment.amount_minor),
            BillPaymentRun.bank_code,
        )
        .outerjoin(BillPayment, BillPayment.run_id == BillPaymentRun.id)
        .outerjoin(Bill, Bill.id == BillPayment.bill_id)
        .outerjoin(Supplier, Supplier.id == Bill.supplier_id)
        .group_by(BillPaymentRun.id, BillPaymentRun.paid_on, BillPaymentRun.bank_code, Supplier.party_ref)
    )
    for run_id in _differing(session, "bill_payment_run", paid, 1):
        yield Finding("bill-payment-not-booked", f"run {run_id} and its entry differ")
    for run_id, _, party_ref, amount_minor, _ in session.execute(paid):
        if (amount_minor or 0) < 0:
            yield Finding("bill-payment-below-zero", f"run {run_id}: {party_ref} would have paid")


def _returns(session: Session) -> Iterator[Finding]:
    """Look at what the bank sent back: each time is one entry, of its day, that puts the payments back."""
    returned = (
        select(
            BillReturn.id,
            BillReturn.returned_on,
            Supplier.party_ref,
            func.sum(BillPayment.amount_minor),
            BillPaymentRun.bank_code,
        )
        .outerjoin(BillReturnLine, BillReturnLine.return_id == BillReturn.id)
        .outerjoin(BillPayment, payments.of_return())
        .outerjoin(BillPaymentRun, BillPaymentRun.id == BillPayment.run_id)
        .outerjoin(Bill, Bill.id == BillReturnLine.bill_id)
        .outerjoin(Supplier, Supplier.id == Bill.supplier_id)
        .group_by(BillReturn.id, BillReturn.returned_on, BillPaymentRun.bank_code, Supplier.party_ref)
    )
    for return_id in _differing(session, "bill_return", returned, -1):
        yield Finding("bill-return-not-booked", f"return {return_id} and its entry differ")
    early = (
        select(BillReturnLine.bill_id)
        .join(BillReturn, BillReturn.id == BillReturnLine.return_id)
        .join(BillPaymentRun, BillPaymentRun.id == BillReturnLine.run_id)
        .where(BillReturn.returned_on < BillPaymentRun.paid_on)
    )
    for bill_id in session.scalars(early):
        yield Finding("bill-return-before-payment", f"bill {bill_id}")


def _overpaid(session: Session) -> Iterator[Finding]:
    """Look for a bill of which more is paid than it asks for, what came back apart, or less than nothing."""
    paid = func.sum(BillPayment.amount_minor)
    standing = (
        select(Bill.id)
        .join(BillPayment, BillPayment.bill_id == Bill.id)
        .where(payments.stands())
        .group_by(Bill.id, Bill.total_minor)
        .having((func.abs(paid) > func.abs(Bill.total_minor)) | ((paid > 0) != (Bill.total_minor > 0)))
    )
    for bill_id in session.scalars(standing):
        yield Finding("bill-overpaid", f"bill {bill_id}")


def _differing(session: Session, source: str, moved: Select[*tuple[Any, ...]], sign: int) -> list[UUID]:
    """Compare what moved to or from suppliers with the entries of that source, and return the ids of those that differ.

    `moved` has id, day, supplier, amount and bank account; `sign` is 1 where money left. What moves nothing differs from any entry.
    """
    wanted: Counter[tuple[Any, ...]] = Counter()
    for id_, day, party_ref, amount_minor, bank in session.execute(moved):
        # Of what pays no bill the party is none, and no entry has such a line. Bills and credit notes may come to nothing.
        change = 1 if party_ref is None else sign * int(amount_minor)
        wanted[id_, day, PAYABLE, party_ref] += change
        wanted[id_, day, bank or BANK, None] -= change
    booked = (
        select(Entry.source_id, Entry.booked_on, Account.code, Posting.party_ref, Posting.amount_minor)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == source)
    )
    for *key, amount_minor in session.execute(booked):
        wanted[tuple(key)] -= amount_minor
    return sorted({key[0] for key, missing in wanted.items() if missing}, key=str)


def _claims(session: Session) -> Iterator[Finding]:
    """Look at the claims: each approved one is one entry that credits the claimant with its total, which is the sum of its lines."""
    approved = select(ClaimCoding.claim_id).join(ActApproval, ActApproval.act_id == ClaimCoding.act_id)
    owed = (
        select(ExpenseClaim.id, Participant.party_ref, ExpenseClaim.total_minor)
        .join(Participant, Participant.id == ExpenseClaim.participant_id)
        .where(ExpenseClaim.id.in_(approved))
    )
    wanted = {(id_, party, total) for id_, party, total in session.execute(owed)}
    yield from _compare(session, "expense_claim", EXPENSE_CLAIMS, wanted)
    sums = (
        select(ExpenseClaim.id)
        .outerjoin(ExpenseClaimLine, ExpenseClaimLine.claim_id == ExpenseClaim.id)
        .group_by(ExpenseClaim.id, ExpenseClaim.total_minor)
        .having(func.coalesce(func.sum(ExpenseClaimLine.amount_minor), 0) != ExpenseClaim.total_minor)
    )
    for claim_id in session.scalars(sums):
        yield Finding("claim-total", f"claim {claim_id} is not the sum of its lines")
    ends = (ClaimState.REFUSED, ClaimState.WITHDRAWN)
    for row in claim_queries.all_claims(session):
        if row.ended_at is not None and row.state not in ends:
            yield Finding("claim-two-ends", f"claim {row.id} was booked, and refused or withdrawn")


def _own_claims(session: Session) -> Iterator[Finding]:
    """Look for somebody who approved what they claimed."""
    own = (
        select(ExpenseClaim.id)
        .join(ClaimCoding, ClaimCoding.claim_id == ExpenseClaim.id)
        .join(ActApproval, ActApproval.act_id == ClaimCoding.act_id)
        .where(ActApproval.approved_by == ExpenseClaim.claimed_by)
    )
    for claim_id in session.scalars(own):
        yield Finding("claim-one-person", f"claim {claim_id} was approved by who made it")


def _compare(session: Session, source: str, code: str, wanted: set[tuple[UUID, UUID, int]]) -> Iterator[Finding]:
    """Compare what was approved with what the entries of that source credit: record, party and amount."""
    booked = (
        select(Entry.source_id, Posting.party_ref, -Posting.amount_minor)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Entry.source_kind == source, Entry.reverses_id.is_(None), Account.code == code)
    )
    found = Counter(tuple(row) for row in session.execute(booked))
    found.subtract(wanted)
    for id_ in sorted({key[0] for key, difference in found.items() if difference}, key=str):
        yield Finding(f"{source.replace('_', '-')}-not-booked", f"{source} {id_} and its entry differ")


def _held(code: str) -> Select[*tuple[Any, ...]]:
    return (
        select(Posting.party_ref, func.sum(-Posting.amount_minor))
        .join(Account, Account.id == Posting.account_id)
        .where(Account.code == code)
        .group_by(Posting.party_ref)
    )


def _is_supplier() -> Any:
    return Posting.party_ref.in_(select(Supplier.party_ref))
