"""The statements: equal to the plain sums whatever the days, and in balance on every day."""

from datetime import date, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import journal, statements
from ledger.chart import (
    BANK,
    COACHES,
    COACHING_INCOME,
    OTHER_INCOME,
    RECEIVABLE,
    SHARE_APPLICATIONS,
    SHARE_CAPITAL,
)
from ledger.models import Account, Entry, Posting
from ledger.records import JournalFilter
from ledger.spans import Span
from ledger.totals import account_totals
from ledger.years import periods
from tests.ledger.conftest import YEAR, Books, found_books

_DAYS = st.dates(*YEAR)
_CODES = st.sampled_from([BANK, OTHER_INCOME, COACHES, "3100"])
_ENTRIES = st.lists(st.tuples(_DAYS, _CODES, _CODES, st.integers(1, 10**12)), max_size=12)


def _plain_sums(session: Session, starts_on: date | None, ends_on: date | None) -> dict[str, int]:
    query = (
        select(Account.code, func.sum(Posting.amount_minor))
        .join(Posting, Posting.account_id == Account.id)
        .join(Entry, Entry.id == Posting.entry_id)
        .group_by(Account.code)
    )
    if starts_on:
        query = query.where(Entry.booked_on >= starts_on)
    if ends_on:
        query = query.where(Entry.booked_on <= ends_on)
    return {code: int(total) for code, total in session.execute(query) if total}


