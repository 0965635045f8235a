"""Meek STV against published counts, against counts by hand, and against what must hold for any ballots."""

import json
import random
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting import meek_arithmetic, meek_papers, meek_stv
from governance.counting.errors import EqualPreferences
from governance.counting.files import read_ballots
from governance.counting.profiles import RankedProfile, Ranking, collapsed
from governance.counting.result import CountResult

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "data" / "elections"
PUBLISHED = sorted((SHARED / "meek").glob("*.blt"))
WARDS = sorted([*(SHARED / "scottish_stv").glob("*.blt"), *(HERE / "fixtures").glob("*.blt")])


def profile_of(*ballots: tuple[str, int], names: str = "ABC", withdrawn: str = "") -> RankedProfile:
    """Put together ballots such as ("B(AC)", 3): letters in brackets are ranked together."""
    return collapsed(
        names,
        [(_ranking(ranking, names), weight) for ranking, weight in ballots],
        withdrawn=[names.index(letter) for letter in withdrawn],
    )


def _ranking(text: str, names: str) -> tuple[tuple[int, ...], ...]:
    ranks: list[tuple[int, ...]] = []
    for at, part in enumerate(text.replace(")", "(").split("(")):
        indexes = tuple(names.index(letter) for letter in part)
        ranks += [indexes] if at % 2 else [(index,) for index in indexes]
    return tuple(ranks)


def votes_of(result: CountResult, stage: int) -> list[str]:
    return [result.written(votes) for votes in result.stages[stage].votes]


def test_published_counts_by_meek_come_out_to_the_last_digit() -> None:
    for path in PUBLISHED:
        published = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
        ours = meek_stv.count(read_ballots(path)).to_canonical()
        assert {key: ours[key] for key in published} == published
        assert set(ours) - set(published) <= {"lot", "lots"}


def test_a_count_by_another_program_comes_out_to_the_last_digit_in_exact_fractions() -> None:
    board = HERE / "fixtures" / "meek" / "board-of-three.blt"
    theirs = json.loads(board.with_suffix(".exact.json").read_text(encoding="utf-8"))
    ours = meek_stv.count(read_ballots(board)).to_canonical()
    assert {key: ours[key] for key in theirs} == theirs


def test_a_count_by_another_program_comes_out_to_the_last_digit_in_nine_places() -> None:
    board = HERE / "fixtures" / "meek" / "board-of-three.blt"
    theirs = json.loads(board.with_suffix(".nine-places.json").read_text(encoding="utf-8"))
    ours = meek_stv.count_nine_places(read_ballots(board)).to_canonical()
    stages = ours["stages"]
    assert isinstance(stages, list)
    assert [stage["votes"] for stage in stages] == [stage["votes"] for stage in theirs["stages"]]
    assert {key: ours[key] for key in theirs if key != "stages"} == {
        key: value for key, value in theirs.items() if key != "stages"
    }


def test_two_who_are_tied_after_a_surplus_are_decided_by_lot() -> None:
    ballots = profile_of(("AB", 4), ("C", 2))
    result = meek_stv.count(ballots, 2)
    assert [result.event(stage) for stage in result.stages] == ["Begin Count", "Iterate (elected)", "Iterate (omega)"]
    assert votes_of(result, 2) == ["2.000000000000"] * 3
    assert result.elected == (0, 2)
    assert result.lots[0][1].chosen == 1
    assert meek_stv.count(ballots, 2, lot=[2, 0, 1]).elected == (0, 1)


def test_the_quota_falls_as_votes_become_not_transferable() -> None:
    result = meek_stv.count(profile_of(("AB", 9), ("A", 1), ("C", 4), ("B", 1)), 2)
    assert result.elected == (0, 1)
    assert result.quota == 5 * 10**12
    assert result.stages[2].quota == Fraction(29, 6) * 10**12
    assert result.stages[2].votes == (5 * 10**12, Fraction(11, 2) * 10**12, 4 * 10**12)
    assert result.stages[2].keep == (Fraction(10**12, 2), 10**12, 10**12)
    assert result.stages[2].non_transferable == Fraction(10**12, 2)


def test_nine_places_round_what_is_kept_upwards() -> None:
    result = meek_stv.count_nine_places(profile_of(("AB", 9), ("A", 1), ("C", 4), ("B", 1)), 2)
    assert votes_of(result, 2) == ["5.000000010", "5.499999991", "4.000000000"]
    assert (result.quota, result.stages[2].quota) == (5_000_000_001, 4_833_333_334)


def test_a_vote_for_an_excluded_candidate_passes_through_who_is_elected_already() -> None:
    result = meek_stv.count(profile_of(("A", 8), ("BAC", 2), ("C", 3), ("D", 3), names="ABCD"), 2)
    assert [result.candidates[index] for index in result.elected] == ["A", "C"]
    last = result.stages[-1]
    kept = Fraction(last.keep[0]) / 10**12
    assert last.votes[2] == (3 + 2 * (1 - kept)) * 10**12


def test_sure_losers_are_excluded_together() -> None:
    result = meek_stv.count(profile_of(("A", 10), ("B", 9), ("C", 1), ("D", 1), ("E", 20), names="ABCDE"), 2)
    batch = next(stage for stage in result.stages if stage.excluded)
    assert (result.event(batch), batch.excluded) == ("Iterate (batch)", (2, 3))


