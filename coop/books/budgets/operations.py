"""What is done to a budget. Each needs the treasurer's power and leaves a row in the audit trail."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from coop import audit
from coop.permissions import Actor, Power
from evidence.canonical import Canonical
from ledger.budgets import amounts, table
from ledger.budgets.amounts import CopySource
from ledger.years.periods import periods_of


def plan_months(session: Session, actor: Actor, *, year_id: UUID, code: str, months: Mapping[UUID, int]) -> None:
    """Plan an account month by month; a month that is left out has nothing planned.

    Raises:
        PowerMissing, NoSuchYear, BudgetYearClosed, NotBudgeted, MonthOutsideYear, BudgetOutOfRange
    """
    power = actor.need(Power.TREASURER)
    account_id = amounts.plan_account(session, year_id, code, months)
    facts: dict[str, Canonical] = {"code": code, "year": year_id, "total_minor": sum(months.values())}
    audit.record(session, actor, "budget.planned", subject=account_id, power=power, facts=facts)


def plan_year(session: Session, actor: Actor, *, year_id: UUID, code: str, total_minor: int) -> None:
    """Plan an account by a year's amount, spread evenly over the months.

    Raises:
        PowerMissing, NoSuchYear, BudgetYearClosed, NotBudgeted, BudgetOutOfRange
    """
    actor.need(Power.TREASURER)
    months = amounts.spread(total_minor, periods_of(session, amounts.year_of(session, year_id).id))
    plan_months(session, actor, year_id=year_id, code=code, months=months)


def copy_year_before(session: Session, actor: Actor, *, year_id: UUID, source: CopySource) -> int:
    """Plan a year as the year before was planned, or went; return of how many accounts.

    Raises:
        PowerMissing, NoSuchYear, BudgetYearClosed, NothingToCopy
    """
    power = actor.need(Power.TREASURER)
    count = amounts.copy_year_before(session, year_id, source)
    facts: dict[str, Canonical] = {"source": source.value, "accounts": count}
    audit.record(session, actor, "fiscal_year.budget-copied", subject=year_id, power=power, facts=facts)
    return count


def import_file(session: Session, actor: Actor, *, year_id: UUID, text: str) -> int:
    """Plan the accounts that a file names as it says; return how many they are.

    Raises:
        PowerMissing, NoSuchYear, BudgetYearClosed, BudgetOutOfRange
        FileRefused, FileEmpty, ColumnMissing, ColumnTwice: nothing of the file is taken.
    """
    power = actor.need(Power.TREASURER)
    count = amounts.plan_accounts(session, year_id, table.read(session, year_id, text))
    audit.record(session, actor, "fiscal_year.budget-imported", subject=year_id, power=power, facts={"accounts": count})
    return count
