"""Piles of papers: how votes pass from one candidate to the next.

A rule that transfers votes asks one thing of the papers it holds: whom do they name next of those still in the count? It need not
know how the papers lie. What they are worth, and when they pass on, is the business of each rule.
"""

from collections.abc import Container, Sequence
from typing import Protocol

from governance.counting.papers import Paper, strict_papers, weight_of
from governance.counting.profiles import RankedProfile
from governance.counting.sorted_ballots import SortedBallots


class Pile(Protocol):
    """Papers that lie together."""

    @property
    def weight(self) -> int:
        """How many ballots they are."""

    def passed_on(self, continuing: Container[int]) -> tuple[Sequence[tuple[int, "Pile"]], int]:
        """Return a pile for each candidate still in the count who is named next, and how many ballots name none of them."""


class PaperPile:
    """Papers one by one, as a file brings them."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self.weight = sum(map(weight_of, papers))

    def passed_on(self, continuing: Container[int]) -> tuple[list[tuple[int, "PaperPile"]], int]:
        """See `Pile`."""
        parcels: dict[int, list[Paper]] = {}
        ended = 0
        for paper in self._papers:
            for (candidate,) in paper[0]:
                if candidate in continuing:
                    if candidate in parcels:
                        parcels[candidate].append(paper)
                    else:
                        parcels[candidate] = [paper]
                    break
            else:
                ended += paper[1]
        return [(candidate, PaperPile(parcels[candidate])) for candidate in sorted(parcels)], ended


def first_preferences(profile: RankedProfile, rule: str) -> tuple[Sequence[tuple[int, Pile]], int]:
    """Return a pile for each candidate who is somebody's first preference, and how many ballots name nobody who stands.

    Raises:
        EqualPreferences: a ballot gives two of them the same preference.
    """
    standing = set(profile.standing)
    if isinstance(profile.ballots, SortedBallots):
        return profile.ballots.pile().passed_on(standing)
    papers, blank = strict_papers(profile, rule)
    return PaperPile(papers).passed_on(standing)[0], blank
