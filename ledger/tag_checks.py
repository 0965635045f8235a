"""What must hold for what postings count for, as queries that return what does not: tax codes, cost centres, the budget."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from evidence.findings import Finding
from ledger import cost_centres
from ledger.budgets.actuals import BUDGETED_KINDS
from ledger.budgets.models import BudgetAmount
from ledger.models import Account, CostCentre, Entry, Posting, TaxCode

_DAY = timedelta(days=1)


def findings(session: Session) -> Iterator[Finding]:
    """Look for rates that overlap or leave days out, rings of cost centres, and budgets of what neither earns nor costs."""
    yield from _versions(session)
    yield from _taxed_on_other_days(session)
    in_tree = {centre.code for centre in cost_centres.tree(session)}
    for code in session.scalars(select(CostCentre.code).order_by(CostCentre.code)):
        if code not in in_tree:
            yield Finding("ledger-cost-centre", f"cost centre {code} stands under itself, by way of others")
    not_planned = or_(Account.kind.not_in(BUDGETED_KINDS), Account.currency != BudgetAmount.currency)
    planned = select(Account.code).join(BudgetAmount, BudgetAmount.account_id == Account.id)
    for code in session.scalars(planned.where(not_planned).distinct().order_by(Account.code)):
        yield Finding("ledger-budget", f"account {code} has a budget that it cannot have")


def _versions(session: Session) -> Iterator[Finding]:
    rows = session.scalars(select(TaxCode).order_by(TaxCode.code, TaxCode.valid_from))
    for earlier, later in pairwise(rows):
        if earlier.code == later.code and earlier.valid_to != later.valid_from - _DAY:
            yield Finding(
                "ledger-tax-code", f"{later.code} from {later.valid_from} does not follow on its earlier rate"
            )


def _taxed_on_other_days(session: Session) -> Iterator[Finding]:
    """Look for postings under a rate of another day; what takes one back keeps the rate under which it was booked.

    So does what belongs to something that was sold before the rate ended: whoever keeps what an entry names as its source checks
    the rate.
    """
    ended = (TaxCode.valid_to < Entry.booked_on) & Entry.source_id.is_(None)
    outside = (TaxCode.valid_from > Entry.booked_on) | ended
    rows = session.execute(
        select(Entry.id, TaxCode.code)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(TaxCode, TaxCode.id == Posting.tax_code_id)
        .where(outside, Entry.reverses_id.is_(None))
        .distinct()
    )
    for entry_id, code in rows:
        yield Finding("ledger-tax-code", f"entry {entry_id} names a rate of {code} that is not of its day")
