"""What the budget refuses."""

from dataclasses import dataclass
from datetime import date

from evidence.messages import N_
from ledger.errors import LedgerRefusal


@dataclass(eq=False)
class NoSuchYear(LedgerRefusal):
    """There is no such fiscal year."""

    message = N_("There is no such fiscal year.")


@dataclass(eq=False)
class BudgetYearClosed(LedgerRefusal):
    """The budget of a closed year stays what the year was measured by."""

    ends_on: date
    message = N_("The year to %(ends_on)s is closed, so its budget stays as it is.")


@dataclass(eq=False)
class NotBudgeted(LedgerRefusal):
    """Only what earns or costs is planned: income and expense accounts that take entries."""

    code: str
    message = N_("Account %(code)s has no budget: only income and expense accounts that take entries have one.")


@dataclass(eq=False)
class MonthOutsideYear(LedgerRefusal):
    """The month is not one of the year."""

    message = N_("This month is not in the year of the budget.")


@dataclass(eq=False)
class MonthUnreadable(LedgerRefusal):
    """What stands there is no month."""

    message = N_("Write the month as 2026-04.")


@dataclass(eq=False)
class MonthTwice(LedgerRefusal):
    """Two rows for the same account and month."""

    message = N_("This account has an amount for this month already, in a row above.")


@dataclass(eq=False)
class BudgetOutOfRange(LedgerRefusal):
    """An amount is larger than one posting could be."""

    most_minor: int
    currency: str
    message = N_("An amount of a budget is at most %(most_minor)s.")


@dataclass(eq=False)
class NothingToCopy(LedgerRefusal):
    """The year before has nothing that could be copied."""

    message = N_("There is nothing to copy: the year before is not in the books, or has no amounts of this kind.")


MISSING = (NoSuchYear,)
CONFLICTS = (BudgetYearClosed,)
