"""The statement of cash flows: added up by hand, and to the cent whatever was booked."""

from datetime import date
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ledger import statements
from ledger.chart import (
    BANK,
    COACHES,
    GENERAL_RESERVE,
    OTHER_INCOME,
    PATRONAGE_PAYABLE,
    PAYABLE,
    RECEIVABLE,
    SHARE_CAPITAL,
    SHARE_CAPITAL_OF_GROUPS,
    STRIPE_BALANCE,
    TAX,
)
from ledger.importing.entries import OPENING as IMPORTED
from ledger.journal import account_ledger
from ledger.lines import Activity
from ledger.posting import reverse
from ledger.statements import CashFlows, Change
from ledger.statements.sections import caption_of
from ledger.statements.tables import Level, cash_table
from ledger.surplus.posting import KIND
from ledger.totals import CAPITAL_MOVE, DISTRIBUTION, OPENING, account_totals
from tests.ledger.conftest import NOW, YEAR, Books, found_books
from tests.ledger.statements.conftest import COMPUTERS, DEPRECIATION, NEXT_YEAR, WRITTEN_OFF, give_lines, open_accounts


def _amounts(flows: CashFlows) -> list[tuple[str, int]]:
    return [(line.code, line.amount_minor) for line in flows.lines]


def test_the_first_year_adds_up_by_hand(two_years: Books) -> None:
    found = statements.cash_flow_statement(two_years.session, *YEAR)
    assert found.result_minor == 12_000
    assert _amounts(found.operating) == [(RECEIVABLE, -20_000), (PAYABLE, 15_000), (DEPRECIATION, 8_000)]
    assert found.operating_minor == 12_000 - 20_000 + 15_000 + 8_000
    assert _amounts(found.investing) == [(COMPUTERS, -24_000), (WRITTEN_OFF, 8_000), (DEPRECIATION, -8_000)]
    assert found.investing.total_minor == -24_000
    assert _amounts(found.financing) == [(SHARE_CAPITAL, 100_000)]
    assert (found.opening_minor, found.change_minor, found.closing_minor) == (0, 91_000, 91_000)


def test_a_distribution_moves_no_money_until_it_is_paid(two_years: Books) -> None:
    found = statements.cash_flow_statement(two_years.session, *NEXT_YEAR)
    assert found.result_minor == 500
    assert _amounts(found.operating) == [(RECEIVABLE, -500)]
    assert _amounts(found.investing) == []
    assert _amounts(found.financing) == [(PATRONAGE_PAYABLE, -3_500), (SHARE_CAPITAL, -1_000)]
    assert (found.opening_minor, found.change_minor, found.closing_minor) == (91_000, -4_500, 86_500)


def test_the_closing_of_a_year_changes_no_figure_of_it(two_years: Books) -> None:
    day = statements.cash_flow_statement(two_years.session, YEAR[1], YEAR[1])
    assert (day.result_minor, day.change_minor) == (-8_000, 0)
    assert _amounts(day.operating) == [(DEPRECIATION, 8_000)]


def test_the_layout_leads_from_the_result_to_the_cash_at_the_end(two_years: Books) -> None:
    found = [statements.cash_flow_statement(two_years.session, *days) for days in (NEXT_YEAR, YEAR)]
    table = cash_table(found)
    sums = [
        (row.label, [figure.amount_minor for figure in row.figures])
        for row in table.rows
        if row.level in {Level.TOTAL, Level.GRAND}
    ]
    assert sums == [
        ("From operations", [0, 15_000]),
        ("From lasting assets", [0, -24_000]),
        ("From members and lenders", [-4_500, 100_000]),
        ("Change in cash", [-4_500, 91_000]),
        ("Total cash at the end", [86_500, 91_000]),
    ]


def test_each_figure_of_an_account_is_the_sum_of_the_postings_behind_it(two_years: Books) -> None:
    table = cash_table([statements.cash_flow_statement(two_years.session, *YEAR)])
    for row in table.rows:
        if row.account in {RECEIVABLE, PAYABLE, COMPUTERS, SHARE_CAPITAL}:
            span = row.figures[0].span
            assert span is not None
            behind = account_ledger(two_years.session, row.account, within=span)
            assert -sum(line.amount_minor for line in behind.rows) == row.figures[0].amount_minor


