"""Payments of several years' shares: each fills the oldest first, and nobody holds what was not distributed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from coop import clock, cooperative
from coop.books.operations import open_year
from coop.membership.patrons import patrons
from coop.payments.payouts import checks
from coop.payments.payouts.disbursements import ToPay, record_payment
from coop.payments.payouts.returning import record_return
from coop.payments.payouts.surplus_shares import allocate, paid_by_plan, paid_of_share
from coop.permissions import Power
from coop.reports.distribution import distribution
from ledger.chart import BANK, FELLOWSHIP_INCOME, GENERAL_RESERVE, PATRONAGE_PAYABLE, RETAINED_PATRONAGE
from ledger.posting import Line
from ledger.surplus.plan import plan_of, prepare
from ledger.surplus.posting import post_plan
from ledger.years import periods
from tests import joining, sharing_out
from tests.sharing_out import CLOSED, POSTED, Story

FIRST, SECOND = UUID(int=1), UUID(int=2)
MAY, JUNE, JULY = date(2027, 5, 1), date(2027, 6, 1), date(2027, 7, 1)


def test_a_payment_fills_the_oldest_share_and_then_the_next() -> None:
    shares = [(FIRST, 100), (SECOND, 50)]
    assert allocate(shares, []) == {FIRST: [], SECOND: []}
    assert allocate(shares, [(MAY, 60), (JUNE, 60), (JULY, 30)]) == {
        FIRST: [(MAY, 60), (JUNE, 40)],
        SECOND: [(JUNE, 20), (JULY, 30)],
    }


def test_a_share_without_cash_takes_nothing_and_what_is_too_much_goes_to_none() -> None:
    assert allocate([(FIRST, 0), (SECOND, 50)], [(MAY, 80), (JUNE, 1)]) == {FIRST: [], SECOND: [(MAY, 50)]}
    assert allocate([], [(MAY, 80)]) == {}


@given(cash=st.lists(st.integers(0, 10**9), max_size=6), paid=st.lists(st.integers(1, 10**9), max_size=6))
def test_nothing_is_lost_or_made_and_a_year_begins_when_the_one_before_is_paid(
    cash: list[int], paid: list[int]
) -> None:
    shares = [(UUID(int=number), amount) for number, amount in enumerate(cash)]
    found = [sum(amount for _, amount in parts) for parts in allocate(shares, [(MAY, one) for one in paid]).values()]
    assert sum(found) == min(sum(cash), sum(paid))
    assert all(amount <= most for amount, most in zip(found, cash, strict=True))
    begun = max((place for place, amount in enumerate(found) if amount), default=0)
    assert found[:begun] == cash[:begun]


@pytest.fixture
def years(session: Session) -> list[tuple[Story, UUID]]:
    """Two years whose surplus was distributed, each with its plan; the board's member gets 183.75 in money, then 315.00."""
    joining.found(session)
    story = sharing_out.live(session)
    first = _distributed(session, story)
    with story.at(CLOSED):
        open_year(session, joining.founder(session, "treasurer"))
        sharing_out.sell(session, story, "board", 90_000, FELLOWSHIP_INCOME)
    year = periods.fiscal_years(session)[1]
    next_story = replace(story, year_id=year.id, ends_on=year.ends_on)
    return [(story, first), (next_story, _posted(session, next_story))]


def _distributed(session: Session, story: Story) -> UUID:
    with story.at(CLOSED):
        sharing_out.close(session, story)
        plan_id = sharing_out.plan(session, story)
    with story.at(POSTED):
        sharing_out.decide(session, story, plan_id)
        sharing_out.distribute(session, plan_id)
    return plan_id


def _posted(session: Session, story: Story) -> UUID:
    """Close a year and post its surplus without a vote: by then the terms of those who were elected are over."""
    with story.at(POSTED):
        sharing_out.close(session, story)
        whose, now, today = list(patrons(session)), clock.now(), cooperative.today(session)
        plan_id = prepare(session, year_id=story.year_id, rates=sharing_out.RATES, patrons=whose, now=now)
        fingerprint = plan_of(session, plan_id).fingerprint
        post_plan(
            session,
            plan_id=plan_id,
            fingerprint=fingerprint,
            patrons=whose,
            decided_on=today,
            decision_ref=uuid4(),
            now=now,
        )
    return plan_id


