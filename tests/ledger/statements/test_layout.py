"""The balance sheet and the income statement under their captions, business apart, beside what they are compared with."""

from datetime import date

import pytest

from ledger import statements
from ledger.chart import BANK, COACHING_INCOME, MARKETPLACE_INCOME, OTHER_INCOME, WAGES, account_by_code
from ledger.comparatives import Against, days, stretches
from ledger.export import statements as files
from ledger.journal import account_ledger, posting_count
from ledger.models import Business
from ledger.statements.tables import Level, income_table, sheet_table
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import DEPRECIATION, LOSS, NEXT_YEAR, SUPPLIES, give_lines


def test_accounts_stand_under_their_captions(two_years: Books) -> None:
    table = sheet_table([statements.balance_sheet(two_years.session, YEAR[1])])
    groups = {row.label: row.figures[0].amount_minor for row in table.rows if row.level is Level.GROUP}
    assert groups == {
        "Cash and bank": 91_000,
        "Owed to the co-op": 20_000,
        "Equipment and other lasting assets": 16_000,
        "Owed to suppliers, sellers and coaches": 15_000,
        "Share capital": 100_000,
        "Surplus awaiting a decision": 12_000,
    }
    totals = {row.label: row.figures[0].amount_minor for row in table.rows if row.level in {Level.TOTAL, Level.GRAND}}
    assert totals["Total assets"] == totals["Total liabilities and members' funds"] == 127_000


@pytest.mark.tampers
def test_an_account_without_a_line_or_with_that_of_another_kind_is_with_the_others(books: Books) -> None:
    give_lines(books.session, {BANK: "loans"})
    books.post((BANK, 700), (OTHER_INCOME, -700))
    sheet = statements.balance_sheet(books.session, YEAR[1])
    assert [(group.caption.label, group.total_minor) for group in sheet.assets.groups] == [("Other assets", 700)]
    labels = [row.label for row in sheet_table([sheet]).rows]
    assert "Other assets" not in labels


def test_business_with_members_with_others_and_the_extraordinary_stand_apart(two_years: Books) -> None:
    found = statements.income_statement(two_years.session, *YEAR)
    assert found.income.of(Business.MEMBER).total_minor == 60_000
    assert found.income.of(Business.NON_MEMBER).total_minor == 30_000
    assert (found.extraordinary_minor, found.result_minor) == (-5_000, 12_000)
    labels = [row.account or row.label for row in income_table([found]).rows if row.level is not Level.GROUP]
    assert labels == [
        "Income from business with members",
        COACHING_INCOME,
        "Income from business with others",
        MARKETPLACE_INCOME,
        "Total income",
        "Expenses",
        SUPPLIES,
        WAGES,
        DEPRECIATION,
        "Total expenses",
        "Result of the ordinary business",
        "Extraordinary expenses",
        LOSS,
        "Extraordinary result",
        "Surplus, or deficit as a minus",
    ]


def test_the_file_adds_up_and_has_the_year_before_in_a_column(two_years: Books) -> None:
    found = [statements.income_statement(two_years.session, *days) for days in (NEXT_YEAR, YEAR)]
    rows = [line.split(",") for line in files.as_csv(income_table(found)).splitlines()]
    assert rows[0] == ["section", "account", "name", "amount", "before", "currency"]
    assert ["income", COACHING_INCOME, "Coaching fees", "5.00", "600.00", "NZD"] in rows
    assert ["expense", WAGES, "Wages", "0.00", "500.00", "NZD"] in rows
    assert rows[-1] == ["result", "", "Result", "5.00", "120.00", "NZD"]


@pytest.mark.parametrize("code", [COACHING_INCOME, MARKETPLACE_INCOME, WAGES, LOSS])
def test_the_postings_behind_a_figure_of_a_closed_year_add_up_to_it(two_years: Books, code: str) -> None:
    found = statements.income_statement(two_years.session, *YEAR)
    (line,) = [line for line in (*found.income.lines, *found.expenses.lines) if line.code == code]
    behind = account_ledger(two_years.session, code, within=found.span)
    assert abs(sum(row.amount_minor for row in behind.rows)) == line.amount_minor
    assert behind.rows[-1].balance_minor == sum(row.amount_minor for row in behind.rows)
    account_id = account_by_code(two_years.session, code).id
    assert posting_count(two_years.session, account_id, found.span) == len(behind.rows)


def test_the_ledger_of_some_days_begins_with_what_stood_before(two_years: Books) -> None:
    found = statements.trial_balance(two_years.session, NEXT_YEAR[1])
    behind = account_ledger(two_years.session, BANK, within=found.span)
    assert (behind.opening_minor, behind.rows[-1].balance_minor) == (0, 86_500)
    second = account_ledger(
        two_years.session, BANK, within=statements.equity_statement(two_years.session, *NEXT_YEAR).span
    )
    assert (second.opening_minor, len(second.rows), second.rows[-1].balance_minor) == (91_000, 2, 86_500)


def test_months_add_up_to_the_year(two_years: Books) -> None:
    months = statements.income_by_month(two_years.session, *YEAR)
    assert len(months) == 12
    assert sum(month.result_minor for month in months) == 12_000
    assert months[-1].result_minor == -8_000 - 15_000 - 5_000


def test_what_a_statement_is_compared_with(two_years: Books) -> None:
    session, first = two_years.session, date(2027, 5, 1)
    assert stretches(session, *NEXT_YEAR) == [NEXT_YEAR, YEAR]
    assert stretches(session, *YEAR) == [YEAR]
    assert stretches(session, *NEXT_YEAR, Against.NOTHING) == [NEXT_YEAR]
    assert stretches(session, first, date(2027, 6, 30))[1] == (date(2026, 5, 1), date(2026, 6, 30))
    assert stretches(session, first, date(2027, 6, 30), Against.PERIOD)[1] == (date(2027, 3, 1), date(2027, 4, 30))
    assert stretches(session, first, date(2027, 5, 10), Against.PERIOD)[1] == (date(2027, 4, 21), date(2027, 4, 30))
    assert stretches(session, date(2028, 2, 1), date(2028, 2, 29))[1] == (date(2027, 2, 1), date(2027, 2, 28))
    assert stretches(session, date(1900, 1, 1), NEXT_YEAR[1], Against.PERIOD) == [(date(1900, 1, 1), NEXT_YEAR[1])]
    assert days(session, date(2027, 5, 10)) == [date(2027, 5, 10), YEAR[1]]
    assert days(session, date(2027, 5, 10), Against.PERIOD) == [date(2027, 5, 10), date(2027, 4, 30)]
    assert days(session, date(2026, 4, 10), Against.PERIOD) == [date(2026, 4, 10)]
