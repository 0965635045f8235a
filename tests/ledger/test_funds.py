"""Funds held for a purpose: unspent is owed, income follows what was spent, and the report adds up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from ledger import errors, funds, posting
from ledger.chart import (
    ACCUMULATED_DEPRECIATION,
    BANK,
    DEPRECIATION,
    EQUIPMENT,
    GRANT_INCOME,
    GRANTS_UNSPENT,
    RESTRICTED_FUNDS,
    WAGES,
)
from ledger.funds import errors as fund_errors
from ledger.funds import reports as fund_reports
from ledger.statements import income_statement
from ledger.totals import balance_of
from tests.ledger.conftest import NOW, YEAR, Books, found_books

APRIL, MAY, JUNE = date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10)


def fund(books: Books, account: str = GRANTS_UNSPENT, code: str = "wetlands") -> UUID:
    return funds.add(books.session, code=code, name="Wetlands", account=account, starts_on=YEAR[0])


def receive(books: Books, fund_id: UUID, amount_minor: int, on: date = APRIL, key: str = "grant") -> UUID:
    posted = funds.receive(
        books.session,
        fund_id,
        amount_minor=amount_minor,
        booked_on=on,
        text="First part of the grant",
        key=key,
        now=NOW,
        recorded_by=None,
    )
    return posted.entry_id


def spend(books: Books, amount_minor: int, on: date = MAY, code: str = "wetlands", key: str = "spent") -> UUID:
    lines = [posting.Line(WAGES, amount_minor, fund=code), posting.Line(BANK, -amount_minor)]
    return posting.post(books.session, posting.Draft(on, "Wages", "manual", "NZD", lines, key), now=NOW)


def release(books: Books, fund_id: UUID, on: date = JUNE, key: str = "release") -> posting.Posted:
    return funds.release(books.session, fund_id, booked_on=on, text="Spent", key=key, now=NOW, recorded_by=None)


@pytest.mark.parametrize("account", [GRANTS_UNSPENT, RESTRICTED_FUNDS])
def test_money_is_income_as_it_is_spent(books: Books, account: str) -> None:
    fund_id = fund(books, account)
    receive(books, fund_id, 100_000)
    assert income_statement(books.session, *YEAR).result_minor == 0
    spend(books, 30_000)
    before = fund_reports.report(books.session, fund_id, *YEAR)
    assert (before.to_release_minor, before.closing_minor, before.left_minor) == (30_000, 100_000, 70_000)
    release(books, fund_id)
    assert income_statement(books.session, *YEAR).result_minor == 0, "what it cost and what was given for it"
    assert balance_of(books.session, account) == -70_000
    assert balance_of(books.session, GRANT_INCOME) == -30_000
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert (found.opening_minor, found.received_minor, found.spent_minor, found.left_minor) == (
        0,
        100_000,
        30_000,
        70_000,
    )
    assert [(one.account, one.amount_minor) for one in found.spending] == [(WAGES, 30_000)]
    assert found.to_release_minor == 0


def test_a_report_covers_its_days_and_the_next_begins_where_it_ended(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 100_000)
    spend(books, 30_000)
    release(books, fund_id, MAY)
    receive(books, fund_id, 5_000, JUNE, "second")
    april = fund_reports.report(books.session, fund_id, YEAR[0], date(2026, 4, 30))
    may = fund_reports.report(books.session, fund_id, date(2026, 5, 1), date(2026, 5, 31))
    june = fund_reports.report(books.session, fund_id, date(2026, 6, 1), date(2026, 6, 30))
    assert [one.opening_minor for one in (april, may, june)] == [0, 100_000, 70_000]
    assert [one.closing_minor for one in (april, may, june)] == [100_000, 70_000, 75_000]
    assert [one.spent_minor for one in (april, may, june)] == [0, 30_000, 0]


def test_no_more_is_released_than_the_fund_has(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 10_000)
    spend(books, 12_500)
    release(books, fund_id)
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert (found.closing_minor, found.released_minor, found.left_minor) == (0, 10_000, -2_500)
    with pytest.raises(fund_errors.NothingToRelease):
        release(books, fund_id, key="again")
    receive(books, fund_id, 4_000, JUNE, "second")
    release(books, fund_id, key="third")
    assert fund_reports.report(books.session, fund_id, *YEAR).left_minor == 1_500


def test_a_release_is_once_and_its_reversal_gives_back(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 10_000)
    spend(books, 4_000)
    first = release(books, fund_id)
    again = release(books, fund_id)
    assert (again.entry_id, again.is_new) == (first.entry_id, False)
    posting.reverse(books.session, first.entry_id, booked_on=JUNE, text="Too early", now=NOW)
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert (found.released_minor, found.to_release_minor, found.received_minor) == (0, 4_000, 10_000)


def post(books: Books, key: str, on: date, *lines: posting.Line) -> UUID:
    return posting.post(books.session, posting.Draft(on, "Weather station", "manual", "NZD", lines, key), now=NOW)


def test_equipment_bought_from_a_fund_is_spent_for_it_and_its_depreciation_is_not_spent_again(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 100_000)
    bought = (posting.Line(EQUIPMENT, 60_000, fund="wetlands"), posting.Line(BANK, -60_000))
    post(books, "bought", MAY, *bought)
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert [(one.account, one.amount_minor) for one in found.spending] == [(EQUIPMENT, 60_000)]
    assert (found.to_release_minor, found.left_minor) == (60_000, 40_000)
    release(books, fund_id)
    assert income_statement(books.session, *YEAR).result_minor == 60_000, "income when it is bought; the asset stands"
    worn = (
        posting.Line(DEPRECIATION, 12_000, fund="wetlands"),
        posting.Line(ACCUMULATED_DEPRECIATION, -12_000, fund="wetlands"),
    )
    post(books, "worn", JUNE, *worn)
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert (found.spent_minor, found.to_release_minor, found.left_minor) == (60_000, 0, 40_000)


def test_equipment_that_does_not_name_its_fund_is_spent_as_it_wears(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 100_000)
    post(books, "bought", MAY, posting.Line(EQUIPMENT, 60_000), posting.Line(BANK, -60_000))
    worn = (posting.Line(DEPRECIATION, 12_000, fund="wetlands"), posting.Line(ACCUMULATED_DEPRECIATION, -12_000))
    post(books, "worn", JUNE, *worn)
    found = fund_reports.report(books.session, fund_id, *YEAR)
    assert (found.spent_minor, found.to_release_minor) == (12_000, 12_000)
    release(books, fund_id)
    assert income_statement(books.session, *YEAR).result_minor == 0


def test_a_reversed_cost_is_not_spent(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 10_000)
    cost = spend(books, 4_000)
    posting.reverse(books.session, cost, booked_on=JUNE, text="Paid back", now=NOW)
    assert fund_reports.report(books.session, fund_id, *YEAR).spending == ()


def test_all_funds_are_reported_on_at_the_cost_of_one(books: Books) -> None:
    """The list of funds and the closing of a year ask for all of them; each as for one alone."""
    ids = [fund(books, code=f"fund-{number:02}") for number in range(12)]
    ids.append(fund(books, RESTRICTED_FUNDS, "wetlands"))
    for number, fund_id in enumerate(ids[:6]):
        receive(books, fund_id, 10_000 + number, key=f"grant-{number}")
        spend(books, 700 + number, on=MAY, code=f"fund-{number:02}", key=f"spent-{number}")
    release(books, ids[2])
    for span in (YEAR, (MAY, JUNE), (JUNE, JUNE)):
        with counted(books) as asked:
            found = fund_reports.reports(books.session, *span)
        assert len(asked) <= 4
        assert found == [fund_reports.report(books.session, fund_id, *span) for fund_id in ids]


@contextmanager
def counted(books: Books) -> Iterator[list[str]]:
    """Collect the statements that go to the database."""
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    connection = books.session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(connection, "before_cursor_execute", note)


def test_what_is_spent_later_is_not_released_before(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 10_000)
    spend(books, 4_000, JUNE)
    with pytest.raises(fund_errors.NothingToRelease):
        release(books, fund_id, MAY)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"code": "with space"}, fund_errors.FundCodeMalformed),
        ({"code": ""}, fund_errors.FundCodeMalformed),
        ({"ends_on": date(2026, 3, 31)}, fund_errors.FundDaysReversed),
        ({"account": BANK}, fund_errors.FundAccountUnfit),
        ({"account": "2000"}, fund_errors.FundAccountUnfit),
        ({"account": "7777"}, errors.NoSuchAccount),
        ({"code": "taken"}, fund_errors.FundCodeTaken),
    ],
)
def test_a_fund_that_cannot_be_is_refused(books: Books, changed: dict[str, object], refusal: type[Exception]) -> None:
    fund(books, code="taken")
    asked = {"code": "new", "name": "New", "account": GRANTS_UNSPENT, "starts_on": YEAR[0], **changed}
    with pytest.raises(refusal):
        funds.add(books.session, **asked)  # type: ignore[arg-type]


def test_a_fund_with_money_in_it_is_not_closed(books: Books) -> None:
    fund_id = fund(books)
    receive(books, fund_id, 10_000)
    with pytest.raises(fund_errors.FundHoldsMoney) as refused:
        funds.close(books.session, fund_id, closed_on=JUNE)
    assert refused.value.unspent_minor == 10_000
    spend(books, 10_000)
    release(books, fund_id, MAY)
    with pytest.raises(fund_errors.FundUsedLater):
        funds.close(books.session, fund_id, closed_on=MAY)
    funds.close(books.session, fund_id, closed_on=JUNE)
    with pytest.raises(errors.NoSuchFund):
        spend(books, 100, JUNE, key="late")
    with pytest.raises(fund_errors.FundClosed):
        receive(books, fund_id, 100, JUNE, "late")


def test_nothing_is_booked_before_a_fund_begins(books: Books) -> None:
    fund_id = funds.add(books.session, code="later", name="Later", account=GRANTS_UNSPENT, starts_on=MAY)
    with pytest.raises(fund_errors.FundNotBegun):
        receive(books, fund_id, 100, APRIL)
    with pytest.raises(errors.NoSuchFund):
        spend(books, 100, APRIL, "later")
    with pytest.raises(fund_errors.GrantAmountMissing):
        receive(books, fund_id, 0, JUNE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["receive", "spend", "release"]), st.integers(1, 10**7), st.integers(0, 300)),
        max_size=12,
    )
)
def test_a_fund_never_owes_and_what_is_released_was_spent(session: Session, steps: list[tuple[str, int, int]]) -> None:
    with session.begin_nested() as savepoint:
        books = found_books(session)
        fund_id = fund(books)
        for number, (what, amount_minor, days) in enumerate(steps):
            on, key = date.fromordinal(YEAR[0].toordinal() + days), f"{what}-{number}"
            if what == "receive":
                receive(books, fund_id, amount_minor, on, key)
            elif what == "spend":
                spend(books, amount_minor, on, key=key)
            else:
                try:
                    release(books, fund_id, on, key)
                except fund_errors.NothingToRelease:
                    continue
            found = fund_reports.report(session, fund_id, *YEAR)
            assert found.closing_minor >= 0
            assert 0 <= found.released_minor <= max(found.spent_minor, 0)
            assert found.closing_minor == -balance_of(session, GRANTS_UNSPENT)
        savepoint.rollback()
