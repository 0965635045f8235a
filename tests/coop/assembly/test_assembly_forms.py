"""Reading forms of the assembly: number boxes, and closing times when the clocks change."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop.assembly.errors import RankRepeated, RankSkipped, RankUnreadable
from coop.assembly.forms import read_ranking
from coop.forms import NoSuchTime, moment
from governance.errors import UnknownOption

CODES = ("c1", "c2", "c3", "c4")


@given(st.permutations(CODES), st.integers(0, 4))
def test_any_order_of_any_candidates_can_be_written(order: list[str], length: int) -> None:
    boxes = {f"rank-{code}": str(place) for place, code in enumerate(order[:length], start=1)}
    boxes |= {f"rank-{code}": "" for code in order[length:]}
    ranking = read_ranking(boxes, CODES)
    assert ranking.errors == {}
    assert ranking.codes == tuple(order[:length])


@given(st.dictionaries(st.sampled_from(CODES), st.text(max_size=6)))
def test_whatever_stands_in_the_boxes_is_a_ranking_or_an_error_beside_a_box(boxes: dict[str, str]) -> None:
    ranking = read_ranking({f"rank-{code}": text for code, text in boxes.items()}, CODES)
    if ranking.errors:
        assert set(ranking.errors) <= set(boxes)
        assert ranking.codes == ()
    else:
        assert set(ranking.codes) == {code for code, text in boxes.items() if text.strip()}


def test_each_error_stands_beside_its_candidate() -> None:
    assert read_ranking({"rank-c1": "1", "rank-c2": "1", "rank-c3": "2"}, CODES).errors.keys() == {"c1", "c2"}
    assert isinstance(read_ranking({"rank-c1": "1", "rank-c2": "1"}, CODES).errors["c2"], RankRepeated)
    skipped = read_ranking({"rank-c1": "1", "rank-c2": "4", "rank-c3": "3"}, CODES).errors
    assert {code: type(error) for code, error in skipped.items()} == {"c3": RankSkipped}
    assert isinstance(read_ranking({"rank-c1": "5"}, CODES).errors["c1"], RankUnreadable)
    with pytest.raises(UnknownOption):
        read_ranking({"rank-c9": ""}, CODES)


def test_other_fields_of_the_form_are_no_ranks() -> None:
    assert read_ranking({"csrf_token": "x", "step": "check", "rank-c1": " 1 "}, CODES).codes == ("c1",)


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
