"""What was voted: candidates, and how many ballots hold each ranking.

Equal rankings are one entry with their weights added, because real files hold the same ranking on many lines and a count
need look at it only once. It knows neither who voted nor how the ballots are counted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from evidence.messages import N_
from governance.counting.errors import Cause, InvalidProfile

#: Indexes of the candidates that a ballot places together; nearly always one.
Rank = tuple[int, ...]
#: Ranks from the most to the least preferred; an empty ranking is a blank ballot.
Ranking = tuple[Rank, ...]


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
        object.__setattr__(self, "ballots", MappingProxyType(self.ballots))

    @property
    def standing(self) -> tuple[int, ...]:
        """The candidates who can be elected, in the order of the ballot paper."""
        return tuple(index for index in range(len(self.candidates)) if index not in self.withdrawn)


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
    names = tuple(candidates)
    if not names:
        raise InvalidProfile(Cause(N_("there are no candidates")))
    if len(set(names)) < len(names):
        raise InvalidProfile(Cause(N_("two candidates have the same name")))
    absent = frozenset(withdrawn)
    if not absent <= set(range(len(names))):
        raise InvalidProfile(Cause(N_("somebody who never stood has withdrawn")))
    weights: dict[Ranking, int] = {}
    for ranking, weight in ballots:
        if weight < 1:
            raise InvalidProfile(Cause(N_("a ballot has the weight %(weight)d"), weight=weight))
        if ranking not in weights:
            _check(ranking, len(names))
        weights[ranking] = weights.get(ranking, 0) + weight
    return RankedProfile(title=title, candidates=names, seats=seats, ballots=weights, withdrawn=absent)


def _check(ranking: Ranking, count: int) -> None:
    """Refuse a ranking that no ballot paper with `count` candidates can hold."""
    named = [index for rank in ranking for index in rank]
    if any(not 0 <= index < count for index in named):
        raise InvalidProfile(Cause(N_("a ballot names a candidate who does not exist")))
    if len(set(named)) < len(named):
        raise InvalidProfile(Cause(N_("a ballot names a candidate twice")))
    if not all(ranking):
        raise InvalidProfile(Cause(N_("a ballot has a preference for nobody")))