def test_balances_brought_over_from_other_books_are_no_flow(lines: Books, member: UUID) -> None:
    """As an import books them; 3.00 of the income was earned before, and is in the result of the year all the same."""
    brought = ((BANK, 5_300), (SHARE_CAPITAL, -5_000, member), (OTHER_INCOME, -300))
    lines.post(*brought, on=YEAR[0], kind="opening")
    lines.post((BANK, 200), (OTHER_INCOME, -200), on=date(2026, 5, 1))
    found = statements.cash_flow_statement(lines.session, *YEAR)
    assert (found.opening_minor, found.change_minor, found.closing_minor) == (5_300, 200, 5_500)
    equity = statements.equity_statement(lines.session, *YEAR)
    changes = {row.change: row.total_minor for row in equity.rows}
    assert changes == {Change.OPENING: 5_000, Change.RESULT: 500}


def test_balances_that_were_put_right_are_no_flow_either(lines: Books) -> None:
    wrong = lines.post((BANK, 5_000), (GENERAL_RESERVE, -5_000), on=YEAR[0], kind="opening")
    reverse(lines.session, wrong, booked_on=date(2026, 5, 2), text="Wrong sum", now=NOW)
    lines.post((BANK, 6_000), (GENERAL_RESERVE, -6_000), on=YEAR[0], kind="opening")
    lines.post((BANK, 200), (OTHER_INCOME, -200), on=date(2026, 5, 1))
    found = statements.cash_flow_statement(lines.session, *YEAR)
    assert (found.opening_minor, found.change_minor, found.closing_minor) == (6_000, 200, 6_200)
    assert not found.financing.lines
    equity = statements.equity_statement(lines.session, *YEAR)
    assert {row.change: row.total_minor for row in equity.rows} == {Change.OPENING: 6_000, Change.RESULT: 200}


def test_capital_that_moves_to_the_account_of_its_class_is_no_flow(lines: Books, member: UUID) -> None:
    lines.post((BANK, 5_000), (SHARE_CAPITAL, -5_000, member), on=YEAR[0])
    moved = ((SHARE_CAPITAL, 5_000, member), (SHARE_CAPITAL_OF_GROUPS, -5_000, member))
    lines.post(*moved, on=date(2026, 5, 1), kind=CAPITAL_MOVE)
    assert _amounts(statements.cash_flow_statement(lines.session, *YEAR).financing) == [(SHARE_CAPITAL, 5_000)]


def test_books_without_an_account_of_cash_show_no_change(books: Books) -> None:
    give_lines(books.session, {BANK: "receivables", STRIPE_BALANCE: "receivables"})
    books.post((BANK, 700), (OTHER_INCOME, -700))
    found = statements.cash_flow_statement(books.session, *YEAR)
    assert (found.cash, found.result_minor, found.change_minor) == ((), 700, 0)


def test_what_is_left_out_is_what_the_surplus_and_the_import_post() -> None:
    assert (KIND, IMPORTED) == (DISTRIBUTION, OPENING)


_CODE = st.sampled_from(
    [BANK, STRIPE_BALANCE, OTHER_INCOME, COACHES, GENERAL_RESERVE, COMPUTERS, WRITTEN_OFF, DEPRECIATION, TAX]
)
_DAY = st.dates(*YEAR)
_ENTRIES = st.lists(st.tuples(_DAY, _CODE, _CODE, st.integers(1, 10**12)), max_size=12)
_CAPTIONS = {
    COMPUTERS: "fixed-assets",
    WRITTEN_OFF: "fixed-assets",
    DEPRECIATION: "depreciation",
    TAX: "loans",
    BANK: "cash",
}


@given(entries=_ENTRIES, days=st.tuples(_DAY, _DAY).map(sorted), has_cash=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cash_reconciles_and_the_balance_sheet_balances_whatever_was_booked(
    session: Session, entries: list[tuple[date, str, str, int]], days: list[date], has_cash: bool
) -> None:
    savepoint = session.begin_nested()
    books = found_books(session)
    open_accounts(session)
    give_lines(session, {**_CAPTIONS, STRIPE_BALANCE: "cash" if has_cash else "receivables"})
    for on, debit, credit, amount in entries:
        books.post((debit, amount), (credit, -amount), on=on)
    found = statements.cash_flow_statement(session, days[0], days[1])
    assert found.closing_minor - found.opening_minor == found.change_minor == _cash_change(session, *days)
    sheet = statements.balance_sheet(session, days[1])
    assert sheet.assets.total_minor == sheet.claims_minor
    equity = statements.equity_statement(session, days[0], days[1])
    assert equity.closing_minor == sheet.equity_minor
    for place, account in enumerate(equity.accounts):
        changes = sum(row.amounts_minor[place] for row in equity.rows)
        assert account.opening_minor + changes == account.closing_minor
    savepoint.rollback()


def _cash_change(session: Session, starts_on: date, ends_on: date) -> int:
    """Return the plain change of the accounts of cash, closings and all."""
    return sum(
        total.balance_minor
        for total in account_totals(session, starts_on, ends_on)
        if caption_of(total).activity is Activity.CASH
    )
