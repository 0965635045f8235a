"""The arithmetic of a surplus: worked cases with their sources, and what must hold whatever the numbers."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.surplus import formulas
from ledger.surplus.apportion import NothingToApportionBy, apportion

_FIXTURE = Path(__file__).parent / "fixtures" / "cases.json"
_SHARED = Path(__file__).parents[4] / "shared" / "data" / "surplus" / "cases.json"
_FILES = [path for path in (_FIXTURE, _SHARED) if path.is_file()]
_CASES: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in _FILES]

_WEIGHTS = st.lists(st.integers(0, 10**24), min_size=1, max_size=30).filter(any)
_TOTALS = st.integers(0, 10**24)


def _cases(section: str) -> list[dict[str, Any]]:
    found = [case for cases in _CASES for case in cases[section]]
    assert found
    return found


def test_every_section_of_the_shared_cases_is_a_test() -> None:
    tested = set(json.loads(_FIXTURE.read_text(encoding="utf-8")))
    assert all(set(cases) - {"note"} == tested for cases in _CASES)


@pytest.mark.parametrize("case", _cases("apportion"), ids=lambda case: str(case["name"]))
def test_a_sum_is_split_by_largest_remainder(case: dict[str, Any]) -> None:
    weights = list(enumerate(case["weights"]))
    if case["parts"] is None:
        with pytest.raises(NothingToApportionBy, match="nothing to share by"):
            apportion(case["total"], weights)
    else:
        assert apportion(case["total"], weights) == dict(enumerate(case["parts"]))


@pytest.mark.parametrize("case", _cases("legal_cash_floor_20_percent"), ids=lambda case: str(case["allocation"]))
def test_the_cash_part_is_never_below_the_legal_floor(case: dict[str, Any]) -> None:
    assert formulas.cash_part(case["allocation"], 2000) == case["cash"]


@pytest.mark.parametrize("case", _cases("us_payment_deadline"), ids=lambda case: str(case["year_end"]))
def test_patronage_is_paid_by_the_15th_of_the_ninth_month(case: dict[str, Any]) -> None:
    due = formulas.us_payment_deadline(date.fromisoformat(case["year_end"]))
    assert due == date.fromisoformat(case["pay_by"])


@pytest.mark.parametrize("case", _cases("patronage"), ids=lambda case: str(case["name"]))
def test_a_member_gets_their_part_of_the_refund(case: dict[str, Any]) -> None:
    own, all_members = case["member_purchases"], case["member_sales"]
    whole = apportion(case["refund_total"], [("own", own), ("the rest", all_members - own)])["own"]
    cash = formulas.cash_part(whole, case["paid_share_percent"] * 100)
    assert {"whole_refund": whole, "cash": cash, "retained": whole - cash} == case["expected"]


@pytest.mark.parametrize("case", _cases("us_stock_dividend_order"))
def test_dividends_on_stock_reduce_patronage_unless_paid_in_addition(case: dict[str, Any]) -> None:
    pool = formulas.patronage_pool_after_dividends(
        case["net_earnings"],
        Fraction(case["patronage_percent"], 100),
        case["stock_dividend"],
        in_addition=case["dividend_in_addition"],
    )
    assert pool == case["patronage_pool"]


@pytest.mark.parametrize("case", _cases("spain_ley_27_1999"))
def test_spanish_law_takes_reserve_and_education_fund_first(case: dict[str, Any]) -> None:
    found = formulas.spanish_allocation(
        case["cooperative_surplus"], case["extra_cooperative_surplus"], case["earlier_cooperative_losses"]
    )
    assert [found.reserve_from_cooperative_minor, found.reserve_from_other_minor] == case["mandatory_reserve"]
    assert found.education_fund_minor == case["education_fund"]
    assert found.distributable_before_tax_minor == case["distributable_before_tax"]


@pytest.mark.parametrize("case", _cases("share_interest"), ids=lambda case: str(case["days"]))
def test_interest_on_shares_counts_days_from_the_first_to_the_last(case: dict[str, Any]) -> None:
    days = formulas.days_inclusive(date.fromisoformat(case["from"]), date.fromisoformat(case["to"]))
    assert days == case["days"]
    rate = Fraction(case["rate_percent"], 100)
    assert formulas.interest_on_capital(case["holding"], rate, days) == case["interest"]


@pytest.mark.parametrize("case", _cases("retained_patronage_first_in_first_out"))
def test_retained_patronage_is_redeemed_oldest_year_first(case: dict[str, Any]) -> None:
    retained = {int(year): parties for year, parties in case["retained"].items()}
    expected = {int(year): parties for year, parties in case["expected"].items()}
    assert formulas.redeem_oldest_first(retained, case["redeem"]) == expected


def test_no_more_is_redeemed_than_was_retained() -> None:
    with pytest.raises(ValueError, match="more is to be redeemed"):
        formulas.redeem_oldest_first({2019: {"A": 5}}, 6)
    assert formulas.redeem_oldest_first({2019: {"A": 5}}, 0) == {}


def test_what_is_not_there_cannot_be_shared_out() -> None:
    for total, weights in ((-1, [("a", 1)]), (1, [("a", -1), ("b", 2)])):
        with pytest.raises(ValueError, match="only what is there"):
            apportion(total, weights)
    with pytest.raises(ValueError, match="twice"):
        apportion(1, [("a", 1), ("a", 1)])


@given(total=_TOTALS, weights=_WEIGHTS)
def test_the_parts_add_up_and_each_is_the_exact_share_rounded(total: int, weights: list[int]) -> None:
    parts = apportion(total, enumerate(weights))
    assert sum(parts.values()) == total
    for key, weight in enumerate(weights):
        exact = Fraction(total * weight, sum(weights))
        assert exact - 1 < parts[key] < exact + 1
        assert weight or not parts[key]


@given(total=_TOTALS, weights=_WEIGHTS, shuffle=st.randoms())
def test_the_order_of_the_input_does_not_matter(total: int, weights: list[int], shuffle: Any) -> None:
    given_weights = list(enumerate(weights))
    shuffled = given_weights.copy()
    shuffle.shuffle(shuffled)
    assert apportion(total, shuffled) == apportion(total, given_weights)


@given(total=_TOTALS, weights=_WEIGHTS)
def test_nobody_with_more_patronage_gets_less(total: int, weights: list[int]) -> None:
    parts = apportion(total, enumerate(weights))
    by_weight = sorted(range(len(weights)), key=lambda key: (weights[key], parts[key]))
    assert [parts[key] for key in by_weight] == sorted(parts.values())


@given(allocation=st.integers(0, 10**24), cash_bp=st.integers(0, 10_000))
def test_the_cash_part_is_rounded_up_and_never_more_than_the_whole(allocation: int, cash_bp: int) -> None:
    cash = formulas.cash_part(allocation, cash_bp)
    assert 0 <= cash - Fraction(allocation * cash_bp, 10_000) < 1
    assert cash <= allocation