def pay(session: Session, name: str, amount_minor: int) -> UUID:
    """Record a payment as whoever is treasurer then, and return its id."""
    return record_payment(
        session,
        replace(joining.founder(session, "treasurer"), powers=frozenset({Power.TREASURER})),
        account_code=PATRONAGE_PAYABLE,
        lines=[ToPay(joining.participant_of(session, _person(session, name)), amount_minor)],
        paid_on=cooperative.today(session),
        form_token=uuid4(),
    )


def test_what_is_paid_in_a_later_year_is_first_of_the_earlier_years_share(
    session: Session, years: list[tuple[Story, UUID]]
) -> None:
    (story, first), (next_story, second) = years
    board = joining.participant_of(session, _person(session, "board"))
    treasurer = joining.participant_of(session, _person(session, "treasurer"))

    def told() -> list[int]:
        report = distribution(session, story.year_id)
        assert report is not None
        assert report.decided is not None
        assert report.decided.paid_minor == paid_by_plan(session, first)
        return [paid_by_plan(session, plan_id) for plan_id in (first, second)]

    assert told() == [0, 0]
    with next_story.at(POSTED):
        today = cooperative.today(session)
        pay(session, "board", 20_000)
        assert paid_of_share(session, board, first) == [(today, 18_375)]
        assert paid_of_share(session, board, second) == [(today, 1_625)]
        assert told() == [18_375, 1_625]
        pay(session, "board", 29_875)
        pay(session, "treasurer", 7_875)
        assert paid_of_share(session, board, second) == [(today, 1_625), (today, 29_875)]
        assert paid_of_share(session, treasurer, first) == [(today, 7_875)]
        assert paid_of_share(session, treasurer, second) == []
        # The whole cash part of each year, and never more.
        assert told() == [26_250, 31_500]
    assert checks.findings(session) == []


def test_a_share_whose_payment_came_back_is_not_paid_and_is_paid_anew(
    session: Session, years: list[tuple[Story, UUID]]
) -> None:
    (_, first), (next_story, second) = years
    board = joining.participant_of(session, _person(session, "board"))
    with next_story.at(POSTED):
        today = cooperative.today(session)
        disbursement_id = pay(session, "board", 20_000)
        record_return(
            session,
            replace(joining.founder(session, "treasurer"), powers=frozenset({Power.TREASURER})),
            disbursement_id=disbursement_id,
            participant_ids=[board],
            returned_on=today,
            reason="No such account",
        )
        assert [paid_of_share(session, board, plan_id) for plan_id in (first, second)] == [[], []]
        assert [paid_by_plan(session, plan_id) for plan_id in (first, second)] == [0, 0]
        assert checks.findings(session) == []
        pay(session, "board", 18_375)
        assert paid_of_share(session, board, first) == [(today, 18_375)]
    assert checks.findings(session) == []


def _person(session: Session, name: str) -> UUID:
    person_id = joining.founder(session, name).person_id
    assert person_id is not None
    return person_id


@pytest.mark.tampers
@pytest.mark.parametrize(
    "lines",
    [
        lambda party: (Line(GENERAL_RESERVE, 5_000), Line(PATRONAGE_PAYABLE, -5_000, party)),
        lambda party: (Line(RETAINED_PATRONAGE, 5_000, party), Line(PATRONAGE_PAYABLE, -5_000, party)),
        lambda party: (Line(PATRONAGE_PAYABLE, 5_000, party), Line(BANK, -5_000)),
        lambda party: (Line(RETAINED_PATRONAGE, 5_000, party), Line(RETAINED_PATRONAGE, -5_000, uuid4())),
    ],
)
def test_the_checks_find_what_stands_for_a_member_and_was_not_distributed(
    session: Session, years: list[tuple[Story, UUID]], lines: Callable[[UUID], tuple[Line, ...]]
) -> None:
    story, _ = years[1]
    party = story.party["board"]
    with story.at(POSTED):
        # Past the rooms, as somebody with the database in their hands would.
        booked = lines(party)
        sharing_out.book(session, *booked)
        found = sorted(str(finding) for finding in checks.findings(session))
        kept = [line for line in booked if line.account in {PATRONAGE_PAYABLE, RETAINED_PATRONAGE}]
        assert found == sorted(
            f"patronage-not-decided: account {line.account}, party {line.party_ref}:"
            f" out by {-line.amount_minor} from what was distributed and paid"
            for line in kept
        )
        pay(session, "board", 100)
        assert sorted(str(finding) for finding in checks.findings(session)) == found
