"""The statement of cash flows, by the indirect method: from the result to the change of what is in cash and at the bank.

Every entry balances, so what the accounts of cash gained is what all others lost, to the last cent: the statement reconciles
because it leaves nothing out, and not by a line of differences. What moves no money by its nature is taken out on both sides: the
closing of a year, the distribution of a surplus, and depreciation, which is added to the result and taken from what was
spent on lasting assets. Balances brought over from other books are no flow either: what they hold in cash was there at the beginning.
Which activity a change belongs to is said by the account's caption; it cannot be seen here that a
lasting asset was sold at more than its worth in the books, and that gain stays in the result.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from ledger.chart import books_currency
from ledger.lines import BY_CODE, Activity
from ledger.spans import Span
from ledger.statements.sections import Group, StatementLine, caption_of, grouped, result_of
from ledger.totals import AccountTotal, account_totals, is_capital_move, is_distribution, is_opening

_DEPRECIATION, _LASTING = BY_CODE["depreciation"], BY_CODE["fixed-assets"]


@dataclass(frozen=True)
class CashFlows:
    """What one kind of activity brought, as positive amounts, or took."""

    activity: Activity
    lines: tuple[StatementLine, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the accounts under their captions."""
        return grouped(self.lines)

    @property
    def total_minor(self) -> int:
        """Return what the changes of these accounts brought."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True)
class CashAccount:
    """What stood on an account of cash or bank at the beginning, with what was brought over from other books, and at the end."""

    code: str
    name: str
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True)
class CashFlowStatement:
    """Where the money came from and where it went between two days, both included."""

    starts_on: date
    ends_on: date
    currency: str
    result_minor: int
    #: Beside the result.
    operating: CashFlows
    investing: CashFlows
    financing: CashFlows
    cash: tuple[CashAccount, ...]

    @property
    def operating_minor(self) -> int:
        """Return what the operations brought: the result, and what in it was not money."""
        return self.result_minor + self.operating.total_minor

    @property
    def change_minor(self) -> int:
        """Return what all activities brought, which is the change of the accounts of cash."""
        return self.operating_minor + self.investing.total_minor + self.financing.total_minor

    @property
    def opening_minor(self) -> int:
        """Return the cash at the beginning of the first day."""
        return sum(account.opening_minor for account in self.cash)

    @property
    def closing_minor(self) -> int:
        """Return the cash at the end of the last day."""
        return sum(account.closing_minor for account in self.cash)

    @property
    def span(self) -> Span:
        """Return the days of the postings behind an account's figure; what closed a year is none of them."""
        return Span(self.starts_on, self.ends_on, with_closings=False)


def cash_flow_statement(session: Session, starts_on: date, ends_on: date) -> CashFlowStatement:
    """Make the statement of cash flows between two days, both included."""
    # None of these moves money: each is in balance by itself, within what is no cash or with other books.
    left_out = (is_distribution(), is_opening(), is_capital_move())
    moved = account_totals(session, starts_on, ends_on, with_closings=False, without=left_out)
    after = {total.code: total.balance_minor for total in account_totals(session, None, ends_on)}
    lines = _flows(moved)
    return CashFlowStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        currency=books_currency(session),
        result_minor=result_of(moved),
        operating=_of(Activity.OPERATING, lines),
        investing=_of(Activity.INVESTING, lines),
        financing=_of(Activity.FINANCING, lines),
        cash=tuple(
            CashAccount(total.code, total.name, after[total.code] - total.balance_minor, after[total.code])
            for total in moved
            if caption_of(total).activity is Activity.CASH and (total.balance_minor or after[total.code])
        ),
    )


def _flows(moved: Iterable[AccountTotal]) -> list[StatementLine]:
    """Return what each account beside those of cash and of the result brought; depreciation moves between two of them."""
    lines = []
    for total in moved:
        line = StatementLine(total.code, total.name, -total.balance_minor, caption_of(total))
        if line.caption == _DEPRECIATION:
            lines += [replace(line, amount_minor=total.balance_minor), replace(line, caption=_LASTING)]
        elif total.kind.is_permanent and line.caption.activity is not Activity.CASH:
            lines.append(line)
    return [line for line in lines if line.amount_minor]


def _of(activity: Activity, lines: Iterable[StatementLine]) -> CashFlows:
    return CashFlows(activity, tuple(line for line in lines if line.caption.activity is activity))
