"""The general ledger and the statement of a party: every balance leads to the next."""

import csv
from datetime import date
from itertools import pairwise
from uuid import UUID

from ledger import statements
from ledger.chart import BANK, COACHING_INCOME, PATRONAGE_PAYABLE, RETAINED_PATRONAGE, SHARE_CAPITAL
from ledger.export import general_ledger as file
from ledger.totals import account_totals
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import NEXT_YEAR


def test_every_account_leads_from_opening_to_closing(two_years: Books) -> None:
    accounts = {account.code: account for account in statements.general_ledger(two_years.session, *NEXT_YEAR)}
    bank = accounts[BANK]
    assert (bank.opening_minor, bank.debit_minor, bank.credit_minor, bank.closing_minor) == (91_000, 0, 4_500, 86_500)
    for total in account_totals(two_years.session, None, NEXT_YEAR[1]):
        assert (accounts[total.code].closing_minor if total.code in accounts else 0) == total.balance_minor


def test_the_stream_holds_every_posting_with_the_balance_after_it(two_years: Books) -> None:
    for account, postings in statements.ledger_postings(two_years.session, *YEAR):
        rows = list(postings)
        assert sum(row.amount_minor for row in rows) == account.closing_minor - account.opening_minor
        assert not rows or rows[-1].balance_minor == account.closing_minor
        assert all(later.balance_minor - row.balance_minor == later.amount_minor for row, later in pairwise(rows))


def test_an_account_without_postings_keeps_its_place_in_the_stream(two_years: Books) -> None:
    streamed = [account.code for account, _ in statements.ledger_postings(two_years.session, *NEXT_YEAR)]
    assert streamed == [account.code for account in statements.general_ledger(two_years.session, *NEXT_YEAR)]
    assert COACHING_INCOME in streamed
    assert "1500" in streamed


def test_the_file_begins_and_ends_each_account_with_its_balance(two_years: Books) -> None:
    rows = list(csv.DictReader("".join(file.write(two_years.session, *NEXT_YEAR)).splitlines()))
    bank = [row for row in rows if row["account"] == BANK]
    assert [row["balance"] for row in bank] == ["910.00", "875.00", "865.00", "865.00"]
    assert [row["text"] for row in bank][::3] == ["Opening balance", "Closing balance"]


def test_a_party_sees_what_stood_before_and_where_it_stands_after_each_entry(two_years: Books, member: UUID) -> None:
    found = statements.party_statement(two_years.session, member, *NEXT_YEAR)
    assert [(balance.code, balance.amount_minor) for balance in found.opening] == [(SHARE_CAPITAL, 100_000)]
    assert [(row.code, row.balance_minor) for row in found.rows] == [
        (PATRONAGE_PAYABLE, 3_500),
        (RETAINED_PATRONAGE, 3_500),
        (PATRONAGE_PAYABLE, 0),
        (SHARE_CAPITAL, 99_000),
    ]
    assert [(balance.code, balance.amount_minor) for balance in found.balances] == [
        (SHARE_CAPITAL, 99_000),
        (RETAINED_PATRONAGE, 3_500),
    ]


def test_a_party_without_entries_in_the_days_keeps_its_opening_balance(two_years: Books, member: UUID) -> None:
    found = statements.party_statement(two_years.session, member, date(2027, 4, 1), date(2027, 4, 2))
    assert found.rows == ()
    assert found.opening == found.balances
