"""Our counts beside those of programs that we did not write, on random ballots: pref_voting for elections, pabutools for budgets.

Where a rule ends in a tie they return everybody who could win; we elect by the lot. So with every lot in turn we must elect
exactly those, or where we ask something else before the lot, none but those.
"""

import itertools
import random
from fractions import Fraction

import pytest
from pabutools.election import (
    ApprovalBallot,
    ApprovalProfile,
    Cardinality_Sat,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule
from pref_voting.grade_methods import score_voting
from pref_voting.grade_methods import star as their_star
from pref_voting.grade_profiles import GradeProfile
from pref_voting.iterative_methods import instant_runoff_put
from pref_voting.margin_based_methods import beat_path
from pref_voting.margin_based_methods import ranked_pairs as their_ranked_pairs
from pref_voting.profiles_with_ties import ProfileWithTies
from pref_voting.scoring_methods import plurality as their_plurality

from governance.counting import equal_shares, irv, ranked_pairs, schulze, star, tally
from governance.counting.profiles import BudgetProfile, PointsProfile, RankedProfile, collapsed, collapsed_points
from governance.counting.profiles import collapsed_choices as budget_of

SEEDS = range(60)


def random_ranking(chance: random.Random, size: int, *, equal: bool) -> tuple[tuple[int, ...], ...]:
    order = chance.sample(range(size), chance.randint(1, size))
    ranks: list[tuple[int, ...]] = []
    for index in order:
        if equal and ranks and chance.random() < 0.3:
            ranks[-1] = tuple(sorted((*ranks[-1], index)))
        else:
            ranks.append((index,))
    return tuple(ranks)


def random_profile(seed: int, *, equal: bool) -> RankedProfile:
    chance = random.Random(seed)
    size = chance.randint(2, 4)
    ballots = [(random_ranking(chance, size, equal=equal), chance.randint(1, 6)) for _ in range(chance.randint(1, 9))]
    return collapsed(map(str, range(size)), ballots)


def as_theirs(profile: RankedProfile) -> ProfileWithTies:
    places = [{index: at for at, rank in enumerate(ranking, 1) for index in rank} for ranking in profile.ballots]
    weights = list(profile.ballots.values())
    theirs = ProfileWithTies(places, rcounts=weights, candidates=list(range(len(profile.candidates))))
    theirs.use_extended_strict_preference()
    return theirs


def lots_of(profile: RankedProfile | PointsProfile) -> list[tuple[int, ...]]:
    return list(itertools.permutations(range(len(profile.candidates))))


@pytest.mark.parametrize("seed", SEEDS)
def test_schulze_elects_with_some_lot_exactly_whom_others_call_winners(seed: int) -> None:
    profile = random_profile(seed, equal=True)
    theirs = as_theirs(profile)
    by_votes = {schulze.count(profile, lot=lot).elected[0] for lot in lots_of(profile)}
    by_margins = {schulze.count_margins(profile, lot=lot).elected[0] for lot in lots_of(profile)}
    assert by_votes == set(beat_path(theirs, strength_function=theirs.support))
    assert by_margins == set(beat_path(theirs))


@pytest.mark.parametrize("seed", SEEDS)
def test_ranked_pairs_elects_only_whom_others_call_winners(seed: int) -> None:
    profile = random_profile(seed, equal=True)
    theirs = as_theirs(profile)
    ours = {ranked_pairs.count(profile, lot=lot).elected[0] for lot in lots_of(profile)}
    assert ours <= set(their_ranked_pairs(theirs, strength_function=theirs.support))


@pytest.mark.parametrize("seed", SEEDS)
def test_plurality_and_instant_runoff_elect_only_whom_others_call_winners(seed: int) -> None:
    profile = random_profile(seed, equal=False)
    theirs = as_theirs(profile)
    assert {tally.plurality(profile, 1, lot).elected[0] for lot in lots_of(profile)} == set(their_plurality(theirs))
    ours = {irv.count(profile, lot=lot).elected[0] for lot in lots_of(profile)}
    put = set(instant_runoff_put(theirs))
    assert ours <= put
    if not any(stage.tie for stage in irv.count(profile).stages):
        assert ours == put


def random_points(seed: int) -> PointsProfile:
    chance = random.Random(seed)
    size = chance.randint(2, 4)
    ballots = [
        (tuple(chance.randint(0, 5) for _ in range(size)), chance.randint(1, 6)) for _ in range(chance.randint(1, 9))
    ]
    return collapsed_points(map(str, range(size)), ballots)


@pytest.mark.parametrize("seed", SEEDS)
def test_score_and_star_elect_whom_others_elect(seed: int) -> None:
    profile = random_points(seed)
    grades = [dict(enumerate(points)) for points in profile.ballots]
    theirs = GradeProfile(grades, list(range(6)), gcounts=list(profile.ballots.values()))
    assert {tally.score(profile, 1, lot).elected[0] for lot in lots_of(profile)} == set(score_voting(theirs))
    result = star.count(profile)
    if any(stage.tie for stage in result.stages):
        assert result.elected[0] in profile.standing
    else:
        assert set(result.elected) == set(their_star(theirs))


def random_budget(seed: int) -> BudgetProfile:
    chance = random.Random(seed)
    size = chance.randint(1, 7)
    projects = [(f"p{index}", Fraction(chance.randint(1, 30))) for index in range(size)]
    ballots = [
        (tuple(index for index in range(size) if chance.random() < 0.5), chance.randint(1, 3))
        for _ in range(chance.randint(1, 9))
    ]
    return budget_of(projects, ballots, budget=Fraction(chance.randint(5, 70)))


def theirs_funded(profile: BudgetProfile, satisfaction: type, increment: int | None, lot: list[int]) -> list[str]:
    """Return what pabutools funds, equal prices in the order of the lot."""
    projects = [Project(name, int(cost)) for name, cost in zip(profile.candidates, profile.costs, strict=True)]
    ballots = [
        ApprovalBallot([projects[index] for index in choice])
        for choice, weight in profile.ballots.items()
        for _ in range(weight)
    ]
    place = {profile.candidates[index]: at for at, index in enumerate(lot)}
    allocation = method_of_equal_shares(
        Instance(projects, budget_limit=int(profile.budget)),
        ApprovalProfile(ballots),
        sat_class=satisfaction,
        tie_breaking=TieBreakingRule(lambda _instance, _profile, project: place[project.name]),
        voter_budget_increment=increment,
    )
    return [str(project.name) for project in allocation]


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_shares_fund_what_others_fund(seed: int) -> None:
    profile = random_budget(seed)
    lot = random.Random(seed).sample(range(len(profile.candidates)), len(profile.candidates))
    by_cost = equal_shares.count(profile, lot=lot)
    assert by_cost.names(by_cost.elected) == theirs_funded(profile, Cost_Sat, None, lot)
    alike = equal_shares.count_cardinality(profile, lot=lot)
    assert alike.names(alike.elected) == theirs_funded(profile, Cardinality_Sat, None, lot)


@pytest.mark.parametrize("seed", SEEDS)
def test_raised_shares_buy_what_others_buy_before_the_rest_is_added(seed: int) -> None:
    profile = random_budget(seed)
    lot = random.Random(seed).sample(range(len(profile.candidates)), len(profile.candidates))
    completed = equal_shares.count_completed(profile, lot=lot)
    bought = [step.project for step in completed.steps if step.kind == "bought"]
    assert completed.names(bought) == theirs_funded(profile, Cost_Sat, 1, lot)
