"""Equal shares: examples by hand, the variants, ties, and what must hold for any budget; consent, and the lot."""

import hashlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting import equal_shares
from governance.counting.budget import BudgetResult, StepKind
from governance.counting.consent import CONSENT_REASONS, Answer, ConsentReason, count, count_consent
from governance.counting.errors import EqualPreferences, InvalidProfile
from governance.counting.lots import drawn
from governance.counting.profiles import BudgetProfile, collapsed, collapsed_choices

VARIANTS = [
    equal_shares.count,
    equal_shares.count_cardinality,
    equal_shares.count_raised,
    equal_shares.count_completed,
]


def budget_of(costs: str, budget: int, *ballots: tuple[str, int]) -> BudgetProfile:
    """Put together projects such as "A6 B5" and ballots such as ("AB", 2)."""
    projects = [(word[0], Fraction(word[1:])) for word in costs.split()]
    names = [name for name, _ in projects]
    return collapsed_choices(
        projects,
        [(tuple(names.index(letter) for letter in choice), weight) for choice, weight in ballots],
        budget=Fraction(budget),
    )


def funded(result: BudgetResult) -> str:
    return "".join(result.candidates[index] for index in result.elected)


PATH_POND_SHED = budget_of("A6 B5 C4", 12, ("AB", 2), ("AC", 1), ("C", 1))


def test_supporters_who_have_less_left_pay_all_of_it() -> None:
    result = equal_shares.count(PATH_POND_SHED)
    assert [(step.project, int(step.payment), int(step.left)) for step in result.steps] == [(0, 2, 6), (2, 3, 2)]
    assert (str(result.share), str(result.left)) == ("3", "2")


def test_what_nobody_can_spend_is_left_unless_the_rule_completes() -> None:
    ballots = budget_of("A4 B3 C1", 8, ("AC", 1), ("A", 1), ("B", 2))
    assert funded(equal_shares.count(ballots)) == "AB"
    completed = equal_shares.count_completed(ballots)
    assert (funded(completed), completed.raised, int(completed.share), completed.left) == ("ABC", 1, 3, Fraction(0))


def test_shares_are_raised_past_where_nothing_more_fits_only_in_the_variant_that_says_so() -> None:
    ballots = budget_of("A8 B4", 8, ("A", 2), ("AB", 1), ("B", 1))
    raised, completed = equal_shares.count_raised(ballots), equal_shares.count_completed(ballots)
    assert (funded(raised), raised.raised, raised.left) == ("A", 1, Fraction(0))
    assert (funded(completed), completed.raised, completed.left) == ("B", 0, Fraction(4))


def test_shares_are_not_raised_once_all_that_anybody_approves_is_bought() -> None:
    result = equal_shares.count_raised(budget_of("A3 B2 C1", 12, ("A", 2), ("B", 1)))
    assert (funded(result), result.raised, result.left) == ("AB", 0, Fraction(7))


def test_raising_adds_nothing_that_supporters_do_not_pay_for() -> None:
    assert funded(equal_shares.count_raised(budget_of("A6 B6", 10, ("A", 1), ("B", 1)))) == ""


def test_a_payment_that_does_not_come_out_even_leaves_exact_amounts() -> None:
    ballots = budget_of("A10 B7 C5", 21, ("ABC", 3), ("AC", 4))
    result = equal_shares.count(ballots)
    assert [step.payment for step in result.steps] == [Fraction(10, 7), Fraction(5, 7)]
    assert sum(step.cost for step in result.steps) + result.left == 21


def test_the_most_approved_that_still_fit_are_added_when_raising_would_spend_too_much() -> None:
    result = equal_shares.count_completed(budget_of("A6 B6", 10, ("A", 1), ("B", 1)))
    assert [(step.kind, step.project) for step in result.steps] == [(StepKind.COMPLETED, 0)]
    assert result.steps[0].tie is not None


def test_a_budget_of_many_digits_is_refused_before_its_shares_are_raised_for_years() -> None:
    ballots = budget_of("A900000000000 B1000000", 10**12, ("A", 1), ("B", 1))
    with pytest.raises(InvalidProfile, match="in a larger unit"):
        equal_shares.count_completed(ballots)
    assert funded(equal_shares.count(ballots)) == "B"


def test_cost_utility_buys_what_has_more_supporters_and_cardinality_what_is_cheaper_for_each() -> None:
    ballots = budget_of("A10 B2", 12, ("A", 5), ("B", 3))
    assert funded(equal_shares.count(ballots)) == "B"
    dear_and_cheap = budget_of("A10 B3", 16, ("AB", 2), ("A", 2))
    assert funded(equal_shares.count(dear_and_cheap))[0] == "A"
    assert funded(equal_shares.count_cardinality(dear_and_cheap))[0] == "B"


def test_equal_prices_fall_by_the_lot() -> None:
    ballots = budget_of("A2 B2", 4, ("AB", 2))
    assert funded(equal_shares.count(ballots)) == "AB"
    by_lot = equal_shares.count(ballots, lot=[1, 0])
    assert funded(by_lot) == "BA"
    assert by_lot.to_canonical()["lots"] == [{"stage": 1, "between": ["A", "B"], "chosen": "B"}]


def test_a_blank_ballot_keeps_its_share() -> None:
    result = equal_shares.count(budget_of("A4", 8, ("A", 1), ("", 1)))
    assert (int(result.share), result.blank, funded(result)) == (4, 1, "A")


def test_no_ballots_fund_nothing() -> None:
    for variant in VARIANTS:
        assert funded(variant(budget_of("A4 B3", 8))) == ""


