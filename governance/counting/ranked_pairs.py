"""Ranked pairs: the clearest preferences first, each locked unless it would lead round in a circle with those locked before.

A preference is the clearer the more votes it has; of equals, the fewer are against it; of equals still, the lot decides: the pair
whose winner, then whose loser comes first in its order. Several seats go to the first of the order; that is not proportional.
"""

from collections.abc import Sequence

from governance.counting.pairwise import Pair, PairwiseResult, compared
from governance.counting.profiles import RankedProfile


def count(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> PairwiseResult:
    """Count ranked ballots by ranked pairs with winning votes; equal preferences are allowed.

    Raises:
        InvalidSeats, InvalidLot: as for every rule; without a number, one is elected.
    """
    comparison = compared(profile, seats, lot)
    preferences = comparison.preferences
    place = {candidate: at for at, candidate in enumerate(comparison.lot)}
    majorities = sorted(
        (-votes, preferences[loser][winner], place[winner], place[loser], winner, loser)
        for winner in profile.standing
        for loser, votes in enumerate(preferences[winner])
        if votes > preferences[loser][winner]
    )
    #: Whom each candidate beats over any number of locked pairs, as bits.
    beaten = [0] * len(preferences)
    pairs = []
    for negative, against, _, _, winner, loser in majorities:
        locked = not beaten[loser] >> winner & 1
        pairs.append(Pair(winner, loser, -negative, against, locked))
        if locked and not beaten[winner] >> loser & 1:
            below = beaten[loser] | 1 << loser
            for index in range(len(beaten)):
                if index == winner or beaten[index] >> winner & 1:
                    beaten[index] |= below
    return comparison.result("Ranked pairs (winning votes)", beaten, None, tuple(pairs))
