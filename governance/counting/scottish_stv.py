"""Scottish STV: the single transferable vote as Scottish councils are elected by it.

Scottish Local Government Elections Order 2007, Schedule 1, Part III; the numbers in brackets below are its rules. A vote is
10^5 units, so that all arithmetic is in whole numbers and "five decimal places, any remainder ignored" [48(3)] is a
division that rounds down. It knows no chance: where the rules call for a lot, the caller brings one.
"""

from collections.abc import Sequence

from governance.counting.lots import checked_lot
from governance.counting.papers import checked_seats
from governance.counting.piles import Pile, first_preferences
from governance.counting.profiles import RankedProfile
from governance.counting.result import CountResult, Stage, StageKind, Tie, Transfer
from governance.counting.ties import Lot

NAME = "Scottish STV"
PLACES = 5
VOTE = 10**PLACES


def count(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count ranked ballots by Scottish STV.

    `seats` counts before what the profile says. `lot` is an order of all candidates, drawn before the count: where no earlier
    stage breaks a tie [49(3), 51(2)(b)], it falls on the first of the tied in this order, who is excluded, or whose surplus is
    transferred first. Without it the order is that of the ballot paper, which nobody drew: every such tie stands in the result.

    Raises:
        SeatsMissing, InvalidSeats: the number of seats is unknown or below one.
        InvalidLot: the lot is not an order of all candidates.
        EqualPreferences: a ballot gives two candidates the same preference, which these rules do not know.
    """
    seats = checked_seats(profile, seats)
    lot = checked_lot(len(profile.candidates), lot)
    first, blank = first_preferences(profile, NAME)
    counting = _Count(profile, seats, first, Lot(lot))
    counting.run()
    return CountResult(
        title=profile.title,
        rule=NAME,
        arithmetic=f"fixed-point decimal arithmetic ({PLACES} places)",
        places=PLACES,
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        seats=seats,
        ballots=counting.ballots,
        blank=blank,
        quota=counting.quota,
        elected=tuple(counting.elected),
        lot=lot,
        stages=tuple(counting.stages),
    )


class _Count:
    """The state of one count: who still stands, who holds which papers, and what each stage left behind."""

    def __init__(self, profile: RankedProfile, seats: int, first: Sequence[tuple[int, Pile]], lot: Lot) -> None:
        size = len(profile.candidates)
        self.seats = seats
        self.ballots = sum(pile.weight for _, pile in first)
        self.quota = (self.ballots // (seats + 1) + 1) * VOTE  # [46]
        self.elected: list[int] = []
        self.stages: list[Stage] = []
        self._lot = lot
        self._continuing = [index not in profile.withdrawn for index in range(size)]
        self._votes = [0] * size
        #: For each candidate, the papers held, by the value at which they were received.
        self._held: list[dict[int, list[Pile]]] = [{} for _ in range(size)]
        self._non_transferable = 0
        self._surpluses: list[int] = []
        for candidate, pile in first:  # at the value of one vote [45]
            self._held[candidate][VOTE] = [pile]
            self._votes[candidate] = VOTE * pile.weight

    def run(self) -> None:
        """Go from stage to stage until every seat is filled [48 to 52]."""
        self._end_stage(StageKind.FIRST, None, 0, (), None)
        while not self._complete():
            if self._surpluses:
                self._transfer_largest_surplus()
            else:
                self._exclude_lowest()

    def _complete(self) -> bool:
        """Fill the last seats without a further transfer as soon as the rest can all be elected [52]."""
        left = self.seats - len(self.elected)
        return left == 0 or not any(self._continuing)

    def _end_stage(
        self,
        kind: StageKind,
        candidate: int | None,
        amount: int,
        transfers: tuple[Transfer, ...],
        tie: Tie | None,
    ) -> None:
        """Elect whoever has the quota [47], and the rest when they are no more than the seats left [52]; write the stage down."""
        continuing = [index for index, stands in enumerate(self._continuing) if stands]
        elected = [index for index in continuing if self._votes[index] >= self.quota]
        left = self.seats - len(self.elected)
        if len(continuing) <= left:
            elected = continuing
        elected.sort(key=lambda index: -self._votes[index])
        for index in elected:
            self._continuing[index] = False
            if self._votes[index] > self.quota:
                self._surpluses.append(index)
        self.elected += elected
        lost = self.ballots * VOTE - sum(self._votes) - self._non_transferable
        self.stages.append(
            Stage(
                kind=kind,
                candidate=candidate,
                amount=amount,
                transfers=transfers,
                votes=tuple(self._votes),
                non_transferable=self._non_transferable,
                lost_to_rounding=lost,
                elected=tuple(elected),
                tie=tie,
            )
        )

    def _transfer_largest_surplus(self) -> None:
        """Transfer one surplus, the largest first [48, 49]; each paper at surplus x value / votes, cut off."""
        most = max(self._votes[index] for index in self._surpluses)
        tied = [index for index in self._surpluses if self._votes[index] == most]
        candidate, tie = self._lot.pick_by_stages(tied, self.stages, most=True)  # [49(2), (3)]
        self._surpluses.remove(candidate)
        surplus = most - self.quota
        transfers = self._transfer(candidate, surplus, most)
        self._votes[candidate] = self.quota
        self._end_stage(StageKind.SURPLUS, candidate, surplus, transfers, tie)

    def _exclude_lowest(self) -> None:
        """Exclude whoever has the fewest votes; each paper goes on at the value it came with [50, 51]."""
        continuing = [index for index, stands in enumerate(self._continuing) if stands]
        fewest = min(self._votes[index] for index in continuing)
        tied = [index for index in continuing if self._votes[index] == fewest]
        candidate, tie = self._lot.pick_by_stages(tied, self.stages, most=False)  # [51]
        self._continuing[candidate] = False
        transfers = self._transfer(candidate, 1, 1)
        self._votes[candidate] = 0
        self._end_stage(StageKind.EXCLUSION, candidate, fewest, transfers, tie)

    def _transfer(self, source: int, part: int, whole: int) -> tuple[Transfer, ...]:
        """Pass on all papers of a candidate at `part`/`whole` of their value, to the next preference still in the count."""
        received = [0] * len(self._votes)
        exhausted = 0
        continuing = {index for index, stands in enumerate(self._continuing) if stands}
        held, self._held[source] = self._held[source], {}
        for value, piles in held.items():
            new_value = value * part // whole
            for pile in piles:
                parcels, ended = pile.passed_on(continuing)
                exhausted += new_value * ended
                for candidate, parcel in parcels:
                    self._held[candidate].setdefault(new_value, []).append(parcel)
                    received[candidate] += new_value * parcel.weight
        for candidate, amount in enumerate(received):
            self._votes[candidate] += amount
        self._non_transferable += exhausted
        transfers = [Transfer(source, target, amount) for target, amount in enumerate(received) if amount]
        if exhausted:
            transfers.append(Transfer(source, None, exhausted))
        return tuple(transfers)
