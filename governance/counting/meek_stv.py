"""Meek STV: each elected candidate keeps just that part of every paper which makes up the quota, and passes on the rest.

Keep factors are found step by step, until surpluses are as good as none; then the lowest is excluded, and votes are shared out as
if that candidate had never stood. Two variants: exact fractions, where no vote is rounded and equal preferences are allowed; and
nine decimal places, the reference rule of the Proportional Representation Foundation. It knows no chance.
"""

from collections.abc import Sequence
from itertools import pairwise

from governance.counting.lots import checked_lot
from governance.counting.meek_arithmetic import Arithmetic, Exact, Nine
from governance.counting.meek_papers import Papers
from governance.counting.papers import Paper, checked_seats, strict_papers, tied_papers, weight_of
from governance.counting.profiles import RankedProfile
from governance.counting.result import Amount, CountResult, Stage, StageKind, Tie
from governance.counting.ties import Lot


def count(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count ranked ballots by Meek STV in exact fractions.

    Candidates with equal preference share equally what reaches them. Where several are within the remaining surplus of the
    fewest votes, the first of them in the order of the lot is excluded.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
    """
    papers, blank = tied_papers(profile)
    return _counted(profile, papers, blank, Exact(), seats, lot)


def count_nine_places(
    profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None
) -> CountResult:
    """Count ranked ballots by Meek STV with nine decimal places; as `count`, one candidate excluded at a time.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
        EqualPreferences: a ballot gives two candidates the same preference.
    """
    arithmetic = Nine()
    papers, blank = strict_papers(profile, arithmetic.rule)
    return _counted(profile, papers, blank, arithmetic, seats, lot)


def _counted(
    profile: RankedProfile,
    papers: list[Paper],
    blank: int,
    arithmetic: Arithmetic,
    seats: int | None,
    lot: Sequence[int] | None,
) -> CountResult:
    """Count in either arithmetic."""
    seats = checked_seats(profile, seats)
    order = checked_lot(len(profile.candidates), lot)
    counting = _Count(profile, seats, papers, arithmetic, Lot(order))
    counting.run()
    return CountResult(
        title=profile.title,
        rule=arithmetic.rule,
        arithmetic=arithmetic.words,
        places=arithmetic.places,
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        seats=seats,
        ballots=counting.ballots,
        blank=blank,
        quota=counting.stages[0].quota,
        elected=tuple(index for stage in counting.stages for index in stage.elected),
        lot=order,
        stages=tuple(counting.stages),
        states_non_transferable=False,
    )


class _Count:
    """The state of one count: who stands, what each keeps, and what each stage left behind."""

    def __init__(
        self, profile: RankedProfile, seats: int, papers: list[Paper], arithmetic: Arithmetic, lot: Lot
    ) -> None:
        self.ballots = sum(map(weight_of, papers))
        self.stages: list[Stage] = []
        self._seats = seats
        self._arithmetic = arithmetic
        self._lot = lot
        self._hopeful = list(profile.standing)
        self._elected: list[int] = []
        self._papers = Papers(papers, self._hopeful)
        self._keep: list[Amount] = [arithmetic.vote for _ in profile.candidates]
        self._share_out()

    def run(self) -> None:
        """Go from stage to stage until all seats are filled, or the rest can all be elected."""
        self._end_stage(StageKind.FIRST)
        while len(self._hopeful) > self._seats - len(self._elected) > 0:
            kind, sure_losers = self._iterate()
            if kind is StageKind.ITERATED_ELECTED:
                continue
            if sure_losers:
                self._exclude(kind, sure_losers, None)
            else:
                self._exclude_lowest(kind)

    def _share_out(self) -> None:
        """Share out all papers anew; quota and surplus follow."""
        self._votes = self._papers.shared_out(self._keep, self._arithmetic)
        with_candidates = sum(self._votes, self._arithmetic.vote * 0)
        self._quota = self._arithmetic.quota(with_candidates, self._seats)
        self._exhausted = self._arithmetic.vote * self.ballots - with_candidates

    def _surplus(self) -> Amount:
        surplus = sum((self._votes[index] - self._quota for index in self._elected), self._arithmetic.vote * 0)
        return max(surplus, self._arithmetic.vote * 0)

    def _iterate(self) -> tuple[StageKind, tuple[int, ...]]:
        """Lower keep factors until somebody is elected or somebody must be excluded; return why, and who is a sure loser."""
        before = self._arithmetic.vote * self.ballots
        while True:
            self._share_out()
            reached = [index for index in self._hopeful if self._arithmetic.reaches(self._votes[index], self._quota)]
            if reached:
                self._elect(reached)
                return StageKind.ITERATED_ELECTED, ()
            surplus = self._surplus()
            if self._arithmetic.as_good_as_none(surplus):
                return StageKind.ITERATED_OMEGA, ()
            if surplus >= before:
                return StageKind.ITERATED_STABLE, ()
            if self._arithmetic.excludes_together and (losers := self._sure_losers(surplus)):
                return StageKind.ITERATED_BATCH, losers
            before = surplus
            for index in self._elected:
                self._keep[index] = self._arithmetic.smaller(self._keep[index], self._quota, self._votes[index])

    def _elect(self, reached: list[int]) -> None:
        reached.sort(key=lambda index: -self._votes[index])
        self._hopeful = [index for index in self._hopeful if index not in reached]
        self._elected += reached
        self._end_stage(StageKind.ITERATED_ELECTED, elected=tuple(reached))
        self._papers.elect(reached)

    def _sure_losers(self, surplus: Amount) -> tuple[int, ...]:
        """Return those who stay behind the next one even with all of each other's votes and the whole surplus.

        Candidates within the surplus of each other may still change places and stay together; enough must be left for the seats.
        """
        groups: list[list[int]] = [[]]
        base = surplus * 0
        for index in sorted(self._hopeful, key=lambda index: self._votes[index]):
            if self._votes[index] <= base + surplus:
                groups[-1].append(index)
            else:
                groups.append([index])
                base = self._votes[index]
        groups = [group for group in groups if group]
        spare = len(self._hopeful) - (self._seats - len(self._elected))
        together: list[int] = []
        losers: tuple[int, ...] = ()
        reach = surplus
        for group, above in pairwise(groups):
            together += group
            reach += sum(self._votes[index] for index in group)
            if len(together) > spare:
                break
            if reach < self._votes[above[0]]:
                losers = tuple(sorted(together))
        return losers

    def _exclude_lowest(self, kind: StageKind) -> None:
        """Exclude whoever has the fewest votes; who is within the surplus of them is as good as tied."""
        fewest = min(self._votes[index] for index in self._hopeful) + self._surplus()
        loser, tie = self._lot.pick([index for index in self._hopeful if self._votes[index] <= fewest])
        self._exclude(kind, (loser,), tie)

    def _exclude(self, kind: StageKind, losers: tuple[int, ...], tie: Tie | None) -> None:
        self._hopeful = [index for index in self._hopeful if index not in losers]
        self._end_stage(kind, excluded=losers, tie=tie)
        self._papers.exclude(losers)

    def _end_stage(
        self,
        kind: StageKind,
        *,
        elected: tuple[int, ...] = (),
        excluded: tuple[int, ...] = (),
        tie: Tie | None = None,
    ) -> None:
        """Elect the rest when they are no more than the seats left; write the stage down."""
        if len(self._hopeful) <= self._seats - len(self._elected):
            rest = sorted(self._hopeful, key=lambda index: -self._votes[index])
            elected += tuple(rest)
            self._elected += rest
            self._hopeful = []
        units = self._arithmetic.units
        self.stages.append(
            Stage(
                kind=kind,
                candidate=None,
                amount=0,
                transfers=(),
                votes=tuple(map(units, self._votes)),
                non_transferable=units(self._exhausted),
                elected=elected,
                tie=tie,
                quota=units(self._quota),
                excluded=excluded,
                keep=tuple(map(units, self._keep)),
            )
        )
