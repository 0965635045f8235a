"""Schulze and ranked pairs: examples by hand, equal preferences, ties, and what must hold for any ballots."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting import ranked_pairs, schulze
from governance.counting.pairwise import PairwiseResult
from governance.counting.profiles import RankedProfile, Ranking, collapsed

RULES = [schulze.count, schulze.count_margins, ranked_pairs.count]


def profile_of(*ballots: tuple[str, int], names: str = "ABC", withdrawn: str = "") -> RankedProfile:
    """Put together ballots such as ("B AC", 3): a blank parts the ranks."""
    return collapsed(
        names,
        [(tuple(tuple(map(names.index, rank)) for rank in ranking.split()), weight) for ranking, weight in ballots],
        withdrawn=[names.index(letter) for letter in withdrawn],
    )


def order_of(result: PairwiseResult) -> str:
    return "".join(result.candidates[index] for index in result.order)


CIRCLE = profile_of(("C", 3), ("A B", 4), ("B C A", 2))
#: The example with 45 ballots in M. Schulze's paper of 2011: the order is E A C B D.
FORTY_FIVE = profile_of(
    ("A C B E D", 5),
    ("A D E C B", 5),
    ("B E D A C", 8),
    ("C A B E D", 3),
    ("C A E B D", 7),
    ("C B A D E", 2),
    ("D C E B A", 7),
    ("E B A D C", 8),
    names="ABCDE",
)


def test_schulze_counts_the_example_of_its_inventor() -> None:
    result = schulze.count(FORTY_FIVE)
    assert order_of(result) == "EACBD"
    assert result.paths is not None
    assert [path for path in result.paths[4] if path] == [25, 28, 28, 31]


def test_winning_votes_and_margins_may_elect_different_people() -> None:
    assert [order_of(count(CIRCLE)) for count in RULES] == ["BCA", "ABC", "BCA"]


def test_a_ballot_prefers_whom_it_names_to_whom_it_does_not_and_is_neutral_among_equals() -> None:
    preferences = schulze.count(profile_of(("AB", 2), ("C AB", 1))).preferences
    assert preferences == ((0, 0, 2), (0, 0, 2), (1, 1, 0))


def test_ranked_pairs_leaves_out_the_pair_that_closes_a_circle() -> None:
    result = ranked_pairs.count(CIRCLE)
    assert [(pair.winner, pair.loser, pair.votes, pair.against, pair.locked) for pair in result.pairs] == [
        (1, 2, 6, 3, True),
        (2, 0, 5, 4, True),
        (0, 1, 4, 2, False),
    ]


def test_of_equal_pairs_the_one_with_fewer_against_it_is_locked_first() -> None:
    result = ranked_pairs.count(profile_of(("A B", 4), ("B A", 1), ("C", 1), ("C A", 2), ("B C", 4)))
    pairs = [(pair.votes, pair.against) for pair in result.pairs]
    assert pairs == sorted(pairs, key=lambda pair: (-pair[0], pair[1]))


def test_equal_places_fall_by_lot() -> None:
    for count in RULES:
        result = count(profile_of(("A", 1), ("B", 1)), 1, [2, 1, 0])
        assert order_of(result) == "BAC"
        assert result.to_canonical()["lots"] == [{"stage": 1, "between": ["A", "B"], "chosen": "B"}]


def test_several_seats_go_to_the_first_of_the_order() -> None:
    assert schulze.count(FORTY_FIVE, 3).elected == (4, 0, 2)


def test_who_has_withdrawn_is_compared_with_nobody() -> None:
    published = schulze.count(profile_of(("A B", 3), ("B C", 2), withdrawn="A")).to_canonical()
    assert published["preferences"] == {"B": {"C": "5"}, "C": {"B": "0"}}
    assert published["order"] == ["B", "C"]


def test_the_published_form_has_the_comparisons_as_strings() -> None:
    published = ranked_pairs.count(CIRCLE).to_canonical()
    assert (published["elected"], published["ballots"], published["quota"]) == (["B"], 9, None)
    pairs = published["pairs"]
    assert isinstance(pairs, list)
    assert pairs[2] == {"winner": "A", "loser": "B", "votes": "4", "against": "2", "locked": "no"}
    assert "strongest_paths" not in published
    assert schulze.count(CIRCLE).to_canonical()["strongest_paths"] == {
        "A": {"B": "4", "C": "4"},
        "B": {"A": "5", "C": "6"},
        "C": {"A": "5", "B": "4"},
    }


@st.composite
def elections(draw: st.DrawFn) -> tuple[RankedProfile, list[int]]:
    """Any small election, equal preferences, blank ballots and withdrawn candidates among it."""
    size = draw(st.integers(1, 5))
    places = st.lists(st.integers(0, size), min_size=size, max_size=size).map(_by_places)
    ballots = draw(st.lists(st.tuples(places, st.integers(1, 9)), max_size=10))
    withdrawn = draw(st.sets(st.integers(0, size - 1), max_size=1))
    lot = draw(st.permutations(range(size)))
    return collapsed([f"candidate {index}" for index in range(size)], ballots, withdrawn=withdrawn), lot


def _by_places(places: list[int]) -> Ranking:
    """Rank candidates by the place each is given, those at 0 not at all."""
    return tuple(
        tuple(index for index, given in enumerate(places) if given == place) for place in sorted(set(places) - {0})
    )


@given(elections())
@settings(deadline=None)
def test_comparisons_are_those_of_every_single_ballot(election: tuple[RankedProfile, list[int]]) -> None:
    profile, lot = election
    preferences = schulze.count(profile, 1, lot).preferences
    for one, other in itertools.permutations(profile.standing, 2):
        places = [
            ({index: at for at, rank in enumerate(ranking) for index in rank}, weight)
            for ranking, weight in profile.ballots.items()
        ]
        assert preferences[one][other] == sum(
            weight for place, weight in places if place.get(one, 99) < place.get(other, 99)
        )


@given(elections())
@settings(deadline=None)
def test_whoever_beats_everybody_is_elected_and_whoever_loses_to_everybody_comes_last(
    election: tuple[RankedProfile, list[int]],
) -> None:
    profile, lot = election
    for count in RULES:
        result = count(profile, 1, lot)
        assert sorted(result.order) == sorted(profile.standing)
        for one in profile.standing:
            others = [other for other in profile.standing if other != one]
            if all(result.preferences[one][other] > result.preferences[other][one] for other in others):
                assert result.order[0] == one
            if others and all(result.preferences[one][other] < result.preferences[other][one] for other in others):
                assert result.order[-1] == one


@given(elections())
@settings(deadline=None)
def test_the_strongest_paths_are_those_among_all_paths(election: tuple[RankedProfile, list[int]]) -> None:
    profile, lot = election
    result = schulze.count(profile, 1, lot)
    assert result.paths is not None
    wins = result.preferences
    for one, other in itertools.permutations(profile.standing, 2):
        between = [index for index in profile.standing if index not in {one, other}]
        paths = [
            (one, *via, other) for size in range(len(between) + 1) for via in itertools.permutations(between, size)
        ]
        steps = [[(a, b) for a, b in itertools.pairwise(path)] for path in paths]
        strongest = max(min(wins[a][b] if wins[a][b] > wins[b][a] else 0 for a, b in path) for path in steps)
        assert result.paths[one][other] == strongest


@pytest.mark.parametrize("count", RULES)
@given(election=elections())
@settings(deadline=None, max_examples=40)
def test_turning_the_ballot_paper_round_elects_the_same(
    count: object, election: tuple[RankedProfile, list[int]]
) -> None:
    assert callable(count)
    profile, lot = election
    last = len(profile.candidates) - 1
    turned = collapsed(
        reversed(profile.candidates),
        [
            (tuple(tuple(last - index for index in rank) for rank in ranking), weight)
            for ranking, weight in profile.ballots.items()
        ],
        withdrawn=[last - index for index in profile.withdrawn],
    )
    ours, theirs = count(profile, 1, lot), count(turned, 1, [last - index for index in lot])
    assert [last - index for index in ours.order] == list(theirs.order)
