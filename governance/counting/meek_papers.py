"""The papers of a count by Meek, put together by what still matters of them, and how they share out their votes.

A paper matters as far as its first rank of candidates who are not yet elected: they keep all that reaches them. There are few
such beginnings, however many papers there are, so that each step of a count looks at few of them.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction

from governance.counting.meek_arithmetic import Arithmetic
from governance.counting.papers import Paper
from governance.counting.profiles import Ranking
from governance.counting.result import Amount


class Papers:
    """All papers, by their beginnings as far as they matter now."""

    def __init__(self, papers: Sequence[Paper], hopeful: Collection[int]) -> None:
        self._hopeful = set(hopeful)
        self._elected: set[int] = set()
        self._piles: dict[Ranking, list[Paper]] = {}
        self._weights: dict[Ranking, int] = {}
        self._sort(papers)

    def elect(self, candidates: Collection[int]) -> None:
        """Let papers go on from candidates who are elected."""
        self._hopeful.difference_update(candidates)
        self._elected.update(candidates)
        self._sort_again(candidates)

    def exclude(self, candidates: Collection[int]) -> None:
        """Read papers as if these candidates had never stood."""
        self._hopeful.difference_update(candidates)
        self._sort_again(candidates)

    def shared_out(self, keep: Sequence[Amount], arithmetic: Arithmetic) -> list[Amount]:
        """Return the votes of each candidate when everybody elected keeps this part of what arrives.

        A rank of several shares what arrives equally; what each of them does not keep goes to the next rank.
        """
        votes: list[Amount] = [arithmetic.vote * 0 for _ in keep]
        for ranking, papers in self._weights.items():
            weight = arithmetic.vote
            for rank in ranking:
                share = weight if len(rank) == 1 else Fraction(weight) / len(rank)
                weight = arithmetic.vote * 0
                for candidate in rank:
                    kept = arithmetic.kept(share, keep[candidate])
                    votes[candidate] += kept * papers
                    weight += share - kept
                if not weight:
                    break
        return votes

    def _sort_again(self, candidates: Collection[int]) -> None:
        """Sort those papers again for which these candidates matter."""
        changed = [ranking for ranking in self._piles if any(index in rank for rank in ranking for index in candidates)]
        papers: list[Paper] = []
        for ranking in changed:
            papers += self._piles.pop(ranking)
            del self._weights[ranking]
        self._sort(papers)

    def _sort(self, papers: Sequence[Paper]) -> None:
        for paper in papers:
            beginning = self._beginning(paper[0])
            self._piles.setdefault(beginning, []).append(paper)
            self._weights[beginning] = self._weights.get(beginning, 0) + paper[1]

    def _beginning(self, ranking: Ranking) -> Ranking:
        """Return those ranks that matter, and of each those candidates who are still in the count."""
        beginning = []
        for rank in ranking:
            left = tuple(index for index in rank if index in self._hopeful or index in self._elected)
            if left:
                beginning.append(left)
                if self._hopeful.issuperset(left):
                    break
        return tuple(beginning)
