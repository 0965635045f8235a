"""Scottish STV against real wards, against the statute's rules one by one, and against what must hold for any ballots."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.counting.errors import (
    EqualPreferences,
    EqualPreferencesOnLine,
    InvalidLot,
    InvalidProfile,
    InvalidSeats,
    SeatsMissing,
    UnknownRule,
)
from governance.counting.files import read_ballots
from governance.counting.profiles import RankedProfile, Ranking, collapsed
from governance.counting.result import StageKind
from governance.counting.rules import RULES, rule_named
from governance.counting.scottish_stv import VOTE, count

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "data" / "elections" / "scottish_stv"
WARDS = sorted({path.stem: path for folder in (SHARED, HERE / "fixtures") for path in folder.glob("*.blt")}.items())


def profile_of(*ballots: tuple[str, int], names: str = "ABCDEF", withdrawn: str = "") -> RankedProfile:
    """Put together ballots such as ("BAC", 3) for candidates with names of one letter."""
    return collapsed(
        names,
        [(tuple((names.index(letter),) for letter in ranking), weight) for ranking, weight in ballots],
        withdrawn=[names.index(letter) for letter in withdrawn],
    )


def elected_of(profile: RankedProfile, seats: int, lot: str | None = None) -> str:
    result = count(profile, seats, None if lot is None else [profile.candidates.index(it) for it in lot])
    return "".join(profile.candidates[index] for index in result.elected)


@pytest.mark.parametrize("path", [path for _, path in WARDS], ids=[name for name, _ in WARDS])
def test_a_real_ward_counts_as_published(path: Path) -> None:
    published = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert count(read_ballots(path)).to_canonical() == published


def test_two_wards_are_always_here_to_count() -> None:
    assert len(list((HERE / "fixtures").glob("*.blt"))) == 2


@pytest.mark.parametrize(
    ("ballots", "seats", "quota"), [(20, 2, 7), (21, 2, 8), (1, 1, 1), (99, 1, 50), (100, 1, 51), (3, 5, 1)]
)
def test_the_quota_ignores_decimals_and_adds_one(ballots: int, seats: int, quota: int) -> None:
    assert count(profile_of(("A", ballots)), seats).quota == quota * VOTE


def test_a_candidate_with_exactly_the_quota_is_elected_and_has_no_surplus() -> None:
    result = count(profile_of(("AB", 4), ("B", 3), ("C", 2), names="ABC"), 2)
    assert [result.event(stage) for stage in result.stages] == ["Begin Count", "Transfer defeated: C"]
    assert result.quota == 4 * VOTE
    assert result.elected == (0, 1)


def test_the_largest_surplus_goes_first_and_skips_who_is_elected() -> None:
    result = count(profile_of(("ABC", 6), ("BAC", 8), ("D", 1), ("C", 1), names="ABCD"), 3)
    surpluses = [stage for stage in result.stages if stage.kind is StageKind.SURPLUS]
    assert [stage.candidate for stage in surpluses] == [1, 0]
    assert surpluses[0].votes[:3] == (6 * VOTE, 5 * VOTE, 4 * VOTE)
    assert surpluses[1].votes[:3] == (5 * VOTE, 5 * VOTE, 4 * VOTE + 99_996)


def test_a_vote_from_a_surplus_keeps_its_reduced_value_when_its_candidate_is_excluded() -> None:
    result = count(profile_of(("ABC", 6), ("C", 4), ("D", 3), names="ABCD"), 2)
    assert result.stages[1].votes[1] == 6 * 16_666
    assert result.event(result.stages[2]) == "Transfer defeated: B"
    assert result.stages[2].votes[2] == 4 * VOTE + 6 * 16_666


def test_the_last_seats_are_filled_without_a_further_transfer() -> None:
    result = count(profile_of(("AB", 10), ("B", 1), ("C", 1), names="ABC"), 3)
    assert len(result.stages) == 1
    assert set(result.elected) == {0, 1, 2}


def test_a_tie_for_exclusion_is_broken_by_the_last_stage_that_differs() -> None:
    result = count(profile_of(("A", 5), ("B", 4), ("CB", 3), ("DC", 1), names="ABCD"), 1)
    tie = result.stages[2].tie
    assert tie is not None
    assert (tie.tied, tie.chosen, tie.decided_at_stage) == ((1, 2), 2, 1)
    assert result.lots == ()


def test_a_stage_that_sets_apart_some_leaves_the_lot_to_the_others() -> None:
    ballots = profile_of(("A", 12), ("B", 4), ("C", 4), ("D", 5), ("EB", 1), ("EC", 1), names="ABCDE")
    result = count(ballots, 1)
    tie = result.stages[2].tie
    assert tie is not None
    assert (tie.tied, tie.lot_between, tie.chosen) == ((1, 2, 3), (1, 2), 1)


def test_the_lot_falls_on_the_first_of_the_tied_in_its_order() -> None:
    ballots = profile_of(("A", 2), ("BA", 1), ("CA", 1), names="ABC")
    by_paper, by_lot = count(ballots, 1), count(ballots, 1, lot=[2, 0, 1])
    assert [by_paper.stages[1].candidate, by_lot.stages[1].candidate] == [1, 2]
    assert by_lot.to_canonical()["lots"] == [{"stage": 2, "between": ["B", "C"], "chosen": "C"}]
    assert by_lot.to_canonical()["lot"] == ["C", "A", "B"]


def test_a_tie_of_surpluses_is_broken_by_lot_too() -> None:
    ballots = profile_of(("AC", 5), ("BC", 5), ("D", 1), names="ABCD")
    result = count(ballots, 3, lot=[1, 0, 2, 3])
    assert [stage.candidate for stage in result.stages[1:3]] == [1, 0]


def test_a_result_without_a_lot_does_not_mention_one() -> None:
    assert "lots" not in count(profile_of(("A", 2), ("B", 1), names="AB"), 1).to_canonical()


@pytest.mark.parametrize("lot", [[], [0], [0, 0, 1], [0, 1, 3], [0, 1, 2, 3]])
def test_a_lot_that_is_no_order_of_the_candidates_is_refused(lot: list[int]) -> None:
    with pytest.raises(InvalidLot, match="each of the 3 candidates once"):
        count(profile_of(("A", 1), names="ABC"), 1, lot)


def test_withdrawn_candidates_are_struck_from_every_ballot() -> None:
    ballots = profile_of(("BA", 3), ("C", 2), ("B", 4), names="ABC", withdrawn="B")
    result = count(ballots, 1)
    assert (result.ballots, result.blank) == (5, 4)
    assert result.elected == (0,)
    assert result.to_canonical()["stages"] == [
        {"event": "Begin Count", "votes": {"A": "3.00000", "C": "2.00000"}, "non_transferable": "0.00000"}
    ]


def test_equal_preferences_are_refused_even_far_down_a_ballot() -> None:
    ballots = collapsed("ABC", [(((0,), (1, 2)), 1)])
    with pytest.raises(EqualPreferences, match="a ballot ranks B, C together"):
        count(ballots, 1)


def test_equal_preferences_of_which_one_has_withdrawn_are_one_preference() -> None:
    assert elected_of(collapsed("ABC", [(((1, 2),), 3), (((0,),), 1)], withdrawn=[2]), 1) == "B"


def test_equal_preferences_in_a_file_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "equal.blt"
    path.write_text('3 1\n1 1 0\n1 2=3 0\n0\n"A"\n"B"\n"C"\n', encoding="utf-8")
    with pytest.raises(EqualPreferencesOnLine, match=r"^Line 3: Scottish STV cannot count equal preferences"):
        count(read_ballots(path))


def test_one_ballot_elects_its_first_preference() -> None:
    assert elected_of(profile_of(("CAB", 1), names="ABC"), 1) == "C"


def test_no_ballots_leave_everything_to_the_lot() -> None:
    result = count(profile_of(names="ABC"), 1)
    assert result.elected == (2,)
    assert len(result.lots) == 2


def test_fewer_candidates_than_seats_are_all_elected() -> None:
    assert sorted(elected_of(profile_of(("B", 1), names="AB"), 5)) == ["A", "B"]


def test_nobody_is_elected_where_everybody_has_withdrawn() -> None:
    assert elected_of(profile_of(("A", 1), names="A", withdrawn="A"), 1) == ""


def test_the_number_of_seats_has_to_be_known() -> None:
    with pytest.raises(SeatsMissing):
        count(profile_of(("A", 1)))
    with pytest.raises(InvalidSeats, match="not 0"):
        count(profile_of(("A", 1)), 0)


@pytest.mark.parametrize(
    ("names", "ballots", "message"),
    [
        ("", [], "there are no candidates"),
        ("AA", [], "the same name"),
        ("AB", [(((2,),), 1)], "who does not exist"),
        ("AB", [(((-1,),), 1)], "who does not exist"),
        ("AB", [(((0,), (0,)), 1)], "names a candidate twice"),
        ("AB", [(((0,), ()), 1)], "a preference for nobody"),
        ("AB", [(((0,),), 0)], "the weight 0"),
    ],
)
def test_ballots_that_contradict_themselves_are_refused(
    names: str, ballots: list[tuple[Ranking, int]], message: str
) -> None:
    with pytest.raises(InvalidProfile, match=message):
        collapsed(names, ballots)


def test_somebody_who_never_stood_cannot_withdraw() -> None:
    with pytest.raises(InvalidProfile, match="never stood"):
        collapsed("AB", [], withdrawn=[2])


def test_equal_rankings_become_one_with_their_weights_added() -> None:
    assert dict(profile_of(("AB", 2), ("B", 1), ("AB", 3)).ballots) == {((0,), (1,)): 5, ((1,),): 1}


def test_an_unknown_rule_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(UnknownRule, match=r"no counting rule called “borda”. The rules are: plurality, approval"):
        rule_named("borda")


def test_each_rule_states_its_name_variant_and_source() -> None:
    assert all(rule.name == name and rule.variant and rule.source for name, rule in RULES.items())


def test_the_detailed_result_has_what_a_chart_of_transfers_needs() -> None:
    result = count(profile_of(("AB", 9), ("AC", 1), ("B", 4), ("C", 5), ("DC", 1), names="ABCD"), 2)
    stages = result.to_canonical(detail=True)["stages"]
    assert isinstance(stages, list)
    assert stages[1]["transfers"] == [
        {"from": "A", "to": "B", "amount": "2.70000"},
        {"from": "A", "to": "C", "amount": "0.30000"},
    ]
    assert stages[3]["transfers"] == [{"from": "C", "to": None, "amount": "6.30000"}]
    assert [stage["elected"] for stage in stages] == [["A"], [], [], ["B"]]


@st.composite
def elections(draw: st.DrawFn) -> tuple[RankedProfile, int, list[int]]:
    """Any small election: with blank ballots, withdrawn candidates, odd numbers of seats, and a lot."""
    size = draw(st.integers(1, 7))
    ranking = st.permutations(range(size)).flatmap(
        lambda order: st.integers(0, size).map(lambda length: tuple((index,) for index in order[:length]))
    )
    ballots = draw(st.lists(st.tuples(ranking, st.integers(1, 40)), max_size=25))
    withdrawn = draw(st.sets(st.integers(0, size - 1), max_size=2))
    names = [f"candidate {index}" for index in range(size)]
    lot = draw(st.permutations(range(size)))
    return collapsed(names, ballots, withdrawn=withdrawn), draw(st.integers(1, 8)), lot


@given(elections())
@settings(max_examples=300, deadline=None)
def test_votes_are_conserved_at_every_stage(election: tuple[RankedProfile, int, list[int]]) -> None:
    profile, seats, lot = election
    result = count(profile, seats, lot)
    for stage in result.stages:
        assert sum(stage.votes) + stage.non_transferable + stage.lost_to_rounding == result.ballots * VOTE
        assert min(stage.votes) >= 0
        assert stage.lost_to_rounding >= 0
    for before, after in pairwise(result.stages):
        moved = sum(transfer.amount for transfer in after.transfers)
        assert moved + after.lost_to_rounding - before.lost_to_rounding == after.amount


@given(elections())
@settings(max_examples=300, deadline=None)
def test_as_many_are_elected_as_there_are_seats_or_candidates(
    election: tuple[RankedProfile, int, list[int]],
) -> None:
    profile, seats, lot = election
    result = count(profile, seats, lot)
    assert len(result.elected) == len(set(result.elected)) == min(seats, len(profile.standing))
    assert not profile.withdrawn & set(result.elected)
    reached = {
        index for stage in result.stages for index, votes in enumerate(stage.votes) if votes >= (result.quota or 0)
    }
    assert reached <= set(result.elected)


@given(elections(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_the_ballots_changes_nothing(
    election: tuple[RankedProfile, int, list[int]], chance: st.DataObject
) -> None:
    profile, seats, lot = election
    singles = [(ranking, 1) for ranking, weight in profile.ballots.items() for _ in range(weight)]
    chance.shuffle(singles)  # type: ignore[attr-defined]
    shuffled = collapsed(profile.candidates, singles, withdrawn=profile.withdrawn)
    assert count(shuffled, seats, lot) == count(profile, seats, lot)


@given(elections())
@settings(deadline=None)
def test_renaming_the_candidates_in_another_order_elects_the_same_people(
    election: tuple[RankedProfile, int, list[int]],
) -> None:
    profile, seats, lot = election
    last = len(profile.candidates) - 1
    turned = collapsed(
        reversed(profile.candidates),
        [(tuple((last - rank[0],) for rank in ranking), weight) for ranking, weight in profile.ballots.items()],
        withdrawn=[last - index for index in profile.withdrawn],
    )
    ours = count(profile, seats, lot)
    theirs = count(turned, seats, [last - index for index in lot])
    assert {profile.candidates[index] for index in ours.elected} == {
        turned.candidates[index] for index in theirs.elected
    }
