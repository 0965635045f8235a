"""How many stored ballots name one candidate before another, found without reading each of them to its end.

Texts that begin alike lie together, so what follows from a beginning is added for all of them at once. Where few are left that do, the
rest of each is looked up: most rests stand behind many beginnings, and are read once. Nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.counting.sorted_ballots import Range, SortedBallots, named_twice

#: Of so many texts that begin alike, the rests are looked up one by one.
_FEW = 32


def preferences(ballots: SortedBallots, size: int, standing: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return for each of `size` candidates how many ballots prefer them to each other one; 0 for who does not stand.

    Raises:
        InvalidProfile: a ballot names somebody who does not exist, or names somebody twice.
    """
    pairs = _Pairs(ballots, size)
    named, before = pairs.counted()
    # A ballot that names somebody prefers them to all but those whom it names before them.
    return tuple(
        tuple(
            named[row] - before[column][row] if row != column and row in standing and column in standing else 0
            for column in range(size)
        )
        for row in range(size)
    )


@dataclass(slots=True)
class _Rest:
    """What stands behind a beginning: whom it names, also as a sum of their fields, and how many ballots have it."""

    candidates: tuple[int, ...]
    named: int
    weight: int = 0


class _Pairs:
    """Sums for every two candidates. Those of one candidate are a single whole number with a field for each other one."""

    def __init__(self, ballots: SortedBallots, size: int) -> None:
        self._ballots = ballots
        # With a bit to spare, so that a ballot that names somebody twice is found before its field runs over.
        self._room = ballots.weight(ballots.everything()).bit_length() + 1
        self._field = [1 << self._room * index for index in range(size)]
        self._before = [0] * size
        self._rests: dict[str, _Rest] = {}

    def counted(self) -> tuple[list[int], list[list[int]]]:
        """Return how many ballots name each candidate, and how many name each before each other one."""
        named = self._named_in(self._ballots.everything())
        for rest in self._rests.values():
            after = 0
            for candidate in reversed(rest.candidates):
                self._before[candidate] += after * rest.weight
                after += self._field[candidate]
        before = list(map(self._fields, self._before))
        if any(row[index] for index, row in enumerate(before)):
            raise named_twice()
        return self._fields(named), before

    def _named_in(self, part: Range) -> int:
        """Return how many ballots of a range name each candidate behind its beginning, and note who stands before whom."""
        part, _ = self._ballots.without_ended(part)
        if part[1] - part[0] <= _FEW:
            return self._named_in_rests(part)
        total = 0
        for candidate, narrower in self._ballots.named_next(part):
            after = self._named_in(narrower)
            self._before[candidate] += after
            total += after + self._field[candidate] * self._ballots.weight(narrower)
        return total

    def _named_in_rests(self, part: Range) -> int:
        rests, total = self._rests, 0
        for text, weight in self._ballots.rests(part):
            rest = rests.get(text) or self._read(text)
            rest.weight += weight
            total += rest.named * weight
        return total

    def _read(self, text: str) -> _Rest:
        candidates = self._ballots.candidates_in(text)
        found = self._rests[text] = _Rest(candidates, sum(map(self._field.__getitem__, candidates)))
        return found

    def _fields(self, packed: int) -> list[int]:
        mask = (1 << self._room) - 1
        return [packed >> self._room * index & mask for index in range(len(self._field))]