@given(entries=_ENTRIES, days=st.tuples(st.none() | _DAYS, st.none() | _DAYS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_totals_between_any_two_days_equal_the_sum_of_the_postings(
    session: Session, entries: list[tuple[date, str, str, int]], days: Any
) -> None:
    savepoint = session.begin_nested()
    books = found_books(session)
    for on, debit, credit, amount in entries:
        books.post((debit, amount), (credit, -amount), on=on)
    found = {t.code: t.balance_minor for t in account_totals(session, *days) if t.balance_minor}
    assert found == _plain_sums(session, *days)
    at = days[1] or YEAR[1]
    balance = statements.trial_balance(session, at)
    assert balance.debit_minor == balance.credit_minor
    sheet = statements.balance_sheet(session, at)
    assert sheet.assets.total_minor == sheet.claims_minor
    assert all(type(t.debit_minor) is int for t in account_totals(session, *days))
    savepoint.rollback()


@pytest.fixture
def two_years(books: Books) -> Books:
    """60.00 earned and 25.00 spent in the first year, 9.00 earned in the second."""
    periods.open_fiscal_year(books.session, date(2027, 4, 1), date(2028, 3, 31))
    books.post((BANK, 6000), (COACHING_INCOME, -6000), on=date(2026, 8, 3))
    books.post((COACHES, 2500), (BANK, -2500), on=date(2027, 3, 31))
    books.post((BANK, 900), (COACHING_INCOME, -900), on=date(2027, 4, 1))
    return books


def test_the_balance_sheet_shows_results_that_no_entry_has_closed(two_years: Books) -> None:
    sheet = statements.balance_sheet(two_years.session, date(2027, 4, 1))
    assert (sheet.result_minor, sheet.earlier_result_minor) == (900, 3500)
    assert sheet.assets.total_minor == sheet.claims_minor == 4400
    before = statements.balance_sheet(two_years.session, date(2027, 3, 31))
    assert (before.result_minor, before.earlier_result_minor) == (3500, 0)


def test_the_income_statement_is_of_its_days_only(two_years: Books) -> None:
    first = statements.income_statement(two_years.session, *YEAR)
    assert (first.income.total_minor, first.expenses.total_minor, first.result_minor) == (6000, 2500, 3500)
    assert [line.code for line in first.income.lines] == [COACHING_INCOME]
    day = statements.income_statement(two_years.session, date(2027, 3, 31), date(2027, 4, 1))
    assert day.result_minor == 900 - 2500


def test_the_statements_of_empty_books_are_empty(books: Books) -> None:
    assert statements.trial_balance(books.session, YEAR[0]).rows == ()
    assert statements.balance_sheet(books.session, YEAR[0]).claims_minor == 0


def test_an_account_page_carries_its_balance_forward(books: Books) -> None:
    for number in range(1, 61):
        books.post((BANK, number), (OTHER_INCOME, -number), on=date(2026, 5, 4) + timedelta(days=number % 3))
    first = journal.account_ledger(books.session, BANK, page=1)
    second = journal.account_ledger(books.session, BANK, page=2)
    assert (len(first.rows), len(second.rows)) == (50, 10)
    assert first.opening_minor == 0
    assert second.opening_minor == first.rows[-1].balance_minor
    assert second.rows[-1].balance_minor == sum(range(1, 61))
    assert [row.booked_on for row in first.rows + second.rows] == sorted(
        row.booked_on for row in first.rows + second.rows
    )


@pytest.mark.parametrize("within", [None, Span(date(2026, 5, 5), date(2026, 5, 6))], ids=["whole", "two days"])
def test_the_pages_of_an_account_join_whichever_end_they_are_read_from(books: Books, within: Span | None) -> None:
    for number in range(1, 191):
        books.post((BANK, number), (OTHER_INCOME, -number), on=date(2026, 5, 4) + timedelta(days=number % 3))
    pages = [journal.account_ledger(books.session, BANK, page=page, within=within) for page in (1, 2, 3, 4, 5)]
    rows = [row for page in pages for row in page.rows]
    assert [row.booked_on for row in rows] == sorted(row.booked_on for row in rows)
    assert len({row.entry_id for row in rows}) == len(rows) == (190 if within is None else 127)
    balances = list(accumulate((row.amount_minor for row in rows), initial=pages[0].opening_minor))
    assert [row.balance_minor for row in rows] == balances[1:]
    assert [page.opening_minor for page in pages] == [balances[min(50 * at, len(rows))] for at in range(5)]
    assert balances[-1] == sum(range(1, 191))


def test_the_journal_is_found_by_account_text_kind_and_days(books: Books) -> None:
    map_id = books.post(text="Sold a map: 100% cotton", on=date(2026, 5, 4))
    seeds_id = books.post(("1100", 5), (OTHER_INCOME, -5), text="Seeds", kind="share-issue", on=date(2026, 6, 4))

    def find(**wanted: Any) -> list[UUID]:
        return [row.id for row in journal.journal(books.session, JournalFilter(**wanted))]

    assert find() == [seeds_id, map_id]
    assert find(account=BANK) == [map_id]
    assert find(text="100% C") == [map_id]
    assert find(text="_") == []
    assert find(kind="share-issue") == [seeds_id]
    assert find(starts_on=date(2026, 5, 5)) == [seeds_id]
    assert find(ends_on=date(2026, 5, 5)) == [map_id]
    assert journal.entry_count(books.session, JournalFilter(text="s")) == 2


def test_a_party_statement_holds_what_was_booked_about_it(books: Books, party: UUID) -> None:
    books.post((BANK, 5000), (SHARE_APPLICATIONS, -5000, party), on=date(2026, 4, 2))
    books.post((SHARE_APPLICATIONS, 5000, party), (SHARE_CAPITAL, -5000, party), on=date(2026, 5, 2))
    books.post((RECEIVABLE, 1200, party), (OTHER_INCOME, -1200), on=date(2026, 5, 3))
    found = statements.party_statement(books.session, party, date(2026, 5, 1), date(2026, 5, 31))
    assert [(row.code, row.debit_minor, row.credit_minor) for row in found.rows] == [
        (SHARE_APPLICATIONS, 5000, None),
        (SHARE_CAPITAL, None, 5000),
        (RECEIVABLE, 1200, None),
    ]
    assert [(b.code, b.amount_minor) for b in found.balances] == [(RECEIVABLE, 1200), (SHARE_CAPITAL, 5000)]
