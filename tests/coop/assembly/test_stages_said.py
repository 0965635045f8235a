"""The stages of a count in plain sentences, and numbers with no more decimal places than they need."""

from itertools import pairwise
from typing import Any

from flask import Flask

from coop.assembly.results.stages_said import is_rounded, plain, said, shortened
from coop.transfer_chart import transfer_chart
from governance.counting import irv, meek_stv, scottish_stv
from governance.counting.profiles import RankedProfile, collapsed

NAMES = ("Aroha", "Ben", "Cara", "Dan")


def profile(*ballots: tuple[str, int]) -> RankedProfile:
    """Put together ballots such as ("BAC", 3), in the first letters of the names."""
    return collapsed(NAMES, [(tuple(("ABCD".index(one),) for one in ranking), many) for ranking, many in ballots])


def sentences(app: Flask, count: dict[str, Any], **more: bool) -> list[str]:
    with app.test_request_context():
        return [" ".join(stage.sentences) for stage in said(count, **{"is_choice": False, **more})]


def test_the_stages_of_a_scottish_count_are_sentences(app: Flask) -> None:
    count: dict[str, Any] = scottish_stv.count(profile(("AB", 10), ("B", 3), ("C", 5), ("DB", 2)), 2).to_canonical(
        detail=True
    )
    assert sentences(app, shortened(count)) == [
        "The first choices are counted. Elected: Aroha.",
        "Aroha has more than the quota: what is above it passes to the next choices.",
        "Dan has the fewest votes and is excluded: these votes pass to the next choices. Elected: Ben.",
    ]


def test_a_tie_is_said_before_what_it_decided(app: Flask) -> None:
    count: dict[str, Any] = irv.count(profile(("A", 3), ("B", 2), ("CA", 2)), 1, lot=[1, 0, 2, 3]).to_canonical(
        detail=True
    )
    lines = sentences(app, shortened(count), is_choice=True, by_half=True)
    assert lines[0] == "The first choices are counted. More than half of the votes in the count is 4."
    tied = next(line for line in lines if "tied" in line)
    assert tied.startswith("Ben, Cara are tied; the lot names ")
    assert "Chosen: Aroha." in lines[-1]
    assert not [line for line in lines if "Elected" in line]


def test_a_quota_that_falls_is_said_where_it_does_and_drawn_so(app: Flask) -> None:
    count: dict[str, Any] = meek_stv.count(profile(("A", 20), ("B", 9), ("C", 8), ("D", 4), ("DC", 3)), 2).to_canonical(
        detail=True
    )
    quotas = [stage["quota"] for stage in count["stages"]]
    assert len(set(quotas)) > 1
    lines = sentences(app, shortened(count))
    assert next(line for line in lines if "The quota is" in line).endswith(f"The quota is {plain(quotas[0])}.")
    chart = transfer_chart(shortened(count))
    won = {lane.name: lane for lane in chart.lanes if lane.outcome == "elected"}
    # Whoever is elected below the first quota is elected at the stage that says so.
    stated = {name: number for number, stage in enumerate(count["stages"], 1) for name in stage["elected"]}
    assert {name: lane.stage for name, lane in won.items()} == stated
    assert float(count["stages"][-1]["votes"]["Cara"]) < float(quotas[0])
    ends = [line.end for line in won["Aroha"].quota_lines]
    assert len(ends) == len([1 for before, after in pairwise(quotas) if before != after]) + 1
    assert ends[-1] == chart.lane_width


def test_numbers_have_the_places_they_need_and_five_at_most() -> None:
    def with_votes(votes: str) -> dict[str, Any]:
        stage = {"votes": {"Ana": votes, "Bo": "2.00000"}, "non_transferable": "0.00000", "quota": "3.00000"}
        return {"quota": "3.00000", "stages": [stage]}

    whole = shortened(with_votes("5.00000"))
    assert (whole["quota"], whole["stages"][0]["votes"]) == ("3", {"Ana": "5", "Bo": "2"})
    assert shortened(with_votes("5.40000"))["stages"][0]["votes"] == {"Ana": "5.4", "Bo": "2.0"}
    long = with_votes("5.123456789")
    assert shortened(long)["stages"][0]["votes"]["Ana"] == "5.12346"
    assert (is_rounded(long), is_rounded(with_votes("5.40000"))) == (True, False)
    assert (plain("19.00000"), plain("100"), plain("19.666666666667")) == ("19", "100", "19.66667")
