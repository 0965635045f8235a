"""Writing a budget: month by month, a year's amount spread evenly, a whole table of amounts, or what the year before had.

An amount stands for an account and a month of a fiscal year, positive on the account's own side; nothing planned is no row. The
budget of a closed year is not changed any more.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from evidence.columns import table_of
from ledger.budgets import errors
from ledger.budgets.actuals import BUDGETED_KINDS, actuals
from ledger.budgets.models import BudgetAmount
from ledger.chart import books_currency
from ledger.drafts import LARGEST_AMOUNT_MINOR
from ledger.models import Account, FiscalYear, Period
from ledger.surplus.apportion import apportion
from ledger.years.closed_years import is_closed
from ledger.years.periods import periods_of

_BUDGET = table_of(BudgetAmount)

#: Amounts by account and month.
Amounts = Mapping[tuple[UUID, UUID], int]


class CopySource(StrEnum):
    """What of the year before becomes the budget."""

    BUDGET = "budget"
    ACTUALS = "actuals"


def spread(total_minor: int, months: Iterable[Period]) -> dict[UUID, int]:
    """Spread a year's amount evenly over its months; they add up to it exactly, and the first ones take the cents left over."""
    in_order = [(month.starts_on, month.id) for month in months]
    parts = apportion(abs(total_minor), [(starts_on, 1) for starts_on, _ in in_order])
    return {period_id: parts[starts_on] * (1 if total_minor > 0 else -1) for starts_on, period_id in in_order}


def plan_account(session: Session, year_id: UUID, code: str, months: Mapping[UUID, int]) -> UUID:
    """Let these be all the amounts of an account in a year, by month, and return the account's id.

    Raises:
        NoSuchYear, BudgetYearClosed, NotBudgeted, MonthOutsideYear, BudgetOutOfRange
    """
    year = _open_year(session, year_id)
    account = budgeted_account(session, code)
    _write(session, year, {account.id}, {(account.id, period_id): minor for period_id, minor in months.items()})
    return account.id


def plan_accounts(session: Session, year_id: UUID, amounts: Amounts) -> int:
    """Let these be the amounts of the accounts that they name, and return of how many; others stay as they are.

    Raises:
        NoSuchYear, BudgetYearClosed, MonthOutsideYear, BudgetOutOfRange
    """
    accounts = {account_id for account_id, _ in amounts}
    _write(session, _open_year(session, year_id), accounts, amounts)
    return len(accounts)


def copy_year_before(session: Session, year_id: UUID, source: CopySource) -> int:
    """Let the budget of a year be what the year before planned, or did, month by month; return of how many accounts.

    Accounts that are closed by now are left out, and so is a month that only one of the years has.

    Raises:
        NoSuchYear, BudgetYearClosed, NothingToCopy
    """
    year = _open_year(session, year_id)
    before = session.scalar(
        select(FiscalYear).where(FiscalYear.ends_on < year.starts_on).order_by(FiscalYear.ends_on.desc()).limit(1)
    )
    earlier = periods_of(session, before.id) if before else []
    found = (budget_of if source is CopySource.BUDGET else actuals)(session, [month.id for month in earlier])
    number = {month.id: month.starts_on.month for month in earlier}
    this_year = {month.starts_on.month: month.id for month in reversed(periods_of(session, year.id))}
    planned = {account.id for account in budgeted_accounts(session) if account.closed_on is None}
    amounts = {
        (account_id, this_year[number[period_id]]): minor
        for (account_id, period_id), minor in found.items()
        if minor and account_id in planned and number[period_id] in this_year
    }
    if not amounts:
        raise errors.NothingToCopy
    _write(session, year, set(session.scalars(select(Account.id))), amounts)
    return len({account_id for account_id, _ in amounts})


def budget_of(session: Session, months: Iterable[UUID]) -> dict[tuple[UUID, UUID], int]:
    """Return what is planned for some months, by account and month."""
    rows = session.execute(
        select(BudgetAmount.account_id, BudgetAmount.period_id, BudgetAmount.amount_minor).where(
            BudgetAmount.period_id.in_(list(months))
        )
    )
    return {(row.account_id, row.period_id): row.amount_minor for row in rows}


def budgeted_accounts(session: Session) -> list[Account]:
    """Return the accounts that can have a budget, in the order of their codes."""
    query = select(Account).where(Account.kind.in_(BUDGETED_KINDS), Account.is_heading.is_(False))
    return list(session.scalars(query.order_by(Account.code)))


def budgeted_account(session: Session, code: str) -> Account:
    """Return an account that can have a budget.

    Raises:
        NotBudgeted
    """
    account = session.scalar(select(Account).where(Account.code == code))
    if account is None or account.is_heading or account.kind.is_permanent:
        raise errors.NotBudgeted(code)
    return account


def year_of(session: Session, year_id: UUID) -> FiscalYear:
    """Return a fiscal year.

    Raises:
        NoSuchYear
    """
    year = session.get(FiscalYear, year_id)
    if year is None:
        raise errors.NoSuchYear
    return year


def _open_year(session: Session, year_id: UUID) -> FiscalYear:
    """Return a year whose budget may be changed. Locked, so that two who plan it at once come one after the other."""
    year = session.scalar(select(FiscalYear).where(FiscalYear.id == year_id).with_for_update())
    if year is None:
        raise errors.NoSuchYear
    if is_closed(session, year_id):
        raise errors.BudgetYearClosed(year.ends_on)
    return year


def _write(session: Session, year: FiscalYear, accounts: set[UUID], amounts: Amounts) -> None:
    """Put amounts in the place of all that these accounts had planned in a year."""
    months = {month.id for month in periods_of(session, year.id)}
    currency = books_currency(session)
    if not {period_id for _, period_id in amounts} <= months:
        raise errors.MonthOutsideYear
    if any(abs(minor) > LARGEST_AMOUNT_MINOR for minor in amounts.values()):
        raise errors.BudgetOutOfRange(LARGEST_AMOUNT_MINOR, currency)
    session.execute(delete(_BUDGET).where(_BUDGET.c.period_id.in_(months), _BUDGET.c.account_id.in_(accounts)))
    rows = [
        {"account_id": account_id, "period_id": period_id, "amount_minor": minor, "currency": currency}
        for (account_id, period_id), minor in amounts.items()
        if minor
    ]
    if rows:
        session.execute(insert(_BUDGET), rows)
