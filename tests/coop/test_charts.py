"""Whether the pictures say the same as the numbers, and stay inside their frames."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coop import charts
from coop.transfer_chart import LOST

VOTES = st.integers(0, 10**9)
GLASGOW = Path(__file__).parents[3] / "shared" / "data" / "elections" / "scottish_stv"


def small_count(**more: Any) -> dict[str, Any]:
    """Give a count of two seats by hand: Ana's surplus elects nobody, then Cy is excluded and Bo is in."""
    return {
        "quota": "34.00000",
        "seats": 2,
        "elected": ["Ana", "Bo"],
        "stages": [
            {
                "event": "Begin Count",
                "votes": {"Ana": "50.00000", "Bo": "30.00000", "Cy": "20.00000"},
                "non_transferable": "0.00000",
            },
            {
                "event": "Surplus transferred: Ana (16.00000)",
                "votes": {"Ana": "34.00000", "Bo": "33.00000", "Cy": "25.00000"},
                "non_transferable": "8.00000",
            },
            {
                "event": "Transfer defeated: Cy",
                "votes": {"Ana": "34.00000", "Bo": "50.50000", "Cy": "0.00000"},
                "non_transferable": "15.50000",
            },
        ],
    } | more


def percent(text: str) -> Fraction:
    assert re.fullmatch(r"\d+\.\d\d%", text)
    return Fraction(text[:-1])


def test_the_bar_of_a_resolution_is_split_as_the_votes_are() -> None:
    chart = charts.resolution_chart(60, 30, 10, threshold=46, quorum=50, roll=200)
    assert [(part.kind, part.x, part.width) for part in chart.answers] == [
        ("for", "0.00%", "60.00%"),
        ("against", "60.00%", "30.00%"),
        ("abstain", "90.00%", "10.00%"),
    ]
    assert (chart.threshold.x, chart.threshold.reached) == ("46.00%", True)
    assert [(part.kind, part.votes, part.width) for part in chart.turnout] == [
        ("voted", 100, "50.00%"),
        ("absent", 100, "50.00%"),
    ]
    assert (chart.quorum.x, chart.quorum.reached) == ("25.00%", True)


def test_a_threshold_beyond_the_votes_cast_still_stands_inside_the_picture() -> None:
    chart = charts.resolution_chart(10, 0, 0, threshold=100, quorum=0, roll=199)
    assert (chart.threshold.x, chart.threshold.anchor) == ("100.00%", "end")
    assert not chart.threshold.reached
    assert chart.answers[0].width == "10.00%"


def test_a_vote_in_which_nobody_voted_can_be_drawn() -> None:
    chart = charts.resolution_chart(0, 0, 0, threshold=1, quorum=0, roll=0)
    assert {part.width for part in chart.answers} == {"0.00%"}
    assert (chart.cast, chart.roll, chart.threshold.reached) == (0, 0, False)


def test_negative_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="counted from zero"):
        charts.resolution_chart(-1, 0, 0, 0, 0, 1)


@given(VOTES, VOTES, VOTES, VOTES, VOTES, VOTES)
def test_no_part_of_a_resolution_leaves_the_picture(
    for_votes: int, against: int, abstain: int, threshold: int, quorum: int, roll: int
) -> None:
    chart = charts.resolution_chart(for_votes, against, abstain, threshold, quorum, roll)
    for part in (*chart.answers, *chart.turnout):
        assert percent(part.x) + percent(part.width) <= 100
    assert 0 <= percent(chart.threshold.x) <= 100
    assert 0 <= percent(chart.quorum.x) <= 100


def test_bars_share_one_scale_and_negative_ones_run_left_of_zero() -> None:
    chart = charts.bar_chart([("Fees", 300), ("Events", 100), ("Refund", -100)], "NZD")
    assert chart.zero_x == "25.00%"
    assert [(bar.x, bar.width) for bar in chart.bars] == [
        ("25.00%", "75.00%"),
        ("25.00%", "25.00%"),
        ("0.00%", "25.00%"),
    ]
    assert chart.total == 300


@pytest.mark.parametrize("rows", [[], [("None", 0)]])
def test_bars_of_nothing_can_be_drawn(rows: list[tuple[str, int]]) -> None:
    assert charts.bar_chart(rows, "members").total == 0


def test_columns_stand_on_a_common_zero_and_negative_ones_hang_below_it() -> None:
    chart = charts.column_chart([("March", 300), ("April", 0), ("May", -100), ("June", 1)])
    assert (chart.zero_y, chart.height, chart.highest, chart.lowest) == (120, 160, 300, -100)
    assert [(column.x, column.width, column.y, column.height) for column in chart.columns] == [
        ("2.50%", "20.00%", 0, 120),
        ("27.50%", "20.00%", 120, 0),
        ("52.50%", "20.00%", 120, 40),
        ("77.50%", "20.00%", 119, 1),
    ]


