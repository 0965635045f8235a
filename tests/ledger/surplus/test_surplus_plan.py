"""Planning a surplus: whose business counts, where every cent goes, what the fingerprint covers, and what is refused."""

import hashlib
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.canonical import canonical_bytes
from evidence.messages import Refusal
from ledger import posting
from ledger.chart import BANK, COACHES, GRANT_INCOME, SURPLUS_AWAITING
from ledger.surplus import errors
from ledger.surplus.business import Business, business_of
from ledger.surplus.models import Fallback
from ledger.surplus.plan import Patron, Plan, Rates, line_of, lines, plan_of, plans_of, reasons, schedule_of
from ledger.surplus.shares import share_out
from tests.ledger.surplus.conftest import ANA, BEN, CLIENT, NOW, RATES, Year

ALL_TO_MEMBERS = Rates(reserve_bp=0, fund_bp=0, cash_bp=0)


def _schedule(year: Year, plan: Plan) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(schedule_of(year.session, plan)))
    return document


def _refused(year: Year, refusal: type[Refusal], **asked: Any) -> str:
    before = year.rows()
    with pytest.raises(refusal) as refused:
        year.plan(**asked)
    assert year.rows() == before
    return str(refused.value)


def test_every_cent_of_the_surplus_has_a_place(closed: Year) -> None:
    plan = closed.plan()
    totals = plan.totals
    assert (totals.member_business_minor, totals.other_income_minor) == (100_000, 100_000)
    assert (totals.result_minor, totals.member_minor, totals.other_minor) == (150_000, 75_000, 75_000)
    assert (totals.reserve_minor, totals.fund_minor, totals.pool_minor) == (15_000, 7_500, 52_500)
    assert (totals.cash_minor, totals.retained_minor) == (26_250, 26_250)
    assert (plan.to_reserve_minor, plan.to_fund_minor) == (90_000, 7_500)
    by_party = {line.party_ref: line for line in lines(closed.session, plan.id)}
    assert {party: line.allocation_minor for party, line in by_party.items()} == {ANA: 36_750, BEN: 15_750}
    assert (by_party[ANA].patronage_minor, by_party[ANA].cash_minor, by_party[ANA].retained_minor) == (
        70_000,
        18_375,
        18_375,
    )


def test_business_is_split_into_members_clients_and_grants(closed: Year) -> None:
    business = business_of(closed.session, closed.year, dict(closed.patrons))
    assert (business.members_minor, business.non_members_minor, business.grants_and_other_minor) == (
        100_000,
        60_000,
        40_000,
    )


def test_business_counts_from_the_first_day_of_membership(busy: Year) -> None:
    busy.sell(BEN, 1_000, on=date(2026, 12, 1))
    busy.close()
    busy.patrons = (Patron(ANA, date(2026, 4, 1)), Patron(BEN, date(2026, 12, 1)))
    plan = busy.plan()
    line = line_of(busy.session, plan.id, BEN)
    assert line is not None
    assert (line.patronage_minor, line.counted_from) == (1_000, date(2026, 12, 1))
    assert [reason.booked_on for reason in reasons(busy.session, plan.id, BEN)] == [date(2026, 12, 1)]
    assert plan.totals.other_income_minor == 60_000 + 40_000 + 30_000


def test_a_member_of_earlier_years_counts_from_the_first_day_of_the_year(closed: Year) -> None:
    closed.patrons = (Patron(ANA, date(2019, 4, 1)), Patron(BEN, date(2027, 4, 1)))
    plan = closed.plan()
    line = line_of(closed.session, plan.id, ANA)
    assert line is not None
    assert (line.patronage_minor, line.counted_from) == (70_000, date(2019, 4, 1))
    assert line_of(closed.session, plan.id, BEN) is None


def test_a_reversed_sale_is_no_business(busy: Year) -> None:
    sale = busy.sell(BEN, 5_000)
    posting.reverse(busy.session, sale, booked_on=date(2026, 9, 9), text="Refunded", now=NOW)
    busy.close()
    plan = busy.plan()
    line = line_of(busy.session, plan.id, BEN)
    assert line is not None
    assert line.patronage_minor == 30_000
    assert [reason.amount_minor for reason in reasons(busy.session, plan.id, BEN)] == [30_000, 5_000, -5_000]


def test_a_member_with_less_than_nothing_counts_as_nothing(busy: Year) -> None:
    busy.sell(BEN, -35_000, on=date(2026, 12, 1))
    busy.close()
    plan = busy.plan()
    assert [line.party_ref for line in lines(busy.session, plan.id)] == [ANA]
    assert plan.totals.member_business_minor == 70_000
    assert plan.totals.other_income_minor == 165_000 - 70_000


def test_the_reasons_of_a_line_add_up_to_its_patronage(closed: Year) -> None:
    plan = closed.plan()
    for line in lines(closed.session, plan.id):
        found = reasons(closed.session, plan.id, line.party_ref)
        assert sum(reason.amount_minor for reason in found) == line.patronage_minor
    assert reasons(closed.session, plan.id, CLIENT) == []


def test_the_fingerprint_is_the_digest_of_the_schedule_as_canonical_json(closed: Year) -> None:
    plan = closed.plan()
    written = b"".join(schedule_of(closed.session, plan))
    assert hashlib.sha256(written).hexdigest() == plan.fingerprint
    assert canonical_bytes(json.loads(written)) == written
    document = _schedule(closed, plan)
    assert set(document) == {"currency", "fallback", "lines", "rates", "result_minor", "split", "totals", "year"}
    assert document["year"] == {"starts_on": "2026-04-01", "ends_on": "2027-03-31"}
    assert sum(line["allocation_minor"] for line in document["lines"]) == document["totals"]["pool_minor"]