def test_equal_preferences_share_what_reaches_them_and_pass_on_what_they_do_not_keep() -> None:
    result = meek_stv.count(profile_of(("(AB)C", 9), ("C", 1), ("D", 2), names="ABCD"), 3)
    assert votes_of(result, 0)[:3] == ["4.500000000000", "4.500000000000", "1.000000000000"]
    assert votes_of(result, 2) == ["3.000000000000", "3.000000000000", "4.000000000000", "2.000000000000"]
    assert result.elected == (0, 1, 2)


def test_nine_places_refuse_equal_preferences() -> None:
    with pytest.raises(EqualPreferences, match="PR Foundation Meek Reference cannot count equal preferences"):
        meek_stv.count_nine_places(profile_of(("(AB)C", 3)), 1)


def test_one_ballot_for_two_of_three_seats_is_counted_though_its_keep_factors_shrink_without_end() -> None:
    result = meek_stv.count(profile_of(("AB", 1), names="ABCD"), 3)
    assert result.elected == (0, 1, 3)
    assert votes_of(result, -1)[2:] == ["0.000000000000"] * 2


def test_keep_factors_are_rounded_only_where_nobody_can_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ballots = profile_of(("ABCD", 17), ("BAC", 13), ("AD", 5), ("C", 3), ("D", 4), ("BD", 4), names="ABCD")
    usual = meek_stv.count(ballots, 3).to_canonical(detail=True)
    monkeypatch.setattr(meek_arithmetic, "_TEN_TO_KEEP_PLACES", 10**60)
    assert meek_stv.count(ballots, 3).to_canonical(detail=True) == usual


@pytest.mark.parametrize("path", WARDS, ids=[path.stem for path in WARDS])
def test_exact_fractions_and_nine_places_elect_the_same_in_real_wards(path: Path) -> None:
    ward = read_ballots(path)
    exact, nine = meek_stv.count(ward), meek_stv.count_nine_places(ward)
    assert set(exact.elected) == set(nine.elected)
    assert exact.to_canonical()["arithmetic"] == "rational arithmetic"


def test_a_published_count_by_meek_does_not_state_what_is_not_transferable_and_the_detailed_one_does() -> None:
    result = meek_stv.count(profile_of(("AB", 9), ("A", 1), ("C", 4), ("B", 1)), 2)
    published, detailed = result.to_canonical()["stages"], result.to_canonical(detail=True)["stages"]
    assert isinstance(published, list)
    assert isinstance(detailed, list)
    assert [stage["non_transferable"] for stage in published] == [None, None, None]
    assert detailed[2]["non_transferable"] == "0.500000000000"
    assert detailed[2]["keep_factors"]["A"] == "0.500000000000"
    assert detailed[2]["quota"] == "4.833333333333"


@st.composite
def elections(draw: st.DrawFn) -> tuple[RankedProfile, int, list[int]]:
    size = draw(st.integers(1, 5))
    ranking = st.permutations(range(size)).flatmap(
        lambda order: st.integers(0, size).map(lambda length: tuple((index,) for index in order[:length]))
    )
    ballots = draw(st.lists(st.tuples(ranking, st.integers(1, 20)), max_size=8))
    withdrawn = draw(st.sets(st.integers(0, size - 1), max_size=1))
    profile = collapsed([f"candidate {index}" for index in range(size)], ballots, withdrawn=withdrawn)
    return profile, draw(st.integers(1, 5)), draw(st.permutations(range(size)))


@given(elections())
@settings(deadline=None)
def test_votes_and_what_is_not_transferable_are_all_ballots_in_both_arithmetics(
    election: tuple[RankedProfile, int, list[int]],
) -> None:
    profile, seats, lot = election
    for count, vote in ((meek_stv.count, 10**12), (meek_stv.count_nine_places, 10**9)):
        result = count(profile, seats, lot)
        assert len(set(result.elected)) == len(result.elected) == min(seats, len(profile.standing))
        assert not profile.withdrawn & set(result.elected)
        for stage in result.stages:
            assert sum(stage.votes) + stage.non_transferable == result.ballots * vote
            assert min(stage.votes) >= 0
            assert stage.non_transferable >= 0


@given(elections())
@settings(deadline=None)
def test_a_candidate_with_the_whole_quota_at_first_is_elected_by_meek(
    election: tuple[RankedProfile, int, list[int]],
) -> None:
    profile, seats, lot = election
    result = meek_stv.count(profile, seats, lot)
    assert result.quota is not None
    first = result.stages[0]
    assert {index for index, votes in enumerate(first.votes) if votes > result.quota} <= set(result.elected)


@pytest.mark.parametrize("seed", range(40))
def test_votes_in_whole_parts_are_those_in_fractions(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(seed)
    size = chance.randint(4, 8)
    ballots: list[tuple[Ranking, int]] = []
    for _ in range(chance.randint(5, 40)):
        ranks: list[tuple[int, ...]] = []
        for index in chance.sample(range(size), chance.randint(1, size)):
            if ranks and chance.random() < 0.25:
                ranks[-1] = (*ranks[-1], index)
            else:
                ranks.append((index,))
        ballots.append((tuple(tuple(sorted(rank)) for rank in ranks), chance.randint(1, 9)))
    profile = collapsed(map(str, range(size)), ballots)
    counted = meek_stv.count(profile, 3)
    monkeypatch.setattr(meek_papers, "_common_denominator", lambda _keep: 0)
    assert meek_stv.count(profile, 3) == counted
