"""The single transferable vote beside pref_voting's, on random ballots and on real wards; and real wards by rules that elect one."""

import random
from pathlib import Path

import pytest
from pref_voting.iterative_methods import instant_runoff
from pref_voting.margin_based_methods import beat_path
from pref_voting.margin_based_methods import ranked_pairs as their_ranked_pairs
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.proportional_methods import stv_meek, stv_scottish

from governance.counting import irv, meek_stv, ranked_pairs, schulze, scottish_stv
from governance.counting.files import read_ballots
from governance.counting.profiles import RankedProfile, collapsed

FIXTURES = Path(__file__).parent / "fixtures"
SHARED = Path(__file__).parents[4] / "shared" / "data" / "elections" / "scottish_stv"
WARDS = sorted({path.name: path for path in [*SHARED.glob("*.blt"), *FIXTURES.glob("glasgow-*.blt")]}.values())


def random_election(seed: int) -> tuple[RankedProfile, int]:
    """Return so many ballots that ties are rare, and how many are elected."""
    chance = random.Random(seed)
    size = chance.randint(3, 7)
    orders = (chance.sample(range(size), chance.randint(1, size)) for _ in range(chance.randint(5, 25)))
    ballots = [(tuple((index,) for index in order), chance.randint(1, 97)) for order in orders]
    return collapsed(map(str, range(size)), ballots), chance.randint(1, size - 1)


def as_theirs(profile: RankedProfile) -> ProfileWithTies:
    places = [
        {index: at for at, rank in enumerate(ranking, 1) for index in rank} for ranking in profile.ballots if ranking
    ]
    weights = [weight for ranking, weight in profile.ballots.items() if ranking]
    theirs = ProfileWithTies(places, rcounts=weights, candidates=list(range(len(profile.candidates))))
    theirs.use_extended_strict_preference()
    return theirs


@pytest.mark.parametrize("seed", range(30))
def test_scottish_and_meek_elect_whom_others_elect_where_no_tie_decides(seed: int) -> None:
    profile, seats = random_election(seed)
    theirs = as_theirs(profile)
    scottish = scottish_stv.count(profile, seats)
    if not any(stage.tie for stage in scottish.stages):
        assert set(scottish.elected) == set(stv_scottish(theirs, num_seats=seats))
    for meek in (meek_stv.count(profile, seats), meek_stv.count_nine_places(profile, seats)):
        if not any(stage.tie for stage in meek.stages):
            assert set(meek.elected) == set(stv_meek(theirs, num_seats=seats))


def test_most_random_elections_have_no_tie() -> None:
    tied = sum(any(stage.tie for stage in scottish_stv.count(*random_election(seed)).stages) for seed in range(30))
    assert tied < 8


@pytest.mark.parametrize("ward", WARDS, ids=lambda path: path.stem)
def test_real_wards_elect_whom_others_elect(ward: Path) -> None:
    profile = read_ballots(ward)
    theirs = as_theirs(profile)
    assert profile.seats
    assert set(scottish_stv.count(profile).elected) == set(stv_scottish(theirs, num_seats=profile.seats))
    assert set(irv.count(profile, 1).elected) == set(instant_runoff(theirs))
    assert set(schulze.count(profile, 1).elected) == set(beat_path(theirs, strength_function=theirs.support))
    assert set(ranked_pairs.count(profile, 1).elected) == set(
        their_ranked_pairs(theirs, strength_function=theirs.support)
    )
