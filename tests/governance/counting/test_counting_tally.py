"""Rules that add up once, STAR and instant-runoff: who wins, what breaks ties, and what must hold for any ballots."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting import irv, star, tally
from governance.counting.errors import (
    EqualPreferences,
    EqualPreferencesOnLine,
    InvalidLot,
    InvalidProfile,
    InvalidSeats,
    OneSeatOnly,
    SeatsMissing,
    WrongBallots,
)
from governance.counting.profiles import PointsProfile, RankedProfile, collapsed, collapsed_points
from governance.counting.result import CountResult, StageKind
from governance.counting.rules import rule_named


def ranked(*ballots: tuple[str, int], names: str = "ABC", withdrawn: str = "") -> RankedProfile:
    """Put together ballots such as ("BAC", 3) for candidates with names of one letter."""
    return collapsed(
        names,
        [(tuple((names.index(letter),) for letter in ranking), weight) for ranking, weight in ballots],
        withdrawn=[names.index(letter) for letter in withdrawn],
    )


def pointed(
    *ballots: tuple[str, int], names: str = "ABC", withdrawn: str = "", cap: int | None = None
) -> PointsProfile:
    """Put together ballots such as ("503", 2): points for A, B and C."""
    return collapsed_points(
        names,
        [(tuple(map(int, points)), weight) for points, weight in ballots],
        withdrawn=[names.index(letter) for letter in withdrawn],
        cap=cap,
    )


def elected_of(result: CountResult) -> str:
    return "".join(result.candidates[index] for index in result.elected)


def test_plurality_elects_whoever_is_first_on_most_ballots() -> None:
    result = tally.plurality(ranked(("AB", 4), ("BC", 3), ("CB", 3)), 1)
    assert elected_of(result) == "A"
    assert result.to_canonical() == {
        "title": "",
        "rule": "Plurality",
        "arithmetic": "whole votes",
        "seats": 1,
        "ballots": 10,
        "quota": None,
        "elected": ["A"],
        "stages": [{"event": "Begin Count", "votes": {"A": "4", "B": "3", "C": "3"}, "non_transferable": "0"}],
    }


def test_equal_votes_for_the_last_seat_fall_by_the_lot_that_is_brought() -> None:
    ballots = ranked(("A", 4), ("B", 3), ("C", 3))
    assert elected_of(tally.plurality(ballots, 2)) == "AB"
    by_lot = tally.plurality(ballots, 2, lot=[0, 2, 1])
    assert elected_of(by_lot) == "AC"
    assert by_lot.to_canonical()["lots"] == [{"stage": 2, "between": ["B", "C"], "chosen": "C"}]
    assert not tally.plurality(ballots, 3).lots


def test_several_seats_that_fall_by_lot_are_a_stage_each() -> None:
    result = tally.plurality(ranked(("A", 1), ("B", 1), ("C", 1), ("D", 3), names="ABCD"), 3, lot=[2, 1, 0, 3])
    assert elected_of(result) == "DCB"
    assert [stage.kind for stage in result.stages] == [StageKind.FIRST, StageKind.LOT, StageKind.LOT]


def test_a_vote_of_plurality_for_who_has_withdrawn_goes_to_the_next_on_the_ballot() -> None:
    result = tally.plurality(ranked(("AB", 2), ("C", 1), ("A", 5), withdrawn="A"), 1)
    assert (elected_of(result), result.ballots, result.blank) == ("B", 3, 5)


def test_two_first_preferences_are_refused_by_plurality_and_later_ones_are_not() -> None:
    assert elected_of(tally.plurality(collapsed("ABC", [(((0,), (1, 2)), 1)]), 1)) == "A"
    with pytest.raises(
        EqualPreferences, match="Plurality cannot count equal preferences: a ballot ranks A, B together"
    ):
        tally.plurality(collapsed("ABC", [(((0, 1), (2,)), 1)]), 1)


def test_the_line_of_two_first_preferences_is_named_where_it_is_known() -> None:
    profile = RankedProfile(title="", candidates=("A", "B"), seats=1, ballots={((0, 1),): 1}, lines={((0, 1),): 7})
    with pytest.raises(EqualPreferencesOnLine, match=r"^Line 7: Plurality"):
        tally.plurality(profile)


def test_approval_counts_everybody_whom_a_ballot_names() -> None:
    result = tally.approval(collapsed("ABC", [(((0, 1),), 4), (((1,), (2,)), 3)]), 1)
    assert elected_of(result) == "B"
    assert result.stages[0].votes == (4, 7, 3)


def test_score_adds_up_points_and_leaves_out_who_has_withdrawn() -> None:
    ballots = pointed(("540", 3), ("035", 2), ("105", 1), withdrawn="B")
    result = tally.score(ballots, 1)
    assert elected_of(result) == "A"
    assert result.stages[0].votes == (16, 0, 15)


def test_a_ballot_without_points_is_blank() -> None:
    result = tally.dots(pointed(("000", 2), ("100", 3)), 1)
    assert (result.ballots, result.blank) == (3, 2)


def test_the_runoff_of_star_may_elect_who_has_fewer_points() -> None:
    result = star.count(pointed(("540", 3), ("035", 2), ("105", 1)))
    assert result.stages[0].votes == (16, 18, 15)
    assert result.stages[1].votes == (4, 2, 0)
    assert elected_of(result) == "A"


def test_ballots_that_prefer_neither_finalist_are_shown() -> None:
    result = star.count(pointed(("550", 3), ("100", 2), ("000", 9)))
    assert (result.ballots, result.stages[1].non_transferable) == (5, 3)


def test_equal_points_for_the_runoff_are_decided_by_comparison_then_by_highest_scores_then_by_lot() -> None:
    by_comparison = star.count(pointed(("310", 1), ("210", 1), ("140", 1), ("005", 2)))
    assert by_comparison.stages[0].votes == (6, 6, 10)
    tie = by_comparison.stages[1].tie
    assert tie is not None
    assert (tie.tied, tie.chosen, tie.decided_by) == ((0, 1), 0, "head-to-head")
    by_scores = star.count(pointed(("510", 1), ("210", 1), ("020", 1), ("030", 1), ("005", 2)))
    assert by_scores.stages[0].votes == (7, 7, 10)
    tie = by_scores.stages[1].tie
    assert tie is not None
    assert (tie.tied, tie.chosen, tie.decided_by) == ((0, 1), 0, "highest scores")
    by_lot = star.count(pointed(("100", 1), ("010", 1), ("002", 1)), lot=[1, 0, 2])
    assert by_lot.lots[0][1].lot_between == (0, 1)
    assert by_lot.lots[0][1].chosen == 1


def test_a_tied_runoff_goes_to_more_points_then_to_more_highest_scores_then_to_the_lot() -> None:
    by_points = star.count(pointed(("50", 1), ("01", 1), names="AB"))
    assert by_points.stages[1].tie is not None
    assert (elected_of(by_points), by_points.stages[1].tie.decided_by) == ("A", "points")
    by_scores = star.count(pointed(("35", 1), ("42", 1), names="AB"))
    assert by_scores.stages[1].tie is not None
    assert (elected_of(by_scores), by_scores.stages[1].tie.decided_by) == ("B", "highest scores")
    by_lot = star.count(pointed(("50", 1), ("05", 1), names="AB"), lot=[1, 0])
    assert elected_of(by_lot) == "B"
    assert by_lot.to_canonical()["lots"] == [{"stage": 2, "between": ["A", "B"], "chosen": "B"}]


def test_several_seats_of_star_are_filled_one_after_the_other() -> None:
    result = star.count(pointed(("540", 3), ("035", 2), ("105", 1)), 3)
    assert elected_of(result) == "ABC"
    assert [stage.kind for stage in result.stages] == [
        StageKind.FIRST,
        StageKind.RUNOFF,
        StageKind.FIRST,
        StageKind.RUNOFF,
        StageKind.FIRST,
    ]


def test_more_stars_than_there_are_are_refused_unless_the_ballot_paper_allows_them() -> None:
    with pytest.raises(InvalidProfile, match="more than 5 points"):
        star.count(pointed(("900", 1)))
    assert elected_of(star.count(pointed(("900", 1), cap=9))) == "A"


@pytest.mark.parametrize(
    ("points", "limits", "message"),
    [
        ((1, 2), {}, "one number for each candidate"),
        ((1, -1, 0), {}, "fewer than no points"),
        ((4, 0, 0), {"cap": 3}, "more than 3 points"),
        ((3, 3, 0), {"cap": 3, "dots": 5}, "more than 5 points"),
    ],
)
def test_points_that_no_ballot_paper_allows_are_refused(
    points: tuple[int, ...], limits: dict[str, int], message: str
) -> None:
    with pytest.raises(InvalidProfile, match=message):
        collapsed_points("ABC", [(points, 1)], cap=limits.get("cap"), dots=limits.get("dots"))


def test_instant_runoff_needs_more_than_half_of_the_votes_still_in_the_count() -> None:
    result = irv.count(ranked(("AC", 6), ("BC", 5), ("CB", 4), ("D", 1), names="ABCD"))
    assert elected_of(result) == "B"
    assert [stage.quota for stage in result.stages] == [9, 8, 8]
    assert [stage.non_transferable for stage in result.stages] == [0, 1, 1]


def test_exactly_half_is_not_enough_in_instant_runoff() -> None:
    result = irv.count(ranked(("A", 4), ("B", 2), ("CB", 2)))
    assert len(result.stages) > 1


def test_a_tie_in_instant_runoff_is_broken_by_an_earlier_stage_before_the_lot() -> None:
    result = irv.count(ranked(("A", 5), ("B", 4), ("CB", 3), ("DC", 1), names="ABCD"))
    tie = result.stages[2].tie
    assert tie is not None
    assert (tie.tied, tie.chosen, tie.decided_at_stage) == ((1, 2), 2, 1)
    by_lot = irv.count(ranked(("A", 3), ("B", 1), ("C", 1)), lot=[2, 1, 0])
    assert elected_of(by_lot) == "A"
    assert irv.count(ranked(("A", 2), ("B", 1), ("C", 1)), lot=[2, 1, 0]).lots[0][1].chosen == 2


def test_instant_runoff_elects_one_only() -> None:
    with pytest.raises(OneSeatOnly, match="Instant-runoff voting elects one, not 2"):
        irv.count(ranked(("A", 1)), 2)


def test_a_rule_refuses_ballots_of_another_kind() -> None:
    with pytest.raises(WrongBallots, match="star counts points; these ballots hold rankings"):
        rule_named("star").count(ranked(("A", 1)))


RANKED_RULES = ["plurality", "approval", "irv", "schulze", "schulze-margins", "ranked-pairs", "meek-stv", "meek-stv-9"]


@pytest.mark.parametrize("name", RANKED_RULES)
def test_one_ballot_no_ballots_and_nobody_standing_give_a_result(name: str) -> None:
    rule = rule_named(name)
    assert rule.count(ranked(("BAC", 1)), 1).elected[0] == (0 if name == "approval" else 1)
    nobody_voted = rule.count(ranked(), 1, lot=[2, 1, 0])
    assert len(nobody_voted.elected) == 1
    assert "lots" in nobody_voted.to_canonical()
    assert rule.count(ranked(("A", 1), withdrawn="ABC"), 1).elected == ()


@pytest.mark.parametrize("name", ["score", "star", "dots"])
def test_one_ballot_and_no_ballots_with_points_give_a_result(name: str) -> None:
    rule = rule_named(name)
    assert rule.count(pointed(("010", 1)), 1).elected == (1,)
    assert rule.count(pointed(), 1, lot=[2, 1, 0]).elected == (2,)


@pytest.mark.parametrize("name", [name for name in RANKED_RULES if name != "irv"])
def test_fewer_candidates_than_seats_are_all_elected_by_every_rule(name: str) -> None:
    assert set(rule_named(name).count(ranked(("AB", 3), ("C", 1)), 7).elected) == {0, 1, 2}


@pytest.mark.parametrize("name", RANKED_RULES)
def test_a_bad_lot_or_number_of_seats_is_refused_by_every_rule(name: str) -> None:
    with pytest.raises(InvalidLot):
        rule_named(name).count(ranked(("A", 1)), 1, lot=[0, 0, 1])
    with pytest.raises(InvalidSeats):
        rule_named(name).count(ranked(("A", 1)), 0)


@pytest.mark.parametrize("name", ["plurality", "approval", "meek-stv", "meek-stv-9"])
def test_rules_for_several_seats_must_be_told_how_many(name: str) -> None:
    with pytest.raises(SeatsMissing):
        rule_named(name).count(ranked(("A", 1)))


@st.composite
def ranked_elections(draw: st.DrawFn) -> tuple[RankedProfile, list[int]]:
    """Any small election by rankings, with blank ballots, withdrawn candidates and a lot."""
    size = draw(st.integers(1, 6))
    ranking = st.permutations(range(size)).flatmap(
        lambda order: st.integers(0, size).map(lambda length: tuple((index,) for index in order[:length]))
    )
    ballots = draw(st.lists(st.tuples(ranking, st.integers(1, 9)), max_size=12))
    withdrawn = draw(st.sets(st.integers(0, size - 1), max_size=2))
    lot = draw(st.permutations(range(size)))
    return collapsed([f"candidate {index}" for index in range(size)], ballots, withdrawn=withdrawn), lot


@given(ranked_elections())
@settings(deadline=None)
def test_votes_are_conserved_at_every_stage_of_instant_runoff(election: tuple[RankedProfile, list[int]]) -> None:
    profile, lot = election
    result = irv.count(profile, lot=lot)
    assert all(sum(stage.votes) + stage.non_transferable == result.ballots for stage in result.stages)
    for before, after in pairwise(result.stages):
        assert sum(transfer.amount for transfer in after.transfers) == after.amount
        assert all(later >= earlier for earlier, later in zip(before.votes, after.votes, strict=True) if later)
    if result.elected:
        winner = result.stages[-1].votes[result.elected[0]]
        assert all(2 * votes <= sum(result.stages[-1].votes) or votes == winner for votes in result.stages[-1].votes)


@given(ranked_elections(), st.integers(1, 6))
@settings(deadline=None)
def test_nobody_left_out_has_more_votes_than_somebody_elected(
    election: tuple[RankedProfile, list[int]], seats: int
) -> None:
    profile, lot = election
    for count in (tally.plurality, tally.approval):
        result = count(profile, seats, lot)
        votes = result.stages[0].votes
        left = set(profile.standing) - set(result.elected)
        assert len(result.elected) == min(seats, len(profile.standing))
        assert all(votes[one] >= votes[other] for one in result.elected for other in left)
