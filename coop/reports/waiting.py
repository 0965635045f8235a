"""What waits for an officer on the way from a closed year to its report."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coop.approvals.queries import waiting_with
from coop.permissions import Actor, Power
from coop.reports.accounts import AccountsApproval, approval_of
from coop.reports.editions import KIND, PREPARERS
from coop.reports.models import ReportEdition
from coop.reports.queries import last_number
from coop.reports.reviews import is_reviewed
from ledger.models import FiscalYear, YearClosing
from ledger.surplus.models import Distribution
from ledger.years.closed_years import stands


class Step(StrEnum):
    """What somebody can do next."""

    APPROVE = "approve"
    SIGN = "sign"
    PREPARE = "prepare"
    #: The members have decided on the surplus since the last edition.
    RENEW = "renew"
    REVIEW = "review"


@dataclass(frozen=True)
class Waiting:
    """A step that the actor can take for a year."""

    step: Step
    year: FiscalYear
    #: Of the edition that a step is about, where there was one before.
    number: int = 1


def waiting_for(session: Session, who: Actor) -> list[Waiting]:
    """Return the steps that the actor can take towards an edition of each closed year, the earliest year first."""
    # An edition of before the year was reopened tells of another closing.
    since = ReportEdition.published_at >= YearClosing.closed_at
    published = select(ReportEdition.number).where(ReportEdition.fiscal_year_id == YearClosing.fiscal_year_id, since)
    years = session.scalars(
        select(FiscalYear)
        .join(YearClosing, YearClosing.fiscal_year_id == FiscalYear.id)
        .where(stands(), ~published.exists())
        .order_by(FiscalYear.ends_on)
    )
    unpublished = years.all()
    found = ((_step(session, who, year, approval_of(session, year.id)), year) for year in unpublished)
    steps = [Waiting(step, year, last_number(session, year.id) + 1) for step, year in found if step is not None]
    if Power.AUDITOR in who.powers:
        steps += [Waiting(Step.REVIEW, year) for year in unpublished if not is_reviewed(session, year.id)]
    return steps + _decided_since(session, who)


def _decided_since(session: Session, who: Actor) -> list[Waiting]:
    """Return the years whose surplus was distributed after their last edition, which only proposes it."""
    if who.powers.isdisjoint(PREPARERS):
        return []
    last = func.max(ReportEdition.number)
    found = session.execute(
        select(FiscalYear, last)
        .join(ReportEdition, ReportEdition.fiscal_year_id == FiscalYear.id)
        .join(Distribution, Distribution.fiscal_year_id == FiscalYear.id)
        .group_by(FiscalYear.id, Distribution.posted_at)
        .having(func.max(ReportEdition.published_at) < Distribution.posted_at)
        .order_by(FiscalYear.ends_on)
    )
    return [
        Waiting(Step.RENEW, year, number + 1)
        for year, number in found
        if waiting_with(session, KIND, {"year": year.id}) is None
    ]


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
