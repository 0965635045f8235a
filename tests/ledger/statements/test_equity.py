"""The changes in equity: each column leads from its opening to its closing balance, and each change has its reason."""

from ledger import statements
from ledger.chart import COMMUNITY_FUND, GENERAL_RESERVE, RETAINED_PATRONAGE, SHARE_CAPITAL, SURPLUS_AWAITING
from ledger.statements import Change, EquityStatement
from ledger.statements.equity import RESULT
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import NEXT_YEAR


def _rows(found: EquityStatement) -> dict[Change, dict[str, int]]:
    codes = [account.code for account in found.accounts]
    return {
        row.change: {code: minor for code, minor in zip(codes, row.amounts_minor, strict=True) if minor}
        for row in found.rows
    }


def test_a_year_with_shares_a_result_and_its_closing(two_years: Books) -> None:
    found = statements.equity_statement(two_years.session, *YEAR)
    assert _rows(found) == {
        Change.ISSUED: {SHARE_CAPITAL: 100_000},
        Change.RESULT: {RESULT: 12_000},
        Change.CLOSING: {RESULT: -12_000, SURPLUS_AWAITING: 12_000},
    }
    assert (found.opening_minor, found.closing_minor) == (0, 112_000)


def test_a_year_with_a_distribution_and_shares_redeemed(two_years: Books) -> None:
    found = statements.equity_statement(two_years.session, *NEXT_YEAR)
    assert _rows(found) == {
        Change.REDEEMED: {SHARE_CAPITAL: -1_000},
        Change.RESULT: {RESULT: 500},
        Change.DISTRIBUTION: {
            GENERAL_RESERVE: 4_000,
            COMMUNITY_FUND: 1_000,
            RETAINED_PATRONAGE: 3_500,
            SURPLUS_AWAITING: -12_000,
        },
    }
    totals = {row.change: row.total_minor for row in found.rows}
    assert totals[Change.DISTRIBUTION] == -3_500
    assert (found.opening_minor, found.closing_minor) == (112_000, 108_000)
    sheet = statements.balance_sheet(two_years.session, NEXT_YEAR[1])
    assert sheet.equity_minor == found.closing_minor


def test_what_no_rule_names_is_another_change(books: Books) -> None:
    books.post((SURPLUS_AWAITING, 500), (GENERAL_RESERVE, -500))
    found = statements.equity_statement(books.session, *YEAR)
    assert _rows(found) == {Change.OTHER: {GENERAL_RESERVE: 500, SURPLUS_AWAITING: -500}}
    assert found.closing_minor == 0