@given(st.lists(st.integers(-(10**15), 10**15), max_size=30))
def test_no_column_leaves_the_picture(values: list[int]) -> None:
    chart = charts.column_chart([(str(value), value) for value in values])
    for column in chart.columns:
        assert (column.height > 0) == (column.value != 0)
        assert 0 <= column.y <= column.y + column.height <= chart.height
        assert percent(column.x) + percent(column.width) <= 100


@given(st.lists(st.integers(-(10**15), 10**15), max_size=20))
def test_no_bar_leaves_the_picture(values: list[int]) -> None:
    for bar in charts.bar_chart([("x", value) for value in values], "NZD").bars:
        assert percent(bar.x) + percent(bar.width) <= 100


def test_a_count_shows_the_elected_first_and_when_each_was_decided() -> None:
    chart = charts.transfer_chart(small_count())
    assert [(lane.name, lane.outcome, lane.stage) for lane in chart.lanes] == [
        ("Ana", "elected", 1),
        ("Bo", "elected", 3),
        ("Cy", "excluded", 3),
        (LOST, "lost", None),
    ]
    assert chart.lanes[1].votes == ("30.00000", "33.00000", "50.50000")


def test_the_elected_stand_in_the_order_in_which_they_reached_the_quota() -> None:
    chart = charts.transfer_chart(small_count(elected=["Bo", "Ana"]))
    assert [lane.name for lane in chart.lanes][:2] == ["Ana", "Bo"]


def test_votes_flow_from_who_lost_them_to_who_gained_them() -> None:
    chart = charts.transfer_chart(small_count())
    moved = [(r.kind, r.source, r.target) for r in chart.ribbons if r.kind != "kept"]
    assert moved == [
        ("surplus", "Ana", "Bo"),
        ("surplus", "Ana", "Cy"),
        ("surplus", "Ana", LOST),
        ("excluded", "Cy", "Bo"),
        ("excluded", "Cy", LOST),
    ]


def test_stated_transfers_are_drawn_as_they_are_stated() -> None:
    count = small_count()
    count["stages"][2]["transfers"] = [
        {"from": "Cy", "to": None, "amount": "7.50000"},
        {"from": "Cy", "to": "Bo", "amount": "17.50000"},
    ]
    chart = charts.transfer_chart(count)
    last = [(r.source, r.target) for r in chart.ribbons if r.kind == "excluded"]
    assert last == [("Cy", "Bo"), ("Cy", LOST)]


def test_a_candidate_without_votes_has_a_lane_and_no_block() -> None:
    count = small_count()
    for stage in count["stages"]:
        stage["votes"]["Dee"] = "0.00000"
    lanes = {lane.name: lane for lane in charts.transfer_chart(count).lanes}
    assert (lanes["Dee"].outcome, lanes["Dee"].blocks) == ("unelected", ())


def test_a_count_of_no_votes_can_be_drawn() -> None:
    stage = {"event": "Begin Count", "votes": {"Ana": "0.00000"}, "non_transferable": "0.00000"}
    chart = charts.transfer_chart({"quota": "1.00000", "seats": 1, "elected": ["Ana"], "stages": [stage]})
    assert chart.lanes[0].outcome == "elected"
    assert chart.ribbons == ()


def test_a_count_without_a_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        charts.transfer_chart(small_count(stages=[]))


def test_long_names_are_shortened_in_the_picture_only() -> None:
    name = "Te Rūnanga o Ngā Maata Waka"
    stage = {"event": "Begin Count", "votes": {name: "5.00000"}, "non_transferable": "0.00000"}
    # The elected stand in bold behind a tick, so fewer letters have room.
    for elected, short in (([], "Te Rūnanga o Ngā Ma…"), ([name], "Te Rūnanga o Ng…")):
        lane = charts.transfer_chart({"quota": "3.00000", "seats": 1, "elected": elected, "stages": [stage]}).lanes[0]
        assert (lane.name, lane.short_name) == (name, short)


def wards() -> list[Path]:
    return sorted(GLASGOW.glob("*.expected.json"))


def test_every_glasgow_ward_can_be_drawn_inside_its_frame() -> None:
    for ward in wards():
        result = json.loads(ward.read_text())
        chart = charts.transfer_chart(result)
        assert len(chart.stages) == len(result["stages"])
        won = {lane.name for lane in chart.lanes if lane.outcome == "elected"}
        assert won == set(result["elected"])
        for lane in chart.lanes:
            for block in lane.blocks:
                assert Fraction(lane.y) + Fraction(block.height) <= chart.height
                assert block.x + chart.block_width <= chart.width
