"""Instant-runoff voting: one seat, the last excluded in turn until somebody has more than half of the votes still in it.

It knows no quota fixed beforehand: half of the votes that still name somebody who stands, so that a winner always has it in the
end. It knows no chance: where the rule calls for a lot, the caller brings one.
"""

from collections.abc import Sequence

from governance.counting.errors import OneSeatOnly
from governance.counting.lots import checked_lot
from governance.counting.papers import checked_seats
from governance.counting.piles import Pile, first_preferences
from governance.counting.profiles import RankedProfile
from governance.counting.result import CountResult, Stage, StageKind, Tie, Transfer
from governance.counting.ties import Lot

NAME = "Instant-runoff voting"


def count(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count ranked ballots by instant-runoff voting.

    Where several have the fewest votes, the last earlier stage that sets them apart decides; else the first of them in the order
    of the lot is excluded.

    Raises:
        InvalidSeats, OneSeatOnly: not one is to be elected.
        InvalidLot: the lot is not an order of all candidates.
        EqualPreferences: a ballot gives two candidates the same preference.
    """
    wanted = checked_seats(profile, seats, default=1)
    if wanted != 1:
        raise OneSeatOnly(wanted, NAME)
    order = checked_lot(len(profile.candidates), lot)
    first, blank = first_preferences(profile, NAME)
    counting = _Count(profile, first, Lot(order))
    counting.run()
    return CountResult(
        title=profile.title,
        rule=NAME,
        arithmetic="whole votes",
        places=0,
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        seats=1,
        ballots=sum(pile.weight for _, pile in first),
        blank=blank,
        quota=counting.stages[-1].quota,
        elected=counting.stages[-1].elected,
        lot=order,
        stages=tuple(counting.stages),
    )


class _Count:
    """Who still stands, who holds which papers, and what each stage left behind."""

    def __init__(self, profile: RankedProfile, first: Sequence[tuple[int, Pile]], lot: Lot) -> None:
        self.stages: list[Stage] = []
        self._lot = lot
        self._continuing = set(profile.standing)
        self._held: list[list[Pile]] = [[] for _ in profile.candidates]
        for candidate, pile in first:
            self._held[candidate].append(pile)
        self._votes = [sum(pile.weight for pile in held) for held in self._held]
        self._exhausted = 0

    def run(self) -> None:
        """Exclude one after the other until somebody is elected."""
        self._end_stage(StageKind.FIRST, None, 0, (), None)
        while self._continuing and not self.stages[-1].elected:
            fewest = min(self._votes[index] for index in self._continuing)
            tied = sorted(index for index in self._continuing if self._votes[index] == fewest)
            loser, tie = self._lot.pick_by_stages(tied, self.stages, most=False)
            self._continuing.remove(loser)
            self._end_stage(StageKind.EXCLUSION, loser, fewest, self._transfer(loser), tie)

    def _transfer(self, source: int) -> tuple[Transfer, ...]:
        """Pass on each paper to its next preference who still stands."""
        received = [0] * len(self._votes)
        exhausted = 0
        for pile in self._held[source]:
            parcels, ended = pile.passed_on(self._continuing)
            exhausted += ended
            for target, parcel in parcels:
                self._held[target].append(parcel)
                received[target] += parcel.weight
        self._held[source] = []
        self._votes[source] = 0
        self._votes = [before + more for before, more in zip(self._votes, received, strict=True)]
        self._exhausted += exhausted
        transfers = [Transfer(source, target, amount) for target, amount in enumerate(received) if amount]
        return (*transfers, Transfer(source, None, exhausted)) if exhausted else tuple(transfers)

    def _end_stage(
        self, kind: StageKind, candidate: int | None, amount: int, transfers: tuple[Transfer, ...], tie: Tie | None
    ) -> None:
        """Elect whoever has more than half, or stands alone; write the stage down."""
        majority = sum(self._votes) // 2 + 1
        elected = tuple(index for index in sorted(self._continuing) if self._votes[index] >= majority)
        if len(self._continuing) == 1:
            elected = tuple(self._continuing)
        self.stages.append(
            Stage(
                kind=kind,
                candidate=candidate,
                amount=amount,
                transfers=transfers,
                votes=tuple(self._votes),
                non_transferable=self._exhausted,
                elected=elected,
                tie=tie,
                quota=majority,
            )
        )
