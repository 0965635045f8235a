"""When claims were paid, and which payments of them the bank sent back.

A payment names an account and a payee, not a claim. So what was paid to a claimant fills their claims in the order in which they were
booked, as it does the shares of a surplus. What the bank sent back was not paid.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.payments.bills.claims.queries import ClaimRow, booked_of
from coop.payments.payouts import payments
from coop.payments.payouts.models import Disbursement, DisbursementLine
from coop.payments.payouts.payments import PaidPayee
from coop.payments.payouts.surplus_shares import Paid, allocate
from ledger.chart import EXPENSE_CLAIMS


def paid_on(session: Session, participants: Collection[UUID]) -> dict[UUID, date]:
    """Return, of the claims of participants, on which day each was paid whole."""
    return {claim_id: parts[-1][0] for claim_id, parts, is_whole in _payments(session, participants) if is_whole}


def is_begun_to_be_paid(session: Session, row: ClaimRow) -> bool:
    """Say whether a claim was paid, be it in part."""
    return any(claim_id == row.id and parts for claim_id, parts, _ in _payments(session, [row.participant_id]))


def sent_back(session: Session, row: ClaimRow) -> list[PaidPayee]:
    """Return the payments to a claimant that came back while a claim was owed, the first one first."""
    if row.booked_on is None:
        return []
    paid = paid_on(session, [row.participant_id]).get(row.id, date.max)
    returned = payments.returned_to(session, row.participant_id, EXPENSE_CLAIMS)
    return [one for one in returned if row.booked_on <= one.paid_on <= paid]


def _payments(session: Session, participants: Collection[UUID]) -> list[tuple[UUID, list[Paid], bool]]:
    """Return the booked claims of participants, what was paid of each, and whether that is all of it."""
    booked: dict[UUID, list[tuple[UUID, int]]] = {}
    for row in booked_of(session, participants):
        booked.setdefault(row.participant_id, []).append((row.id, row.total_minor))
    paid: dict[UUID, list[tuple[date, int]]] = {}
    query = (
        select(DisbursementLine.participant_id, Disbursement.paid_on, DisbursementLine.amount_minor)
        .join(Disbursement, Disbursement.id == DisbursementLine.disbursement_id)
        .where(
            Disbursement.account_code == EXPENSE_CLAIMS,
            DisbursementLine.participant_id.in_(participants),
            payments.stands(),
        )
        .order_by(Disbursement.paid_on, Disbursement.id)
    )
    for participant_id, day, amount_minor in session.execute(query):
        paid.setdefault(participant_id, []).append((day, amount_minor))
    found = []
    for participant_id, theirs in booked.items():
        given = allocate(theirs, paid.get(participant_id, []))
        found += [(id_, given[id_], sum(part for _, part in given[id_]) == total_minor) for id_, total_minor in theirs]
    return found
