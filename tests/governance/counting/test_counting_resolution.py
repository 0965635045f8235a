"""Resolutions: the arithmetic of quorum, base and threshold at its edges."""

import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting.errors import ImpossibleTally, InvalidResolutionRule
from governance.counting.resolution import (
    REASONS,
    Base,
    Reason,
    ResolutionCount,
    ResolutionRule,
    count_resolution,
)


def rule_of(
    threshold: str = "more-than 1/2", *, base: Base = Base.FOR_AND_AGAINST, quorum: str = "0/1", minimum: int = 0
) -> ResolutionRule:
    comparison, share = threshold.split()
    above, below = share.split("/")
    part, whole = quorum.split("/")
    return ResolutionRule(
        quorum_numerator=int(part),
        quorum_denominator=int(whole),
        quorum_minimum=minimum,
        base=base,
        threshold_numerator=int(above),
        threshold_denominator=int(below),
        strictly_more=comparison == "more-than",
    )


def test_at_least_three_quarters_and_more_than_three_quarters_differ_by_one_vote() -> None:
    at_least = count_resolution(rule_of("at-least 3/4"), for_votes=75, against=25, abstain=0, roll=100)
    more_than = count_resolution(rule_of("more-than 3/4"), for_votes=75, against=25, abstain=0, roll=100)
    assert (at_least.threshold_needed, at_least.carried) == (75, True)
    assert (more_than.threshold_needed, more_than.carried) == (76, False)


@pytest.mark.parametrize("threshold", ["at-least 1/2", "more-than 1/2", "at-least 1/4"])
@pytest.mark.parametrize("base", list(Base))
def test_a_tie_is_lost_whatever_the_threshold(threshold: str, base: Base) -> None:
    outcome = count_resolution(rule_of(threshold, base=base), for_votes=5, against=5, abstain=0, roll=10)
    assert not outcome.carried
    assert Reason.TIED in outcome.reasons


@pytest.mark.parametrize("base", list(Base))
def test_a_resolution_on_which_nobody_votes_is_lost(base: Base) -> None:
    outcome = count_resolution(rule_of(base=base), for_votes=0, against=0, abstain=0, roll=0)
    assert not outcome.carried
    assert outcome.reasons == (Reason.NOBODY_VOTED,)


def test_abstentions_alone_carry_nothing() -> None:
    outcome = count_resolution(rule_of("at-least 1/2"), for_votes=0, against=0, abstain=9, roll=9)
    assert outcome.quorum_met
    assert outcome.reasons == (Reason.TOO_FEW_FOR,)


def test_abstentions_count_for_the_quorum() -> None:
    rule = rule_of(quorum="1/2")
    assert count_resolution(rule, for_votes=1, against=0, abstain=4, roll=10).carried
    assert not count_resolution(rule, for_votes=1, against=0, abstain=3, roll=10).carried


def test_the_quorum_is_the_greater_of_share_and_number_rounded_up() -> None:
    rule = rule_of(quorum="1/4", minimum=3)
    assert [rule.quorum_needed(roll) for roll in (0, 4, 12, 13, 16, 17)] == [3, 3, 3, 4, 4, 5]


def test_no_vote_exceeds_the_roll() -> None:
    with pytest.raises(ImpossibleTally, match="11 votes cannot have been cast on a roll of 10"):
        count_resolution(rule_of(), for_votes=6, against=5, abstain=0, roll=10)
    with pytest.raises(ImpossibleTally):
        count_resolution(rule_of(), for_votes=-1, against=5, abstain=0, roll=10)


@pytest.mark.parametrize(
    ("threshold", "quorum", "minimum"),
    [
        ("at-least 0/1", "0/1", 0),
        ("at-least 3/2", "0/1", 0),
        ("more-than 1/1", "0/1", 0),
        ("at-least 1/0", "0/1", 0),
        ("at-least 1/2", "2/1", 0),
        ("at-least 1/2", "0/0", 0),
        ("at-least 1/2", "-1/2", 0),
        ("at-least 1/2", "0/1", -1),
    ],
)
def test_a_rule_without_meaning_is_refused(threshold: str, quorum: str, minimum: int) -> None:
    with pytest.raises(InvalidResolutionRule, match="does not work"):
        rule_of(threshold, quorum=quorum, minimum=minimum)


def test_unanimity_can_be_asked_for() -> None:
    rule = rule_of("at-least 1/1", base=Base.ROLL)
    assert count_resolution(rule, for_votes=9, against=0, abstain=0, roll=9).carried
    assert not count_resolution(rule, for_votes=8, against=0, abstain=1, roll=9).carried


rules = st.builds(
    ResolutionRule,
    quorum_numerator=st.integers(0, 4),
    quorum_denominator=st.integers(4, 9),
    quorum_minimum=st.integers(0, 6),
    base=st.sampled_from(Base),
    threshold_numerator=st.integers(1, 5),
    threshold_denominator=st.integers(6, 9),
    strictly_more=st.booleans(),
)
tallies = st.tuples(*[st.integers(0, 30)] * 4)


@given(rules, tallies)
@settings(deadline=None)
def test_what_is_needed_is_the_fewest_votes_for_that_carry_it(
    rule: ResolutionRule, tally: tuple[int, int, int, int]
) -> None:
    for_votes, against, abstain, away = tally
    roll = for_votes + against + abstain + away
    outcome = count_resolution(rule, for_votes=for_votes, against=against, abstain=abstain, roll=roll)
    enough = for_votes >= outcome.threshold_needed
    assert outcome.carried == (outcome.quorum_met and enough)
    share = Fraction(rule.threshold_numerator, rule.threshold_denominator) * outcome.base_votes
    by_fractions = for_votes > share if rule.strictly_more else for_votes >= share
    assert enough == (by_fractions and for_votes > against)


@given(rules, tallies)
@settings(deadline=None)
def test_one_more_vote_for_never_loses_what_was_carried(rule: ResolutionRule, tally: tuple[int, int, int, int]) -> None:
    for_votes, against, abstain, away = tally
    roll = for_votes + against + abstain + away + 1
    if count_resolution(rule, for_votes=for_votes, against=against, abstain=abstain, roll=roll).carried:
        assert count_resolution(rule, for_votes=for_votes + 1, against=against, abstain=abstain, roll=roll).carried


@given(rules, tallies)
@settings(deadline=None)
def test_rule_and_outcome_come_back_from_their_records(rule: ResolutionRule, tally: tuple[int, int, int, int]) -> None:
    for_votes, against, abstain, away = tally
    roll = for_votes + against + abstain + away
    outcome = count_resolution(rule, for_votes=for_votes, against=against, abstain=abstain, roll=roll)
    assert ResolutionRule.from_canonical(rule.to_canonical()) == rule
    assert ResolutionCount.from_canonical(outcome.to_canonical()) == outcome
    written = [*rule.to_canonical().values(), *outcome.to_canonical().values()]
    assert {type(value) for value in written} == {int, str}


def test_a_record_with_a_word_nobody_wrote_is_no_record() -> None:
    with pytest.raises(ValueError, match="expected 'more-than' or 'at-least'"):
        ResolutionRule.from_canonical(rule_of().to_canonical() | {"comparison": "about"})


def test_every_reason_has_a_sentence_that_the_outcome_can_fill() -> None:
    assert set(REASONS) == set(Reason)
    fields = set(ResolutionCount.__dataclass_fields__)
    for sentence in REASONS.values():
        assert set(re.findall(r"%\((\w+)\)", sentence)) <= fields
