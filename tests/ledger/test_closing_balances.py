"""The sums that a closing keeps: what accounts add up to is the same with them, through closings and reopenings, and they stay."""

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from evidence.rules import drop_rules
from ledger import checks
from ledger.chart import BANK, COACHING_INCOME
from ledger.models import Account, Balance, ClosingBalance, Entry, FiscalYear, Posting
from ledger.totals import account_totals, balance_of
from ledger.years import periods
from tests.ledger.conftest import Books
from tests.ledger.test_year_reopening import MARCH, NEXT, close, reopen, start

DAYS = (date(2026, 8, 15), date(2027, 3, 31), date(2027, 4, 15), date(2027, 4, 30), date(2028, 3, 31))


@pytest.fixture
def year(books: Books) -> FiscalYear:
    return start(books)


def _plain(session: Session, day: date) -> dict[str, int]:
    query = (
        select(Account.code, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .where(Entry.booked_on <= day)
        .group_by(Account.code)
    )
    return {code: int(total) for code, total in session.execute(query) if total}


def _holds(session: Session) -> None:
    for day in DAYS:
        summed = {
            total.code: total.balance_minor for total in account_totals(session, None, day) if total.balance_minor
        }
        assert summed == _plain(session, day), day
        assert balance_of(session, BANK, day) == summed[BANK]
    assert balance_of(session, BANK) == _plain(session, DAYS[-1])[BANK]
    assert checks.findings(session) == []


def test_a_balance_is_the_sum_of_the_postings_whatever_was_closed_and_reopened(books: Books, year: FiscalYear) -> None:
    close(books.session, year)
    books.post((BANK, 70), (COACHING_INCOME, -70), on=date(2027, 4, 20))
    _holds(books.session)
    reopen(books.session, year)
    books.post((BANK, 11), (COACHING_INCOME, -11), on=MARCH)
    _holds(books.session)
    close(books.session, year, date(2027, 8, 1))
    _holds(books.session)
    periods.open_fiscal_year(books.session, date(2028, 4, 1), date(2029, 3, 31))
    second = next(one for one in periods.fiscal_years(books.session) if one.starts_on == NEXT[0])
    close(books.session, second, date(2028, 5, 1))
    _holds(books.session)
    assert {number for (number,) in books.session.execute(select(ClosingBalance.number))} == {1, 2}


def test_older_months_are_not_read_once_a_year_is_closed(books: Books, year: FiscalYear) -> None:
    """Otherwise a balance would take the longer the older the books are."""
    close(books.session, year)
    mine = select(Balance).join(Account, Account.id == Balance.account_id).where(Account.code == BANK)
    oldest = books.session.scalars(mine.order_by(Balance.debit_minor.desc())).first()
    assert oldest is not None
    oldest.debit_minor += 1
    books.session.flush()
    assert balance_of(books.session, BANK) == 6000 - 2500 + 900
    oldest.debit_minor -= 1


def test_what_a_closing_kept_is_neither_changed_nor_removed(books: Books, year: FiscalYear) -> None:
    close(books.session, year)
    for statement in ("UPDATE ledger_closing_balance SET debit_minor = 0", "DELETE FROM ledger_closing_balance"):
        with pytest.raises(DBAPIError, match="ledger_closing_balance"), books.session.begin_nested():
            books.session.execute(text(statement))


@pytest.mark.tampers
@pytest.mark.parametrize(
    "change",
    ["UPDATE ledger_closing_balance SET credit_minor = credit_minor + 1", "DELETE FROM ledger_closing_balance"],
)
def test_the_checks_see_sums_that_are_not_those_of_the_months(books: Books, year: FiscalYear, change: str) -> None:
    close(books.session, year)
    drop_rules(books.session.connection())
    bank = select(Account.id).where(Account.code == BANK)
    kept = select(ClosingBalance).where(ClosingBalance.account_id == books.session.scalar(bank))
    assert books.session.scalars(kept).one().credit_minor == 2500
    books.session.expire_all()
    of_bank = f" WHERE account_id = (SELECT id FROM ledger_account WHERE code = '{BANK}')"
    books.session.execute(text(change + of_bank))
    found = [str(finding) for finding in checks.findings(books.session) if finding.check == "ledger-closing-balance"]
    assert found == [f"ledger-closing-balance: account {BANK}, year to 2027-03-31: kept and summed balance differ"]
