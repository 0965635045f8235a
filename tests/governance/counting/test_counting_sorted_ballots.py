"""Ballots as a database holds them count as the same ballots read one by one, and bad ones are found."""

import json
from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from governance.counting.errors import InvalidProfile
from governance.counting.profiles import RankedProfile, collapsed
from governance.counting.rules import RULES, rule_named
from governance.counting.sorted_ballots import SortedBallots

# One code begins as another does, and the last sorts before all.
CODES = ("c1", "c10", "c2", "d", "c", "1")
RULES_OF_RANKINGS = [name for name, rule in RULES.items() if rule.ballots is RankedProfile and name != "consent"]


def text(ranking: tuple[int, ...]) -> str:
    return json.dumps([CODES[index] for index in ranking], separators=(",", ":"))


rankings = st.permutations(range(len(CODES))).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda length: tuple(order[:length]))
)


@given(
    st.dictionaries(rankings, st.integers(1, 10**9), max_size=40),
    st.sets(st.integers(0, 5), max_size=4),
    st.integers(1, 4),
    st.permutations(range(len(CODES))),
)
@settings(deadline=None, max_examples=150)
@example({(): 3}, set(), 1, [0, 1, 2, 3, 4, 5])
@example({}, set(), 2, [0, 1, 2, 3, 4, 5])
def test_every_rule_counts_them_as_if_they_were_read(
    ballots: dict[tuple[int, ...], int], withdrawn: set[int], seats: int, lot: list[int]
) -> None:
    plain = collapsed(
        CODES,
        ((tuple((index,) for index in ranking), weight) for ranking, weight in ballots.items()),
        withdrawn=withdrawn,
    )
    stored = RankedProfile(
        title="",
        candidates=CODES,
        seats=None,
        ballots=SortedBallots(CODES, [(text(ranking), weight) for ranking, weight in ballots.items()]),
        withdrawn=frozenset(withdrawn),
    )
    assert stored == plain
    assert len(stored.ballots) == len(plain.ballots)
    for name in RULES_OF_RANKINGS:
        wanted = 1 if name == "irv" else seats
        assert rule_named(name).count(stored, wanted, lot) == rule_named(name).count(plain, wanted, lot), name


#: Every ranking there can be, each with a weight of its own: enough for long beginnings that many share.
EVERY_RANKING = {
    ranking: 1 + number * number % 9973
    for number, ranking in enumerate(order for length in range(7) for order in permutations(range(6), length))
}


@pytest.mark.parametrize("withdrawn", [set(), {1, 4}])
@pytest.mark.parametrize("rule", ["schulze", "schulze-margins", "ranked-pairs"])
def test_what_many_ballots_begin_with_is_compared_as_if_each_were_read(rule: str, withdrawn: set[int]) -> None:
    read = [(tuple((index,) for index in ranking), weight) for ranking, weight in EVERY_RANKING.items()]
    plain = collapsed(CODES, read, withdrawn=withdrawn)
    texts = [(text(ranking), weight) for ranking, weight in EVERY_RANKING.items()]
    stored = RankedProfile(
        title="",
        candidates=CODES,
        seats=None,
        ballots=SortedBallots(CODES, texts),
        withdrawn=frozenset(withdrawn),
    )
    assert rule_named(rule).count(stored, 1) == rule_named(rule).count(plain, 1)


@pytest.mark.parametrize(
    ("bad", "cause"),
    [
        ('["c1","c10","c1"]', "a candidate twice"),
        ('["c1","c10","c2","d","c","c10"]', "a candidate twice"),
        ('["c1","c10","c2","d","c","1","c1"]', "a candidate twice"),
        ('["c1","c10","c2","d","c","9"]', "a candidate who does not exist"),
        ('["c1","c10","9"]', "a candidate who does not exist"),
    ],
)
def test_a_bad_ballot_is_found_behind_a_beginning_that_many_share(bad: str, cause: str) -> None:
    texts = [(text(ranking), weight) for ranking, weight in EVERY_RANKING.items()]
    ballots = SortedBallots(CODES, [*texts, (bad, 1)])
    profile = RankedProfile(title="", candidates=CODES, seats=1, ballots=ballots)
    with pytest.raises(InvalidProfile, match=cause):
        rule_named("schulze").count(profile)


@pytest.mark.parametrize(
    ("texts", "cause"),
    [
        ([('["c1","c9"]', 1), ('["c1"]', 1)], "a candidate who does not exist"),
        ([('["c1","c1"]', 1), ('["d"]', 1)], "a candidate twice"),
    ],
)
@pytest.mark.parametrize("rule", ["irv", "schulze"])
def test_a_ballot_that_nobody_could_cast_is_found_where_it_is_looked_at(
    texts: list[tuple[str, int]], cause: str, rule: str
) -> None:
    profile = RankedProfile(
        title="", candidates=CODES, seats=1, ballots=SortedBallots(CODES, texts), withdrawn=frozenset({0})
    )
    with pytest.raises(InvalidProfile, match=cause):
        rule_named(rule).count(profile)


def test_a_weight_below_one_is_refused() -> None:
    with pytest.raises(InvalidProfile, match="a ballot has the weight 0"):
        SortedBallots(CODES, [('["c1"]', 0)])
