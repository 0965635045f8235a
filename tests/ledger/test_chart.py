"""The chart of accounts: a tree of headings and accounts, what can change about them, and what cannot."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from evidence.messages import Refusal
from ledger import chart, errors, funds, lines
from ledger.chart import BANK, OTHER_COSTS, OTHER_INCOME, PATRONAGE_SOURCES, SHARE_CAPITAL
from ledger.chart import changes as chart_changes
from ledger.chart import checks as chart_checks
from ledger.chart import errors as chart_errors
from ledger.chart.changes import Particulars
from ledger.models import Account, AccountKind, Business
from ledger.totals import account_totals, balance_of
from ledger.years import closing, periods
from tests.ledger.conftest import NOW, YEAR, Books

DAY = YEAR[0]


def opened(
    books: Books, code: str, name: str = "Seeds", kind: AccountKind = AccountKind.EXPENSE, **more: object
) -> UUID:
    return chart_changes.open_account(books.session, code=code, name=name, kind=kind, opened_on=DAY, **more)  # type: ignore[arg-type]


def refused(books: Books, refusal: type[Refusal], work: Callable[[], object]) -> Refusal:
    before = _state(books)
    with pytest.raises(refusal) as found:
        work()
    books.session.flush()
    books.session.expire_all()
    assert _state(books) == before
    return found.value


def _state(books: Books) -> list[tuple[object, ...]]:
    return [
        (
            one.code,
            one.name,
            one.parent_id,
            one.by_party,
            one.statement_line,
            one.statutory_tag,
            one.business,
            one.closed_on,
        )
        for one in chart.accounts(books.session, with_headings=True)
    ]


def test_the_default_chart_is_whole() -> None:
    codes = [one.code for one in chart.DEFAULT_CHART]
    assert codes == sorted(set(codes))
    for one in chart.DEFAULT_CHART:
        heading = next((other for other in chart.DEFAULT_CHART if other.code == one.heading), None)
        assert heading is None or (heading.is_heading and heading.kind is one.kind), one.code
        assert (heading is None) == (one.code in set("123456")), one.code
        if one.is_heading:
            assert (one.line, one.by_party, one.is_contra, one.business) == (None, False, False, None), one.code
        else:
            assert one.line is not None, one.code
            assert lines.is_line_of(one.line, one.kind), one.code
            assert one.business is None or not one.kind.is_permanent, one.code


def test_each_service_has_an_account_for_members_and_one_for_others() -> None:
    found = {one.code: one for one in chart.DEFAULT_CHART}
    assert {found[code].business for code in chart.OF_OTHERS} == {Business.MEMBER}
    assert {found[code].business for code in chart.OF_OTHERS.values()} == {Business.NON_MEMBER}
    assert set(PATRONAGE_SOURCES) <= chart.BOOKED_BY_THE_PROGRAM
    assert {chart.TAX, chart.PAYABLE, chart.EXPENSE_CLAIMS} <= chart.BOOKED_BY_THE_PROGRAM


def test_the_tree_has_every_heading_before_what_stands_under_it(books: Books) -> None:
    branches = chart.tree(books.session)
    assert [branch.account.code for branch in branches] == [one.code for one in chart.DEFAULT_CHART]
    depths = {branch.account.code: branch.depth for branch in branches}
    assert (depths["1"], depths["10"], depths[BANK], depths["1200"]) == (0, 1, 2, 1)


def test_headings_are_left_out_unless_asked_for(books: Books) -> None:
    plain = {one.code for one in chart.accounts(books.session)}
    assert plain == {one.code for one in chart.DEFAULT_CHART if not one.is_heading}
    assert {one.code for one in chart.accounts(books.session, with_headings=True)} - plain == {
        one.code for one in chart.DEFAULT_CHART if one.is_heading
    }
    assert {total.code for total in account_totals(books.session, None, None)} == plain


def test_nothing_is_booked_to_a_heading(books: Books) -> None:
    with pytest.raises(errors.AccountIsHeading):
        books.post(("10", 1000), (OTHER_INCOME, -1000))


def test_a_heading_and_an_account_under_it_are_opened(books: Books) -> None:
    opened(books, "61", "Plants", is_heading=True, heading="6")
    opened(books, "6150", heading="61", statement_line="running-costs", statutory_tag="BOX-7", business=Business.MEMBER)
    found = chart.account_by_code(books.session, "6150")
    assert (found.statement_line, found.statutory_tag, found.business) == ("running-costs", "BOX-7", Business.MEMBER)
    order = [branch.account.code for branch in chart.tree(books.session)]
    assert order[order.index("61") : order.index("61") + 2] == ["61", "6150"]


@pytest.mark.parametrize(
    ("refusal", "code", "more"),
    [
        (errors.AccountCodeMalformed, "615", {}),
        (errors.AccountCodeMalformed, "61x0", {}),
        (chart_errors.HeadingCodeMalformed, "6150", {"is_heading": True}),
        (chart_errors.HeadingCodeMalformed, "", {"is_heading": True}),
        (errors.AccountCodeTaken, "6000", {}),
        (chart_errors.NameMissing, "6150", {"name": " "}),
        (chart_errors.NameTooLong, "6150", {"name": "x" * 201}),
        (chart_errors.NoSuchHeading, "6150", {"heading": "77"}),
        (chart_errors.NoSuchHeading, "6150", {"heading": "6000"}),
        (chart_errors.HeadingOfOtherKind, "6150", {"heading": "10"}),
        (chart_errors.HeadingOnlyAddsUp, "61", {"is_heading": True, "is_contra": True}),
        (chart_errors.HeadingOnlyAddsUp, "61", {"is_heading": True, "by_party": True}),
        (chart_errors.HeadingOnlyAddsUp, "61", {"is_heading": True, "statement_line": "running-costs"}),
        (chart_errors.HeadingOnlyAddsUp, "61", {"is_heading": True, "business": Business.MEMBER}),
        (chart_errors.NoSuchLine, "6150", {"statement_line": "nonsense"}),
        (chart_errors.NoSuchLine, "6150", {"statement_line": "cash"}),
        (chart_errors.TagMalformed, "6150", {"statutory_tag": "box 7"}),
        (chart_errors.TagMalformed, "6150", {"statutory_tag": "x" * 41}),
        (chart_errors.BusinessOfNobody, "1050", {"kind": AccountKind.ASSET, "business": Business.MEMBER}),
    ],
)
def test_what_does_not_fit_is_not_opened(
    books: Books, refusal: type[Refusal], code: str, more: dict[str, object]
) -> None:
    refused(books, refusal, lambda: opened(books, code, **{"name": "Seeds", **more}))  # type: ignore[arg-type]


def test_what_is_changed_about_an_account_is_told(books: Books) -> None:
    wanted = Particulars("Bits and pieces", "6", statement_line="running-costs", statutory_tag="7.1")
    edited = chart_changes.edit_account(books.session, OTHER_COSTS, wanted)
    assert edited.changed == ("name", "heading", "statement_line", "statutory_tag")
    account = chart.account_by_code(books.session, OTHER_COSTS)
    assert edited.id == account.id
    assert chart_changes.particulars_of(books.session, account) == wanted
    assert chart_changes.edit_account(books.session, OTHER_COSTS, wanted).changed == ()


def test_a_heading_does_not_come_to_stand_under_itself(books: Books) -> None:
    for heading in ("6", "69"):
        wanted = Particulars("Running costs", heading)
        work = partial(chart_changes.edit_account, books.session, "6", wanted)
        refused(books, chart_errors.HeadingUnderItself, work)


def test_whose_business_the_program_books_stays(books: Books) -> None:
    wanted = Particulars("Fellowships", "40", statement_line="services", business=Business.NON_MEMBER)
    refused(books, chart_errors.BusinessFixed, lambda: chart_changes.edit_account(books.session, "4000", wanted))
    renamed = Particulars("Fellowships", "40", statement_line="services", business=Business.MEMBER)
    assert chart_changes.edit_account(books.session, "4000", renamed).changed == ("name",)


def test_whether_lines_name_a_party_stays_once_there_are_some(books: Books) -> None:
    wanted = Particulars("Other costs", "69", by_party=True, statement_line="other-costs")
    assert chart_changes.edit_account(books.session, OTHER_COSTS, wanted).changed == ("by_party",)
    back = Particulars("Other costs", "69", statement_line="other-costs")
    assert chart_changes.edit_account(books.session, OTHER_COSTS, back).changed == ("by_party",)
    books.post((OTHER_COSTS, 500), (BANK, -500))
    refused(books, chart_errors.PartiesFixed, lambda: chart_changes.edit_account(books.session, OTHER_COSTS, wanted))
    shares = Particulars("Share capital", "3", statement_line="share-capital")
    refused(books, chart_errors.PartiesFixed, lambda: chart_changes.edit_account(books.session, SHARE_CAPITAL, shares))


def _wetlands(books: Books) -> None:
    funds.add(books.session, code="wetlands", name="Wetlands", account=chart.GRANTS_UNSPENT, starts_on=DAY)


def test_the_account_of_a_fund_keeps_its_line(books: Books) -> None:
    """Whether what is unspent is owed or a reserve follows from it."""
    edit = partial(chart_changes.edit_account, books.session, chart.GRANTS_UNSPENT)
    wanted = Particulars("Grants", "23", statement_line="payables")
    edit(wanted)
    edit(Particulars("Grants", "23", statement_line="grants-unspent"))
    _wetlands(books)
    refused(books, chart_errors.FundOnAccount, lambda: edit(wanted))
    assert edit(Particulars("Unspent grants", "23", statement_line="grants-unspent")).changed == ("name",)


@pytest.mark.parametrize(
    ("wanted", "about"),
    [
        (Particulars("Wages", "6", statement_line="service-costs"), "statement_line"),
        (Particulars("Wages", "6"), "statement_line"),
        (Particulars("Wages", "6", statement_line="running-costs", business=Business.EXTRAORDINARY), "business"),
    ],
)
def test_what_a_closed_year_has_published_stays_on_its_line(books: Books, wanted: Particulars, about: str) -> None:
    edit = partial(chart_changes.edit_account, books.session, chart.WAGES)
    books.post((chart.WAGES, 500), (BANK, -500))
    assert edit(wanted).changed
    edit(Particulars("Wages", "6", statement_line="running-costs"))
    _close_the_year(books)
    assert refused(books, chart_errors.InClosedYear, lambda: edit(wanted)).about == about
    tagged = Particulars("Wages and salaries", None, statement_line="running-costs", statutory_tag="7")
    assert edit(tagged).changed == ("name", "heading", "statutory_tag")
    other = replace(tagged, statutory_tag="8")
    assert refused(books, chart_errors.InClosedYear, lambda: edit(other)).about == "statutory_tag"
    # One that the closed year knows nothing of is still the treasurer's to place.
    hosting = Particulars("Hosting and software", "6", statement_line="service-costs")
    assert chart_changes.edit_account(books.session, chart.HOSTING, hosting).changed == ("statement_line",)


def _close_the_year(books: Books) -> None:
    year = periods.fiscal_years(books.session)[0]
    periods.open_fiscal_year(books.session, YEAR[1] + timedelta(days=1), date(2028, 3, 31))
    closing.close_year(books.session, year_id=year.id, today=YEAR[1] + timedelta(days=20), now=NOW)


def test_a_heading_closes_after_what_stands_under_it(books: Books) -> None:
    session = books.session
    opened(books, "61", "Plants", is_heading=True, heading="6")
    opened(books, "6150", heading="61")
    refused(books, chart_errors.HeadingInUse, lambda: chart_changes.close_account(session, "61", closed_on=DAY))
    chart_changes.close_account(session, "6150", closed_on=DAY)
    chart_changes.close_account(session, "61", closed_on=DAY)
    refused(books, chart_errors.NoSuchHeading, lambda: opened(books, "6160", heading="61"))
    # What stands there already may stay, and be called otherwise.
    assert chart_changes.edit_account(session, "6150", Particulars("Old seeds", "61")).changed == ("name",)


def test_an_account_that_was_closed_keeps_its_code(books: Books) -> None:
    opened(books, "6150")
    chart_changes.close_account(books.session, "6150", closed_on=DAY)
    refused(books, errors.AccountCodeTaken, lambda: opened(books, "6150"))


def test_the_database_keeps_what_entries_rest_on(books: Books) -> None:
    for values in ({"is_contra": True}, {"is_heading": True}, {"kind": AccountKind.ASSET}, {"code": "6991"}):
        with pytest.raises(IntegrityError), books.session.begin_nested():
            books.session.execute(update(Account).where(Account.code == OTHER_COSTS).values(**values))


def test_a_contra_account_counts_against_its_kind(books: Books) -> None:
    books.post((chart.DEPRECIATION, 700), (chart.ACCUMULATED_DEPRECIATION, -700))
    found = {total.code: total.natural_minor for total in account_totals(books.session, None, None)}
    assert found[chart.ACCUMULATED_DEPRECIATION] == -700
    assert balance_of(books.session, chart.ACCUMULATED_DEPRECIATION) == -700


@pytest.mark.tampers
def test_the_checks_find_a_chart_that_does_not_hold(books: Books) -> None:
    session = books.session
    assert list(chart_checks.findings(session)) == []
    ids = {one.code: one.id for one in chart.accounts(session, with_headings=True)}

    def set_parent(code: str, over: str) -> None:
        session.execute(update(Account).where(Account.code == code).values(parent_id=ids[over]))

    set_parent(BANK, "20")
    set_parent(OTHER_COSTS, "6000")
    set_parent("4", "40")
    session.execute(text("UPDATE ledger_account SET statement_line = 'tax' WHERE code = '1200'"))
    session.expire_all()
    found = {finding.detail for finding in chart_checks.findings(session)}
    assert {detail for detail in found if "which is" in detail} == {
        "account 1000 stands under 20, which is no heading over its kind",
        "account 6900 stands under 6000, which is no heading over its kind",
        "account 1200 is part of line tax, which is no line of its kind",
    }
    assert "account 4000 stands under itself, by way of its headings" in found
