"""The worked examples of docs/counting.md: the document's own numbers, counted again."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from coop.commands.count_text import as_text
from governance.counting.files import read_ballots, read_budget, read_points
from governance.counting.lots import drawn
from governance.counting.profiles import BudgetProfile, PointsProfile, Profile
from governance.counting.resolution import Base, ResolutionRule, count_resolution
from governance.counting.rules import RULES, rule_named
from governance.counting.scottish_stv import count

DOCUMENT = (Path(__file__).parents[3] / "docs" / "counting.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```blt\n(.*?)```\s+```result\n(.*?)```", DOCUMENT, re.DOTALL)
#: Ballots that stand in the document, and counts of those that stood last: rule, seats, and the text of `coop count`.
BLOCKS = re.findall(
    r"^```(blt|csv|pb) example\n(.*?)```|^```counted (\S+)(?: (\d+))?\n(.*?)\n```", DOCUMENT, re.DOTALL | re.MULTILINE
)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


@pytest.mark.parametrize(("ballots", "table"), EXAMPLES, ids=[f"example {at}" for at in range(1, len(EXAMPLES) + 1)])
def test_an_election_in_the_document_counts_as_it_says(ballots: str, table: str) -> None:
    result = count(read_ballots(BytesIO(ballots.encode()), "example.blt"))
    rows = [cells(line) for line in table.strip().split("\n")]
    assert result.quota is not None
    ties = [row for row in rows if row[0] == "tie"]
    assert rows[0] == ["quota", result.written(result.quota)]
    assert rows[1] == ["elected", ", ".join(result.candidates[index] for index in result.elected)]
    assert rows[2] == ["stage", "event", *result.candidates, "not transferable", "lost"]
    assert [row for row in rows[3:] if row[0] != "tie"] == [
        [
            str(number),
            result.event(stage),
            *map(result.written, (*stage.votes, stage.non_transferable, stage.lost_to_rounding)),
        ]
        for number, stage in enumerate(result.stages, 1)
    ]
    assert ties == [
        [
            "tie",
            str(number),
            ", ".join(result.candidates[index] for index in stage.tie.tied),
            result.candidates[stage.tie.chosen],
            f"stage {stage.tie.decided_at_stage}" if stage.tie.decided_at_stage else "lot",
        ]
        for number, stage in enumerate(result.stages, 1)
        if stage.tie
    ]


def test_the_document_has_its_examples() -> None:
    assert len(EXAMPLES) == 4


def _counted() -> Iterator[tuple[str, str, str, int | None, str]]:
    """Yield kind and text of the ballots, rule, seats and what the document says comes out."""
    kind = ballots = ""
    for new_kind, new_ballots, rule, seats, text in BLOCKS:
        if new_kind:
            kind, ballots = new_kind, new_ballots
        else:
            yield kind, ballots, rule, int(seats) if seats else None, text


COUNTED = list(_counted())


@pytest.mark.parametrize(("kind", "ballots", "name", "seats", "text"), COUNTED, ids=[case[2] for case in COUNTED])
def test_a_count_in_the_document_comes_out_as_it_says(
    kind: str, ballots: str, name: str, seats: int | None, text: str
) -> None:
    rule, source, file = rule_named(name), BytesIO(ballots.encode()), f"example.{kind}"
    profile: Profile
    if rule.ballots is PointsProfile:
        profile = read_points(source, file, cap=rule.cap)
    elif rule.ballots is BudgetProfile:
        profile = read_budget(source, file)
    else:
        profile = read_ballots(source, file)
    assert as_text(rule.count(profile, seats), 100) == text


def test_the_document_works_an_example_of_every_rule() -> None:
    assert {rule for _, _, rule, _, _ in COUNTED} | {"scottish-stv"} == set(RULES)


def test_the_lot_in_the_document_is_derived_as_it_says() -> None:
    table = re.findall(r"```lot\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    fields = dict(cells(line) for line in table.strip().split("\n"))
    drawing = drawn(4, chain_head=fields["head"], public_value=fields["value"])
    assert drawing.seed == fields["seed"]
    assert [index + 1 for index in drawing.order] == [int(number) for number in fields["order"].split()]


RESOLUTIONS = re.findall(r"```resolutions\n(.*?)```", DOCUMENT, re.DOTALL)[0].strip().split("\n")


@pytest.mark.parametrize("line", RESOLUTIONS[1:])
def test_a_resolution_in_the_document_counts_as_it_says(line: str) -> None:
    row = dict(zip(cells(RESOLUTIONS[0]), cells(line), strict=True))
    quorum, minimum = row["quorum"].split(" or ")
    comparison, share = row["threshold"].split()
    rule = ResolutionRule(
        quorum_numerator=int(quorum.split("/")[0]),
        quorum_denominator=int(quorum.split("/")[1]),
        quorum_minimum=int(minimum),
        base=Base(row["base"]),
        threshold_numerator=int(share.split("/")[0]),
        threshold_denominator=int(share.split("/")[1]),
        strictly_more=comparison == "more-than",
    )
    outcome = count_resolution(
        rule,
        for_votes=int(row["for"]),
        against=int(row["against"]),
        abstain=int(row["abstain"]),
        roll=int(row["roll"]),
    )
    assert row["quorum needed"] == str(outcome.quorum_needed)
    assert row["base votes"] == str(outcome.base_votes)
    assert row["needed"] == str(outcome.threshold_needed)
    assert row["outcome"] == ("carried" if outcome.carried else "lost")
    assert row["reasons"] == ", ".join(outcome.reasons)


def test_every_rule_is_in_the_document() -> None:
    assert all(f"`{name}`" in DOCUMENT for name in RULES)


def test_the_csv_in_the_document_is_read_as_it_says() -> None:
    table = re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    profile = read_ballots(BytesIO(table.encode()), "example.csv")
    assert profile.candidates == ("Aroha", "Ben", "Cara")
    assert dict(profile.ballots) == {((0,), (1,)): 9, ((1,),): 4}
