"""STAR voting: score, then automatic runoff. The two with the most points are compared, and whom more ballots prefer wins.

Several seats are filled one after the other, each by the same ballots without those already elected (Bloc STAR). It knows no
chance: where the rule calls for a lot, the caller brings one.
"""

from collections.abc import Callable, Sequence

from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile
from governance.counting.lots import checked_lot
from governance.counting.papers import checked_seats
from governance.counting.profiles import PointsProfile
from governance.counting.result import CountResult, Stage, StageKind, Tie
from governance.counting.tally import blank_of, totals
from governance.counting.ties import Lot

NAME = "STAR"
#: The most stars that a ballot may give one candidate, where the ballots do not say so themselves.
STARS = 5

#: What may set tied candidates apart: a name for it, and a number for one of them among the others; more is better.
_Criterion = tuple[str, Callable[[int, Sequence[int]], int]]


def count(profile: PointsProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count ballots with stars.

    Equal points for a place in the runoff: whoever is preferred to more of the others tied, then whoever has the highest score
    on more ballots, then the lot. Equal preference in the runoff: more points, then more highest scores, then the lot.

    Raises:
        InvalidSeats, InvalidLot: as for every rule; without a number, one is elected.
        InvalidProfile: a ballot gives somebody more stars than there are.
    """
    highest = STARS if profile.cap is None else profile.cap
    if any(max(points) > highest for points in profile.ballots):
        raise InvalidProfile(Cause(N_("a ballot gives somebody more than %(cap)d points"), cap=highest))
    seats = checked_seats(profile, seats, default=1)
    order = checked_lot(len(profile.candidates), lot)
    blank = blank_of(profile)
    counting = _Count(profile, highest, Lot(order), sum(profile.ballots.values()) - blank)
    for _ in range(min(seats, len(profile.standing))):
        counting.fill_a_seat()
    return CountResult(
        title=profile.title,
        rule=NAME,
        arithmetic="whole points and votes",
        places=0,
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        seats=seats,
        ballots=counting.ballots,
        blank=blank,
        quota=None,
        elected=tuple(counting.elected),
        lot=order,
        stages=tuple(counting.stages),
    )


class _Count:
    """Who is left, and what each stage left behind."""

    def __init__(self, profile: PointsProfile, highest: int, lot: Lot, ballots: int) -> None:
        self.ballots = ballots
        self.elected: list[int] = []
        self.stages: list[Stage] = []
        self._profile = profile
        self._lot = lot
        self._left = list(profile.standing)
        self._points = totals(profile)
        self._top_scores = [
            sum(weight for points, weight in profile.ballots.items() if points[index] == highest)
            for index in range(len(profile.candidates))
        ]

    def fill_a_seat(self) -> None:
        """Find two finalists and elect one of them; the last one left is elected without a runoff."""
        votes = [self._points[index] if index in self._left else 0 for index in range(len(self._points))]
        alone = tuple(self._left) if len(self._left) == 1 else ()
        self._end_stage(StageKind.FIRST, votes, elected=alone)
        winner = alone[0] if alone else self._runoff(*self._finalists(votes))
        self._left.remove(winner)
        self.elected.append(winner)

    def _finalists(self, votes: list[int]) -> tuple[int, int]:
        """Return the two with the most points, breaking ties for the second place, or for both."""
        last = sorted((self._points[index] for index in self._left), reverse=True)[1]
        finalists = [index for index in self._left if self._points[index] > last]
        tied = [index for index in self._left if self._points[index] == last]
        while len(finalists) < 2:
            if len(finalists) + len(tied) == 2:
                finalists += tied
                break
            criteria: list[_Criterion] = [("head-to-head", self._wins), ("highest scores", self._tops)]
            chosen, tie = self._break(tied, criteria)
            tied.remove(chosen)
            finalists.append(chosen)
            self._end_stage(StageKind.FINALIST, votes, candidate=chosen, tie=tie)
        first, second = sorted(finalists)
        return first, second

    def _runoff(self, first: int, second: int) -> int:
        """Elect whoever of the two is preferred on more ballots."""
        votes = [0] * len(self._points)
        votes[first], votes[second] = self._preferred(first, second), self._preferred(second, first)
        winner, tie = first if votes[first] > votes[second] else second, None
        if votes[first] == votes[second]:
            criteria: list[_Criterion] = [("points", self._sum), ("highest scores", self._tops)]
            winner, tie = self._break([first, second], criteria)
        neutral = self.ballots - votes[first] - votes[second]
        self._end_stage(StageKind.RUNOFF, votes, elected=(winner,), tie=tie, neutral=neutral)
        return winner

    def _break(self, tied: Sequence[int], criteria: Sequence[_Criterion]) -> tuple[int, Tie]:
        """Pick one of several by the first criterion that leaves only one, else by lot among those left."""
        rest = list(tied)
        for name, value in criteria:
            values = {index: value(index, rest) for index in rest}
            rest = [index for index in rest if values[index] == max(values.values())]
            if len(rest) == 1:
                return rest[0], Tie(tuple(tied), rest[0], None, decided_by=name)
        chosen = self._lot.first(rest)
        return chosen, Tie(tuple(tied), chosen, None, tuple(rest))

    def _preferred(self, one: int, other: int) -> int:
        """Return how many ballots give one more points than the other."""
        return sum(weight for points, weight in self._profile.ballots.items() if points[one] > points[other])

    def _wins(self, index: int, among: Sequence[int]) -> int:
        """Return over how many of the others more ballots prefer this one than the other way round."""
        others = (other for other in among if other != index)
        return sum(self._preferred(index, other) > self._preferred(other, index) for other in others)

    def _tops(self, index: int, _among: Sequence[int]) -> int:
        return self._top_scores[index]

    def _sum(self, index: int, _among: Sequence[int]) -> int:
        return self._points[index]

    def _end_stage(
        self,
        kind: StageKind,
        votes: Sequence[int],
        *,
        candidate: int | None = None,
        elected: tuple[int, ...] = (),
        tie: Tie | None = None,
        neutral: int = 0,
    ) -> None:
        """Write a stage down; ballots that prefer neither finalist are not transferable."""
        self.stages.append(
            Stage(
                kind=kind,
                candidate=candidate,
                amount=0,
                transfers=(),
                votes=tuple(votes),
                non_transferable=neutral,
                elected=elected,
                tie=tie,
            )
        )
