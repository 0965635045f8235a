"""Schulze's rule: a candidate stands above another if the strongest path from the one to the other is stronger than the way back.

A path goes from candidate to candidate, each preferred to the next by more ballots than the other way round, and is as strong as
its weakest step. Two variants, which can elect different people: by winning votes, where a step is as strong as the votes for
it; and by margins, where those against it are taken off. Several seats go to the first of the order; that is not proportional.
"""

from collections.abc import Sequence

from governance.counting.pairwise import Matrix, PairwiseResult, compared
from governance.counting.profiles import RankedProfile


def count(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> PairwiseResult:
    """Count ranked ballots by Schulze's rule with winning votes; equal preferences are allowed.

    Raises:
        InvalidSeats, InvalidLot: as for every rule; without a number, one is elected.
    """
    return _counted(profile, seats, lot, margins=False)


def count_margins(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> PairwiseResult:
    """Count ranked ballots by Schulze's rule with margins; equal preferences are allowed.

    Raises:
        InvalidSeats, InvalidLot: as for every rule; without a number, one is elected.
    """
    return _counted(profile, seats, lot, margins=True)


def _counted(profile: RankedProfile, seats: int | None, lot: Sequence[int] | None, *, margins: bool) -> PairwiseResult:
    """Count by either measure of strength."""
    comparison = compared(profile, seats, lot)
    paths = _strongest_paths(comparison.preferences, margins=margins)
    everybody = range(len(paths))
    beaten = [sum(1 << other for other in everybody if paths[row][other] > paths[other][row]) for row in everybody]
    return comparison.result("Schulze (margins)" if margins else "Schulze (winning votes)", beaten, paths, ())


def _strongest_paths(preferences: Matrix, *, margins: bool) -> Matrix:
    """Return the strength of the strongest path from each candidate to each other one; 0 where there is none."""
    everybody = range(len(preferences))
    paths = [
        [
            (votes - preferences[other][row] if margins else votes) if votes > preferences[other][row] else 0
            for other, votes in enumerate(preferences[row])
        ]
        for row in everybody
    ]
    for via in everybody:
        onward = paths[via]
        for row in everybody:
            to_via = paths[row][via]
            if to_via and row != via:
                paths[row] = [max(known, min(to_via, rest)) for known, rest in zip(paths[row], onward, strict=True)]
                paths[row][row] = 0
    return tuple(map(tuple, paths))
