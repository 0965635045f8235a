"""Fiscal years, months, and locking them in order."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import errors
from ledger.years import periods
from tests.ledger.conftest import Books


@pytest.mark.parametrize(
    ("on", "end", "dates"),
    [
        (date(2026, 3, 31), (3, 31), (date(2025, 4, 1), date(2026, 3, 31))),
        (date(2026, 4, 1), (3, 31), (date(2026, 4, 1), date(2027, 3, 31))),
        (date(2026, 7, 1), (12, 31), (date(2026, 1, 1), date(2026, 12, 31))),
        (date(2028, 2, 29), (2, 29), (date(2027, 3, 1), date(2028, 2, 29))),
        (date(2028, 3, 1), (2, 29), (date(2028, 3, 1), date(2029, 2, 28))),
        (date(2026, 6, 15), (6, 15), (date(2025, 6, 16), date(2026, 6, 15))),
    ],
)
def test_the_fiscal_year_of_a_day_follows_from_the_last_day_of_the_year(
    on: date, end: tuple[int, int], dates: tuple[date, date]
) -> None:
    assert periods.year_dates(on, *end) == dates


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 12), st.integers(1, 31))
def test_fiscal_years_join_without_a_gap(on: date, end_month: int, end_day: int) -> None:
    starts_on, ends_on = periods.year_dates(on, end_month, end_day)
    assert starts_on <= on <= ends_on
    assert periods.year_dates(ends_on + timedelta(days=1), end_month, end_day)[0] == ends_on + timedelta(days=1)
    assert periods.year_dates(starts_on - timedelta(days=1), end_month, end_day)[1] == starts_on - timedelta(days=1)
    assert 364 <= (ends_on - starts_on).days <= 366


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(0, 550))
def test_the_months_of_a_year_cover_it_once(starts_on: date, days: int) -> None:
    ends_on = starts_on + timedelta(days=days)
    months = periods.months_within(starts_on, ends_on)
    covered = [first + timedelta(days=n) for first, last in months for n in range((last - first).days + 1)]
    assert covered == [starts_on + timedelta(days=n) for n in range(days + 1)]
    assert all((first.year, first.month) == (last.year, last.month) for first, last in months)


def test_the_next_year_begins_the_day_after_the_last_one_ends(books: Books) -> None:
    for wrong in (date(2027, 3, 31), date(2027, 4, 2), date(2025, 4, 1)):
        with pytest.raises(errors.YearOverlaps):
            periods.open_fiscal_year(books.session, wrong, wrong.replace(year=wrong.year + 1))
    periods.open_fiscal_year(books.session, date(2027, 4, 1), date(2028, 3, 31))
    year = periods.fiscal_year_of(books.session, date(2028, 2, 29))
    assert year is not None
    assert len(periods.periods_of(books.session, year.id)) == 12


@pytest.mark.parametrize("ends_on", [date(2027, 4, 1), date(2027, 3, 1), date(2028, 10, 1)])
def test_a_year_ends_after_it_begins_and_is_not_longer_than_eighteen_months(books: Books, ends_on: date) -> None:
    with pytest.raises(errors.YearTooLong):
        periods.open_fiscal_year(books.session, date(2027, 4, 1), ends_on)


def test_periods_are_locked_in_order_and_once(books: Books) -> None:
    with pytest.raises(errors.EarlierPeriodOpen):
        periods.lock_period(books.session, date(2026, 5, 31), now=books.now)
    with pytest.raises(errors.NoSuchPeriod):
        periods.lock_period(books.session, date(2026, 4, 29), now=books.now)
    periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    with pytest.raises(errors.PeriodAlreadyLocked):
        periods.lock_period(books.session, date(2026, 4, 30), now=books.now)
    periods.lock_period(books.session, date(2026, 5, 31), now=books.now)
    assert periods.locked_to(books.session) == date(2026, 5, 31)
