"""What was voted: candidates, and how many ballots hold each ranking, each row of points or each choice of projects.

Equal ballots are one entry with their weights added, because real files hold the same ballot on many lines and a count
need look at it only once. It knows neither who voted nor how the ballots are counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile

#: Indexes of the candidates that a ballot places together; nearly always one.
Rank = tuple[int, ...]
#: Ranks from the most to the least preferred; an empty ranking is a blank ballot.
Ranking = tuple[Rank, ...]
#: What a ballot gives each candidate, in the order of the ballot paper; none at all is a blank ballot.
Points = tuple[int, ...]
#: Indexes of the projects that a ballot approves, ascending; an empty one is a blank ballot.
Choice = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedProfile:
    """Ranked ballots for one election. Candidates are known by their index in `candidates`."""

    title: str
    #: In the order of the ballot paper. No two alike: a result is read by name.
    candidates: tuple[str, ...]
    #: How many are to be elected, where the source says so.
    seats: int | None
    #: How many ballots hold each ranking.
    ballots: Mapping[Ranking, int]
    #: Candidates who stood on the paper and no longer stand; they stay in the rankings.
    withdrawn: frozenset[int] = frozenset()
    #: The first line of the source file that holds a ranking with equal preferences, to point at it.
    lines: Mapping[Ranking, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        # Ballots that are no dictionary, such as those of a database, keep what else they know.
        if isinstance(self.ballots, dict):
            object.__setattr__(self, "ballots", MappingProxyType(self.ballots))

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who can be elected, in the order of the ballot paper."""
        return tuple(index for index in range(len(self.candidates)) if index not in self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsProfile:
    """Ballots that give points (scores, stars, dots). Candidates are known by their index in `candidates`."""

    title: str
    candidates: tuple[str, ...]
    seats: int | None
    #: How many ballots hold each row of points.
    ballots: Mapping[Points, int]
    withdrawn: frozenset[int] = frozenset()
    #: The most that a ballot may give one candidate; None: no limit was set.
    cap: int | None = None
    #: The most that a ballot may give all candidates together; None: no limit was set.
    dots: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "ballots", MappingProxyType(self.ballots))

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who can be elected, in the order of the ballot paper."""
        return tuple(index for index in range(len(self.candidates)) if index not in self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetProfile:
    """Ballots that approve projects, each of which has a cost, within one budget. Amounts are exact."""

    title: str
    #: The names of the projects, in the order of the ballot paper.
    candidates: tuple[str, ...]
    costs: tuple[Fraction, ...]
    budget: Fraction
    #: How many ballots approve each set of projects.
    ballots: Mapping[Choice, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "ballots", MappingProxyType(self.ballots))


Profile = RankedProfile | PointsProfile | BudgetProfile


def collapsed(
    candidates: Iterable[str],
    ballots: Iterable[tuple[Ranking, int]],
    *,
    title: str = "",
    seats: int | None = None,
    withdrawn: Iterable[int] = (),
) -> RankedProfile:
    """Put ballots together into a profile, equal rankings as one.

    This is the door for ballots that do not come from a file: it checks what the readers of files check line by line.

    Raises:
        InvalidProfile: no candidates, two with one name, a ranking of nobody known or of somebody twice, a weight below one.
    """
    names, absent = _checked(candidates, withdrawn)
    weights: dict[Ranking, int] = {}
    for ranking, weight in ballots:
        _check_weight(weight)
        if ranking not in weights:
            _check(ranking, len(names))
        weights[ranking] = weights.get(ranking, 0) + weight
    return RankedProfile(title=title, candidates=names, seats=seats, ballots=weights, withdrawn=absent)


def collapsed_points(
    candidates: Iterable[str],
    ballots: Iterable[tuple[Points, int]],
    *,
    title: str = "",
    seats: int | None = None,
    withdrawn: Iterable[int] = (),
    cap: int | None = None,
    dots: int | None = None,
) -> PointsProfile:
    """Put ballots with points together into a profile, equal ones as one.

    Raises:
        InvalidProfile: as `collapsed`; a ballot has not one number for each candidate, or more than `cap` or `dots` allow.
    """
    names, absent = _checked(candidates, withdrawn)
    weights: dict[Points, int] = {}
    for points, weight in ballots:
        _check_weight(weight)
        if points not in weights:
            _check_points(points, len(names), cap, dots)
        weights[points] = weights.get(points, 0) + weight
    return PointsProfile(
        title=title, candidates=names, seats=seats, ballots=weights, withdrawn=absent, cap=cap, dots=dots
    )


def collapsed_choices(
    projects: Iterable[tuple[str, Fraction]],
    ballots: Iterable[tuple[Choice, int]],
    *,
    budget: Fraction,
    title: str = "",
) -> BudgetProfile:
    """Put ballots that approve projects together into a profile, equal ones as one.

    Raises:
        InvalidProfile: as `collapsed`; a project costs nothing, or there is no budget.
    """
    named = tuple(projects)
    names, _ = _checked((name for name, _ in named), ())
    costs = tuple(cost for _, cost in named)
    if budget <= 0 or min(costs) <= 0:
        raise InvalidProfile(Cause(N_("the budget and every cost must be above nothing")))
    weights: dict[Choice, int] = {}
    for choice, weight in ballots:
        _check_weight(weight)
        _check(tuple((index,) for index in choice), len(names))
        ordered = tuple(sorted(choice))
        weights[ordered] = weights.get(ordered, 0) + weight
    return BudgetProfile(title=title, candidates=names, costs=costs, budget=budget, ballots=weights)


def _checked(candidates: Iterable[str], withdrawn: Iterable[int]) -> tuple[tuple[str, ...], frozenset[int]]:
    """Refuse names that cannot be told apart, and the withdrawal of nobody."""
    names = tuple(candidates)
    if not names:
        raise InvalidProfile(Cause(N_("there are no candidates")))
    if len(set(names)) < len(names):
        raise InvalidProfile(Cause(N_("two candidates have the same name")))
    absent = frozenset(withdrawn)
    if not absent <= set(range(len(names))):
        raise InvalidProfile(Cause(N_("somebody who never stood has withdrawn")))
    return names, absent


def _check_weight(weight: int) -> None:
    if weight < 1:
        raise InvalidProfile(Cause(N_("a ballot has the weight %(weight)d"), weight=weight))


def _check_points(points: Points, count: int, cap: int | None, dots: int | None) -> None:
    """Refuse points that no ballot paper with these limits can hold."""
    if len(points) != count:
        raise InvalidProfile(Cause(N_("a ballot does not have one number for each candidate")))
    if min(points) < 0:
        raise InvalidProfile(Cause(N_("a ballot gives fewer than no points")))
    if cap is not None and max(points) > cap:
        raise InvalidProfile(Cause(N_("a ballot gives somebody more than %(cap)d points"), cap=cap))
    if dots is not None and sum(points) > dots:
        raise InvalidProfile(Cause(N_("a ballot gives more than %(dots)d points"), dots=dots))


def _check(ranking: Ranking, count: int) -> None:
    """Refuse a ranking that no ballot paper with `count` candidates can hold."""
    named = [index for rank in ranking for index in rank]
    if any(not 0 <= index < count for index in named):
        raise InvalidProfile(Cause(N_("a ballot names a candidate who does not exist")))
    if len(set(named)) < len(named):
        raise InvalidProfile(Cause(N_("a ballot names a candidate twice")))
    if not all(ranking):
        raise InvalidProfile(Cause(N_("a ballot has a preference for nobody")))
