"""What waits for an officer on the way from a closed year to its report."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from coop.approvals.queries import waiting_with
from coop.permissions import Actor, Power
from coop.reports.accounts import AccountsApproval, approval_of
from coop.reports.editions import KIND, PREPARERS
from coop.reports.models import ReportEdition
from ledger.models import FiscalYear, YearClosing


class Step(StrEnum):
    """What somebody can do next."""

    APPROVE = "approve"
    SIGN = "sign"
    PREPARE = "prepare"


@dataclass(frozen=True)
class Waiting:
    """A step that the actor can take for a year."""

    step: Step
    year: FiscalYear


def waiting_for(session: Session, who: Actor) -> list[Waiting]:
    """Return the steps that the actor can take towards the first edition of each closed year, the earliest year first."""
    years = session.scalars(
        select(FiscalYear)
        .join(YearClosing, YearClosing.fiscal_year_id == FiscalYear.id)
        .outerjoin(ReportEdition, ReportEdition.fiscal_year_id == FiscalYear.id)
        .where(ReportEdition.number.is_(None))
        .order_by(FiscalYear.ends_on)
    )
    found = ((_step(session, who, year, approval_of(session, year.id)), year) for year in years.all())
    return [Waiting(step, year) for step, year in found if step is not None]


def _step(session: Session, who: Actor, year: FiscalYear, approval: AccountsApproval | None) -> Step | None:
    on_board = Power.BOARD in who.powers
    if approval is None:
        return Step.APPROVE if on_board else None
    if not approval.complete:
        has_signed = any(one.person_id == who.person_id for one in approval.signed)
        return Step.SIGN if on_board and not has_signed else None
    if who.powers.isdisjoint(PREPARERS) or waiting_with(session, KIND, {"year": year.id}) is not None:
        return None
    return Step.PREPARE
