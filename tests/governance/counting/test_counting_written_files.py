"""Ballot files that are written are read back as the same ballots, by us and by programs that we did not write."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pabutools.election import parse_pabulib
from preflibtools.instances import OrdinalInstance

from governance.counting.errors import InvalidProfile
from governance.counting.files import read_ballots, read_budget, read_points
from governance.counting.profiles import BudgetProfile, RankedProfile, Ranking, collapsed, collapsed_choices
from governance.counting.rules import RULES, rule_named
from governance.counting.writing import blt, pabulib, preflib, rctab, table
from governance.counting.writing.names import told_apart

AWKWARD = (
    'Ann "Nan" Lee',
    r"Back\slash",
    "Mārama Ōtaki",
    "Smith, John",
    "semi;colon",
    "weight",
    "=1+1",
    "#7",
    "'",
    "{1,2}: 3",
)


def stream(lines: Iterable[str]) -> BytesIO:
    return BytesIO("".join(lines).encode())


@st.composite
def profiles(draw: st.DrawFn, *, ties: bool = True) -> RankedProfile:
    """Ballots of any shape, and names that whoever types them may get wrong."""
    size = draw(st.integers(1, 6))
    word = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=12))
    names = draw(st.lists(word, min_size=size, max_size=size, unique=True))
    order = st.permutations(range(size)).flatmap(lambda all_: st.integers(0, size).map(lambda length: all_[:length]))
    ballots = []
    for one in draw(st.lists(order, max_size=12)):
        ranking: list[list[int]] = []
        for index in one:
            if ties and ranking and draw(st.booleans()):
                ranking[-1].append(index)
            else:
                ranking.append([index])
        ballots.append((tuple(tuple(sorted(rank)) for rank in ranking), draw(st.integers(1, 10**6))))
    withdrawn = draw(st.sets(st.integers(0, size - 1), max_size=size - 1))
    return collapsed(names, ballots, title=draw(word), seats=draw(st.integers(1, 4)), withdrawn=withdrawn)


def without_the_withdrawn(profile: RankedProfile) -> Counter[Ranking]:
    numbers = {index: number for number, index in enumerate(profile.standing)}
    left: Counter[Ranking] = Counter()
    for ranking, weight in profile.ballots.items():
        ranks = (tuple(numbers[index] for index in rank if index in numbers) for rank in ranking)
        left[tuple(rank for rank in ranks if rank)] += weight
    return left


@given(profiles())
@settings(deadline=None)
def test_a_blt_file_is_read_back_as_the_same_ballots(profile: RankedProfile) -> None:
    assert profile.seats
    lines = blt.lines(
        profile.candidates,
        profile.ballots.items(),
        seats=profile.seats,
        withdrawn=profile.withdrawn,
        title=profile.title,
    )
    again = read_ballots(stream(lines), "written.blt")
    assert again.candidates == told_apart(profile.candidates)
    assert (again.seats, again.withdrawn) == (profile.seats, profile.withdrawn)
    assert dict(again.ballots) == dict(profile.ballots)


@given(profiles())
@settings(deadline=None)
def test_a_preflib_file_is_read_back_without_the_withdrawn(profile: RankedProfile) -> None:
    again = read_ballots(stream(preflib.lines(profile)), f"written.{preflib.kind(profile)}")
    assert again.candidates == tuple(told_apart(profile.candidates)[index] for index in profile.standing)
    assert again.ballots == without_the_withdrawn(profile)


@given(profiles())
@settings(deadline=None)
def test_a_csv_file_is_read_back_without_the_withdrawn(profile: RankedProfile) -> None:
    lines = table.lines(profile.candidates, profile.ballots.items(), withdrawn=profile.withdrawn)
    again = read_ballots(stream(lines), "written.csv")
    assert len(again.candidates) == len(profile.standing)
    assert again.ballots == without_the_withdrawn(profile)


@given(profiles())
@settings(deadline=None)
def test_csv_files_of_single_ballots_are_read_back_in_their_order(profile: RankedProfile) -> None:
    singles = read_ballots(stream(table.single_lines(profile.candidates, profile.ballots)), "written.csv")
    proven = ((f"r{number}", "n", ranking) for number, ranking in enumerate(profile.ballots))
    receipted = read_ballots(stream(table.receipted_lines(profile.candidates, proven)), "written.csv")
    assert list(singles.ballots) == list(receipted.ballots) == list(profile.ballots)
    assert singles.candidates == receipted.candidates


@given(
    st.integers(1, 5).flatmap(
        lambda size: st.lists(
            st.tuples(st.tuples(*[st.integers(0, 5)] * size), st.integers(1, 9)),
            max_size=9,
            unique_by=lambda one: one[0],
        ).map(lambda ballots: (size, ballots))
    )
)
def test_a_csv_file_of_points_is_read_back(drawn: tuple[int, list[tuple[tuple[int, ...], int]]]) -> None:
    size, ballots = drawn
    again = read_points(stream(table.points_lines(AWKWARD[:size], ballots)), "written.csv")
    assert dict(again.ballots) == dict(ballots)
    assert again.candidates == AWKWARD[:size]


@st.composite
def budgets(draw: st.DrawFn) -> BudgetProfile:
    size = draw(st.integers(1, 5))
    names = draw(st.lists(st.sampled_from(AWKWARD), min_size=size, max_size=size, unique=True))
    amount = st.integers(1, 10**12).map(lambda units: Fraction(units, 10**4))
    choice = st.sets(st.integers(0, size - 1)).map(lambda chosen: tuple(sorted(chosen)))
    return collapsed_choices(
        [(name, draw(amount)) for name in names],
        draw(st.lists(st.tuples(choice, st.integers(1, 5)), max_size=9)),
        budget=draw(amount),
        title=draw(st.sampled_from(AWKWARD)),
    )


@given(budgets())
@settings(deadline=None)
def test_a_pabulib_file_is_read_back_as_the_same_budget(profile: BudgetProfile) -> None:
    assert read_budget(stream(pabulib.lines(profile)), "written.pb") == profile


def test_a_budget_of_thirds_cannot_be_written() -> None:
    profile = collapsed_choices([("Path", Fraction(1, 3))], [((0,), 1)], budget=Fraction(5))
    with pytest.raises(InvalidProfile, match="an amount cannot be written with 6 decimals"):
        list(pabulib.lines(profile))


@given(st.lists(st.one_of(st.text(max_size=4), st.sampled_from(["weight", "Weight", "A", "A (1)"])), max_size=8))
@example(["A", "A", "A (2)", "", " ", "weight", "WEIGHT", "weight (6)"])
def test_names_are_told_apart(names: list[str]) -> None:
    written = told_apart(names, {"weight"})
    assert len(set(written)) == len(names)
    assert all(name and name == " ".join(name.split()) and name.casefold() != "weight" for name in written)


def test_a_blt_file_is_laid_out_as_other_programs_write_it() -> None:
    lines = blt.lines(
        ["Aroha", 'Ben "B" Lee', "Cara"], [(((0,), (1, 2)), 4), ((), 1)], seats=2, withdrawn=[2], title="Board"
    )
    assert "".join(lines) == '3 2\n-3\n4 1 2=3 0\n1 0\n0\n"Aroha"\n"Ben \\"B\\" Lee"\n"Cara"\n"Board"\n'


def test_preflibs_own_tools_read_what_is_written(tmp_path: Path) -> None:
    profile = collapsed(["Aroha", "Ben, Ōtaki", "Cara"], [(((0,), (1, 2)), 4), (((2,),), 2)], title="Board")
    path = tmp_path / f"board.{preflib.kind(profile)}"
    path.write_text("".join(preflib.lines(profile, file_name=path.name, day="2026-05-04")), encoding="utf-8")
    instance = OrdinalInstance(str(path))
    assert path.suffix == ".toi"
    assert instance.title == "Board"
    assert instance.alternatives_name == {1: "Aroha", 2: "Ben, Ōtaki", 3: "Cara"}
    assert instance.multiplicity == {((1,), (2, 3)): 4, ((3,),): 2}


@pytest.mark.parametrize(
    ("ranking", "kind"),
    [
        (((0,), (1,), (2,)), "soc"),
        (((0,), (1,)), "soi"),
        (((0,), (1, 2)), "toc"),
        (((0, 1),), "toi"),
        ((), "soi"),
    ],
)
def test_the_narrowest_kind_of_preflib_file_is_chosen(ranking: Ranking, kind: str) -> None:
    assert preflib.kind(collapsed("ABC", [(ranking, 1)])) == kind


def test_pabulibs_own_tools_read_what_is_written(tmp_path: Path) -> None:
    profile = collapsed_choices(
        [("Path; and pond", Fraction(6)), ("Shed", Fraction(5, 2))], [((0, 1), 2), ((), 1)], budget=Fraction(12)
    )
    path = tmp_path / "written.pb"
    path.write_text("".join(pabulib.lines(profile)), encoding="utf-8")
    instance, ballots = parse_pabulib(str(path))
    assert instance.budget_limit == 12
    assert {project.name: Fraction(project.cost) for project in instance} == {"1": 6, "2": Fraction(5, 2)}
    assert sorted(sorted(project.name for project in ballot) for ballot in ballots) == [[], ["1", "2"], ["1", "2"]]


def test_a_published_table_of_receipts_is_counted_as_it_is() -> None:
    lines = table.receipted_lines(["Receipt", "Ben"], [("ab12", "77", ((1,), (0,))), ("cd34", "78", ((1,),))])
    again = read_ballots(stream(lines), "ballots.csv")
    assert again.candidates == ("Receipt (1)", "Ben")
    assert dict(again.ballots) == {((1,), (0,)): 1, ((1,),): 1}


def rctab_ballots(configuration: rctab.Configuration, text: str) -> Counter[tuple[str, ...]]:
    """Read a CSV file as RCTab says that it does: names in the first row, places in the cells."""
    settings = json.loads(configuration.text())
    (source,) = settings["cvrFileSources"]
    first_column, first_row = int(source["firstVoteColumnIndex"]) - 1, int(source["firstVoteRowIndex"]) - 1
    rows = [row[first_column:] for row in csv.reader(StringIO(text))]
    declared = {one["name"] for one in settings["candidates"]}
    assert set(rows[0]) <= declared
    places = (
        sorted((int(cell), name) for cell, name in zip(row, rows[0], strict=True) if cell) for row in rows[first_row:]
    )
    return Counter(tuple(name for _, name in row) for row in places)


@pytest.mark.parametrize("receipts", [False, True])
def test_rctab_finds_the_candidates_and_ballots_where_its_configuration_says(receipts: bool) -> None:
    names = ["Aroha", "weight", "Smith, John"]
    configuration = rctab.configuration(
        "irv", names, seats=1, title="Board", ballots_file="ballots.csv", withdrawn=[2], receipts=receipts
    )
    assert isinstance(configuration, rctab.Configuration)
    rankings: list[Ranking] = [((0,), (1,)), ((1,), (2,)), ()]
    lines = (
        table.receipted_lines(names, [("r", "n", ranking) for ranking in rankings])
        if receipts
        else table.single_lines(names, rankings, withdrawn=[2])
    )
    second = ("weight (2)", "Smith, John") if receipts else ("weight (2)",)
    assert rctab_ballots(configuration, "".join(lines)) == {("Aroha", "weight (2)"): 1, second: 1, (): 1}
    assert [one["name"] for one in json.loads(configuration.text())["candidates"] if one["excluded"]] == ["Smith, John"]


def test_rctab_is_configured_for_rules_that_it_counts_and_says_what_it_does_otherwise() -> None:
    made = {
        name: rctab.configuration(name, ["A", "B", "C"], seats=seats, title="", ballots_file="b.csv")
        for name, seats in ((name, 1 if name == "irv" else 2) for name in RULES)
    }
    configured = {name: one for name, one in made.items() if isinstance(one, rctab.Configuration)}
    assert set(configured) == {"irv", "scottish-stv"}
    modes = {name: json.loads(one.text())["rules"]["winnerElectionMode"] for name, one in configured.items()}
    assert modes == {"irv": "singleWinnerMajority", "scottish-stv": "multiWinnerAllowMultipleWinnersPerRound"}
    assert len(configured["irv"].differences) < len(configured["scottish-stv"].differences)
    for name, one in made.items():
        if isinstance(one, rctab.NoEquivalent):
            assert str(one.reason).startswith("RCTab"), name
    assert len({str(one.reason) for one in made.values() if isinstance(one, rctab.NoEquivalent)}) == 5


def test_a_written_election_counts_as_before() -> None:
    ballots: list[tuple[Ranking, int]] = [(((0,), (2,)), 6), (((1,), (2,)), 5), (((2,), (1,)), 4)]
    profile = collapsed(["Aroha", "Ben", "Cara"], ballots, seats=1, withdrawn=[1])
    irv = rule_named("irv")
    before = irv.count(profile).names(irv.count(profile).elected)
    for again in (
        read_ballots(stream(blt.lines(profile.candidates, ballots, seats=1, withdrawn=[1])), "w.blt"),
        read_ballots(stream(preflib.lines(profile)), f"w.{preflib.kind(profile)}"),
        read_ballots(stream(table.lines(profile.candidates, ballots, withdrawn=[1])), "w.csv"),
    ):
        after = irv.count(again)
        assert after.names(after.elected) == before == ["Cara"]
