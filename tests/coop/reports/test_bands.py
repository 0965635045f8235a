"""How members' shares of a surplus are published: in bands of at least three, so that nobody's share is told."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coop.reports.content_money import Band
from coop.reports.distribution import FEWEST_IN_BAND, MOST_BANDS, bands, merged


def told(found: tuple[Band, ...]) -> list[tuple[int, int, int]]:
    return [(one.over_minor, one.up_to_minor, one.lines) for one in found]


def test_a_band_with_one_member_is_merged_with_its_neighbour() -> None:
    shares = [19_00, 21_00, 30_00, 40_00, 45_00, 60_00, 70_00, 80_00, 150_00]
    assert told(bands(shares)) == [(0, 50_00, 5), (50_00, 200_00, 4)]


def test_bands_that_are_large_enough_stay() -> None:
    shares = [5_00] * 3 + [15_00] * 4 + [40_00] * 3
    assert told(bands(shares)) == [(0, 5_00, 3), (5_00, 20_00, 4), (20_00, 50_00, 3)]


def test_too_few_at_the_top_join_those_beneath_and_empty_bands_vanish() -> None:
    assert told(merged([Band(0, 10, 3), Band(10, 20, 0), Band(20, 50, 0), Band(50, 100, 2)])) == [(0, 100, 5)]
    assert told(merged([Band(0, 10, 0), Band(10, 20, 3), Band(20, 50, 0), Band(50, 100, 3)])) == [
        (0, 20, 3),
        (20, 100, 3),
    ]


def test_fewer_than_three_are_one_band_and_nobody_is_none() -> None:
    assert told(bands([19_00, 300_00])) == [(0, 500_00, 2)]
    assert bands([]) == ()
    assert merged([]) == ()


@given(st.lists(st.integers(1, 10**9), min_size=FEWEST_IN_BAND, max_size=60))
def test_every_member_is_in_one_band_and_none_is_told_apart(shares: list[int]) -> None:
    found = bands(shares)
    assert 1 <= len(found) <= MOST_BANDS
    assert sum(one.lines for one in found) == len(shares)
    assert all(one.lines >= FEWEST_IN_BAND for one in found)
    assert found[0].over_minor == 0
    assert all(one.up_to_minor == after.over_minor for one, after in pairwise(found))
    for one in found:
        assert one.lines == sum(one.over_minor < share <= one.up_to_minor for share in shares)