def test_the_published_budget_has_its_amounts_as_strings() -> None:
    published = equal_shares.count(budget_of("A5 B5", 10, ("A", 3))).to_canonical()
    assert published["budget"] == "10"
    assert published["share"] == "3.333333"
    assert published["stages"] == [
        {"event": "Bought: A", "cost": "5", "supporters": 3, "payment": "1.666667", "left": "5"}
    ]


def test_budgets_and_costs_of_nothing_are_refused() -> None:
    with pytest.raises(InvalidProfile, match="above nothing"):
        budget_of("A0", 5)
    with pytest.raises(InvalidProfile, match="above nothing"):
        budget_of("A1", 0)


@st.composite
def budgets(draw: st.DrawFn) -> tuple[BudgetProfile, list[int]]:
    size = draw(st.integers(1, 6))
    projects = [(f"project {index}", Fraction(draw(st.integers(1, 30)))) for index in range(size)]
    choice = st.sets(st.integers(0, size - 1)).map(lambda chosen: tuple(sorted(chosen)))
    ballots = draw(st.lists(st.tuples(choice, st.integers(1, 5)), max_size=8))
    profile = collapsed_choices(projects, ballots, budget=Fraction(draw(st.integers(1, 60))))
    return profile, draw(st.permutations(range(size)))


@given(budgets())
@settings(deadline=None)
def test_no_variant_spends_more_than_the_budget_or_funds_what_nobody_approves(
    case: tuple[BudgetProfile, list[int]],
) -> None:
    profile, lot = case
    for variant in VARIANTS:
        result = variant(profile, lot=lot)
        assert len(set(result.elected)) == len(result.elected)
        assert result.left == profile.budget - sum(profile.costs[index] for index in result.elected) >= 0
        assert all(step.supporters for step in result.steps)
    completed = equal_shares.count_completed(profile, lot=lot)
    approved = {index for choice in profile.ballots for index in choice}
    assert all(profile.costs[index] > completed.left for index in approved - set(completed.elected))


@given(budgets())
@settings(deadline=None)
def test_a_group_that_agrees_and_can_pay_is_not_left_with_nothing(case: tuple[BudgetProfile, list[int]]) -> None:
    profile, lot = case
    result = equal_shares.count(profile, lot=lot)
    for project, cost in enumerate(profile.costs):
        group = [choice for choice in profile.ballots if project in choice]
        if group and sum(profile.ballots[choice] for choice in group) * result.share >= cost:
            assert any(index in result.elected for choice in group for index in choice)


def test_there_is_consent_unless_somebody_objects() -> None:
    agreed = count_consent({Answer.CONSENT: 5, Answer.CONCERN: 2, Answer.STAND_ASIDE: 1})
    assert (agreed.carried, agreed.cast, agreed.reasons) == (True, 8, (ConsentReason.CONSENT,))
    refused = count_consent({Answer.CONSENT: 5, Answer.OBJECT: 1}, quorum_needed=7)
    assert refused.to_canonical() == {
        "consent": 5,
        "concern": 0,
        "stand_aside": 0,
        "objections": 1,
        "cast": 6,
        "quorum_needed": 7,
        "outcome": "lost",
        "reasons": "quorum-not-met objection",
    }


def test_a_concern_is_consent_and_standing_aside_is_not() -> None:
    assert count_consent({Answer.CONCERN: 1}).carried
    assert count_consent({Answer.STAND_ASIDE: 9}).reasons == (ConsentReason.NOBODY_CONSENTED,)
    assert count_consent({}).reasons == (ConsentReason.NOBODY_CONSENTED,)


def test_every_reason_has_a_sentence_that_the_count_of_consent_can_fill() -> None:
    outcome = count_consent({Answer.CONSENT: 2})
    fields = {name: getattr(outcome, name) for name in outcome.__dataclass_fields__}
    assert all(CONSENT_REASONS[reason] % fields for reason in ConsentReason)


def test_a_file_of_consent_names_its_answers() -> None:
    names = ["Consent", "Stand-aside", "OBJECT"]
    assert count(collapsed(names, [(((0,),), 3), (((1,),), 1), ((), 2)])).count.carried
    with pytest.raises(InvalidProfile, match="“Perhaps” is none of the answers"):
        count(collapsed([*names, "Perhaps"], []))
    with pytest.raises(InvalidProfile, match="must be among the answers"):
        count(collapsed(["Consent"], []))
    with pytest.raises(EqualPreferences):
        count(collapsed(names, [(((0, 2),), 1)]))


def test_the_lot_is_derived_from_two_values_as_anybody_can_do_it() -> None:
    drawing = drawn(5, chain_head="ab12", public_value="7 of hearts")
    seed = hashlib.sha256(b"ab12\n7 of hearts").hexdigest()
    keys = [hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest() for number in range(1, 6)]
    assert drawing.seed == seed
    assert [keys[index] for index in drawing.order] == sorted(keys)
    assert drawing.to_canonical()["order"] == [index + 1 for index in drawing.order]


@given(st.text(), st.text(), st.integers(1, 40))
def test_every_drawing_is_an_order_of_all_candidates_and_always_the_same(head: str, value: str, size: int) -> None:
    try:
        f"{head}{value}".encode()
    except UnicodeEncodeError:
        return
    drawing = drawn(size, chain_head=head, public_value=value)
    assert sorted(drawing.order) == list(range(size))
    assert drawn(size, chain_head=head, public_value=value) == drawing