def test_a_member_finds_their_line_and_nobody_else_does(closed: Year) -> None:
    plan = closed.plan()
    document = _schedule(closed, plan)
    line = line_of(closed.session, plan.id, ANA)
    assert line is not None
    own = hashlib.sha256(f"{line.salt}{ANA}".encode()).hexdigest()
    assert [found["line"] for found in document["lines"] if found["party_sha256"] == own] == [line.line_no]
    written = b"".join(schedule_of(closed.session, plan)).decode()
    assert not {str(ANA), ANA.hex, str(BEN), BEN.hex, line.salt} & set(written.replace('"', " ").split())


def test_numbers_of_lines_follow_the_hashes_and_salts_are_new_each_time(closed: Year) -> None:
    plans = [closed.plan() for _ in range(6)]
    assert len({plan.fingerprint for plan in plans}) == 6
    for plan in plans:
        hashes = [line.party_hash for line in lines(closed.session, plan.id)]
        assert hashes == sorted(hashes)
    numbers = {line.line_no for plan in plans for line in lines(closed.session, plan.id) if line.party_ref == ANA}
    assert numbers <= {1, 2}
    assert len(plans_of(closed.session, closed.year.id)) == 6
    assert plans_of(closed.session, closed.year.id)[0].id == plans[-1].id


def test_a_plan_needs_a_closed_year(busy: Year) -> None:
    assert "is not closed yet" in _refused(busy, errors.YearNotClosed)


def test_rates_are_parts_of_the_whole(closed: Year) -> None:
    assert "at most 100 per cent" in _refused(closed, errors.RatesTooHigh, rates=Rates(9_000, 1_001, 0))
    for rates in (Rates(-1, 0, 0), Rates(0, -1, 0), Rates(0, 0, -1), Rates(10_001, 0, 0), Rates(0, 0, 10_001)):
        assert "between 0 and 100" in _refused(closed, errors.RateOutOfRange, rates=rates)


def test_rates_may_leave_nothing_to_share(closed: Year) -> None:
    plan = closed.plan(Rates(6_000, 4_000, 5_000))
    assert (plan.totals.pool_minor, plan.line_count) == (0, 2)
    assert {line.allocation_minor for line in lines(closed.session, plan.id)} == {0}


def test_a_deficit_is_not_shared_out(busy: Year) -> None:
    busy.books.post((COACHES, 150_001), (BANK, -150_001), on=date(2026, 9, 1))
    busy.close()
    assert "there is no surplus to share out" in _refused(busy, errors.NoSurplus)


def test_a_result_of_zero_is_not_shared_out(empty: Year) -> None:
    empty.close()
    assert "ended with 0" in _refused(empty, errors.NoSurplus)


def test_without_any_members_business_the_plan_must_say_where_the_surplus_goes(busy: Year) -> None:
    busy.patrons = ()
    busy.close()
    assert "Say where the surplus goes instead" in _refused(busy, errors.NobodyToShareWith)
    to_reserve, to_fund = busy.plan(fallback=Fallback.RESERVE), busy.plan(fallback=Fallback.FUND)
    assert (to_reserve.to_reserve_minor, to_reserve.to_fund_minor, to_reserve.line_count) == (150_000, 0, 0)
    assert (to_fund.to_reserve_minor, to_fund.to_fund_minor) == (0, 150_000)
    assert to_reserve.fingerprint != to_fund.fingerprint


def test_a_surplus_that_was_moved_cannot_be_planned(closed: Year) -> None:
    closed.books.post((SURPLUS_AWAITING, 1), (BANK, -1), on=date(2027, 5, 1))
    assert "Look at account 3900" in _refused(closed, errors.SurplusMoved)


def test_a_deficit_of_an_earlier_year_comes_first(closed: Year) -> None:
    # A deficit carried on the account: what is there does not reach for the whole surplus.
    closed.books.post((SURPLUS_AWAITING, 20_000), (BANK, -20_000), on=date(2027, 4, 1))
    assert "130000" in _refused(closed, errors.SurplusMoved)


def test_a_plan_that_is_not_there_is_not_found(closed: Year) -> None:
    with pytest.raises(errors.NoSuchPlan):
        plan_of(closed.session, UUID(int=9))


_AMOUNTS = st.integers(0, 10**15)


@given(
    result=st.integers(1, 10**15),
    patronage=st.lists(st.integers(1, 10**12), min_size=1, max_size=20),
    others=_AMOUNTS,
    rates=st.tuples(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 10_000)),
)
def test_whatever_the_numbers_all_parts_add_up(
    result: int, patronage: list[int], others: int, rates: tuple[int, int, int]
) -> None:
    business = Business({UUID(int=n): amount for n, amount in enumerate(patronage)}, others, 0)
    shares = share_out(result, business, Rates(*rates), None)
    totals = shares.totals
    assert totals.member_minor + totals.other_minor == result
    assert totals.reserve_minor + totals.fund_minor + totals.pool_minor == totals.member_minor
    assert sum(shares.allocations.values()) == totals.pool_minor == totals.cash_minor + totals.retained_minor
    assert (
        min(totals.reserve_minor, totals.fund_minor, totals.pool_minor, totals.cash_minor, totals.retained_minor) >= 0
    )


def test_income_of_grants_only_makes_no_pool(empty: Year) -> None:
    empty.books.post((BANK, 500), (GRANT_INCOME, -500), on=date(2026, 5, 5))
    empty.close()
    shares = share_out(500, business_of(empty.session, empty.year, {}), ALL_TO_MEMBERS, Fallback.RESERVE)
    assert (shares.totals.other_minor, shares.allocations) == (500, {})
    assert RATES.reserve_bp == 2000
