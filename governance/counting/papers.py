"""What a count of rankings begins with: how many seats, and the papers without those who have withdrawn.

It knows what every rule asks of its ballots, and no rule.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import chain
from operator import itemgetter

from governance.counting.errors import EqualPreferences, EqualPreferencesOnLine, InvalidSeats, SeatsMissing
from governance.counting.profiles import PointsProfile, RankedProfile, Ranking

#: A ranking of standing candidates, and how many ballots hold it.
Paper = tuple[Ranking, int]
weight_of = itemgetter(1)


def checked_seats(profile: RankedProfile | PointsProfile, seats: int | None, default: int | None = None) -> int:
    """Return how many are to be elected: what the caller says, or else the profile, or else the rule by `default`.

    Raises:
        SeatsMissing, InvalidSeats: the number of seats is unknown or below one.
    """
    seats = profile.seats if seats is None else seats
    seats = default if seats is None else seats
    if seats is None:
        raise SeatsMissing
    if seats < 1:
        raise InvalidSeats(seats)
    return seats


def strict_papers(profile: RankedProfile, rule: str) -> tuple[list[Paper], int]:
    """Return the papers with the standing candidates one after the other, and how many ballots name none.

    Raises:
        EqualPreferences: a ballot gives two of them the same preference.
    """
    papers, blank = tied_papers(profile)
    if any(len(rank) > 1 for rank in set(chain.from_iterable(map(itemgetter(0), papers)))):
        raise equals_refused(profile, rule)
    return papers, blank


def tied_papers(profile: RankedProfile) -> tuple[list[Paper], int]:
    """Return the papers with the standing candidates, equal preferences as they are, and how many ballots name none."""
    ballots: Mapping[Ranking, int] = profile.ballots
    if profile.withdrawn:
        standing: Counter[Ranking] = Counter()
        for ranking, weight in ballots.items():
            standing[_standing(profile, ranking)] += weight
        ballots = standing
    blank = ballots.get((), 0)
    return [paper for paper in ballots.items() if paper[0]] if blank else list(ballots.items()), blank


def _standing(profile: RankedProfile, ranking: Ranking) -> Ranking:
    """Strike out who has withdrawn."""
    left = (tuple(index for index in rank if index not in profile.withdrawn) for rank in ranking)
    return tuple(rank for rank in left if rank)


def equals_refused(profile: RankedProfile, rule: str, *, first_only: bool = False) -> EqualPreferences:
    """Return the refusal for the first ballot that ranks two standing candidates together, or puts two of them first."""
    for ranking in profile.ballots:
        standing = _standing(profile, ranking)
        for rank in standing[:1] if first_only else standing:
            if len(rank) > 1:
                names = ", ".join(profile.candidates[index].strip() for index in rank)
                line = profile.lines.get(ranking)
                return EqualPreferences(rule, names) if line is None else EqualPreferencesOnLine(rule, names, line)
    raise AssertionError("no ballot has equal preferences")
