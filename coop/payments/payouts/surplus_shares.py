"""Which year's share of the surplus a payment was of: the oldest that is not paid yet.

A payment names an account and a payee, and several years may be owed on it at once. So each payee's payments, in their order, fill
the cash parts of their shares in the order of the decisions, none with more than it is. What the bank sent back was not paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from coop.membership.models import Participant
from coop.payments.payouts.models import Disbursement, DisbursementLine
from coop.payments.payouts.payments import stands
from ledger.chart import PATRONAGE_PAYABLE
from ledger.models import FiscalYear
from ledger.surplus.models import Distribution, SurplusLine, SurplusLineParty

#: When and how much was paid.
Paid = tuple[date, int]


def allocate(shares: Sequence[tuple[UUID, int]], payments: Iterable[Paid]) -> dict[UUID, list[Paid]]:
    """Give payments to the shares of one payee: both oldest first, a share by its plan with its cash part.

    What is more than all shares together goes to none of them: nobody decided it.
    """
    given: dict[UUID, list[Paid]] = {plan_id: [] for plan_id, _ in shares}
    due_minor = dict(shares)
    for paid_on, amount_minor in payments:
        left_minor = amount_minor
        for plan_id, parts in given.items():
            part_minor = min(due_minor[plan_id], left_minor)
            if part_minor:
                parts.append((paid_on, part_minor))
                due_minor[plan_id] -= part_minor
                left_minor -= part_minor
    return given


def paid_of_share(session: Session, participant_id: UUID, plan_id: UUID) -> list[Paid]:
    """Return when and how much a participant was paid of their share by a plan that was posted."""
    shares = session.execute(_shares().where(Participant.id == participant_id))
    payments = session.execute(_payments().where(DisbursementLine.participant_id == participant_id))
    given = allocate(
        [(row.plan_id, row.cash_minor) for row in shares], [(row.paid_on, row.amount_minor) for row in payments]
    )
    return given.get(plan_id, [])


def paid_by_plan(session: Session, plan_id: UUID) -> int:
    """Return what was paid to all members together of their shares by a plan that was posted."""
    of_plan = select(SurplusLineParty.party_ref).where(SurplusLineParty.plan_id == plan_id)
    totals = session.execute(
        select(DisbursementLine.participant_id, func.max(Disbursement.paid_on), func.sum(DisbursementLine.amount_minor))
        .join(Disbursement, Disbursement.id == DisbursementLine.disbursement_id)
        .join(Participant, Participant.id == DisbursementLine.participant_id)
        .where(Disbursement.account_code == PATRONAGE_PAYABLE, Participant.party_ref.in_(of_plan), stands())
        .group_by(DisbursementLine.participant_id)
    )
    # For a sum it does not matter when; a payee's payments are one.
    payments = {participant_id: (paid_on, int(total)) for participant_id, paid_on, total in totals}
    shares: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for row in session.execute(_shares()) if payments else ():
        if row.participant_id in payments:
            shares[row.participant_id].append((row.plan_id, row.cash_minor))
    return sum(
        amount_minor
        for participant_id, payment in payments.items()
        for _, amount_minor in allocate(shares[participant_id], [payment]).get(plan_id, ())
    )


def _shares() -> Select[*tuple[Any, ...]]:
    """Return the query of the cash parts that were posted, in the order of the decisions."""
    return (
        select(Participant.id.label("participant_id"), Distribution.plan_id, SurplusLine.cash_minor)
        .join(SurplusLineParty, SurplusLineParty.plan_id == Distribution.plan_id)
        .join(
            SurplusLine,
            (SurplusLine.plan_id == SurplusLineParty.plan_id) & (SurplusLine.line_no == SurplusLineParty.line_no),
        )
        .join(Participant, Participant.party_ref == SurplusLineParty.party_ref)
        .join(FiscalYear, FiscalYear.id == Distribution.fiscal_year_id)
        .order_by(Distribution.decided_on, FiscalYear.ends_on)
    )


def _payments() -> Select[*tuple[Any, ...]]:
    return (
        select(Disbursement.paid_on, DisbursementLine.amount_minor)
        .join(DisbursementLine, DisbursementLine.disbursement_id == Disbursement.id)
        .where(Disbursement.account_code == PATRONAGE_PAYABLE, stands())
        .order_by(Disbursement.paid_on, Disbursement.id)
    )
