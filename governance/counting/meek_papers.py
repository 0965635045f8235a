"""The papers of a count by Meek, put together by what still matters of them, and how they share out their votes.

A paper matters as far as its first rank of candidates who are not yet elected: they keep all that reaches them. There are few
such beginnings, however many papers there are, so that each step of a count looks at few of them.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction
from math import lcm

from governance.counting.meek_arithmetic import Arithmetic, Exact
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
        #: The steps, until papers are sorted again.
        self._way: list[tuple[int, tuple[int, ...], int]] | None = None
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
        if isinstance(arithmetic, Exact) and (common := _common_denominator(keep)):
            return self._in_whole_parts(keep, common)
        votes: list[Amount] = [arithmetic.vote * 0 for _ in keep]
        arrives: list[Amount] = [arithmetic.vote]
        for before, rank, papers in self._steps():
            weight = arrives[before]
            share = weight if len(rank) == 1 else Fraction(weight) / len(rank)
            rest = arithmetic.vote * 0
            for candidate in rank:
                kept = arithmetic.kept(share, keep[candidate])
                votes[candidate] += kept * papers
                rest += share - kept
            arrives.append(rest)
        return votes

    def _in_whole_parts(self, keep: Sequence[Amount], common: int) -> list[Amount]:
        """Share out in whole numbers: a fraction of long numbers is put in lowest terms once for each candidate, not for each step.

        All keep factors have the denominator `common`. What arrives after so many ranks is a whole number of parts, each of them
        the vote divided as many times by `each_rank`.
        """
        steps = self._steps()
        widest = lcm(*{len(rank) for _, rank, _ in steps})
        each_rank = common * widest
        parts = [factor.numerator * (common // factor.denominator) for factor in keep]
        received: list[dict[int, int]] = [{} for _ in keep]
        arrives, ranks = [1], [0]
        for before, rank, papers in steps:
            share, depth = arrives[before], ranks[before]
            if len(rank) == 1 and parts[rank[0]] == common:
                received[rank[0]][depth] = received[rank[0]].get(depth, 0) + share * papers
                arrives.append(0)
                ranks.append(depth)
                continue
            share *= widest // len(rank)
            rest, depth = share * common * len(rank), depth + 1
            for candidate in rank:
                kept = share * parts[candidate]
                received[candidate][depth] = received[candidate].get(depth, 0) + kept * papers
                rest -= kept
            arrives.append(rest)
            ranks.append(depth)
        return [_added_up(by_depth, each_rank) for by_depth in received]

    def _steps(self) -> list[tuple[int, tuple[int, ...], int]]:
        """Return how papers go from rank to rank, beginnings that are alike so far as one.

        A step names the step before it (from 1, or 0 for where papers begin), the rank, and how many papers come this way.
        """
        if self._way is None:
            number_of: dict[Ranking, int] = {(): 0}
            steps: list[tuple[int, tuple[int, ...], int]] = []
            for ranking, papers in self._weights.items():
                for length in range(1, len(ranking) + 1):
                    so_far = ranking[:length]
                    if so_far in number_of:
                        at = number_of[so_far] - 1
                        steps[at] = (*steps[at][:2], steps[at][2] + papers)
                    else:
                        steps.append((number_of[so_far[:-1]], so_far[-1], papers))
                        number_of[so_far] = len(steps)
            self._way = steps
        return self._way

    def _sort_again(self, candidates: Collection[int]) -> None:
        """Sort those papers again for which these candidates matter."""
        changed = [ranking for ranking in self._piles if any(index in rank for rank in ranking for index in candidates)]
        papers: list[Paper] = []
        for ranking in changed:
            papers += self._piles.pop(ranking)
            del self._weights[ranking]
        self._sort(papers)

    def _sort(self, papers: Sequence[Paper]) -> None:
        self._way = None
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


def _common_denominator(keep: Sequence[Amount]) -> int:
    """Return the least common denominator of the keep factors; 0 where it is much longer than the longest of them."""
    denominators = {factor.denominator for factor in keep}
    common = lcm(*denominators)
    return common if common.bit_length() <= 2 * max(denominators).bit_length() + 64 else 0


def _added_up(by_depth: dict[int, int], each_rank: int) -> Fraction:
    """Return the sum of amounts, each in parts of a vote that is divided by `each_rank` as many times as its key says."""
    total, divided = 0, 1
    for depth in range(max(by_depth, default=0), -1, -1):
        total += by_depth.get(depth, 0) * divided
        if depth:
            divided *= each_rank
    return Fraction(total, divided)
