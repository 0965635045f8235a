"""The changes in equity: what the members' own capital and funds were, what changed them, and what they are.

A posting's reason is read from its entry: a closing, a distribution, balances brought over from other books, and on an account of
share capital its side. What no rule names is another change, so the rows always lead from the opening to the closing balance.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ledger.chart import books_currency, is_share_capital
from ledger.models import Account, AccountKind, Entry, Posting
from ledger.spans import Span
from ledger.statements.sections import result_of
from ledger.totals import AccountTotal, account_totals, is_capital_move, is_closing, is_distribution, is_opening

#: The code of the column that holds results which no closing has moved yet.
RESULT = ""


class Change(StrEnum):
    """Why equity changed."""

    OPENING = "opening"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    MOVED = "moved"
    RESULT = "result"
    CLOSING = "closing"
    DISTRIBUTION = "distribution"
    OTHER = "other"


@dataclass(frozen=True)
class EquityAccount:
    """A column: an account of equity, or with the code `RESULT` what income and expenses have left so far."""

    code: str
    name: str
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True)
class EquityRow:
    """A change, with its amount for each column; more equity is positive."""

    change: Change
    amounts_minor: tuple[int, ...]

    @property
    def total_minor(self) -> int:
        """Return what the change did to the whole equity."""
        return sum(self.amounts_minor)


@dataclass(frozen=True)
class EquityStatement:
    """What changed the equity between two days, both included. Each column leads from its opening to its closing balance."""

    starts_on: date
    ends_on: date
    currency: str
    accounts: tuple[EquityAccount, ...]
    rows: tuple[EquityRow, ...]

    @property
    def opening_minor(self) -> int:
        """Return the whole equity before the first day."""
        return sum(account.opening_minor for account in self.accounts)

    @property
    def closing_minor(self) -> int:
        """Return the whole equity at the end of the last day, as the balance sheet shows it."""
        return sum(account.closing_minor for account in self.accounts)

    @property
    def span(self) -> Span:
        """Return the days of the postings behind the changes of an account."""
        return Span(self.starts_on, self.ends_on)


def equity_statement(session: Session, starts_on: date, ends_on: date) -> EquityStatement:
    """Make the statement of changes in equity between two days, both included."""
    eve = Span(starts_on, ends_on).eve
    before = _balances(account_totals(session, None, eve)) if eve else {}
    totals = account_totals(session, None, ends_on)
    after, names = _balances(totals), {total.code: total.name for total in totals}
    changes = _changes(session, starts_on, ends_on)
    earned = result_of(account_totals(session, starts_on, ends_on, with_closings=False))
    changes[Change.RESULT][RESULT] = earned
    # What a closing took from income and expenses is whatever else happened to the results.
    changes[Change.CLOSING][RESULT] = after[RESULT] - before.get(RESULT, 0) - earned
    touched = {code for amounts in changes.values() for code, amount in amounts.items() if amount}
    codes = [code for code in after if code in touched or before.get(code) or after[code]]
    return EquityStatement(
        starts_on=starts_on,
        ends_on=ends_on,
        currency=books_currency(session),
        accounts=tuple(EquityAccount(code, names.get(code, ""), before.get(code, 0), after[code]) for code in codes),
        rows=tuple(
            EquityRow(change, tuple(changes[change].get(code, 0) for code in codes))
            for change in Change
            if any(changes[change].values())
        ),
    )


def _balances(totals: list[AccountTotal]) -> dict[str, int]:
    """Return the accounts of equity, and after them the results that no closing has moved."""
    return {
        **{total.code: total.natural_minor for total in totals if total.kind is AccountKind.EQUITY},
        RESULT: result_of(totals),
    }


def _changes(session: Session, starts_on: date, ends_on: date) -> defaultdict[Change, dict[str, int]]:
    """Return what changed each account of equity between two days, by reason."""
    is_share = is_share_capital()
    reason = case(
        (is_closing(), Change.CLOSING.value),
        (is_distribution(), Change.DISTRIBUTION.value),
        (is_opening(), Change.OPENING.value),
        (is_capital_move(), Change.MOVED.value),
        (is_share & (Posting.amount_minor < 0), Change.ISSUED.value),
        (is_share, Change.REDEEMED.value),
        else_=Change.OTHER.value,
    ).label("reason")
    found: defaultdict[Change, dict[str, int]] = defaultdict(dict)
    for change, code, amount in session.execute(
        select(reason, Account.code, func.sum(-Posting.amount_minor))
        .join(Entry, Entry.id == Posting.entry_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.kind == AccountKind.EQUITY, Entry.booked_on.between(starts_on, ends_on))
        .group_by(reason, Account.code)
    ):
        found[Change(change)][code] = int(amount)
    return found
