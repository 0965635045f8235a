"""The figures by statutory tag: the accounts behind each, which days they are about, and those that have no tag."""

from datetime import date

from sqlalchemy import update

from ledger import statements
from ledger.chart import DEFAULT_CHART, statutory
from ledger.export import statements as files
from ledger.models import Account
from ledger.statements.statutory import tagged_statement, tagged_table
from ledger.statements.tables import Level
from tests.ledger.conftest import YEAR, Books
from tests.ledger.statements.conftest import DEPRECIATION, LOSS, NEXT_YEAR, SUPPLIES


def tag(books: Books, **codes: str) -> None:
    for name, accounts in codes.items():
        for code in accounts.split():
            books.session.execute(
                update(Account).where(Account.code == code).values(statutory_tag=name.replace("_", "-"))
            )


def tagged(books: Books) -> Books:
    tag(books, IR10_2="4100 4200", IR10_10="4900", IR10_22="6000", IR10_24=SUPPLIES, IR10_13=DEPRECIATION)
    tag(books, IR10_26=LOSS, IR10_31="1000", IR10_34="1500 1590", X_own="2000 3000")
    return books


def test_income_is_of_the_days_and_what_there_is_of_the_last_one(two_years: Books) -> None:
    found = tagged_statement(tagged(two_years).session, *YEAR)
    assert {figure.tag: figure.amount_minor for figure in found.figures} == {
        "IR10-2": 90_000,
        "IR10-13": 8_000,
        "IR10-22": 50_000,
        "IR10-24": 15_000,
        "IR10-26": 5_000,
        "IR10-31": 91_000,
        "IR10-34": 16_000,
        "X-own": 115_000,
    }
    assert [figure.tag for figure in found.figures] == [
        *("IR10-2", "IR10-13", "IR10-22", "IR10-24", "IR10-26", "IR10-31", "IR10-34"),
        "X-own",
    ]


def test_a_closed_year_keeps_its_income(two_years: Books) -> None:
    after = tagged_statement(tagged(two_years).session, *YEAR)
    whole = statements.income_statement(two_years.session, *YEAR)
    assert next(one for one in after.figures if one.tag == "IR10-2").amount_minor == whole.income.total_minor


def test_income_and_costs_under_one_tag_are_income_less_costs(two_years: Books) -> None:
    tag(two_years, IR10_26=f"{LOSS} 4100", NET="1000 2000")
    found = {one.tag: one.amount_minor for one in tagged_statement(two_years.session, *YEAR).figures}
    assert found == {"IR10-26": 60_000 - 5_000, "NET": 91_000 - 15_000}


def test_every_account_with_a_figure_stands_there_once(two_years: Books) -> None:
    found = tagged_statement(tagged(two_years).session, *YEAR)
    under = [line.code for figure in found.figures for line in figure.lines]
    rest = [line.code for line in found.untagged]
    assert rest == sorted(rest)
    assert rest == ["1200", "3900"]
    assert len(under) == len(set(under) - set(rest)) == 11


def test_a_figure_stands_beside_that_of_the_year_before(two_years: Books) -> None:
    session = tagged(two_years).session
    days = (NEXT_YEAR[0], date(2027, 8, 1))
    table = tagged_table([tagged_statement(session, *days), tagged_statement(session, *YEAR)])
    rows = {
        row.label: [figure.amount_minor for figure in row.figures] for row in table.rows if row.level is Level.GROUP
    }
    assert rows["IR10-2"] == [500, 90_000]
    assert rows["IR10-22"] == [0, 50_000]
    assert rows["IR10-31"] == [91_000 - 3_500 - 1_000, 91_000]
    cash = next(row for row in table.rows if row.account == "1000")
    assert [figure.span and (figure.span.starts_on, figure.span.ends_on) for figure in cash.figures] == [
        (None, days[1]),
        (None, YEAR[1]),
    ]
    sections = [row.label for row in table.rows if row.level is Level.SECTION]
    assert sections == ["Accounts without a tag"]


def test_the_file_has_a_row_per_account_that_adds_up_to_its_tag(two_years: Books) -> None:
    table = tagged_table([tagged_statement(tagged(two_years).session, *YEAR)])
    rows = files.as_csv(table).splitlines()
    assert rows[0] == "section,account,name,amount,currency"
    assert 'IR10-34,1500,"Equipment, at cost",240.00,NZD' in rows
    assert "IR10-34,1590,Accumulated depreciation,-80.00,NZD" in rows
    assert any(row.startswith(",1200,") for row in rows)


def test_books_in_new_zealand_dollars_begin_with_boxes_of_their_form_and_others_with_none() -> None:
    tags = statutory.default_tags("NZD")
    known = {one.code for one in DEFAULT_CHART if not one.is_heading}
    assert set(tags) <= known
    assert (tags["4100"], tags["6000"], tags["1000"]) == ("IR10-2", "IR10-22", "IR10-31")
    assert "1500" not in tags
    assert statutory.default_tags("EUR") == {}
