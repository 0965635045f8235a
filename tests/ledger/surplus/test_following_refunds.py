"""A refund follows its sale: what takes back business that did not count does not count either."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from ledger import posting
from ledger.chart import BANK, COACHING_INCOME
from ledger.surplus.business import Patron, patronage_of
from ledger.surplus.following import Movement, counted
from ledger.surplus.plan import line_of, reasons
from ledger.years import closing
from tests.ledger.surplus.conftest import ANA, BEN, NOW, Year

JOINED = date(2026, 12, 1)
BEFORE, AFTER, LATER = date(2026, 11, 30), date(2026, 12, 1), date(2027, 2, 1)
ORDER, OTHER = UUID(int=1), UUID(int=2)


def business(year: Year, party: UUID, amount_minor: int, on: date, order: UUID | None = ORDER) -> UUID:
    """Book income that names an order, or with a negative amount its refund."""
    lines = [posting.Line(BANK, amount_minor), posting.Line(COACHING_INCOME, -amount_minor, party)]
    source = ("order", order) if order else (None, None)
    draft = posting.Draft(on, "Coaching", "delivery", "NZD", lines, str(uuid4()), *source)
    return posting.post(year.session, draft, now=NOW)


def reverse(year: Year, entry_id: UUID, on: date) -> UUID:
    return posting.reverse(year.session, entry_id, booked_on=on, text="Not so", now=NOW)


def counts(year: Year, since: date = JOINED) -> int:
    return patronage_of(year.session, year.year, {BEN: since}).get(BEN, 0)


def test_a_refund_of_what_was_bought_before_the_membership_takes_nothing_from_it(empty: Year) -> None:
    business(empty, BEN, 60_000, BEFORE)
    business(empty, BEN, 20_000, AFTER, OTHER)
    business(empty, BEN, -50_000, LATER)
    assert counts(empty) == 20_000
    # Of somebody who was a member all along it takes what it takes.
    assert counts(empty, date(2026, 4, 1)) == 30_000


def test_a_refund_of_what_a_member_bought_counts_against_it(empty: Year) -> None:
    business(empty, BEN, 60_000, AFTER)
    business(empty, BEN, -50_000, LATER)
    assert counts(empty) == 10_000


def test_of_one_order_what_was_passed_over_is_taken_back_first(empty: Year) -> None:
    business(empty, BEN, 10_000, BEFORE)
    business(empty, BEN, 10_000, AFTER)
    business(empty, BEN, -8_000, LATER)
    assert counts(empty) == 10_000
    business(empty, BEN, -5_000, LATER)
    assert counts(empty) == 7_000


def test_a_reversal_takes_back_the_entry_that_it_names(empty: Year) -> None:
    for with_source in (ORDER, None):
        business(empty, BEN, 10_000, BEFORE, with_source)
        reverse(empty, business(empty, BEN, 6_000, AFTER, with_source), LATER)
    assert counts(empty) == 0
    reverse(empty, business(empty, BEN, 3_000, BEFORE, None), LATER)
    business(empty, BEN, 1_000, AFTER, OTHER)
    assert counts(empty) == 1_000


def test_the_reversal_of_a_refund_gives_back_what_the_refund_took(empty: Year) -> None:
    business(empty, BEN, 10_000, BEFORE)
    business(empty, BEN, 10_000, AFTER)
    refund = business(empty, BEN, -13_000, LATER)
    assert counts(empty) == 7_000
    reverse(empty, refund, LATER)
    assert counts(empty) == 10_000


def test_a_correction_that_names_no_sale_counts_as_of_its_own_day(empty: Year) -> None:
    business(empty, BEN, 10_000, BEFORE)
    business(empty, BEN, 5_000, AFTER, OTHER)
    business(empty, BEN, -2_000, LATER, None)
    business(empty, BEN, -1_000, BEFORE, None)
    assert counts(empty) == 3_000


def test_the_same_order_of_another_party_is_another_thread(empty: Year) -> None:
    business(empty, ANA, 10_000, BEFORE)
    business(empty, BEN, 10_000, AFTER)
    business(empty, BEN, -4_000, LATER)
    assert counts(empty) == 6_000


def test_a_refund_of_an_earlier_years_business_reduces_this_years_never_below_nothing(empty: Year) -> None:
    next_year = Year(empty.books, closing.year_named(empty.session, "2028"))
    business(empty, BEN, 60_000, AFTER)
    business(empty, ANA, 60_000, BEFORE, OTHER)
    empty.close()
    business(next_year, BEN, 10_000, date(2027, 5, 1), None)
    business(next_year, BEN, -8_000, date(2027, 6, 1))
    assert counts(next_year) == 2_000
    business(next_year, BEN, -50_000, date(2027, 6, 2))
    assert counts(next_year) == 0
    # Ana's was bought before she joined, a year ago.
    business(next_year, ANA, 10_000, date(2027, 5, 1), None)
    business(next_year, ANA, -60_000, date(2027, 6, 1), OTHER)
    assert patronage_of(empty.session, next_year.year, {ANA: JOINED}) == {ANA: 10_000}
    # The closed year stays as it was.
    assert counts(empty) == 60_000


def test_the_reasons_of_a_member_add_up_to_their_business(empty: Year) -> None:
    business(empty, BEN, 10_000, BEFORE)
    business(empty, BEN, 10_000, AFTER)
    business(empty, BEN, -8_000, date(2027, 1, 1))
    business(empty, BEN, -5_000, LATER)
    empty.patrons = (Patron(BEN, JOINED),)
    empty.close()
    plan = empty.plan()
    line = line_of(empty.session, plan.id, BEN)
    assert line is not None
    found = [(reason.booked_on, reason.amount_minor) for reason in reasons(empty.session, plan.id, BEN)]
    assert found == [(AFTER, 10_000), (LATER, -3_000)]
    assert line.patronage_minor == sum(amount for _, amount in found)
    assert plan.totals.other_income_minor == 0


@pytest.mark.parametrize("since", [date(2026, 4, 1), JOINED, date(2027, 3, 31)])
def test_what_counts_never_depends_on_the_order_of_the_rows(since: date) -> None:
    entries = [UUID(int=number) for number in range(1, 6)]
    movements = [
        Movement(BEFORE, entries[0], 1, 100, None),
        Movement(AFTER, entries[1], 1, 50, None),
        Movement(LATER, entries[2], 1, -120, None),
        Movement(LATER, entries[3], 1, -50, entries[1]),
        Movement(LATER, entries[4], 1, 120, entries[2]),
    ]
    found = counted(movements, since)
    assert counted(reversed(movements), since) == found
    if since == date(2026, 4, 1):
        assert sum(found.values()) == sum(movement.amount_minor for movement in movements)
