"""Rules that add up once: plurality, approval, score and dots. Whoever has most is elected, equal votes are decided by lot.

It knows sums and the order of them. What a ballot may hold (one name, several, points within limits) was checked when it was
read; where several ways of reading a ballot are possible, the count says here which it takes.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from governance.counting.lots import checked_lot
from governance.counting.papers import checked_seats, equals_refused, tied_papers
from governance.counting.profiles import PointsProfile, RankedProfile
from governance.counting.result import CountResult, Stage, StageKind, Tie
from governance.counting.ties import Lot

PLURALITY, APPROVAL, SCORE, DOTS = "Plurality", "Approval", "Score", "Dots"


def plurality(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count the first preferences; later ones do not matter.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
        EqualPreferences: a ballot gives its vote to several.
    """
    papers, blank = tied_papers(profile)
    votes = [0] * len(profile.candidates)
    for ranking, weight in papers:
        if len(ranking[0]) > 1:
            raise equals_refused(profile, PLURALITY, first_only=True)
        votes[ranking[0][0]] += weight
    return _result(profile, PLURALITY, votes, blank, seats, lot)


def approval(profile: RankedProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Count for each candidate the ballots that name them, in whatever place.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
    """
    papers, blank = tied_papers(profile)
    votes = [0] * len(profile.candidates)
    for ranking, weight in papers:
        for index in chain.from_iterable(ranking):
            votes[index] += weight
    return _result(profile, APPROVAL, votes, blank, seats, lot)


def score(profile: PointsProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Add up the points; whom a ballot leaves out gets none from it.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
    """
    return _result(profile, SCORE, totals(profile), blank_of(profile), seats, lot)


def dots(profile: PointsProfile, seats: int | None = None, lot: Sequence[int] | None = None) -> CountResult:
    """Add up the dots that the ballots have shared out.

    Raises:
        SeatsMissing, InvalidSeats, InvalidLot: as for every rule.
    """
    return _result(profile, DOTS, totals(profile), blank_of(profile), seats, lot)


def totals(profile: PointsProfile) -> list[int]:
    """Return the points of each candidate; of who has withdrawn, none."""
    votes = [0] * len(profile.candidates)
    for points, weight in profile.ballots.items():
        for index in profile.standing:
            votes[index] += points[index] * weight
    return votes


def blank_of(profile: PointsProfile) -> int:
    """Return how many ballots give nobody who stands any points."""
    standing = profile.standing
    return sum(weight for points, weight in profile.ballots.items() if not any(points[index] for index in standing))


def elect_highest(
    votes: Sequence[int], standing: Iterable[int], seats: int, lot: Lot
) -> tuple[tuple[int, ...], tuple[Stage, ...]]:
    """Return who has the highest votes, and the stages: the sum, and one more for each seat that falls by lot."""
    ranked = sorted(standing, key=lambda index: -votes[index])
    last = votes[ranked[seats - 1]] if len(ranked) > seats else -1
    sure = tuple(index for index in ranked if votes[index] > last)
    tied = sorted(index for index in ranked if votes[index] == last)
    if len(sure) + len(tied) <= seats:
        sure, tied = (*sure, *tied), []
    elected = list(sure)
    stages = [_stage(StageKind.FIRST, votes, sure)]
    while tied and len(elected) < seats:
        chosen, tie = lot.pick(tied)
        tied.remove(chosen)
        elected.append(chosen)
        stages.append(_stage(StageKind.LOT, votes, (chosen,), candidate=chosen, tie=tie))
    return tuple(elected), tuple(stages)


def _stage(
    kind: StageKind,
    votes: Sequence[int],
    elected: tuple[int, ...],
    *,
    candidate: int | None = None,
    tie: Tie | None = None,
) -> Stage:
    return Stage(
        kind=kind,
        candidate=candidate,
        amount=0,
        transfers=(),
        votes=tuple(votes),
        non_transferable=0,
        elected=elected,
        tie=tie,
    )


def _result(
    profile: RankedProfile | PointsProfile,
    rule: str,
    votes: Sequence[int],
    blank: int,
    seats: int | None,
    lot: Sequence[int] | None,
) -> CountResult:
    """Elect the highest and write it down."""
    seats = checked_seats(profile, seats)
    order = checked_lot(len(profile.candidates), lot)
    elected, stages = elect_highest(votes, profile.standing, seats, Lot(order))
    return CountResult(
        title=profile.title,
        rule=rule,
        arithmetic="whole votes",
        places=0,
        candidates=profile.candidates,
        withdrawn=profile.withdrawn,
        seats=seats,
        ballots=sum(profile.ballots.values()) - blank,
        blank=blank,
        quota=None,
        elected=elected,
        lot=order,
        stages=stages,
    )
