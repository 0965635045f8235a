"""Rules that compare candidates two by two: how many ballots prefer one to the other, and the result that follows.

A ballot prefers whom it names to whom it does not, and has no preference among those it ranks together or leaves out. This module
knows the comparisons and how an order is made of them; what beats what in the end is the business of each rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.counting import sorted_pairs
from governance.counting.lots import checked_lot
from governance.counting.papers import Paper, checked_seats, tied_papers, weight_of
from governance.counting.profiles import RankedProfile
from governance.counting.result import Result, Tie
from governance.counting.sorted_ballots import SortedBallots
from governance.counting.ties import Lot

#: For each candidate, a number for each other one.
Matrix = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """One candidate preferred to another, and whether that was kept."""

    winner: int
    loser: int
    votes: int
    against: int
    #: False: it contradicts pairs that were locked before it.
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseResult(Result):
    """Who is elected, the comparison of every two candidates, and how the rule made an order of them."""

    seats: int
    #: How many ballots prefer the candidate of the row to the candidate of the column.
    preferences: Matrix
    #: The strength of the strongest path from row to column, where the rule looks for paths.
    paths: Matrix | None
    #: The pairs in the order in which they were looked at, where the rule locks pairs.
    pairs: tuple[Pair, ...]
    #: All who stand, the elected first.
    order: tuple[int, ...]
    #: Places in the order, from 1, for which several were equal.
    ties: tuple[tuple[int, Tie], ...]

    def to_canonical(self, *, detail: bool = False) -> dict[str, object]:
        """Return the published form: names, comparisons as strings, the elected in the order of the ballot paper."""
        published: dict[str, object] = {
            "title": self.title,
            "rule": self.rule,
            "arithmetic": self.arithmetic,
            "seats": self.seats,
            "ballots": self.ballots,
            "quota": None,
            "elected": self.names(sorted(self.elected)),
            "stages": [],
            "order": self.names(self.order),
            "preferences": self._table(self.preferences),
        }
        if self.paths is not None:
            published["strongest_paths"] = self._table(self.paths)
        if self.pairs:
            published["pairs"] = [
                {
                    "winner": self.candidates[pair.winner],
                    "loser": self.candidates[pair.loser],
                    "votes": str(pair.votes),
                    "against": str(pair.against),
                    "locked": "yes" if pair.locked else "no",
                }
                for pair in self.pairs
            ]
        return published | self.published_lots(self.ties)

    def _table(self, matrix: Matrix) -> dict[str, dict[str, str]]:
        return {
            self.candidates[row]: {
                self.candidates[column]: str(matrix[row][column]) for column in self.standing if column != row
            }
            for row in self.standing
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """A profile made ready for a rule that compares: checked, and compared."""

    profile: RankedProfile
    seats: int
    lot: tuple[int, ...]
    ballots: int
    blank: int
    preferences: Matrix

    def result(self, rule: str, beaten: Sequence[int], paths: Matrix | None, pairs: tuple[Pair, ...]) -> PairwiseResult:
        """Make an order in which nobody stands below somebody they beat; `beaten` holds for each whom they beat, as bits.

        Where several are beaten by nobody left, the first of them in the order of the lot takes the place.
        """
        lot = Lot(self.lot)
        left = list(self.profile.standing)
        order: list[int] = []
        ties: list[tuple[int, Tie]] = []
        while left:
            first = [index for index in left if not any(beaten[other] >> index & 1 for other in left)]
            chosen, tie = lot.pick(first)
            left.remove(chosen)
            order.append(chosen)
            if tie:
                ties.append((len(order), tie))
        return PairwiseResult(
            title=self.profile.title,
            rule=rule,
            arithmetic="whole votes",
            candidates=self.profile.candidates,
            withdrawn=self.profile.withdrawn,
            seats=self.seats,
            ballots=self.ballots,
            blank=self.blank,
            elected=tuple(order[: self.seats]),
            lot=self.lot,
            preferences=self.preferences,
            paths=paths,
            pairs=pairs,
            order=tuple(order),
            ties=tuple(ties),
        )


def compared(profile: RankedProfile, seats: int | None, lot: Sequence[int] | None) -> Comparison:
    """Compare every two candidates who stand.

    Raises:
        InvalidSeats, InvalidLot: as for every rule; without a number, one is elected.
    """
    seats = checked_seats(profile, seats, default=1)
    order = checked_lot(len(profile.candidates), lot)
    if isinstance(profile.ballots, SortedBallots):
        first, blank = profile.ballots.pile().passed_on(profile.standing)
        ballots = sum(pile.weight for _, pile in first)
        preferences = sorted_pairs.preferences(profile.ballots, len(profile.candidates), profile.standing)
    else:
        papers, blank = tied_papers(profile)
        ballots = sum(map(weight_of, papers))
        preferences = _preferences(papers, len(profile.candidates), profile.standing, ballots)
    return Comparison(profile, seats, order, ballots, blank, preferences)


def _preferences(papers: Sequence[Paper], size: int, standing: Sequence[int], ballots: int) -> Matrix:
    """Return how many ballots prefer each candidate to each other one.

    A row of the table is one long whole number with room for every candidate's count, so that a ballot adds to a row at once.
    """
    room = ballots.bit_length()
    one = [1 << room * index for index in range(size)]
    everybody = sum(one[index] for index in standing)
    rows = [0] * size
    for ranking, weight in papers:
        below = everybody
        for rank in ranking:
            for index in rank:
                below -= one[index]
            more = below * weight
            for index in rank:
                rows[index] += more
    mask = (1 << room) - 1
    return tuple(tuple(row >> room * index & mask for index in range(size)) for row in rows)
