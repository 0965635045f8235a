"""The counting in `verify.py` was written apart from ours: both give the same of real ballots and of any others."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.bundles import verify
from governance.counting.files import read_ballots
from governance.counting.profiles import RankedProfile, collapsed, collapsed_points
from governance.counting.resolution import Base, ResolutionRule, count_resolution
from governance.counting.rules import rule_named

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "data" / "elections"
FILES = sorted(
    {path.stem: path for folder in (*SHARED.glob("*"), HERE / "fixtures") for path in folder.glob("*.blt")}.items()
)


def _same(profile: RankedProfile, rule: str, seats: int, lot: list[int] | None = None) -> None:
    """Count by both, and compare all that the one of the bundle says with what the record of a result would hold."""
    order = lot or list(range(len(profile.candidates)))
    # In a vote the order of the ballot paper is the lot; here it is put so.
    place = {index: at for at, index in enumerate(order)}
    options = [f"c{index + 1}" for index in order]
    papers: Counter[verify.Ranking] = Counter()
    for ranking, weight in profile.ballots.items():
        papers[verify.ranks_in_order([[f"c{index + 1}" for index in rank] for rank in ranking], options)] += weight
    put = collapsed(
        options,
        [
            (tuple(tuple(sorted(place[index] for index in rank)) for rank in ranking), weight)
            for ranking, weight in profile.ballots.items()
        ],
        seats=seats,
    )
    published: Any = rule_named(rule).count(put).to_canonical(detail=True)
    counted = verify.RULES[rule](options, {ranking: n for ranking, n in papers.items() if ranking}, seats)
    verify._compare(counted, published, rule)
    assert {"quota", "elected", "ballots"} <= set(counted)
    assert ("stages" in counted) == bool(published["stages"])


@pytest.mark.parametrize("path", [path for _, path in FILES], ids=[name for name, _ in FILES])
def test_real_ballots_count_the_same_apart(path: Path) -> None:
    profile = read_ballots(path)
    if any(len(rank) > 1 for ranking in profile.ballots for rank in ranking) or profile.withdrawn:
        profile = collapsed(
            profile.candidates, [(tuple((i,) for rank in r for i in rank), n) for r, n in profile.ballots.items()]
        )
    for rule in verify.RULES:
        if rule == "meek-stv" and sum(profile.ballots.values()) > 6_000:
            # Exact fractions take minutes there.
            continue
        _same(profile, rule, 1 if rule == "irv" else profile.seats or 3)


@st.composite
def _elections(draw: st.DrawFn) -> tuple[RankedProfile, int, list[int]]:
    size = draw(st.integers(1, 6))
    indexes = range(size)
    ballots = draw(
        st.lists(
            st.tuples(
                st.permutations(indexes).flatmap(lambda p: st.integers(0, size).map(lambda n: tuple(p[:n]))),
                st.integers(1, 4),
            ),
            max_size=14,
        )
    )
    profile = collapsed(
        [f"c{index + 1}" for index in indexes],
        [(tuple((index,) for index in ranking), weight) for ranking, weight in ballots],
    )
    return profile, draw(st.integers(1, 4)), draw(st.permutations(indexes))


@pytest.mark.parametrize("rule", verify.RULES)
@settings(max_examples=150, deadline=None)
@given(election=_elections())
def test_any_ballots_count_the_same_apart(rule: str, election: tuple[RankedProfile, int, list[int]]) -> None:
    profile, seats, lot = election
    _same(profile, rule, 1 if rule == "irv" else seats, lot)


@st.composite
def _shared_places(draw: st.DrawFn) -> tuple[RankedProfile, int, list[int]]:
    """Return an election in which candidates share places: each has a number or none, and equal numbers are one place."""
    size = draw(st.integers(1, 6))
    rows = st.tuples(st.lists(st.integers(0, 3), min_size=size, max_size=size), st.integers(1, 4))
    ballots = [
        (tuple(tuple(at for at, place in enumerate(row) if place == number) for number in sorted({*row} - {0})), weight)
        for row, weight in draw(st.lists(rows, max_size=14))
    ]
    profile = collapsed([f"c{index + 1}" for index in range(size)], ballots)
    return profile, draw(st.integers(1, 4)), draw(st.permutations(range(size)))


@pytest.mark.parametrize("rule", [name for name, holds in verify.HOLDS.items() if holds in {"shared ranks", "some"}])
@settings(max_examples=150, deadline=None)
@given(election=_shared_places())
def test_any_shared_places_count_the_same_apart(rule: str, election: tuple[RankedProfile, int, list[int]]) -> None:
    _same(election[0], rule, *election[1:])


@pytest.mark.parametrize("rule", verify.POINTS)
@settings(max_examples=300, deadline=None)
@given(data=st.data(), size=st.integers(1, 5), seats=st.integers(1, 4))
def test_any_points_count_the_same_apart(rule: str, data: st.DataObject, size: int, seats: int) -> None:
    row = st.lists(st.integers(0, 5), min_size=size, max_size=size).map(tuple)
    ballots: Counter[tuple[int, ...]] = Counter(data.draw(st.lists(row, max_size=12)))
    options = [f"c{index + 1}" for index in range(size)]
    profile = collapsed_points(options, ballots.items(), seats=seats, cap=5)
    papers = {
        verify.points_in_order(dict(zip(options, points, strict=True)), options): votes
        for points, votes in ballots.items()
        if any(points)
    }
    counted = verify.POINTS[rule](options, papers, seats, 5)
    verify._compare(counted, rule_named(rule).count(profile).to_canonical(detail=True), rule)


@settings(max_examples=300, deadline=None)
@given(
    tally=st.tuples(*[st.integers(0, 12)] * 4),
    quorum=st.tuples(st.integers(0, 4), st.integers(0, 9)),
    base=st.sampled_from(Base),
    threshold=st.tuples(st.integers(1, 6), st.integers(0, 5)),
    more=st.booleans(),
)
def test_any_resolution_counts_the_same_apart(
    tally: tuple[int, ...], quorum: tuple[int, int], base: Base, threshold: tuple[int, int], more: bool
) -> None:
    yes, no, abstain, away = tally
    roll = yes + no + abstain + away
    rule = ResolutionRule(
        quorum_numerator=quorum[0],
        quorum_denominator=4,
        quorum_minimum=quorum[1],
        base=base,
        threshold_numerator=threshold[0],
        threshold_denominator=threshold[0] + threshold[1] + more,
        strictly_more=more,
    )
    published = count_resolution(rule, for_votes=yes, against=no, abstain=abstain, roll=roll).to_canonical()
    papers: verify.Papers = {(code,): votes for code, votes in zip(verify.ANSWERS, tally, strict=False) if votes}
    verify._compare(verify.resolution(rule.to_canonical(), papers, roll), published, "resolution")
