"""Reading forms of the assembly: number boxes, and closing times when the clocks change."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.assembly.ballots.boxes import Filled, boxes_of, read_boxes
from coop.assembly.errors import PointsUnreadable, RankRepeated, RankSkipped, RankUnreadable
from coop.forms import NoSuchTime, moment
from governance.choices import Choice
from governance.errors import UnknownOption
from tests.governance.conftest import usual

CODES = ("c1", "c2", "c3", "c4")


def _read(boxes: dict[str, str], rule: str = "scottish-stv") -> Filled:
    return read_boxes(boxes, usual(rule, 1), CODES)


@given(st.permutations(CODES), st.integers(0, 4))
def test_any_order_of_any_candidates_can_be_written(order: list[str], length: int) -> None:
    boxes = {f"rank-{code}": str(place) for place, code in enumerate(order[:length], start=1)}
    boxes |= {f"rank-{code}": "" for code in order[length:]}
    ranking = _read(boxes)
    assert ranking.errors == {}
    assert ranking.choice == [[code] for code in order[:length]]


@given(st.dictionaries(st.sampled_from(CODES), st.text(max_size=6)))
def test_whatever_stands_in_the_boxes_is_a_ranking_or_an_error_beside_a_box(boxes: dict[str, str]) -> None:
    ranking = _read({f"rank-{code}": text for code, text in boxes.items()})
    if ranking.errors:
        assert set(ranking.errors) <= set(boxes)
    else:
        assert {code for place in ranking.choice for code in place} == {
            code for code, text in boxes.items() if text.strip()
        }


def test_each_error_stands_beside_its_candidate() -> None:
    assert _read({"rank-c1": "1", "rank-c2": "1", "rank-c3": "2"}).errors.keys() == {"c1", "c2"}
    assert isinstance(_read({"rank-c1": "1", "rank-c2": "1"}).errors["c2"], RankRepeated)
    skipped = _read({"rank-c1": "1", "rank-c2": "4", "rank-c3": "3"}).errors
    assert {code: type(error) for code, error in skipped.items()} == {"c3": RankSkipped}
    assert isinstance(_read({"rank-c1": "5"}).errors["c1"], RankUnreadable)
    with pytest.raises(UnknownOption):
        _read({"rank-c9": ""})


def test_other_fields_of_the_form_are_no_ranks() -> None:
    assert _read({"csrf_token": "x", "step": "check", "rank-c1": " 1 "}).choice == [["c1"]]


def test_where_places_may_be_shared_the_same_number_is_one_place() -> None:
    boxes = {"rank-c1": "2", "rank-c2": "1", "rank-c3": "2"}
    assert _read(boxes, "meek-stv").choice == [["c2"], ["c1", "c3"]]
    assert _read(boxes, "meek-stv").errors == {}
    skipped = _read({"rank-c1": "1", "rank-c2": "1", "rank-c3": "3"}, "schulze").errors
    assert {code: type(error) for code, error in skipped.items()} == {"c3": RankSkipped}


@pytest.mark.parametrize("text", ["6", "-1", "many", "1.5", "１", "0x1", "99999"])
def test_points_that_cannot_be_given_are_an_error_beside_their_box(text: str) -> None:
    filled = _read({"points-c1": text, "points-c2": "5", "points-c3": ""}, "score")
    assert {code: type(error) for code, error in filled.errors.items()} == {"c1": PointsUnreadable}


@pytest.mark.parametrize(
    ("rule", "choice"),
    [
        ("plurality", ["c2"]),
        ("approval", ["c1", "c3"]),
        ("irv", [["c3"], ["c1"]]),
        ("schulze", [["c3", "c4"], ["c1"]]),
        ("star", {"c1": 5, "c4": 1}),
        ("dots", {"c2": 3}),
    ],
)
def test_the_boxes_of_a_ballot_say_what_it_says(rule: str, choice: Choice) -> None:
    assert _read(boxes_of(usual(rule, 1), choice), rule).choice == choice


def test_a_closing_time_is_read_in_the_zone_of_the_co_op() -> None:
    assert moment(date(2026, 7, 1), time(12), "Pacific/Auckland", about="closes_time") == datetime(
        2026, 7, 1, 0, tzinfo=UTC
    )
    assert moment(date(2028, 2, 29), time(12), "Pacific/Auckland", about="closes_time") == datetime(
        2028, 2, 28, 23, tzinfo=UTC
    )


def test_a_time_that_the_clocks_skip_is_refused_and_of_two_the_first_is_taken() -> None:
    with pytest.raises(NoSuchTime):
        moment(date(2026, 9, 27), time(2, 30), "Pacific/Auckland", about="closes_time")
    assert moment(date(2026, 4, 5), time(2, 30), "Pacific/Auckland", about="closes_time") == datetime(
        2026, 4, 4, 13, 30, tzinfo=UTC
    )
