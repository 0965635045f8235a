"""Columns of words share a page so that no word leaves it."""

import pytest

from coop.reports.pdf.columns import lines, shared
from coop.reports.pdf.style import REGULAR, width_of


@pytest.mark.parametrize(
    ("room", "wanted", "needed", "given"),
    [
        (300, [100, 50], [40, 40], [200, 100]),
        (300, [600, 300], [60, 240], [60, 240]),
        (100, [600, 300], [60, 140], [30, 70]),
        (100, [600, 300], [50, 50], [50, 50]),
        (100, [0, 0], [0, 0], [0, 0]),
        (100, [], [], []),
        (300, [400, 100, 100], [10, 90, 90], [120, 90, 90]),
    ],
)
def test_room_is_shared_by_what_is_wanted_and_never_less_than_is_needed(
    room: float, wanted: list[float], needed: list[float], given: list[float]
) -> None:
    assert shared(room, wanted, needed) == pytest.approx(given)


def test_a_word_that_is_wider_than_its_column_is_cut_and_nothing_of_it_is_lost() -> None:
    digest = "59ed57f544a5d1e5522499c558210cce5d950ac678ad537cd41239175f8d4e0a"
    found = lines(f"Result {digest}", REGULAR, 9, 120)
    assert "".join(found).replace(" ", "") == f"Result{digest}"
    assert all(width_of(line, REGULAR, 9) <= 120.5 for line in found)
    assert len(found) >= 3
    assert lines("W", REGULAR, 9, 1) == ["W"]
