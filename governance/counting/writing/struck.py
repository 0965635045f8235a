"""Ballots without the candidates who have withdrawn, for formats that cannot say who has."""

from collections.abc import Collection, Sequence

from governance.counting.profiles import Ranking


class Struck:
    """Who still stands, and the rankings with only them, numbered anew. Counting it elects the same candidates."""

    def __init__(self, candidates: int, withdrawn: Collection[int]) -> None:
        self.standing = [index for index in range(candidates) if index not in withdrawn]
        self._number = {index: number for number, index in enumerate(self.standing)}
        self._whole = len(self.standing) == candidates

    def names(self, names: Sequence[str]) -> list[str]:
        """Return the names of those who stand."""
        return [names[index] for index in self.standing]

    def ranking(self, ranking: Ranking) -> Ranking:
        """Return a ranking of those who stand; a rank of nobody falls away."""
        if self._whole:
            return ranking
        ranks = (tuple(self._number[index] for index in rank if index in self._number) for rank in ranking)
        return tuple(filter(None, ranks))
